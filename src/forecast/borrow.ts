import { invalid } from '#kernel/error.ts'
import { at, mean, variance } from './numbers.ts'
import { periodStart, type Series } from './series.ts'

/** A line that a young one may be like. */
export interface Like {
  /**
   * The line's own series, of the same cadence. A `parent` ends with the same period as the young one and holds it (its
   * category, all stores); a `launch` begins with its own first period, and shows how such lines start.
   */
  series: Series
  as: 'parent' | 'launch'
  /** Share of the parent that the line is expected to be, where it has no sales yet. */
  share?: number
}

interface Quantiles {
  p2_5: number
  p10: number
  p50: number
  p90: number
  p97_5: number
}

export interface Borrowed {
  points: Quantiles[]
  /** What the borrowed shape counts beside the line's own forecast: 1 at its birth, 0 after two of its seasons. */
  weight: number
  why: string
}

/** Whether a line with so many known values is too young for a shape of its own: less than two of its longest season. */
export const wantsShape = (length: number, periods: readonly number[]): boolean =>
  length < 2 * Math.max(6, ...periods)

/** What was known of another line at the end of the young one: what came later tells what is to be forecast. */
function knownThen(other: Series, { start, cadence, values }: Series): Series {
  if (start === undefined || other.start === undefined) return other
  const end = periodStart(start, cadence, values.length)
  const later = other.values.findIndex((_, t) => periodStart(other.start as string, cadence, t) >= end)
  return later < 0 ? other : { ...other, values: other.values.slice(0, later) }
}

const asValues = (values: readonly (number | null)[]) => values.map(value => value ?? 0)

/** The young line's forecast from others': their shape, at its level. */
export function borrow(
  young: Series,
  horizon: number,
  like: readonly Like[],
  forecast: (series: Series, horizon: number) => { points: readonly Quantiles[] },
): Borrowed | undefined {
  const first = young.values.findIndex(value => value !== null && value !== 0)
  const own = first < 0 ? [] : asValues(young.values.slice(first))
  const parts = like.flatMap(given => {
    const one = { ...given, series: knownThen(given.series, young) }
    if (one.series.cadence !== young.cadence)
      throw invalid(
        `a line by ${one.series.cadence} can lend no shape to one by ${young.cadence}`,
        'give both at the same cadence',
      )
    const part = one.as === 'parent' ? fromParent(own, one, horizon, forecast) : fromLaunch(own, one, horizon)
    return part === null ? [] : [part]
  })
  if (parts.length === 0) {
    if (own.length > 0) return undefined
    throw invalid(
      'the line has no sales yet, and what it is like does not tell its level',
      'give the `share` of its parent that it is expected to be, or launches of similar lines that are long enough',
    )
  }
  const keys = ['p2_5', 'p10', 'p50', 'p90', 'p97_5'] as const
  const points = Array.from({ length: horizon }, (_, h) => {
    const point = Object.fromEntries(
      keys.map(key => [key, mean(parts.map(part => part[h]?.[key] ?? 0))]),
    ) as unknown as Quantiles
    // Launches that went differently are the doubt there is.
    const middles = parts.map(part => part[h]?.p50 ?? 0)
    const apart = parts.length > 1 ? Math.sqrt(variance(middles)) : 0
    return widened(point, apart)
  })
  const age = own.length
  const grown =
    2 * Math.max(6, { hour: 168, day: 365, week: 52, month: 12, quarter: 4, year: 1 }[young.cadence])
  return {
    points,
    weight: Math.max(0, 1 - age / grown),
    why: `The line is ${age === 0 ? 'not sold yet' : `${age} periods old`}: its shape is borrowed from ${parts.length === 1 ? 'another line' : `${parts.length} other lines`}.`,
  }
}

const widened = ({ p2_5, p10, p50, p90, p97_5 }: Quantiles, sd: number): Quantiles => ({
  p2_5: p50 - Math.hypot(p50 - p2_5, 1.96 * sd),
  p10: p50 - Math.hypot(p50 - p10, 1.28 * sd),
  p50,
  p90: p50 + Math.hypot(p90 - p50, 1.28 * sd),
  p97_5: p50 + Math.hypot(p97_5 - p50, 1.96 * sd),
})

/** The parent's forecast times the line's share of it in the periods both know; its own wobble around the share widens it. */
function fromParent(
  own: readonly number[],
  { series, share }: Like,
  horizon: number,
  forecast: (series: Series, horizon: number) => { points: readonly Quantiles[] },
): Quantiles[] | null {
  const together = asValues(series.values.slice(Math.max(0, series.values.length - own.length)))
  const mine = own.slice(own.length - together.length)
  const sold = together.reduce((sum, value) => sum + value, 0)
  const part = mine.length > 0 && sold > 0 ? mine.reduce((sum, value) => sum + value, 0) / sold : share
  if (part === undefined) return null
  const wobble = Math.sqrt(variance(mine.map((value, t) => value - part * at(together, t))))
  // Without a past of its own the share is a guess: half of it either way is as likely as not to be exceeded once in ten.
  return forecast(series, horizon).points.map(point => {
    const scaled = {
      p2_5: part * point.p2_5,
      p10: part * point.p10,
      p50: part * point.p50,
      p90: part * point.p90,
      p97_5: part * point.p97_5,
    }
    const guess = mine.length === 0 ? 0.4 * scaled.p50 : 0
    return widened(scaled, Math.hypot(wobble * Math.sqrt(1 + 1 / Math.max(1, mine.length)), guess))
  })
}

/** The launch goes on as it did at the same age, at the young line's level. */
function fromLaunch(own: readonly number[], { series }: Like, horizon: number): Quantiles[] | null {
  const first = series.values.findIndex(value => value !== null && value !== 0)
  const curve = first < 0 ? [] : asValues(series.values.slice(first))
  if (curve.length < own.length + horizon) return null
  const before = curve.slice(0, own.length).reduce((sum, value) => sum + value, 0)
  const level = before > 0 ? own.reduce((sum, value) => sum + value, 0) / before : 1
  return curve.slice(own.length, own.length + horizon).map(value => {
    const p50 = level * value
    return widened({ p2_5: p50, p10: p50, p50, p90: p50, p97_5: p50 }, 0.3 * Math.abs(p50))
  })
}
