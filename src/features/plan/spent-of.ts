import type { Context } from '#features/context.ts'
import { type Day, earlier } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { valueName } from '#kernel/value-names.ts'
import type * as tables from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'
import { askAs } from './actuals.ts'

type Item = typeof tables.items.$inferSelect

/** Money that went out on a day, in its own currency, and where that is known from. */
export interface Spent {
  day: Day
  amount: string
  currency: string
  source: string
}

type Span = { from: Day; to: Day }

/** What metrics say was spent on each line that names some, by line id; and what has no data, in words. */
export async function spentByMetrics(
  context: Context,
  items: readonly Item[],
  span: Span,
): Promise<{ spent: Map<string, Spent[]>; notes: string[] }> {
  const spent = new Map<string, Spent[]>()
  const notes = new Set<string>()
  const measured = items.filter(item => item.actuals.length > 0)
  if (measured.length === 0 || span.from > span.to) return { spent, notes: [] }
  const groups = new Map<string, Set<string>>()
  for (const term of measured.flatMap(item => item.actuals)) {
    const key = JSON.stringify(term.where)
    groups.set(key, (groups.get(key) ?? new Set()).add(term.metric))
  }
  const byCurrency = Map.groupBy(await storesOf(context), one => one.currency)
  for (const [where, metrics] of groups)
    for (const [currency, stores] of byCurrency) {
      const filters = JSON.parse(where) as Item['actuals'][number]['where']
      const answer = await askAs(context, {
        metrics: [...metrics],
        grain: 'day',
        ...span,
        stores: stores.map(one => one.store),
        currency,
        ...(filters.length > 0 && { filters }),
        limit: 10_000,
      })
      for (const [name, why] of Object.entries(answer.meta.missing))
        notes.add(`${answer.meta.definitions[name]?.label ?? name} is not known: ${why}`)
      for (const item of measured)
        for (const term of item.actuals.filter(one => JSON.stringify(one.where) === where)) {
          const { unit = 'money', label = term.metric } = answer.meta.definitions[term.metric] ?? {}
          const own = spent.get(item.id) ?? []
          spent.set(item.id, own)
          const source = termWords(label, term, answer.meta.storeNames)
          for (const row of answer.rows) {
            const value = row[term.metric]
            if (typeof value !== 'string' || exact(value).isZero()) continue
            own.push({
              day: String(row.period),
              amount: exact(value).times(exact(term.times)).toDecimalPlaces(4).toString(),
              currency: unit === 'money' ? currency : item.currency,
              source,
            })
          }
        }
    }
  return { spent, notes: [...notes] }
}

/** "2.9 % of Total sales", "0.20 × Orders", "Media spend (Google Ads, Gifts UK)". `stores` are names by handle. */
export function termWords(
  label: string,
  term: Item['actuals'][number],
  stores: Readonly<Record<string, string>> = {},
): string {
  const where = term.where
    .flatMap(({ dimension, is }) => is.map(one => valueName(dimension, one, stores)))
    .join(', ')
  const named = where ? `${label} (${where})` : label
  const times = exact(term.times)
  return times.eq(1)
    ? named
    : times.abs().lt(0.2) && /sales|spend/i.test(label)
      ? `${times.times(100).toString()} % of ${named}`
      : `${times.toString()} × ${named}`
}

const keyOf = (account: string, department: string, costCentre: string, vendor: string) =>
  JSON.stringify([account, department, costCentre, vendor].map(text => text.trim().toLowerCase()))

/** Postings that no budget line takes. */
export interface Unplanned {
  account: string
  department: string
  amount: string
  currency: string
}

/**
 * Postings of the general ledger by the line that takes them: the one of their account, and of those the one that
 * says most about vendor, cost centre and department, in this order. A posting is taken once; a line that metrics fill takes none.
 */
export async function spentByLedger(
  { granary }: Context,
  items: readonly Item[],
  span: Span,
): Promise<{ spent: Map<string, Spent[]>; unplanned: Unplanned[] }> {
  const rows = await granary.query(
    `SELECT account, department, cost_centre, vendor, currency, day, sum(amount) AS amount
     FROM ${granary.dialect.from('ledger_entries')}
     WHERE day >= {from:Date} AND day <= {to:Date}
     GROUP BY account, department, cost_centre, vendor, currency, day ORDER BY day, account`,
    { from: span.from, to: span.to },
  )
  const takers = new Map<string, string>()
  for (const item of items)
    if (item.account !== '' && item.actuals.length === 0) {
      const key = keyOf(item.account, item.department, item.costCentre, item.vendor)
      if (!takers.has(key)) takers.set(key, item.id)
    }
  const measured = new Set(items.filter(item => item.actuals.length > 0).map(item => item.account))
  const spent = new Map<string, Spent[]>()
  const left = new Map<string, Unplanned>()
  for (const row of rows) {
    const [account, department, costCentre, vendor, currency, day, amount] = [
      row.account,
      row.department,
      row.cost_centre,
      row.vendor,
      row.currency,
      row.day,
      row.amount,
    ].map(String) as [string, string, string, string, string, string, string]
    const taker = [
      [department, costCentre, vendor],
      [department, '', vendor],
      ['', costCentre, vendor],
      ['', '', vendor],
      [department, costCentre, ''],
      ['', costCentre, ''],
      [department, '', ''],
      ['', '', ''],
    ]
      .map(([d = '', c = '', v = '']) => takers.get(keyOf(account, d, c, v)))
      .find(one => one !== undefined)
    if (taker !== undefined) {
      const own = spent.get(taker) ?? []
      own.push({ day, amount, currency, source: 'General ledger' })
      spent.set(taker, own)
    } else if (!measured.has(account)) {
      const key = `${account}|${department}|${currency}`
      const one = left.get(key) ?? { account, department, amount: '0', currency }
      left.set(key, { ...one, amount: exact(one.amount).plus(exact(amount)).toString() })
    }
  }
  return { spent, unplanned: [...left.values()] }
}

/** Stores somebody may see, with the currency they trade in. */
export async function storesOf({ ledger, actor }: Context): Promise<{ store: string; currency: string }[]> {
  const all = await ledger.select().from(settings.stores).orderBy(settings.stores.store)
  return all.filter(({ store }) => actor.stores === 'all' || actor.stores.includes(store))
}

/** Days of a plan that are over, or begun. */
export const soFar = (periods: readonly { from: Day; to: Day }[], today: Day): Span => ({
  from: periods[0]?.from ?? today,
  to: earlier(periods.at(-1)?.to ?? today, today),
})
