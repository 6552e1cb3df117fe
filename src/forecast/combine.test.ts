import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Trial, weigh } from './combine.ts'

const trial = (actual: number[], said: Record<string, number[]>): Trial => ({
  origin: 10,
  actual: Float64Array.from(actual),
  said: new Map(Object.entries(said).map(([name, points]) => [name, Float64Array.from(points)])),
})

describe('the weights of models', () => {
  it('go by the cube of how much less a model erred, with one trial of doubt', () => {
    const weights = weigh(
      ['near', 'fair', 'far'],
      [trial([10, 10], { near: [11, 9], fair: [12, 8], far: [16, 4] })],
    )
    // Errors 2, 4 and 12 are 1/3, 2/3 and 2 of their mean; with one trial of doubt 4/3, 5/3 and 3.
    expect((weights.get('near') ?? 0) / (weights.get('far') ?? 1)).toBeCloseTo((9 / 4) ** 3, 1)
    expect((weights.get('fair') ?? 0) / (weights.get('far') ?? 1)).toBeCloseTo((9 / 5) ** 3, 1)
  })

  it('are alike where nothing was tried, all erred alike, or nothing came', () => {
    const even = new Map([
      ['a', 0.5],
      ['b', 0.5],
    ])
    expect(weigh(['a', 'b'], [])).toEqual(even)
    expect(weigh(['a', 'b'], [trial([5], { a: [6], b: [4] })])).toEqual(even)
    expect(weigh(['a', 'b'], [trial([0], { a: [0], b: [0] })])).toEqual(even)
  })

  it('sum to 1, none below 0, and do not go by the unit', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    const points = fc.array(value, { minLength: 3, maxLength: 3 })
    const trials = fc.array(fc.record({ actual: points, a: points, b: points, c: points }), { maxLength: 6 })
    fc.assert(
      fc.property(trials, all => {
        const made = (unit: number) =>
          weigh(
            ['a', 'b', 'c'],
            all.map(({ actual, ...said }) =>
              trial(
                actual.map(one => one * unit),
                Object.fromEntries(
                  Object.entries(said).map(([name, some]) => [name, some.map(one => one * unit)]),
                ),
              ),
            ),
          )
        const weights = [...made(1).values()]
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1)
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0)
        ;[...made(64).values()].forEach((weight, i) => {
          expect(weight).toBeCloseTo(weights[i] as number)
        })
      }),
    )
  })
})
