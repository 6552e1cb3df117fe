import { randomUUID } from 'node:crypto'
import { and, desc, eq, lt, ne, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Calendar, Forecast } from '#forecast/forecast.ts'
import { type Node, nodesOf, placeKey, reconcileCells, shareOut } from '#forecast/hierarchy.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import type { Series } from '#forecast/series.ts'
import { addDays, daysBetween } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryForecasts, withdrawForecasts } from './carry.ts'
import { company, hashOf, ratesOf } from './course.ts'
import { knownOfPart } from './drivers.ts'
import {
  type Cell,
  type Cut,
  cellsOf,
  cutsOf,
  noteActuals,
  type Reach,
  rest,
  sells,
  shareOf,
  sinceBirth,
  sliceText,
} from './lines.ts'

type Stored = typeof forecasts.$inferSelect

/** Figures that are forecast by category and channel: they add up over both, as orders of several categories do not. */
const crossedMetrics = ['net_sales'] as const
/** Days from which a line has a week of its own; before that it borrows from what it is part of. */
const young = 56

/**
 * Makes the forecasts of the categories, the channels and their crossings, in the company and in each store, that the
 * company's own latest forecast has none of yet: every value with enough sales by itself, all others together as the rest.
 * The finest add up to the stores, whose forecasts stay as they are, and so does everything above them. A line too young
 * for a season of its own borrows that of what it is part of. Gives how many were made.
 */
export async function makeParts(context: Context, pool: ForecastPool): Promise<number> {
  let made = 0
  for (const metric of crossedMetrics) {
    const whole = await latestOf(context, metric)
    if (whole) made += await makeCrossed(context, pool, whole)
  }
  return made
}

/** The company's latest forecast of a figure, where none of its parts was made since. */
async function latestOf({ ledger }: Context, metric: string): Promise<Stored | null> {
  const [whole] = await ledger
    .select()
    .from(forecasts)
    .where(and(eq(forecasts.metric, metric), eq(forecasts.store, company), eq(forecasts.slice, '')))
    .orderBy(desc(forecasts.asOf), desc(forecasts.madeAt))
    .limit(1)
  if (!whole) return null
  const [part] = await ledger
    .select({ madeAt: forecasts.madeAt })
    .from(forecasts)
    .where(and(eq(forecasts.metric, metric), ne(forecasts.slice, ''), eq(forecasts.asOf, whole.asOf)))
    .orderBy(desc(forecasts.madeAt))
    .limit(1)
  return part && Date.parse(part.madeAt) >= Date.parse(whole.madeAt) ? null : whole
}

async function makeCrossed(context: Context, pool: ForecastPool, whole: Stored): Promise<number> {
  const { tops, rates } = await topsOf(context, whole)
  const byStore = tops.length > 1
  const reachOf = ({ store, currency }: Pick<Stored, 'store' | 'currency'>): Reach => ({
    metric: whole.metric,
    ...{ store, currency, from: whole.inputs.from, asOf: whole.asOf },
  })
  const cuts = await cutsOf(context, reachOf(whole), byStore)
  if (cuts.length === 0) return 0
  const cells: Cell[] = []
  for (const top of tops) cells.push(...(await cellsOf(context, reachOf(top), cuts)))
  // What was sold in another currency is told in the company's by the rate of its day.
  const isOne = tops.every(one => one.currency === whole.currency)
  const joint = isOne ? null : await cellsOf(context, reachOf(whole), cuts)
  const lines = linesFrom(cells, joint)
  for (const { store } of byStore ? [whole, ...tops] : [whole])
    await noteActuals(
      context,
      { ...reachOf(whole), store },
      new Map(
        lines
          .filter(one => storeOf(one) === store && isTold(one))
          .map(one => [sliceText(sliceOf(one, cuts)), one.values] as const),
      ),
      whole.points.length,
    )
  const asked = await askAll(context, pool, whole, { lines, cuts })
  const middles = middlesOf({ whole, tops, rates, cells, lines, asked })
  const at = context.clock().toISOString()
  const rows = lines.flatMap(line => {
    const own = asked.get(line.key)
    const points = middles.get(placeKey(line.at))
    if (!isTold(line) || !own || !points) return []
    const currency = tops.find(top => top.store === line.at[0])?.currency ?? whole.currency
    return [rowOf(whole, { line, cuts, currency, own, points, at })]
  })
  await context.ledger.insert(forecasts).values(rows)
  await carryForecasts(context, rows)
  await withdrawForecasts(context, whole, rows)
  await thinOut(context, whole)
  return rows.length
}

