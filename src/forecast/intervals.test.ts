import { expect, it } from 'vitest'
import { forecast } from './forecast.ts'
import { apartOf, widthsOf } from './intervals.ts'
import { bell } from './test-data/made.ts'

it('reaches wider where the origins of its errors look upon the same periods', () => {
  const errors = Array.from({ length: 12 }, (_, n) => Float64Array.of(1 + n / 12, 2 - n / 12))
  expect(apartOf([100, 86, 72], 14)).toBe(3)
  expect(apartOf([100, 95, 90], 14)).toBeCloseTo(1.71, 2)
  expect(apartOf([], 14)).toBe(0)
  const [apart, overlapping] = [widthsOf(errors, 2), widthsOf(errors, 2, apartOf([60, 55, 50, 45], 14))]
  expect(overlapping.w95[0]).toBeGreaterThan((apart.w95[0] ?? 0) * 1.1)
  expect(overlapping.w80[1]).toBeGreaterThan(apart.w80[1] ?? 0)
  // Errors of a single stretch tell little of the next: Student's t of one has all the say.
  expect(widthsOf(errors, 2, 1).w80[0]).toBeGreaterThan(2 * (widthsOf(errors, 2, 5).w80[0] ?? 0))
})

it('of short histories, whose trials all look upon nearly the same stretch, eight in ten hold what came', {
  timeout: 120_000,
}, () => {
  const covered = (length: number, cadence: 'month' | 'quarter', horizon: number) => {
    let [inside, all] = [0, 0]
    for (let seed = 1; seed <= 120; seed++) {
      const draw = bell(seed * 31 + length)
      const year = cadence === 'month' ? 12 : 4
      let level = Math.log(1000)
      const values = Array.from({ length: length + horizon }, (_, t) => {
        // Half of them wander as a level does, half stand, with a season.
        level += (seed % 2 ? 0.06 : 0.005) * draw()
        return Math.exp(level + 0.2 * Math.sin((2 * Math.PI * t) / year) + 0.06 * draw())
      })
      const { points } = forecast({ values: values.slice(0, length), cadence }, { horizon })
      for (const { index, p10, p90 } of points) {
        const came = values[index] ?? 0
        inside += Number(p10 <= came && came <= p90)
        all++
      }
    }
    return inside / all
  }
  const shares = [covered(30, 'month', 6), covered(36, 'month', 12), covered(20, 'quarter', 4)]
  console.log(`short histories: 80 % covers ${shares.map(share => (100 * share).toFixed(1)).join(', ')} %`)
  for (const share of shares) expect(share).toBeGreaterThan(0.75)
  for (const share of shares) expect(share).toBeLessThan(0.9)
})

it('of a month of steady weeks reaches no further than eight in ten need', { timeout: 120_000 }, () => {
  const week = [0.7, 0.8, 0.9, 1, 1.3, 1.6, 0.4]
  for (const length of [17, 28]) {
    let [inside, all] = [0, 0]
    for (let seed = 1; seed <= 80; seed++) {
      const draw = bell(seed * 17 + length)
      const values = Array.from(
        { length: length + 14 },
        (_, t) => 1000 * (week[t % 7] ?? 1) * Math.exp(0.1 * draw()),
      )
      const { points } = forecast({ values: values.slice(0, length), cadence: 'day' }, { horizon: 14 })
      for (const { index, p10, p90 } of points) {
        const came = values[index] ?? 0
        inside += Number(p10 <= came && came <= p90)
        all++
      }
    }
    console.log(`${length} days of steady weeks: 80 % covers ${((100 * inside) / all).toFixed(1)} %`)
    expect(inside / all).toBeGreaterThan(0.75)
    expect(inside / all).toBeLessThan(0.92)
  }
})

it('covers what it says of days that wander, now calm and now wild: 95 % hold what came', {
  timeout: 120_000,
}, () => {
  let [inside, all] = [0, 0]
  for (let seed = 1; seed <= 60; seed++) {
    const draw = bell(seed)
    let level = Math.log(1000)
    const values = Array.from({ length: 234 }, (_, t) => {
      level += (Math.floor((t + 11 * seed) / 40) % 2 === 0 ? 0.01 : 0.03) * draw()
      return Math.exp(level)
    })
    const { points } = forecast({ values: values.slice(0, 220), cadence: 'day' }, { horizon: 14 })
    for (const { index, p2_5, p97_5 } of points) {
      const came = values[index] ?? 0
      inside += Number(p2_5 <= came && came <= p97_5)
      all++
    }
  }
  console.log(`wandering days: 95 % covers ${((100 * inside) / all).toFixed(1)} %`)
  expect(inside / all).toBeGreaterThan(0.95)
})
