/**
 * What the top bar holds and every screen shares: period, comparisons, stores, currency. It lives in the URL and
 * nowhere else, as short readable text, so that Back, a bookmark and a pasted link all show the same.
 */
import { addDays, addYears, type Day, monthEnd } from './day.ts'
import { firstOf } from './days-from.ts'
import { type CalendarRule, civilYear, resolveWindow, type WindowName } from './period.ts'
import { comparisonNow, planComparison, planIn } from './plan-comparison.ts'

export type Span = { window: string } | { from: string; to: string }

export interface View {
  /** null: the screen's own choice, the latest month that has data. */
  period: Span | null
  /** null: the usual two. Empty: none wanted. */
  compare: readonly string[] | null
  /** Empty: all one may see. */
  stores: readonly string[]
  currency: string | null
}

/** The URL parameters of a view. */
export const viewKeys = ['period', 'compare', 'store', 'currency'] as const
export type Search = Readonly<Record<string, string | undefined>>

const day = /^\d{4}-\d{2}-\d{2}$/
const list = (text: string) => text.split(',').filter(Boolean)

/** Reads a view from URL parameters; what makes no sense is left out rather than refused. */
export function readView(search: Search): View {
  const [from = '', to = ''] = (search.period ?? '').split('..')
  const period = !search.period
    ? null
    : day.test(from) && day.test(to)
      ? from <= to
        ? { from, to }
        : { from: to, to: from }
      : isWindow(search.period)
        ? { window: search.period }
        : null
  const compared = list(search.compare ?? '')
    .map(comparisonNow)
    .filter(isComparison)
  return {
    period,
    compare: search.compare === 'none' ? [] : compared.length > 0 ? compared : null,
    stores: list(search.store ?? ''),
    currency: /^[A-Z]{3}$/.test(search.currency ?? '') ? (search.currency as string) : null,
  }
}

const isWindow = (word: string) => Object.hasOwn(windowLabels, word)
const isComparison = (word: string) =>
  Object.hasOwn(comparisonLabels, word) || planIn(word) !== null || firstOf(word) !== null

/** What of an address was passed over because it makes no sense, each with what is shown instead. Empty where all was read. */
export function passedOver(search: Search): string[] {
  const { period } = readView(search)
  const words = list(search.compare ?? '').filter(
    word => word !== 'none' && !isComparison(comparisonNow(word)),
  )
  const called = words.map(word => `“${word}”`).join(' and ')
  const left = readView(search).compare !== null
  return [
    ...(search.period && period === null
      ? [`“${search.period}” in the address is no period: the latest month is shown.`]
      : []),
    ...(words.length > 0
      ? [
          `${called} in the address ${words.length === 1 ? 'is no comparison' : 'are no comparisons'}: ${left ? 'the others are' : 'the usual ones are'} shown.`,
        ]
      : []),
  ]
}

/** The URL parameters that change in a view; undefined takes one away. */
export function writeView(change: Partial<View>): Record<string, string | undefined> {
  const out: Record<string, string | undefined> = {}
  if ('period' in change)
    out.period = !change.period
      ? undefined
      : 'window' in change.period
        ? change.period.window
        : `${change.period.from}..${change.period.to}`
  if ('compare' in change)
    out.compare = !change.compare ? undefined : change.compare.length ? change.compare.join(',') : 'none'
  if ('stores' in change) out.store = change.stores?.length ? change.stores.join(',') : undefined
  if ('currency' in change) out.currency = change.currency ?? undefined
  return out
}

/** It compares with days that say most by themselves: those just before, or those somebody chose. */
export const isBefore = (comparison: string): boolean =>
  comparison === 'previous_period' || comparison === 'previous_days' || firstOf(comparison) !== null

/** The comparisons shown when nobody chose. */
export const usualComparisons = ['previous_period', 'last_year'] as const

export const windowLabels: Readonly<Record<string, string>> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last_7_days: 'Last 7 days',
  last_28_days: 'Last 28 days',
  last_90_days: 'Last 90 days',
  last_365_days: 'Last 365 days',
  week_to_date: 'Week to date',
  month_to_date: 'Month to date',
  quarter_to_date: 'Quarter to date',
  year_to_date: 'Year to date',
  last_week: 'Last week',
  last_month: 'Last month',
  last_quarter: 'Last quarter',
  last_year: 'Last year',
  all_time: 'All time',
}

