import { addDays, type Day, weekday } from '#kernel/day.ts'
import { phaseHours } from './phasing.ts'

/** A figure by the hour: `days` rows of 24, the first of them on `start`. */
export interface Hourly {
  start: Day
  days: readonly Float64Array[]
}

/** What is expected of a whole day, from what was known before it. */
export interface DayLevel {
  p10: number
  p50: number
  p90: number
}

/** Some hours of a day beside what is usual for them. */
export interface HoursSeen {
  /** First hour, and the one after the last. */
  from: number
  to: number
  actual: number
  expected: number
  /** In standard deviations; below zero where too little came. */
  z: number
  /** `expected` in events that come one by one: of few of them nothing can be said. */
  events: number
}

/** Shares of the day that are so near to 0 or 1 say nothing of how hours scatter within it. */
const edge = 0.02

/**
 * How the hours of a day up to `end` compare with the day's level shared out by how its weekday runs: every run of at least
 * `least` hours that ends with the last whole one, the longest first. The scatter is that of the same hours on earlier days,
 * given their day's whole, and that of the level itself. Empty where nothing is expected of the day, or it is too young.
 * @param today what came in the hours of the day; only those before `end` are whole
 * @param one what a single event weighs: 1 of a count, of money an order's value. Nothing scatters less.
 */
export function runsOfHours(
  past: Hourly,
  day: Day,
  today: Float64Array,
  end: number,
  level: DayLevel,
  least: number,
  one: number,
): HoursSeen[] {
  if (!(level.p50 > 0) || end < least) return []
  const counts = past.days.flatMap((hours, n) => {
    const own = weekday(addDays(past.start, n))
    return Array.from(hours, (value, hour) => ({ weekday: own, hour, value }))
  })
  const shares = phaseHours('1', day, counts, 6).map(Number)
  return Array.from({ length: end - least + 1 }, (_, from) => from).flatMap(
    from => judged({ past, today, level, shares, one }, from, end) ?? [],
  )
}

const sumOf = (values: ArrayLike<number>, from: number, to: number) => {
  let sum = 0
  for (let n = from; n < to; n++) sum += values[n] ?? 0
  return sum
}

interface Given {
  past: Hourly
  today: Float64Array
  level: DayLevel
  shares: readonly number[]
  one: number
}

function judged({ past, today, level, shares, one }: Given, from: number, to: number): HoursSeen | null {
  const share = sumOf(shares, from, to)
  const expected = share * level.p50
  if (!(expected > 0)) return null
  const scatter = Math.max(one, scatterOf(past, share, from, to) ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(scatter)) return null
  // The day's own scatter is in its interval already: what is left of it is doubt about the level.
  const doubt = Math.max(0, ((level.p90 - level.p10) / 2.5631) ** 2 - scatter * level.p50) / level.p50 ** 2
  const unit = scatter + doubt * expected
  const actual = sumOf(today, from, to)
  return {
    from,
    to,
    actual,
    expected,
    z: countScore(actual / unit, expected / unit),
    events: expected / unit,
  }
}

/**
 * Variance of these hours for each unit expected, given their day's whole: for orders that come one by one it is 1, for
 * money what an order weighs. Null where too few days tell.
 */
function scatterOf({ days }: Hourly, share: number, from: number, to: number): number | null {
  const within = Math.min(1 - edge, Math.max(edge, share))
  const seen = days.flatMap(hours => {
    const whole = sumOf(hours, 0, 24)
    if (!(whole > 0)) return []
    return [(sumOf(hours, from, to) - within * whole) ** 2 / (within * (1 - within) * whole)]
  })
  if (seen.length < 14) return null
  return seen.reduce((sum, value) => sum + value, 0) / seen.length
}

/**
 * How strange a count is where so many are expected, in standard deviations of the normal distribution; below zero where it
 * is too few. The tails of Poisson's distribution by those of the gamma, through the cube root (Wilson & Hilferty 1931).
 */
export function countScore(actual: number, expected: number): number {
  const root = (shape: number) => {
    const spread = 1 / (9 * shape)
    return (Math.cbrt(expected / shape) - (1 - spread)) / Math.sqrt(spread)
  }
  const few = -root(Math.max(0, actual) + 1)
  if (few < 0) return few
  return actual > 0 ? Math.max(0, -root(actual)) : 0
}
