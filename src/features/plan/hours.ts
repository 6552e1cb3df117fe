import type { Context } from '#features/context.ts'
import { countsOf, type HourCounts } from '#forecast/phasing.ts'
import type { Day } from '#kernel/day.ts'
import { askingHours, hoursBy, hoursRan } from '#metrics/hours.ts'
import { askAs } from './actuals.ts'
import type { KeptAs } from './copies.ts'
import { lastWholeDay } from './versions.ts'

/** How the hours of a week run: as they did of late, and of a locked version or a copy as they did when it was kept. */

/** What the hours of a week had in the weeks up to a day, by metric. Null where nothing is known of them. */
export const hoursUntil = async (context: Context, until: Day): Promise<Record<string, number[]> | null> =>
  hoursRan((await askAs(context, askingHours(until))).rows)

/** The same as of now: a day that is not over tells nothing. */
export async function hoursNow(context: Context): Promise<Record<string, number[]> | null> {
  const last = await lastWholeDay(context)
  return last === null ? null : hoursUntil(context, last)
}

/** What a day of a metric is shared out to hours by, and what is to be known of it. Null where nothing is known. */
export async function hoursOf(
  context: Context,
  held: KeptAs | null,
  metric: string,
): Promise<{ counts: HourCounts; notes: string[] } | null> {
  const by = hoursBy(metric)
  const kept = held?.content.phasing
  if (kept?.hours?.[by]) return { counts: countsOf(kept.hours[by]), notes: kept.late ?? [] }
  const now = (await hoursNow(context))?.[by]
  if (!now) return null
  const notes = held
    ? [`How its hours run was not kept when it was ${held.by}: they follow the last weeks.`]
    : []
  return { counts: countsOf(now), notes }
}
