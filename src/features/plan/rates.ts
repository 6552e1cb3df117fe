import { addDays, addYears, type Day } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { exact } from '#kernel/money.ts'
import type { Rates } from '#warehouse/rates.ts'

/**
 * At which rates money in other currencies is told in the plan's:
 * budget: everything at the version's own rates, so that nothing moves but what was spent ·
 * actual: what was spent at the rate of its day, what is spoken for at the last one, the budget at its own ·
 * constant: everything at the mean of the year before the plan.
 */
export const rateModes = ['budget', 'actual', 'constant'] as const
export type RateMode = (typeof rateModes)[number]

export interface Conversion {
  /** The budget rate of a currency: set, else the last one before the plan begins. */
  own(currency: string): string | null
  budget(amount: string, currency: string): string | null
  spent(amount: string, currency: string, day: Day): string | null
  /** What has no rate, in words that say what would help. */
  missing(): string[]
}

/** Money into the currency of a plan, at one of the three kinds of rates. */
export function conversion(
  rates: Rates,
  plan: { currency: string; from: Day; rates: Readonly<Record<string, string>> },
  mode: RateMode,
): Conversion {
  const eve = addDays(plan.from, -1)
  const year = { from: addYears(plan.from, -1), to: eve }
  const lacking = new Set<string>()
  const means = new Map<string, string | null>()
  const own = (currency: string) => {
    const rate = plan.rates[currency] ?? rates.on(currency, plan.currency, eve)
    if (rate === null)
      lacking.add(
        `No budget rate from ${currency} to ${plan.currency}: there is none on or before ${showDay(eve)}. Set one, or import exchange rates.`,
      )
    return rate
  }
  const constant = (currency: string) => {
    if (!means.has(currency)) means.set(currency, rates.mean(currency, plan.currency, year))
    const rate = means.get(currency) ?? null
    if (rate === null)
      lacking.add(
        `No constant rate from ${currency} to ${plan.currency}: some days from ${showDay(year.from)} to ${showDay(year.to)} have none. Import the exchange rates of that year.`,
      )
    return rate
  }
  const times = (amount: string, rate: string | null) =>
    rate === null ? null : exact(amount).times(exact(rate)).toDecimalPlaces(4).toString()
  const inPlan = (currency: string) => currency === plan.currency
  return {
    own,
    budget: (amount, currency) =>
      inPlan(currency) ? amount : times(amount, mode === 'constant' ? constant(currency) : own(currency)),
    spent(amount, currency, day) {
      if (inPlan(currency)) return amount
      if (mode !== 'actual') return times(amount, mode === 'budget' ? own(currency) : constant(currency))
      const rate = rates.on(currency, plan.currency, day)
      if (rate === null)
        lacking.add(
          `No rate from ${currency} to ${plan.currency} on or before ${showDay(day)}: import exchange rates.`,
        )
      return times(amount, rate)
    },
    missing: () => [...lacking],
  }
}
