import type { AnswerRow } from '../query.ts'
import { type DayOf, extraVariance } from './chance.ts'
import { figureOf, type Subject, some } from './subject.ts'

/** How much more than counts do the conversion rates of slices scatter from step to step of time; and how many of these there are, before and after. */
export interface Scatter {
  extra: number
  steps: readonly [number, number]
}

/** Dimensions whose days are asked for, of values at most, in rows at most: what differs from day to day is much alike in all. */
const most = { dimensions: 2, values: 12, rows: 1000 }

/**
 * The scatter of conversion from day to day (of a long time, from week to week) within the values of the dimensions that
 * have the fewest.
 * @param by dimensions with the values there are of each
 */
export async function scatterOf(
  of: Subject,
  by: readonly { dimension: string; values: number; full: boolean }[],
): Promise<Scatter> {
  const telling = by
    .filter(one => one.full && one.values > 1 && one.values <= most.values)
    .toSorted((a, b) => a.values - b.values)
    .slice(0, most.dimensions)
  const largest = telling.reduce((all, one) => Math.max(all, one.values), 1)
  const grain = of.days * largest <= most.rows ? ('day' as const) : ('week' as const)
  const slices = await some(telling, async ({ dimension }) => {
    const { rows } = await of.engine.ask(
      {
        ...of.base,
        metrics: ['sessions', 'conversion_rate'],
        by: [dimension],
        grain,
        compare: [of.comparison] as NonNullable<Subject['base']['compare']>,
        limit: most.rows,
      },
      of.scope,
    )
    return [of.comparison, null].map(side => daysOf(rows, dimension, side))
  })
  const steps = (side: number) =>
    Math.max(
      1,
      ...slices.flatMap(sides => sides[side] ?? []).map(days => days.filter(one => one.of > 0).length),
    )
  return { extra: extraVariance(slices.flat(2)), steps: [steps(0), steps(1)] }
}

/** Each value's days on one side of the comparison, beside what all values have of each. */
function daysOf(rows: readonly AnswerRow[], dimension: string, side: string | null): DayOf[][] {
  const counted = rows.map(row => {
    const sessions = figureOf(row, 'sessions', side)
    return { row, of: sessions, count: sessions * figureOf(row, 'conversion_rate', side) }
  })
  const all = new Map<unknown, { allOf: number; allCount: number }>()
  for (const { row, of, count } of counted) {
    const { allOf, allCount } = all.get(row.period) ?? { allOf: 0, allCount: 0 }
    all.set(row.period, { allOf: allOf + of, allCount: allCount + count })
  }
  const own = Map.groupBy(counted, ({ row }) => row[dimension])
  return [...own.values()].map(those =>
    those.map(({ row, of, count }) => ({ of, count, ...(all.get(row.period) ?? { allOf: 0, allCount: 0 }) })),
  )
}