/** What a comparison is called: on its own, beside a number, within a sentence; and what it compares with. */
interface ComparisonWords {
  label: string
  short: string
  said: string
  about: string
}

export const comparisonLabels: Readonly<Record<string, ComparisonWords>> = {
  previous_period: {
    label: 'Period before',
    short: 'vs period before',
    said: 'the period before',
    about:
      'The same number of days, just before; week or month to date against the one before to the same day',
  },
  previous_days: {
    label: 'Days before',
    short: 'vs days before',
    said: 'the days before',
    about: 'As many days just before, whatever week or month they are of',
  },
  last_year: {
    label: 'Last year, same dates',
    short: 'vs last year',
    said: 'last year',
    about: 'The same dates a year earlier',
  },
  last_year_weekday: {
    label: 'Last year, same weekdays',
    short: 'vs LY weekday',
    said: 'the same weekdays last year',
    about: '364 days earlier, so that Mondays meet Mondays',
  },
  last_year_event: {
    label: 'Last year, same events',
    short: 'vs LY event',
    said: 'the same events last year',
    about: 'Days aligned by events: Black Friday with Black Friday, Easter with Easter',
  },
  last_year_restated: {
    label: 'Last year, restated week',
    short: 'vs LY restated',
    said: 'the restated week last year',
    about: 'The retail week restated for a 53-week year',
  },
  last_year_unrestated: {
    label: 'Last year, same week number',
    short: 'vs LY week',
    said: 'the same week last year',
    about: 'The retail week with the same number, not restated',
  },
  'plan.forecast': {
    label: 'Forecast',
    short: 'vs forecast',
    said: 'the forecast',
    about: 'What was last forecast of each day before it began',
  },
}

/** The name under which forecasts are kept among targets. */
export const forecastTarget = 'forecast'
/** The forecast as a comparison. */
export const forecastComparison = planComparison(forecastTarget)

/**
 * What a comparison is called. A plan is called by its own name, which an answer tells as the comparison's `label`; by its
 * handle, as questions spell it, where that is all there is.
 */
export function comparisonName(comparison: string, told?: { label?: string | undefined }): ComparisonWords {
  const first = firstOf(comparison)
  if (first !== null) {
    const said = `the days from ${spanWords(first, first)}`
    return {
      label: `Days from ${spanWords(first, first)}`,
      short: `vs ${said}`,
      said,
      about: 'As many days, from that day on',
    }
  }
  const handle = planIn(comparison)
  const plan = handle === null ? null : told?.label || handle
  return (
    comparisonLabels[comparisonNow(comparison)] ??
    (plan !== null
      ? {
          label: `Plan: ${plan}`,
          short: `vs ${plan}`,
          said: plan,
          about: 'A target saved in Settings, an approved plan or an imported budget, phased by day',
        }
      : { label: comparison, short: `vs ${comparison}`, said: comparison, about: '' })
  )
}

/**
 * A named window counted back from the last day with data instead of today: what "last 28 days" means for a shop whose
 * data end earlier. Null for a name that is no window.
 */
export function windowFrom(
  window: string,
  anchor: Day,
  rule: CalendarRule = civilYear,
): { from: Day; to: Day } | null {
  if (!(window in windowLabels) || window === 'all_time') return null
  // Rolling windows end the day before "today"; the anchor itself has data and belongs in them.
  const today = /^last_\d+_days$/.test(window) ? addDays(anchor, 1) : anchor
  return resolveWindow(rule, window as WindowName, today)
}

