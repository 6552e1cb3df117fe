import { describe, expect, it } from 'vitest'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { civilYear, periodOf } from '#kernel/period.ts'
import { draw } from '#simulators/company/draw.ts'
import { contributionLanding, type EarningDay } from './contribution.ts'
import { spansBefore } from './landing.ts'

const [from, to]: [Day, Day] = ['2025-01-06', '2026-11-30']

/** A made-up shop: a week, chance, a level and a rate that drift; `least` is what its rate drifts about. */
function shop(seed: number, least = 0.3, media = 0): EarningDay[] {
  let [level, moved] = [0, 0]
  return daysBetween(from, to).map((day, t) => {
    const random = draw(seed, t)
    level = 0.98 * level + 0.03 * random.normal()
    moved = 0.97 * moved + 0.01 * random.normal()
    const value = 1000 * (weekday(day) > 5 ? 1.6 : 1) * Math.exp(level + 0.25 * random.normal())
    return { day, value, contribution: value * (least + moved + 0.04 * random.normal()) - media }
  })
}
const land = (all: readonly EarningDay[], until: Day, plan?: number) => {
  const span = periodOf(civilYear, until, 'month')
  return contributionLanding({
    history: all.filter(one => one.day <= until),
    span,
    earlier: spansBefore(civilYear, span.from, 'month'),
  }).at(until, plan)
}
const cameTo = (all: readonly EarningDay[], until: Day) => {
  const span = periodOf(civilYear, until, 'month')
  return all
    .filter(one => one.day >= span.from && one.day <= span.to)
    .reduce((sum, one) => sum + one.contribution, 0)
}

describe('where contribution lands', () => {
  it('lies in its range four times in five, of shops that earn and of shops about nothing', () => {
    for (const [least, media] of [
      [0.3, 0],
      [0.12, 100],
    ] as const) {
      let [held, all] = [0, 0]
      for (let seed = 1; seed <= 8; seed++) {
        const made = shop(seed, least, media)
        for (const until of ['2026-06-08', '2026-07-15', '2026-08-10', '2026-09-20', '2026-11-12']) {
          const told = land(made, until)
          const came = cameTo(made, until)
          if (told.p10 <= came && came <= told.p90) held += 1
          all += 1
        }
      }
      expect(held / all, `rate ${least}`).toBeGreaterThan(0.68)
      expect(held / all, `rate ${least}`).toBeLessThan(0.94)
    }
  }, 120_000)

  it('is what was made, once the period is over, and says so of a plan', () => {
    const made = shop(3)
    const told = land(made, '2026-10-31', 1)
    const came = cameTo(made, '2026-10-31')
    for (const value of [told.p10, told.p50, told.p90, told.actual]) expect(value).toBeCloseTo(came, 3)
    expect(told.probability).toBe(1)
    expect(land(made, '2026-10-31', came + 10).probability).toBe(0)
  })

  it('may be a loss, and then is no product of a rate that is one', () => {
    const made = shop(5, 0.05, 150)
    const told = land(made, '2026-09-15', 0)
    expect(told.by).toBe('rate')
    expect(told.p90).toBeLessThan(0)
    expect(told.p10).toBeLessThan(told.p50)
    expect(told.probability).toBeLessThan(0.1)
  })

  it('takes whichever did better: contribution by itself where it steps while sales do not', () => {
    // Sales leap about while what is left of a day is all but the same.
    const steady = daysBetween(from, to).map((day, t) => ({
      day,
      value: 1000 * Math.exp(0.9 * draw(9, t).normal()),
      contribution: 200 + draw(8, t).normal(),
    }))
    expect(land(steady, '2026-09-15').by).toBe('direct')
    const told = land(steady, '2026-09-15')
    expect(Math.abs(told.p50 - 6000)).toBeLessThan(150)
    expect(land(shop(2), addDays('2026-09-15', 1)).error).toBeLessThan(0.05)
  })
})
