import { expect, it } from 'vitest'
import { deliver } from '../../test/small-ledger.ts'
import { over } from '../../test/small-world.ts'

it('codes of one promotion are one, and a code the shop does not list stands for itself', async () => {
  const day = '2026-01-05'
  const { ask, granary } = await over([
    { order_id: 'a', day, gross: 100, discounts: -10, discount_code: 'A' },
    { order_id: 'b', day, gross: 50, discounts: -5, discount_code: 'B' },
    { order_id: 'c', day, gross: 20, discounts: -4, discount_code: 'OLD' },
    { order_id: 'd', day, gross: 7 },
  ])
  const promotion = (code: string, store = 'shop') => ({
    ...{ store, code, promotion_id: '7', title: 'Autumn', kind: 'code', gives: 'share', share: '0.1' },
    ...{ amount: null, currency: 'GBP', from_day: day, to_day: null, usage_limit: null },
    ...{ status: 'active', source: 'test' },
  })
  const by = async () =>
    (
      await ask({
        metrics: ['orders', 'net_sales', 'discounts'],
        by: ['promotion'],
        window: 'all_time',
        sort: { by: 'net_sales', desc: true },
      })
    ).rows.map(row => [row.promotion, row.orders, row.net_sales, row.discounts])
  expect(await by()).toContainEqual(['A', '1', '90', '-10'])
  await deliver(granary, 'promotions', [promotion('A'), promotion('B'), promotion('OLD', 'another')])
  expect(await by()).toEqual([
    ['Autumn', '2', '135', '-15'],
    ['OLD', '1', '16', '-4'],
    ['', '1', '7', '0'],
  ])
  const { totals } = await ask({
    metrics: ['net_sales'],
    filters: [{ dimension: 'promotion', is: ['Autumn'] }],
    by: ['customer'],
    window: 'all_time',
  })
  expect(totals.net_sales).toBe('135')
  await granary.close()
})
