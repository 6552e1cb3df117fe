import { randomUUID } from 'node:crypto'
import { and, desc, eq, gte, ne } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Forecast } from '#forecast/forecast.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { reconcile } from '#forecast/reconcile.ts'
import type { Series } from '#forecast/series.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryForecasts } from './carry.ts'
import { askAll, calendarOf, company, hashOf, history } from './course.ts'

type Stored = typeof forecasts.$inferSelect

/** What the company's net sales are forecast by, besides its stores: each by itself adds up to the company. */
const splits = ['category', 'channel'] as const
const metric = 'net_sales'
/** Of less than this share of a quarter's sales nothing is said: it is forecast with all the rest. */
const leastShare = 0.01
/** Values of a split that are forecast, the largest first. */
const most = 12
/** Days from which a line has a week of its own; before that it borrows the company's. */
const young = 56
/** Rows of an answer at most: while one is put together nobody else is answered. */
const page = 1500

/** A slice as budget lines and stored forecasts spell it. */
export const sliceText = (slice: Readonly<Partial<Record<string, string>>>): string =>
  Object.keys(slice).length === 0 ? '' : JSON.stringify(slice)

/**
 * Makes the forecasts of the company's categories and channels that its own latest forecast has none of yet: each value with
 * enough sales, and all others together, moved so that they add up to the company. A line too young for a season of its own
 * borrows the company's. Gives how many were made.
 */
export async function makeParts(context: Context, pool: ForecastPool): Promise<number> {
  const { ledger } = context
  const [whole] = await ledger
    .select()
    .from(forecasts)
    .where(and(eq(forecasts.metric, metric), eq(forecasts.store, company), eq(forecasts.slice, '')))
    .orderBy(desc(forecasts.asOf), desc(forecasts.madeAt))
    .limit(1)
  if (!whole) return 0
  const [part] = await ledger
    .select({ madeAt: forecasts.madeAt })
    .from(forecasts)
    .where(and(eq(forecasts.metric, metric), ne(forecasts.slice, ''), eq(forecasts.asOf, whole.asOf)))
    .orderBy(desc(forecasts.madeAt))
    .limit(1)
  if (part && Date.parse(part.madeAt) >= Date.parse(whole.madeAt)) return 0
  let made = 0
  for (const by of splits) made += await makeSplit(context, pool, whole, by)
  return made
}

interface Leaf {
  /** Null: all that is too small to be told. */
  value: string | null
  values: number[]
}

async function makeSplit(
  context: Context,
  pool: ForecastPool,
  whole: Stored,
  by: (typeof splits)[number],
): Promise<number> {
  const { ledger, clock } = context
  const { asOf, currency } = whole
  const { from } = whole.inputs
  const leaves = await leavesOf(context, whole, by)
  // One value is the company itself.
  if (leaves.filter(one => one.value !== null).length < 2) return 0
  await noteActuals(context, leaves, by, from, asOf)
  const calendar = await calendarOf(context, company)
  const start = from
  const parent: Series = { start, cadence: 'day', values: sumOf(leaves) }
  const horizon = whole.points.length
  const own = await Promise.all(
    leaves.map(async leaf => {
      const values = sinceBirth(leaf.values)
      const isYoung = values.filter(value => value !== null).length < young
      const share = shareOf(leaf, parent)
      const like = isYoung ? { like: [{ series: parent, as: 'parent' as const, share }] } : {}
      const series = { start, cadence: 'day' as const, values }
      return { leaf, forecast: await pool.forecast(series, { horizon, calendar, ...like }) }
    }),
  )
  const total = 'company'
  const name = (leaf: Leaf) => `value ${leaf.value}`
  const middles = reconcile({
    base: new Map<string, number[]>([
      ...own.map(one => [name(one.leaf), middleOf(one.forecast)] as const),
      [total, whole.points.map(point => point[2] ?? 0)],
    ]),
    totals: [{ name: total, leaves: leaves.map(name) }],
    // The company's forecast adds up its stores already, and stays as it is.
    method: 'top_down',
  })
  const at = clock().toISOString()
  const rows = own.flatMap(({ leaf, forecast }) =>
    leaf.value === null
      ? []
      : [
          {
            id: randomUUID(),
            metric,
            store: company,
            slice: sliceText({ [by]: leaf.value }),
            currency,
            asOf,
            madeAt: at,
            hindsight: whole.hindsight,
            inputs: {
              hash: hashOf({ metric, store: company, currency, start, values: leaf.values }, calendar),
              from: start,
              days: leaf.values.length,
              events: calendar.promotions?.length ?? 0,
              reconciled: 'weighted' as const,
            },
            model: forecast.model,
            why: forecast.why,
            beatsNaive: forecast.beatsSeasonalNaive,
            backtest: forecast.grade && { ...forecast.grade },
            points: movedTo(forecast, middles.get(name(leaf)) ?? new Float64Array(horizon)),
            naive: [
              ...seasonalNaive(Float64Array.from(leaf.values), Math.min(7, leaf.values.length), horizon),
            ],
            actuals: [],
          },
        ],
  )
  await ledger.insert(forecasts).values(rows)
  await carryForecasts(context, rows)
  return rows.length
}

