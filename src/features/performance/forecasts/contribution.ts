import { randomUUID } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Calendar } from '#forecast/forecast.ts'
import { errorOf, productOf, type Tried, widened } from '#forecast/margin.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import { median } from '#forecast/numbers.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { addDays } from '#kernel/day.ts'
import { percent } from '#kernel/format.ts'
import { type Tier, usualWaterfall } from '#kernel/plan/templates.ts'
import { costWaterfall } from '#postgres/tables/settings.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { addUp } from './add-up.ts'
import { carryForecasts } from './carry.ts'
import { askAll, calendarOf, company, hashOf, ratesOf } from './course.ts'
import { noteActuals } from './past.ts'

type Stored = typeof forecasts.$inferSelect

/** Days whose costs are known, fewer than which make no forecast of a rate. */
const least = 56
/** Stretches of the past both ways are tried on, and their days. */
const [stretches, stretch] = [3, 28]
/** Part of a usual day's sales below which a day says nothing of the rate. */
const ofUsual = 0.2

/**
 * Makes the forecasts of contribution that the latest ones of net sales have none of yet, of the company and its stores: the
 * last tier whose costs are known of all of them, as net sales times a forecast of its rate, or by itself, whichever erred
 * less on the last weeks. Stores add up to the company. None where costs are not known. Gives how many were made.
 */
export async function makeContribution(context: Context, pool: ForecastPool): Promise<number> {
  const latest = async (metric: string) =>
    context.ledger
      .selectDistinctOn([forecasts.store])
      .from(forecasts)
      .where(and(eq(forecasts.metric, metric), eq(forecasts.slice, '')))
      .orderBy(forecasts.store, desc(forecasts.asOf), desc(forecasts.madeAt))
  const sales = await latest('net_sales')
  const whole = sales.find(one => one.store === company)
  if (!whole) return 0
  const alike = sales.filter(one => one.asOf === whole.asOf && !one.inputs.partial)
  const tier = await tierOf(context, whole)
  if (!tier) return 0
  const known = await latest(tier.name)
  const isMade = (one: Stored) =>
    known.some(
      own =>
        own.store === one.store && own.asOf === one.asOf && Date.parse(own.madeAt) >= Date.parse(one.madeAt),
    )
  if (alike.every(isMade)) return 0
  const courses = (await Promise.all(alike.map(one => courseOf(context, tier.name, one)))).filter(
    course => course !== null,
  )
  if (!courses.some(({ of }) => of.store === company)) return 0
  await noteActuals(
    context,
    courses.map(({ of, start, margin }) => ({ ...nameOf(tier, of), start, values: margin })),
  )
  const made = []
  for (const course of courses) made.push(await foretell(context, pool, tier, course))
  const rates = await ratesOf(context, alike, whole.currency, whole.asOf)
  // Of stores whose costs are not known nothing adds up.
  const added = addUp(made, courses.length === alike.length ? rates : null)
  const at = context.clock().toISOString()
  const rows = made.map(one => ({ ...one.row, madeAt: at, points: added(one) }))
  await context.ledger.insert(forecasts).values(rows)
  await carryForecasts(context, rows)
  return rows.length
}

const nameOf = ({ name }: Tier, { store, currency }: Pick<Stored, 'store' | 'currency'>) => ({
  metric: name,
  store,
  currency,
})

/** The last tier whose costs are known of the company's last weeks. */
async function tierOf(context: Context, whole: Stored): Promise<Tier | undefined> {
  const [waterfall] = await context.ledger.select().from(costWaterfall)
  const tiers = waterfall?.tiers ?? usualWaterfall
  if (tiers.length === 0) return undefined
  const { totals } = await askAll(context, {
    metrics: tiers.map(one => one.name),
    from: addDays(whole.asOf, 1 - least),
    to: whole.asOf,
    ...(whole.currency && { currency: whole.currency }),
  })
  return tiers.findLast(one => typeof totals[one.name] === 'string')
}

interface Course {
  of: Stored
  start: string
  sales: number[]
  margin: number[]
}

