import { daysNote, distinct, elapsedNote, leapNote, weekendNote, weeksNote } from './comparison-notes.ts'
import {
  addDays,
  addYears,
  type Day,
  dayCount,
  dayNumber,
  daysBetween,
  earlier,
  monthEnd,
  weekday,
  yearOf,
} from './day.ts'
import { type DaysFrom, firstOf } from './days-from.ts'
import { type Feast, feasts } from './feasts.ts'
import { showDay } from './format.ts'
import {
  type CalendarRule,
  civilYear,
  type Grain,
  isRetail,
  isWhole,
  type Period,
  periodOf,
  periodsBetween,
  retailWeeks,
  retailYearOf,
  retailYearStart,
  type WindowName,
} from './period.ts'

export type ComparisonKind =
  | 'previous_period'
  | 'previous_days'
  | 'last_year'
  | 'last_year_weekday'
  | 'last_year_event'
  | 'last_year_restated'
  | 'last_year_unrestated'
  | DaysFrom

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
  /** Base days of the buckets taken as one, each once: what a total is compared with, whatever the grain. */
  whole: { from: Day; to: Day }[]
  /** What the reader should know: unequal days, a 29 February, a 53rd week. */
  note?: string
  /** The note tells of more than another number of weekend days, which nearly every comparison by date has. */
  caution: boolean
}

const labels: Record<Exclude<ComparisonKind, DaysFrom>, string> = {
  previous_period: 'previous period',
  previous_days: 'the days before',
  last_year: 'last year, same dates',
  last_year_weekday: 'last year, same weekdays',
  last_year_event: 'last year, events aligned',
  last_year_restated: 'last year, restated retail weeks',
  last_year_unrestated: 'last year, same week numbers',
}

const labelOf = (kind: ComparisonKind): string => {
  const from = firstOf(kind)
  return from === null ? labels[kind as keyof typeof labels] : `the days from ${showDay(from)}`
}

/**
 * What each bucket is compared with. The buckets tile the question's days up to `until`, the last day there are data
 * for: a bucket that is not over is compared with the same elapsed days of its base, so to-date is like for like.
 * `window` is the name the days were asked for by, where they were: the period before it follows from that.
 */
export const compareDays = (
  rule: CalendarRule,
  kind: ComparisonKind,
  buckets: readonly Period[],
  grain: Grain | undefined,
  events: readonly Feast[] = [],
  window?: WindowName,
): ComparisonDays => {
  const first = buckets[0]
  const last = buckets.at(-1)
  if (!first || !last)
    return { kind, label: labelOf(kind), from: '', to: '', segments: [], whole: [], caution: false }
  const aligned = kind === 'last_year_event' ? alignEvents(first.from, last.to, events) : undefined
  const pair = (over: readonly Period[], by: Grain | undefined): Segment[] =>
    isMoved(kind)
      ? previous(rule, over, by, baseOf(rule, kind, over, window))
      : kind === 'last_year'
        ? sameDates(over)
        : byDay(over, dayMap(rule, kind, aligned?.map))
  const question = { from: first.from, to: last.to }
  const segments = pair(buckets, grain)
  const whole = distinct(grain ? pair([{ key: '', label: '', ...question }], undefined) : segments)
  const cautions = [
    aligned?.note,
    kind === 'last_year' && leapNote(question, whole),
    kind.endsWith('stated') && weeksNote(rule, kind, question),
    daysNote(question, whole),
    isMoved(kind) && elapsedNote(segments, whole),
  ].filter(Boolean)
  const note = [...cautions, weekendNote(question, whole)].filter(Boolean).join('; ')
  return {
    kind,
    label: labelOf(kind),
    from: whole[0]?.from ?? '',
    to: whole.at(-1)?.to ?? '',
    segments,
    whole,
    ...(note && { note }),
    caution: cautions.length > 0,
  }
}

/**
 * The base day that stands opposite a day of the buckets; null where none does, as opposite a 29 February or the 30th of a
 * month whose base has 28 days. The last day of a whole period stands opposite the last of its base, however long each is.
 */
export const oppositeDay = (
  rule: CalendarRule,
  kind: ComparisonKind,
  buckets: readonly Period[],
  grain: Grain | undefined,
  day: Day,
  events: readonly Feast[] = [],
  window?: WindowName,
): Day | null => {
  const [first, last] = [buckets[0], buckets.at(-1)]
  const index = buckets.findIndex(one => one.from <= day && day <= one.to)
  const bucket = buckets[index]
  if (!first || !last || !bucket) return null
  if (!isMoved(kind) && kind !== 'last_year') {
    const aligned = kind === 'last_year_event' ? alignEvents(first.from, last.to, events).map : undefined
    return dayMap(rule, kind, aligned)(day)
  }
  const segments = isMoved(kind)
    ? previous(rule, buckets, grain, baseOf(rule, kind, buckets, window))
    : sameDates(buckets)
  const base = segments.find(one => one.bucket === index)
  if (!base) return null
  const whole =
    kind === 'last_year'
      ? isWhole(civilYear, bucket.from, bucket.to, 'month')
      : kind === 'previous_period' &&
        (['week', 'month', 'quarter', 'year'] as const).some(one =>
          isWhole(rule, bucket.from, bucket.to, one),
        )
  if (whole && day === bucket.to) return base.to
  if (kind === 'last_year') return day.endsWith('-02-29') ? null : addYears(day, -1)
  const opposite = addDays(base.from, dayCount(bucket.from, day) - 1)
  return opposite > base.to ? null : opposite
}

