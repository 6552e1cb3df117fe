import type { Context } from '#features/context.ts'
import { addDays, addYears, type Day, daysBetween } from '#kernel/day.ts'
import { exact, ratio } from '#kernel/money.ts'

/** Exchange rates by day, read once. A day without a rate has the last one before it; either way round will do. */
export interface Rates {
  /** `to` for one unit of `from`; null where there is none yet on that day. */
  on(from: string, to: string, day: Day): string | null
  /** The mean of a span's days; null where one of them has none. */
  mean(from: string, to: string, span: { from: Day; to: Day }): string | null
}

/** Rates between currencies. One question to the granary, however many days are asked for. */
export async function ratesOf({ granary }: Context, currencies: readonly string[]): Promise<Rates> {
  const codes = [...new Set(currencies)].filter(code => /^[A-Z]{3}$/.test(code))
  const list = codes.map(code => `'${code}'`).join(', ')
  const rows =
    codes.length < 2
      ? []
      : await granary.query(
          `SELECT base, quote, day, rate FROM ${granary.dialect.from('exchange_rates')}
           WHERE base IN (${list}) AND quote IN (${list}) ORDER BY day`,
        )
  const pairs = new Map<string, { day: Day; rate: string }[]>()
  for (const row of rows) {
    const [base, quote, day, rate] = [String(row.base), String(row.quote), String(row.day), String(row.rate)]
    for (const [key, value] of [
      [`${base}${quote}`, rate],
      [`${quote}${base}`, ratio('1', rate, 12)],
    ] as const) {
      if (value === null) continue
      const own = pairs.get(key) ?? []
      own.push({ day, rate: value })
      pairs.set(key, own)
    }
  }
  const on: Rates['on'] = (from, to, day) => {
    if (from === to) return '1'
    const own = pairs.get(`${from}${to}`) ?? []
    let [low, high] = [0, own.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((own[middle]?.day ?? '') <= day) low = middle + 1
      else high = middle
    }
    return own[low - 1]?.rate ?? null
  }
  return {
    on,
    mean(from, to, span) {
      if (from === to) return '1'
      const days = daysBetween(span.from, span.to)
      let total = exact('0')
      for (const day of days) {
        const rate = on(from, to, day)
        if (rate === null) return null
        total = total.plus(exact(rate))
      }
      return total.div(days.length).toDecimalPlaces(12).toString()
    },
  }
}

/**
 * At which rates money in other currencies is told in the plan's:
 * budget: everything at the version's own rates, so that nothing moves but what was spent ·
 * actual: what was spent at the rate of its day, what is spoken for at the last one, the budget at its own ·
 * constant: everything at the mean of the year before the plan.
 */
export const rateModes = ['budget', 'actual', 'constant'] as const
export type RateMode = (typeof rateModes)[number]

export interface Conversion {
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
        `No budget rate from ${currency} to ${plan.currency}: there is none on or before ${eve}. Set one, or import exchange rates.`,
      )
    return rate
  }
  const constant = (currency: string) => {
    if (!means.has(currency)) means.set(currency, rates.mean(currency, plan.currency, year))
    const rate = means.get(currency) ?? null
    if (rate === null)
      lacking.add(
        `No constant rate from ${currency} to ${plan.currency}: some days from ${year.from} to ${year.to} have none. Import the exchange rates of that year.`,
      )
    return rate
  }
  const times = (amount: string, rate: string | null) =>
    rate === null ? null : exact(amount).times(exact(rate)).toDecimalPlaces(4).toString()
  const inPlan = (currency: string) => currency === plan.currency
  return {
    budget: (amount, currency) =>
      inPlan(currency) ? amount : times(amount, mode === 'constant' ? constant(currency) : own(currency)),
    spent(amount, currency, day) {
      if (inPlan(currency)) return amount
      if (mode !== 'actual') return times(amount, mode === 'budget' ? own(currency) : constant(currency))
      const rate = rates.on(currency, plan.currency, day)
      if (rate === null)
        lacking.add(
          `No rate from ${currency} to ${plan.currency} on or before ${day}: import exchange rates.`,
        )
      return times(amount, rate)
    },
    missing: () => [...lacking],
  }
}
