import { uncapital } from '#kernel/capital.ts'
import { addDays, addYears, type Day, dayCount, later } from '#kernel/day.ts'
import { chanceWords, percent, show, showDay } from '#kernel/format.ts'
import { against } from '#kernel/money.ts'
import {
  type CalendarRule,
  type Grain,
  isRetail,
  type Period,
  periodBefore,
  periodOf,
  periodsBetween,
} from '#kernel/period.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { change } from '#kernel/trend.ts'
import type { Answer, AnswerRow, Definition, Query } from '#metrics/query.ts'

/**
 * The 6-12 chart: six weeks and twelve months of a metric on one axis, each beside last year and target, and a row that
 * sums up the week, month, quarter and year so far. The layout is the weekly business review's (workingbackwards.com/wbr-app).
 */

export const weeksShown = 6
export const monthsShown = 12
/**
 * Weeks before the six that say what the metric does by itself; limits are taken from them. About a season: where no year
 * before takes the season out, more would tell the last one as a signal in this.
 */
export const weeksBefore = 16

/** The days a review speaks of. */
export interface Spans {
  /** The week under review, always a whole one. */
  week: Period
  /** The weeks before it that limits are taken from, and the six that are shown. */
  weeks: { from: Day; to: Day }
  /** Twelve whole months, the last of which ended with the week or before it. */
  months: { from: Day; to: Day }
  /** To the end of the week, never beyond. */
  month: { from: Day; to: Day }
  quarter: { from: Day; to: Day }
  year: { from: Day; to: Day }
}

/** The last whole week that the data, which end on `lastDay`, cover. */
export function lastWholeWeek(rule: CalendarRule, lastDay: Day): Period {
  const week = periodOf(rule, lastDay, 'week')
  return week.to === lastDay ? week : periodBefore(rule, lastDay, 'week')
}

/** The days behind the review of the week that `day` lies in. `firstDay`: nothing is known before it. */
export function spansOf(rule: CalendarRule, day: Day, firstDay: Day): Spans {
  const week = periodOf(rule, day, 'week')
  const toDate = (grain: Grain) => ({ from: periodOf(rule, week.to, grain).from, to: week.to })
  const own = periodOf(rule, week.to, 'month')
  const last = own.to === week.to ? own : periodBefore(rule, week.to, 'month')
  let first = last
  for (let n = 1; n < monthsShown; n += 1) first = periodBefore(rule, first.from, 'month')
  const wanted = addDays(week.from, -7 * (weeksShown + weeksBefore - 1))
  const known = periodOf(rule, firstDay, 'week')
  // A week the data begin in the middle of would read as a bad one.
  const whole = known.from === firstDay ? firstDay : addDays(known.to, 1)
  const shown = addDays(week.from, -7 * (weeksShown - 1))
  return {
    week,
    weeks: { from: whole > shown ? shown : later(wanted, whole), to: week.to },
    months: { from: first.from, to: last.to },
    month: toDate('month'),
    quarter: toDate('quarter'),
    year: toDate('year'),
  }
}

/** What weeks and what longer periods are compared with: retail weeks restated; civil months by their dates, weeks by weekday. */
export const basesOf = (rule: CalendarRule) =>
  isRetail(rule)
    ? ({ week: 'last_year_restated', month: 'last_year_restated' } as const)
    : ({ week: 'last_year_weekday', month: 'last_year' } as const)

export const parts = ['weeks', 'months', 'month', 'quarter', 'year'] as const
export type Part = (typeof parts)[number]
/** The five questions of a review, or their answers. */
export type Five<T> = Record<Part, T>