/** Days the question's are moved to. `aligned`: a calendar period beside a calendar period, however long each is. */
interface Base {
  from: Day
  to: Day
  aligned: boolean
}

/** As many days, moved: just before, or to a day that was chosen. */
const isMoved = (kind: ComparisonKind) =>
  kind === 'previous_period' || kind === 'previous_days' || firstOf(kind) !== null

/** As many days just before, or from a day on; the period before is that of the calendar where the days are whole or to-date periods of it. */
const baseOf = (
  rule: CalendarRule,
  kind: ComparisonKind,
  buckets: readonly Period[],
  window: WindowName | undefined,
): Base => {
  const from = buckets[0]?.from ?? ''
  const to = buckets.at(-1)?.to ?? ''
  const first = firstOf(kind)
  if (first !== null) return { from: first, to: addDays(first, dayCount(from, to) - 1), aligned: false }
  return kind === 'previous_days' ? daysBefore(from, to) : previousWindow(rule, from, to, window)
}

const daysBefore = (from: Day, to: Day): Base => ({
  from: addDays(from, -dayCount(from, to)),
  to: addDays(from, -1),
  aligned: false,
})

/** Each bucket beside its piece of `base`. */
const previous = (
  rule: CalendarRule,
  buckets: readonly Period[],
  grain: Grain | undefined,
  base: Base,
): Segment[] => {
  const from = buckets[0]?.from ?? ''
  if (!grain) return [{ bucket: 0, from: base.from, to: base.to }]
  const months = grain === 'month' || grain === 'quarter' || grain === 'year'
  const bases = months ? periodsBetween(rule, base.from, base.to, grain) : []
  // A month within a quarter, or a week within a month, is a piece of it, and no period to be compared as a whole.
  const isPiece = ({ from: day }: Period) => grain && periodOf(rule, day, grain).from !== day
  if (base.aligned && bases.length === buckets.length && ![...buckets, ...bases].some(isPiece)) {
    // Month beside month, however long each is; one that is not over stands beside the same elapsed days.
    return buckets.flatMap((bucket, index) => {
      const own = bases[index]
      if (!own) return []
      const over = bucket.to === periodOf(rule, bucket.from, grain).to
      const end = periodOf(rule, own.from, grain).to
      const elapsed = addDays(own.from, dayCount(bucket.from, bucket.to) - 1)
      return [{ bucket: index, from: own.from, to: over ? end : earlier(elapsed, end) }]
    })
  }
  // Days, and weeks that the ends of months cut anywhere: the same place counted from the start.
  const shift = dayNumber(base.from) - dayNumber(from)
  return buckets.flatMap((bucket, index) => {
    const start = addDays(bucket.from, shift)
    return start > base.to
      ? []
      : [{ bucket: index, from: start, to: earlier(addDays(bucket.to, shift), base.to) }]
  })
}

/**
 * The calendar periods that days may be one of. A name says which: a week to date is a part of a week though it begins with
 * the month, and the last seven days are no month to date. Days without a name are what they look like; a single one is a day.
 */
const meantBy = (window: WindowName | undefined, from: Day, to: Day) => {
  if (window) return (['week', 'month', 'quarter', 'year'] as const).filter(one => grainOf(window) === one)
  return from < to ? (['month', 'quarter', 'year', 'week'] as const) : []
}
const grainOf = (window: WindowName) => /^(?:last_)?(week|month|quarter|year)(?:_to_date)?$/.exec(window)?.[1]

const previousWindow = (rule: CalendarRule, from: Day, to: Day, window: WindowName | undefined): Base => {
  const meant = meantBy(window, from, to)
  for (const grain of ['year', 'quarter', 'month', 'week'] as const) {
    if (!meant.includes(grain) || !isWhole(rule, from, to, grain)) continue
    const count = periodsBetween(rule, from, to, grain).length
    let start = from
    for (let index = 0; index < count; index += 1) start = periodOf(rule, addDays(start, -1), grain).from
    return { from: start, to: addDays(from, -1), aligned: true }
  }
  for (const grain of meant) {
    const own = periodOf(rule, from, grain)
    if (own.from !== from || own.to < to) continue
    const before = periodOf(rule, addDays(from, -1), grain)
    return {
      from: before.from,
      to: earlier(addDays(before.from, dayCount(from, to) - 1), before.to),
      aligned: true,
    }
  }
  return daysBefore(from, to)
}

