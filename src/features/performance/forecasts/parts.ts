import { randomUUID } from 'node:crypto'
import { and, desc, eq, ne } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Calendar, Forecast } from '#forecast/forecast.ts'
import { seasonalNaive } from '#forecast/models/members.ts'
import type { ForecastPool } from '#forecast/pool.ts'
import { reconcile } from '#forecast/reconcile.ts'
import type { Series } from '#forecast/series.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryForecasts } from './carry.ts'
import { calendarOf, company, hashOf, ratesOf } from './course.ts'
import {
  type Line,
  linesOf,
  metric,
  noteActuals,
  type Reach,
  type Split,
  sells,
  shareOf,
  sinceBirth,
  sliceText,
  splits,
  sumOf,
  toldOf,
} from './lines.ts'

type Stored = typeof forecasts.$inferSelect

/** Days from which a line has a week of its own; before that it borrows from what it is part of. */
const young = 56

/**
 * Makes the forecasts of the company's categories and channels that its own latest forecast has none of yet, and of each
 * category in each store: every value with enough sales, and all others together. Those of stores add up to the store, to
 * the category and so to the company. A line too young for a season of its own borrows that of what it is part of. Gives
 * how many were made.
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

/** A line and what it says by itself; null where it no longer sells anything. */
interface Own {
  line: Line
  currency: string
  calendar: Calendar
  forecast: Forecast | null
}

async function makeSplit(context: Context, pool: ForecastPool, whole: Stored, by: Split): Promise<number> {
  const reach = { store: company, currency: whole.currency, from: whole.inputs.from, asOf: whole.asOf }
  const told = await toldOf(context, reach, by)
  // One value is the company itself.
  if (told.length < 2) return 0
  const lines = await read(context, reach, by, told)
  const own = await ask(context, pool, reach, lines, horizonOf(whole), () => [seriesOf(reach, sumOf(lines))])
  const stores = by === 'category' ? await storesOf(context, whole) : []
  const table = stores.length > 1 ? await tableOf(context, pool, { whole, by, told, own, stores }) : null
  const middles = table?.categories ?? topDown(own, whole)
  const rows = own.map(one => rowOf(context, whole, by, one, middles.get(one.line) ?? []))
  const leaves = (table?.leaves ?? []).map(({ of, points }) => rowOf(context, whole, by, of, points))
  const kept = [...rows, ...leaves].flatMap(row => (row ? { ...row, id: randomUUID() } : []))
  await context.ledger.insert(forecasts).values(kept)
  await carryForecasts(context, kept)
  return kept.length
}

/** The lines of a split, what came of them noted beside what was forecast of them. */
async function read(context: Context, reach: Reach, by: Split, told: readonly string[]): Promise<Line[]> {
  const lines = await linesOf(context, reach, by, told)
  await noteActuals(context, lines, by, reach)
  return lines
}

const seriesOf = ({ from }: Reach, values: (number | null)[]): Series => ({
  start: from,
  cadence: 'day',
  values,
})

/** What each line says by itself; `parentsOf` it borrows from while it is young. */
async function ask(
  context: Context,
  pool: ForecastPool,
  reach: Reach,
  lines: readonly Line[],
  horizon: number,
  parentsOf: (line: Line) => Series[],
): Promise<Own[]> {
  const calendar = await calendarOf(context, reach.store)
  return Promise.all(
    lines.map(async (line): Promise<Own> => {
      const { currency } = reach
      if (!sells(line)) return { line, currency, calendar, forecast: null }
      const values = sinceBirth(line.values)
      const isYoung = values.filter(value => value !== null).length < young
      const like = isYoung
        ? parentsOf(line).map(series => ({ series, as: 'parent' as const, share: shareOf(line, series) }))
        : []
      const options = { horizon, calendar, ...(like.length > 0 && { like }) }
      return { line, currency, calendar, forecast: await pool.forecast(seriesOf(reach, values), options) }
    }),
  )
}

const horizonOf = ({ points }: Stored): number => points.length
const middleOf = ({ points }: Stored): number[] => points.map(point => point[2] ?? 0)
const saidBy = ({ forecast }: Own, horizon: number): number[] =>
  forecast?.points.map(one => one.p50) ?? new Array<number>(horizon).fill(0)

type Middles = ReadonlyMap<Line, ArrayLike<number>>

