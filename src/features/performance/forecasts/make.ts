import { randomUUID } from 'node:crypto'
import { and, desc, eq, gte } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Forecast } from '#forecast/forecast.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { reconcile } from '#forecast/reconcile.ts'
import { addDays, type Day, dayCount, later } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { sightOf, tablesOf } from '../attention/sight.ts'
import { carryForecasts } from './carry.ts'
import {
  type Course,
  closedDay,
  company,
  coursesOf,
  type ForecastMetric,
  forecastMetrics,
  hashOf,
  lastOf,
  ratesOf,
  upTo,
} from './course.ts'
import { knownOf } from './drivers.ts'
import { makeParts } from './parts.ts'
import { isOfPartialPast } from './past.ts'

/** Days ahead: thirteen weeks. */
export const horizon = 91
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
  return made + (await makeParts(context, pool))
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

type Points = number[][]
const pointsOf = ({ forecast }: Made): Points =>
  forecast.points.map(one => [one.p2_5, one.p10, one.p50, one.p90, one.p97_5])

/**
 * Moves the middles so that the stores add up to the company, each by how unsure it is, and the intervals with them. As they
 * are where there is nothing to add up or a rate is missing.
 */
function addUp(made: readonly Made[], rates: Map<string, number> | null): (one: Made) => Points {
  const digits = (one: Made) => (one.course.currency === '' ? 1 : 100)
  const rounded = (one: Made, points: Points) =>
    points.map(row => row.map(value => Math.round(value * digits(one)) / digits(one)))
  if (rates === null || made.length < 2) return one => rounded(one, pointsOf(one))
  const leaves = made.filter(one => one.course.store !== company)
  const rateOf = (one: Made) => rates.get(one.course.store) ?? 1
  const name = (one: Made) => `store ${one.course.store}`
  const total = 'company'
  const called = (one: Made) => (one.course.store === company ? total : name(one))
  const middles = reconcile({
    base: new Map(
      made.map(one => [called(one), one.forecast.points.map(point => point.p50 * rateOf(one))] as const),
    ),
    totals: [{ name: total, leaves: leaves.map(name) }],
    method: 'weighted',
    variance: new Map(made.map(one => [called(one), spreadOf(one, rateOf(one))] as const)),
  })
  const moved = new Map<string, Points>()
  const sums = new Array<number>(horizon).fill(0)
  for (const one of leaves) {
    const points = pointsOf(one).map((row, h) => {
      const to = (middles.get(name(one))?.[h] ?? 0) / rateOf(one)
      return row.map(value => Math.max(value + to - (row[2] ?? 0), (row[0] ?? 0) >= 0 ? 0 : value))
    })
    const own = rounded(one, points)
    moved.set(one.course.store, own)
    own.forEach((row, h) => {
      sums[h] = (sums[h] ?? 0) + (row[2] ?? 0) * rateOf(one)
    })
  }
  return one => {
    const own = moved.get(one.course.store)
    if (own) return own
    return rounded(
      one,
      pointsOf(one).map((row, h) => row.map(value => value + (sums[h] ?? 0) - (row[2] ?? 0))),
    )
  }
}

/** Variance of the error of a day, by the width of the 80 % interval (2 × 1.2816 standard deviations), over all days ahead. */
const spreadOf = ({ forecast }: Made, rate: number): number =>
  forecast.points.reduce((sum, { p10, p90 }) => sum + (((p90 - p10) * rate) / 2.5631) ** 2, 0) /
  forecast.points.length

/**
 * Writes what came beside the forecasts of the days, but of those that were made while their past was still coming in. Gives
 * how many of these nobody knew of.
 */
async function noteActuals({ ledger }: Context, courses: readonly Course[]): Promise<number> {
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
