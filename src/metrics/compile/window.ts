import type { TableName } from '#kernel/canonical.ts'
import { type ComparisonDays, compareDays, oppositeDay } from '#kernel/comparison.ts'
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
  /** What of its base had not happened yet by the moment the data are of: it is not counted where hours are known. */
  late: Late[]
  /** The same of `whole`: months to date and their total need not end on the same day. */
  lateWhole: Late[]
  /** A side beside this one by its index, the same without anything left out: for what is known by whole days alone. */
  wholeOf?: number
}

/** Hours of base days from which on nothing is counted, in some stores (null: all there are). */
export interface Late {
  stores: readonly string[] | null
  days: { day: Day; hour: number }[]
}

/** How far into a day the sales of stores are known: up to an hour of their own clock. */
export interface Moment {
  /** null: all there are. */
  stores: readonly string[] | null
  day: Day
  /** 1–24: the first hour that counts as still to come. */
  hour: number
}

/** What of the running day a question is like for like to. */
export interface Running {
  moments: readonly Moment[]
  /** Metrics whose figures are known by whole days alone. */
  byDay: ReadonlySet<string>
  /** Some of these are made of what is cut for others. */
  mixed: boolean
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
  /** The same, but none to come: media may be booked ahead of what is asked beside them. */
  elapsed: Day
  /** The last day of it that sales are known of, where they are asked. */
  soldUntil: Day
  /** Moments of the sales within that day; none where it is over. */
  moments: readonly Moment[]
  /** Metrics that are compared with whole days all the same. */
  byDay: ReadonlySet<string>
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
  running: (until: Day) => Running = () => ({ moments: [], byDay: new Set(), mixed: false }),
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
    late: [],
    lateWhole: [],
  }
  const sold = lasts.get('sales_lines')
  const soldUntil = sold && earlier(until, sold)
  // By the hour a day shows the hours to come of what it is compared with.
  const { moments, byDay, mixed } =
    soldUntil && grain !== 'hour' && !query.wholeDays
      ? running(soldUntil)
      : { moments: [], byDay: new Set<string>(), mixed: false }
  const sides = (last: Day) => {
    const cut = last === soldUntil ? moments : []
    const others = compared(resolved, rule, buckets, grain, last, world, cut)
    // Of every table in the same places, also of those nothing is left out of.
    const whole = mixed
      ? others.map((side, n) => ({ ...side, name: '', late: [], lateWhole: [], wholeOf: n + 1 }))
      : []
    return [now, ...others, ...whole]
  }
  const behind = [...lasts].filter(([table, last]) => dense.has(table) && last >= range.from && last < until)
  return {
    rule,
    grain,
    ...range,
    until,
    begun: data === null || data.to >= range.from,
    elapsed: earlier(until, later(today, soldUntil ?? today)),
    soldUntil: soldUntil ?? until,
    moments,
    byDay,
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

/** The sides a reader is told of: now, and each comparison once. */
export const shownSides = ({ sides }: Window): Side[] => sides.filter(side => side.wholeOf === undefined)

/** The place of the side a metric is read from, given the place of the one the reader sees. */
export const sideFor = ({ sides, byDay }: Window, metric: string, side: number): number => {
  const whole = byDay.has(metric) ? sides.findIndex(one => one.wholeOf === side) : -1
  return whole < 0 ? side : whole
}

const wholeSide = (side: Side): Side => ({
  ...side,
  late: side.lateWhole,
  segments: side.whole.map(range => ({ ...range, bucket: 0 })),
})

const compared = (
  resolved: Resolved,
  rule: CalendarRule,
  buckets: Period[],
  grain: Grain | undefined,
  until: Day,
  world: World,
  moments: readonly Moment[],
): Side[] => {
  const { window } = resolved.query
  const elapsed = buckets.filter(b => b.from <= until).map(b => ({ ...b, to: earlier(b.to, until) }))
  const [first, last] = [elapsed[0], elapsed.at(-1)]
  const inOne = first && last ? [{ key: '', label: '', from: first.from, to: last.to }] : []
  const late = (kind: ComparisonDays['kind'], over: readonly Period[], by: Grain | undefined): Late[] =>
    moments.map(({ stores, day, hour }) => ({
      stores,
      days: [
        { day, hour },
        // Where it is still the day before, all of the last day is to come.
        ...(day < until ? [{ day: until, hour: 0 }] : []),
      ].flatMap(one => {
        const base = one.hour < 24 ? oppositeDay(rule, kind, over, by, one.day, world.events, window) : null
        return base === null ? [] : [{ day: base, hour: one.hour }]
      }),
    }))
  const some = (of: Late[]) => of.filter(({ days }) => days.length > 0)
  return resolved.comparisons.map(kind => {
    const found: ComparisonDays = compareDays(rule, kind, elapsed, grain, world.events, window)
    return {
      name: kind,
      label: found.label,
      from: found.from,
      to: found.to,
      segments: found.segments,
      whole: found.whole,
      note: found.note ?? null,
      caution: found.caution,
      late: some(late(kind, elapsed, grain)),
      lateWhole: some(late(kind, grain ? inOne : elapsed, undefined)),
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
