import { describe, expect, it } from 'vitest'
import { deliverLines, type Line } from '../../test/small-ledger.ts'
import { everyone, over } from '../../test/small-world.ts'
import type { Query } from './query.ts'

describe('new and returning', () => {
  const first: Line = { order_id: 'a', day: '2026-01-05', gross: 100, customer_id: 'c1' }
  const second: Line = { order_id: 'b', day: '2026-01-20', gross: 40, customer_id: 'c1' }
  const back = { kind: 'reversal', ordered_day: '2026-01-05', customer_id: 'c1' } as const
  const later: Line[] = [
    // The first order comes back in part after the second was placed, the second on its own day and after.
    { ...back, order_id: 'a', day: '2026-02-10', reversals: -30 },
    { ...back, order_id: 'b', day: '2026-01-20', ordered_day: '2026-01-20', reversals: -5 },
    { ...back, order_id: 'b', day: '2026-02-11', ordered_day: '2026-01-20', reversals: -10, customer_id: '' },
    // Of an order that is not here nobody knows whether it was the first.
    { ...back, order_id: 'elsewhere', day: '2026-02-12', reversals: -7 },
  ]
  const split: Query = { metrics: ['net_sales', 'orders'], by: ['customer_kind'], window: 'all_time' }
  const standing = [
    { customer_kind: 'new', net_sales: '70', orders: '1' },
    { customer_kind: 'returning', net_sales: '25', orders: '1' },
    { customer_kind: 'not known', net_sales: '-7', orders: '0' },
  ]
  it('a return counts where its order does, whenever it comes, and the parts are the whole', async () => {
    const { ask, granary } = await over([first, second, ...later])
    const { rows, totals } = await ask(split)
    expect(rows).toEqual(standing)
    expect(totals).toMatchObject({ net_sales: '88', orders: '2' })
    const monthly = await ask({ ...split, grain: 'month', by: ['customer_kind'] })
    expect(monthly.rows).toContainEqual({
      period: '2026-02',
      customer_kind: 'new',
      net_sales: '-30',
      orders: '0',
    })
    await granary.close()
  })
  it('is the same whichever comes first, and moves with an older order that turns up', async () => {
    const { ask, granary } = await over([second])
    for (const some of [later, [first]]) await deliverLines(granary, some)
    expect((await ask(split)).rows).toEqual(standing)
    await deliverLines(granary, [{ order_id: 'z', day: '2025-12-01', gross: 9, customer_id: 'c1' }])
    expect((await ask(split)).rows).toEqual([
      { customer_kind: 'returning', net_sales: '95', orders: '2' },
      { customer_kind: 'new', net_sales: '9', orders: '1' },
      { customer_kind: 'not known', net_sales: '-7', orders: '0' },
    ])
    await granary.close()
  })
})

it('the rows behind a group of customers, a fifth or an interval are those of its orders', async () => {
  const order = (order_id: string, day: string, customer_id: string): Line => ({
    order_id,
    day,
    gross: 10,
    customer_id,
  })
  const { engine, granary } = await over([
    order('a', '2026-01-05', 'c1'),
    order('b', '2026-01-20', 'c1'),
    order('c', '2026-01-07', 'c2'),
  ])
  for (const [metric, by, count] of [
    ['grouped_sales', 'customer_group', 3],
    ['grouped_sales', 'recency', 3],
    ['orders_again', 'days_since_order', 1],
  ] as const) {
    const query: Query = { metrics: [metric], by: [by], window: 'all_time' }
    const { rows } = await engine.ask(query, everyone)
    const behind = rows.map(row =>
      engine.rows({ query, metric, values: { [by]: String(row[by]) } }, everyone),
    )
    expect(
      (await Promise.all(behind)).reduce((sum, one) => sum + one.count, 0),
      by,
    ).toBe(count)
  }
  await granary.close()
})
