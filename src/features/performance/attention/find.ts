import { type AnomalyEvent, findAnomalies } from '#forecast/anomalies.ts'
import { limitsWords, seasonalLimits } from '#forecast/control-limits.ts'
import type { Calendar } from '#forecast/forecast.ts'
import { mean, median } from '#forecast/numbers.ts'
import { scan, strangeness } from '#forecast/scan.ts'
import { compareDays } from '#kernel/comparison.ts'
import { addDays, type Day, dayCount, weekday } from '#kernel/day.ts'
import { civilYear, type Period } from '#kernel/period.ts'
import { weights } from './rules/model.ts'
import { countedIn } from './rules.ts'
import { soldOut } from './sold-out.ts'
import type { Cell, Watched } from './watched.ts'

/** Something that is not as usual, in one slice, as known at the end of one day. */
export interface Found {
  rule: string
  metric: string
  slice: Record<string, string>
  kind: 'spike' | 'shift' | 'drift' | 'silence' | 'limits'
  direction: 'above' | 'below'
  since: Day
  /** Null while it goes on. */
  until: Day | null
  score: number
  /** Means a day, in the unit of what is watched (a ratio as itself). */
  expected: number
  actual: number
  perDay: number
  moneyPerDay: number | null
  /** By what it was judged, in a sentence. */
  judged: string
  /** A fact stands behind it, no mere odds: it is told beside whatever else crosses it. */
  known?: true
}

/** What a rule finds in a cell at the end of a day (`end`: its index): strange, large and lasting enough; else null. */
export function findIn(watched: Watched, cell: Cell, end: number, calendar: Calendar = {}): Found | null {
  if (watched.rule.kind === 'limits') return material(watched, cell, beyondLimits(watched, cell, end))
  return (
    material(watched, cell, soldOut(watched, cell, end)) ??
    material(watched, cell, changed(watched, cell, end, calendar))
  )
}

const material = (watched: Watched, cell: Cell, one: Sized | null): Sized | null =>
  one && matters(watched, one, cell) ? one : null

/** Large enough in money, or with no price at all; in the direction that is asked for. */
function matters({ rule, definition, scale }: Watched, one: Found & { volume: number }, cell: Cell): boolean {
  const bad = definition.good === 'down' ? 'above' : 'below'
  if (rule.direction === 'bad' && definition.good !== 'none' && one.direction !== bad) return false
  if (one.score < rule.score || one.volume < rule.leastVolume) return false
  if (rule.about === 'data' || cell.worth === null) return true
  const least = Math.max(rule.leastShare * Math.abs(scale), Number(rule.leastMoney ?? 0))
  return Math.abs(one.moneyPerDay ?? 0) >= least
}

export type Sized = Found & { volume: number }

function changed(watched: Watched, cell: Cell, end: number, calendar: Calendar): Sized | null {
  const { rule, start, definition } = watched
  const alone = rule.by.length === 0 || !cell.exposure.some(value => value > 0)
  // Parts of the same counts scatter alike; amounts scatter the more the larger they are.
  const alike = countedIn.has(weights[rule.metric] ?? '') ? { alike: watched.cells } : {}
  const left = alone ? byItself(watched, cell, end, calendar) : scan(cell.amount, cell.exposure, end, alike)
  const seen = left && !alone ? ofItself(rule, cell.amount, left) : left
  if (seen === null) return null
  const { from, to, expected, actual } = seen
  const days = to - from + 1
  if (lasting(seen) < rule.persistence) return null
  // A ratio to what is not known is told as it was a day.
  const ratio = definition.additivity === 'ratio' && weights[rule.metric] !== undefined
  const counted = (cell.count ?? cell.exposure).subarray(from, to + 1).reduce((sum, value) => sum + value, 0)
  const unit = ratio ? counted : days
  const perDay = (actual - expected) / days
  return {
    ...of(watched, cell),
    kind: seen.kind,
    direction: actual > expected ? 'above' : 'below',
    since: addDays(start, from),
    until: to < end ? addDays(start, to) : null,
    score: strangeness(seen.z),
    expected: unit > 0 ? expected / unit : 0,
    actual: unit > 0 ? actual / unit : 0,
    perDay,
    moneyPerDay: rule.about === 'data' || cell.worth === null ? null : perDay * cell.worth,
    volume: (ratio ? counted : expected) / days,
    judged: alone
      ? 'Its own past day by day, with weekdays and what the calendar knows taken off.'
      : cell.count
        ? 'What each product usually fetched, over the eight weeks before: which of them sold makes no difference.'
        : 'The usual measure of what moves with it, over the eight weeks before.',
  }
}

interface Left {
  from: number
  to: number
  expected: number
  actual: number
}

/** Days of a stretch; one that a correction took below zero lasts as long as what it took away was sold in. */
const lasting = ({ from, to, expected, actual }: Left): number => {
  const days = to - from + 1
  return actual < 0 && expected > 0 ? Math.max(days, ((expected - actual) * days) / expected) : days
}

/** Weeks before a stretch whose weekdays say what an amount was by itself. */
const weeksBefore = 8

