import { describe, expect, it } from 'vitest'
import { elsewhere, explains, isBehind } from './elsewhere.ts'
import type { Found } from './find.ts'

const found = (metric: string, slice: Record<string, string>, moneyPerDay = -400): Found => ({
  ...{ rule: metric, metric, slice, moneyPerDay, perDay: -10, score: 0.9 },
  ...{ kind: 'shift', direction: 'below', since: '2026-11-19', until: null },
  ...{ expected: 20, actual: 10, volume: 20, judged: 'Its own weeks before.' },
})
const mobile = { store: 'us', device: 'mobile' }
const checkout = found('checkout_completion', mobile)

describe('what another rule saw of the same matter', () => {
  it.each([
    ['a figure further up the tree follows from it', checkout, found('conversion_rate', mobile), false],
    ['a figure further down explains it', found('conversion_rate', mobile), checkout, true],
    ['a part explains its whole', found('orders', { store: 'us' }), checkout, true],
    ['a whole is no reason for its part', checkout, found('net_sales', { store: 'us' }, -900), false],
    ['what crosses it may', checkout, found('units_sold', { product: 'lamp' }, -90), true],
    [
      'what crosses it and lost more is another matter',
      checkout,
      found('units_sold', { product: 'lamp' }, -1600),
      false,
    ],
  ])('%s', (_, one, other, does) => {
    expect(explains(one, other)).toBe(does)
  })

  const traded = (metric: string, where: Record<string, string>, perDay: number) => ({
    ...{ kind: 'slice' as const, words: '', evidence: '', perDay },
    where: Object.entries(where).map(([dimension, value]) => ({ dimension, value })),
    rows: { metric, from: '2026-11-19', to: '2026-11-25' },
  })
  it.each([
    [
      'fewer orders where checkouts fail',
      checkout,
      traded('conversion_rate', { device: 'mobile' }, -700),
      false,
    ],
    ['fewer sales in all of the store', checkout, traded('net_sales', { channel: 'Online' }, -700), false],
    [
      'fewer visits where fewer buy',
      found('orders', mobile),
      traded('sessions', { device: 'mobile' }, -300),
      true,
    ],
    [
      'one device in a store that sells less',
      found('net_sales', { store: 'us' }),
      traded('conversion_rate', { device: 'mobile' }, -390),
      true,
    ],
    [
      'one country in a product that sells less',
      found('units_sold', { product: 'lamp' }),
      traded('net_sales', { country: 'France' }, -500),
      true,
    ],
  ])('is a place where sales moved: %s', (_, one, cause, does) => {
    expect(isBehind(one, cause)).toBe(does)
  })

  it('is named as people call it', () => {
    const unitOf = (rule: string) =>
      rule === 'units_sold' ? { label: 'Units sold', unit: 'count' as const } : undefined
    const { parts, crossing } = elsewhere(
      checkout,
      [found('units_sold', { product: 'lamp' }, -90)],
      unitOf,
      {},
    )
    expect(parts).toEqual([])
    expect(crossing[0]?.words).toMatch(/^Units sold /)
  })
})
