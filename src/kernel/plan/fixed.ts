import { Decimal } from 'decimal.js'
import { invalid } from '../error.ts'

/**
 * Numbers of a plan: whole multiples of 10⁻¹², held as bigint. Sums are exact whatever their order, so that a total kept
 * up to date by differences is the total added anew; products and quotients are rounded once, half away from zero.
 */
export type Fixed = bigint

const places = 12
export const one: Fixed = 10n ** 12n

const numeral = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i

/** @throws Failure('invalid') for text that is no number, naming it. */
export function fixed(text: string): Fixed {
  const match = numeral.exec(text.trim())
  if (!match || (!match[2] && !match[3]))
    throw invalid(`"${text}" is no number.`, 'Write digits with a point before the decimals: 1234.50.')
  const [, sign, whole = '', decimals = '', exponent] = match
  if (exponent !== undefined) return fixed(new Decimal(text.trim()).toFixed(places))
  const kept = BigInt(whole + decimals.slice(0, places).padEnd(places, '0'))
  const up = decimals.length > places && decimals.charCodeAt(places) >= 53 ? 1n : 0n
  return sign === '-' ? -(kept + up) : kept + up
}

/** Decimal text without noise: no exponent, no trailing zeros. */
export function plainOf(value: Fixed): string {
  const size = value < 0n ? -value : value
  const digits = size.toString().padStart(places + 1, '0')
  const decimals = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return `${value < 0n ? '-' : ''}${whole}${decimals && `.${decimals}`}`
}

export const plainOrNull = (value: Fixed | null): string | null => (value === null ? null : plainOf(value))

/** a ÷ b for whole numbers, half away from zero. */
const nearest = (a: bigint, b: bigint): bigint => {
  const negative = a < 0n !== b < 0n
  const size = ((a < 0n ? -a : a) * 2n + (b < 0n ? -b : b)) / ((b < 0n ? -b : b) * 2n)
  return negative ? -size : size
}

export const times = (a: Fixed, b: Fixed): Fixed => nearest(a * b, one)
/** a ÷ b; null where b is 0. */
export const over = (a: Fixed, b: Fixed): Fixed | null => (b === 0n ? null : nearest(a * one, b))
export const absolute = (a: Fixed): Fixed => (a < 0n ? -a : a)

/** Rounded to `digits` decimals, half away from zero; digits below 0 round to tens, hundreds… */
export const rounded = (a: Fixed, digits: number): Fixed => {
  if (digits >= places) return a
  const unit = 10n ** BigInt(places - Math.max(digits, -18))
  return nearest(a, unit) * unit
}

/** base to a power; fractional powers through forty digits. Null where there is no real one. */
export function power(base: Fixed, exponent: Fixed): Fixed | null {
  if (exponent % one === 0n && exponent >= 0n && exponent <= 1000n * one) {
    let result = one
    for (let n = exponent / one; n > 0n; n -= 1n) result = times(result, base)
    return result
  }
  if (base < 0n || (base === 0n && exponent < 0n)) return null
  const value = new Decimal(plainOf(base)).pow(plainOf(exponent))
  return value.isFinite() ? fixed(value.toFixed(places)) : null
}

/** For drawing and for simulation, where a double's fifteen digits do. */
export const floatOf = (value: Fixed): number => Number(value) / 1e12

/** A double as it stands, to twelve decimals. @throws Failure('invalid') for what is not finite. */
export const fixedOf = (value: number): Fixed => {
  if (!Number.isFinite(value)) throw invalid(`${value} is no number a plan can hold.`)
  return fixed(new Decimal(value).toFixed(places))
}
