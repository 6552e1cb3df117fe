import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate, exact, minus, ratio, roundTo, sum } from './money.ts'
import { minorUnits } from './money-units.ts'

const amount = (decimals: number) =>
  fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }).map(n =>
    exact(n.toString())
      .div(10 ** decimals)
      .toFixed(decimals),
  )

describe('amounts', () => {
  it('are added exactly, where floats are not', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3')
    expect(sum(['99999999999999.9999', '0.0001'])).toBe('100000000000000')
  })
  it('not known are left out of a sum, and nothing known is not zero', () => {
    expect(sum(['1', null, '2'])).toBe('3')
    expect(sum([null])).toBeNull()
    expect(minus('1', null)).toBeNull()
  })
  it('divided by nothing have no ratio', () => {
    expect(ratio('1', '0')).toBeNull()
    expect(ratio('1', null)).toBeNull()
    expect(ratio('1', '3')).toBe('0.33333333')
  })
  it('that are none are refused', () => {
    for (const text of ['', '1,234', '£5', 'NaN', 'Infinity', '0x10', '1e'])
      expect(() => exact(text), text).toThrow(/not an amount/)
  })
  it('are rounded to the smallest coin, halves away from zero', () => {
    expect([roundTo('2.345', 'GBP'), roundTo('-2.345', 'GBP')]).toEqual(['2.35', '-2.35'])
    expect([roundTo('249.5', 'JPY'), roundTo('1.2345', 'KWD')]).toEqual(['250', '1.235'])
    expect(['GBP', 'JPY', 'KWD'].map(minorUnits)).toEqual([2, 0, 3])
    expect(() => minorUnits('pounds')).toThrow(/not a currency/)
  })
})

describe('sharing out', () => {
  it('gives odd pennies to the largest remainders', () => {
    expect(allocate('10', ['1', '1', '1'], 'GBP')).toEqual(['3.34', '3.33', '3.33'])
    expect(allocate('-10', ['1', '1', '1'], 'GBP')).toEqual(['-3.34', '-3.33', '-3.33'])
    expect(allocate('100', ['0.5', '0.25', '0.26'], 'JPY')).toEqual(['49', '25', '26'])
    expect(allocate('5', ['0', '0'], 'GBP')).toEqual(['2.50', '2.50'])
    expect(allocate('5', ['1', '0'], 'GBP')).toEqual(['5.00', '0.00'])
  })
  it('refuses negative weights and nobody', () => {
    expect(() => allocate('5', ['1', '-1'], 'GBP')).toThrow(/negative/)
    expect(() => allocate('5', [], 'GBP')).toThrow(/nothing to share/)
  })
  it('always adds up to the amount, to the last digit', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 10_000 }).map(String), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }).chain(amount),
        weights,
        fc.constantFrom('GBP', 'JPY', 'KWD'),
        (total, by, currency) => {
          const shares = allocate(total, by, currency)
          expect(shares).toHaveLength(by.length)
          expect(exact(sum(shares) ?? 'none').eq(exact(total))).toBe(true)
        },
      ),
    )
  })
  it('is less than a coin from each fair share', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(amount(2), weights, (total, by) => {
        const all = by.reduce((a, b) => a + b, 0)
        allocate(total, by.map(String), 'GBP').forEach((share, i) => {
          const fair = exact(total)
            .times(by[i] ?? 0)
            .div(all)
          expect(exact(share).minus(fair).abs().lt('0.01')).toBe(true)
        })
      }),
    )
  })
})
