import { and, eq, gte } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Series } from '#forecast/series.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { askAll, company, history } from './course.ts'

/** Net sales of parts of the company, day by day: what forecasts of categories, channels and their shares of a store are made of. */

/** What net sales are forecast by besides stores. */
export const splits = ['category', 'channel'] as const
export type Split = (typeof splits)[number]

export const metric = 'net_sales'
/** Of less than this share of a quarter's sales nothing is said: it is forecast with all the rest. */
const leastShare = 0.01
/** Values of a split that are forecast, the largest first. */
const most = 12
/** Rows of an answer at most: while one is put together nobody else is answered. */
const page = 1500

/** A slice as budget lines and stored forecasts spell it. */
export const sliceText = (slice: Readonly<Partial<Record<string, string>>>): string =>
  Object.keys(slice).length === 0 ? '' : JSON.stringify(slice)

/** One value of a split in one store, or in the company. */
export interface Line {
  store: string
  /** Null: all that is not told by itself. */
  value: string | null
  values: number[]
}

/** Whose days are read, in what currency. */
export interface Reach {
  store: string
  currency: string
  from: Day
  asOf: Day
}

export const sumOf = (lines: readonly Line[]): number[] =>
  (lines[0]?.values ?? []).map((_, t) => lines.reduce((sum, one) => sum + (one.values[t] ?? 0), 0))

/** Days before a line's first sale are not known rather than nothing: it was not there. */
export function sinceBirth(values: readonly number[]): (number | null)[] {
  const born = values.findIndex(value => value !== 0)
  return values.map((value, t) => (t < born ? null : value))
}

/** Whether a line sold anything in its last quarter. */
export const sells = ({ values }: Line): boolean => values.slice(-91).some(value => value !== 0)

/** Share of the whole over the days a line has been there, a quarter at most. */
export function shareOf({ values }: Line, parent: Series): number {
  const born = Math.max(
    0,
    values.findIndex(value => value !== 0),
    values.length - 91,
  )
  const sum = (all: readonly (number | null)[]) => all.slice(born).reduce<number>((a, b) => a + (b ?? 0), 0)
  const of = sum(parent.values)
  return of > 0 ? Math.max(0, sum(values) / of) : 0
}

const questionOf = ({ store, currency }: Reach) => ({
  metrics: [metric],
  ...(currency && { currency }),
  ...(store !== company && { stores: [store] }),
})

/** The values of a split with sales enough to be told. */
export async function toldOf(context: Context, reach: Reach, by: Split): Promise<string[]> {
  const recent = await askAll(context, {
    ...questionOf(reach),
    by: [by],
    from: addDays(reach.asOf, -90),
    to: reach.asOf,
    sort: { by: metric, desc: true },
    limit: 100,
  })
  const all = recent.rows.reduce((sum, row) => sum + Math.max(0, Number(row[metric] ?? 0)), 0)
  return recent.rows
    .filter(row => row[by] && Number(row[metric] ?? 0) >= leastShare * all)
    .slice(0, most)
    .map(row => String(row[by]))
}

/** These values of a split, day by day in the currency of whose they are, and the rest as the last where there is any. */
export async function linesOf(
  context: Context,
  reach: Reach,
  by: Split,
  told: readonly string[],
): Promise<Line[]> {
  const { store, from, asOf } = reach
  const days = dayCount(from, asOf)
  const lines = told.map((value): Line => ({ store, value, values: new Array<number>(days).fill(0) }))
  if (told.length === 0) return lines
  const rest: Line = { store, value: null, values: new Array<number>(days).fill(0) }
  const step = Math.max(1, Math.floor(page / told.length))
  const filters = [{ dimension: by, is: [...told] }]
  for (let start = from; start <= asOf; start = addDays(start, step)) {
    const query = {
      ...questionOf(reach),
      from: start,
      to: earlier(asOf, addDays(start, step - 1)),
      grain: 'day' as const,
      calendar: 'gregorian' as const,
    }
    const answer = await askAll(context, { ...query, by: [by], filters, limit: 10_000 })
    for (const row of answer.rows) {
      const line = lines.find(one => one.value === row[by])
      const t = dayCount(from, String(row.period)) - 1
      if (line) line.values[t] = Number(row[metric] ?? 0)
    }
    const sums = await askAll(context, query)
    for (const row of sums.rows) {
      const t = dayCount(from, String(row.period)) - 1
      const own = lines.reduce((sum, one) => sum + (one.values[t] ?? 0), 0)
      // What is left to the coin is no line.
      rest.values[t] = Math.round(100 * (Number(row[metric] ?? 0) - own)) / 100
    }
  }
  return rest.values.some(value => value !== 0) ? [...lines, rest] : lines
}

/** Writes what came beside the forecasts of the days. */
export async function noteActuals(
  { ledger }: Context,
  lines: readonly Line[],
  by: Split,
  { from: start, asOf: last }: Pick<Reach, 'from' | 'asOf'>,
): Promise<void> {
  for (const { store, value, values } of lines) {
    if (value === null) continue
    const open = await ledger
      .select({ id: forecasts.id, asOf: forecasts.asOf, points: forecasts.points })
      .from(forecasts)
      .where(
        and(
          eq(forecasts.metric, metric),
          eq(forecasts.store, store),
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
