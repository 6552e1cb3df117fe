import { describe, expect, it } from 'vitest'
import { mean } from './numbers.ts'
import { scan, strangeness } from './scan.ts'

/** Counts around a mean, the same each time (a linear congruence, and Knuth's way to a Poisson draw). */
function counts(seed: number, means: readonly number[]): number[] {
  let state = seed * 2_654_435_761 + 1
  const unit = () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return means.map(mean => {
    let count = -1
    for (let left = Math.exp(-mean); left < 1 || count < 0; count++) {
      left /= unit()
      if (left >= 1) return count + 1
    }
    return count
  })
}
const season = Array.from({ length: 200 }, (_, t) => 300 * (1 + 0.5 * Math.sin(t / 30)) * (t === 190 ? 3 : 1))
const orders = (seed: number, factor: (t: number) => number, rate = 0.018) =>
  counts(
    seed,
    season.map((sessions, t) => rate * sessions * factor(t)),
  )

describe('a scan', () => {
  it('stays quiet through a season and a promotion that move the exposure too', () => {
    const worst = Array.from({ length: 20 }, (_, seed) => {
      const calm = orders(seed, () => 1)
      return Math.max(...[150, 170, 190, 199].map(end => Math.abs(scan(calm, season, end)?.z ?? 0)))
    })
    expect(Math.max(...worst)).toBeLessThan(5)
  })

  it('finds a rate of five a day that fell to a third, and when, within two weeks', () => {
    for (let seed = 0; seed < 10; seed++) {
      const found = scan(
        orders(seed, t => (t >= 180 ? 0.3 : 1)),
        season,
        193,
      )
      expect(found?.z).toBeLessThan(-5)
      expect(Math.abs((found?.from ?? 0) - 180)).toBeLessThanOrEqual(5)
    }
  })

  it('dates a spell neither late nor early', () => {
    const off = [0.3, 0.6, 1.6].flatMap(change =>
      Array.from({ length: 100 }, (_, seed) => {
        const began = 165 + (seed % 20)
        const spell = orders(1000 + seed, t => (t >= began ? change : 1), 0.07)
        // As alerts are dated: by the look that is surest.
        const looks = Array.from({ length: 13 }, (_, n) => scan(spell, season, began + 1 + n))
        const surest = looks.reduce((a, b) => (Math.abs(b?.z ?? 0) > Math.abs(a?.z ?? 0) ? b : a))
        return (surest?.from ?? 0) - began
      }),
    )
    const share = (is: (days: number) => boolean) => off.filter(is).length / off.length
    expect(share(days => Math.abs(days) <= 1)).toBeGreaterThan(0.84)
    expect(Math.abs(mean(off))).toBeLessThan(0.2)
  })

  it('tells a day, a silence and a drift from a shift', () => {
    const kind = (factor: (t: number) => number) => scan(orders(1, factor, 0.18), season, 199)?.kind
    expect(kind(t => (t === 198 ? 4 : 1))).toBe('spike')
    expect(kind(t => (t >= 192 ? 0 : 1))).toBe('silence')
    expect(kind(t => (t >= 175 ? 0.5 : 1))).toBe('shift')
    expect(kind(t => (t >= 165 ? 1 - (t - 165) / 38 : 1))).toBe('drift')
  })

  it('is not fooled by an earlier bad week, and knows nothing of a short past', () => {
    const found = scan(
      orders(3, t => (t >= 150 && t < 157 ? 0.1 : 1)),
      season,
      199,
    )
    expect(Math.abs(found?.z ?? 0)).toBeLessThan(5)
    expect(
      scan(
        orders(3, () => 1),
        season,
        40,
      ),
    ).toBeNull()
  })

  it('is told by series alike how much chance moves one that says so too little or too much', () => {
    const alike = Array.from({ length: 30 }, (_, seed) => ({
      amount: orders(seed, () => 1),
      exposure: season,
    }))
    const ends = Array.from({ length: 14 }, (_, n) => 130 + 5 * n)
    const alarms = (peers: typeof alike) =>
      alike.flatMap(({ amount }) =>
        ends.filter(end => Math.abs(scan(amount, season, end, { alike: peers })?.z ?? 0) >= 3),
      ).length
    expect(alarms(alike)).toBeLessThan(alarms([]))
    // Two are no crowd.
    expect(alarms(alike.slice(0, 2))).toBe(alarms([]))
    const fallen = orders(40, t => (t >= 185 ? 0.4 : 1))
    expect(scan(fallen, season, 193, { alike })?.z).toBeLessThan(-4)
  })

  it('scores five standard deviations one half', () => {
    expect(strangeness(-5)).toBe(0.5)
    expect(strangeness(0)).toBe(0)
  })
})
