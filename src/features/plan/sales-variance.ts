import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { exact, minus, ratio, sum } from '#kernel/money.ts'
import { type Item, priceVolumeMix, type Side, type Variance } from '#kernel/plan/variance.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { comparisonName } from '#kernel/view.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import * as tables from '#postgres/tables/plan.ts'
import { type Rates, ratesOf } from '#warehouse/rates.ts'
import { askAs } from './actuals.ts'
import { storesOf } from './spent-of.ts'

/** What an item of the answer stands for, so that it can be opened: a store ('' all asked for), a member (null: not split). */
interface Place {
  store: string
  member: string | null
}

export interface SalesVariance extends Omit<Variance, 'items'> {
  items: (Variance['items'][number] & Place)[]
  /** What is called a unit: the metric of the quantities. */
  quantity: string
  /** Days the figures are compared with; null for a target. */
  base: { from: Day; to: Day } | null
  notes: string[]
}

export interface Asked {
  by: string
  from: Day
  to: Day
  currency: string
  /** A comparison of the metric language: last_year, plan.<version> … */
  compare: string
  stores?: readonly string[] | undefined
  /** The slice: members of dimensions. */
  filters: readonly { dimension: string; is: string[] }[]
  amount: 'net_sales' | 'gross_sales'
  quantity: 'net_units' | 'units_sold' | 'orders'
}

type Store = { store: string; currency: string }

/** A run of stores asked for at once, in one currency. */
interface Group {
  stores: readonly string[]
  store: string
  answer: Answer
  /** The same without a split: what the members add up to, and what is left beside them. */
  whole: Answer
  currency: string
}

/**
 * The change of sales against any comparison by volume, mix, price, rate and currency over the members of a dimension,
 * in the reader's currency. Each store counts in its own currency at the rate its sales of those days came to; a plan at
 * its budget rate. Adds up to the change of the metric itself, to the cent: what a split leaves over is an item of its own.
 * @throws Failure('invalid') where there is nothing to compare with, or no rate.
 */
export async function salesVariance(context: Context, asked: Asked): Promise<SalesVariance> {
  const wanted = new Set(asked.stores ?? [])
  const stores = (await storesOf(context)).filter(one => wanted.size === 0 || wanted.has(one.store))
  if (stores.length === 0)
    throw invalid('There is no such store among those you see.', 'Choose another store above.')
  const plan = planIn(asked.compare)
  const found =
    plan === null
      ? await againstDays(context, asked, stores)
      : await againstTarget(context, asked, plan, stores)
  const { items, ...variance } = priceVolumeMix(found.items)
  return {
    ...variance,
    items: items.map((item, n) => ({ ...item, ...(found.places[n] as Place) })),
    quantity: found.quantity,
    base: found.base,
    notes: found.notes,
  }
}

type Found = {
  items: Item[]
  places: Place[]
  quantity: string
  base: { from: Day; to: Day } | null
  notes: string[]
}

/** Names asked for, without doubles: the amount, the same before deductions, and the quantity. */
const metricsOf = ({ amount, quantity }: Asked, more: string[] = []): string[] => [
  ...new Set([amount, 'gross_sales', quantity, ...more]),
]

const questionOf = (asked: Asked, stores: readonly string[], currency: string, metrics: string[]): Query => ({
  metrics,
  from: asked.from,
  to: asked.to,
  stores: [...stores],
  currency,
  compare: [asked.compare] as Query['compare'],
  ...(asked.filters.length > 0 && { filters: [...asked.filters] }),
})

async function asking(
  context: Context,
  asked: Asked,
  stores: readonly string[],
  currency: string,
  metrics: string[],
): Promise<{ answer: Answer; whole: Answer }> {
  const question = questionOf(asked, stores, currency, metrics)
  const answer = await askAs(context, { ...question, by: [asked.by], limit: 10_000 })
  return { answer, whole: await askAs(context, question) }
}

/** What some stores sold, and what it is compared with, as the metric itself is told to the reader. */
async function readersOwn(context: Context, asked: Asked, stores: readonly string[]): Promise<AnswerRow> {
  return (await askAs(context, questionOf(asked, stores, asked.currency, [asked.amount]))).totals
}

/**
 * The rate an amount came to, each day's sales at the rate of its day: the mean of the days is not that where more is sold on
 * some. The mean, where there is nothing to tell it by, or sales and returns of different days nearly cancel out.
 */
function rateCameTo(own: string | null, readers: string | null, mean: string): string {
  const came = ratio(readers, own, 20)
  const off = ratio(came, mean, 6)
  return came === null || off === null || Number(off) < 0.5 || Number(off) > 2 ? mean : came
}

/** The other side of a comparison of a row, metric by metric. */
const baseOf = (row: AnswerRow, compare: string) => (metric: string) =>
  row.compare?.[compare]?.values[metric]?.value ?? null
