import { type Standing, standingOf } from '#kernel/order-totals.ts'
import type { Plan } from './plan.ts'
import type { Sandbox } from './sandbox.ts'

/** Money that stands on every row of an order and was counted on each. */
export interface CountedTwice {
  /** Column of the target. */
  as: string
  /** Orders of several rows on all whose rows it is the same. */
  orders: number
  /** By how much the sum of all rows is above that of all orders. */
  above: string
}

/**
 * Looks in staged rows for money that every row of an order has alike: the order's, not the line's. Rows that are alike
 * throughout say nothing, as their money would be too.
 */
export const countedTwice = async (sandbox: Sandbox, plan: Plan, all: string): Promise<CountedTwice[]> => {
  const { perLine = {} } = plan.target
  const looked = Object.entries(perLine).filter(([as]) => plan.given.includes(as))
  if (looked.length === 0 || !plan.given.includes('order_id')) return []
  const ends = looked.flatMap(([, column], i) => [`min(${column}) AS a${i}`, `max(${column}) AS b${i}`])
  const counts = looked.flatMap((_, i) => [
    `count(*) FILTER (a${i} = b${i} AND a${i} <> 0) AS same${i}`,
    `count(DISTINCT a${i}) FILTER (a${i} = b${i} AND a${i} <> 0) AS values${i}`,
    `count(*) FILTER (a${i} <> b${i}) AS differs${i}`,
    `CAST(abs(sum(a${i} * (n - 1)) FILTER (a${i} = b${i})) AS DECIMAL(18,2)) AS above${i}`,
  ])
  const [row] = await sandbox.rows<Record<string, string | null>>(`SELECT ${counts.join(', ')} FROM (
    SELECT count(*) AS n, ${ends.join(', ')} FROM ${all}
    WHERE _reason IS NULL AND kind IN ('sale', 'reversal') GROUP BY order_id, kind
    HAVING count(*) > 1 AND min(line_key) <> max(line_key))`)
  return looked.flatMap(([as], i) => {
    const count = (what: string) => Number(row?.[`${what}${i}`] ?? 0)
    const seen: Standing = {
      same: count('same'),
      values: count('values'),
      differs: count('differs'),
      first: 0,
    }
    const heading = plan.headings[as] ?? ''
    return standingOf(heading, seen) === 'each'
      ? [{ as, orders: seen.same, above: row?.[`above${i}`] ?? '0' }]
      : []
  })
}

/** What that means, in words, after it was stored. */
export const countedTwiceWords = ({ as, orders, above }: CountedTwice): string => {
  const money = above.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')
  return `The ${as.replaceAll('_', ' ')} is the same on every row of an order (${orders.toLocaleString('en')} ${orders === 1 ? 'order' : 'orders'} of several rows) and counts once for each row, in all ${money} more than once for each order would be. If it is the order's, map the import again: as order lines with order totals where lines have prices, else as orders.`
}
