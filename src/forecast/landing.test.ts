import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { civilYear, periodOf } from '#kernel/period.ts'
import { draw } from '#simulators/company/draw.ts'
import { landing, spansBefore } from './landing.ts'
import { learnShape } from './year-shape.ts'

const until: Day = '2026-11-27'
const span = periodOf(civilYear, until, 'month')

/** Days of which the early ones sold now and then, or for months nothing, and the late ones every day. */
const histories = fc
  .record({
    early: fc.array(fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.integer({ min: -80, max: 300 })), {
      minLength: 1,
      maxLength: 700,
    }),
    dead: fc.constantFrom(0, 60, 200, 400),
    late: fc.array(fc.integer({ min: 400, max: 1600 }), { minLength: 40, maxLength: 200 }),
  })
  .map(({ early, dead, late }) => {
    const values = [...early, ...new Array<number>(dead).fill(0), ...late]
    const all = values.map((value, t) => ({ day: addDays(until, t + 1 - values.length), value }))
    return all.slice(all.findIndex(one => one.value !== 0))
  })

describe('where a month lands', () => {
  it('is a number whatever was sold before: a shop of a few orders, one that sold nothing for months', () => {
    fc.assert(
      fc.property(histories, fc.option(fc.integer({ min: 1, max: 60_000 })), (history, plan) => {
        const { p10, p50, p90, probability, requiredPerDay, daysLeft, backtest } = landing({
          history,
          span,
          earlier: spansBefore(civilYear, span.from, 'month'),
        }).at(until, plan ?? undefined)
        const told = [p10, p50, p90, probability, requiredPerDay, daysLeft, backtest.error, backtest.widened]
        expect(told.filter(one => one !== null && !Number.isFinite(one))).toEqual([])
        expect(p10).toBeLessThanOrEqual(p50)
        expect(p50).toBeLessThanOrEqual(p90)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('has days that weigh something after months of nothing', () => {
    const opened = Array.from({ length: 400 }, (_, t) => ({
      day: addDays(until, t - 399),
      value: t < 10 || t > 250 ? 500 : 0,
    }))
    const shape = learnShape(opened)
    for (let ahead = 1; ahead <= 60; ahead++)
      expect(shape.weight(addDays(until, ahead))).toBeGreaterThanOrEqual(0)
  })

  it('counts no days before the shop opened as a part of the month that is over', () => {
    const opened = daysBetween('2026-11-11', '2026-11-20').map(day => ({ day, value: 100 }))
    const { p50, elapsed } = landing({ history: opened, span, earlier: [] }).at('2026-11-20')
    expect(elapsed).toBeCloseTo(0.5, 6)
    expect(p50).toBeCloseTo(2000, 6)
  })

  /** A trade that grows by so much a month, its days a tenth off by chance. */
  const grown = (from: Day, to: Day, monthly: number) =>
    daysBetween(from, to).map((day, t) => ({
      day,
      value: 1000 * monthly ** (t / 30.4) * Math.exp(0.1 * draw(3, t).normal()),
    }))
  const totalOf = (all: readonly { day: Day; value: number }[], { from, to }: { from: Day; to: Day }) =>
    all.reduce((sum, one) => sum + (one.day >= from && one.day <= to ? one.value : 0), 0)

  it('grows on with a shop that grows, whether a few months are known, a year and a bit, or more', () => {
    let [held, all] = [0, 0]
    for (const start of ['2026-08-20', '2025-10-20', '2024-10-01'])
      for (const monthly of [0.95, 1.08, 1.2])
        for (const grain of ['month', 'quarter'] as const) {
          const days = grown(start, '2026-12-31', monthly)
          const asked = periodOf(civilYear, '2026-11-10', grain)
          const { p10, p50, p90 } = landing({
            history: days.filter(one => one.day <= '2026-11-10'),
            span: asked,
            earlier: spansBefore(civilYear, asked.from, grain),
          }).at('2026-11-10')
          const came = totalOf(days, asked)
          const told = `${grain} from ${start}, ${monthly} a month`
          expect(Math.abs(p50 / came - 1), told).toBeLessThan(start > '2026' ? 0.1 : 0.05)
          held += Number(p10 <= came && came <= p90)
          all += 1
        }
    expect(held / all).toBeGreaterThan(0.6)
  })

  it('weighs days that have one, two or three years behind them alike', () => {
    const shape = learnShape(grown('2024-03-10', '2026-11-27', 1.02))
    const month = (from: Day, to: Day) =>
      daysBetween(from, to).reduce((sum, day) => sum + shape.weight(day), 0) / daysBetween(from, to).length
    // A fiftieth a month from January to November and from there to the next October: no step where a year of history ends.
    expect(month('2027-11-01', '2027-11-20') / month('2027-01-10', '2027-01-31')).toBeCloseTo(1.02 ** 9.6, 1)
    expect(month('2027-12-05', '2027-12-20') / month('2027-11-01', '2027-11-20')).toBeCloseTo(1.02 ** 1.1, 1)
  })

  it('counts nothing on the days that are closed, ahead and in a plan, and takes none that was for usual', () => {
    const day = (n: number) => addDays('2026-11-10', n)
    const closed = (from: Day, to: Day) =>
      ({ series: 'stocktake', name: 'Stocktake', from, to, closed: true }) as const
    const sold = (shut: readonly Day[]) =>
      daysBetween('2025-06-01', day(0)).map(one => ({ day: one, value: shut.includes(one) ? 0 : 1000 }))
    const was = closed('2026-03-02', '2026-03-08')
    const history = sold(daysBetween(was.from, was.to))
    const land = (events: readonly ReturnType<typeof closed>[]) =>
      landing({ history, span, events, earlier: spansBefore(civilYear, span.from, 'month') })
    const [open, shut] = [land([was]), land([was, closed(day(5), day(9))])]
    expect(open.at(day(0)).p50).toBeCloseTo(30_000, -2)
    expect(open.at(day(0)).p50 - shut.at(day(0)).p50).toBeCloseTo(5000, -2)
    expect(shut.shares.slice(14, 19)).toEqual([0, 0, 0, 0, 0])
    expect(learnShape(history, [was, closed(day(5), day(5))]).why(day(5))).toContain('Stocktake: closed')
  })

  it('of a shop without a year behind it goes by its last weeks, and leaves room for a season nobody has seen', () => {
    const fared = (known: number, season: number, growth = 0) => {
      let [error, held, tried] = [0, 0, 0]
      for (let seed = 1; seed <= 24; seed += 1) {
        const random = draw(seed, known)
        const phase = 2 * Math.PI * random.unit()
        const end = addDays('2026-07-01', 10 + Math.floor(60 * random.unit()))
        const quarter = periodOf(civilYear, end, 'quarter')
        const all = daysBetween(addDays(end, 1 - known), quarter.to).map((day, t) => ({
          day,
          value:
            1000 *
            (1 + season * Math.sin(phase + (2 * Math.PI * t) / 365)) *
            Math.exp((growth * t) / 30.4) *
            Math.exp(0.5 * (random.unit() - 0.5)),
        }))
        const { p10, p50, p90 } = landing({
          history: all.filter(one => one.day <= end),
          span: quarter,
          earlier: spansBefore(civilYear, quarter.from, 'quarter'),
        }).at(end)
        const total = all.filter(one => one.day >= quarter.from).reduce((sum, one) => sum + one.value, 0)
        tried += 1
        error += Math.abs(p50 - total) / total
        if (total >= p10 && total <= p90) held += 1
      }
      return { error: error / tried, held: held / tried }
    }
    expect(fared(182, 0.2).held).toBeGreaterThanOrEqual(0.75)
    expect(fared(182, 0.4).error).toBeLessThan(0.1)
    // Days that have a year behind them stand beside days that have not.
    const growing = fared(340, 0, 0.05)
    expect(growing.error).toBeLessThan(0.06)
    expect(growing.held).toBeGreaterThanOrEqual(0.75)
  })
})
