import type { TableName } from '#kernel/canonical.ts'
import { type ComparisonDays, compareDays } from '#kernel/comparison.ts'
import { type Day, earlier, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import {
  type CalendarRule,
  civilYear,
  type Grain,
  type Period,
  periodOf,
  periodsBetween,
  resolveWindow,
  ruleNamed,
} from '#kernel/period.ts'
import type { World } from '../world.ts'
import type { Resolved } from './resolve.ts'

/** Days of a side of the question: now, or a comparison. */
export interface Side {
  name: string
  label: string
  from: Day
  to: Day
  /** Which base days stand in which bucket. */
  segments: { bucket: number; from: Day; to: Day }[]
  /** The base days of the whole window. */
  whole: { from: Day; to: Day }[]
  note: string | null
  /** The note deserves a warning of its own. */
  caution: boolean
}

export interface Window {
  rule: CalendarRule
  grain: Grain | undefined
  from: Day
  to: Day
  /** Last day that can have data: the end of the data when that is earlier than `to`. */
  until: Day
  /** Whether the data reach into it: where they do not, nothing of it has elapsed. */
  begun: boolean
  /** One for each period; a single one without a grain. */
  buckets: Period[]
  /** `now` first. */
  sides: Side[]
  /** The sides of tables whose data end earlier than `until`: compared with the same elapsed days of their own. */
  own: ReadonlyMap<TableName, { until: Day; sides: Side[] }>
}

/** Buckets an answer may have; beyond it the question is asked too finely. */
const most = 20_000

/** Second pass: days. The window, its buckets, and what each is compared with, to date like for like. */
export const cutWindow = (
  resolved: Resolved,
  world: World,
  today: Day,
  data: { from: Day; to: Day } | null,
  lasts: ReadonlyMap<TableName, Day> = new Map(),
): Window => {
  const { query } = resolved
  const rule = ruleNamed(world.calendar, query.calendar)
  if (query.window && (query.from || query.to))
    throw invalid(
      `The question names the window ${query.window} and days of its own.`,
      'Give window, or from and to.',
    )
  const range = query.window
    ? resolveWindow(rule, query.window, today, data ?? undefined)
    : { from: query.from ?? data?.from ?? today, to: query.to ?? data?.to ?? today }
  if (range.from > range.to)
    throw invalid(`The window ends (${range.to}) before it begins (${range.from}).`, 'Swap the two days.')
  const { grain } = query
  const days = grain === 'hour' ? 'day' : grain
  const whole: Period = { key: '', label: '', ...range }
  const buckets = days ? periodsBetween(rule, range.from, range.to, days) : [whole]
  if (buckets.length * (grain === 'hour' ? 24 : 1) > most)
    throw invalid(`That is ${buckets.length} periods.`, 'Ask for a coarser grain or a shorter window.')
  const until = data ? earlier(range.to, later(data.to, range.from)) : range.to
  const now: Side = {
    name: 'now',
    label: 'now',
    ...range,
    segments: buckets.map((b, bucket) => ({ bucket, from: b.from, to: b.to })),
    whole: [range],
    note: null,
    caution: false,
  }
  const sides = (last: Day) => [now, ...compared(resolved, rule, buckets, grain, last, world)]
  const behind = [...lasts].filter(([table, last]) => dense.has(table) && last >= range.from && last < until)
  return {
    rule,
    grain,
    ...range,
    until,
    begun: data === null || data.to >= range.from,
    buckets,
    sides: sides(until),
    own: new Map(
      resolved.comparisons.length === 0
        ? []
        : behind.map(([table, last]) => [table, { until: last, sides: sides(last) }]),
    ),
  }
}

/**
 * Tables that have rows of every day: where they end, the days after are not known yet. Of others, as deals, a day
 * without a row is a day on which nothing happened.
 */
export const dense: ReadonlySet<TableName> = new Set([
  'sales_lines',
  'traffic_days',
  'spend_days',
  'item_days',
  'search_days',
  'analytics_orders',
])

/** The same window seen whole, for totals: one bucket, the same base days. */
export const wholeWindow = (window: Window): Window => ({
  ...window,
  grain: undefined,
  buckets: [{ key: '', label: '', from: window.from, to: window.to }],
  sides: window.sides.map(wholeSide),
  own: new Map([...window.own].map(([table, of]) => [table, { ...of, sides: of.sides.map(wholeSide) }])),
})

const wholeSide = (side: Side): Side => ({
  ...side,
  segments: side.whole.map(range => ({ ...range, bucket: 0 })),
})

const compared = (
  resolved: Resolved,
  rule: CalendarRule,
  buckets: Period[],
  grain: Grain | undefined,
  until: Day,
  world: World,
): Side[] => {
  const elapsed = buckets.filter(b => b.from <= until).map(b => ({ ...b, to: earlier(b.to, until) }))
  return resolved.comparisons.map(kind => {
    const found: ComparisonDays = compareDays(rule, kind, elapsed, grain, world.events)
    return {
      name: kind,
      label: found.label,
      from: found.from,
      to: found.to,
      segments: found.segments,
      whole: found.whole,
      note: found.note ?? null,
      caution: found.caution,
    }
  })
}

/**
 * Lengths of civil period that every part of the question is exactly one of. The period in progress counts as whole:
 * what is known of it reaches as far as the data do (`last`).
 */
export const wholePeriods = (window: Window, last: Day | null): Grain[] =>
  (['day', 'week', 'month', 'quarter', 'year'] as const).filter(grain =>
    window.sides.every((side, index) =>
      side.segments.every(({ from, to }) => {
        const period = periodOf(civilYear, from, grain)
        const inProgress = index === 0 && last !== null && to >= last && to <= period.to
        return period.from === from && (period.to === to || inProgress)
      }),
    ),
  )
