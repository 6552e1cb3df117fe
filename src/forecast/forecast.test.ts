import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { type Cadence, periodStart, type Series } from './series.ts'
import { bell, shop } from './test-data/made.ts'

const p50 = (series: Series, horizon: number, more = {}) =>
  forecast(series, { horizon, ...more }).points.map(point => point.p50)
const days = (values: (number | null)[]): Series => ({ values, cadence: 'day', start: '2023-01-02' })

describe('a forecast', () => {
  it('knows weekdays, says what it used, and grades itself', () => {
    const made = forecast(days(shop(1, 200)), { horizon: 14 })
    expect(made.points.map(point => point.index)).toEqual(Array.from({ length: 14 }, (_, h) => 200 + h))
    expect(made.points[0]?.period).toBe(periodStart('2023-01-02', 'day', 200))
    const [first = 0, second = 0] = [4, 11].map(h => made.points[h - (200 % 7) + 4]?.p50)
    expect(Math.abs(first / second - 1)).toBeLessThan(0.1)
    expect(made.beatsSeasonalNaive).toBe(true)
    expect(made.grade?.wape).toBeLessThan(made.grade?.naiveWape ?? 0)
    expect(made.model).toContain('combination')
    expect(Object.values(made.weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1)
  })

  it('keeps its quantiles in order and finite, whatever the series', () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e9, noNaN: true }) },
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constant(null) },
    )
    const cadence = fc.constantFrom<Cadence>('day', 'week', 'month', 'quarter', 'year', 'hour')
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), cadence, (values, of) => {
        fc.pre(values.some(one => one !== null))
        for (const point of forecast({ values, cadence: of }, { horizon: 3 }).points) {
          const row = [point.p2_5, point.p10, point.p50, point.p90, point.p97_5]
          expect(row.every(Number.isFinite)).toBe(true)
          expect(row).toEqual([...row].sort((a, b) => a - b))
        }
      }),
      { numRuns: 40, seed: 7 },
    )
  })

  it('of a series that never was below zero stays there; of one that was does not', () => {
    const falling = Array.from({ length: 60 }, (_, t) => Math.max(0, 100 - 2 * t))
    expect(forecast(days(falling), { horizon: 30 }).points.every(point => point.p2_5 >= 0)).toBe(true)
    const lost = Array.from({ length: 60 }, (_, t) => -50 + (t % 5))
    expect(p50(days(lost), 3).every(value => value < -40)).toBe(true)
  })

  it('of a result that is a loss every winter says the loss, and not nothing', () => {
    // The middle of the year earns, three months of twelve lose; the latest losses are of last winter.
    const result = Array.from({ length: 70 }, (_, t) =>
      Math.round(40 - 70 * Math.cos((2 * Math.PI * (t % 12)) / 12) + 5 * Math.sin(7 * t)),
    )
    const made = p50({ values: result, cadence: 'month' }, 12)
    const winter = [...made].filter((_, h) => (70 + h) % 12 === 0)
    expect(winter).toHaveLength(1)
    expect(winter[0]).toBeLessThan(-15)
  })

  it('of a constant is that constant, and of nothing but zeros nothing', () => {
    expect(p50(days(new Array(60).fill(5)), 5)).toEqual([5, 5, 5, 5, 5])
    expect(p50(days(new Array(60).fill(0)), 2)).toEqual([0, 0])
    expect(p50(days([0]), 2)).toEqual([0, 0])
  })

  it('of a few days that grow stays on earth a quarter ahead', () => {
    for (const values of [
      [3, 40, 60, 80],
      [10, 50, 51, 49],
      [5, 68, 71, 90],
      [80, 60, 40, 3],
    ]) {
      const { points } = forecast({ start: '2026-09-27', values, cadence: 'day' }, { horizon: 91 })
      for (const { p50 } of points) expect(p50).toBeLessThan(10 * Math.max(...values))
    }
  })

  it('of one value is that value, with a wide interval', () => {
    const [point] = forecast({ values: [100], cadence: 'month' }, { horizon: 1 }).points
    expect(point?.p50).toBeCloseTo(100)
    expect(point?.p97_5).toBeGreaterThan(130)
    expect(point?.p2_5).toBeLessThan(75)
  })

  it('fills gaps and starts from the last known value', () => {
    const full = shop(2, 150)
    const holed = full.map((value, t) => (t % 11 === 4 || t >= 147 ? null : value))
    const made = forecast(days(holed), { horizon: 7 })
    expect(made.why).toContain('filled')
    const whole = p50(days(full), 7)
    made.points.forEach((point, h) => {
      expect(Math.abs(point.p50 / (whole[h] ?? 0) - 1)).toBeLessThan(0.2)
    })
  })

  it('gives nothing for days of the week that are closed, and for dates that will be', () => {
    const closedSunday = shop(3, 140).map((value, t) => (t % 7 === 6 ? 0 : value))
    const { points } = forecast(days(closedSunday), {
      horizon: 14,
      calendar: { closed: [periodStart('2023-01-02', 'day', 142)] },
    })
    expect(points.flatMap((point, h) => (point.p90 === 0 ? [h] : []))).toEqual([2, 6, 13])
  })

  it('takes a week of nothing in a year as a shut door that shuts again', () => {
    const year = (t: number) => 1000 + 300 * Math.sin((2 * Math.PI * t) / 52.18)
    const draw = bell(5)
    const values = Array.from({ length: 100 }, (_, t) => (t % 52 === 3 ? 0 : year(t) + 40 * draw()))
    const made = forecast({ values, cadence: 'week' }, { horizon: 10 })
    expect(made.points[7]?.p50).toBe(0)
    expect(made.points[6]?.p50).toBeGreaterThan(600)
  })

  it('falls back to the seasonal naive where nothing beats it, and says so', () => {
    const pattern = [3, 50, 7, 90, 11, 20, 60]
    const made = forecast(days(Array.from({ length: 70 }, (_, t) => pattern[t % 7] ?? 0)), { horizon: 7 })
    expect(made.beatsSeasonalNaive).toBe(false)
    expect(made.model).toBe('seasonal naive')
    expect(made.why).toContain('no model erred less')
    expect(made.points.map(point => point.p50)).toEqual(pattern)
  })

  it('does not give up the weekdays of a month for a last value that was lucky in overlapping trials', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const draw = bell(seed)
      let level = 0
      const values = Array.from({ length: 30 }, (_, t) => {
        level += 0.1 * draw()
        return 1000 * Math.exp(level + (t % 7 === 6 ? 0.2 : 0))
      })
      const made = forecast(days(values), { horizon: 14 })
      expect(made.grade?.origins).toBeLessThan(4)
      expect(made.model).not.toContain('last value')
    }
  })

  it('of what only wanders is about as good as its last value, of three months as of a year and a half', {
    timeout: 120_000,
  }, () => {
    const errors = { own: 0, last: 0 }
    for (let seed = 1; seed <= 24; seed++) {
      const draw = bell(seed)
      let level = Math.log(1000)
      const values = Array.from({ length: 80 + 24 * seed }, () => {
        level += 0.015 * draw()
        return Math.exp(level)
      })
      const past = values.slice(0, -14)
      for (const { index, p50 } of forecast(days(past), { horizon: 14 }).points) {
        errors.own += Math.abs(p50 - (values[index] ?? 0))
        errors.last += Math.abs((past.at(-1) ?? 0) - (values[index] ?? 0))
      }
    }
    console.log(`wandering days: error ${(errors.own / errors.last).toFixed(3)} of the last value's`)
    expect(errors.own).toBeLessThan(1.05 * errors.last)
  })

  it('copies no lone day again and again where it falls back to the seasonal naive', () => {
    const draw = bell(5)
    const values = Array.from({ length: 210 }, (_, t) =>
      t % 41 === 40 || t === 207 ? 700 : Math.max(0, Math.round(16 + 8 * draw() + (t % 7 === 6 ? 8 : 0))),
    )
    const made = forecast(days(values), { horizon: 28 })
    expect(made.beatsSeasonalNaive).toBe(false)
    expect(made.points.filter(point => point.p50 > 200)).toEqual([])
  })

  it('learns what a promotion does and expects it of the next', () => {
    const on = (t: number) => [60, 61, 100, 101, 140, 141, 205, 206].includes(t)
    const values = shop(5, 200).map((value, t) => (on(t) ? 1.6 * value : value))
    const span = (t: number) => ({
      series: 'sale',
      from: periodStart('2023-01-02', 'day', t),
      to: periodStart('2023-01-02', 'day', t + 1),
    })
    const promotions = [60, 100, 140, 205].map(span)
    const [plain, told] = [{ promotions: promotions.slice(0, 3) }, { promotions }].map(calendar =>
      p50(days(values), 10, { calendar }),
    )
    const lift = (told?.[5] ?? 0) / (plain?.[5] ?? 1)
    expect(lift).toBeGreaterThan(1.35)
    expect(lift).toBeLessThan(1.85)
    expect((told?.[2] ?? 0) / (plain?.[2] ?? 1)).toBeCloseTo(1, 1)
  })

  it('learns what a driver does and follows its plan', () => {
    const media = Array.from({ length: 130 }, (_, t) => ((t * 7919) % 13) * 100)
    const draw = bell(6)
    const values = Array.from({ length: 120 }, (_, t) => 2000 + (media[t] ?? 0) + 50 * draw())
    const plan = media.map((value, t) => (t < 120 ? value : t % 2 === 0 ? 1200 : 0))
    const points = p50({ values, cadence: 'week', start: '2023-01-02' }, 10, {
      calendar: { drivers: [{ name: 'media', values: plan }] },
    })
    expect((points[0] ?? 0) - (points[1] ?? 0)).toBeGreaterThan(700)
    expect((points[0] ?? 0) - (points[1] ?? 0)).toBeLessThan(1700)
  })

  it('lends a young line the shape of its parent, and a coming one that of launches', () => {
    const parent = Array.from({ length: 160 }, (_, t) => 1000 + 500 * Math.sin((2 * Math.PI * t) / 52.18))
    const young = parent.slice(-4).map(value => value / 10)
    const series = (values: number[]): Series => ({ values, cadence: 'week' })
    const made = forecast(series(young), { horizon: 13, like: [{ series: series(parent), as: 'parent' }] })
    const truth = Array.from({ length: 13 }, (_, h) => 100 + 50 * Math.sin((2 * Math.PI * (160 + h)) / 52.18))
    const error = made.points.reduce((sum, point, h) => sum + Math.abs(point.p50 - (truth[h] ?? 0)), 0)
    expect(error / truth.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.15)
    const launch = forecast(series([]), {
      horizon: 3,
      like: [{ series: series([10, 30, 50, 60]), as: 'launch' }],
    })
    expect(launch.points.map(point => point.p50)).toEqual([10, 30, 50])
    expect(launch.why).toContain('borrowed')
  })

  it('lends nothing that came after the end of the line it forecasts', () => {
    const parent = Array.from({ length: 160 }, (_, t) => 1000 + 500 * Math.sin((2 * Math.PI * t) / 52.18))
    const from = (place: number, values: number[]): Series => ({
      values,
      cadence: 'week',
      start: periodStart('2022-01-03', 'week', place),
    })
    const young = from(
      116,
      parent.slice(116, 120).map(value => value / 10),
    )
    const points = (values: number[]) => p50(young, 13, { like: [{ series: from(0, values), as: 'parent' }] })
    const known = points(parent.slice(0, 120))
    expect(points(parent)).toEqual(known)
    expect(points(parent.map((value, t) => (t < 120 ? value : 9 * value)))).toEqual(known)
  })

  it('asks the library for its models by name', () => {
    const made = forecast(days(shop(7, 120)), { horizon: 7, models: ['ets', 'mstl'] })
    expect(Object.keys(made.weights).sort()).toEqual(['ets', 'mstl'])
    expect(made.grade?.wape).toBeLessThan(0.15)
  })

  it('teaches what is wrong with a question', () => {
    expect(() => forecast(days([null]), { horizon: 3 })).toThrow('nothing is known')
    expect(() => forecast(days([1, 2]), { horizon: 0 })).toThrow('not a number of periods')
    expect(() => forecast(days([1, Number.NaN]), { horizon: 1 })).toThrow('not a number')
    expect(() =>
      forecast({ values: [1, 2], cadence: 'day' }, { horizon: 1, calendar: { country: 'GB' } }),
    ).toThrow('without a start')
    expect(() => forecast(days(shop(8, 60)), { horizon: 1, calendar: { country: 'XX' } })).toThrow(
      'no holidays',
    )
    expect(() => forecast(days([1, 2]), { horizon: 1, models: ['oracle' as 'theta'] })).toThrow(
      'no model oracle',
    )
  })
})
