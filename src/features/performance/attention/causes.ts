import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount, yearOf } from '#kernel/day.ts'
import { feasts } from '#kernel/feasts.ts'
import { bridge } from '#metrics/bridge/bridge.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Cause } from '#postgres/tables/watch.ts'
import { askAll } from '../forecasts/course.ts'

/** A stretch of days that is to be explained, against days before it or a year before. */
export interface Asked {
  from: Day
  to: Day
  /** What the days are compared with. */
  compare: 'previous_period' | 'last_year' | 'last_year_weekday'
  store?: string | undefined
  product?: string | undefined
  /** Said of the data already; '' where nothing is. */
  doubt?: string | null
}

/** Explanations told at most. */
const most = 6

/**
 * What likely moved net sales in a stretch of days, likeliest first: broken data, then events, stock and slices by the
 * money a day they moved, each with its evidence. Money in the company's currency.
 */
export async function causesOf(given: Context, asked: Asked): Promise<Cause[]> {
  const context = await inHomeCurrency(given)
  const data: Cause[] = asked.doubt
    ? [
        {
          kind: 'data',
          words: asked.doubt,
          evidence: 'Systems and their last reading',
          perDay: null,
          where: [],
        },
      ]
    : []
  const found = [
    ...(await eventCauses(context, asked)),
    ...(await stockCauses(context, asked)),
    ...(await sliceCauses(context, asked)),
  ]
  const size = (one: Cause) => Math.abs(one.perDay ?? 0)
  return [...data, ...found.toSorted((a, b) => size(b) - size(a))].slice(0, most)
}

/** The same context, whose questions are answered in the company's currency. */
async function inHomeCurrency(context: Context): Promise<Context> {
  const [home] = await context.ledger.select().from(settings.company)
  const currency = home?.currency
  if (!currency) return context
  const { metrics } = context
  return {
    ...context,
    metrics: { ...metrics, ask: (query, scope) => metrics.ask({ currency, ...query }, scope) },
  }
}

interface Spell {
  series: string
  name: string
  from: Day
  to: Day
}

/** Feasts and events on one side of the comparison and not on the other, or that began or ended with the stretch. */
async function eventCauses(context: Context, asked: Asked): Promise<Cause[]> {
  const { from, to, compare, store } = asked
  const shift = compare === 'previous_period' ? dayCount(from, to) : compare === 'last_year' ? 365 : 364
  const base = { from: addDays(from, -shift), to: addDays(to, -shift) }
  const years = [yearOf(base.from), yearOf(from), yearOf(to)]
  const entered = (await context.ledger.select().from(settings.events)).filter(
    one => !store || one.stores.length === 0 || one.stores.includes(store),
  )
  const all: Spell[] = [...[...new Set(years)].flatMap(feasts), ...entered]
  const within = (one: Spell, span: { from: Day; to: Day }) => one.from <= span.to && one.to >= span.from
  const [here, there] = [all.filter(one => within(one, { from, to })), all.filter(one => within(one, base))]
  const causes: Cause[] = []
  for (const one of here) {
    if (there.some(other => other.series === one.series)) continue
    const perDay = await effectOf(context, one, { from, to }, store)
    causes.push(eventCause(`${one.name} fell into these days and not into those compared.`, one, perDay))
  }
  for (const one of there) {
    if (here.some(other => other.series === one.series)) continue
    const perDay = await effectOf(context, one, base, store)
    causes.push(
      eventCause(`${one.name} fell into the days compared and not into these.`, one, perDay && -perDay),
    )
  }
  return causes
}

const eventCause = (words: string, one: Spell, perDay: number | null): Cause => ({
  kind: 'event',
  words,
  evidence: `${one.from} to ${one.to}`,
  perDay,
  where: [],
})

/** What the days of an event sold beyond the same weekdays a week before it and after it, spread over the stretch. */
async function effectOf(
  context: Context,
  event: Spell,
  span: { from: Day; to: Day },
  store: string | undefined,
): Promise<number | null> {
  const length = dayCount(event.from, event.to)
  if (length > 21) return null
  const weeks = 7 * Math.ceil((length + 2) / 7)
  const sold = async (by: number) => {
    const range = { from: addDays(event.from, by), to: addDays(event.to, by) }
    const answer = await askAll(context, {
      metrics: ['net_sales'],
      ...range,
      ...(store && { stores: [store] }),
    })
    return answer.totals.net_sales == null ? null : Number(answer.totals.net_sales)
  }
  const [own, before, after] = [await sold(0), await sold(-weeks), await sold(weeks)]
  if (own === null || before === null) return null
  const usual = after === null || after === 0 ? before : (before + after) / 2
  return (own - usual) / dayCount(span.from, span.to)
}

/** Products that sold before and lay at nothing in these days: what they sold before, at what they fetched. */
async function stockCauses(context: Context, { from, to, store, product }: Asked): Promise<Cause[]> {
  const only = {
    ...(store && { stores: [store] }),
    ...(product && { filters: [{ dimension: 'product', is: [product] }] }),
  }
  const stock = await askAll(context, {
    metrics: ['stock_units'],
    by: ['product'],
    grain: 'day',
    from,
    to,
    ...only,
    limit: 10_000,
  })
  const out = new Map<string, Day[]>()
  for (const row of stock.rows)
    if (row.stock_units !== null && Number(row.stock_units) <= 0) {
      const id = String(row.product)
      out.set(id, [...(out.get(id) ?? []), String(row.period)])
    }
  if (out.size === 0) return []
  const sold = await askAll(context, {
    metrics: ['units_sold', 'net_sales'],
    by: ['product'],
    from: addDays(from, -56),
    to: addDays(from, -1),
    ...(store && { stores: [store] }),
    filters: [{ dimension: 'product', is: [...out.keys()].slice(0, 1000) }],
    limit: 1000,
  })
  return sold.rows
    .map((row): Cause => {
      const id = String(row.product)
      const days = (out.get(id) ?? []).toSorted()
      const perDay = -((Number(row.net_sales ?? 0) / 56) * days.length) / dayCount(from, to)
      return {
        kind: 'stock',
        words: `${id} was out of stock on ${days.length} ${days.length === 1 ? 'day' : 'days'}, first on ${days[0]}.`,
        evidence: `${Number(row.units_sold ?? 0).toFixed(0)} sold in the eight weeks before`,
        perDay,
        where: [{ dimension: 'product', value: id }],
      }
    })
    .filter(one => (one.perDay ?? 0) < 0)
}

/** The few slices that explain most, as the bridge finds them. */
async function sliceCauses(context: Context, { from, to, compare, store, product }: Asked): Promise<Cause[]> {
  const found = await bridge(
    context.metrics,
    {
      metric: 'net_sales',
      compare,
      from,
      to,
      ...(store && { stores: [store] }),
      ...(product && { filters: [{ dimension: 'product', is: [product] }] }),
    },
    { stores: 'all', now: context.clock() },
  )
  const days = dayCount(from, to)
  return found.causes.slice(0, 4).map(one => ({
    kind: 'slice',
    words: one.words,
    evidence: `${one.before ?? 'N/A'} → ${one.after ?? 'N/A'} ${one.measure.replaceAll('_', ' ')}`,
    perDay: Number(one.amount) / days,
    where: one.where,
  }))
}
