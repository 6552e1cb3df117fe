import { expect, it } from 'vitest'
import { freeId, isMoney } from '#kernel/field-values.ts'
import { snoozed } from '#kernel/snooze.ts'
import { causeLink } from './evidence/model.ts'
import { alertsTitle } from './model.ts'

it('the screen of alerts says how many are open and which comes first', () => {
  const told = { lookedAt: '2026-11-24', lookingTo: null, waiting: [] }
  const one = { what: 'Units sold 97 % below usual', where: 'Kitchen' }
  expect(alertsTitle({ ...told, rows: [one, { what: 'Orders', where: '' }], count: 1200 })).toBe(
    '1,200 alerts are open, first Units sold 97 % below usual, Kitchen',
  )
  expect(alertsTitle({ ...told, rows: [{ ...one, where: '' }], count: 1 })).toBe(
    'Units sold 97 % below usual',
  )
  expect(alertsTitle({ ...told, rows: [], count: 0 })).toBe('Nothing needs you')
  expect(alertsTitle({ rows: [], count: 0, lookedAt: null, lookingTo: null, waiting: [] })).toBe(
    'Not looked at yet',
  )
  // Days long over tell nothing of those that are still being looked at.
  expect(alertsTitle({ ...told, rows: [], count: 0, lookingTo: '2026-11-28' })).toBe(
    'Still looking, up to 28 Nov',
  )
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

it('what is added has a short name of its own, whatever it is called', () => {
  expect(freeId('The team', [])).toBe('the-team')
  expect(freeId('The team!', ['the-team', 'the-team-2'])).toBe('the-team-3')
  expect(freeId('Сайт', ['own'])).toBe('own-2')
  expect(freeId('x'.repeat(80), ['x'.repeat(60)])).toBe(`${'x'.repeat(56)}-2`)
  expect(['', '250', '0.5'].map(isMoney)).toEqual([true, true, true])
  expect(['-1', '1,5', 'much', '1.23456'].map(isMoney)).toEqual([false, false, false, false])
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
