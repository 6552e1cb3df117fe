import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import type { Answer, Definition, Query } from '#metrics/query.ts'
import { askAll, inHomeCurrency } from '../forecasts/course.ts'
import { outOfStock } from './out-of-stock.ts'
import { isPriced, weights, worths } from './rules/model.ts'
import { likeForLike, type Rule } from './rules.ts'
import { besideEach } from './siblings.ts'

/** One slice of a rule, day by day: what is watched, and what moves it while all is well. */
export interface Cell {
  slice: Record<string, string>
  amount: Float64Array
  exposure: Float64Array
  /** What a ratio is told per, where that is not the exposure: units, of prices held like for like. */
  count?: Float64Array
  /** Net sales of one unit of the amount, in the company's currency; null where it has no price. */
  worth: number | null
  /** Places of the days on which none of it was in stock anywhere; absent where none are known. */
  out?: readonly number[]
}

export interface Watched {
  rule: Rule
  definition: Definition
  start: Day
  cells: Cell[]
  /** Net sales a day of the company. */
  scale: number
}

/** Days that are looked at: the whole is held against its last year (half a year of weeks, and the same a year before), slices against each other. */
export const reachOf = ({ by }: Pick<Rule, 'by'>) => (by.length === 0 ? 560 : 200)
/** Rows of an answer at most: while one is put together nobody else is answered. */
const rows = 1500
const page = 10_000
/** Slices of a rule that are watched, the largest first. */
const most = 200

/** Everything a rule watches, up to a day, of some stores or (null) of all. Money is in the company's currency. */
export async function watchedBy(
  given: Context,
  rule: Rule,
  last: Day,
  stores: string[] | null = null,
): Promise<Watched | null> {
  const context = stores === null ? given : await within(given, stores)
  const reach = reachOf(rule)
  const start = addDays(last, 1 - reach)
  const none = () => new Float64Array(reach)
  const weight = weights[rule.metric]
  const names = [rule.metric, ...(weight ? [weight] : []), ...(rule.against ? [rule.against] : [])]
  const part = rule.by.length > 0 ? likeForLike[rule.metric] : undefined
  const by = part ? [...rule.by, part] : rule.by
  const found = await columns(context, [...new Set([...names, 'net_sales'])], by, start, last)
  const definition = found.definitions[rule.metric]
  if (!definition || found.cells.size === 0) return null
  const whole = (name: string) => total([...found.cells.values()].map(cell => cell[name] ?? none()))
  const sold = found.sold
  const amountOf = (cell: Columns) =>
    weight
      ? (cell[rule.metric] ?? none()).map((ratio, t) => ratio * (cell[weight]?.[t] ?? 0))
      : (cell[rule.metric] ?? none())
  const amounts = new Map([...found.cells].map(([key, cell]) => [key, amountOf(cell)]))
  const groupOf = (slice: Record<string, string>) =>
    rule.by.length > 1 ? (slice[rule.by[0] ?? ''] ?? '') : ''
  const beside = besideEach(
    new Map(
      [...amounts].map(([key, amount]) => [key, { group: groupOf(found.slices.get(key) ?? {}), amount }]),
    ),
  )
  const single = [...found.cells].map(([key, cell]): Cell => {
    const amount = amounts.get(key) ?? none()
    const slice = found.slices.get(key) ?? {}
    const exposure = weight
      ? (cell[weight] ?? none())
      : rule.against
        ? (cell[rule.against] ?? none())
        : beside(key)
    const worth = worthOf(rule.metric, definition, slice, sold, amount, cell.net_sales ?? none())
    return settled({ slice, amount, exposure, worth }, trails[rule.metric] ?? 0)
  })
  const cells = part ? sameMix(single, part) : single
  const size = (cell: Cell) => cell.amount.reduce((sum, value) => sum + Math.abs(value), 0)
  const largest = cells.toSorted((a, b) => size(b) - size(a)).slice(0, most)
  const slices = largest.map(one => one.slice)
  const out = await outOfStock(context, rule, slices, start, last)
  const recent = whole('net_sales').subarray(-28)
  return {
    rule,
    definition,
    start,
    cells: largest.map(cell => {
      const days = out.get(JSON.stringify(cell.slice))
      return days ? { ...cell, out: days } : cell
    }),
    scale: recent.reduce((sum, value) => sum + value, 0) / recent.length || sold('', 'net_sales') / reach,
  }
}

