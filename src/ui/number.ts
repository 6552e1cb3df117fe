/** How a value reads at a place on the screen. The screens ask here and nowhere else. */

export type Unit = 'money' | 'count' | 'quantity' | 'share' | 'ratio' | 'days' | 'score'

export interface Measure {
  unit: Unit
  good: 'up' | 'down' | 'none'
  currency: string | null
}

/** card: three digits that matter · table: rounded to the unit's own precision · axis: shortest · full: every digit. */
export type Place = 'card' | 'table' | 'axis' | 'full'

const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en-GB', options)
const money = (currency: string | null): Intl.NumberFormatOptions =>
  currency ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } : {}

/** Decimal text (or null: not known) as words for a place. N/A stays N/A, never 0. */
export function show(value: string | null | undefined, measure: Measure, place: Place = 'table'): string {
  if (value === null || value === undefined) return 'N/A'
  const { unit, currency } = measure
  const text = value as unknown as number
  if (unit === 'share') {
    const digits = place === 'axis' ? 0 : place === 'full' ? 4 : 1
    return format({
      style: 'percent',
      maximumFractionDigits: digits,
      minimumFractionDigits: place === 'axis' ? 0 : 1,
    })
      .format(text)
      .replace('%', ' %')
  }
  const base = unit === 'money' ? money(currency) : {}
  const size = Math.abs(Number(value))
  if (place === 'axis')
    return format({
      ...base,
      notation: 'compact',
      maximumFractionDigits: size >= 10_000 || (size >= 10 && size < 1000) ? 0 : 1,
      minimumFractionDigits: 0,
    }).format(text)
  if (place === 'card' && size >= 1_000_000)
    return format({ ...base, notation: 'compact', maximumSignificantDigits: 3 }).format(text)
  if (place === 'full') return format({ ...base, maximumFractionDigits: 8 }).format(text)
  const digits = unit === 'count' || size >= 1000 ? 0 : unit === 'quantity' && Number.isInteger(size) ? 0 : 2
  return format({ ...base, maximumFractionDigits: digits, minimumFractionDigits: digits }).format(text)
}

export interface Change {
  /** ▲ ▼ or nothing when there is no change. */
  arrow: string
  /** "12.3 %", "1.4 pp", "no change", "N/A" */
  text: string
  /** "+£12,345" */
  absolute: string
  /** bad when it moved against the metric's good direction by more than noise. */
  tone: 'good' | 'bad' | 'neutral'
}

/** The change of a value against what it is compared with. `delta` and `ratio` are decimal text as answered. */
export function change(
  against: { delta: string | null; ratio: string | null } | undefined,
  measure: Measure,
): Change {
  if (!against || against.delta === null) return { arrow: '', text: 'N/A', absolute: 'N/A', tone: 'neutral' }
  const delta = Number(against.delta)
  const sign = delta > 0 ? '+' : ''
  const share = measure.unit === 'share'
  const absolute = share
    ? `${sign}${(delta * 100).toFixed(2)} pp`
    : `${sign}${show(against.delta, measure, 'table')}`
  const ratio = against.ratio === null ? null : Number(against.ratio)
  const small = share ? Math.abs(delta) < 0.0005 : ratio !== null && Math.abs(ratio) < 0.0005
  if (delta === 0 || small) return { arrow: '', text: 'no change', absolute, tone: 'neutral' }
  const text = share
    ? `${Math.abs(delta * 100).toFixed(1)} pp`
    : ratio === null
      ? absolute.replace(/^[+-]/, '')
      : ratio >= 9.995
        ? `×${(ratio + 1).toFixed(1)}`
        : `${Math.abs(ratio * 100).toFixed(Math.abs(ratio) >= 0.995 ? 0 : 1)} %`
  const up = delta > 0
  const tone = measure.good === 'none' ? 'neutral' : up === (measure.good === 'up') ? 'good' : 'bad'
  return { arrow: up ? '▲' : '▼', text, absolute, tone }
}