const middleOf = ({ points }: Forecast): number[] => points.map(one => one.p50)

/** The quantiles of a forecast around other middles; never below zero. */
const movedTo = ({ points }: Forecast, middles: Float64Array): number[][] =>
  points.map((one, h) => {
    const by = (middles[h] ?? 0) - one.p50
    return [one.p2_5, one.p10, one.p50, one.p90, one.p97_5].map(
      value => Math.round(100 * Math.max(0, value + by)) / 100,
    )
  })

const sumOf = (leaves: readonly Leaf[]): number[] =>
  (leaves[0]?.values ?? []).map((_, t) => leaves.reduce((sum, one) => sum + (one.values[t] ?? 0), 0))

/** Days before a line's first sale are not known rather than nothing: it was not there. */
function sinceBirth(values: readonly number[]): (number | null)[] {
  const born = values.findIndex(value => value !== 0)
  return values.map((value, t) => (t < born ? null : value))
}

/** Share of the whole over the days a line has been there, a quarter at most. */
function shareOf({ values }: Leaf, parent: Series): number {
  const born = Math.max(
    0,
    values.findIndex(value => value !== 0),
    values.length - 91,
  )
  const sum = (all: readonly (number | null)[]) => all.slice(born).reduce<number>((a, b) => a + (b ?? 0), 0)
  const of = sum(parent.values)
  return of > 0 ? Math.max(0, sum(values) / of) : 0
}

/** The values of a split that are told, day by day in the company's currency, and the rest as the last. */
async function leavesOf(context: Context, whole: Stored, by: (typeof splits)[number]): Promise<Leaf[]> {
  const { asOf, currency } = whole
  const from = whole.inputs.from
  const days = dayCount(from, asOf)
  const query = { metrics: [metric], by: [by], ...(currency && { currency }) }
  const recent = await askAll(context, {
    ...query,
    from: addDays(asOf, -90),
    to: asOf,
    sort: { by: metric, desc: true },
    limit: 100,
  })
  const all = recent.rows.reduce((sum, row) => sum + Math.max(0, Number(row[metric] ?? 0)), 0)
  const told = recent.rows
    .filter(row => row[by] && Number(row[metric] ?? 0) >= leastShare * all)
    .slice(0, most)
    .map(row => String(row[by]))
  const leaves = told.map((value): Leaf => ({ value, values: new Array<number>(days).fill(0) }))
  if (told.length === 0) return leaves
  const rest: Leaf = { value: null, values: new Array<number>(days).fill(0) }
  const step = Math.max(1, Math.floor(page / told.length))
  const filters = [{ dimension: by, is: told }]
  for (let start = from; start <= asOf; start = addDays(start, step)) {
    const span = { from: start, to: earlier(asOf, addDays(start, step - 1)) }
    const answer = await askAll(context, {
      ...query,
      ...span,
      filters,
      grain: 'day',
      calendar: 'gregorian',
      limit: 10_000,
    })
    for (const row of answer.rows) {
      const leaf = leaves.find(one => one.value === row[by])
      const t = dayCount(from, String(row.period)) - 1
      if (leaf) leaf.values[t] = Number(row[metric] ?? 0)
    }
    const { by: _, ...unsplit } = query
    const sums = await askAll(context, { ...unsplit, ...span, grain: 'day', calendar: 'gregorian' })
    for (const row of sums.rows) {
      const t = dayCount(from, String(row.period)) - 1
      const own = leaves.reduce((sum, one) => sum + (one.values[t] ?? 0), 0)
      // What is left to the coin is no line.
      const left = Math.round(100 * (Number(row[metric] ?? 0) - own)) / 100
      rest.values[t] = left
    }
  }
  return rest.values.some(value => value !== 0) ? [...leaves, rest] : leaves
}

/** Writes what came beside the forecasts of the days. */
async function noteActuals(
  { ledger }: Context,
  leaves: readonly Leaf[],
  by: string,
  start: Day,
  last: Day,
): Promise<void> {
  for (const { value, values } of leaves) {
    if (value === null) continue
    const open = await ledger
      .select({ id: forecasts.id, asOf: forecasts.asOf, points: forecasts.points })
      .from(forecasts)
      .where(
        and(
          eq(forecasts.metric, metric),
          eq(forecasts.slice, sliceText({ [by]: value })),
          gte(forecasts.asOf, addDays(last, -history)),
        ),
      )
    for (const { id, asOf, points } of open) {
      const from = dayCount(start, asOf)
      if (from < 0 || asOf < addDays(last, -points.length - 7)) continue
      await ledger
        .update(forecasts)
        .set({ actuals: values.slice(from, from + points.length) })
        .where(eq(forecasts.id, id))
    }
  }
}
