import type { Company } from './company.ts'

/**
 * How many people stand behind some sessions: each first visit is somebody new, and those who come back come from a
 * pool that is soon exhausted. So people never add up, over days or over channels.
 */
export function peopleOf(
  company: Company,
  sessions: number,
  newUsers: number,
): { total: number; active: number } {
  const pool = 900 * company.scale
  const back = Math.max(0, sessions * 0.9 - newUsers)
  const total = newUsers + Math.round(pool * (1 - Math.exp(-back / pool)))
  return { total, active: Math.round(total * 0.94) }
}
