import {
  addDays,
  addYears,
  type Day,
  dayCount,
  dayNumber,
  earlier,
  later,
  monthEnd,
  weekday,
  yearOf,
} from './day.ts'
import { type Feast, feasts } from './feasts.ts'
import {
  type CalendarRule,
  type Grain,
  isRetail,
  isWhole,
  type Period,
  periodOf,
  periodsBetween,
  retailWeeks,
  retailYearOf,
} from './period.ts'

export type ComparisonKind =
  | 'previous_period'
  | 'last_year'
  | 'last_year_weekday'
  | 'last_year_event'
  | 'last_year_restated'
  | 'last_year_unrestated'

/** Base days that stand opposite one bucket of the question. */
export interface Segment {
  /** Index of the bucket in the question. */
  bucket: number
  from: Day
  to: Day
}

export interface ComparisonDays {
  kind: ComparisonKind
  label: string
  /** First and last base day. */
  from: Day
  to: Day
  /** In bucket order; a bucket may have several segments (event alignment) or none. */
  segments: Segment[]
  /** What the reader should know: unequal days, a 29 February, a 53rd week. */
  note?: string
}

const labels: Record<ComparisonKind, string> = {
  previous_period: 'previous period',
  last_year: 'last year, same dates',
  last_year_weekday: 'last year, same weekdays',
  last_year_event: 'last year, events aligned',
  last_year_restated: 'last year, restated retail weeks',
  last_year_unrestated: 'last year, same week numbers',
}

/**
 * What each bucket is compared with. The buckets tile the question's days up to `until`, the last day there are data
 * for: a bucket that is not over is compared with the same elapsed days of its base, so to-date is like for like.
 */
export const compareDays = (
  rule: CalendarRule,
  kind: ComparisonKind,
  buckets: readonly Period[],
  grain: Grain | undefined,
  events: readonly Feast[] = [],
): ComparisonDays => {
  const first = buckets[0]
  const last = buckets.at(-1)
  if (!first || !last) return { kind, label: labels[kind], from: '', to: '', segments: [] }
  const { segments, note } =
    kind === 'previous_period'
      ? previous(rule, buckets, grain)
      : kind === 'last_year'
        ? sameDates(buckets)
        : byDay(buckets, dayMap(rule, kind, first.from, last.to, events), kind, rule)
  const from = segments.reduce((day, s) => earlier(s.from, day), segments[0]?.from ?? '')
  const to = segments.reduce((day, s) => later(s.to, day), segments[0]?.to ?? '')
  const unequal = segments.reduce((sum, s) => sum + dayCount(s.from, s.to), 0) - dayCount(first.from, last.to)
  const days =
    unequal === 0
      ? undefined
      : `${Math.abs(unequal)} day${Math.abs(unequal) === 1 ? '' : 's'} ${unequal > 0 ? 'more' : 'fewer'} than the period itself`
  const said = [note, days].filter(Boolean).join('; ')
  return { kind, label: labels[kind], from, to, segments, ...(said && { note: said }) }
}

/** The same number of days before; whole or to-date calendar periods are compared with the periods before them. */
const previous = (rule: CalendarRule, buckets: readonly Period[], grain: Grain | undefined) => {
  const from = buckets[0]?.from ?? ''
  const to = buckets.at(-1)?.to ?? ''
  const base = previousWindow(rule, from, to)
  if (!base.aligned) {
    const days = dayCount(from, to)
    const shifted = (bucket: Period, index: number) => ({
      bucket: index,
      from: addDays(bucket.from, -days),
      to: addDays(bucket.to, -days),
    })
    return { segments: buckets.map(shifted), note: undefined }
  }
  const bases =
    grain && grain !== 'hour'
      ? periodsBetween(rule, base.from, base.to, grain)
      : [{ key: '', label: '', ...base }]
  const segments = buckets.flatMap((bucket, index) => {
    if (grain === 'hour') {
      const day = addDays(base.from, dayNumber(bucket.from) - dayNumber(from))
      return day > base.to ? [] : [{ bucket: index, from: day, to: day }]
    }
    const own = bases[index]
    if (!own) return []
    const partial = grain !== undefined && bucket.to < periodOf(rule, bucket.from, grain).to
    const elapsed = addDays(own.from, dayCount(bucket.from, bucket.to) - 1)
    return [{ bucket: index, from: own.from, to: partial ? earlier(elapsed, own.to) : own.to }]
  })
  return { segments, note: undefined }
}

const previousWindow = (rule: CalendarRule, from: Day, to: Day): { from: Day; to: Day; aligned: boolean } => {
  for (const grain of ['year', 'quarter', 'month', 'week'] as const) {
    if (!isWhole(rule, from, to, grain)) continue
    const count = periodsBetween(rule, from, to, grain).length
    let start = from
    for (let index = 0; index < count; index += 1) start = periodOf(rule, addDays(start, -1), grain).from
    return { from: start, to: addDays(from, -1), aligned: true }
  }
  for (const grain of ['week', 'month', 'quarter', 'year'] as const) {
    const own = periodOf(rule, from, grain)
    if (own.from !== from || own.to < to || grain === 'week') continue
    const before = periodOf(rule, addDays(from, -1), grain)
    return {
      from: before.from,
      to: earlier(addDays(before.from, dayCount(from, to) - 1), before.to),
      aligned: true,
    }
  }
  return { from: addDays(from, -dayCount(from, to)), to: addDays(from, -1), aligned: false }
}

