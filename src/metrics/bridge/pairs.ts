import type { AnswerRow, Query } from '../query.ts'
import { type Limits, leastOf, leastShare, type Measured, type Slice, volumeOf } from './search.ts'
import { figureOf } from './subject.ts'

/**
 * Which pairs of dimensions are asked, and of which values: all in which a slice can be that would be told. What is summed
 * is not negative, so that where two values meet is no more than at either of them, on either side: below what has to be
 * at least, a value is left out with all its pairs, and nothing is missed by it.
 */

/** A dimension as its values were asked alone. */
export interface Alone {
  dimension: string
  rows: readonly AnswerRow[]
  /** Its values, those too small to be among the rows as well. */
  count: number
  /** Its values that are large enough to be crossed are all among the rows. */
  complete: boolean
}

export interface Pair {
  by: string[]
  /** The values that can be large enough together; absent where most are, or nobody knows which. */
  only: NonNullable<Query['filters']>
}

/** Ids of people, which are looked at one by one: a person and a product are no part of a business. */
const people = new Set(['customer'])

/** What is said of each value of a dimension by the list it is in: where the two meet is that value again. */
const says: Readonly<Record<string, readonly string[]>> = {
  product: ['category', 'brand', 'vendor'],
  account: ['business'],
  discount_code: ['promotion'],
}
/** Whether the product list says it of each product, so that an order may hold several. */
export const isOfProducts = (dimension: string): boolean => says.product?.includes(dimension) ?? false
const isAgain = (a: string, b: string) => says[a]?.includes(b) || says[b]?.includes(a)

/**
 * Whether only a line's order knows of the one, and only the line of the other: where they meet every line has to find its
 * order, which takes ten times as long as any other pair. Up to so many orders on the two sides it is done all the same.
 */
const findsOrders = (a: string, b: string) =>
  [a, b].includes('customer_kind') && [a, b].some(name => name === 'product' || isOfProducts(name))
const ordersFound = 300_000

/** Whether a dimension is crossed with others at all. */
export const isCrossed = (dimension: string): boolean => !people.has(dimension)

/** Of a figure that what is given back is taken off again, sales before it bound what is at a value; other figures bound themselves. */
export const bound = 'gross_sales'

/** Least a value has to reach on the better of its sides, and on both by half, in the measure's unit. */
const needed = (limits: Limits, { worth }: Measured) => ({
  side: leastOf(limits) / Math.abs(worth),
  volume: (leastShare * limits.size) / Math.abs(worth),
})

/** The most that any part of a row's rows can be on a side: what came in, or what was taken off of it. */
function reachOf(row: AnswerRow, metric: string, comparison: string | null): number {
  const own = figureOf(row, metric, comparison)
  const gross = figureOf(row, bound, comparison)
  return Math.max(Math.abs(own), gross, gross - own)
}

/** Values of a dimension with which a slice of a pair can be large enough to be told. */
export const crossable = (
  { dimension, rows }: Pick<Alone, 'dimension' | 'rows'>,
  comparison: string,
  measure: Measured,
  limits: Limits,
): string[] => {
  const least = needed(limits, measure)
  return rows.flatMap(row => {
    const [before, after] = [reachOf(row, measure.name, comparison), reachOf(row, measure.name, null)]
    const value = row[dimension]
    return typeof value === 'string' &&
      Math.max(before, after) >= least.side &&
      (before + after) / 2 >= least.volume
      ? [value]
      : []
  })
}

/** Values named in a question at most: beyond, or where they are most of all there are, all are read. */
const named = 500

/** Pairs of dimensions in which a slice large enough to be told may hide. `orders`: how many there are on the two sides. */
export function pairsOf(
  alone: readonly Alone[],
  comparison: string,
  measure: Measured,
  limits: Limits,
  orders = 0,
): Pair[] {
  const crossed = alone
    .filter(({ dimension, count }) => isCrossed(dimension) && count > 1)
    .map(one => ({ ...one, large: crossable(one, comparison, measure, limits) }))
    // Of a dimension whose values are not all known, one that nobody asked may be as large.
    .filter(({ large, complete }) => large.length > 0 || !complete)
  const only = ({ dimension, count, complete, large }: (typeof crossed)[number]) =>
    complete && large.length <= named && large.length <= count / 2 ? [{ dimension, is: large }] : []
  return crossed.flatMap((a, n) =>
    crossed
      .slice(n + 1)
      .flatMap((b): Pair[] =>
        isAgain(a.dimension, b.dimension) || (orders > ordersFound && findsOrders(a.dimension, b.dimension))
          ? []
          : [{ by: [a.dimension, b.dimension], only: [...only(a), ...only(b)] }],
      ),
  )
}

/** What a value has to be of on both sides together to be told, or to be crossed with another; in the measure's unit. */
export const leastLooked = ({ size }: Limits, { worth }: Measured): number =>
  (leastShare * size) / Math.abs(worth)

/** What a slice has to be of on both sides together to be told, or to share much with one that is; in the measure's unit. */
export const leastKept = ({ size }: Limits, { worth }: Measured): number =>
  (leastShare * size) / 2 / Math.abs(worth)

/** Such slices of a pair; one stands for having looked. */
export const worthKeeping = (slices: readonly Slice[], { size }: Limits): Slice[] =>
  slices.filter((slice, n) => n === 0 || volumeOf(slice) >= (leastShare * size) / 4)
