import { describe, expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { coverage, mase, owa, type Scores, smape } from './grade.ts'
import { seasonalNaive } from './models/members.ts'
import { isThere, m4 } from './test-data/shared.ts'

/** Published scores are in percent. Hourly is checked on every sixth series, to be quick. */
const collections = [
  { name: 'Weekly', season: 1, cadence: 'week', every: 1, naive: { smape: 9.1613, mase: 2.7773 }, bar: 0.87 },
  { name: 'Hourly', season: 24, cadence: 'hour', every: 6, naive: { smape: 13.9123, mase: 1.1932 }, bar: 1 },
] as const

describe.skipIf(!isThere('m4/Weekly-test.csv'))('the M4 competition', () => {
  for (const { name, season, cadence, every, naive, bar } of collections) {
    const all = m4(name)
    const mean = (of: (one: (typeof all)[0]) => number, some = all) =>
      some.reduce((sum, one) => sum + of(one), 0) / some.length
    const naiveScores = (some = all): Scores => ({
      smape: mean(
        ({ past, future }) => 100 * smape(future, seasonalNaive(past, season, future.length)),
        some,
      ),
      mase: mean(
        ({ past, future }) => mase(future, seasonalNaive(past, season, future.length), past, season) ?? 0,
        some,
      ),
    })

    it(`${name}: the seasonal naive scores as published`, () => {
      const scores = naiveScores()
      expect(scores.smape).toBeCloseTo(naive.smape, 4)
      expect(scores.mase).toBeCloseTo(naive.mase, 4)
    })

    it(`${name}: the automatic mode beats it by a wide margin, and its intervals cover what they say`, {
      timeout: 400_000,
    }, () => {
      const some = all.filter((_, index) => index % every === 0)
      const made = some.map(({ past, future }) => {
        const { points } = forecast({ values: [...past], cadence }, { horizon: future.length })
        const column = (key: 'p50' | 'p10' | 'p90' | 'p2_5' | 'p97_5') =>
          Float64Array.from(points, point => point[key])
        return { past, future, column }
      })
      const share = (of: (one: (typeof made)[0]) => number | null) =>
        made.reduce((sum, one) => sum + (of(one) ?? 0), 0) / made.length
      const own = {
        smape: 100 * share(({ future, column }) => smape(future, column('p50'))),
        mase: share(({ past, future, column }) => mase(future, column('p50'), past, season)),
      }
      const cover80 = share(({ future, column }) => coverage(future, column('p10'), column('p90')))
      const cover95 = share(({ future, column }) => coverage(future, column('p2_5'), column('p97_5')))
      const score = owa(own, naiveScores(some))
      console.log(
        `M4 ${name}: OWA ${score.toFixed(3)} against ${season === 1 ? 'naive' : 'seasonal naive'}, sMAPE ${own.smape.toFixed(3)}, MASE ${own.mase.toFixed(3)}, 80 % covers ${(100 * cover80).toFixed(1)} %, 95 % covers ${(100 * cover95).toFixed(1)} %`,
      )
      expect(score).toBeLessThan(bar)
      if (name !== 'Weekly') return
      expect(Math.abs(cover80 - 0.8)).toBeLessThan(0.05)
      expect(Math.abs(cover95 - 0.95)).toBeLessThan(0.05)
    })
  }
})
