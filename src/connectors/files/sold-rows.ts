import { amountOf } from './added-up.ts'
import { likeness } from './likeness.ts'
import { orders } from './targets/orders.ts'
import { salesLines } from './targets/sales-lines.ts'

const { quantity, amount, unit_price } = salesLines.columns
const { total, subtotal } = orders.columns
const counted = Object.entries({ quantity, amount, unit_price, total, subtotal })

/**
 * Rows without those that take back: refunds that go by the number of their order say other totals than it, and would tell
 * nothing of what stands on each of its rows. All of them where hardly any would be left.
 */
export const soldRows = (names: readonly string[], rows: readonly string[][]): readonly string[][] => {
  const columns = names.flatMap((name, at) =>
    counted.some(([as, column]) => column && likeness(column, as, name) > 0.8) ? [at] : [],
  )
  const sold = rows.filter(row => columns.every(at => (amountOf(row[at] ?? '') ?? 0) >= 0))
  return sold.length < 2 ? rows : sold
}
