import { describe, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { forecast } from './forecast.ts'
import { mean } from './numbers.ts'
import { shop } from './test-data/made.ts'

/** Made shops whose event of four days happened once, a year before the next: what was said of that nine days before it, beside what came. */
function events(first: number, lift: number, shops = 12) {
  const start = '2024-09-30'
  const share: number[] = []
  const wider: number[] = []
  for (let seed = 1; seed <= shops; seed++) {
    const known = first + 355
    const values = shop(seed, known + 17)
    const places = [first, first + 364]
    for (const place of places) {
      // No two years of it are quite alike: half the shops do better the second time, half worse.
      const by = lift * Math.exp((place === first) === (seed % 2 === 0) ? 0.07 : -0.07)
      for (let t = place; t < place + 4; t++) values[t] = (values[t] ?? 0) * by
    }
    const promotions = places.map(place => ({
      series: 'Sale',
      from: addDays(start, place),
      to: addDays(start, place + 3),
    }))
    const { points } = forecast(
      { start, cadence: 'day', values: values.slice(0, known) },
      { horizon: 17, calendar: { promotions } },
    )
    const ahead = points.filter(({ index }) => index >= first + 364 && index < first + 368)
    const came = ahead.map(({ index }) => values[index] ?? 0)
    share.push(mean(ahead.map(point => point.p50)) / mean(came))
    const width = (from: number) =>
      mean(points.slice(from, from + 4).map(({ p10, p90 }) => Math.log(p90 / p10)))
    // The same length of ordinary days right after it.
    wider.push(width(9) / width(13))
  }
  return { share: mean(share), wider: mean(wider) }
}

describe('an event that was seen once', () => {
  it('is expected about as large as it was, within a range that says how little is known of it', () => {
    const { share, wider } = events(75, 2.2)
    expect(share).toBeGreaterThan(0.93)
    expect(share).toBeLessThan(1.05)
    expect(wider).toBeGreaterThan(1.1)
  })

  it('is as large when falling on days that have a name of their own', () => {
    // From the Friday after Thanksgiving on.
    const { share, wider } = events(60, 2.2)
    expect(share).toBeGreaterThan(0.93)
    expect(share).toBeLessThan(1.05)
    expect(wider).toBeGreaterThan(1.1)
  })

  it('does nothing where it did nothing', () => {
    const { share } = events(75, 1, 8)
    expect(Math.abs(share - 1)).toBeLessThan(0.06)
  })
})
