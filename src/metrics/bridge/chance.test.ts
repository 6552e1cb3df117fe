import { describe, expect, it } from 'vitest'
import { type Counts, type DayOf, extraVariance, rateDistance } from './chance.ts'

/** Random numbers, the same each time (mulberry32), and the draws made of them. */
function draws(seed: number) {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(unit() + 1e-12)) * Math.cos(2 * Math.PI * unit())
  const count = (mean: number) => {
    if (mean > 60) return Math.max(0, Math.round(mean + normal() * Math.sqrt(mean)))
    let [left, found] = [Math.exp(-mean), -1]
    for (let product = 1; product > left; found++) product *= unit()
    left = 0
    return found
  }
  return { normal, count }
}

const days = 14
/** Parts of the sessions of a day. */
const parts = [0.5, 0.35, 0.15]

interface World {
  sessions: number
  /** Standard deviation of a day's rate, of all slices at once and of each by itself, as logarithms. */
  common: number
  own: number
  /** What the last side's rate is multiplied by, in one slice. */
  fall?: { slice: number; to: number }
}

/** Two stretches of days of three slices; each slice's days by side, and how far its rate moved beyond the rest's. */
function world(seed: number, { sessions, common, own, fall }: World) {
  const { normal, count } = draws(seed)
  const sides = [0, 1].map(side =>
    Array.from({ length: days }, () => {
      const all = Math.exp(common * normal())
      return parts.map((part, slice) => {
        const moved = side === 1 && fall?.slice === slice ? fall.to : 1
        const of = sessions * part
        return { of, count: count(of * 0.018 * all * moved * Math.exp(own * normal())) }
      })
    }),
  )
  const slices = sides.flatMap(side =>
    parts.map((_, slice) =>
      side.map((day): DayOf => {
        const sum = (name: 'of' | 'count') => day.reduce((total, one) => total + one[name], 0)
        return { ...(day[slice] ?? { of: 0, count: 0 }), allOf: sum('of'), allCount: sum('count') }
      }),
    ),
  )
  const counts = (is: (slice: number) => boolean): Counts => {
    const sum = (side: number, name: 'of' | 'count') =>
      (sides[side] ?? [])
        .flatMap(day => day.filter((_, n) => is(n)))
        .reduce((total, one) => total + one[name], 0)
    return { of0: sum(0, 'of'), of1: sum(1, 'of'), count0: sum(0, 'count'), count1: sum(1, 'count') }
  }
  const extra = extraVariance(slices)
  const far = parts.map((_, n) =>
    rateDistance(
      counts(one => one === n),
      counts(one => one !== n),
      extra,
      [days, days],
    ),
  )
  return { far, extra }
}

const times = Array.from({ length: 300 }, (_, seed) => seed + 1)

describe('how far a rate moved', () => {
  it.each([
    { sessions: 300, common: 0.2, own: 0 },
    { sessions: 3000, common: 0.2, own: 0 },
    { sessions: 600, common: 0.2, own: 0.15 },
    { sessions: 6000, common: 0, own: 0.3 },
  ])(
    'is beyond three standard deviations by chance as rarely as that says: $sessions sessions a day, days apart by $common and $own',
    made => {
      const all = times.flatMap(seed => world(seed, made).far)
      const share = all.filter(far => Math.abs(far) >= 3).length / all.length
      // One of 370, and what nine hundred draws may miss it by.
      expect(share).toBeLessThan(0.0027 + 3 * Math.sqrt(0.0027 / all.length))
    },
  )

  it.each([
    [0, 0.75],
    [1, 0.6],
    [2, 0.25],
  ])(
    'tells a fall to a third in slice %i of some thousand sessions at least so often: %d',
    (slice, least) => {
      const fall = { slice, to: 0.35 }
      const found = times.map(
        seed => world(seed, { sessions: 600, common: 0.2, own: 0.1, fall }).far[slice] ?? 0,
      )
      expect(found.filter(far => far <= -3).length / found.length).toBeGreaterThan(least)
      expect(found.filter(far => far >= 3)).toEqual([])
    },
  )

  it('is told of nothing, of what stands still, and of all that moved alike, for none', () => {
    const some = { of0: 1000, of1: 2000, count0: 20, count1: 40 }
    expect(rateDistance(some, null, 0, [14, 14])).toBe(0)
    const half = { of0: 9000, of1: 9000, count0: 180, count1: 90 }
    expect(rateDistance({ ...some, count1: 20 }, half, 0, [14, 14])).toBeCloseTo(0, 9)
    expect(rateDistance({ of0: 0, of1: 0, count0: 0, count1: 0 }, half, 0, [14, 14])).toBe(0)
    expect(rateDistance({ ...some, count1: 0 }, half, 0, [14, 14])).toBeLessThan(-3)
  })
})

describe('what days differ by', () => {
  it('is near what they were made with, whatever all of them had in common', () => {
    const mean = (made: World) => times.reduce((sum, seed) => sum + world(seed, made).extra, 0) / times.length
    expect(mean({ sessions: 6000, common: 0.3, own: 0 })).toBeLessThan(0.01)
    const seen = mean({ sessions: 6000, common: 0.3, own: 0.3 })
    expect(seen).toBeGreaterThan(0.06)
    expect(seen).toBeLessThan(0.13)
    expect(extraVariance([])).toBe(0)
  })
})