/** What is asked for the charts of some metrics. `target` is a saved target's or plan version's name. */
export function questionsOf(
  rule: CalendarRule,
  spans: Spans,
  asked: Pick<Query, 'metrics' | 'filters' | 'stores' | 'currency'> & { target: string | null },
): Five<Query> {
  const { target, ...rest } = asked
  const bases = basesOf(rule)
  const beside = (base: (typeof bases)['week' | 'month']) => ({
    ...rest,
    compare: [base, ...(target ? [planComparison(target)] : [])] as Query['compare'],
  })
  const whole = beside(bases.month)
  return {
    weeks: {
      ...beside(bases.week),
      // For the limits: what a moving feast did last year stands beside it, whatever its week was.
      compare: [...(beside(bases.week).compare ?? []), 'last_year_event'],
      ...spans.weeks,
      grain: 'week',
    },
    months: { ...whole, ...spans.months, grain: 'month' },
    month: { ...whole, ...spans.month },
    quarter: { ...whole, ...spans.quarter },
    year: { ...whole, ...spans.year },
  }
}

/** A week or a month: decimal text, null where nothing is known. */
export interface Point {
  period: string
  /** "wk 38", "Sep 26". */
  label: string
  /** Its days; what was issued earlier does not say them. */
  from?: Day | undefined
  to?: Day | undefined
  value: string | null
  lastYear: string | null
  target: string | null
}

/** A value against another: what it was, the difference, and the difference as a share of it. */
export interface Moved {
  value: string | null
  delta: string | null
  ratio: string | null
}

/** A period of the summary row. */
export interface Sums {
  value: string | null
  lastYear: Moved
  target: Moved | null
}

export interface SixTwelve {
  metric: string
  /** The last is the week under review, six are shown; the ones before say what the metric does by itself. */
  weeks: Point[]
  months: Point[]
  week: Sums & { before: Moved }
  month: Sums
  quarter: Sums
  year: Sums
}

const nothing: Moved = { value: null, delta: null, ratio: null }
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** What the figures rest on besides the answers. */
export interface Ground {
  rule: CalendarRule
  spans: Spans
  target: string | null
  /** Nothing is known before it: a period that begins earlier is not whole, and none is compared with it. */
  firstDay: Day
}

/** The same days a year before, as the comparison of that name finds them. */
const yearBefore = (base: 'last_year' | 'last_year_weekday' | 'last_year_restated', day: Day): Day =>
  base === 'last_year' ? addYears(day, -1) : addDays(day, -364)

/** The figures of one metric's chart, from the answers to its questions. */
export function sixTwelve(answers: Five<Answer>, metric: string, ground: Ground): SixTwelve {
  const { rule, spans, target, firstDay } = ground
  const bases = basesOf(rule)
  const compared = (row: AnswerRow | undefined, comparison: string): Moved =>
    row?.compare?.[comparison]?.values[metric] ?? nothing
  const aimed = (row: AnswerRow | undefined) =>
    target === null ? null : compared(row, planComparison(target))
  const pointsOf = (part: 'weeks' | 'months', grain: 'week' | 'month'): Point[] => {
    const rows = new Map(answers[part].rows.map(row => [row.period, row]))
    return periodsBetween(rule, spans[part].from, spans[part].to, grain).map(({ key, from, to }) => {
      const row = rows.get(key)
      return {
        period: key,
        label: periodLabel(key, 'axis'),
        from,
        to,
        value: from < firstDay ? null : text(row?.[metric]),
        lastYear: yearBefore(bases[grain], from) < firstDay ? null : compared(row, bases[grain]).value,
        target: aimed(row)?.value ?? null,
      }
    })
  }
  const sumsOf = (row: AnswerRow | undefined, base: (typeof bases)['week' | 'month'], from: Day): Sums => ({
    value: text(row?.[metric]),
    lastYear: yearBefore(base, from) < firstDay ? nothing : compared(row, base),
    target: aimed(row),
  })
  const toDate = (part: 'month' | 'quarter' | 'year') =>
    sumsOf(answers[part].totals, bases.month, spans[part].from)
  const weeks = pointsOf('weeks', 'week')
  const week = answers.weeks.rows.find(row => row.period === spans.week.key)
  const before = weeks.at(-2)?.value ?? null
  return {
    metric,
    weeks,
    months: pointsOf('months', 'month'),
    week: {
      ...sumsOf(week, bases.week, spans.week.from),
      before: { value: before, ...against(text(week?.[metric]), before) },
    },
    month: toDate('month'),
    quarter: toDate('quarter'),
    year: toDate('year'),
  }
}

