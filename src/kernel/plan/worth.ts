import { Decimal } from 'decimal.js'
import { invalid } from '../error.ts'
import { exact } from '../money.ts'

/** What a stream of money is worth. Flows are decimal text, one for each period, the first now. */

const Exact = Decimal.clone({ precision: 50, rounding: Decimal.ROUND_HALF_UP })

const present = (flows: readonly Decimal[], rate: Decimal): Decimal => {
  let worth = new Exact(0)
  let factor = new Exact(1)
  const growth = rate.plus(1)
  for (const flow of flows) {
    worth = worth.plus(new Exact(flow).div(factor))
    factor = factor.times(growth)
  }
  return worth
}

/**
 * Net present value at a rate for each period, the first flow not discounted, to `places` decimals.
 * (A spreadsheet's NPV() discounts the first flow too; add that one apart there.)
 */
export function npv(flows: readonly string[], rate: string, places = 2): string {
  const r = exact(rate)
  if (r.lte(-1)) throw invalid('A discount rate must be above −100 %.', 'Write 0.08 for eight percent.')
  return present(flows.map(exact), r).toFixed(places)
}

/** A yearly rate as the rate of each of `periods` periods a year, compounded: 12 % a year is 0.9489 % a month. */
export const rateOfPeriod = (yearly: string, periods: number): string =>
  new Exact(yearly).plus(1).pow(new Exact(1).div(periods)).minus(1).toFixed(20)

/**
 * Internal rate of return for each period, to 8 decimals: the rate at which the flows are worth nothing.
 * Null with the reason where there is none, or more than one.
 */
export function irr(flows: readonly string[]): { rate: string | null; why?: string } {
  const exactFlows = flows.map(exact)
  const signs = exactFlows.filter(flow => !flow.isZero()).map(flow => flow.isNegative())
  if (signs.every(sign => sign === signs[0]))
    return {
      rate: null,
      why: 'The flows never change sign: there is no rate at which they are worth nothing.',
    }
  const crossings: [Decimal, Decimal][] = []
  const grid = [
    ...Array.from({ length: 100 }, (_, n) => -0.99 + n * 0.02),
    ...Array.from({ length: 60 }, (_, n) => 1.01 * 1.15 ** n),
  ]
  let before: { at: Decimal; worth: Decimal } | null = null
  for (const rate of grid) {
    const at = new Exact(rate)
    const worth = present(exactFlows, at)
    // A rate that fits to the last digit is one crossing, not one on either side of it.
    if (worth.isZero()) crossings.push([at, at])
    else if (before && !before.worth.isZero() && worth.isNegative() !== before.worth.isNegative())
      crossings.push([before.at, at])
    before = { at, worth }
  }
  if (crossings.length === 0)
    return { rate: null, why: 'No rate between −99 % and 380,000 % makes the flows worth nothing.' }
  if (crossings.length > 1)
    return {
      rate: null,
      why: `The flows change sign ${signs.filter((s, i) => i > 0 && s !== signs[i - 1]).length} times and ${crossings.length} rates fit: use the net present value.`,
    }
  let [low, high] = crossings[0] as [Decimal, Decimal]
  const down = present(exactFlows, low).isPositive()
  for (let n = 0; n < 60; n += 1) {
    const middle = low.plus(high).div(2)
    if (present(exactFlows, middle).isPositive() === down) low = middle
    else high = middle
  }
  return { rate: low.plus(high).div(2).toFixed(8) }
}

/** Periods until what came in covers what went out, a part of a period counted by its share; null when it never does. */
export function payback(flows: readonly string[]): string | null {
  let owed = new Exact(0)
  let best: Decimal | null = null
  flows.map(exact).forEach((flow, period) => {
    const after = owed.plus(flow)
    if (owed.isNegative() && !after.isNegative()) best = new Exact(period - 1).plus(owed.abs().div(flow))
    // Money that goes out again later starts the waiting anew.
    if (after.isNegative()) best = null
    else if (best === null && period === 0) best = new Exact(0)
    owed = after
  })
  return best === null ? null : (best as Decimal).toDecimalPlaces(4).toString()
}
