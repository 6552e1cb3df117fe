import { addDays, type Day } from './day.ts'

/** Days somebody chose as a comparison: as many as are asked about, from a day on, is `from.2026-03-01` in every question. */

const spelt = 'from.'

export type DaysFrom = `from.${Day}`

/** The comparison with as many days from a day on. */
export const daysFrom = (day: Day): DaysFrom => `from.${day}`

/** The day it compares from; null for a comparison told by its name, and for a day that does not exist. */
export function firstOf(comparison: string): Day | null {
  const day = comparison.startsWith(spelt) ? comparison.slice(spelt.length) : ''
  return /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(day) && addDays(day, 0) === day ? day : null
}