/** Stores may add up to the company but for so much of it, or nothing below them can. */
const slack = 0.005

/**
 * The stores whose latest forecasts from the same day add up to the company's, with the rates they do at; the company alone
 * where it has only one, or they do not.
 */
async function topsOf(
  context: Context,
  whole: Stored,
): Promise<{ tops: Stored[]; rates: ReadonlyMap<string, number> }> {
  const stores = await context.ledger
    .selectDistinctOn([forecasts.store])
    .from(forecasts)
    .where(
      and(
        eq(forecasts.metric, whole.metric),
        eq(forecasts.slice, ''),
        eq(forecasts.asOf, whole.asOf),
        ne(forecasts.store, company),
      ),
    )
    .orderBy(forecasts.store, desc(forecasts.madeAt))
  const alone = { tops: [whole], rates: new Map<string, number>() }
  if (stores.length < 2) return alone
  const rates = await ratesOf(context, stores, whole.currency, whole.asOf)
  if (rates === null) return alone
  const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
  const added = sum(stores.map(one => sum(middleOf(one)) * (rates.get(one.store) ?? 1)))
  const all = sum(middleOf(whole))
  return Math.abs(added - all) > slack * Math.abs(all) ? alone : { tops: stores, rates }
}

/** A sum of crossings and what was sold of it, in the currency of its store or of the company. */
interface Line extends Node {
  values: number[]
  /** Lines of the same crossings in the same currency have the same. */
  key: string
}

const storeOf = ({ at }: Line): string => at[0] ?? company
/** The rest of a split is forecast so that all adds up, and shown by what is left of the whole. */
const isTold = ({ at: [store, ...values] }: Line): boolean =>
  // Without stores the company stands twice: as all of them, and as the only one.
  store !== company && values.some(value => value !== null) && !values.includes(rest)
const sliceOf = ({ at }: Line, cuts: readonly Cut[]): Record<string, string> =>
  Object.fromEntries(cuts.flatMap(({ by }, n) => (at[n + 1] == null ? [] : [[by, at[n + 1] as string]])))

/** Every sum of the crossings with what was sold of it; `joint`: those of the company in its own currency, where not all are in it. */
function linesFrom(cells: readonly Cell[], joint: readonly Cell[] | null): Line[] {
  const sumOf = (some: readonly Cell[]) =>
    (some[0]?.values ?? cells[0]?.values ?? []).map((_, t) =>
      some.reduce((sum, one) => sum + (one.values[t] ?? 0), 0),
    )
  return nodesOf(cells.map(cell => cell.at)).map(node => {
    const [store, ...values] = node.at
    const within =
      joint && store === null
        ? joint.filter(one => values.every((value, n) => value === null || one.at[n + 1] === value))
        : node.members.map(index => cells[index] as Cell)
    const key = `${joint && store === null ? 'whole ' : ''}${node.members.join(' ')}`
    return { ...node, key, values: sumOf(within) }
  })
}

/** What a line says by itself. */
interface Own {
  forecast: Forecast
  calendar: Calendar
}

