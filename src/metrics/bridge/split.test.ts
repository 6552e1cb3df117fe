import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coins, logarithmicMean, shareOut, split, written } from './split.ts'

const total = (parts: readonly number[]) => parts.reduce((sum, part) => sum + part, 0)

describe('a change split among its drivers', () => {
  it('agrees with the formula worked by hand', () => {
    // 100 sessions × 2 % × £50 = £100; 120 × 3 % × £40 = £144. L = 44 ÷ ln 1.44 = 120.668.
    const parts = split([100, 2, 100], [120, 3.6, 144])
    const mean = 44 / Math.log(1.44)
    expect(parts[0]).toBeCloseTo(mean * Math.log(1.2), 9)
    expect(parts[1]).toBeCloseTo(mean * Math.log(1.5), 9)
    expect(parts[2]).toBeCloseTo(mean * Math.log(0.8), 9)
    expect(total(parts)).toBeCloseTo(44, 9)
  })
  it('gives parts of steps that add up to the part of their product', () => {
    const fine = split([100, 2, 6, 100], [120, 3.6, 9, 144])
    const coarse = split([100, 2, 100], [120, 3.6, 144])
    expect((fine[2] ?? 0) + (fine[3] ?? 0)).toBeCloseTo(coarse[2] ?? 0, 9)
  })
  it('gives a driver that was nothing the whole change', () => {
    expect(split([0, 0, 0], [100, 2, 80])).toEqual([80, 0, 0])
    expect(split([100, 2, 80], [110, 0, 0])).toEqual([0, -80, 0])
    expect(split([100, 0, 0], [100, 0, 0])).toEqual([0, 0, 0])
  })
  it('stays exact when more is returned than sold', () => {
    expect(total(split([10, 500, 450], [8, 300, -40]))).toBeCloseTo(-490, 9)
    expect(total(split([0, 0, -50], [4, 200, 150]))).toBeCloseTo(200, 9)
    expect(total(split([0, 0, -50], [0, 0, -20]))).toBeCloseTo(30, 9)
  })
  it('adds up on any chain, to the coin', () => {
    const side = fc.array(fc.integer({ min: -200_000_000, max: 900_000_000 }), { minLength: 4, maxLength: 4 })
    const sometimes = fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(side, side, sometimes, fc.boolean(), (a, b, zero, positive) => {
        const made = (raw: number[], at: number) =>
          raw.map((one, n) => ((positive ? Math.abs(one) : one) * (zero[n + at] ?? 1)) / 100)
        const [before, after] = [made(a, 0), made(b, 4)]
        const difference =
          coins((after.at(-1) ?? 0).toFixed(2), 2) - coins((before.at(-1) ?? 0).toFixed(2), 2)
        const parts = split(before, after)
        const size = Math.max(1, ...[...before, ...after].map(Math.abs))
        expect(parts.every(Number.isFinite)).toBe(true)
        if (positive) {
          const broken = [before, after].some(c => c.some((v, n) => n > 0 && v !== 0 && c[n - 1] === 0))
          if (!broken)
            expect(Math.abs(total(parts) - Number(difference) / 100)).toBeLessThan(1e-9 * size + 1e-6)
        }
        const shared = shareOut(parts, difference, 2)
        expect(shared.reduce((sum, part) => sum + part, 0n)).toBe(difference)
      }),
      { numRuns: 500 },
    )
  })
})

describe('coins', () => {
  it('go to the largest remainders', () => {
    expect(shareOut([1 / 3, 1 / 3, 1 / 3], 100n, 2)).toEqual([34n, 33n, 33n])
    expect(shareOut([-0.336, 1.336], 100n, 2)).toEqual([-34n, 134n])
  })
  it('are read and written without a float', () => {
    expect(coins('90071992547409.935', 2)).toBe(9007199254740994n)
    expect(written(-5n, 2)).toBe('-0.05')
    expect(written(123n, 0)).toBe('123')
  })
  it('the logarithmic mean is steady where its ends nearly meet', () => {
    expect(logarithmicMean(1, 1 + 1e-12)).toBeCloseTo(1, 11)
    expect(logarithmicMean(2, 1)).toBeCloseTo(1 / Math.log(2), 12)
  })
})
