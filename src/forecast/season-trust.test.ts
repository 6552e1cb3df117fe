import { describe, expect, it } from 'vitest'
import { trustOf } from './season-trust.ts'
import { profilesOf, seasonsOver } from './seasons.ts'
import { bell } from './test-data/made.ts'

const year = 365.25
/** What is believed of a year by trials a quarter of a year apart, of a past of at least two. */
function trust(y: Float64Array, before: number): number {
  const foretold = Array.from({ length: 12 }, (_, n) => {
    const origin = y.length - 14 - 45 * n
    const past = y.subarray(0, origin)
    return { origin, past, profiles: profilesOf(past, [year]), actual: y.slice(origin, origin + 14) }
  })
  return trustOf(year, 7, foretold, before)
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1)

describe('how much of a year is believed', () => {
  it('is most of it where it comes again, and little of what only wandered', () => {
    const [comes, wanders] = [0.05, 1].map(wandering =>
      mean(
        seeds.map(seed => {
          const draw = bell(seed)
          const season = seasonsOver(
            [{ period: year, harmonics: [{ order: 1, cosine: wandering === 1 ? 0 : 10, sine: 4 }] }],
            0,
            1400,
          )
          let walk = 0
          return trust(
            season.map(value => {
              walk += wandering * draw()
              return (wandering === 1 ? 0 : value) + walk + 0.5 * draw()
            }),
            1,
          )
        }),
      ),
    )
    expect(comes).toBeGreaterThan(0.85)
    expect(wanders).toBeLessThan(0.6)
  })

  it('is what was believed before where nothing could be tried', () => {
    expect(trustOf(year, 7, [], 0.5)).toBe(0.5)
  })
})
