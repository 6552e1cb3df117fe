import { type Measure, notKnown, percent, show, showSigned, usualLocale } from './format.ts'

/** A value against what it is compared with, as the metric language answers it: decimal text, null for N/A. */
export interface Against {
  delta: string | null
  /** delta ÷ |base|; null where the base is 0 or N/A. */
  ratio: string | null
  /** The base, where it is told: what was a loss is no times as much. */
  value?: string | null
}

export interface Change {
  /** ▲ ▼ or nothing when there is no change. */
  arrow: '▲' | '▼' | ''
  /** "12.3 %", "1.4 pp", "×13.6", "no change", "N/A": without a sign, the arrow says which way. */
  text: string
  /** "+£12,345", "−0.40 pp" */
  absolute: string
  /** bad when it moved against the metric's good direction by more than noise. */
  tone: 'good' | 'bad' | 'neutral'
}

export interface ChangeOptions {
  /** Changes smaller than this fraction (of the base; of one for shares) are no change. 0.0005 when absent: what rounds to 0.0 %. */
  neutral?: number
  /** Shares in percentage points or in basis points (hundredths of a point). */
  points?: 'pp' | 'bps'
  locale?: string
}

const pointsOf = (delta: number, unit: 'pp' | 'bps', digits: number) =>
  unit === 'bps'
    ? `${Math.round(delta * 10_000).toLocaleString(usualLocale)} bps`
    : percent(delta, digits).replace('%', 'pp')

/** A share of the base in words; what grew tenfold or more is told in times, for "1,259 %" says nothing. */
const ratioWords = (of: number) =>
  of >= 9.995
    ? `×${show((of + 1).toFixed(of < 99 ? 1 : 0), { unit: 'quantity', currency: null }, 'full')}`
    : percent(Math.abs(of), Math.abs(of) >= 0.9995 ? 0 : 1)

/** A change in words, with its direction and whether it is good. Shares change in points, all else in percent of the base. */
export function change(
  moved: Against | undefined,
  measure: Measure,
  { neutral = 0.0005, points = 'pp', locale = usualLocale }: ChangeOptions = {},
): Change {
  if (!moved || moved.delta === null)
    return { arrow: '', text: notKnown, absolute: notKnown, tone: 'neutral' }
  const delta = Number(moved.delta)
  const of = moved.ratio === null ? null : Number(moved.ratio)
  const share = measure.unit === 'share'
  const sign = delta > 0 ? '+' : delta < 0 ? '−' : ''
  const absolute = share
    ? `${sign}${pointsOf(Math.abs(delta), points, 2)}`
    : showSigned(moved.delta, measure, 'table', locale)
  const size = share ? Math.abs(delta) : of === null ? null : Math.abs(of)
  if (delta === 0 || (size !== null && size < neutral))
    return { arrow: '', text: 'no change', absolute, tone: 'neutral' }
  // No profit is so many times a loss, nor a percentage of a small one: it is told in its unit, as from nothing.
  const ofNothing = of === null || (Math.abs(of) >= 9.995 && Number(moved.value ?? 0) < 0)
  const text = share
    ? pointsOf(Math.abs(delta), points, 1)
    : ofNothing
      ? show(moved.delta, measure, 'table', locale).replace('−', '')
      : ratioWords(of)
  const up = delta > 0
  const tone = measure.good === 'none' ? 'neutral' : up === (measure.good === 'up') ? 'good' : 'bad'
  return { arrow: up ? '▲' : '▼', text, absolute, tone }
}
