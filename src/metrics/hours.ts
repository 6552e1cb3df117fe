import { countsOf, type HourCounts, weekOf } from '#forecast/phasing.ts'
import { addDays, type Day } from '#kernel/day.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import type { Plan } from './ask.ts'
import type { AnswerRow, Query } from './query.ts'
import type { World } from './world.ts'

/** How the hours of a week run, which days of plans go over their hours by. */

/** What the 168 hours of a week had from Monday 0:00 on, by metric. */
type Ran = Readonly<Record<string, readonly number[]>>

/** How a day of a plan goes over its hours: what hours had before, and what people say who know better. */
export type HoursOf = (plan: string, metric: string) => { counts: HourCounts; weights: HourWeights }

/** Weeks whose hours say how a weekday runs. */
const weeks = 12
const followed = ['net_sales', 'orders'] as const

/** Whose hours a metric goes by: orders by their own, everything else as sales run. */
export const hoursBy = (metric: string): (typeof followed)[number] =>
  metric === 'orders' ? 'orders' : 'net_sales'

/** The question of how hours ran in the weeks up to a day. */
export const askingHours = (to: Day) => ({
  metrics: [...followed],
  by: ['weekday', 'hour'],
  from: addDays(to, 1 - 7 * weeks),
  to,
  limit: 1000,
})

/** Its answer as it is kept. Null where nothing was sold. */
export const hoursRan = (rows: readonly AnswerRow[]): Record<string, number[]> | null =>
  rows.length === 0
    ? null
    : Object.fromEntries(
        followed.map(metric => [
          metric,
          weekOf(
            rows.map(row => ({
              weekday: Number(row.weekday),
              hour: Number(row.hour),
              value: Number(row[metric] ?? 0),
            })),
          ),
        ]),
      )

/** Whether a figure of a day has to be parted among its hours to answer a question. */
export const reachesHours = ({ resolved, window }: Pick<Plan, 'resolved' | 'window'>): boolean =>
  resolved.targets.length > 0 &&
  (window.grain === 'hour' ||
    window.moments.length > 0 ||
    [...resolved.dimensions, ...resolved.filters.map(one => one.dimension)].some(one => one.name === 'hour'))

/**
 * The question that tells how hours run in the stores another is of: the same whatever days that asks for, so that an hour
 * has one figure. The last day known may not be over, and tells nothing.
 */
export const hoursAsked = ({ resolved: { query } }: Pick<Plan, 'resolved'>, last: Day): Query => ({
  ...askingHours(addDays(last, -1)),
  ...(query.stores && { stores: query.stores }),
  ...(query.currency && { currency: query.currency }),
})

/** Hours of plans: as each keeps them, else as they ran of late; evenly where nothing was ever sold. */
export const hoursKnown = (plans: World['planHours'], lately: Ran | null): HoursOf => {
  const read = new Map<readonly number[], HourCounts>()
  const countsIn = (week: readonly number[] | undefined): HourCounts => {
    if (!week) return []
    const counts = read.get(week) ?? countsOf(week)
    read.set(week, counts)
    return counts
  }
  return (plan, metric) => {
    const own = plans?.[plan]
    const by = hoursBy(metric)
    return { counts: countsIn(own?.ran?.[by] ?? lately?.[by]), weights: own?.weights ?? {} }
  }
}
