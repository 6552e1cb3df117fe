import { planIn } from '#kernel/plan-comparison.ts'
import type { AnswerRow, Query } from '../query.ts'
import { type Alone, completes, isCrossed, leastKept, type Pair } from './pairs.ts'
import { plannedRows } from './planned.ts'
import type { Limits, Measured, Slice } from './search.ts'
import { figureOf, type Subject } from './subject.ts'

/** Rows of a question. */
const most = 1000

/**
 * Rows of a question, those that moved most first, or the largest; `full` where they are all there are. No more than a
 * thousand parts of what is not negative can have moved by a five-hundredth of it, which is the least that is told.
 */
export async function rowsBy(
  of: Subject,
  metrics: string[],
  by: string[],
  sortBy: string,
  only: NonNullable<Query['filters']> = [],
  first: 'moved' | 'largest' = 'moved',
) {
  const target = planIn(of.comparison) !== null
  const { rows, meta } = await of.engine.ask(
    {
      ...of.base,
      metrics,
      by,
      ...(only.length > 0 && { filters: [...(of.base.filters ?? []), ...only] }),
      compare: [of.comparison] as Query['compare'],
      ...(!target && {
        sort: { by: sortBy, ...(first === 'moved' && { of: of.comparison, absolute: true }), desc: true },
      }),
      limit: most,
    },
    of.scope,
  )
  return { rows: target ? plannedRows(of, rows) : rows, full: meta.count <= most }
}

/** Where two dimensions meet: what is large enough to be told, or shares much with what is. */
export async function meetingsBy(
  of: Subject,
  metrics: string[],
  { by, only }: Pair,
  { measure, limits }: { measure: Measured; limits: Limits },
) {
  if (planIn(of.comparison) !== null) return (await rowsBy(of, metrics, by, measure.name, only)).rows
  return of.engine.parts(
    {
      ...of.base,
      metrics,
      by,
      filters: [...(of.base.filters ?? []), ...only],
      compare: [of.comparison] as Query['compare'],
      sort: { by: measure.name, of: of.comparison, desc: true, absolute: true },
      limit: most,
    },
    leastKept(limits, measure),
    of.scope,
  )
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

/** The values of a dimension, and where they are too many those that are large beside those that moved. */
export async function aloneOf(
  of: Subject,
  { dimension, rows, full }: { dimension: string; rows: readonly AnswerRow[]; full: boolean },
  metrics: string[],
  measure: Measured,
  limits: Limits,
): Promise<Alone> {
  if (full || !isCrossed(dimension) || planIn(of.comparison) !== null)
    return { dimension, rows, complete: full }
  const { rows: largest } = await rowsBy(of, metrics, [dimension], measure.name, [], 'largest')
  const both = new Map([...rows, ...largest].map(row => [row[dimension], row]))
  const complete = completes(rows, largest, of.comparison, measure, limits)
  return { dimension, rows: [...both.values()], complete }
}