const nowOf = (row: AnswerRow) => (metric: string) => {
  const value = row[metric]
  return typeof value === 'string' ? value : null
}

const sideOf = (
  pick: (metric: string) => string | null,
  { amount }: Asked,
  quantity: string,
  rate: string,
): Side | null => {
  const value = pick(amount)
  if (value === null) return null
  const list = amount === 'gross_sales' ? null : pick('gross_sales')
  return { amount: value, quantity: pick(quantity) ?? '0', rate, ...(list !== null && { list }) }
}

/** What a split leaves over of the whole: a member nobody named, or more members than are asked for. */
const leftOver = (whole: Side | null, parts: readonly (Side | null)[], rate: string): Side | null => {
  if (!whole) return null
  const rest = (pick: (side: Side) => string) =>
    minus(pick(whole), sum(parts.flatMap(part => (part ? [pick(part)] : []))) ?? '0') ?? '0'
  const amount = rest(side => side.amount)
  const quantity = rest(side => side.quantity)
  return exact(amount).isZero() && exact(quantity).isZero() ? null : { amount, quantity, rate }
}

/** Against other days: last year by date, weekday, event or week, or the period before. */
async function againstDays(context: Context, asked: Asked, stores: readonly Store[]): Promise<Found> {
  const rates = await ratesOf(context.granary, [asked.currency, ...stores.map(one => one.currency)])
  const found: Found = { items: [], places: [], quantity: asked.quantity, base: null, notes: [] }
  let known = false
  for (const { store, currency } of stores) {
    const { answer, whole } = await asking(context, asked, [store], currency, metricsOf(asked))
    const base = answer.meta.comparisons[asked.compare]
    if (base) found.base = { from: base.from, to: base.to }
    if (base?.note && !found.notes.includes(base.note)) found.notes.push(base.note)
    const coming = whole.meta.warnings.find(one => one.code === 'coming')
    if (coming && base && base.from < (whole.meta.wholeFrom ?? ''))
      throw invalid(
        coming.message,
        'Choose another comparison or other stores above, or come back when it is in.',
      )
    known ||= baseOf(whole.totals, asked.compare)(asked.amount) !== null
    // A store that sold in neither needs no rate.
    const sold = [nowOf(whole.totals), baseOf(whole.totals, asked.compare)].map(pick => pick(asked.amount))
    if (sold.every(one => one === null || exact(one).isZero()) && answer.rows.length === 0) continue
    const [mean, meanBefore] = [asked, base ?? asked].map(span =>
      meanRate(rates, currency, asked.currency, span),
    ) as [string, string]
    const readers = currency === asked.currency ? null : await readersOwn(context, asked, [store])
    const came = (pick: (row: AnswerRow) => (metric: string) => string | null, otherwise: string) =>
      readers === null
        ? otherwise
        : rateCameTo(pick(whole.totals)(asked.amount), pick(readers)(asked.amount), otherwise)
    const rate = came(nowOf, mean)
    const before = came(row => baseOf(row, asked.compare), meanBefore)
    addRows(
      found,
      asked,
      { store, answer, whole },
      pick => sideOf(pick, asked, asked.quantity, rate),
      pick => sideOf(pick, asked, asked.quantity, before),
    )
  }
  if (!known)
    throw invalid(
      `There is nothing to compare with: no sales are known for ${comparisonName(asked.compare).said}.`,
      'Choose another comparison above.',
    )
  return found
}

function addRows(
  found: Found,
  asked: Asked,
  { store, answer, whole }: Pick<Group, 'store' | 'answer' | 'whole'>,
  now: (pick: (metric: string) => string | null) => Side | null,
  then: (pick: (metric: string) => string | null) => Side | null,
): void {
  const rows = answer.rows.map(row => ({
    member: String(row[asked.by] ?? ''),
    actual: now(nowOf(row)),
    plan: then(baseOf(row, asked.compare)),
  }))
  const all = { actual: now(nowOf(whole.totals)), plan: then(baseOf(whole.totals, asked.compare)) }
  const over = {
    actual: leftOver(
      all.actual,
      rows.map(row => row.actual),
      all.actual?.rate ?? '1',
    ),
    plan: leftOver(
      all.plan,
      rows.map(row => row.plan),
      all.plan?.rate ?? '1',
    ),
  }
  for (const { member, actual, plan } of rows) {
    if (!actual && !plan) continue
    found.items.push({ key: `${store} · ${member}`, actual, plan })
    found.places.push({ store, member })
  }
  if (over.actual || over.plan) {
    found.items.push({ key: store, ...over })
    found.places.push({ store, member: null })
  }
}