const parts = (day: Day) => day.split('-').map(Number) as [number, number, number]
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** "1–9 Dec 2011", "28 Nov – 9 Dec 2011", "Dec 2011" for a whole month, "2011" for a whole year. */
export function spanWords(from: string, to: string): string {
  const [y1, m1, d1] = parts(from)
  const [y2, m2, d2] = parts(to)
  const month = (m: number) => months[m - 1] ?? ''
  const ends = to === monthEnd(to)
  if (from === to) return `${d1} ${month(m1)} ${y1}`
  if (y1 === y2 && m1 === 1 && d1 === 1 && m2 === 12 && d2 === 31) return `${y1}`
  if (y1 === y2 && m1 === m2 && d1 === 1 && ends) return `${month(m1)} ${y1}`
  if (y1 === y2 && m1 === m2) return `${d1}–${d2} ${month(m1)} ${y1}`
  if (d1 === 1 && ends) return `${month(m1)}${y1 === y2 ? '' : ` ${y1}`} – ${month(m2)} ${y2}`
  return `${d1} ${month(m1)}${y1 === y2 ? '' : ` ${y1}`} – ${d2} ${month(m2)} ${y2}`
}

/** A named window as the server counts it. */
export const windowToday = (
  window: string,
  today: Day,
  rule: CalendarRule = civilYear,
): { from: Day; to: Day } | null =>
  window in windowLabels && window !== 'all_time' ? resolveWindow(rule, window as WindowName, today) : null

/** The question that tells what is known about the data of a view: its first and last day, and which day it is there. */
export const knownOf = ({ stores }: View) => ({
  metrics: ['net_sales'],
  window: 'all_time' as const,
  ...(stores.length > 0 && { stores: [...stores] }),
})

/** What is known about the data: first and last day with any. */
export interface Known {
  firstDay: string
  lastDay: string
}

export interface Asked {
  /** As the query takes it: a named window counted from today, or days. */
  window?: string
  from?: string
  to?: string
  /** Set when the data end before today's windows begin: windows are then counted back from this day. */
  anchor: string | null
  /** Whether the period was chosen by the screen, not by the reader. */
  chosen: boolean
}

/** Data this many days old still count as current: a weekend and a holiday. */
const current = 7

/**
 * The period to ask for. A shop whose data end long before today (an archive, a demo, a sync that stopped) is read from
 * its last day: "month to date" is then the last month that has data. Null while nothing is known of the data.
 */
export function askedPeriod(
  period: Span | null,
  known: Known | null,
  today: Day,
  rule: CalendarRule = civilYear,
): Asked {
  const stale = known !== null && known.lastDay < addDays(today, -current)
  const anchor = stale ? known.lastDay : null
  const wanted = period ?? { window: 'month_to_date' }
  const chosen = period !== null
  if ('from' in wanted) return { from: wanted.from, to: wanted.to, anchor, chosen }
  if (wanted.window === 'all_time' && known)
    return { from: known.firstDay, to: known.lastDay, anchor, chosen }
  const counted = anchor ? windowFrom(wanted.window, anchor, rule) : windowToday(wanted.window, today, rule)
  if (anchor && counted) return { ...counted, anchor, chosen }
  // On the first days of a month nothing may have been sold yet: then the month before is the latest with data.
  if (!chosen && known && counted && counted.from > known.lastDay)
    return { window: 'last_month', anchor, chosen }
  return { window: wanted.window, anchor, chosen }
}

/** The days a period stands for, for a label, before any answer has said so. */
export function askedDays(
  asked: Asked,
  today: Day,
  rule: CalendarRule = civilYear,
): { from: Day; to: Day } | null {
  if (asked.from && asked.to) return { from: asked.from, to: asked.to }
  return asked.window ? windowToday(asked.window, today, rule) : null
}

/** The same in a sentence: "on 9 Dec 2011", "in Dec 2011", "from 1 to 9 Dec 2011". */
export function whenWords(from: string, to: string): string {
  const words = spanWords(from, to)
  if (from === to) return `on ${words}`
  if (!/[–]/.test(words)) return `in ${words}`
  return `from ${words.replace(/ ?– ?/, ' to ')}`
}

/** The comparisons to ask for: those chosen, or the usual ones that have any data to compare with. */
export function comparisonsFor(
  view: View,
  known: Known | null,
  days: { from: Day; to: Day } | null,
): string[] {
  if (view.compare) return [...view.compare]
  if (!known || !days) return [...usualComparisons]
  const ends = { previous_period: addDays(days.from, -1), last_year: addYears(days.to, -1) }
  return usualComparisons.filter(name => ends[name] >= known.firstDay)
}
