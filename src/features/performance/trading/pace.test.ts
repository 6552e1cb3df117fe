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
    earliest: null,
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

const moment = (clock: string) => Date.parse(`2026-11-27T${clock}Z`)

it('minutes without orders count as far as a shop is read: the last five are not those of its last order', () => {
  const day = [at('london', '11:40', 20), at('london', '11:52', 3)]
  const read = new Map([['london', moment('12:00:30')]])
  expect(paceOf(day, zones, read)).toMatchObject({ until: '12:00', five: 0, fifteen: 3 / 15 })
  // An order that came in by itself since is in, too.
  const early = new Map([['london', moment('11:30:00')]])
  expect(paceOf(day, zones, early)).toMatchObject({ until: '11:53', five: 3 / 5 })
})

it('of a shop that is read late the last minutes that are in count, and it is said which', () => {
  const day = [at('london', '11:58', 5), at('york', '06:28', 10)]
  const read = new Map([
    ['london', moment('12:00:00')],
    ['york', moment('11:30:00')],
  ])
  expect(paceOf(day, zones, read)).toMatchObject({
    until: '12:00',
    earliest: '11:30',
    store: 'london',
    five: 3,
  })
})

it('a day that is over ends at midnight on the clock of its shop', () => {
  const read = new Map([['york', moment('23:00:00') + 24 * 3_600_000]])
  expect(paceOf([at('york', '23:58', 5)], zones, read)).toMatchObject({ until: '00:00', five: 1 })
})

it('of whole hours, and of nothing, no pace is known', () => {
  expect(paceOf([at('london', '09:00', 4), at('london', '10:00', 2)], zones)).toBeNull()
  expect(paceOf([], zones)).toBeNull()
})
