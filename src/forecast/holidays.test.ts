import { describe, expect, it } from 'vitest'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { feasts } from '#kernel/feasts.ts'
import { draw } from '#simulators/company/draw.ts'
import { findAnomalies } from './anomalies.ts'
import { forecast } from './forecast.ts'
import { countryOf, holidays } from './holidays.ts'

describe('the country of a time zone', () => {
  it.each([
    ['Europe/London', 'GB'],
    ['America/Chicago', 'US'],
    // Zones have had other names, and small neighbours go by the zone of a large one.
    ['Asia/Kolkata', 'IN'],
    ['Asia/Calcutta', 'IN'],
    ['Europe/Kyiv', 'UA'],
    ['Europe/Zurich', 'CH'],
    ['Europe/Rome', 'IT'],
    ['Europe/Helsinki', 'FI'],
    ['Africa/Johannesburg', 'ZA'],
  ])('%s is that of %s', (zone, country) => expect(countryOf(zone)).toBe(country))

  it('is none for UTC', () => expect(countryOf('UTC')).toBeUndefined())
})

it('holidays of two months on the same weekday are two, and the same one is one through the years', () => {
  const named = Map.groupBy(holidays('US', '2024-01-01', '2026-12-31'), one => one.series)
  const mondays = [...named.values()].filter(all => all.every(one => weekday(one.from) === 1))
  expect(mondays.map(all => new Set(all.map(one => one.from.slice(5, 7))).size)).toEqual(mondays.map(() => 1))
  expect(mondays.length).toBeGreaterThan(3)
})

describe('a trade that rests on public holidays', () => {
  const trade = new Set(feasts(2024).map(one => one.series))
  const off = holidays('DE', '2024-01-01', '2026-12-31').filter(one => !trade.has(one.series))
  const rests = new Set(off.map(one => one.from))
  const books = (from: Day, to: Day) => ({
    start: from,
    cadence: 'day' as const,
    values: daysBetween(from, to).map((day, t) => draw(5, t).poisson(rests.has(day) ? 4 : 80)),
  })
  const calendar = { timezone: 'Europe/Berlin' }

  it('is expected to rest on the next of them', () => {
    const { points } = forecast(books('2024-02-01', '2026-04-20'), { horizon: 40, calendar })
    const on = (day: Day) => points.find(one => one.period === day)?.p50 ?? 0
    // Labour Day and Whit Monday, which moves.
    expect(on('2026-05-01')).toBeLessThan(40)
    expect(on('2026-05-25')).toBeLessThan(40)
    expect(on('2026-05-26')).toBeGreaterThan(70)
  })

  it('is no news when it does', () => {
    const one = books('2024-02-01', '2026-06-20')
    const within = (with_: object) => findAnomalies(one, { calendar: with_ }).events
    expect(within({}).map(one => one.since?.slice(5))).toContain('12-24')
    // Of Easter, which is three feasts in one, one year says little.
    expect(within(calendar).filter(one => !one.since?.startsWith('2025-04-1'))).toEqual([])
  })

  it('in its first year has each of them for the first time, which is not judged', () => {
    const { events } = findAnomalies(books('2026-01-10', '2026-06-20'), { calendar })
    expect(events.map(({ from }) => addDays('2026-01-10', from))).toEqual([])
  })
})
