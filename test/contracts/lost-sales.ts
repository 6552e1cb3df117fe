import { expect } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { World } from '#metrics/world.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../small-ledger.ts'

const first = '2011-11-01'
const day = (n: number) => addDays(first, n)
const level = (product_id: string, n: number, on_hand: number, location = 'here') => ({
  ...{ store: 'shop', day: day(n), location, product_id, on_hand, currency: 'GBP', source: 'test' },
})

/** Both tell by hand-made numbers what was lost: before stock was read, after it was, with sales all the same, and not at all. */
export async function loseTheSame(both: readonly Warehouse[], world: World): Promise<void> {
  const lines = [
    ...Array.from({ length: 4 }, (_, n) => ({
      order_id: `a${n}`,
      day: day(-14 * (n + 1)),
      product_id: 'before',
      gross: 140,
    })),
    { order_id: 'a', day: day(1), product_id: 'before', gross: 4 },
    { order_id: 'b', day: day(2), product_id: 'read', gross: 70, discounts: -14 },
    { order_id: 'c', day: day(-3), product_id: 'new', gross: 70 },
  ].map((line, n) => ({ ...line, line_key: n + 1 }))
  const stock = Array.from({ length: 20 }, (_, n) => [
    level('before', n, 0),
    level('read', n, n < 14 ? 3 : 0),
    level('read', n, 0, 'elsewhere'),
    level('new', n, 0),
  ]).flat()
  for (const granary of both) {
    await deliverLines(granary, lines)
    await deliver(granary, 'stock_days', stock)
    const { rows, totals } = await createEngine({ granary, world: async () => world }).ask(
      { metrics: ['lost_sales', 'stockout_days'], by: ['product'], from: day(0), to: day(19) },
      { stores: 'all', now: new Date('2011-12-20T00:00:00Z') },
    )
    const told = Object.fromEntries(rows.map(row => [row.product, [row.lost_sales, row.stockout_days]]))
    expect(told, granary.dialect.engine).toEqual({
      before: ['196', '20'],
      read: ['24', '6'],
      new: [null, '20'],
    })
    expect(totals.lost_sales).toBe('220')
  }
}
