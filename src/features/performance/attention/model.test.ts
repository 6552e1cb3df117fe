import { describe, expect, it } from 'vitest'
import {
  alertsTitle,
  causeLink,
  freeId,
  isMoney,
  isPriced,
  measuresOf,
  numberIn,
  quietHours,
  snoozed,
  splitsOf,
  usualVolume,
  watchWords,
  wholeIn,
} from './model.ts'

it('the screen of alerts says how many are open and which comes first', () => {
  const told = { lookedAt: '2026-11-24', waiting: [] }
  const one = { what: 'Units sold 97 % below usual', where: 'Kitchen' }
  expect(alertsTitle({ ...told, rows: [one, { what: 'Orders', where: '' }], count: 1200 })).toBe(
    '1,200 alerts are open, first Units sold 97 % below usual, Kitchen',
  )
  expect(alertsTitle({ ...told, rows: [{ ...one, where: '' }], count: 1 })).toBe(
    'Units sold 97 % below usual',
  )
  expect(alertsTitle({ ...told, rows: [], count: 0 })).toBe('Nothing needs you')
  expect(alertsTitle({ rows: [], count: 0, lookedAt: null, waiting: [] })).toBe('Not looked at yet')
})

it('an alert is put off for a day, a week, a month of whatever length, or until a day to come', () => {
  const until = (how: Parameters<typeof snoozed>[0], today: string, own = '') =>
    snoozed(how, today, own).until
  expect(until('day', '2026-12-31')).toBe('2027-01-01')
  expect(until('week', '2026-11-28')).toBe('2026-12-05')
  expect(until('month', '2026-12-15')).toBe('2027-01-15')
  expect(until('month', '2026-01-31')).toBe('2026-02-28')
  expect(snoozed('date', '2026-11-28', '2026-12-24')).toEqual({
    until: '2026-12-24',
    words: 'Snooze until 24 Dec 2026',
  })
  for (const own of ['', '2026-11-28', '2026-11-01'])
    expect(snoozed('date', '2026-11-28', own).until).toBeNull()
})

it('quiet hours have a begin and an end that differ, over night too, and say whether the digest waits', () => {
  expect(quietHours(22, 7, 6)).toEqual({
    from: 22,
    to: 7,
    error: null,
    words: "9 hours, over night, in the company's time zone. The digest of 06:00 waits until 07:00.",
  })
  expect(quietHours(22, 7, 7).words).toBe("9 hours, over night, in the company's time zone.")
  expect(quietHours(12, 13, 12).words).toMatch(/^1 hour, in .* The digest of 12:00 waits until 13:00\.$/)
  expect(quietHours(7, 7, null).error).toMatch('Choose another hour')
  expect(quietHours(null, 7, 6)).toEqual({ from: null, to: null, error: null, words: '' })
})

it('what is added has a short name of its own, whatever it is called', () => {
  expect(freeId('The team', [])).toBe('the-team')
  expect(freeId('The team!', ['the-team', 'the-team-2'])).toBe('the-team-3')
  expect(freeId('Сайт', ['own'])).toBe('own-2')
  expect(freeId('x'.repeat(80), ['x'.repeat(60)])).toBe(`${'x'.repeat(56)}-2`)
  expect(['', '250', '0.5'].map(isMoney)).toEqual([true, true, true])
  expect(['-1', '1,5', 'much', '1.23456'].map(isMoney)).toEqual([false, false, false, false])
})

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

it('a cause leads to its rows: the figure, days, comparison and slice it was found in', () => {
  const alert = {
    ...{ metric: 'orders', slice: { store: 'uk', category: 'Kitchen' }, since: '2026-11-20', until: null },
    ...{ seenOn: '2026-11-24', expected: 40, currency: 'GBP' },
  }
  const where = [{ dimension: 'channel', value: 'Email' }]
  const search = (link: string) => Object.fromEntries(new URL(link, 'http://shop').searchParams)
  const rows = { metric: 'sessions', from: '2026-11-21', to: '2026-11-24', compare: 'last_year_weekday' }
  expect(search(causeLink(alert, { kind: 'slice', where, rows }))).toEqual({
    ...{ metrics: 'sessions', period: '2026-11-21..2026-11-24', compare: 'last_year_weekday', store: 'uk' },
    where: 'category=Kitchen;channel=Email',
  })
  // Found before causes said their rows: the alert's own figure and days.
  expect(search(causeLink(alert, { kind: 'slice', where }))).toMatchObject({
    ...{ metrics: 'orders', period: '2026-11-20..2026-11-24' },
  })
  expect(causeLink(alert, { kind: 'data', where: [] })).toBe('/connections')
})
