import type { Day } from './day.ts'
import { minorUnits } from './money-units.ts'

/** How a value reads at a place. Screens, mails and exports ask here and nowhere else. */

export type Unit = 'money' | 'count' | 'quantity' | 'share' | 'ratio' | 'days' | 'score'

export interface Measure {
  unit: Unit
  good: 'up' | 'down' | 'none'
  currency: string | null
}

/**
 * card: three digits that matter from a million · table: rounded to the unit's own precision · axis: shortest ·
 * whole: as in a table, without pennies · tooltip: to the penny · full: every digit · exact: the decimal text itself, for
 * copying and files.
 */
export type Place = 'card' | 'table' | 'whole' | 'axis' | 'tooltip' | 'full' | 'exact'

/** What is not known: never 0. */
export const notKnown = 'N/A'
/** The language and habits of numbers where nobody chose. */
export const usualLocale = 'en-GB'

const formats = new Map<string, Intl.NumberFormat>()

/** Making a format takes far longer than using one, so each is made once. */
function format(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  let made = formats.get(key)
  if (!made) {
    made = new Intl.NumberFormat(locale, { signDisplay: 'negative', ...options })
    formats.set(key, made)
  }
  return made
}

/** One minus sign everywhere, as wide as a digit; a rounded nothing has none. */
const say = (value: string, locale: string, options: Intl.NumberFormatOptions): string =>
  format(locale, options)
    .format(value as Intl.StringNumericLiteral)
    .replace('-', '−')

const fixed = (digits: number) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits })

function share(value: string, place: Place, locale: string): string {
  const digits = { card: 1, table: 1, whole: 1, axis: 0, tooltip: 2, full: 4, exact: 4 }[place]
  const least = place === 'axis' ? 0 : place === 'tooltip' ? 2 : 1
  return say(value, locale, {
    style: 'percent',
    minimumFractionDigits: least,
    maximumFractionDigits: digits,
  }).replace(/\s*%/, ' %')
}

/** A share that was worked out here rather than told as decimal text: "10,100 %", "−3.2 %"; always so many decimals. */
export const percent = (of: number, digits = 1, locale = usualLocale): string =>
  say(String(of), locale, { style: 'percent', ...fixed(digits) }).replace(/\s*%/, ' %')

/** A chance in whole per cent; what is not over yet is never certain: "22 %", "over 99 %". */
export const chanceWords = (probability: number): string =>
  probability > 0.99 ? 'over 99 %' : probability < 0.01 ? 'under 1 %' : percent(probability, 0)

/** Decimal text (or null: not known) as words for a place. Shares are fractions of one: 0.031 is 3.1 %. */
export function show(
  value: string | null | undefined,
  measure: Pick<Measure, 'unit' | 'currency'>,
  place: Place = 'table',
  locale = usualLocale,
): string {
  if (value === null || value === undefined) return notKnown
  if (place === 'exact') return value
  const { unit } = measure
  if (unit === 'share') return share(value, place, locale)
  const currency = unit === 'money' ? measure.currency : null
  const base: Intl.NumberFormatOptions = currency
    ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }
    : {}
  const size = Math.abs(Number(value))
  if (place === 'axis') {
    // 950, 1.5k, 12k, 1.2m: a decimal only below ten of the unit, or neighbouring ticks would read the same.
    const scaled = size < 1000 ? size : size / 1000 ** Math.floor(Math.log10(size) / 3)
    return say(value, locale, {
      ...base,
      notation: 'compact',
      minimumFractionDigits: 0,
      maximumFractionDigits: scaled >= 9.95 ? 0 : 1,
    })
  }
  // A column's heading says what its figures are; a tile and a tip have only the figure.
  if (unit === 'days' && (place === 'card' || place === 'tooltip')) {
    const said = say(value, locale, { maximumFractionDigits: 1 })
    return `${said} ${said === '1' || said === '−1' ? 'day' : 'days'}`
  }
  if (place === 'card' && size >= 1_000_000)
    return say(value, locale, {
      ...base,
      notation: 'compact',
      // Always three, so that £2.10m stands beside £2.06m.
      minimumSignificantDigits: 3,
      maximumSignificantDigits: 3,
    })
  if (place === 'full') return say(value, locale, { ...base, maximumFractionDigits: 8 })
  const whole =
    unit === 'count' ||
    (unit === 'quantity' && Number.isInteger(size)) ||
    (unit === 'money' && place === 'whole')
  if (whole || (size >= 1000 && place !== 'tooltip')) return say(value, locale, { ...base, ...fixed(0) })
  // A hundredth is most of a small ratio: 0.026 orders a session, not 0.03.
  const digits = currency ? minorUnits(currency) : unit === 'ratio' && size < 0.1 && size > 0 ? 3 : 2
  return say(value, locale, { ...base, ...fixed(digits) })
}