/** What each line that still sells something says by itself, by its members; the whole and the stores have said it. */
async function askAll(
  context: Context,
  pool: ForecastPool,
  whole: Stored,
  { lines, cuts }: { lines: readonly Line[]; cuts: readonly Cut[] },
): Promise<ReadonlyMap<string, Own>> {
  const series = (values: (number | null)[]): Series => ({
    start: whole.inputs.from,
    cadence: 'day',
    values,
  })
  // Of lines of the same members the one of a store is told in its currency.
  const byMembers = new Map(lines.map(line => [line.key, line]))
  const parts = new Set(
    lines.filter(({ at }) => at.slice(1).some(value => value !== null)).map(one => one.key),
  )
  const asked = [...byMembers].filter(([key, line]) => parts.has(key) && sells(line.values))
  const places = Map.groupBy(lines, one => one.key)
  const days = daysBetween(whole.inputs.from, addDays(whole.asOf, whole.points.length))
  const said = await Promise.all(
    asked.map(async ([key, line]) => {
      const values = sinceBirth(line.values)
      const isYoung = values.filter(value => value !== null).length < young
      const like = isYoung
        ? parentsOf(line, lines).map(parent => {
            const of = series(parent.values)
            return { series: of, as: 'parent' as const, share: shareOf(line.values, of) }
          })
        : []
      const calendar = await knownOfPart(
        context,
        { store: storeOf(line), places: (places.get(key) ?? []).map(({ at }) => at), cuts },
        days,
        line.values.length,
      )
      const horizon = whole.points.length
      const options = { horizon, calendar, ...(like.length > 0 && { like }) }
      return [key, { calendar, forecast: await pool.forecast(series(values), options) }] as const
    }),
  )
  return new Map(said)
}

/** What a line is part of, one axis less told apart; of lines of the same crossings one. */
function parentsOf(line: Line, lines: readonly Line[]): Line[] {
  const same = lines.filter(one => one.key === line.key)
  const places = new Set(
    same.flatMap(({ at }) =>
      at.flatMap((value, axis) => (value === null ? [] : [placeKey(at.with(axis, null))])),
    ),
  )
  const parents = lines.filter(
    one => places.has(placeKey(one.at)) && one.members.length > line.members.length,
  )
  return [...new Map(parents.map(one => [one.key, one])).values()]
}

const middleOf = ({ points }: Stored): number[] => points.map(point => point[2] ?? 0)

/** Variance of the error of a day, by the width of the 80 % interval (2 × 1.2816 standard deviations), over all days ahead. */
const varianceOf = ({ points }: Forecast): number =>
  points.reduce((sum, { p10, p90 }) => sum + ((p90 - p10) / 2.5631) ** 2, 0) / Math.max(1, points.length)

/** Days whose sales say how crossings usually stand to each other. */
const usualDays = 91