/** Same dates a year back; a bucket that ends a month is compared up to the end of that month. */
const sameDates = (buckets: readonly Period[]) => {
  let leap = false
  const segments = buckets.flatMap((bucket, index) => {
    const from = addYears(bucket.from, -1)
    const whole = bucket.to === monthEnd(bucket.to) && bucket.from.slice(8) === '01'
    const to = whole ? monthEnd(addYears(bucket.to, -1)) : addYears(bucket.to, -1)
    const feb29 = bucket.to.slice(5) === '02-29' && bucket.from === bucket.to
    leap ||= feb29 || to.slice(5) === '02-29' || bucket.to.slice(5) === '02-29'
    // 29 February itself has no date to stand beside: its 28th is the day before's.
    return feb29 ? [] : [{ bucket: index, from, to }]
  })
  return { segments, note: leap ? 'a leap day is on one side only' : undefined }
}

/** Day by day; runs of consecutive base days in one bucket become one segment. */
const byDay = (
  buckets: readonly Period[],
  map: (day: Day) => Day,
  kind: ComparisonKind,
  rule: CalendarRule,
) => {
  const segments: Segment[] = []
  buckets.forEach((bucket, index) => {
    const days = Array.from({ length: dayCount(bucket.from, bucket.to) }, (_, n) =>
      map(addDays(bucket.from, n)),
    ).sort()
    for (const day of days) {
      const open = segments.at(-1)
      if (open && open.bucket === index && addDays(open.to, 1) === day) open.to = day
      else segments.push({ bucket: index, from: day, to: day })
    }
  })
  const first = buckets[0]?.from ?? ''
  const week53 =
    isRetail(rule) && kind.endsWith('stated') && retailWeeks(rule, retailYearOf(rule, first) - 1) === 53
      ? kind === 'last_year_restated'
        ? 'last year had 53 weeks; its weeks are shifted by one so that the same dates stand side by side'
        : 'last year had 53 weeks; the same week numbers are a week apart in date'
      : undefined
  return { segments, note: week53 }
}

const dayMap = (
  rule: CalendarRule,
  kind: ComparisonKind,
  from: Day,
  to: Day,
  events: readonly Feast[],
): ((day: Day) => Day) => {
  if (kind === 'last_year_unrestated' && isRetail(rule))
    return day => addDays(day, retailWeeks(rule, retailYearOf(rule, day) - 1) === 53 ? -371 : -364)
  if (kind !== 'last_year_event') return day => addDays(day, -364)
  const aligned = alignEvents(from, to, events)
  return day => aligned.get(day) ?? addDays(day, -364)
}

/**
 * Event days stand opposite last year's event days; the ordinary days whose weekday opposite was thereby taken get the
 * days the event left free, weekday by weekday, so that no base day counts twice and none is lost.
 */
const alignEvents = (from: Day, to: Day, events: readonly Feast[]): Map<Day, Day> => {
  const years = Array.from({ length: yearOf(to) - yearOf(from) + 4 }, (_, n) => yearOf(from) - 2 + n)
  const named = new Set(events.map(event => event.series))
  const all = [...events, ...years.flatMap(feasts).filter(feast => !named.has(feast.series))]
  const map = new Map<Day, Day>()
  const taken = new Map<Day, Day>()
  for (const event of all) {
    const before = all
      .filter(
        e =>
          e.series === event.series && e.from < event.from && dayNumber(event.from) - dayNumber(e.from) < 430,
      )
      .sort((a, b) => b.from.localeCompare(a.from))[0]
    if (!before || dayNumber(event.from) - dayNumber(before.from) < 300) continue
    for (
      let day = event.from, base = before.from;
      day <= event.to && base <= before.to;
      day = addDays(day, 1), base = addDays(base, 1)
    ) {
      if (map.has(day) || taken.has(base)) continue
      map.set(day, base)
      taken.set(base, day)
    }
  }
  // Days left free: what event days would have stood opposite to, unless another event day stands there.
  const free = [...map.keys()].map(day => addDays(day, -364)).filter(base => !taken.has(base))
  const displaced = [...taken.keys()].map(base => addDays(base, 364)).filter(day => !map.has(day))
  for (const day of displaced.sort()) {
    const near =
      free
        .filter(base => weekday(base) === weekday(day))
        .sort(
          (a, b) =>
            Math.abs(dayNumber(a) + 364 - dayNumber(day)) - Math.abs(dayNumber(b) + 364 - dayNumber(day)),
        )[0] ?? free[0]
    if (near === undefined) break
    free.splice(free.indexOf(near), 1)
    map.set(day, near)
  }
  return map
}
