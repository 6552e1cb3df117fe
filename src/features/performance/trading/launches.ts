import { addDays, type Day, dayCount, earlier, later } from '#kernel/day.ts'
import type { Engine, Scope } from '#metrics/engine.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { cell, numberOf, quantileOf } from './model.ts'
import type { LaunchesAsked, LaunchesTold } from './shape.ts'

/** A launch is new for a year; sales before the first weeks of the data cannot be told from launches. */
const [newFor, unknown] = [364, 56]
/** Products followed, the newest first; and fewer of an age than this make no middle. */
const [most, fewest] = [60, 3]

/**
 * What was launched in the year before a day, each followed by week since its first sale: net sales to date, beside the
 * middle half of all launches at the same age. A product is launched on the first day it sold in the stores asked for;
 * weeks are of seven days from that day, whole ones only.
 */
export async function launches(
  { metrics, granary }: { metrics: Engine; granary: Warehouse },
  asked: LaunchesAsked,
  scope: Scope,
): Promise<LaunchesTold> {
  const { to: until, ...view } = asked
  const whole = await metrics.ask({ ...view, metrics: ['net_sales'], window: 'all_time' }, scope)
  const { from: known, lastDay, stores, currency } = whole.meta
  const none = { items: [], middle: [], currency, definitions: whole.meta.definitions, to: until }
  if (lastDay === null || stores.length === 0) return none
  const to = earlier(until, lastDay)
  const from = later(addDays(to, 1 - newFor), addDays(known, unknown))
  const found = await firstSales(granary, stores, from, addDays(to, -6))
  if (found.length === 0) return none
  const first = new Map(found.slice(0, most))
  const sold = await salesOf(metrics, view, [...first.keys()], earliest([...first.values()]), to, scope)
  const items = [...first]
    .map(([product, launched]) => {
      const weeks = Math.floor(dayCount(launched, to) / 7)
      const days = sold.get(product)
      let sum = 0
      const curve = Array.from({ length: weeks }, (_, week) => {
        for (let n = 0; n < 7; n++) sum += days?.sales.get(addDays(launched, 7 * week + n)) ?? 0
        return Math.round(sum * 100) / 100
      })
      return { product, title: days?.title ?? '', category: days?.category ?? '', launched, curve }
    })
    .filter(one => one.curve.length > 0)
  const middle = Array.from({ length: Math.max(0, ...items.map(one => one.curve.length)) }, (_, week) => {
    const same = items.flatMap(one => one.curve[week] ?? [])
    if (same.length < fewest) return null
    const at = (share: number) => quantileOf(same, share) ?? 0
    return { low: at(0.25), half: at(0.5), high: at(0.75), products: same.length }
  })
  const lead = (one: (typeof items)[number]) => {
    const usual = middle[one.curve.length - 1]?.half
    return usual ? (one.curve.at(-1) ?? 0) / usual : null
  }
  return {
    ...none,
    to,
    items: items.map(one => ({ ...one, against: lead(one) })),
    middle,
  }
}

const earliest = (days: readonly Day[]): Day => days.reduce(earlier)

/** Products by the day they first sold, of those that did so within the days; the newest first. */
async function firstSales(
  granary: Warehouse,
  stores: readonly string[],
  from: Day,
  to: Day,
): Promise<[string, Day][]> {
  const { from: table, text } = granary.dialect
  const names = stores.map((_, n) => `{s${n}:String}`).join(', ')
  const rows = await granary.query(
    `SELECT product_id, ${text('first_day')} AS launched FROM (
       SELECT product_id, min(day) AS first_day FROM ${table('product_days')}
       WHERE product_id <> '' AND units_sold > 0 AND store IN (${names}) GROUP BY product_id) l
     WHERE first_day >= {from:Date} AND first_day <= {to:Date}
     ORDER BY launched DESC, product_id`,
    { from, to, ...Object.fromEntries(stores.map((store, n) => [`s${n}`, store])) },
  )
  return rows.map(row => [String(row.product_id), String(row.launched)])
}

interface Sold {
  title: string
  category: string
  sales: Map<Day, number>
}

/** Net sales of products by day, and what they are called. */
async function salesOf(
  metrics: Engine,
  view: Omit<LaunchesAsked, 'to'>,
  products: readonly string[],
  from: Day,
  to: Day,
  scope: Scope,
): Promise<Map<string, Sold>> {
  const found = new Map<string, Sold>()
  const only = [...(view.filters ?? []), { dimension: 'product', is: [...products] }]
  const named = await metrics.ask(
    {
      ...view,
      metrics: ['net_sales'],
      by: ['product', 'product_title', 'category'],
      filters: only,
      from,
      to,
      limit: 1000,
    },
    scope,
  )
  for (const row of named.rows)
    found.set(cell(row, 'product') ?? '', {
      title: cell(row, 'product_title') ?? '',
      category: cell(row, 'category') ?? '',
      sales: new Map(),
    })
  // A quarter at a time: an answer is put together while nobody else is answered.
  for (let start = from; start <= to; start = addDays(start, 91)) {
    const answer = await metrics.ask(
      {
        ...view,
        metrics: ['net_sales'],
        by: ['product'],
        grain: 'day',
        calendar: 'gregorian',
        filters: only,
        from: start,
        to: earlier(to, addDays(start, 90)),
        limit: 10_000,
      },
      scope,
    )
    for (const row of answer.rows)
      found.get(cell(row, 'product') ?? '')?.sales.set(row.period ?? '', numberOf(row, 'net_sales') ?? 0)
  }
  return found
}
