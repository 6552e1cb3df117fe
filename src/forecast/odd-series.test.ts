import { describe, expect, it } from 'vitest'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { draw } from '#simulators/company/draw.ts'
import { findAnomalies } from './anomalies.ts'
import { type ForecastOptions, forecast } from './forecast.ts'

/** Series of shops that are unlike most, day by day; the same each time. */
const series = (from: Day, to: Day, value: (day: Day, random: ReturnType<typeof draw>) => number) => ({
  start: from,
  cadence: 'day' as const,
  values: daysBetween(from, to).map((day, t) => value(day, draw(7, t))),
})
const ahead = (one: ReturnType<typeof series>, horizon = 91, more: Partial<ForecastOptions> = {}) =>
  forecast(one, { horizon, calendar: {}, ...more }).points
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

describe('what falls due on a day of the month', () => {
  const invoiced = series('2025-02-10', '2026-03-02', (day, random) =>
    day.endsWith('-01') ? 1000 * random.poisson(40) : 0,
  )

  it('is expected on that day of the months to come, and not each week since the last', () => {
    const points = ahead(invoiced)
    const first = points.filter(one => one.period?.endsWith('-01'))
    expect(first.map(one => Math.round(one.p50 / 10_000))).toEqual([4, 4, 4])
    expect(sum(points.map(one => one.p50))).toBeLessThan(1.1 * sum(first.map(one => one.p50)))
  })

  it('comes beside the trade of every day, on the last of the month too', () => {
    const charged = series('2025-02-10', '2026-03-20', (day, random) =>
      random.poisson(addDays(day, 1).endsWith('-01') ? 330 : 30),
    )
    const points = ahead(charged)
    const last = points.filter(one => one.period && addDays(one.period, 1).endsWith('-01'))
    for (const { p50 } of last) expect(Math.abs(p50 - 330)).toBeLessThan(60)
    for (const { p50 } of points.filter(one => !last.includes(one)))
      expect(Math.abs(p50 - 30)).toBeLessThan(12)
    expect(findAnomalies(charged, { calendar: {} }).events).toEqual([])
  })

  it('is nothing where the first is a day like others, or some firsts were busy', () => {
    const calm = series('2025-02-10', '2026-03-20', (day, random) =>
      random.poisson(day.endsWith('-01') && Number(day.slice(5, 7)) % 3 === 0 ? 90 : 30),
    )
    for (const { p50 } of ahead(calm)) expect(p50).toBeLessThan(45)
  })
})

describe('a shop that is shut at times', () => {
  const easters = ['2024-03-31', '2025-04-20', '2026-04-05']
  const isShut = (day: Day) =>
    weekday(day) === 7 || easters.some(one => day === addDays(one, -2) || day === addDays(one, 1))
  const books = series('2024-03-01', '2026-03-15', (day, random) =>
    // On a shut day some of what was sold comes back.
    isShut(day) ? -random.poisson(30) : 10 * random.poisson(80),
  )

  it('is forecast to sell nothing on its shut weekday, though goods came back on it', () => {
    const points = ahead(books)
    for (const { period = '', p2_5, p50, p97_5 } of points)
      if (weekday(period) === 7) expect([p2_5, p50, p97_5]).toEqual([0, 0, 0])
      else expect(p2_5).toBeGreaterThanOrEqual(0)
  })

  it('shuts again at the feast that moves, and not on its date of last year', () => {
    const on = (day: Day) => ahead(books).find(one => one.period === day)?.p50 ?? 0
    expect([on('2026-04-03'), on('2026-04-06')]).toEqual([0, 0])
    expect(on('2026-04-18')).toBeGreaterThan(500)
    expect(on('2026-04-21')).toBeGreaterThan(500)
  })
})