/** Days by which Easter may come earlier or later than a year before. */
const feastMoves = 28

/** The same weeks a year before, moving feasts aligned; null where not known. What limits take the season out by. */
export function yearBeforeOf(
  { weeks }: Pick<Five<Answer>, 'weeks'>,
  metric: string,
  { rule, spans, firstDay }: Omit<Ground, 'target'>,
): (number | null)[] {
  const rows = new Map(weeks.rows.map(row => [row.period, row]))
  return periodsBetween(rule, spans.weeks.from, spans.weeks.to, 'week').map(({ key, from }) => {
    const value = text(rows.get(key)?.compare?.last_year_event?.values[metric]?.value)
    return value === null || addDays(from, -364 - feastMoves) < firstDay ? null : Number(value)
  })
}

/** The six weeks on the axis: those before them are there for the limits alone. */
export const shownWeeks = (chart: Pick<SixTwelve, 'weeks'>): Point[] => chart.weeks.slice(-weeksShown)

/** Events along the axis of a 6-12 chart: the week each begins in, and after the gap the month. */
export function marksIn(
  { events, week }: { events: readonly { name: string; from: Day }[]; week: { to: Day } },
  weeks: readonly Point[],
  months: readonly Point[],
): { at: number; name: string }[] {
  return events.flatMap(({ name, from }) => {
    const back = (dayCount(from, week.to) - 1) / 7
    const inWeeks = back >= 0 ? weeks.length - 1 - Math.floor(back) : -1
    const inMonths = months.findIndex(one => one.from && one.to && one.from <= from && from <= one.to)
    return [inWeeks, inMonths < 0 ? -1 : weeks.length + 1 + inMonths].flatMap(at =>
      at < 0 ? [] : [{ at, name }],
    )
  })
}

/** An exception with what was folded into it. */
interface Matter {
  key: string
  also?: readonly { key: string }[] | undefined
}

/** What was said of an exception, or of anything that is folded into it: data that came since may have changed which leads. */
export const noteOn = <Note extends { exception: string }>(
  { key, also = [] }: Matter,
  notes: readonly Note[],
): Note | undefined =>
  notes.find(note => note.exception === key) ??
  notes.find(note => also.some(one => one.key === note.exception))

/** The state of a week in words: "2 exceptions, 1 still without a note". */
export function answerOf(
  content: { exceptions: readonly Matter[] },
  notes: readonly { exception: string }[],
): string {
  const { length } = content.exceptions
  if (length === 0) return 'nothing out of the ordinary'
  const silent = content.exceptions.filter(one => !noteOn(one, notes)).length
  return `${length} ${length === 1 ? 'exception' : 'exceptions'}, ${silent === 0 ? 'each with a note' : `${silent} still without a note`}`
}

/** Moves a thing one place up or down in its list; at the end it stays. */
export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by
  const thing = list[at]
  if (thing === undefined || to < 0 || to >= list.length) return [...list]
  const rest = list.filter((_, n) => n !== at)
  return [...rest.slice(0, to), thing, ...rest.slice(to)]
}

