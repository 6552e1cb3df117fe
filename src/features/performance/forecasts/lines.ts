import { and, eq, gte, ne } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Series } from '#forecast/series.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { askAll, company } from './course.ts'
import { isOfPartialPast } from './past.ts'

/** What is sold in parts of a store, day by day: what forecasts of categories, channels and their crossings are made of. */

/** What sales are forecast by besides stores. */
export const splits = ['category', 'channel'] as const
export type Split = (typeof splits)[number]

/** The value of a split that stands for all that are not told by themselves. */
export const rest = ''
/** Of less than this share of a quarter's sales nothing is said by itself. */
const leastShare = 0.01
/** Values of a split that are told at most, the largest first. */
const most = 12
/** Crossings of stores, categories and channels at most: beyond, the smallest category or channel joins the rest. */
export const mostCells = 96
/** Rows of an answer at most: while one is put together nobody else is answered. */
const page = 1500
/** Days a share is taken over: a quarter. */
const quarter = 91

/** A slice as budget lines and stored forecasts spell it. */
export const sliceText = (slice: Readonly<Partial<Record<string, string>>>): string =>
  Object.keys(slice).length === 0 ? '' : JSON.stringify(slice)

/** Whose days of what figure are read, in what currency. */
export interface Reach {
  metric: string
  store: string
  currency: string
  from: Day
  asOf: Day
}

/** A split and the values of it that are told by themselves. */
export interface Cut {
  by: Split
  told: readonly string[]
}

/** What is sold in a store of one value of every cut, `rest` among them. */
export interface Cell {
  /** The store, then a value of each cut. */
  at: readonly string[]
  values: number[]
}

/** Days before a line's first sale are not known rather than nothing: it was not there. */
export function sinceBirth(values: readonly number[]): (number | null)[] {
  const born = values.findIndex(value => value !== 0)
  return values.map((value, t) => (t < born ? null : value))
}

/** Whether a line sold anything in its last quarter. */
export const sells = (values: readonly number[]): boolean => values.slice(-quarter).some(value => value !== 0)

/** Share of the whole over the days a line has been there, a quarter at most. */
export function shareOf(values: readonly number[], parent: Series): number {
  const born = Math.max(
    0,
    values.findIndex(value => value !== 0),
    values.length - quarter,
  )
  const sum = (all: readonly (number | null)[]) => all.slice(born).reduce<number>((a, b) => a + (b ?? 0), 0)
  const of = sum(parent.values)
  return of > 0 ? Math.max(0, sum(values) / of) : 0
}

const questionOf = ({ metric, store, currency }: Reach) => ({
  metrics: [metric],
  ...(currency && { currency }),
  ...(store !== company && { stores: [store] }),
})

/**
 * The categories and channels with sales enough to be told, the largest first, so that their crossings with the stores stay
 * within what can be forecast; the others are the rest. A split of fewer than two is none.
 * @param byStore whether stores are told apart
 */
export async function cutsOf(context: Context, reach: Reach, byStore: boolean): Promise<Cut[]> {
  const { rows } = await askAll(context, {
    ...questionOf(reach),
    by: [...(byStore ? ['store'] : []), ...splits],
    from: addDays(reach.asOf, 1 - quarter),
    to: reach.asOf,
    sort: { by: reach.metric, desc: true },
    limit: 10_000,
  })
  const sold = rows
    .map(row => ({
      store: byStore ? String(row.store) : company,
      category: String(row.category ?? ''),
      channel: String(row.channel ?? ''),
      value: Math.max(0, Number(row[reach.metric] ?? 0)),
    }))
    .filter(one => one.value > 0)
  return cutsWithin(sold, mostCells)
}

/** Cuts of what was sold, of no more crossings with its stores than `cells`. */
export function cutsWithin(
  sold: readonly { store: string; category: string; channel: string; value: number }[],
  cells: number,
): Cut[] {
  const all = sold.reduce((sum, one) => sum + one.value, 0)
  let cuts = splits.map(by => {
    const values = new Map<string, number>()
    for (const one of sold) values.set(one[by], (values.get(one[by]) ?? 0) + one.value)
    const told = [...values]
      .filter(([name, value]) => name !== rest && value >= leastShare * all)
      .sort((a, b) => b[1] - a[1])
      .slice(0, most)
    return { by, told }
  })
  for (;;) {
    cuts = cuts.filter(({ told }) => told.length > 1)
    const names = cuts.map(({ by, told }) => ({ by, told: new Set(told.map(([name]) => name)) }))
    const crossed = new Set(
      sold.map(one =>
        JSON.stringify([one.store, ...names.map(({ by, told }) => (told.has(one[by]) ? one[by] : rest))]),
      ),
    )
    if (crossed.size <= cells || cuts.length === 0)
      return cuts.map(({ by, told }) => ({ by, told: told.map(([name]) => name) }))
    const [least] = cuts.toSorted((a, b) => (a.told.at(-1)?.[1] ?? 0) - (b.told.at(-1)?.[1] ?? 0))
    least?.told.pop()
  }
}

