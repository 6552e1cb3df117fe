import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { dayAt, dayStart, homeZone, offsetAt, wallClock } from './zone.ts'

test('an instant is shown as the clock of the zone shows it', () => {
  expect(wallClock('Europe/London', Date.parse('2026-07-01T23:30:05Z'))).toEqual({
    day: '2026-07-02',
    hour: 0,
    text: '2026-07-02 00:30:05',
  })
  expect(wallClock('America/New_York', Date.parse('2026-01-01T02:00:00Z')).text).toBe('2025-12-31 21:00:00')
  expect(offsetAt('Asia/Kathmandu', 0)).toBe(5.5 * 3_600_000)
})

test('the hour that comes twice is shown twice, the one left out never', () => {
  const before = Date.parse('2026-10-25T00:30:00Z')
  expect(wallClock('Europe/London', before).text).toBe('2026-10-25 01:30:00')
  expect(wallClock('Europe/London', before + 3_600_000).text).toBe('2026-10-25 01:30:00')
  expect(wallClock('Europe/London', Date.parse('2026-03-29T01:00:00Z')).text).toBe('2026-03-29 02:00:00')
})

test('a day begins at its first instant, also where midnight is left out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Europe/London', 'America/New_York', 'America/Santiago', 'Asia/Beirut', 'Pacific/Apia'),
      fc.date({ min: new Date('2012-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      (zone, date) => {
        const day = date.toISOString().slice(0, 10)
        const at = dayStart(zone, day)
        expect(dayAt(zone, at)).toBe(day)
        expect(dayAt(zone, at - 1) < day).toBe(true)
      },
    ),
    {
      examples: [
        ['America/Santiago', new Date('2025-09-07')],
        ['Asia/Beirut', new Date('2026-03-29')],
      ],
    },
  )
})

describe('the zone of a company', () => {
  const shop = (currency: string, timezone: string) => ({ currency, timezone })
  const [berlin, london, york] = [
    shop('EUR', 'Europe/Berlin'),
    shop('GBP', 'Europe/London'),
    shop('USD', 'America/New_York'),
  ]

  it.each([
    ['that of the stores of its currency', [berlin, london, york], 'GBP', 'Europe/London'],
    ['of most of them', [shop('EUR', 'Europe/Dublin'), berlin, berlin, london], 'EUR', 'Europe/Berlin'],
    ['of all stores where none trades in it', [york, york, berlin], 'CHF', 'America/New_York'],
    ['of equals the first', [york, berlin], null, 'America/New_York'],
    ['UTC without a store', [], 'GBP', 'UTC'],
  ])('is %s', (_, stores, currency, zone) => {
    expect(homeZone(stores, currency)).toBe(zone)
  })
})