/** Lines moved so that they add up to the company, each by its share. Its forecast adds up its stores already, and stays as it is. */
function topDown(own: readonly Own[], whole: Stored): Middles {
  const name = ({ line }: Own) => `value ${line.value}`
  const moved = reconcile({
    base: new Map<string, number[]>([
      ...own.map(one => [name(one), saidBy(one, horizonOf(whole))] as const),
      ['company', middleOf(whole)],
    ]),
    totals: [{ name: 'company', leaves: own.map(name) }],
    method: 'top_down',
  })
  return new Map(own.map(one => [one.line, moved.get(name(one)) ?? []]))
}

/** The latest forecasts of the stores from the same day, each of all it sells. */
const storesOf = ({ ledger }: Context, { asOf }: Stored): Promise<Stored[]> =>
  ledger
    .selectDistinctOn([forecasts.store])
    .from(forecasts)
    .where(
      and(
        eq(forecasts.metric, metric),
        eq(forecasts.slice, ''),
        eq(forecasts.asOf, asOf),
        ne(forecasts.store, company),
      ),
    )
    .orderBy(forecasts.store, desc(forecasts.madeAt))

/** Stores may add up to the company but for so much of it, or nothing below them can. */
const slack = 0.005
/** Lines of all stores up to which stores and values are weighed against each other; beyond, each line is of its store alone. */
const mostWeighed = 120

/**
 * Every value of a split in every store, moved so that they add up to their stores, whose forecasts stay as they are; and
 * what the values then come to. Each is first moved by what its store and its value say, by how unsure each of them is.
 * Null where the stores do not add up to the company.
 */
async function tableOf(
  context: Context,
  pool: ForecastPool,
  given: {
    whole: Stored
    by: Split
    told: readonly string[]
    own: readonly Own[]
    stores: readonly Stored[]
  },
): Promise<{ categories: Middles; leaves: { of: Own; points: number[] }[] } | null> {
  const { whole, by, told, own, stores } = given
  const horizon = horizonOf(whole)
  const rates = await ratesOf(context, stores, whole.currency, whole.asOf)
  if (rates === null) return null
  const rateOf = (store: string) => rates.get(store) ?? 1
  const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
  const added = sum(stores.map(one => sum(middleOf(one)) * rateOf(one.store)))
  const all = sum(middleOf(whole))
  if (Math.abs(added - all) > slack * Math.abs(all)) return null

  const leaves: Own[] = []
  for (const { store, currency } of stores) {
    const reach = { store, currency, from: whole.inputs.from, asOf: whole.asOf }
    const lines = await read(context, reach, by, told)
    const parents = ({ value }: Line) => [
      seriesOf(reach, sumOf(lines)),
      ...own
        .filter(one => value !== null && one.line.value === value)
        .map(one => seriesOf(reach, one.line.values)),
    ]
    leaves.push(...(await ask(context, pool, reach, lines, horizon, parents)))
  }
  const name = ({ line }: Own) => JSON.stringify([line.store, line.value])
  const base = new Map(
    leaves.map(one => [name(one), saidBy(one, horizon).map(value => value * rateOf(one.line.store))]),
  )
  const weighed =
    leaves.length > mostWeighed ? base : weigh({ leaves, base, name, own, stores, rateOf, horizon })
  const points = new Map(
    stores.flatMap(store => {
      const lines = leaves.filter(one => one.line.store === store.store)
      const moved = lines.map(one => weighed.get(name(one)) ?? [])
      const fitted = fitTo(lines, moved, middleOf(store))
      return lines.map((one, n) => [one, fitted[n] ?? []] as const)
    }),
  )
  const categories = new Map(
    own.map(({ line }) => [
      line,
      Array.from({ length: horizon }, (_, h) =>
        sum(
          leaves
            .filter(one => one.line.value === line.value)
            .map(one => (points.get(one)?.[h] ?? 0) * rateOf(one.line.store)),
        ),
      ),
    ]),
  )
  return { categories, leaves: leaves.map(of => ({ of, points: points.get(of) ?? [] })) }
}

