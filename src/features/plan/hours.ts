import type { Context } from '#features/context.ts'
import { countsOf, type HourCounts, weekOf } from '#forecast/phasing.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { askAs } from './actuals.ts'
import type { KeptAs } from './copies.ts'
import { latestDay } from './versions.ts'

/** How the hours of a week run: as they did of late, and of a locked version or a copy as they did when it was kept. */

/** Weeks whose hours a day is shared out by. */
const weeks = 12
/** Whose hours are kept: the plan room goes by sales, a peak day by orders too. */
const followed = ['net_sales', 'orders'] as const

/** What the hours of a week had in the weeks up to a day, by metric. Null where nothing is known of them. */
export async function hoursUntil(context: Context, until: Day): Promise<Record<string, number[]> | null> {
  const { rows } = await askAs(context, {
    metrics: [...followed],
    by: ['weekday', 'hour'],
    from: addDays(until, 1 - 7 * weeks),
    to: until,
    limit: 1000,
  })
  const hours = followed.map(metric => [
    metric,
    weekOf(
      rows.map(row => ({
        weekday: Number(row.weekday),
        hour: Number(row.hour),
        value: Number(row[metric] ?? 0),
      })),
    ),
  ])
  return rows.length > 0 ? Object.fromEntries(hours) : null
}

/** What a day of a version is shared out to hours by, and what is to be known of it. Null where nothing is known. */
export async function hoursOf(
  context: Context,
  held: KeptAs | null,
): Promise<{ counts: HourCounts; notes: string[] } | null> {
  const kept = held?.content.phasing
  if (kept?.hours?.net_sales) return { counts: countsOf(kept.hours.net_sales), notes: kept.late ?? [] }
  const until = await latestDay(context)
  const now = until && (await hoursUntil(context, until))?.net_sales
  if (!now) return null
  const notes = held
    ? [`How its hours run was not kept when it was ${held.by}: they follow the last ${weeks} weeks.`]
    : []
  return { counts: countsOf(now), notes }
}
