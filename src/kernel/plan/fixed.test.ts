import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed, plainOf } from './fixed.ts'

describe('numbers of a plan', () => {
  it('are read as they are written, short or long, rounded half away from zero at the twelfth decimal', () => {
    const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: most })
    fc.assert(
      fc.property(
        fc.constantFrom('', '-', '+'),
        digits(20),
        fc.option(digits(16)),
        (sign, whole, decimals) => {
          const text = `${sign}${whole}${decimals === null ? '' : `.${decimals}`}`
          fc.pre(/\d/.test(text))
          const exact = new Decimal(text.replace(/\.$/, '').replace(/^([+-]?)\./, '$10.'))
          expect(plainOf(fixed(text))).toBe(
            exact.toDecimalPlaces(12, Decimal.ROUND_HALF_UP).toFixed().replace(/^-0$/, '0'),
          )
        },
      ),
    )
  })

  it('are told from what is no number', () => {
    for (const text of ['', '-', '.', '1.2.3', '12a', '1,5', '--1', 'NaN', '٣'])
      expect(() => fixed(text)).toThrow('is no number')
    expect(fixed(' 1.5e3 ')).toBe(fixed('1500'))
  })
})
