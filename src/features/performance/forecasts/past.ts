import { and, eq, gte } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, dayCount } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { type Course, horizon, lastOf } from './course.ts'

/** Whether what a stored forecast was made of is what is known of those days now. */

/** So much may a past be told otherwise afterwards, of itself: an order that was changed, a rate that came late. */
const toldOtherwise = 0.1

interface Then {
  /** What it said; a quantile that is no number is none. */
  points: readonly (readonly (number | null)[])[]
  /** The last week it knew, over and over. */
  naive: readonly number[]
  /** Days it knew, unknown ones among them. */
  days: number
}

/**
 * Whether a forecast was made while its past was still coming in: its last week is not what that week came to, or half as
 * many days again of its past are known by now; or it says nothing, for want of ranges. Such a forecast tells nothing of how
 * good forecasts are: it is not graded.
 * @param now the days up to its own, as they are known by now
 */
export function isOfPartialPast(then: Then, now: readonly (number | null)[]): boolean {
  if (then.points.some(point => point.some(value => value === null))) return true
  const known = now.filter(value => value !== null)
  const week = known.slice(-7)
  if (week.length === 0) return false
  const size = week.reduce((sum, value) => sum + Math.abs(value), 0)
  const other = week.reduce((sum, value, n) => sum + Math.abs(value - (then.naive[n] ?? 0)), 0)
  return other > toldOtherwise * size || now.length > 1.5 * then.days
}

/**
 * Writes what came beside the forecasts of the days, but of those that were made while their past was still coming in. Gives
 * how many of these nobody knew of.
 */
export async function noteActuals(
  { ledger }: Context,
  courses: readonly (Omit<Course, 'metric'> & { metric: string })[],
): Promise<number> {
  let partial = 0
  for (const course of courses) {
    const last = lastOf(course)
    const open = await ledger
      .select()
      .from(forecasts)
      .where(
        and(
          eq(forecasts.metric, course.metric),
          eq(forecasts.store, course.store),
          eq(forecasts.slice, ''),
          gte(forecasts.asOf, addDays(last, -horizon - 7)),
        ),
      )
    for (const { id, asOf, inputs, naive, points } of open) {
      const from = dayCount(course.start, asOf)
      if (from < 0 || inputs.partial) continue
      if (isOfPartialPast({ naive, points, days: inputs.days }, course.values.slice(0, from))) {
        partial += 1
        await ledger
          .update(forecasts)
          .set({ actuals: [], inputs: { ...inputs, partial: true } })
          .where(eq(forecasts.id, id))
        continue
      }
      const actuals = course.values.slice(from, from + horizon)
      await ledger.update(forecasts).set({ actuals }).where(eq(forecasts.id, id))
    }
  }
  return partial
}
