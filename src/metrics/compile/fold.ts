import { earlier, later } from '#kernel/day.ts'
import { periodOf } from '#kernel/period.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Row } from '#warehouse/warehouse.ts'
import { factByName } from '../facts.ts'
import { type Aggregate, aggregateKey, Exact, evaluate, plain } from '../formula.ts'
import type { AnswerRow } from '../query.ts'
import { tableOf } from '../reach.ts'
import type { Known } from '../vocabulary.ts'
import { column, isMoney, unrated } from './measures.ts'
import type { Resolved } from './resolve.ts'
import type { Sourced } from './source.ts'
import type { targetsOf } from './targets.ts'
import type { Window } from './window.ts'

/** First and last day a fact has rows for, within the asker's stores; null where it has none. */
export type Reached = (fact: string) => { from: string; to: string } | null

type Decimal = InstanceType<typeof Exact>
type Change = { value: string | null; delta: string | null; ratio: string | null }

/** Last pass: rows of the granary become rows of the answer, exact, with comparisons; N/A stays N/A. */
export const folder = (
  resolved: Resolved,
  window: Window,
  reached: Reached,
  sourced: Sourced,
  target: ReturnType<typeof targetsOf>,
) => {
  const index = new Map(resolved.aggregates.map((a, i) => [aggregateKey(a), i]))
  const tables = new Map(
    sourced.branches.flatMap(b => b.aggregates.map(a => [aggregateKey(a), b.source.table] as const)),
  )

  /** Whether the fact has anything to say about the days of a bucket: outside its days nothing is N/A, inside it is 0. */
  const covers = (fact: string, side: number, bucket: number | null): boolean => {
    const range = reached(fact)
    if (!range) return false
    const sides = window.own.get(tableOf(fact))?.sides ?? window.sides
    const segments = sides[side]?.segments ?? []
    return segments.some(
      s => (bucket === null || s.bucket === bucket) && s.from <= range.to && s.to >= range.from,
    )
  }
  const part =
    (row: Row | null, side: number, bucket: number | null) =>
    (aggregate: Aggregate): Decimal | null => {
      const key = aggregateKey(aggregate)
      const table = tables.get(key)
      if (table === undefined || !reached(aggregate.fact)) return null
      // Money without a rate is not known: what is left of the sum would be a smaller number that looks right.
      if (isMoney(aggregate) && Number(row?.[unrated(side, table)] ?? 0) > 0) return null
      const cell = row?.[column(side, index.get(key) ?? -1)]
      if (cell !== null && cell !== undefined) return new Exact(String(cell))
      const counts = aggregate.kind === 'sum' || aggregate.kind === 'count' || aggregate.kind === 'distinct'
      const optional = factByName[aggregate.fact]?.optional.includes(aggregate.column)
      return counts && !optional && covers(aggregate.fact, side, bucket) ? new Exact(0) : null
    }
  const metricValue = (metric: Known, row: Row | null, side: number, bucket: number | null) =>
    metric.expanded && !sourced.apart.has(metric.name)
      ? evaluate(metric.expanded, part(row, side, bucket))
      : null

  const changes = (now: Map<string, Decimal | null>, base: (metric: Known) => Decimal | null) =>
    Object.fromEntries(resolved.metrics.map(m => [m.name, change(now.get(m.name) ?? null, base(m))]))

  const compared = (
    row: Row | null,
    bucket: number | null,
    now: Map<string, Decimal | null>,
    dimensions: Record<string, string>,
  ): AnswerRow['compare'] => {
    const compare: NonNullable<AnswerRow['compare']> = {}
    window.sides.slice(1).forEach((side, i) => {
      const segments = side.segments.filter(s => bucket === null || s.bucket === bucket)
      const period = bucket === null || segments.length === 0 ? undefined : spell(segments, window)
      const values = changes(now, metric =>
        segments.length > 0 ? metricValue(metric, row, i + 1, bucket) : null,
      )
      compare[side.name] = { ...(period && { period }), values }
    })
    for (const name of resolved.targets)
      compare[planComparison(name)] = {
        values: changes(now, metric => target(name, metric, bucket, dimensions)),
      }
    return Object.keys(compare).length > 0 ? compare : undefined
  }

  /** One row of the answer from one row of the granary (null: nothing happened). */
  return (
    row: Row | null,
    bucket: number | null,
    period: string | null,
    dimensions: Record<string, string>,
  ): AnswerRow => {
    const now = new Map(resolved.metrics.map(m => [m.name, metricValue(m, row, 0, bucket)]))
    const compare = compared(row, bucket, now, dimensions)
    const result: Record<string, unknown> = { ...(period !== null && { period }), ...dimensions }
    for (const metric of resolved.metrics) result[metric.name] = plain(now.get(metric.name) ?? null)
    if (compare) result.compare = compare
    return result as AnswerRow
  }
}

const change = (now: Decimal | null, base: Decimal | null): Change => {
  const delta = now !== null && base !== null ? now.minus(base) : null
  const ratio = delta !== null && base !== null && !base.isZero() ? delta.div(base.abs()) : null
  return { value: plain(base), delta: plain(delta), ratio: plain(ratio) }
}

/** The base of a bucket in words: its period's key when it is a whole one, else its days. */
const spell = (segments: { from: string; to: string }[], window: Window): string => {
  const from = segments.reduce((d, s) => earlier(d, s.from), segments[0]?.from ?? '')
  const to = segments.reduce((d, s) => later(d, s.to), segments[0]?.to ?? '')
  if (from === to) return from
  const grain = window.grain === 'hour' || !window.grain ? 'day' : window.grain
  const period = periodOf(window.rule, from, grain)
  return period.from === from &&
    (period.to === to || period.to > to) &&
    period.key === periodOf(window.rule, to, grain).key
    ? period.key
    : `${from}–${to}`
}
