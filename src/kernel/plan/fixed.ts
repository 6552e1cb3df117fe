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

const scales = Array.from({ length: places + 1 }, (_, n) => 10n ** BigInt(places - n))

/** Text of up to fifteen digits and no exponent, as nearly all of a plan is; null for any other. */
function short(text: string): Fixed | null {
  const negative = text.charCodeAt(0) === 45
  let digits = 0
  let kept = 0
  let point = -1
  for (let at = negative ? 1 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 46 && point < 0) point = at
    else if (code < 48 || code > 57 || digits === 15) return null
    else {
      kept = kept * 10 + code - 48
      digits += 1
    }
  }
  const scale = digits === 0 ? undefined : scales[point < 0 ? 0 : text.length - point - 1]
  return scale === undefined ? null : BigInt(negative ? -kept : kept) * scale
}

/** @throws Failure('invalid') for text that is no number, naming it. */
export function fixed(text: string): Fixed {
  return short(text) ?? long(text)
}

function long(text: string): Fixed {
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