/** By how much (as a logarithm) something must have moved by itself, where what stands beside it moved far more: by half. */
const byFar = Math.LN2

/**
 * What left its measure, where that is a matter of its own and not of the measure; else null. A promotion that brings more
 * orders a session loses no sessions, though they are fewer than so many orders usually mean: of data half of the way must
 * be its own. A shop whose neighbour sells ten times as much has not fallen: of what stands beside others a third must be,
 * for a season may lift them all while it stands still; of what has less but fell as well, its own past is the measure.
 */
function ofItself<L extends Left>(
  { about, metric, against }: Watched['rule'],
  amount: Float64Array,
  left: L,
): L | null {
  const off = (base: number) => Math.log(Math.max(left.actual, 0.5) / Math.max(base, 0.5))
  const part = (usual: number) => off(usual) / off(left.expected)
  if (about === 'data') return part(usualOf(amount, left, median)) < 1 / 2 ? null : left
  if (weights[metric] || against) return left
  const usual = usualOf(amount, left, mean)
  if (part(usual) >= 1 / 3) return left
  return part(usual) > 0 && Math.abs(off(usual)) >= byFar ? { ...left, expected: usual } : null
}

/** What an amount was by itself on the same weekdays of the weeks before a stretch. */
function usualOf(amount: Float64Array, { from, to }: Left, middle: (values: number[]) => number): number {
  let usual = 0
  for (let t = from; t <= to; t++) {
    const last = t - 7 * Math.ceil((t - from + 1) / 7)
    const same = Array.from({ length: weeksBefore }, (_, n) => last - 7 * n).filter(day => day >= 0)
    usual += same.length === 0 ? 0 : middle(same.map(day => amount[day] ?? 0))
  }
  return usual
}

const of = ({ rule }: Watched, { slice }: Cell) => ({ rule: rule.id, metric: rule.metric, slice })

/** Days before an event that say what was usual: what was sold once has not stopped. */
const leastPast = 28

/** A series that nothing stands beside: watched day by day as it came, with what the calendar explains taken off. */
function byItself({ start }: Watched, { amount }: Cell, end: number, calendar: Calendar) {
  const isOn = ({ from, told, to }: AnomalyEvent, { first }: Seen) =>
    from >= leastPast && told + first <= end && (to === null || to + first >= end - 2)
  const whole = remembered.get(amount) ?? eventsIn(amount, start, calendar)
  remembered.set(amount, whole)
  if (!whole.events.some(one => isOn(one, whole))) return null
  // Of an earlier day: how long it went on and what it came to was not known then.
  const known = end < amount.length - 1 ? eventsIn(amount.subarray(0, end + 1), start, calendar) : whole
  const event = known.events.findLast(one => isOn(one, known))
  if (!event) return null
  const { first } = known
  const [from, to] = [event.from + first, Math.min(end, event.to === null ? end : event.to + first)]
  const actual = amount.subarray(from, to + 1).reduce((sum, value) => sum + value, 0)
  if (yearlyAlike(amount, from, to, event.total / (actual - event.total || 1))) return null
  const z = Math.sign(event.total) * 5 * Math.sqrt(-Math.log2(Math.max(1e-9, 1 - event.score)))
  return { from, to, actual, expected: actual - event.total, z, kind: event.kind }
}

interface Seen {
  /** Place of the first day that is no nought; events count from it. */
  first: number
  events: AnomalyEvent[]
}

const remembered = new WeakMap<Float64Array, Seen>()

/** The events of a series: each is told by what came before it. */
function eventsIn(amount: Float64Array, start: Day, calendar: Calendar): Seen {
  const first = Math.max(
    0,
    amount.findIndex(value => value !== 0),
  )
  const series = {
    values: [...amount.subarray(first)],
    cadence: 'day' as const,
    start: addDays(start, first),
  }
  return { first, events: series.values.length < 56 ? [] : findAnomalies(series, { calendar }).events }
}

/** Whether the same weeks a year before left what went before them by at least half as much: a season, and no news. */
function yearlyAlike(amount: Float64Array, from: number, to: number, off: number): boolean {
  const mean = (first: number, end: number) =>
    first < 0 ? 0 : amount.subarray(first, end).reduce((sum, value) => sum + value, 0) / (end - first)
  const before = mean(from - 364 - 28, from - 364)
  const then = before > 0 ? mean(from - 364, to + 1 - 364) / before - 1 : 0
  return then * off > 0 && Math.abs(then) >= Math.abs(off) / 2
}

/** Weeks of limits, and of what is judged by them. */
const [limitWeeks, judgedWeeks] = [26, 1]

/** Their first days' places and last ones', up to a week that ends at `last`. */
const weeksUpTo = (last: number) =>
  Array.from({ length: limitWeeks + judgedWeeks }, (_, n) => {
    const to = last - 7 * (limitWeeks + judgedWeeks - 1 - n)
    return { from: to - 6, to }
  })

