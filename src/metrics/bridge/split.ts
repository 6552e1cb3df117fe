import { exact } from '#kernel/money.ts'

/**
 * A change split among its drivers with nothing left over: LMDI-I, additive (Ang 2005, Energy Policy 33:867–871).
 *
 * A value is a chain of quantities, each the one before times a factor: sessions, orders, sales. The part of a factor x is
 * L(V₁, V₀) · ln(x₁ ÷ x₀), where L is the logarithmic mean; parts of factors add up to the part of their product.
 * Logarithms are only weights here: amounts are cut as whole coins that add up to the difference exactly.
 */

/** One side of a chain: what is left of the value after each driver, first to last; the last is the value itself. */
export type Chain = readonly number[]

/** (a − b) ÷ ln(a ÷ b) for positive a and b; a where they are the same. */
export function logarithmicMean(a: number, b: number): number {
  if (a === b) return a
  const difference = a - b
  // Near equality the quotient loses its digits; the series of the mean does not.
  const relative = difference / b
  if (Math.abs(relative) < 1e-4) return b * (1 + relative / 2 - (relative * relative) / 12)
  return difference / Math.log(a / b)
}

/** Each quantity over the one before it; null for 0 ÷ 0, which is no factor at all. */
const factors = (chain: Chain): (number | null)[] =>
  chain.map((value, n) => {
    const before = n === 0 ? 1 : (chain[n - 1] ?? 0)
    return before === 0 ? null : value / before
  })

/**
 * The parts of the drivers in the change of the last quantity, in its unit, as floats: weights to share coins by.
 * A factor of 0 takes the limit of an infinitesimal one: it takes the whole change, and several share it alike (Ang & Liu
 * 2007, Energy Policy 35:238–246). A factor that is 0 ÷ 0 on one side counts as unchanged. A negative quantity has no
 * logarithm: the change is then shared by the mean over all orders of changing one driver after another (Shapley).
 */
export function split(before: Chain, after: Chain): number[] {
  const chains = [before, after]
  const first = before.map((_, n) => n).filter(n => chains.some(chain => chain[n] !== 0))
  if (first.length === 0) return before.map(() => 0)
  const negative = chains.some(chain => chain.some(value => value < 0))
  const x = factors(before)
  const y = factors(after)
  // Something out of nothing (sales without an order) is no product of factors either.
  const broken = chains.some(chain => chain.some((value, n) => n > 0 && value !== 0 && chain[n - 1] === 0))
  if (negative || broken) return shapley(before, after)
  const v0 = before.at(-1) ?? 0
  const v1 = after.at(-1) ?? 0
  if (v0 === 0 && v1 === 0) return before.map(() => 0)
  if (v0 === 0 || v1 === 0) {
    const gone = v0 === 0 ? x : y
    const zeros = gone.filter(factor => factor === 0).length
    return gone.map(factor => (factor === 0 ? (v1 - v0) / zeros : 0))
  }
  const mean = logarithmicMean(v1, v0)
  return x.map((factor, n) => mean * Math.log((y[n] ?? 1) / (factor ?? 1)))
}

/** The value with some drivers as they are after and the rest as they were: exact at both ends whatever the signs. */
function mixed(chains: readonly [Chain, Chain], both: readonly (readonly (number | null)[])[], mask: number) {
  let value = 1
  for (let n = 0; n < chains[0].length; n++) {
    const side = (mask >> n) & 1
    const factor = both[side]?.[n] ?? null
    const other = both[1 - side]?.[n] ?? null
    const amount = chains[side]?.[n] ?? 0
    // 0 ÷ 0 here is as it is on the other side; an amount that stands on nothing is added.
    if (factor !== null) value *= factor
    else if (amount !== 0 || other === null) value += amount
    else value *= other
  }
  return value
}

function shapley(before: Chain, after: Chain): number[] {
  const count = before.length
  const both = [factors(before), factors(after)]
  const values = Array.from({ length: 1 << count }, (_, mask) => mixed([before, after], both, mask))
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const bits = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bits(mask >> 1))
  return before.map((_, n) =>
    values.reduce((sum, value, mask) => {
      if ((mask >> n) & 1) return sum
      const size = bits(mask)
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count)
      return sum + weight * ((values[mask | (1 << n)] ?? 0) - value)
    }, 0),
  )
}

/** An amount in whole coins of `digits` decimals, halves away from zero. */
export const coins = (amount: string, digits: number): bigint =>
  BigInt(exact(amount).toFixed(digits).replace('.', ''))

/** Coins as decimal text: −1234 with two digits is "−12.34" with a hyphen. */
export function written(amount: bigint, digits: number): string {
  const text = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0')
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  return amount < 0n ? `-${whole}` : whole
}

/**
 * Parts as whole coins that add up to `total` exactly: each rounded down, the coins left over to the largest
 * remainders (the first of equals). Parts may have any sign.
 */
export function shareOut(parts: readonly number[], total: bigint, digits: number): bigint[] {
  if (parts.length === 0) return []
  const scale = 10 ** digits
  const scaled = parts.map(part => part * scale)
  const cut = scaled.map(part => BigInt(Math.floor(part)))
  const order = scaled
    .map((part, n) => ({ n, rest: part - Math.floor(part) }))
    .sort((a, b) => b.rest - a.rest || a.n - b.n)
  let left = total - cut.reduce((sum, part) => sum + part, 0n)
  const count = BigInt(parts.length)
  // As a rule less than a coin each is left; floats of very large sums may leave more, which all then share.
  const each = left >= 0n ? left / count : -((-left + count - 1n) / count)
  left -= each * count
  for (const { n } of order) {
    cut[n] = (cut[n] ?? 0n) + each + (left > 0n ? 1n : 0n)
    if (left > 0n) left -= 1n
  }
  return cut
}
