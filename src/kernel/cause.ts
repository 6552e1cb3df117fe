import type { Cause } from './agreement.ts'
import { exact } from './money.ts'

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