/** An id of its own for a new section or block: the name in small letters, numbered where it is taken. */
export function freshId(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^[-_]+|-+$/g, '') || 'block'
  let id = base
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`
  return id
}

/** What the flash and the pack say first. */
interface Told {
  metric: string
  value: string | null
  before: Moved
}

const firstWords = (
  first: Told | undefined,
  of: { definitions: Record<string, Definition>; currency: string | null },
) => {
  const definition = of.definitions[first?.metric ?? '']
  if (!first || !definition) return null
  const measure = { unit: definition.unit, good: definition.good, currency: of.currency }
  const said = change(first.before, measure)
  const size =
    first.before.delta === null
      ? ''
      : said.arrow
        ? `, ${said.text} ${said.arrow === '▲' ? 'above' : 'below'} the week before`
        : ', level with the week before'
  return `${uncapital(definition.label)} ${show(first.value, measure, 'card')}${size}`
}

/** "Wednesday, 25 November 2026: net sales £12,345, 8.1 % above the week before". */
export const flashWords = (flash: {
  day: Day
  figures: readonly Told[]
  definitions: Record<string, Definition>
  currency: string | null
}): string => `${showDay(flash.day, 'full')}: ${firstWords(flash.figures[0], flash) ?? 'no figures yet'}`

/** "Week 47: net sales £94,853, 37.2 % above the week before". */
export const mondayWords = (pack: {
  week: { label: string }
  headline: readonly Told[]
  definitions: Record<string, Definition>
  currency: string | null
}): string =>
  `${pack.week.label.replace(/^wk/, 'Week')}: ${firstWords(pack.headline[0], pack) ?? 'no figures yet'}`

/** Where a period is heading. */
interface Heading {
  label: string
  plan: number | null
  p10: number
  p50: number
  p90: number
  probability: number | null
  daysLeft: number
}

/** How many of a list stand there before the rest is folded: three, or all where that would fold one alone. */
export const shownAtOnce = (count: number): number => (count > 4 ? 3 : count)

/** "£95,000 by the end of 27 Nov, 96 % of the plan to date.": whole days alone, where the figures above may count today. */
export function soFarWords(
  one: { actual: number; planToDate: number | null; daysLeft: number; until: string },
  currency: string | null,
): string {
  if (one.daysLeft <= 0) return ''
  const made = show(one.actual.toFixed(2), { unit: 'money', currency }, 'card')
  const so = `${made} by the end of ${showDay(one.until, 'card')}`
  return one.planToDate !== null && one.planToDate > 0
    ? `${so}, ${percent(one.actual / one.planToDate, 0)} of the plan to date.`
    : `${so}.`
}

/** "November 2026 heads for £120,000 (P10 £112,000, P90 £127,000), 3.0 % below the target of £123,700; chance of reaching it 22 %." */
export function landingWords(one: Heading, currency: string | null): string {
  const money = (value: number) => show(value.toFixed(2), { unit: 'money', currency }, 'card')
  const over = one.daysLeft <= 0
  const course = over
    ? `${one.label} came to ${money(one.p50)}`
    : `${one.label} heads for ${money(one.p50)} (P10 ${money(one.p10)}, P90 ${money(one.p90)})`
  if (one.plan === null) return `${course}; no target says what it is to be.`
  const off = one.plan === 0 ? 0 : one.p50 / one.plan - 1
  const far = `${percent(Math.abs(off))} ${off < 0 ? 'below' : 'above'} the target of ${money(one.plan)}`
  const chance =
    over || one.probability === null ? '' : `; chance of reaching it ${chanceWords(one.probability)}`
  return `${course}, ${far}${chance}.`
}

/* Conversations: subjects and mentions as text. */

/** The name being typed after an @ at the end of a text; null when none is. */
export const mentionAt = (text: string): string | null => /(?:^|\s)@([^\s@]{0,40})$/.exec(text)?.[1] ?? null

/** Ids of the people a text mentions by name; of names that begin alike the longest. */
export function mentionedIn(text: string, people: readonly { id: string; name: string }[]): string[] {
  const longest = people.toSorted((a, b) => b.name.length - a.name.length)
  const found = new Set<string>()
  let rest = text
  for (const { id, name } of longest)
    if (rest.includes(`@${name}`)) {
      found.add(id)
      rest = rest.replaceAll(`@${name}`, ' ')
    }
  return [...found]
}