describe('intervals', () => {
  it('go below zero only as far as days did on which more came back than was sold', () => {
    const now = (back: (day: Day) => boolean) =>
      series('2025-06-01', '2026-03-15', (day, random) => (back(day) ? -40 : 30 * random.poisson(2)))
    const rare = ahead(now(day => ['2025-07-03', '2025-12-09', '2026-02-20'].includes(day)))
    for (const { p2_5 } of rare) expect(p2_5).toBeGreaterThanOrEqual(0)
    const often = ahead(now(day => Number(day.slice(8)) % 3 === 0))
    expect(often.some(one => one.p10 < 0)).toBe(true)
    for (const { p50 } of often) expect(p50).toBeGreaterThanOrEqual(0)
    const lost = series(
      '2025-06-01',
      '2026-03-15',
      (day, random) => (day > '2026-02-01' ? -1 : 1) * random.poisson(90),
    )
    expect(ahead(lost).at(-1)?.p50).toBeLessThan(0)
  })

  it('are known, and hold what they say, where more came back than was sold on one day long ago', () => {
    for (const ago of [100, 250, 320]) {
      const back = addDays('2026-03-15', -ago)
      const made = series('2025-01-10', '2026-05-14', (day, random) =>
        day === back ? -800 : 10 * random.poisson(weekday(day) > 5 ? 60 : 100),
      )
      const [known, to] = [{ ...made, values: made.values.slice(0, -60) }, made.values.slice(-60)]
      const { points, grade } = forecast(known, { horizon: 60, calendar: {} })
      const all = points.flatMap(one => [one.p2_5, one.p10, one.p50, one.p90, one.p97_5])
      expect(all.filter(value => !Number.isFinite(value))).toEqual([])
      const held = points.filter((one, h) => one.p10 <= (to[h] ?? 0) && (to[h] ?? 0) <= one.p90).length
      expect(held / 60, `${ago} days ago`).toBeGreaterThan(0.6)
      expect(grade?.cover80).toBeGreaterThan(0.6)
    }
  })

  it('of a shop of three weeks stay within what such a shop may come to', () => {
    for (const seed of [1, 2, 3, 4]) {
      const born = series('2026-05-11', '2026-05-31', (_, random) => random.poisson(30 + seed))
      const most = Math.max(...born.values)
      expect(ahead(born)[0]?.p97_5).toBeLessThan(2 * most)
      expect(ahead(born).at(-1)?.p97_5).toBeLessThan(8 * most)
    }
  })
})

describe('a shop that grows steeply', () => {
  /** So many months, each a quarter above the one before but for chance. */
  const grown = (months: number) =>
    Array.from({ length: months }, (_, t) => 1000 * 1.25 ** t * Math.exp(0.05 * draw(11, t).normal()))

  it('is forecast to grow on, whether it has grown tenfold or ten-thousandfold', () => {
    for (const months of [24, 42, 60]) {
      const points = forecast({ values: grown(months), cadence: 'month' }, { horizon: 6 }).points
      points.forEach(({ p50 }, h) => {
        const expected = 1000 * 1.25 ** (months + h)
        expect(p50 / expected, `${months} months, ${h + 1} ahead`).toBeGreaterThan(0.7)
        expect(p50 / expected, `${months} months, ${h + 1} ahead`).toBeLessThan(1.3)
      })
    }
  })

  it('is not held to last year when its first year is just over', () => {
    // An eighth a month more, or a tenth less; the season is known from one year alone, in which growth goes along.
    for (const monthly of [1.12, 0.9])
      for (const [cadence, length, a, horizon] of [
        ['month', 14, 1, 6],
        ['week', 60, 7 / 30.44, 26],
        ['day', 400, 1 / 30.44, 91],
      ] as const) {
        const trade = (t: number) => 1000 * monthly ** (t * a) * Math.exp(0.05 * draw(13, t).normal())
        const values = Array.from({ length }, (_, t) => trade(t))
        const { points } = forecast({ values, cadence }, { horizon })
        const said = sum(points.map(one => one.p50))
        const came = sum(points.map((_, h) => 1000 * monthly ** ((length + h) * a)))
        expect(Math.abs(Math.log(said / came)), `${cadence}s, ${monthly} a month`).toBeLessThan(0.2)
      }
  })

  it('is not forecast to do so for longer than a quarter of its time', () => {
    const values = Array.from({ length: 16 }, (_, t) => 10 * 1.5 ** t * Math.exp(0.05 * draw(12, t).normal()))
    const points = forecast({ values, cadence: 'day' }, { horizon: 91 }).points
    for (const { p50 } of points) expect(p50).toBeLessThan(50 * (values.at(-1) ?? 0))
  })
})
