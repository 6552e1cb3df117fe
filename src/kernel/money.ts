import { Decimal } from 'decimal.js'
import { invalid } from './error.ts'
import { minorUnits } from './money-units.ts'
import type { Against } from './trend.ts'

/**
 * Amounts are decimal text. They are added, divided and shared out here, exactly, and never as floats.
 * 40 digits hold any sum of DECIMAL(18,4) with room for the ratio of two.
 */
const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -40, toExpPos: 40 })

/** Decimal text, or null for what is not known. */
export type Amount = string | null

/** @throws Failure('invalid') for what is no plain decimal number: write 1234.5, without signs of currency or thousands. */
export function exact(text: string): Decimal {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    throw invalid(`"${text}" is not an amount.`, 'Write digits with a point before the decimals: 1234.50.')
  return new Exact(text)
}

/** Σ of what is known; null when nothing is. */
export function sum(amounts: Iterable<Amount>): Amount {
  let total: Decimal | null = null
  for (const amount of amounts) if (amount !== null) total = (total ?? new Exact(0)).plus(exact(amount))
  return total === null ? null : total.toString()
}

/** a − b; null when either is not known. */
export const minus = (a: Amount, b: Amount): Amount =>
  a === null || b === null ? null : exact(a).minus(exact(b)).toString()

/** a ÷ b to `places` decimals; null when either is not known or b is 0. */
export function ratio(a: Amount, b: Amount, places = 8): Amount {
  if (a === null || b === null) return null
  const divisor = exact(b)
  return divisor.isZero() ? null : exact(a).div(divisor).toDecimalPlaces(places).toString()
}

/** The change of a value against a base: the base, delta, and its ratio to the size of the base. */
export function against(current: Amount, base: Amount): Against {
  const delta = minus(current, base)
  return { value: base, delta, ratio: base === null ? null : ratio(delta, exact(base).abs().toString()) }
}

/** Rounded to the currency's smallest coin, halves away from zero, with all its decimals: '2.50', '250' in JPY. */
export const roundTo = (amount: string, currency: string): string =>
  exact(amount).toFixed(minorUnits(currency), Decimal.ROUND_HALF_UP)

/**
 * Shares an amount out by weights in whole smallest coins that add up to it exactly: each gets its share rounded
 * down, and the coins left over go to the largest remainders (the first of equals). What of the amount is finer than
 * a coin stays with the largest weight. Without any weight the shares are equal.
 * @throws Failure('invalid') for a negative weight, or when there is nobody to share among.
 */
export function allocate(amount: string, weights: readonly string[], currency: string): string[] {
  if (weights.length === 0) throw invalid('There is nothing to share the amount among.')
  const given = weights.map(exact)
  if (given.some(weight => weight.isNegative() && !weight.isZero()))
    throw invalid('A share cannot have a negative weight.', 'Give weights of zero or more.')
  const all = given.reduce((total, weight) => total.plus(weight), new Exact(0))
  const parts = all.isZero() ? given.map(() => new Exact(1)) : given
  const whole = all.isZero() ? new Exact(parts.length) : all
  const digits = minorUnits(currency)
  const coin = new Exact(10).pow(-digits)
  const total = exact(amount)
  const coins = total.abs().div(coin).floor()
  const sign = total.isNegative() ? -1 : 1
  const shares = parts.map((weight, index) => {
    const due = coins.times(weight).div(whole)
    return { index, coins: due.floor(), rest: due.minus(due.floor()) }
  })
  let left = coins.minus(shares.reduce((n, share) => n.plus(share.coins), new Exact(0))).toNumber()
  for (const share of [...shares].sort((a, b) => b.rest.comparedTo(a.rest) || a.index - b.index)) {
    if (left-- <= 0) break
    share.coins = share.coins.plus(1)
  }
  const largest = parts.reduce((best, weight, index) => (weight.gt(parts[best] ?? 0) ? index : best), 0)
  const finer = total.minus(coins.times(coin).times(sign))
  return shares.map(share => {
    const amountOf = share.coins.times(coin).times(sign)
    return share.index === largest && !finer.isZero()
      ? amountOf.plus(finer).toString()
      : (amountOf.isZero() ? amountOf.abs() : amountOf).toFixed(digits)
  })
}

/** A sum made of doubles, to the four places amounts are kept with: what was counted reads as it was counted. */
export const asKept = (amount: number): number => Number(amount.toFixed(4))
