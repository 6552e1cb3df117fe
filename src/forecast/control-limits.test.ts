import { describe, expect, it } from 'vitest'
import { controlLimits, signals } from './control-limits.ts'

describe('an XmR chart', () => {
  // Worked by hand: mean 49.6, moving ranges 2 5 3 4 1 6 2 3 1, their mean 3.
  const values = [50, 52, 47, 50, 46, 47, 53, 51, 48, 49]

  it('has limits at 2.66 mean moving ranges from the mean', () => {
    const limits = controlLimits(values)
    expect(limits?.mean).toBeCloseTo(49.3, 10)
    expect(limits?.movingRange).toBeCloseTo(3, 10)
    expect(limits?.high).toBeCloseTo(57.28, 10)
    expect(limits?.low).toBeCloseTo(41.32, 10)
    expect(limits?.rangeHigh).toBeCloseTo(9.804, 10)
  })

  it('tells a value beyond the limits, a run of eight, and a step too far', () => {
    const limits = controlLimits(values)
    if (limits === null) throw new Error('no limits')
    expect(signals(values, limits)).toEqual([])
    expect(signals([50, 58, 50], limits)).toEqual([{ index: 1, from: 1, kind: 'beyond_limits', above: true }])
    expect(signals([48, ...new Array(9).fill(51)], limits)).toEqual([
      { index: 8, from: 1, kind: 'run', above: true },
    ])
    expect(signals([44, 54], limits)).toEqual([{ index: 1, from: 0, kind: 'range', above: true }])
  })

  it('needs two values', () => {
    expect(controlLimits([5])).toBeNull()
  })
})
