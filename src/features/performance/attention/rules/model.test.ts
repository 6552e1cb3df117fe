import { describe, expect, it } from 'vitest'
import {
  chosen,
  isPriced,
  measuresOf,
  numberIn,
  splitsOf,
  usualVolume,
  watchWords,
  wholeIn,
} from './model.ts'

describe('a rule of one’s own', () => {
  const figure = (name: string, label: string, more: object = {}) => ({
    name,
    label,
    unit: 'count' as const,
    additivity: 'additive' as const,
    good: 'up' as const,
    ...more,
  })
  const orders = figure('orders', 'Orders')
  const sessions = figure('sessions', 'Sessions')
  const conversion = figure('conversion_rate', 'Conversion', { unit: 'share', additivity: 'ratio' })
  const roas = figure('roas', 'ROAS', { unit: 'ratio', additivity: 'ratio' })
  const returns = figure('return_rate', 'Return rate', { unit: 'share', additivity: 'ratio', good: 'down' })
  const all = [orders, sessions, conversion, roas, returns]
  const usual = {
    kind: 'change' as const,
    metric: 'orders',
    by: ['store'],
    against: '',
    direction: 'bad' as const,
    leastShare: 0.01,
    leastMoney: null,
    persistence: 2,
    coolDown: 14,
  }
  const told = (metric: typeof orders, more: object = {}) =>
    watchWords(
      { ...usual, metric: metric.name, ...more },
      metric,
      name => all.find(one => one.name === name)?.label ?? name,
      name => ({ store: 'Store', device: 'Device' })[name] ?? name,
    )

  it('says in words what it watches', () => {
    expect(told(orders)).toBe(
      "Watches orders of each store day by day against what stands beside it and its own past weeks. Tells when it falls for 2 days or longer, where that makes 1 % of the company's net sales a day. What comes back within 14 days is the same alert.",
    )
    expect(told(orders, { against: 'sessions' })).toContain('against what is usual for its sessions.')
    expect(told(conversion, { by: ['store', 'device'] })).toMatch(
      /^Watches conversion of each store and device day by day against what is usual for its sessions\./,
    )
    expect(told(roas, { by: [], persistence: 1, coolDown: 0 })).toBe(
      'Watches ROAS of the company as a whole day by day against its own past, with weekdays and known events taken off. Tells when it falls for a day or longer, whatever it costs: it has no price in money.',
    )
    expect(told(returns, { leastMoney: '250' })).toContain(
      "when it rises for 2 days or longer, where that makes 250 a day in the company's currency and 1 % of",
    )
    expect(told(orders, { direction: 'any', kind: 'hours', persistence: 3 })).toMatch(
      /hour by hour against what was forecast of the day\. Tells when it rises or falls for 3 hours/,
    )
  })

  it('offers splits that both figures have, and amounts alone to be held against', () => {
    const dimensions = [
      { name: 'store', label: 'Store', metrics: ['orders', 'sessions'] },
      { name: 'device', label: 'Device', metrics: ['orders', 'sessions'], held: false },
      { name: 'product', label: 'Product', metrics: ['orders'] },
      { name: 'order', label: 'Order', metrics: ['orders'] },
    ]
    const names = (against: string) => splitsOf('orders', against, dimensions).map(one => one.name)
    expect(names('')).toEqual(['store', 'product'])
    expect(names('sessions')).toEqual(['store'])
    expect(measuresOf(orders, all)).toEqual([sessions])
    expect(measuresOf(conversion, all)).toEqual([])
  })

  it('begins with a size that suits its figure, and takes numbers within bounds', () => {
    expect([orders, conversion, roas].map(usualVolume)).toEqual([1, 20, 0])
    expect([orders, conversion, returns, roas].map(isPriced)).toEqual([true, true, true, false])
    expect(['1', '28', '0', '29', '', '1.5', '-1'].map(text => wholeIn(text, 1, 28))).toEqual([
      1,
      28,
      null,
      null,
      null,
      null,
      null,
    ])
    expect(['0.5', '100', '101', 'x', ''].map(text => numberIn(text, 100))).toEqual([
      0.5,
      100,
      null,
      null,
      null,
    ])
  })
})

it('what is chosen anew of a rule takes with it what no longer goes with it', () => {
  const form = { kind: 'change' as const, metric: 'orders', by: 'store', more: 'device', against: 'sessions' }
  expect(chosen(form)).toEqual(form)
  expect(chosen({ ...form, kind: 'hours' })).toMatchObject({
    kind: 'hours',
    by: 'store',
    more: '',
    against: '',
  })
  // Sessions come by the day.
  expect(chosen({ ...form, kind: 'hours', metric: 'sessions' })).toMatchObject({
    kind: 'change',
    more: 'device',
  })
  expect(chosen({ ...form, by: '' })).toMatchObject({ more: '', against: '' })
  expect(chosen({ ...form, by: 'device' })).toMatchObject({ by: 'device', more: '' })
  expect(chosen({ ...form, kind: 'limits' })).toMatchObject({ kind: 'limits', more: 'device', against: '' })
})
