import { randomUUID } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import { closedDay } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import type { Forecast } from '#forecast/forecast.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { addDays, type Day, dayCount, later } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { sightOf, tablesOf } from '../attention/sight.ts'
import { addUp } from './add-up.ts'
import { carryForecasts } from './carry.ts'
import { makeContribution } from './contribution.ts'
import {
  type Course,
  company,
  coursesOf,
  type ForecastMetric,
  forecastMetrics,
  hashOf,
  horizon,
  lastOf,
  ratesOf,
  upTo,
} from './course.ts'
import { knownOf } from './drivers.ts'
import { makeParts } from './parts.ts'
import { noteActuals } from './past.ts'

/** The first time, so many weeks are forecast in hindsight, so that there is a grade from the first day on. */
const hindsightWeeks = 8
/** Data that change within so many hours make no new forecast of the same day. */
const patienceHours = 6

export type Stored = typeof forecasts.$inferSelect

/**
 * Makes the forecasts that are due: of every figure whose last whole day is new, or whose past was changed. What came
 * since is written beside the earlier ones. A store whose history is still coming in waits, and the company with it: half a
 * past foretells nothing. What came to be made of one all the same is set aside, and all are made anew in hindsight; of a
 * past that comes no further only the days that are whole count. Gives how many were made.
 */
export async function makeForecasts(
  context: Context,
  pool: ForecastPool,
  { weeks = hindsightWeeks }: { weeks?: number } = {},
): Promise<number> {
  let made = 0
  const sight = await sightOf(context, await closedDay(context))
  const { metrics } = await context.metrics.definitions()
  for (const metric of forecastMetrics) {
    const tables = tablesOf(metrics.find(one => one.name === metric) ?? { sources: [] })
    const coming = sight.coming(tables)
    const whole = sight.wholeFrom(tables)
    const courses = (await coursesOf(context, metric))
      .filter(({ store }) => (store === company ? coming.size === 0 : !coming.has(store)))
      .flatMap(course => sinceWhole(course, whole))
    if (courses.length === 0) continue
    const partial = await noteActuals(context, courses)
    const last = courses.map(lastOf).reduce(later)
    const due = partial > 0 ? hindsightOf(last, weeks) : await dueOf(context, courses, last, weeks)
    for (const day of due) made += await makeFor(context, pool, metric, courses, day, last)
  }
  return made + (await makeParts(context, pool)) + (await makeContribution(context, pool))
}

/** The last day, and so many weeks before it, oldest first. */
const hindsightOf = (last: Day, weeks: number): Day[] =>
  Array.from({ length: weeks + 1 }, (_, week) => addDays(last, 7 * (week - weeks)))

/** The days of a course that are whole, of the company in every store; none where it ends before. */
function sinceWhole(course: Course, whole: ReadonlyMap<string, Day>): Course[] {
  const days = course.store === company ? [...whole.values()] : [whole.get(course.store) ?? course.start]
  const from = days.reduce(later, course.start)
  const values = course.values.slice(dayCount(course.start, from) - 1)
  return values.length === 0 ? [] : [{ ...course, start: from, values }]
}

/** Days from whose end a forecast is to be made, oldest first. */
async function dueOf(context: Context, courses: readonly Course[], last: Day, weeks: number): Promise<Day[]> {
  const { metric } = courses[0] as Course
  const latest = await context.ledger
    .selectDistinctOn([forecasts.store])
    .from(forecasts)
    .where(and(eq(forecasts.metric, metric), eq(forecasts.slice, '')))
    .orderBy(forecasts.store, desc(forecasts.asOf), desc(forecasts.madeAt))
  // Whoever has none yet has no grade either: the company, where a store came in long before the others.
  const isNew = ({ store, values }: Course) =>
    values.some(value => value !== null) && !latest.some(one => one.store === store)
  if (courses.some(isNew)) return hindsightOf(last, weeks)
  if (latest.every(one => one.asOf < last)) return [last]
  for (const course of courses) {
    const own = latest.find(one => one.store === course.store)
    const age = context.clock().getTime() - Date.parse(own?.madeAt ?? '1970-01-01')
    if (own && (own.asOf > last || age < patienceHours * 3_600_000)) continue
    if (hashOf(course, await knownOf(context, course, horizon)) !== own?.inputs.hash) return [last]
  }
  return []
}

interface Made {
  course: Course
  forecast: Forecast
  hash: string
  events: number
}

/** Forecasts of one figure from the end of one day, stores adding up to the company; kept and carried. */
async function makeFor(
  context: Context,
  pool: ForecastPool,
  metric: ForecastMetric,
  courses: readonly Course[],
  day: Day,
  last: Day,
): Promise<number> {
  const known = courses.flatMap(course => upTo(course, day) ?? [])
  const stores = known.filter(one => one.store !== company)
  // One store is the company: the same figures under both names.
  const single = stores.length === 1 && known.length > 1
  const asked = single ? stores : known
  const made = await Promise.all(
    asked.map(async (course): Promise<Made | null> => {
      if (course.values.every(value => value === null)) return null
      const calendar = await knownOf(context, course, horizon)
      const { start, values } = course
      const forecast = await pool.forecast({ start, values, cadence: 'day' }, { horizon, calendar })
      const { promotions = [] } = calendar
      return { course, forecast, hash: hashOf(course, calendar), events: promotions.length }
    }),
  )
  const own = made.filter(one => one !== null)
  const home = own.find(one => one.course.store === company)?.course.currency
  const rates =
    home === undefined
      ? null
      : await ratesOf(
          context,
          own.map(one => one.course),
          home,
          day,
        )
  const added = addUp(own, rates)
  const whole = single ? own.map(one => ({ ...one, course: { ...one.course, store: company } })) : []
  const moved = [...own, ...whole].map(one => ({ ...one, points: added(one) }))
  const at = context.clock().toISOString()
  const rows = moved.map(({ course, forecast, hash, events, points }) => ({
    id: randomUUID(),
    metric,
    store: course.store,
    currency: course.currency,
    asOf: day,
    madeAt: at,
    hindsight: day < last,
    inputs: {
      hash,
      from: course.start,
      days: course.values.length,
      events,
      reconciled: own.length > 1 && rates !== null ? ('weighted' as const) : ('alone' as const),
    },
    model: forecast.model,
    why: forecast.why,
    beatsNaive: forecast.beatsSeasonalNaive,
    backtest: forecast.grade && { ...forecast.grade },
    points,
    naive: naiveOf(course),
    actuals: [],
  }))
  if (rows.length === 0) return 0
  await context.ledger.insert(forecasts).values(rows)
  await noteActuals(context, courses)
  await carryForecasts(context, rows)
  return rows.length
}

/** What copying the last whole week says: the measure every forecast is held against. */
const naiveOf = ({ values }: Course): number[] => {
  const known = Float64Array.from(values.filter(value => value !== null))
  return [...seasonalNaive(known, Math.min(7, known.length), horizon)]
}