/**
 * The crossings of cuts in one store, or in the company, day by day in the currency of whose they are; those that never
 * sold anything are left out. They add up to all that was sold there.
 */
export async function cellsOf(context: Context, reach: Reach, cuts: readonly Cut[]): Promise<Cell[]> {
  const days = dayCount(reach.from, reach.asOf)
  // What is told of some cuts, summed over the others: what is left of it once they are told too is of their rests.
  const sums = new Map<string, number[]>()
  for (const told of subsetsOf(cuts)) await read(context, reach, cuts, told, sums)
  const names = cuts.reduce<(string | null)[][]>(
    (all, { told }) => all.flatMap(one => [...told, null].map(value => [...one, value])),
    [[]],
  )
  const none = new Array<number>(days).fill(0)
  // Of the most told first, so that a rest finds what is told beside it.
  const cells = new Map<string, number[]>()
  for (const name of names.toSorted((a, b) => restsIn(a) - restsIn(b))) {
    const all = sums.get(JSON.stringify(name)) ?? none
    const within = [...cells].flatMap(([key, values]) => (isWithin(JSON.parse(key), name) ? [values] : []))
    cells.set(
      JSON.stringify(name),
      // What is left to the coin is nothing.
      all.map(
        (value, t) => Math.round(100 * (value - within.reduce((sum, one) => sum + (one[t] ?? 0), 0))) / 100,
      ),
    )
  }
  return [...cells]
    .filter(([, values]) => values.some(value => value !== 0))
    .map(([key, values]) => ({
      at: [reach.store, ...(JSON.parse(key) as (string | null)[]).map(value => value ?? rest)],
      values,
    }))
}

const restsIn = (name: readonly (string | null)[]) => name.filter(value => value === null).length

/** Whether a crossing tells apart what another leaves together. */
const isWithin = (one: readonly (string | null)[], of: readonly (string | null)[]) =>
  one.every((value, n) => of[n] === null || of[n] === value) && restsIn(one) < restsIn(of)

const subsetsOf = (cuts: readonly Cut[]): Cut[][] =>
  cuts.reduce<Cut[][]>((all, cut) => all.flatMap(one => [one, [...one, cut]]), [[]])

/** Adds to `sums` what was sold of every crossing of some of the cuts, by its values of all cuts, null for the others. */
async function read(
  context: Context,
  reach: Reach,
  cuts: readonly Cut[],
  told: readonly Cut[],
  sums: Map<string, number[]>,
): Promise<void> {
  const { metric, from, asOf } = reach
  const days = dayCount(from, asOf)
  const crossings = told.reduce((product, cut) => product * cut.told.length, 1)
  const step = Math.max(1, Math.floor(page / crossings))
  for (let start = from; start <= asOf; start = addDays(start, step)) {
    const { rows } = await askAll(context, {
      ...questionOf(reach),
      from: start,
      to: earlier(asOf, addDays(start, step - 1)),
      grain: 'day',
      calendar: 'gregorian',
      limit: 10_000,
      ...(told.length > 0 && {
        by: told.map(cut => cut.by),
        filters: told.map(cut => ({ dimension: cut.by, is: [...cut.told] })),
      }),
    })
    for (const row of rows) {
      const name = JSON.stringify(cuts.map(cut => (told.includes(cut) ? String(row[cut.by]) : null)))
      const values = sums.get(name) ?? new Array<number>(days).fill(0)
      values[dayCount(from, String(row.period)) - 1] = Number(row[metric] ?? 0)
      sums.set(name, values)
    }
  }
}

/** Writes what came beside the forecasts of the days of parts, by their slices. */
export async function noteActuals(
  { ledger }: Context,
  { metric, store, from: start, asOf: last }: Reach,
  lines: ReadonlyMap<string, readonly number[]>,
  horizon: number,
): Promise<void> {
  const open = await ledger
    .select({
      id: forecasts.id,
      slice: forecasts.slice,
      asOf: forecasts.asOf,
      naive: forecasts.naive,
      points: forecasts.points,
      inputs: forecasts.inputs,
      actuals: forecasts.actuals,
    })
    .from(forecasts)
    .where(
      and(
        eq(forecasts.metric, metric),
        eq(forecasts.store, store),
        ne(forecasts.slice, ''),
        gte(forecasts.asOf, addDays(last, -horizon - 7)),
      ),
    )
  for (const { id, slice, asOf, naive, points, inputs, actuals: noted } of open) {
    const values = lines.get(slice)
    const from = dayCount(start, asOf)
    if (!values || from < 0 || inputs.partial) continue
    if (isOfPartialPast({ naive, points, days: inputs.days }, values.slice(0, from))) {
      const set = { actuals: [], inputs: { ...inputs, partial: true as const } }
      await ledger.update(forecasts).set(set).where(eq(forecasts.id, id))
      continue
    }
    const actuals = values.slice(from, from + horizon)
    if (JSON.stringify(actuals) !== JSON.stringify(noted))
      await ledger.update(forecasts).set({ actuals }).where(eq(forecasts.id, id))
  }
}
