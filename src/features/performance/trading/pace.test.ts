import { expect, it } from 'vitest'
import { type Minute, paceOf } from './pace.ts'

const zones = new Map([
  ['london', 'Europe/London'],
  ['york', 'America/New_York'],
])
const at = (store: string, clock: string, orders: number): Minute => ({
  ...{ store, orders },
  at: `2026-11-27 ${clock}`,
})

it('orders a minute are those of the minutes up to the newest order, and of the busiest five of the day', () => {
  const day = [
    at('london', '09:00', 4),
    at('london', '09:04', 11),
    at('london', '09:05', 2),
    at('london', '11:50', 3),
    at('london', '11:57', 1),
    at('london', '11:59', 4),
  ]
  expect(paceOf(day, zones)).toEqual({
    until: '12:00',
    store: null,
    five: 1,
    fifteen: 8 / 15,
    most: { until: '09:05', perMinute: 3 },
  })
})

it('stores in several zones are laid on one clock', () => {
  // 07:01 in New York is 12:01 in London: its orders are the newest, though its clock shows less.
  const pace = paceOf([at('london', '11:58', 5), at('london', '11:40', 9), at('york', '07:01', 5)], zones)
  expect(pace).toMatchObject({ until: '07:02', store: 'york', five: 2, fifteen: 10 / 15 })
})

it('of whole hours, and of nothing, no pace is known', () => {
  expect(paceOf([at('london', '09:00', 4), at('london', '10:00', 2)], zones)).toBeNull()
  expect(paceOf([], zones)).toBeNull()
})
