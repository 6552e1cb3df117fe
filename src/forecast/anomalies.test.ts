import { describe, expect, it } from 'vitest'
import { findAnomalies } from './anomalies.ts'
import { periodStart, type Series } from './series.ts'
import { shop } from './test-data/made.ts'

const days = (values: (number | null)[]): Series => ({ values, cadence: 'day', start: '2023-01-02' })
const changed = (seed: number, change: (value: number, t: number) => number) =>
  days(shop(seed, 400).map(change))

describe('anomalies', () => {
  it('are not seen where there are none: at most one in a series, in sixty made ones', () => {
    const counts = Array.from(
      { length: 60 },
      (_, seed) => findAnomalies(days(shop(seed, 400, { wild: 0.05 + 0.1 * (seed % 3) }))).events.length,
    )
    expect(Math.max(...counts)).toBeLessThanOrEqual(1)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(6)
  })

  it.each([1, 2, 3])('are told the day they come: a day at 1.8 times (seed %i)', seed => {
    const { events } = findAnomalies(changed(seed, (value, t) => (t === 300 ? 1.8 * value : value)))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ told: 300, direction: 'above' })
    expect(events[0]?.to).toBeLessThanOrEqual(301)
  })

  it.each([1, 2, 3])(
    'are told within days, with their size: a level that falls by 30 % for three weeks (seed %i)',
    seed => {
      const usual = shop(seed, 400)
      const { events } = findAnomalies(
        changed(seed, (value, t) => (t >= 300 && t < 321 ? 0.7 * value : value)),
      )
      const event = events.find(one => one.told >= 300 && one.told <= 305)
      expect(event).toMatchObject({ kind: 'shift', direction: 'below' })
      expect(Math.abs((event?.from ?? 0) - 300)).toBeLessThanOrEqual(3)
      expect(event?.since).toBe(periodStart('2023-01-02', 'day', event?.from ?? 0))
      const lost = usual.slice(300, 321).reduce((sum, value) => sum - 0.3 * value, 0)
      expect((event?.total ?? 0) / lost).toBeGreaterThan(0.6)
      expect((event?.total ?? 0) / lost).toBeLessThan(1.5)
    },
  )

  it('are dated by the change of level, not by a weak week before it: four of five to the day', () => {
    const off = [0.5, 0.7, 1.5].flatMap(factor =>
      Array.from({ length: 30 }, (_, seed) => {
        const began = 165 + (seed % 14)
        // By what three days of it tell, and by what two weeks do.
        const [early, late] = [3, 14].map(known => {
          const values = shop(100 + seed, began + known)
          const fallen = values.map((value, t) => (t >= began ? factor * value : value))
          return findAnomalies(days(fallen)).events.find(one => one.told >= began)
        })
        return [early, late].flatMap(event => (event ? [event.from - began] : []))
      }).flat(),
    )
    const share = (by: number) => off.filter(one => Math.abs(one) <= by).length / off.length
    expect(off.length).toBeGreaterThan(150)
    expect(share(0)).toBeGreaterThan(0.8)
    expect(share(2)).toBeGreaterThan(0.9)
    const weak = changed(1, (value, t) => (t >= 300 ? 0.4 * value : t >= 293 ? 0.93 * value : value))
    expect(findAnomalies(weak).events.find(one => one.told >= 299)?.from).toBe(300)
  })

  it('know a level that fell at once from one that falls on and on', () => {
    const kinds = (change: (n: number) => number) =>
      Array.from({ length: 40 }, (_, seed) => {
        const began = 165 + (seed % 14)
        const values = shop(300 + seed, began + 25)
        const moved = values.map((value, t) => (t >= began ? value * change(t - began + 1) : value))
        return findAnomalies(days(moved)).events.find(one => one.told >= began)?.kind
      })
    const share = (all: (string | undefined)[], kind: string) =>
      all.filter(one => one === kind).length / all.filter(Boolean).length
    expect(
      share(
        kinds(() => 0.6),
        'shift',
      ),
    ).toBeGreaterThan(0.8)
    expect(
      share(
        kinds(n => 1 - 0.03 * n),
        'drift',
      ),
    ).toBeGreaterThan(0.8)
  })

  it('know silence', () => {
    const { events } = findAnomalies(changed(1, (value, t) => (t >= 300 && t < 310 ? 0 : value)))
    expect(events[0]).toMatchObject({ kind: 'silence', from: 300, to: 309, told: 300 })
  })

  it('are looked for without a look ahead: what comes later changes no score', () => {
    const values = shop(4, 300)
    const short = findAnomalies(days(values.slice(0, 200))).readings
    const long = findAnomalies(days(values.map((value, t) => (t < 200 ? value : 5 * value)))).readings
    // The length says how long to learn at most; given the same, the past reads the same.
    expect(long.slice(0, 200).map(one => one.score)).toEqual(short.map(one => one.score))
  })

  it('are not the days a promotion explains, once it is known what it does', () => {
    const starts = [60, 100, 140, 180, 220, 260, 300, 340]
    const values = shop(5, 400).map((value, t) =>
      starts.some(from => t >= from && t < from + 3) ? 1.7 * value : value,
    )
    const promotions = starts.map(from => ({
      series: 'sale',
      from: periodStart('2023-01-02', 'day', from),
      to: periodStart('2023-01-02', 'day', from + 2),
    }))
    const blind = findAnomalies(days(values)).events.length
    const told = findAnomalies(days(values), { calendar: { promotions } }).events.length
    expect(blind).toBeGreaterThan(0)
    expect(told).toBeLessThan(blind)
    expect(told).toBeLessThanOrEqual(1)
  })

  it('are not the Sundays of a shop that is closed on them, nor closed dates', () => {
    const values = shop(6, 300).map((value, t) => (t % 7 === 6 || t === 250 ? 0 : value))
    const closed = [periodStart('2023-01-02', 'day', 250)]
    expect(findAnomalies(days(values), { calendar: { closed } }).events).toEqual([])
  })

  it('are not the lull of the first Christmas a shop sees, but a deeper fall then, and a lull in any other month', () => {
    const start = '2025-05-01'
    const fell = (to: number, from: string, until: string) => {
      const values = shop(7, 300).map((value, t) => {
        const day = periodStart(start, 'day', t)
        return day >= from && day <= until ? to * value : value
      })
      const series = { values, cadence: 'day' as const, start }
      return findAnomalies(series, { calendar: { country: 'GB' } }).events.filter(
        one => one.direction === 'below',
      )
    }
    expect(fell(0.6, '2025-12-20', '2026-01-03')).toEqual([])
    expect(fell(0.2, '2025-12-20', '2026-01-03')[0]?.since).toBe('2025-12-20')
    expect(fell(0.6, '2025-11-12', '2025-11-24')).toHaveLength(1)
  })
})
