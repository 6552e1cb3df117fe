import { earlier } from './day.ts'
import { exact } from './money.ts'

/** Why a source's total of a day may differ from what stands here, the surest first. */
export const causes = ['history', 'later', 'rounding', 'unmapped', 'unknown'] as const
export type Cause = (typeof causes)[number]

/** What is known of a connection that may explain a difference. */
export interface Reasons {
  /** First day whose history is stored; null: all of it is. */
  readFrom: string | null
  /** ms UTC of the last turn that changed something. */
  changedAt: number
  /** Records that were not understood. */
  unmapped: number
}

/** A rounding of each order is at most this. */
const cent = '0.01'

/**
 * The cause of a day's difference, from what is known of its connection. `askedAt` is when the source gave its totals;
 * `orders` is how many it counted that day, null where it did not say. Never blames rounding for a count.
 */
export function causeOf(
  day: string,
  figures: readonly { metric: string; difference: string }[],
  about: { askedAt: number; orders: string | null },
  reasons: Reasons,
): Cause {
  if (reasons.readFrom !== null && day < reasons.readFrom) return 'history'
  if (reasons.changedAt > about.askedAt) return 'later'
  const most = exact(cent).times(exact(about.orders ?? '1').plus(1))
  const whole = figures.every(({ difference }) => exact(difference).abs().lte(most))
  const counts = figures.some(
    one => ['orders', 'units_sold', 'sessions'].includes(one.metric) && !exact(one.difference).eq(0),
  )
  if (whole && !counts) return 'rounding'
  return reasons.unmapped > 0 ? 'unmapped' : 'unknown'
}

/** A cause in words: what it is, and what becomes of it. */
export const causeWords: Readonly<Record<Cause, string>> = {
  history: 'History is not read that far back yet',
  later: 'Changed since the source was asked; it is asked again with the next turns',
  rounding: 'Rounding: a coin an order at most',
  unmapped: 'Records that were not understood',
  unknown: 'Not explained: read the days again',
}

/** How far a store agrees with what its shop counts itself. */
export interface Agreement {
  store: string
  /** Shop system that was asked, as it is called; null: none gives totals. */
  source: string | null
  connection: string | null
  currency: string
  /** Last day that was compared. */
  until: string | null
  /** Days that differ, and by how much in all, either way. */
  days: number
  difference: string
  causes: { cause: Cause; days: number; difference: string }[]
}

/** Several stores' agreement as one: the worst of them, in words to stand beside a number. */
export function agreementOf(
  all: readonly Agreement[],
  words: { money: (amount: string, currency: string) => string; day: (day: string) => string },
): { state: 'agrees' | 'differs' | 'unchecked'; says: string } {
  const checked = all.filter(one => one.until !== null)
  const differing = checked.filter(one => one.days > 0)
  const sources = [...new Set(checked.flatMap(one => (one.source ? [one.source] : [])))].join(' and ')
  if (checked.length === 0) return { state: 'unchecked', says: 'Not checked against its source' }
  if (differing.length === 0) {
    const until = checked.reduce((first, one) => earlier(one.until ?? first, first), '9999-12-31')
    const some = checked.length < all.length ? `, ${all.length - checked.length} not checked` : ''
    return { state: 'agrees', says: `Agrees with ${sources} to ${words.day(until)}${some}` }
  }
  const days = differing.reduce((sum, one) => sum + one.days, 0)
  const on = `on ${days} ${days === 1 ? 'day' : 'days'}`
  const currencies = new Set(differing.map(one => one.currency))
  const [currency = ''] = currencies
  const amount = differing.reduce((sum, one) => sum.plus(one.difference), exact('0'))
  const by = currencies.size === 1 && !amount.eq(0) ? ` by ${words.money(amount.toFixed(), currency)}` : ''
  return { state: 'differs', says: `Differs from ${sources}${by} ${on}` }
}
