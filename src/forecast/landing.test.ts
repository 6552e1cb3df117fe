import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, type Day } from '#kernel/day.ts'
import { civilYear, periodOf } from '#kernel/period.ts'
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
})
