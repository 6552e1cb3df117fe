import type { Turn } from './connector.ts'

const dayMs = 86_400_000

/**
 * Since when a turn asks about what was put away, ms UTC: history as about all else; then once a day, in the turn that
 * goes past midnight, of the whole day before. Null in all other turns.
 */
export const sinceForPutAway = ({ from, to, history }: Turn): number | null => {
  if (history) return from
  const day = Math.floor(from / dayMs) * dayMs
  return to >= day + dayMs ? day : null
}
