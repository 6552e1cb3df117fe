import { planIn } from '#kernel/plan-comparison.ts'
import type { AnswerRow, Query } from '../query.ts'
import { type Alone, isCrossed, isOfProducts, leastKept, leastLooked, type Pair } from './pairs.ts'
import { plannedRows } from './planned.ts'
import type { Limits, Measured, Slice } from './search.ts'
import { figureOf, type Subject } from './subject.ts'

/** Rows of a question. */
const most = 1000

/** Values of a dimension with their figures; `full` where no more could tell anything, `count` how many there are (0 where none is large enough). */
export interface Asked {
  rows: readonly AnswerRow[]
  full: boolean
  count: number
}

/**
 * Values of a dimension, those that moved most first. No more than a thousand parts of what is not negative can have moved
 * by a five-hundredth of it, which is the least that is told. `least`: what their figures come to on both sides together.
 */
export async function rowsBy(
  of: Subject,
  metrics: string[],
  by: string[],
  sortBy: string,
  least = 0,
): Promise<Asked> {
  const query = { ...of.base, metrics, by, compare: [of.comparison] as Query['compare'], limit: most }
  if (planIn(of.comparison) !== null) {
    const { rows, meta } = await of.engine.ask(query, of.scope)
    return { rows: plannedRows(of, rows), full: meta.count <= most, count: meta.count }
  }
  const sort = { by: sortBy, of: of.comparison, absolute: true, desc: true }
  const { rows, count } = await of.engine.parts({ ...query, sort }, least, of.scope)
  return { rows, full: count <= most, count }
}

/** Where two dimensions meet: what is large enough to be told, or shares much with what is. */
export async function meetingsBy(
  of: Subject,
  metrics: string[],
  { by, only }: Pair,
  { measure, limits }: { measure: Measured; limits: Limits },
) {
  const filters = [...(of.base.filters ?? []), ...only]
  const crossed = { ...of, base: { ...of.base, filters } }
  return (await rowsBy(crossed, metrics, by, measure.name, leastKept(limits, measure))).rows
}

export const whereOf = (row: AnswerRow, by: readonly string[]) =>
  by.map(dimension => ({ dimension, value: typeof row[dimension] === 'string' ? row[dimension] : '' }))

export const slicesOf = (
  rows: readonly AnswerRow[],
  by: string[],
  metric: string,
  comparison: string,
  measure: Measured,
) =>
  rows.map(
    (row): Slice => ({
      measure,
      where: whereOf(row, by),
      before: figureOf(row, metric, comparison),
      after: figureOf(row, metric, null),
    }),
  )

/**
 * The values of a dimension that are large enough to be crossed, asked anew where they were too many to see them all. Of what
 * is not negative they are no more than a thousand.
 */
export async function aloneOf(
  of: Subject,
  dimension: string,
  { rows, full, count, large }: Asked & { large?: boolean },
  metrics: string[],
  measure: Measured,
  limits: Limits,
): Promise<Alone> {
  if (full || !isCrossed(dimension) || planIn(of.comparison) !== null)
    return { dimension, rows, count, complete: full }
  const all = large
    ? rows
    : (await rowsBy(of, metrics, [dimension], measure.name, leastLooked(limits, measure))).rows
  return { dimension, rows: all, count, complete: all.length < most }
}

/** Days of a period from which on one of them is asked before all. */
const manyDays = 14

/** What is counted once however often it comes: accounts anywhere, and orders by what is said of each of their lines. */
const countedOnce = (metric: string, dimension: string) =>
  metric === 'active_accounts' || (metric === 'orders' && isOfProducts(dimension))

/**
 * Metrics without those whose figures by a dimension's values do not add up to the whole, as a day of the period tells: where
 * one order of that day is of two values, orders do not add up over all days either. Counting each once by value takes longest
 * of all, and what does not add up tells nothing of a value.
 */
export async function addingUp(of: Subject, dimension: string, metrics: string[]): Promise<string[]> {
  const once = metrics.filter(metric => countedOnce(metric, dimension))
  if (of.days < manyDays || once.length === 0) return metrics
  const { window: _, ...base } = of.base
  const { rows, totals, meta } = await of.engine.ask(
    { ...base, from: of.first, to: of.first, metrics: once, by: [dimension], limit: most },
    of.scope,
  )
  if (meta.count > most) return metrics
  const sum = (metric: string) => rows.reduce((all, row) => all + figureOf(row, metric, null), 0)
  const apart = once.filter(metric => sum(metric) > figureOf(totals, metric, null))
  return metrics.filter(metric => !apart.includes(metric))
}
