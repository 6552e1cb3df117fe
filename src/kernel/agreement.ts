import { earlier } from './day.ts'

/** Why a source's total of a day may differ from what stands here, the surest first. */
export const causes = ['history', 'later', 'rounding', 'unmapped', 'unknown'] as const
export type Cause = (typeof causes)[number]

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
  /** Days that differ, and by how much in all, either way: never below 0. */
  days: number
  difference: string
  causes: { cause: Cause; days: number; difference: string }[]
}

/** Σ of sizes in plain decimals, exactly: in whole numbers, since every screen would fetch the decimal library for this alone. */
function added(sizes: readonly string[]): string {
  const places = Math.max(0, ...sizes.map(size => size.split('.')[1]?.length ?? 0))
  const total = sizes.reduce((sum, size) => {
    const [whole = '0', part = ''] = size.split('.')
    return sum + BigInt(whole + part.padEnd(places, '0'))
  }, 0n)
  const digits = String(total).padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
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
  const amount = added(differing.map(one => one.difference))
  const by = currencies.size === 1 && /[1-9]/.test(amount) ? ` by ${words.money(amount, currency)}` : ''
  return { state: 'differs', says: `Differs from ${sources}${by} ${on}` }
}
