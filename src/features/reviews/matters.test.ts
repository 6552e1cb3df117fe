import { describe, expect, it } from 'vitest'
import type { Definition } from '#metrics/query.ts'
import { mattersOf, type Strange } from './matters.ts'

const formulas = {
  net_sales: ['money', 'gross_sales + discounts + sales_reversals'],
  orders: ['count', 'sum(orders.orders)'],
  new_customers: ['count', 'sum(orders.first_orders)'],
  aov: ['money', '(gross_sales + discounts) / orders'],
  spend: ['money', 'sum(spend.cost)'],
  mer: ['ratio', 'net_sales / spend'],
  marketing_share: ['share', 'spend / net_sales'],
  stockout_rate: ['share', 'sum(stock.out) / sum(stock.days)'],
} as const
const definitions = Object.fromEntries(
  Object.entries(formulas).map(([name, [unit, formula]]) => [name, { name, unit, formula }]),
) as unknown as Record<string, Definition>

const strange = (metric: string, ratio: number, more: Partial<Strange> = {}): Strange => ({
  key: `${metric}:${metric}:target_week`,
  block: metric,
  metric,
  kind: 'target_week',
  tone: ratio < 0 ? 'bad' : 'good',
  words: metric,
  owner: null,
  above: ratio > 0,
  slice: '[]',
  ratios: { usual: null, target_week: ratio, target_month: null },
  amount: formulas[metric as keyof typeof formulas][0] === 'money' ? 1000 * ratio : null,
  ...more,
})
const told = (...all: Strange[]) =>
  mattersOf(all, definitions).map(one => [one.metric, ...(one.also ?? []).map(other => other.block)])

describe('exceptions of a week', () => {
  it('are one matter where trade as a whole is off target, with what follows it either way', () => {
    expect(
      told(
        strange('net_sales', 0.4),
        strange('orders', 0.38),
        strange('mer', 0.41),
        strange('new_customers', 0.5),
        strange('marketing_share', -0.28, { tone: 'good' }),
      ),
    ).toEqual([['net_sales', 'orders', 'mer', 'new_customers', 'marketing_share']])
  })

  it('are matters of their own where that leaves most of them', () => {
    expect(
      told(
        strange('net_sales', -0.08),
        strange('orders', -0.3),
        strange('aov', 0.31),
        strange('spend', -0.1),
        strange('stockout_rate', -0.09),
      ),
    ).toEqual([['spend'], ['net_sales'], ['orders'], ['stockout_rate'], ['aov']])
  })

  it('say once what is strange about one figure in several ways, but not what contradicts it', () => {
    const month = { kind: 'target_month', key: 'm' } as const
    expect(told(strange('spend', 0.2), strange('spend', 0.1, month))).toEqual([['spend', 'spend']])
    expect(told(strange('spend', 0.2), strange('spend', -0.1, month))).toEqual([['spend'], ['spend']])
  })

  it('stay apart by slice, and where somebody else has to speak', () => {
    const [ada, bo] = ['Ada', 'Bo'].map(name => ({ id: name, name })) as [
      { id: string; name: string },
      { id: string; name: string },
    ]
    const sales = strange('net_sales', -0.4, { owner: ada })
    expect(told(sales, strange('orders', -0.4, { owner: bo }))).toEqual([['net_sales'], ['orders']])
    expect(told(sales, strange('orders', -0.4, { owner: ada }))).toEqual([['net_sales', 'orders']])
    expect(told(sales, strange('orders', -0.4, { slice: '[1]' }))).toEqual([['net_sales'], ['orders']])
  })

  it('begin with bad news, the most money first', () => {
    expect(
      told(
        strange('net_sales', 0.5),
        strange('stockout_rate', -0.9),
        strange('aov', -0.1),
        strange('spend', -0.2),
      ),
    ).toEqual([['spend'], ['aov'], ['stockout_rate'], ['net_sales']])
  })
})