/** Sums of stretches of a series; NaN for those that begin before it does. */
function sumsOf(amount: Float64Array, stretches: readonly (readonly { from: number; to: number }[])[]) {
  const first = amount.findIndex(value => value !== 0)
  return Float64Array.from(stretches, parts =>
    first < 0 || parts.length === 0 || parts.some(({ from }) => from < first)
      ? Number.NaN
      : parts.reduce(
          (sum, { from, to }) =>
            sum + amount.subarray(from, to + 1).reduce((total, value) => total + value, 0),
          0,
        ),
  )
}

const bases = new Map<Day, { from: Day; to: Day }[][]>()

/** What the weeks up to a day stand beside a year before: the same weekdays, moving feasts aligned. */
function basesOf(lastDay: Day): { from: Day; to: Day }[][] {
  const known = bases.get(lastDay)
  if (known) return known
  const weeks = weeksUpTo(0).map(
    ({ from, to }): Period => ({
      key: '',
      label: '',
      from: addDays(lastDay, from),
      to: addDays(lastDay, to),
    }),
  )
  const { segments } = compareDays(civilYear, 'last_year_event', weeks, 'week')
  const found = weeks.map((_, n) => segments.filter(one => one.bucket === n))
  if (bases.size > 200) bases.clear()
  bases.set(lastDay, found)
  return found
}

/**
 * The last whole week against the limits of the half year before (XmR): beyond them, or a run of eight. Each week is
 * judged by the same one a year before it where that is known and calmer.
 */
function beyondLimits(watched: Watched, cell: Cell, end: number): Sized | null {
  const { start } = watched
  const last = end - (weekday(addDays(start, end)) % 7)
  const weeks = sumsOf(
    cell.amount,
    weeksUpTo(last).map(one => [one]),
  )
  if (weeks.some(Number.isNaN) || end - last > 2) return null
  const place = (day: Day) => dayCount(start, day) - 1
  const before = basesOf(addDays(start, last)).map(parts =>
    parts.map(({ from, to }) => ({ from: place(from), to: place(to) })),
  )
  const seen = seasonalLimits(weeks, sumsOf(cell.amount, before), limitWeeks)
  if (!seen || seen.limits.movingRange === 0) return null
  const { judged, limits, usual } = seen
  const signal = seen.last.at(-1)
  if (!signal) return null
  const own = weeks.subarray(signal.from, signal.index + 1)
  const aDay = (total: number) => total / (7 * own.length)
  const actual = aDay(own.reduce((sum, value) => sum + value, 0))
  const expected = aDay(own.reduce((sum, _, n) => sum + usual(signal.from + n), 0))
  const sigmas = ((judged[limitWeeks] ?? 0) - limits.mean) / (limits.movingRange / 1.128)
  return {
    ...of(watched, cell),
    kind: 'limits',
    direction: signal.above ? 'above' : 'below',
    since: addDays(start, last - 7 * (own.length - 1) - 6),
    until: addDays(start, last),
    score: Math.max(0.5, strangeness(sigmas)),
    expected,
    actual,
    perDay: actual - expected,
    moneyPerDay: cell.worth === null ? null : (actual - expected) * cell.worth,
    volume: Math.abs(expected),
    judged: limitsWords(seen),
  }
}

type Slice = Readonly<Record<string, string>>

/** One text for equal slices. */
export const sliceKey = (slice: Slice): string => JSON.stringify(Object.entries(slice).toSorted())

const agree = (a: Slice, b: Slice) =>
  Object.entries(a).every(([name, value]) => b[name] === undefined || b[name] === value)
const holds = (a: Slice, b: Slice) => Object.entries(a).every(([name, value]) => b[name] === value)

/** Days within which two slices that merely cross, a product and a device, must have begun to be one matter. */
const begunTogether = 7

/** A part and its whole may be one matter whenever they overlap; what merely crosses only where it began together, and neither is known for itself. */
function oneCause(one: Found, other: Found): boolean {
  if (holds(one.slice, other.slice) || holds(other.slice, one.slice)) return true
  if (one.known || other.known) return false
  const [first, second] = one.since < other.since ? [one.since, other.since] : [other.since, one.since]
  return agree(one.slice, other.slice) && dayCount(first, second) - 1 <= begunTogether
}

/**
 * One of each matter: of findings that overlap in time, go the same way and are of a part and its whole, or of slices that
 * cross and began together, the strangest is told, and the others are it seen from elsewhere. What may be broken data hides
 * nothing of the business.
 */
export function oneOfEach(all: readonly Found[], about: (rule: string) => string): Found[] {
  const told: Found[] = []
  for (const one of all.toSorted((a, b) => b.score - a.score))
    if (!told.some(other => sameMatter(one, other, about))) told.push(one)
  return told
}

const loss = (one: Found) => Math.sign(one.moneyPerDay ?? one.perDay)

/** Whether two findings may be one matter seen from two places. */
export const sameMatter = (one: Found, other: Found, about: (rule: string) => string): boolean =>
  about(other.rule) === about(one.rule) &&
  loss(other) === loss(one) &&
  oneCause(one, other) &&
  other.since <= (one.until ?? '9999') &&
  one.since <= (other.until ?? '9999')
