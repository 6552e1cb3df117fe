import { at, isSafelyPositive, lastOf } from '../numbers.ts'
import { type Profile, profilesOf, seasonsOver } from '../seasons.ts'

/** A series made ready for the models, once for all of them. */
export interface Prepared {
  /** The series as it is, recent part. */
  y: Float64Array
  /** `y` as logarithms where `positive`, else `y`. */
  logged: Float64Array
  /** Seasonal periods in steps, shortest first, whole or not; only those the series is long enough for. */
  periods: readonly number[]
  /** Whether the series is safely positive, so that it may be taken as logarithms and its seasons multiply. */
  positive: boolean
  /** The recent series without its seasons, in its own units. */
  adjusted: Float64Array
  /** The same as logarithms where `positive`, else `adjusted`. */
  working: Float64Array
  /** Gives points ahead of `adjusted` their seasons back. */
  season(points: Float64Array): Float64Array
  /** Gives points ahead of `working` their seasons and their units back. */
  unwork(points: Float64Array): Float64Array
  /** Gives points ahead of `logged` their units back. */
  unlog(points: Float64Array): Float64Array
}

/** How many of the last values the models look at: older ones say little of what comes, and cost time. */
const longest = 520
/** And how many periods of the longest season the profiles look at. */
const seasonsSeen = 4

/** Whether a period can be estimated from so many values: it takes two of it. */
export const isUsable = (period: number, length: number): boolean =>
  period > 1.5 && length >= 2 * period - 0.5

/** The recent part of a series with the profiles of its seasons, before it is said how much of them to take. */
export interface Seen {
  y: Float64Array
  logged: Float64Array
  periods: readonly number[]
  positive: boolean
  profiles: readonly Profile[]
}

/** Estimates the profiles of a series. `single`: one may come of a single season, where there are not yet two. */
export function see(series: Float64Array, periods: readonly number[], single = false): Seen {
  const usable = periods.filter(period => isUsable(period, series.length))
  const y = lastOf(series, Math.max(longest, Math.ceil(Math.max(0, ...usable) * seasonsSeen)))
  const positive = isSafelyPositive(y)
  const logged = positive ? y.map(Math.log) : y
  const seen = single ? periods.filter(period => period > 1.5 && series.length >= Math.round(period)) : usable
  return { y, logged, periods: usable, positive, profiles: profilesOf(logged, seen) }
}

/** Takes the seasons off. `trust` says for each period how much of its profile to take. */
export function prepare(
  { y, logged, periods, positive, profiles: whole }: Seen,
  trust: (period: number) => number = () => 1,
): Prepared {
  const profiles = whole.map(profile => {
    const share = trust(profile.period)
    if (share === 1) return profile
    const harmonics = profile.harmonics.map(({ order, cosine, sine }) => ({
      order,
      cosine: cosine * share,
      sine: sine * share,
    }))
    return { period: profile.period, harmonics }
  })
  const seasons = seasonsOver(profiles, 0, y.length)
  const working = lastOf(
    logged.map((value, t) => value - at(seasons, t)),
    longest,
  )
  const next = (points: Float64Array) => seasonsOver(profiles, y.length, points.length)
  return {
    y,
    logged,
    periods,
    positive,
    adjusted: positive ? working.map(Math.exp) : working,
    working,
    season: points => {
      const season = next(points)
      return points.map((value, h) => (positive ? value * Math.exp(at(season, h)) : value + at(season, h)))
    },
    unwork: points => {
      const season = next(points)
      return points.map((value, h) => (positive ? Math.exp(value + at(season, h)) : value + at(season, h)))
    },
    unlog: points => (positive ? points.map(Math.exp) : points),
  }
}