/** Same dates a year back; a bucket that ends a month is compared up to the end of that month. */
const sameDates = (buckets: readonly Period[]): Segment[] =>
  buckets.flatMap((bucket, index) => {
    // 29 February has no date to stand beside: last year's 28th is the day before's.
    const start = bucket.from.endsWith('-02-29') ? addDays(bucket.from, 1) : bucket.from
    if (start > bucket.to) return []
    const whole = bucket.to === monthEnd(bucket.to) && bucket.from.endsWith('-01')
    const to = addYears(bucket.to, -1)
    return [{ bucket: index, from: addYears(start, -1), to: whole ? monthEnd(to) : to }]
  })

/** Day by day; runs of consecutive base days in one bucket become one segment. */
const byDay = (buckets: readonly Period[], map: (day: Day) => Day | null): Segment[] => {
  const segments: Segment[] = []
  buckets.forEach((bucket, index) => {
    const days = daysBetween(bucket.from, bucket.to)
      .flatMap(day => map(day) ?? [])
      .sort()
    for (const day of days) {
      const open = segments.at(-1)
      if (open && open.bucket === index && addDays(open.to, 1) === day) open.to = day
      else segments.push({ bucket: index, from: day, to: day })
    }
  })
  return segments
}

const dayMap = (
  rule: CalendarRule,
  kind: ComparisonKind,
  aligned: ReadonlyMap<Day, Day> | undefined,
): ((day: Day) => Day | null) => {
  if (kind === 'last_year_unrestated' && isRetail(rule))
    return day => {
      const year = retailYearOf(rule, day)
      const before = retailWeeks(rule, year - 1)
      // A week 53 after a year of 52 has no week of its number: what is 52 weeks before it is week 1 of its own year.
      const place = dayNumber(day) - dayNumber(retailYearStart(rule, year))
      return place < before * 7 ? addDays(day, -before * 7) : null
    }
  return day => aligned?.get(day) ?? addDays(day, -364)
}

/** Days an event may move in the calendar from one year to the next and still be the same. */
const farthest = 66

/**
 * As many days as there are bases, each with one: in their order, which leaves none farther off than must be, and from there
 * exchanged while that brings weekdays together, or days nearer, and none beyond what an event may move.
 */
const pairedNear = (days: readonly Day[], bases: readonly Day[]): (readonly [Day, Day])[] => {
  const paired = [...bases]
  const away = (day: Day, base: Day) => Math.abs(dayNumber(base) + 364 - dayNumber(day))
  const limit = Math.max(farthest, ...days.map((day, n) => away(day, paired[n] as Day)))
  const cost = (day: Day, base: Day) => {
    const distance = away(day, base)
    return distance > limit
      ? Number.POSITIVE_INFINITY
      : distance + (weekday(day) === weekday(base) ? 0 : 2 * limit)
  }
  for (let better = true; better; ) {
    better = false
    for (const [n, day] of days.entries())
      for (let m = n + 1; m < days.length; m += 1) {
        const [own, other, there] = [paired[n] as Day, days[m] as Day, paired[m] as Day]
        if (cost(day, there) + cost(other, own) >= cost(day, own) + cost(other, there)) continue
        paired[n] = there
        paired[m] = own
        better = true
      }
  }
  return days.map((day, n) => [day, paired[n] as Day])
}

/**
 * Event days stand opposite last year's event days; the ordinary days whose weekday opposite was thereby taken get the
 * days the event left free, weekday by weekday, so that no base day counts twice and none is lost.
 */
const alignEvents = (
  from: Day,
  to: Day,
  events: readonly Feast[],
): { map: ReadonlyMap<Day, Day>; note: string | undefined } => {
  const years = Array.from({ length: yearOf(to) - yearOf(from) + 4 }, (_, n) => yearOf(from) - 2 + n)
  const named = new Set(events.map(event => event.series))
  const all = [...events, ...years.flatMap(feasts).filter(feast => !named.has(feast.series))]
  const map = new Map<Day, Day>()
  const taken = new Map<Day, Day>()
  const alone = new Set<string>()
  for (const event of all) {
    const before = all
      .filter(
        e =>
          e.series === event.series &&
          e.from < event.from &&
          dayNumber(event.from) - dayNumber(e.from) < 364 + farthest,
      )
      .sort((a, b) => b.from.localeCompare(a.from))[0]
    if (!before || dayNumber(event.from) - dayNumber(before.from) < 300) {
      if (event.to >= from && event.from <= to) alone.add(event.name)
      continue
    }
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
  for (const [day, base] of pairedNear(displaced.sort(), free.sort())) map.set(day, base)
  const note = alone.size > 0 ? `${[...alone].join(', ')} had no counterpart a year before` : undefined
  return { map, note }
}