/** Days of net sales and of contribution from the last one on whose costs were not known; null where they are too few. */
async function courseOf(context: Context, tier: string, of: Stored): Promise<Course | null> {
  const answer = await askAll(context, {
    metrics: ['net_sales', tier],
    grain: 'day',
    calendar: 'gregorian',
    from: of.inputs.from,
    to: of.asOf,
    ...(of.currency && { currency: of.currency }),
    ...(of.store !== company && { stores: [of.store] }),
  })
  const gap = answer.rows.findLastIndex(row => row[tier] === null && Number(row.net_sales ?? 0) !== 0)
  const rows = answer.rows.slice(gap + 1)
  if (rows.length < least) return null
  const valuesOf = (metric: string) => rows.map(row => Number(row[metric] ?? 0))
  return { of, start: String(rows[0]?.period), sales: valuesOf('net_sales'), margin: valuesOf(tier) }
}

/** Rates of days with sales enough to have one. */
function rateOf({ sales, margin }: Pick<Course, 'sales' | 'margin'>): (number | null)[] {
  const usual = median(Float64Array.from(sales.filter(value => value > 0)))
  return sales.map((value, t) => (value > 0 && value >= ofUsual * usual ? (margin[t] ?? 0) / value : null))
}

/** Both ways from the end of some days. */
async function bothWays(
  pool: ForecastPool,
  { start, sales, margin }: Pick<Course, 'start' | 'sales' | 'margin'>,
  calendar: Calendar,
  horizon: number,
) {
  const ask = (values: (number | null)[], more: object = {}) =>
    pool.forecast({ start, values, cadence: 'day' }, { horizon, calendar, ...more })
  const [sold, rate, direct] = await Promise.all([
    ask(sales),
    ask(rateOf({ sales, margin }), { nonNegative: false }),
    ask(margin),
  ])
  return { sold, rate, direct }
}

async function foretell(context: Context, pool: ForecastPool, tier: Tier, course: Course) {
  const { of, start, sales, margin } = course
  const calendar = await calendarOf(context, of.store)
  const horizon = of.points.length
  const tried: Tried[] = []
  for (let back = stretches; back > 0; back--) {
    const end = margin.length - back * stretch
    if (end < least) continue
    const then = { start, sales: sales.slice(0, end), margin: margin.slice(0, end) }
    const { sold, rate, direct } = await bothWays(pool, then, calendar, stretch)
    tried.push({
      came: margin.slice(end, end + stretch),
      product: productOf(sold.points, rate.points),
      direct: direct.points,
    })
  }
  const { rate, direct } = await bothWays(pool, course, calendar, horizon)
  // The sales are those that are told: what the stores add up to.
  const told = of.points.map(([p2_5 = 0, p10 = 0, p50 = 0, p90 = 0, p97_5 = 0]) => ({
    ...{ p2_5, p10, p50, p90, p97_5 },
  }))
  const [byRate, byItself] = [errorOf(tried, 'product'), errorOf(tried, 'direct')]
  const by = byRate !== null && byItself !== null && byItself < byRate ? 'direct' : 'product'
  const points = widened(by === 'direct' ? direct.points : productOf(told, rate.points), tried, by)
  const tries =
    byRate === null || byItself === null
      ? 'There is too little of the past to try both ways.'
      : `On the last ${tried.length * stretch} days net sales times their rate were ${percent(byRate, 0)} off, contribution by itself ${percent(byItself, 0)}.`
  const hash = hashOf({ ...nameOf(tier, of), start, values: margin } as never, calendar)
  const naive = seasonalNaive(Float64Array.from(margin), Math.min(7, margin.length), horizon)
  return {
    course: { store: of.store, currency: of.currency },
    forecast: { points: points.map((point, index) => ({ index, ...point })) },
    row: {
      id: randomUUID(),
      ...nameOf(tier, of),
      asOf: of.asOf,
      hindsight: of.hindsight,
      inputs: { ...of.inputs, hash, from: start, days: margin.length },
      model: by === 'direct' ? direct.model : `net sales × rate (${rate.model})`,
      why: tries,
      beatsNaive: by === 'direct' ? direct.beatsSeasonalNaive : null,
      backtest: { wape: by === 'direct' ? byItself : byRate },
      naive: [...naive],
      actuals: [],
    },
  }
}
