import type { Day } from '#kernel/day.ts'
import type { Cause } from '#postgres/tables/watch.ts'

/** A stretch of days that is to be explained, against days before it or a year before. */
export interface Asked {
  from: Day
  to: Day
  /** What the days are compared with. */
  compare: 'previous_days' | 'last_year' | 'last_year_weekday'
  store?: string | undefined
  /** Values of dimensions it is narrowed to besides the store. */
  within?: readonly (readonly [string, string])[]
  /** Said of the data already; '' where nothing is. */
  doubt?: string | null
}

/** An explanation, and how it stands to others. */
export interface Weighed extends Cause {
  /** Measured, and more than its days differ by chance: a reason rather than a coincidence. */
  sure: boolean
}

/** Filters that narrow a question as the stretch is narrowed. */
export const narrowed = (within: Asked['within']) =>
  within?.length ? { filters: within.map(([dimension, value]) => ({ dimension, is: [value] })) } : {}
