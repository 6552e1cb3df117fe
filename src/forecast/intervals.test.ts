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
