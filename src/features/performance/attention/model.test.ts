import { expect, it } from 'vitest'
import { alertsTitle } from './model.ts'

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
