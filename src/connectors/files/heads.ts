import type { OrderTotals } from '#kernel/order-totals.ts'
import { orderTotals } from '#kernel/order-totals.ts'
import { ident } from './reading.ts'

/** Rows that say what is of a whole order, its items on rows of their own below. */
export interface Heads {
  /** True of such a row, as an expression. */
  when: string
  /** The rows of the sample that are lines. */
  lines: readonly string[][]
  totals: OrderTotals
}

/** A column tells heads where it is empty on nearly all of them and filled on nearly every line. */
const nearly = 0.95

/**
 * Looks for a row of each order that has no item and alone says what is of the order (its postage, its buyer), above
 * the rows of its items. An order of one item may have both in one row.
 */
export const headsOf = (names: readonly string[], rows: readonly string[][], order: string): Heads | null => {
  const by = names.indexOf(order)
  const cell = (row: readonly string[] | undefined, at: number) => (row?.[at] ?? '').trim()
  const orders = new Map<string, string[][]>()
  for (const row of rows) {
    const key = cell(row, by)
    if (key !== '') orders.set(key, [...(orders.get(key) ?? []), row])
  }
  const several = [...orders.values()].filter(one => one.length > 1)
  if (several.length < 2) return null
  const firsts = several.flatMap(([first]) => (first ? [first] : []))
  const others = several.flatMap(([, ...rest]) => rest)
  const share = (some: readonly string[][], at: number) =>
    some.filter(row => cell(row, at) !== '').length / some.length
  const seen = names.flatMap((_, at) =>
    at === by ? [] : [{ at, first: share(firsts, at), below: share(others, at) }],
  )
  const items = seen.filter(one => one.first <= 1 - nearly && one.below >= nearly)
  const [item] = items.sort((a, b) => b.below - a.below)
  if (!item || !seen.some(one => one.first >= 0.5 && one.below <= 1 - nearly)) return null
  const lines = rows.filter(row => cell(row, item.at) !== '')
  const ofLines = orderTotals(names, lines, by).columns.filter(
    ({ column }) => share(others, names.indexOf(column)) > 1 - nearly,
  )
  const ofHeads = seen.filter(one => one.below <= 1 - nearly && one.first > 0)
  const first = ofHeads.map(({ at }) => ({
    column: names[at] ?? '',
    stands: 'first' as const,
    orders: several.length,
  }))
  const totals = { by: order, columns: [...ofLines, ...first] }
  return { when: `${ident(names[item.at] ?? '')} is empty`, lines, totals }
}

/** What that means, in words. */
export const headsWords = ({ when }: Heads): string =>
  `Orders of several items have a row of their own above them: rows with ${when} are heads, whose totals count once for the order and which are no lines.`