/** Leaves in the company's currency, moved by what their stores and their values say. */
function weigh(given: {
  leaves: readonly Own[]
  base: ReadonlyMap<string, number[]>
  name: (leaf: Own) => string
  own: readonly Own[]
  stores: readonly Stored[]
  rateOf: (store: string) => number
  horizon: number
}): ReadonlyMap<string, ArrayLike<number>> {
  const { leaves, base, name, own, stores, rateOf, horizon } = given
  const totals = [
    ...stores.map(({ store }) => ({
      name: `store ${store}`,
      leaves: leaves.filter(one => one.line.store === store).map(name),
    })),
    ...own.map(({ line }) => ({
      name: `value ${line.value}`,
      leaves: leaves.filter(one => one.line.value === line.value).map(name),
    })),
  ].filter(total => total.leaves.length > 0)
  const wanted = new Set(totals.map(total => total.name))
  const said = [
    ...stores.map(one => {
      const rate = rateOf(one.store)
      const widths = one.points.map(point => ((point[3] ?? 0) - (point[1] ?? 0)) * rate)
      return { name: `store ${one.store}`, middles: middleOf(one).map(value => value * rate), widths }
    }),
    ...own.map(one => ({
      name: `value ${one.line.value}`,
      middles: saidBy(one, horizon),
      widths: one.forecast?.points.map(({ p10, p90 }) => p90 - p10) ?? [],
    })),
  ].filter(one => wanted.has(one.name))
  return reconcile({
    base: new Map([...base, ...said.map(one => [one.name, one.middles] as const)]),
    totals,
    method: 'weighted',
    variance: new Map([
      ...leaves.map(one => {
        const rate = rateOf(one.line.store)
        return [
          name(one),
          spread(one.forecast?.points.map(({ p10, p90 }) => (p90 - p10) * rate) ?? []),
        ] as const
      }),
      ...said.map(one => [one.name, spread(one.widths)] as const),
    ]),
  })
}

/** Variance of the error of a day, by the widths of the 80 % interval (2 × 1.2816 standard deviations), over all days ahead. */
const spread = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + (width / 2.5631) ** 2, 0) / Math.max(1, widths.length)

/** The lines of a store by their shares of it each day, to the coin: what rounding leaves is of the rest, or of the largest. */
function fitTo(
  lines: readonly Own[],
  moved: readonly ArrayLike<number>[],
  store: readonly number[],
): number[][] {
  const usual = lines.map(({ line }) =>
    line.values.slice(-91).reduce((sum, value) => sum + Math.max(0, value), 0),
  )
  const ofUsual = usual.reduce((sum, value) => sum + value, 0)
  const rest = lines.findIndex(({ line }) => line.value === null)
  const takes = rest >= 0 ? rest : usual.indexOf(Math.max(...usual))
  const fitted = lines.map(() => new Array<number>(store.length).fill(0))
  store.forEach((target, h) => {
    const all = moved.reduce((sum, one) => sum + (one[h] ?? 0), 0)
    const shares = all > 0 ? moved.map(one => (one[h] ?? 0) / all) : usual.map(one => one / (ofUsual || 1))
    const coins = shares.map(share => Math.round(100 * share * target))
    const left = Math.round(100 * target) - coins.reduce((sum, one) => sum + one, 0)
    coins.forEach((one, n) => {
      ;(fitted[n] as number[])[h] = (n === takes ? one + left : one) / 100
    })
  })
  return fitted
}

/** A line's forecast as it is kept, around the middles it was moved to; null where nothing is told of it. */
function rowOf({ clock }: Context, whole: Stored, by: Split, own: Own, middles: ArrayLike<number>) {
  const { line, currency, calendar, forecast } = own
  if (line.value === null || forecast === null) return null
  const start = whole.inputs.from
  return {
    metric,
    store: line.store,
    slice: sliceText({ [by]: line.value }),
    currency,
    asOf: whole.asOf,
    madeAt: clock().toISOString(),
    hindsight: whole.hindsight,
    inputs: {
      hash: hashOf({ metric, store: line.store, currency, start, values: line.values }, calendar),
      from: start,
      days: line.values.length,
      events: calendar.promotions?.length ?? 0,
      reconciled: 'weighted' as const,
    },
    model: forecast.model,
    why: forecast.why,
    beatsNaive: forecast.beatsSeasonalNaive,
    backtest: forecast.grade && { ...forecast.grade },
    points: movedTo(forecast, middles),
    naive: [
      ...seasonalNaive(Float64Array.from(line.values), Math.min(7, line.values.length), horizonOf(whole)),
    ],
    actuals: [],
  }
}

/** The quantiles of a forecast around other middles; never below zero. */
const movedTo = ({ points }: Forecast, middles: ArrayLike<number>): number[][] =>
  points.map((one, h) => {
    const by = (middles[h] ?? 0) - one.p50
    return [one.p2_5, one.p10, one.p50, one.p90, one.p97_5].map(
      value => Math.round(100 * Math.max(0, value + by)) / 100,
    )
  })