/**
 * The place of figures that stand under one another: where any money among them reaches thousands none has pennies, or
 * £926.26 would read longer than £4,229.
 */
export const placeOf = (
  values: readonly (string | null | undefined)[],
  { unit }: Pick<Measure, 'unit'>,
): 'table' | 'whole' =>
  unit === 'money' && values.some(value => value != null && Math.abs(Number(value)) >= 1000)
    ? 'whole'
    : 'table'

/**
 * The place of an axis that spans these values: as short as can be with no two ticks reading the same. Between £146 and
 * £148 they stand at £146.50, between 3.84 % and 3.98 % at 3.87 %.
 */
export function tickPlace(
  values: readonly number[],
  measure: Pick<Measure, 'unit' | 'currency'>,
): 'axis' | 'table' | 'tooltip' {
  const low = Math.min(...values)
  // As far apart as the axis sets them: a round number near a quarter of the whole.
  const quarter = (Math.max(...values) - low) / 4
  if (!(quarter > 0)) return 'axis'
  const ten = 10 ** Math.floor(Math.log10(quarter))
  const step = ten * ([1, 2, 3, 5].find(n => quarter < ten * n * 1.5) ?? 10)
  const first = Math.floor(low / step)
  const apart = (place: Place) => {
    const said = [0, 1, 2, 3, 4, 5, 6].map(n => show(String((first + n) * step), measure, place))
    return new Set(said).size === said.length
  }
  return apart('axis') ? 'axis' : apart('table') ? 'table' : 'tooltip'
}

/** With its sign, for changes: "+£12,345", "−3". */
export function showSigned(
  value: string | null | undefined,
  measure: Pick<Measure, 'unit' | 'currency'>,
  place: Place = 'table',
  locale = usualLocale,
): string {
  const text = show(value, measure, place, locale)
  return value !== null && value !== undefined && Number(value) > 0 ? `+${text}` : text
}

const dayStyles = {
  axis: { day: 'numeric', month: 'short' },
  card: { day: 'numeric', month: 'short' },
  table: { day: 'numeric', month: 'short', year: 'numeric' },
  whole: { day: 'numeric', month: 'short', year: 'numeric' },
  tooltip: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  full: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
} as const satisfies Record<Exclude<Place, 'exact'>, Intl.DateTimeFormatOptions>

const dayFormats = new Map<string, Intl.DateTimeFormat>()

/** A day in words: "5 Dec", "5 Dec 2010", "Sun, 5 Dec 2010", "Sunday, 5 December 2010"; exact is the day itself. */
export function showDay(day: Day | null | undefined, place: Place = 'table', locale = usualLocale): string {
  if (!day) return notKnown
  if (place === 'exact') return day
  const key = `${locale} ${place}`
  let made = dayFormats.get(key)
  if (!made) {
    // Days have no clock: they are read and written in the same zone, so that none moves.
    made = new Intl.DateTimeFormat(locale, { ...dayStyles[place], timeZone: 'UTC' })
    dayFormats.set(key, made)
  }
  return made.format(Date.parse(`${day}T00:00:00Z`))
}

/** A sentence or a name as it stands within a sentence: "Last year" becomes "last year". Not for names people gave. */
export const inSentence = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
