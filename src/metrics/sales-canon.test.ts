import { describe, expect, it } from 'vitest'
import type { Line } from '../../test/small-ledger.ts'
import { over } from '../../test/small-world.ts'

describe('golden vectors of the sales canon', () => {
  // Published worked examples: net may exceed gross when refunds are pending.
  const vectors = [
    {
      gross: '3997.23',
      discounts: '-210.48',
      reversals: ['-3032.29', '3491.80'],
      net: '4246.26',
      taxes: ['757.35', '-606.51'],
      shipping: ['120', '-9'],
      total: '4508.1',
    },
    {
      gross: '3714.63',
      discounts: '-250.81',
      reversals: ['-3064.98', '3584.20'],
      net: '3983.04',
      taxes: ['692.78', '-613.02'],
      shipping: ['152', '-11'],
      total: '4203.8',
    },
  ]
  it.each(vectors)('net sales $net, total sales $total', async vector => {
    const { gross, discounts, reversals, net, taxes, shipping, total } = vector
    const charged = { order_id: 'a', day: '2026-01-05', quantity: 0 }
    const returned = { order_id: 'a', day: '2026-01-06', quantity: 0 }
    const { ask, granary } = await over([
      { ...charged, gross, discounts, taxes: taxes[0] ?? 0, quantity: 1 },
      { ...charged, kind: 'shipping', shipping: shipping[0] ?? 0 },
      { ...returned, kind: 'reversal', reversals: reversals[0] ?? 0, taxes: taxes[1] ?? 0 },
      { ...returned, kind: 'shipping', shipping: shipping[1] ?? 0 },
      { ...returned, kind: 'adjustment', reversals: reversals[1] ?? 0 },
    ])
    const { totals } = await ask({
      metrics: ['net_sales', 'total_sales'],
      from: '2026-01-01',
      to: '2026-01-31',
    })
    expect(totals).toMatchObject({ net_sales: net, total_sales: total })
    await granary.close()
  })
  it('the average order leaves out what happens afterwards', async () => {
    const lines: Line[] = Array.from({ length: 71 }, (_, i) => ({
      order_id: `o${i}`,
      day: '2026-01-05',
      gross: i === 0 ? '3927.23' : '1',
      discounts: i === 0 ? '-210.48' : 0,
    }))
    const { ask, granary } = await over([
      ...lines,
      { order_id: 'o1', day: '2026-01-09', kind: 'reversal', reversals: -3000 },
    ])
    const { totals } = await ask({ metrics: ['aov', 'orders'], window: 'all_time' })
    expect(Number(totals.aov)).toBeCloseTo(53.33, 2)
    expect(totals.orders).toBe('71')
    await granary.close()
  })
  it('total sales add shipping and taxes to net sales', async () => {
    const { ask, granary } = await over([
      { order_id: 'a', day: '2026-01-05', gross: '100.00', discounts: '-10', taxes: '18', shipping: '5' },
      { order_id: 'a', day: '2026-01-05', kind: 'tip', quantity: 0 },
    ])
    const { totals } = await ask({ metrics: ['total_sales', 'net_sales'], window: 'all_time' })
    expect(totals).toMatchObject({ total_sales: '113', net_sales: '90' })
    await granary.close()
  })
})
