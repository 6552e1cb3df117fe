import type { TableName } from '#kernel/canonical.ts'
import { type Day, later } from '#kernel/day.ts'
import { spanWords } from '#kernel/view.ts'
import { tableOf } from '../reach.ts'
import type { Known } from '../vocabulary.ts'
import type { StillComing, World } from '../world.ts'
import { runsOf } from './covers.ts'
import type { Resolved } from './resolve.ts'
import type { Scoped } from './scope.ts'
import { type Side, shownSides, type Window } from './window.ts'

/** From which day on the figures of a question are whole, while more of the past is still to come. */
export interface Whole {
  /** What is still to come of the tables and stores of the question. */
  coming: readonly StillComing[]
  /** The first day a metric is whole from in one store, or in all that are asked for; null: it is. */
  from(metric: Known, store?: string): Day | null
}

export const wholeOf = (resolved: Resolved, { stores }: Scoped, { coming = [] }: World): Whole => {
  const named = resolved.filters.filter(({ dimension }) => dimension.name === 'store')
  const asked = stores.filter(store =>
    named.every(({ is, not }) => (is?.includes(store) ?? true) && !not?.includes(store)),
  )
  const tables = new Set(resolved.aggregates.map(one => tableOf(one.fact)))
  const own = coming.filter(one => asked.includes(one.store) && tables.has(one.table))
  const known = new Map<string, Day | null>()
  const first = (of: ReadonlySet<TableName>, store: string | undefined) =>
    own
      .filter(one => of.has(one.table) && (store === undefined || one.store === store))
      .reduce<Day | null>((day, { from }) => (day === null ? from : later(day, from)), null)
  return {
    coming: own,
    from(metric, store) {
      if (own.length === 0) return null
      const key = `${metric.name} ${store ?? ''}`
      const found = known.has(key)
        ? known.get(key)
        : first(new Set(metric.aggregates.map(one => tableOf(one.fact))), store)
      known.set(key, found ?? null)
      return found ?? null
    },
  }
}

/** Buckets of a side whose base reaches back before a day: a part is no base, and what stands beside it is N/A. */
export const cutOff = (side: Pick<Side, 'segments'>, from: Day | null): ReadonlySet<number> =>
  new Set(from === null ? [] : side.segments.filter(one => one.from < from).map(({ bucket }) => bucket))

/**
 * What a change is in SQL where its base is whole, and NULL elsewhere; null where it is whole nowhere. `stores` are a column
 * of stores and how one of them is spelt, where rows are of one store each.
 */
export const wholeSql = (
  change: string,
  { window, whole, metric, side }: { window: Window; whole: Whole; metric: Known; side: Side },
  stores: { column: string; bind: (store: string) => string } | null,
): string | null => {
  const names = stores ? [...new Set(whole.coming.map(one => one.store))] : [undefined]
  const conditions = names.flatMap(store => {
    const cut = cutOff(side, whole.from(metric, store))
    if (cut.size === 0) return []
    const of = stores && store !== undefined ? [`${stores.column} = ${stores.bind(store)}`] : []
    return [[...of, ...(window.grain ? [inBuckets(window, cut)] : [])].join(' AND ')]
  })
  if (conditions.includes('')) return null
  return conditions.length === 0
    ? change
    : `CASE WHEN NOT (${conditions.map(one => `(${one})`).join(' OR ')}) THEN ${change} END`
}

/** The buckets as the numbers a row's period has in SQL. */
export const inBuckets = (window: Window, buckets: ReadonlySet<number>): string => {
  const of = window.grain === 'hour' ? 24 : 1
  const within = runsOf(buckets).map(({ from, to }) => `p BETWEEN ${from * of} AND ${(to + 1) * of - 1}`)
  return within.length === 1 ? (within[0] ?? '') : `(${within.join(' OR ')})`
}

/** The day all figures of a question are whole from, where its own days or those of a comparison begin before it. */
export const wholeFrom = ({ coming }: Whole, window: Window): Day | undefined => {
  const from = coming.map(one => one.from).reduce(later, '')
  const reaches = [window.from, ...comparedFrom(window)].some(day => day < from)
  return reaches ? from : undefined
}

const comparedFrom = (window: Window): Day[] =>
  shownSides(window)
    .slice(1)
    .flatMap(({ from }) => (from === '' ? [] : [from]))

/** What else is behind, without how far: "orders of South, traffic of North and 4 more". */
const named = (others: readonly string[]): string => {
  const [a = '', b, ...more] = [...new Set(others.map(words => words.split(': ')[0] ?? words))]
  if (b === undefined) return a
  return more.length === 0 ? `${a} and ${b}` : `${a}, ${b} and ${more.length} more`
}

/** Why, in a sentence, and the stores it is of. */
export const comingWords = (
  whole: Whole,
  window: Window,
): { code: 'coming'; message: string; stores: string[] }[] => {
  const from = wholeFrom(whole, window)
  if (from === undefined) return []
  // What is furthest behind says how far all of it is.
  const behind = whole.coming.toSorted((a, b) => (a.from > b.from ? -1 : a.from < b.from ? 1 : 0))
  const [first = '', ...others] = [...new Set(behind.map(one => one.words))]
  const also = others.length > 0 ? ` (after it ${named(others)})` : ''
  const compared = comparedFrom(window).some(day => day < from)
  const reached = [window.from, ...comparedFrom(window)]
  return [
    {
      code: 'coming',
      // One that is behind only before the days asked for is whole in them.
      stores: [
        ...new Set(behind.filter(one => reached.some(day => day < one.from)).map(one => one.store)),
      ].sort(),
      message: `${first.charAt(0).toUpperCase()}${first.slice(1)}${also}. Figures are whole from ${spanWords(from, from)} on: ${
        compared ? 'nothing is compared with earlier days.' : 'earlier ones grow until the rest is in.'
      }`,
    },
  ]
}
