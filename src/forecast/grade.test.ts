import { describe, expect, it } from 'vitest'
import { bias, coverage, gradeByHorizon, mape, mase, owa, smape, wape } from './grade.ts'

const actual = [100, 200, 0]
const said = [110, 180, 10]

describe('grades', () => {
  it('are as their formulas, worked by hand', () => {
    expect(wape(actual, said)).toBeCloseTo(40 / 300, 12)
    expect(bias(actual, said)).toBe(0)
    expect(mape(actual, said)).toBeCloseTo(0.1, 12)
    expect(smape(actual, said)).toBeCloseTo((20 / 210 + 40 / 380 + 2) / 3, 12)
    expect(mase(actual, said, [10, 20, 40], 1)).toBeCloseTo(40 / 3 / 15, 12)
    expect(owa({ smape: 8, mase: 2 }, { smape: 10, mase: 4 })).toBeCloseTo(0.65, 12)
    expect(coverage(actual, [90, 190, 1], [100, 210, 2])).toBeCloseTo(2 / 3, 12)
  })

  it('are null where they say nothing', () => {
    expect(wape([0, 0], [1, 1])).toBeNull()
    expect(mape([0], [1])).toBeNull()
    expect(mase([1], [1], [5, 5, 5])).toBeNull()
    expect(coverage([], [], [])).toBeNull()
    expect(smape([0], [0])).toBe(0)
  })

  it('are told for each horizon of stored forecasts', () => {
    const one = { actual: [10, 20], p50: [12, 20], p10: [8, 10], p90: [9, 30], p2_5: [0, 0], p97_5: [40, 40] }
    const short = { ...one, actual: [10] }
    expect(gradeByHorizon([one, short])).toEqual([
      { horizon: 1, count: 2, wape: 0.2, bias: 0.2, cover80: 0, cover95: 1 },
      { horizon: 2, count: 1, wape: 0, bias: 0, cover80: 1, cover95: 1 },
    ])
  })
})
