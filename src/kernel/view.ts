/**
 * What the top bar holds and every screen shares: period, comparisons, stores, currency. It lives in the URL and
 * nowhere else, as short readable text, so that Back, a bookmark and a pasted link all show the same.
 */

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
      : /^[a-z0-9_]+$/.test(search.period)
        ? { window: search.period }
        : null
  return {
    period,
    compare: search.compare === undefined ? null : search.compare === 'none' ? [] : list(search.compare),
    stores: list(search.store ?? ''),
    currency: /^[A-Z]{3}$/.test(search.currency ?? '') ? (search.currency as string) : null,
  }
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

export const comparisonLabels: Readonly<Record<string, { label: string; short: string; about: string }>> = {
  previous_period: {
    label: 'Period before',
    short: 'vs before',
    about: 'The same number of days, just before; month to date against last month to the same day',
  },
  last_year: {
    label: 'Last year, same dates',
    short: 'vs last year',
    about: 'The same dates a year earlier',
  },
  last_year_weekday: {
    label: 'Last year, same weekdays',
    short: 'vs LY weekday',
    about: '364 days earlier, so that Mondays meet Mondays',
  },
  last_year_event: {
    label: 'Last year, same events',
    short: 'vs LY event',
    about: 'Days aligned by events: Black Friday with Black Friday, Easter with Easter',
  },
  last_year_restated: {
    label: 'Last year, restated week',
    short: 'vs LY restated',
    about: 'The retail week restated for a 53-week year',
  },
  last_year_unrestated: {
    label: 'Last year, same week number',
    short: 'vs LY week',
    about: 'The retail week with the same number, not restated',
  },
}

/** What a comparison is called; a target is called by its name. */
export const comparisonName = (comparison: string): { label: string; short: string; about: string } =>
  comparisonLabels[comparison] ??
  (comparison.startsWith('target:')
    ? {
        label: `Target: ${comparison.slice(7)}`,
        short: `vs ${comparison.slice(7)}`,
        about: 'A target saved in Settings, phased by day',
      }
    : { label: comparison, short: `vs ${comparison}`, about: '' })

/* Days are ISO text; arithmetic is in UTC so that no clock change moves a day. */
const parts = (iso: string) => iso.split('-').map(Number) as [number, number, number]
const iso = (year: number, month: number, date: number) =>
  new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10)

export const addDays = (from: string, count: number): string => {
  const [y, m, d] = parts(from)
  return iso(y, m, d + count)
}

/** Days from one to the other, both counted. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1

/**
 * The window counted back from a given day instead of today: what "last 28 days" means for a shop whose data end earlier.
 * Weeks start on Monday.
 */
export function windowFrom(window: string, anchor: string): { from: string; to: string } | null {
  const [y, m] = parts(anchor)
  const quarter = Math.floor((m - 1) / 3) * 3 + 1
  const monday = addDays(anchor, -((new Date(anchor).getUTCDay() + 6) % 7))
  const back = /^last_(\d+)_days$/.exec(window)
  if (back) return { from: addDays(anchor, 1 - Number(back[1])), to: anchor }
  switch (window) {
    case 'today':
      return { from: anchor, to: anchor }
    case 'yesterday':
      return { from: addDays(anchor, -1), to: addDays(anchor, -1) }
    case 'week_to_date':
      return { from: monday, to: anchor }
    case 'month_to_date':
      return { from: iso(y, m, 1), to: anchor }
    case 'quarter_to_date':
      return { from: iso(y, quarter, 1), to: anchor }
    case 'year_to_date':
      return { from: iso(y, 1, 1), to: anchor }
    case 'last_week':
      return { from: addDays(monday, -7), to: addDays(monday, -1) }
    case 'last_month':
      return { from: iso(y, m - 1, 1), to: iso(y, m, 0) }
    case 'last_quarter':
      return { from: iso(y, quarter - 3, 1), to: iso(y, quarter, 0) }
    case 'last_year':
      return { from: iso(y - 1, 1, 1), to: iso(y - 1, 12, 31) }
    default:
      return null
  }
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** "1–9 Dec 2011", "28 Nov – 9 Dec 2011", "Dec 2011" for a whole month, "2011" for a whole year. */
export function spanWords(from: string, to: string): string {
  const [y1, m1, d1] = parts(from)
  const [y2, m2, d2] = parts(to)
  const month = (m: number) => months[m - 1] ?? ''
  const ends = addDays(to, 1).endsWith('-01')
  if (from === to) return `${d1} ${month(m1)} ${y1}`
  if (y1 === y2 && m1 === 1 && d1 === 1 && m2 === 12 && d2 === 31) return `${y1}`
  if (y1 === y2 && m1 === m2 && d1 === 1 && ends) return `${month(m1)} ${y1}`
  if (y1 === y2 && m1 === m2) return `${d1}–${d2} ${month(m1)} ${y1}`
  if (d1 === 1 && ends) return `${month(m1)}${y1 === y2 ? '' : ` ${y1}`} – ${month(m2)} ${y2}`
  return `${d1} ${month(m1)}${y1 === y2 ? '' : ` ${y1}`} – ${d2} ${month(m2)} ${y2}`
}

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
export function askedPeriod(period: Span | null, known: Known | null, today: string): Asked {
  const stale = known !== null && known.lastDay < addDays(today, -current)
  const anchor = stale ? known.lastDay : null
  const wanted = period ?? { window: 'month_to_date' }
  const chosen = period !== null
  if ('from' in wanted) return { from: wanted.from, to: wanted.to, anchor, chosen }
  if (wanted.window === 'all_time' && known)
    return { from: known.firstDay, to: known.lastDay, anchor, chosen }
  const counted = windowFrom(wanted.window, anchor ?? today)
  if (anchor && counted) return { ...counted, anchor, chosen }
  // On the first days of a month nothing may have been sold yet: then the month before is the latest with data.
  if (!chosen && known && counted && counted.from > known.lastDay)
    return { window: 'last_month', anchor, chosen }
  return { window: wanted.window, anchor, chosen }
}

/** The days a period stands for, for a label, before any answer has said so. */
export function askedDays(asked: Asked, today: string): { from: string; to: string } | null {
  if (asked.from && asked.to) return { from: asked.from, to: asked.to }
  return asked.window ? windowFrom(asked.window, today) : null
}

/** The same in a sentence: "on 9 Dec 2011", "in Dec 2011", "from 1 to 9 Dec 2011". */
export function whenWords(from: string, to: string): string {
  const words = spanWords(from, to)
  if (from === to) return `on ${words}`
  if (!/[–]/.test(words)) return `in ${words}`
  return `from ${words.replace(/ ?– ?/, ' to ')}`
}
