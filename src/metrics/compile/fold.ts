import { earlier, later } from '#kernel/day.ts'
import { periodOf } from '#kernel/period.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Row } from '#warehouse/warehouse.ts'
import { type Aggregate, aggregateKey, Exact, evaluate, plain } from '../formula.ts'
import type { AnswerRow } from '../query.ts'
import type { Known } from '../vocabulary.ts'
import { covered, type Reached } from './covers.ts'
import { column, isCounted, isMoney, unrated } from './measures.ts'
import type { Resolved } from './resolve.ts'
import type { Sourced } from './source.ts'
import type { Place, targetsOf } from './targets.ts'
import { cutOff, type Whole } from './whole.ts'
import { shownSides, sideFor, type Window } from './window.ts'

type Decimal = InstanceType<typeof Exact>
type Change = { value: string | null; delta: string | null; ratio: string | null }

/** Last pass: rows of the granary become rows of the answer, exact, with comparisons (or their values alone); N/A stays N/A. */
export const folder = (
  resolved: Resolved,
  window: Window,
  reached: Reached,
  sourced: Sourced,
  target: ReturnType<typeof targetsOf>,
  whole: Whole,
  of: 'changes' | 'values' = 'changes',
) => {
  const index = new Map(resolved.aggregates.map((a, i) => [aggregateKey(a), i]))
  const tables = new Map(
    sourced.branches.flatMap(b => b.aggregates.map(a => [aggregateKey(a), b.source.table] as const)),
  )

  const byKey = new Map<string, Slot>()
  const slotFor = (aggregate: Aggregate): Slot => {
    const key = aggregateKey(aggregate)
    const known = byKey.get(key)
    if (known) return known
    const table = tables.get(key)
    const counts = isCounted(aggregate)
    const spoken = new Map<number, ReadonlySet<number>>()
    const slot: Slot = {
      place: byKey.size,
      columns:
        table === undefined || !reached(aggregate.fact)
          ? null
          : window.sides.map((_, side) => column(side, index.get(key) ?? -1)),
      gaps:
        table !== undefined && isMoney(aggregate)
          ? window.sides.map((_, side) => unrated(side, table))
          : null,
      zero(side, bucket) {
        if (!counts) return false
        const buckets = spoken.get(side) ?? covered(window, reached, aggregate.fact, side)
        spoken.set(side, buckets)
        return bucket === null ? buckets.size > 0 : buckets.has(bucket)
      },
    }
    byKey.set(key, slot)
    return slot
  }
  const slots = new Map<Aggregate, Slot>()
  const slotOf = (aggregate: Aggregate): Slot => {
    const slot = slots.get(aggregate) ?? slotFor(aggregate)
    slots.set(aggregate, slot)
    return slot
  }

  /** The aggregates of one side of a row, each read once however many metrics are made of it. */
  const partsOf = (row: Row | null, side: number, bucket: number | null) => {
    const seen: (Decimal | null)[] = []
    const read = ({ columns, gaps, zero }: Slot): Decimal | null => {
      if (columns === null) return null
      // Money without a rate is not known: what is left of the sum would be a smaller number that looks right.
      if (gaps && Number(row?.[gaps[side] ?? ''] ?? 0) > 0) return null
      const cell = row?.[columns[side] ?? '']
      if (cell !== null && cell !== undefined) return new Exact(String(cell))
      return zero(side, bucket) ? nought : null
    }
    return (aggregate: Aggregate): Decimal | null => {
      const slot = slotOf(aggregate)
      const known = seen[slot.place]
      if (known !== undefined) return known
      const value = read(slot)
      seen[slot.place] = value
      return value
    }
  }
  const shown = shownSides(window).slice(1)
  const metricValue = (metric: Known, parts: ReturnType<typeof partsOf>) =>
    metric.expanded && !sourced.apart.has(metric.name) ? evaluate(metric.expanded, parts) : null

  const changes = (now: Map<string, Decimal | null>, base: (metric: Known) => Decimal | null) =>
    Object.fromEntries(
      resolved.metrics.map(m => [
        m.name,
        of === 'changes' ? change(now.get(m.name) ?? null, base(m)) : valueAlone(base(m)),
      ]),
    )

  const compared = (
    row: Row | null,
    place: Place,
    now: Map<string, Decimal | null>,
    dimensions: Record<string, string>,
  ): AnswerRow['compare'] => {
    const { bucket } = place
    const compare: NonNullable<AnswerRow['compare']> = {}
    shown.forEach((side, i) => {
      const segments = side.segments.filter(s => bucket === null || s.bucket === bucket)
      const period = bucket === null || segments.length === 0 ? undefined : spell(segments, window)
      const parts = new Map<number, ReturnType<typeof partsOf>>()
      const partsFor = (metric: Known) => {
        const at = sideFor(window, metric.name, i + 1)
        const known = parts.get(at) ?? partsOf(row, at, bucket)
        parts.set(at, known)
        return known
      }
      const base = (metric: Known) =>
        segments.length > 0 && cutOff({ segments }, whole.from(metric, dimensions.store)).size === 0
      const values = changes(now, metric => (base(metric) ? metricValue(metric, partsFor(metric)) : null))
      compare[side.name] = { ...(period && { period }), values }
    })
    for (const name of resolved.targets)
      compare[planComparison(name)] = {
        values: changes(now, metric => target(name, metric, place, dimensions)),
      }
    return Object.keys(compare).length > 0 ? compare : undefined
  }

  /** One row of the answer from one row of the granary (null: nothing happened). */
  return (row: Row | null, place: Place, dimensions: Record<string, string>): AnswerRow => {
    const parts = partsOf(row, 0, place.bucket)
    const now = new Map(resolved.metrics.map(m => [m.name, metricValue(m, parts)]))
    const compare = compared(row, place, now, dimensions)
    const period = periodKey(window, place)
    const result: Record<string, unknown> = { ...(period !== null && { period }), ...dimensions }
    for (const metric of resolved.metrics) result[metric.name] = plain(now.get(metric.name) ?? null)
    if (compare) result.compare = compare
    return result as AnswerRow
  }
}

/** The key of a row's period: `2026-11`, of hours `2026-11-27 09:00`; null of the whole. */
export const periodKey = (window: Window, { bucket, hour }: Place): string | null => {
  const key = bucket === null ? null : (window.buckets[bucket]?.key ?? null)
  return key === null || hour === null ? key : `${key} ${String(hour).padStart(2, '0')}:00`
}

/** Where an aggregate stands in the rows of the granary; what is of it alone is worked out once, not row by row. */
interface Slot {
  /** Its number among the aggregates of the question. */
  place: number
  /** Its column for each side; null where nothing is known of its fact. */
  columns: readonly string[] | null
  /** For each side the column that counts rows without a rate; null where it is no money. */
  gaps: readonly string[] | null
  /** Whether nothing in the row means 0 and not N/A. */
  zero(side: number, bucket: number | null): boolean
}

const nought = new Exact(0)

const valueAlone = (base: Decimal | null): Change => ({ value: plain(base), delta: null, ratio: null })

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