/** The same context, whose questions are of these stores alone. */
async function within(context: Context, stores: string[]): Promise<Context> {
  const home = await inHomeCurrency(context)
  const { metrics } = home
  return { ...home, metrics: { ...metrics, ask: (query, scope) => metrics.ask({ stores, ...query }, scope) } }
}

/**
 * Slices by the dimensions left without `part`, held like for like: what moves the amount is its parts, each at its own usual
 * ratio (a price index of today's basket, Paasche), so that what sold more or less today is no change of price.
 */
export function sameMix(cells: readonly Cell[], part: string): Cell[] {
  const whole = new Map<string, Cell>()
  for (const { slice: own, amount, exposure, worth } of cells) {
    const slice = Object.fromEntries(Object.entries(own).filter(([name]) => name !== part))
    const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0)
    const usual = sum(exposure) > 0 ? sum(amount) / sum(exposure) : 0
    const expected = exposure.map(units => units * usual)
    const key = JSON.stringify(slice)
    const before = whole.get(key)
    whole.set(key, {
      slice,
      amount: before ? total([before.amount, amount]) : amount,
      exposure: before ? total([before.exposure, expected]) : expected,
      count: before?.count ? total([before.count, exposure]) : exposure,
      worth,
    })
  }
  return [...whole.values()]
}

/** Days within which most of what is ever sent back of an order has come back (return windows of a month, and the post). */
const trails: Readonly<Record<string, number>> = { return_rate: 45 }

/**
 * A cell without the first days of a slice that began within reach, as if nothing had been then: what follows orders after
 * weeks is not yet there of the first of them, and its coming is no rise.
 */
export function settled<C extends Pick<Cell, 'amount' | 'exposure'>>(cell: C, days: number): C {
  const first = cell.exposure.findIndex(value => value > 0)
  if (days === 0 || first <= 0) return cell
  const from = (values: Float64Array) => values.map((value, t) => (t < first + days ? 0 : value))
  return { ...cell, amount: from(cell.amount), exposure: from(cell.exposure) }
}

type Columns = Record<string, Float64Array>

const total = (parts: readonly Float64Array[]): Float64Array =>
  parts.reduce((sum, part) => sum.map((value, t) => value + (part[t] ?? 0)))

/** Net sales by one unit: of the slice where they can be split so, else of its store, else of the company. */
function worthOf(
  metric: string,
  definition: Definition,
  slice: Record<string, string>,
  sold: (store: string, name: string) => number,
  amount: Float64Array,
  sales: Float64Array,
): number | null {
  if (definition.unit === 'money') return 1
  const per = worths[metric]
  // A margin that falls costs its share of sales; returns and discounts cost it where they rise.
  if (!per) return isPriced(definition) ? (definition.good === 'up' ? 1 : -1) : null
  const own = sales.reduce((sum, value) => sum + value, 0)
  const units = amount.reduce((sum, value) => sum + value, 0)
  if (own > 0 && units > 0 && per === metric) return own / units
  const store = slice.store ?? ''
  const count = sold(store, per)
  // Where more came back than was sold an order lost is no gain: it is worth what it was sold for.
  const money = sold(store, 'net_sales') > 0 ? sold(store, 'net_sales') : sold(store, 'gross_sales')
  return count > 0 && money > 0 ? money / count : null
}

/** Filters that leave the largest slices, where a split has more than are watched. */
async function largestOf(
  context: Context,
  metrics: readonly string[],
  by: readonly string[],
  from: Day,
  to: Day,
): Promise<Query['filters'] | null> {
  const finest = by.at(-1)
  if (finest === undefined) return null
  const size = metrics.find(name => name !== 'net_sales' && !weights[name]) ?? 'net_sales'
  const sort = { by: size, desc: true }
  const answer = await askAll(context, { metrics: [size], by: [finest], from, to, sort, limit: most })
  if (answer.meta.count <= most) return null
  return [{ dimension: finest, is: answer.rows.map(row => String(row[finest] ?? '')) }]
}

