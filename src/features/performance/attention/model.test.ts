import { expect, it } from 'vitest'
import { alertsTitle, snoozed } from './model.ts'

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
