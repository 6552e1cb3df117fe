import { describe, expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { isRandomWalk } from './random-walk.ts'
import { bell } from './test-data/made.ts'

/** Logarithms of a price: steps by chance, now calm and now wild, with a drift and with memory of the step before. */
function walk(seed: number, length: number, drift = 0, memory = 0): Float64Array {
  const draw = bell(seed)
  let [level, step] = [Math.log(100), 0]
  return Float64Array.from({ length }, (_, t) => {
    step = memory * step + (Math.floor(t / 40) % 2 ? 0.01 : 0.03) * draw()
    level += drift + step
    return level
  })
}
const share = (of: (seed: number) => boolean) =>
  Array.from({ length: 100 }, (_, seed) => of(seed + 1)).filter(Boolean).length / 100

describe('a random walk', () => {
  it('is known where steps are chance alone, nine times in ten', () => {
    for (const length of [60, 300, 600])
      expect(share(seed => isRandomWalk(walk(seed, length)))).toBeGreaterThan(0.8)
  })

  it('is not what has a drift, a memory, a season, a level to return to or no steps', () => {
    expect(share(seed => isRandomWalk(walk(seed, 300, 0.01)))).toBeLessThan(0.05)
    expect(share(seed => isRandomWalk(walk(seed, 300, 0, 0.5)))).toBeLessThan(0.05)
    const around = (seed: number, season: number) => {
      const draw = bell(seed)
      return Float64Array.from({ length: 120 }, (_, t) => season * (t % 7 === 0 ? 1 : 0) + 0.1 * draw())
    }
    expect(share(seed => isRandomWalk(around(seed, 0.5)))).toBeLessThan(0.05)
    expect(share(seed => isRandomWalk(around(seed, 0)))).toBeLessThan(0.05)
    expect(isRandomWalk(new Float64Array(50).fill(3))).toBe(false)
    expect(isRandomWalk(walk(1, 6))).toBe(false)
  })

  it('is forecast by its last value, and says why', () => {
    const made = Array.from({ length: 20 }, (_, seed) => {
      const values = [...walk(seed + 1, 300)].map(Math.exp)
      return { last: values.at(-1), ...forecast({ values, cadence: 'day' }, { horizon: 7 }) }
    })
    const given = made.filter(one => one.model === 'last value')
    expect(given.length).toBeGreaterThan(12)
    for (const { last, points, beatsSeasonalNaive } of given) {
      expect(points.at(-1)?.p50).toBeCloseTo(last ?? 0, 6)
      expect(beatsSeasonalNaive).toBe(false)
    }
    expect(given.some(one => one.why.includes('by chance alone'))).toBe(true)
  })
})