/** Against a plan version, a forecast or a saved target: what it says of each member, or of the whole where it is not split. */
async function againstTarget(
  context: Context,
  asked: Asked,
  name: string,
  stores: readonly Store[],
): Promise<Found> {
  const [version] = await context.ledger
    .select({ name: tables.versions.name, sheet: tables.versions.sheet, rates: tables.versions.rates })
    .from(tables.versions)
    .where(eq(tables.versions.id, name))
  const { label } = comparisonName(asked.compare, { label: version?.name })
  const currency = version?.sheet.currency ?? asked.currency
  const rates = await ratesOf(context.granary, [asked.currency, currency, ...stores.map(one => one.currency)])
  const metrics = metricsOf(asked, ['orders'])
  const groups: Group[] = []
  for (const { store } of stores) {
    const both = await asking(context, asked, [store], currency, metrics)
    if (baseOf(both.whole.totals, asked.compare)(asked.amount) === null) break
    groups.push({ stores: [store], store, currency, ...both })
  }
  const notes: string[] = []
  if (groups.length < stores.length) {
    // It is not told by store: then all of them at once.
    groups.length = 0
    const all = stores.map(one => one.store)
    groups.push({
      stores: all,
      store: stores.length === 1 ? (stores[0]?.store ?? '') : '',
      currency,
      ...(await asking(context, asked, all, currency, metrics)),
    })
    if (stores.length > 1)
      notes.push('It is not told by store, so currencies are not told apart: all stores stand in one.')
  }
  const said = (pick: string) =>
    groups.every(({ whole }) => baseOf(whole.totals, asked.compare)(pick) !== null)
  if (!said(asked.amount))
    throw invalid(
      `${label} says nothing of ${asked.amount.replaceAll('_', ' ')} for all of these days and stores${asked.filters.length > 0 ? ' in this slice' : ''}.`,
      `It must be in ${currency}, cover the period, and be of these stores${asked.filters.length > 0 ? ' and planned by this slice alone' : ''}. Choose another comparison or period above.`,
    )
  const quantity = said(asked.quantity) ? asked.quantity : said('orders') ? 'orders' : null
  if (quantity === null)
    throw invalid(
      `${label} plans neither units nor orders, so price and volume cannot be told apart.`,
      'Choose a plan of orders and order values, or another comparison.',
    )
  if (quantity !== asked.quantity)
    notes.push('It plans no units: a unit is an order here, and price is what an order is worth.')
  const found: Found = { items: [], places: [], quantity, base: null, notes }
  const first = version?.sheet.periods[0]?.from ?? asked.from
  for (const group of groups) {
    const own = stores.find(one => one.store === group.store)?.currency ?? currency
    // What one unit of the store's own money was to be in the plan's: price is told in it, the rest is currency.
    const budget =
      own === currency
        ? '1'
        : (version?.rates[own] ??
          rates.on(own, currency, addDays(first, -1)) ??
          meanRate(rates, own, currency, asked))
    const now =
      own === currency ? group : { ...group, ...(await asking(context, asked, group.stores, own, metrics)) }
    const readers = await readersOwn(context, asked, group.stores)
    const rate = rateCameTo(
      nowOf(now.whole.totals)(asked.amount),
      nowOf(readers)(asked.amount),
      meanRate(rates, own, asked.currency, asked),
    )
    const into = exact(budget).times(exact(meanRate(rates, currency, asked.currency, asked)))
    const split = group.answer.rows.some(row => baseOf(row, asked.compare)(asked.amount) !== null)
    if (!split) notes.push(`It is not split by ${asked.by}: each store is one item.`)
    const inOwn = (value: string | null) => (value === null ? null : ratio(value, budget, 20))
    const then = (pick: (metric: string) => string | null): Side | null =>
      sideOf(
        metric => (['net_sales', 'gross_sales'].includes(metric) ? inOwn(pick(metric)) : pick(metric)),
        asked,
        quantity,
        into.toString(),
      )
    // Actuals in the store's own money beside the plan's in its own: rows meet by member.
    const plans = new Map(group.answer.rows.map(row => [String(row[asked.by] ?? ''), row.compare]))
    const beside = (row: AnswerRow): AnswerRow => {
      const compare = plans.get(String(row[asked.by] ?? ''))
      return compare ? ({ ...row, compare } as AnswerRow) : row
    }
    const { compare } = group.whole.totals
    addRows(
      found,
      asked,
      {
        store: group.store,
        answer: { ...now.answer, rows: split ? now.answer.rows.map(beside) : [] },
        whole: { ...now.whole, totals: { ...now.whole.totals, ...(compare && { compare }) } as AnswerRow },
      },
      pick => sideOf(pick, asked, quantity, rate),
      then,
    )
  }
  return { ...found, notes: [...new Set(notes)] }
}

/** @throws Failure('invalid') where a day has no rate, naming the currencies and the days. */
const meanRate = (rates: Rates, from: string, to: string, span: { from: Day; to: Day }): string => {
  const rate = rates.mean(from, to, span)
  if (rate === null)
    throw invalid(
      `There is no rate from ${from} to ${to} for ${span.from} to ${span.to}.`,
      'Import exchange rates, or ask in a currency that has them.',
    )
  return rate
}