/** What every line comes to, by its place: each the sum of its crossings, to the coin. */
function middlesOf(given: {
  whole: Stored
  tops: readonly Stored[]
  rates: ReadonlyMap<string, number>
  cells: readonly Cell[]
  lines: readonly Line[]
  asked: ReadonlyMap<string, Own>
}): ReadonlyMap<string, number[]> {
  const { whole, tops, rates, cells, lines, asked } = given
  const horizon = whole.points.length
  const nothing = { points: new Float64Array(horizon), variance: 0 }
  const said = new Map(
    lines.flatMap(line => {
      const own = asked.get(line.key)
      const isCell = !line.at.includes(null)
      // What one crossing says is said once.
      if (!isCell && (line.members.length === 1 || !own)) return []
      const told = own && {
        points: own.forecast.points.map(one => one.p50),
        variance: varianceOf(own.forecast),
      }
      return [[placeKey(line.at), told ?? nothing] as const]
    }),
  )
  const usual = cells.map(({ values }) =>
    values.slice(-usualDays).reduce((sum, value) => sum + Math.max(0, value), 0),
  )
  const bottom = reconcileCells({
    cells: cells.map(cell => cell.at),
    said,
    fixed: new Map(tops.map(top => [top.store, middleOf(top)])),
    usual,
    rates,
  })
  // The company's own crossings, in its currency, add up to it as those of stores do to theirs.
  const crossed = lines.filter(({ at }) => at[0] === null && !at.slice(1).includes(null))
  const inWhole = crossed.map(({ members }) =>
    Float64Array.from({ length: horizon }, (_, h) =>
      members.reduce(
        (sum, index) => sum + (bottom[index]?.[h] ?? 0) * (rates.get(cells[index]?.at[0] ?? '') ?? 1),
        0,
      ),
    ),
  )
  const joint = shareOut(
    inWhole,
    middleOf(whole),
    crossed.map(() => 1),
  )
  const isIn = (line: Line, of: Line) => line.at.every((value, n) => value === null || value === of.at[n])
  return new Map(
    lines.map(line => {
      const parts =
        line.at[0] === null
          ? joint.filter((_, n) => isIn(line, crossed[n] as Line))
          : line.members.map(index => bottom[index] as Float64Array)
      const sums = Array.from(
        { length: horizon },
        (_, h) => Math.round(100 * parts.reduce((sum, one) => sum + (one[h] ?? 0), 0)) / 100,
      )
      return [placeKey(line.at), sums] as const
    }),
  )
}

/** A line's forecast as it is kept, around the middles it was moved to. */
function rowOf(
  whole: Stored,
  of: {
    line: Line
    cuts: readonly Cut[]
    currency: string
    own: Own
    points: readonly number[]
    at: string
  },
): Omit<Stored, 'actuals'> & { actuals: number[] } {
  const { line, cuts, currency, own, points, at } = of
  const { forecast, calendar } = own
  const { metric, asOf, hindsight, inputs } = whole
  const course = { metric: whole.metric as never, store: storeOf(line), currency, start: inputs.from }
  return {
    id: randomUUID(),
    metric,
    store: storeOf(line),
    slice: sliceText(sliceOf(line, cuts)),
    currency,
    asOf,
    madeAt: at,
    hindsight,
    inputs: {
      hash: hashOf({ ...course, values: line.values }, calendar),
      from: inputs.from,
      days: line.values.length,
      events: calendar.promotions?.length ?? 0,
      reconciled: 'weighted' as const,
    },
    model: forecast.model,
    why: forecast.why,
    beatsNaive: forecast.beatsSeasonalNaive,
    backtest: forecast.grade && { ...forecast.grade },
    points: movedTo(forecast, points),
    naive: [
      ...seasonalNaive(Float64Array.from(line.values), Math.min(7, line.values.length), whole.points.length),
    ],
    actuals: [],
  }
}

/** The quantiles of a forecast around other middles; never below zero. */
const movedTo = ({ points }: Forecast, middles: readonly number[]): number[][] =>
  points.map((one, h) => {
    const by = (middles[h] ?? 0) - one.p50
    return [one.p2_5, one.p10, one.p50, one.p90, one.p97_5].map(
      value => Math.round(100 * Math.max(0, value + by)) / 100,
    )
  })

/** Days of which every forecast of a part is kept; and weeks of which one is, after which all that it foretold is over. */
const [everyDay, weekly] = [14, 26]

/** Lets go of forecasts of parts that no grade needs: there are a hundred of them and more each day. */
async function thinOut({ ledger }: Context, { metric, asOf }: Stored): Promise<void> {
  const parts = and(eq(forecasts.metric, metric), ne(forecasts.slice, ''))
  await ledger.delete(forecasts).where(and(parts, lt(forecasts.asOf, addDays(asOf, -7 * weekly))))
  // Sundays stay.
  await ledger
    .delete(forecasts)
    .where(
      and(
        parts,
        lt(forecasts.asOf, addDays(asOf, -everyDay)),
        sql`extract(isodow from ${forecasts.asOf}::date) <> 7`,
      ),
    )
}
