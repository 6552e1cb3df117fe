import { describe, expect, it } from 'vitest'
import { daysBetween, monthEnd } from '#kernel/day.ts'
import { normalQuantile, stream } from '#kernel/plan/random.ts'
import { landing } from './landing.ts'
import { type Reliability, reliabilityOf, type Said } from './reliability.ts'

/** So many cases of a chance, of which so many came. */
const cases = (chance: number, of: number, came: number): Said[] =>
  Array.from({ length: of }, (_, n) => ({ chance, came: n < came }))

describe('what was said against what came', () => {
  it('is scored as Brier does, in fifths, against always saying the base rate', () => {
    // By hand: 10 × (0.1² × 9 + 0.9² × 1) … = 0.09 in both; the base rate is one half.
    const right = reliabilityOf([...cases(0.1, 10, 1), ...cases(0.9, 10, 9)])
    expect(right).toMatchObject({ cases: 20, baseRate: 0.5, baseBrier: 0.25 })
    expect(right?.brier).toBeCloseTo(0.09, 12)
    expect(right?.groups.map(({ from, to, cases: n }) => [from, to, n])).toEqual([
      [0, 0.2, 10],
      [0.8, 1, 10],
    ])
    expect(right?.groups.map(one => one.came)).toEqual([0.1, 0.9])
    // Certain and wrong half the time is worse than knowing nothing.
    const sure = reliabilityOf([...cases(1, 4, 2), ...cases(0, 4, 2)])
    expect(sure?.brier).toBe(0.5)
    expect(sure?.baseBrier).toBe(0.25)
    expect(sure?.groups.map(one => [one.said, one.came])).toEqual([
      [0, 0.5],
      [1, 0.5],
    ])
    expect(reliabilityOf([])).toBeNull()
  })
})

/** Months up to the end of a day's. */
const months = (year: number) =>
  Array.from({ length: 12 }, (_, n) => {
    const from = `${year}-${String(n + 1).padStart(2, '0')}-01`
    return { from, to: monthEnd(from) }
  })

/** A shop of steady trade whose months differ by chance by a tenth, and its days by a fifth: the truth is known. */
function madeUp(seed: number) {
  const random = stream(seed)
  const z = () => normalQuantile(random())
  let level = 1
  return daysBetween('2023-01-01', '2025-12-31').map(day => {
    if (day.endsWith('-01')) level = Math.exp(0.1 * z())
    return { day, value: 100 * level * Math.exp(0.2 * z()) }
  })
}

describe('the chance of making a plan, tested on earlier months', () => {
  it('comes as often as it is said, and beats the base rate, where the truth is known', () => {
    const found = Array.from({ length: 24 }, (_, seed) => {
      const outlook = landing({
        history: madeUp(seed + 1).filter(one => one.day <= '2025-12-01'),
        span: { from: '2025-12-01', to: '2025-12-31' },
        earlier: [...months(2024).slice(-1), ...months(2025).slice(0, 11)],
      }).at('2025-12-01')
      return outlook.backtest.chances as Reliability
    })
    const all = found.reduce((sum, one) => sum + one.cases, 0)
    expect(all).toBeGreaterThan(24 * 100)
    const weighed = (pick: (one: Reliability) => number) =>
      found.reduce((sum, one) => sum + one.cases * pick(one), 0) / all
    expect(weighed(one => one.brier)).toBeLessThan(0.6 * weighed(one => one.baseBrier))
    for (let n = 0; n < 5; n += 1) {
      const groups = found.flatMap(one => one.groups.filter(group => group.from === n / 5))
      const own = groups.reduce((sum, group) => sum + group.cases, 0)
      const said = groups.reduce((sum, group) => sum + group.cases * group.said, 0) / own
      const came = groups.reduce((sum, group) => sum + group.cases * group.came, 0) / own
      // A few hundred cases of a few dozen months each: what chance alone would do.
      expect(Math.abs(came - said), `said ${said}, came ${came} of ${own}`).toBeLessThan(0.12)
    }
  })
  it('is not shown where no earlier month could be tested', () => {
    const history = madeUp(1).filter(one => one.day >= '2025-11-20' && one.day <= '2025-12-10')
    const { backtest } = landing({
      history,
      span: { from: '2025-12-01', to: '2025-12-31' },
      earlier: months(2025).slice(0, 11),
    }).at('2025-12-10')
    expect(backtest).toMatchObject({ estimates: 0, chances: null })
  })
})