interface Found {
  cells: Map<string, Columns>
  slices: Map<string, Record<string, string>>
  definitions: Record<string, Definition>
  /** Sums over the days of a store ('' the company). */
  sold: (store: string, name: string) => number
}

/** Figures by slice and day, each slice a row of columns; money in the company's currency. */
async function columns(
  context: Context,
  metrics: string[],
  by: readonly string[],
  from: Day,
  to: Day,
): Promise<Found> {
  const largest = await largestOf(context, metrics, by, from, to)
  const none = () => new Float64Array(dayCount(from, to))
  const query: Query = {
    metrics,
    grain: 'day',
    calendar: 'gregorian',
    by: [...by],
    limit: page,
    ...(largest && { filters: largest }),
  }
  const found: Found = { cells: new Map(), slices: new Map(), definitions: {}, sold: () => 0 }
  const stores = await askAll(context, {
    metrics: [...new Set([...metrics, 'gross_sales', 'orders', 'sessions', 'units_sold'])],
    by: ['store'],
    from,
    to,
  })
  const sums = new Map(stores.rows.map(row => [String(row.store), row]))
  found.sold = (store, name) => Number((store === '' ? stores.totals : sums.get(store))?.[name] ?? 0)
  // A day that cannot be told in the currency is no day without sales: its slice is not watched until there is a rate.
  const untold = new Set<string>()
  const ratio = !(metrics[0] && weights[metrics[0]])
  /** Days of a slice's figures, by key: the first that is told, and the last that is not where rates are lacking. */
  const course = new Map<string, { key: string; told: number; lacks: number }>()
  const take = (answer: Answer) => {
    found.definitions = answer.meta.definitions
    const ofMoney = found.definitions[metrics[0] ?? '']?.unit.startsWith('money')
    const lacking = answer.meta.warnings.some(one => one.code === 'rates')
    const noRate = ofMoney && lacking
    // What is money, and the ratio that is watched itself where nothing says what it is a ratio to.
    const rated = metrics.filter(
      (name, i) =>
        (found.definitions[name]?.unit.startsWith('money') && name !== 'net_sales') || (i === 0 && ratio),
    )
    for (const row of answer.rows) {
      const slice = Object.fromEntries(by.map(name => [name, String(row[name] ?? '')]))
      const key = JSON.stringify(slice)
      if (noRate && row.net_sales === null) untold.add(key)
      found.slices.set(key, slice)
      const cell = found.cells.get(key) ?? Object.fromEntries(metrics.map(name => [name, none()]))
      found.cells.set(key, cell)
      const t = dayCount(from, String(row.period)) - 1
      for (const name of metrics) {
        const column = cell[name]
        if (column) column[t] = Number(row[name] ?? 0)
      }
      for (const name of rated) {
        const of = course.get(`${name} ${key}`) ?? { key, told: Number.POSITIVE_INFINITY, lacks: -1 }
        course.set(`${name} ${key}`, of)
        if (row[name] !== null) of.told = Math.min(of.told, t)
        else if (lacking) of.lacks = Math.max(of.lacks, t)
      }
    }
  }
  // Some days at a time, as many as make an answer that is quickly put together. Without a dimension every day is a row.
  let days = by.length === 0 ? rows : 7
  for (let start = from; start <= to; ) {
    const end = earlier(to, addDays(start, days - 1))
    let read = 0
    for (let offset = 0, count = 1; offset < count; offset += page) {
      const answer = await askAll(context, { ...query, from: start, to: end, offset })
      take(answer)
      read += answer.rows.length
      count = by.length === 0 ? 1 : answer.meta.count
    }
    start = addDays(end, 1)
    days = Math.max(1, Math.floor((rows * days) / Math.max(1, read)))
  }
  // Before its first figure nothing is known of a slice; what is lacking behind it was there.
  for (const { key, told, lacks } of course.values()) if (lacks > told) untold.add(key)
  for (const key of untold) found.cells.delete(key)
  return found
}
