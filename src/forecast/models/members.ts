import {
  at,
  believed,
  differences,
  isSafelyPositive,
  lastOf,
  mean,
  type Numbers,
  variance,
} from '../numbers.ts'
import { aggregated } from './aggregated.ts'
import { autoregress, continueSeries } from './autoregression.ts'
import { intermittent } from './intermittent.ts'
import type { Prepared } from './prepare.ts'
import { seasonalSmoothing } from './seasonal-smoothing.ts'
import { ahead, smooth } from './smoothing.ts'
import { dynamicTheta, theta } from './theta.ts'

/** One way to look ahead. Null where the series is not one for it. */
export type Model = (series: Prepared, horizon: number) => Float64Array | null

const flat = (level: number, horizon: number) => new Float64Array(horizon).fill(level)

/** From a last value on, step by step. */
function cumulate(last: number, steps: Float64Array): Float64Array {
  let sum = last
  return steps.map(step => {
    sum += step
    return sum
  })
}

const last = (values: Numbers) => at(values, values.length - 1)

/** The value one whole period before. */
export function seasonalNaive(y: Numbers, period: number, horizon: number): Float64Array {
  const lag = Math.max(1, Math.round(period))
  return Float64Array.from({ length: horizon }, (_, h) => at(y, y.length - lag + (h % lag)))
}

/** An autoregression of the steps from value to value, as far back as `most`. */
function steps(values: Float64Array, most: number, horizon: number): Float64Array {
  const taken = differences(values)
  return cumulate(last(values), continueSeries(autoregress(taken, most), taken, horizon))
}

/** The longest season that a whole number of steps can follow: long ones are left to the profiles. */
const followed = (periods: readonly number[]) => periods.filter(period => period <= 60).at(-1)

function holtWinters(series: Prepared, trended: boolean, logged: boolean, horizon: number) {
  const period = series.periods[0]
  if (period === undefined || period > 60) return null
  const points = seasonalSmoothing(
    lastOf(logged ? series.logged : series.y, 520),
    Math.round(period),
    trended,
    horizon,
  )
  return logged ? series.unlog(points) : points
}

/** A whole number of steps that a season takes, the shorter season whole within it: 364 days, 52 weeks. */
export function lagOf(periods: readonly number[]): number {
  const longest = periods.at(-1) ?? 1
  const within = periods.length > 1 ? Math.round(periods[0] ?? 1) : 1
  return Math.max(1, Math.round(longest / within) * within)
}

/** Last year's value, moved by how the last weeks stand against theirs of last year (in logarithms where it may). */
function lastYearMoved({ logged, periods, positive, unlog }: Prepared, horizon: number): Float64Array | null {
  if (periods.length === 0) return null
  const lag = lagOf(periods)
  if (logged.length < lag) return null
  return unlog(moved(seasonalNaive(logged, lag, horizon), logged, logged, lag, positive))
}

/** How many of the last values are held against last year's: the sixth of a year. */
const compared = (lag: number) => Math.max(4, Math.ceil(lag / 6))

/** How far a value of a year commonly is from the same of the next beside growth, as a share of it; counts as one value. */
const usual = 0.2

/**
 * Points moved by the mean distance of the last values from what the same curve would have said of them, as far as it is more
 * than chance: a few values tell a steep growth, and nothing of a small one.
 */
function moved(
  points: Float64Array,
  y: Float64Array,
  curve: Float64Array,
  lag: number,
  logged: boolean,
): Float64Array {
  const count = Math.min(y.length - lag, compared(lag))
  if (count < 1) return points
  const apart = Float64Array.from(
    { length: count },
    (_, i) => at(y, y.length - 1 - i) - at(curve, y.length - 1 - i - lag),
  )
  const scale = logged ? 1 : mean(lastOf(y, count).map(Math.abs))
  const noise = (variance(apart) * count + (usual * scale) ** 2) / (count + 1)
  const by = believed(mean(apart), noise / count)
  return points.map(point => point + by)
}

/**
 * The curve of one year before, each value with its neighbours (¼, ½, ¼), at this year's level: what trade itself does
 * with one year of history. Neighbours are of the same weekday where there are weekdays; a coarse year (months) is left as
 * it is. Null where there is no whole year.
 */
export function lastYear(series: Float64Array, all: readonly number[], horizon: number): Float64Array | null {
  const periods = all.filter(period => period > 1.5 && Math.round(period) <= series.length)
  const lag = lagOf(periods)
  if (periods.length === 0 || lag < 4 || series.length < lag) return null
  const y = lastOf(series, 2 * lag + 2 * compared(lag))
  const positive = isSafelyPositive(y)
  const logged = positive ? y.map(Math.log) : y
  const by = periods.length > 1 ? Math.round(periods[0] ?? 1) : 1
  const curve = lag < 40 ? logged : smoothed(logged, by)
  const points = moved(seasonalNaive(curve, lag, horizon), logged, curve, lag, positive)
  return positive ? points.map(Math.exp) : points
}

function smoothed(y: Float64Array, by: number): Float64Array {
  return y.map((value, t) => {
    const before = t - by >= 0 ? at(y, t - by) : value
    const after = t + by < y.length ? at(y, t + by) : value
    return before / 4 + value / 2 + after / 4
  })
}

/**
 * The models that are tried on every series, chosen to err differently: with and without trend, on the values and on their
 * logarithms, with fixed, moving and copied seasons, near and far memory.
 */
export const members = {
  naive: ({ adjusted, season }, horizon) => season(flat(last(adjusted), horizon)),
  seasonal_naive: ({ y, periods }, horizon) =>
    periods[0] === undefined ? null : seasonalNaive(y, periods[0], horizon),
  last_year: ({ y, periods }, horizon) =>
    periods.length < 2 ? null : seasonalNaive(y, lagOf(periods), horizon),
  last_year_moved: lastYearMoved,
  drift: ({ working, unwork }, horizon) => {
    const step = mean(differences(lastOf(working, 60)))
    return unwork(cumulate(last(working), flat(step, horizon)))
  },
  level: ({ adjusted, season }, horizon) => season(ahead(smooth(adjusted, 'none'), horizon)),
  damped_trend: ({ adjusted, season }, horizon) => season(ahead(smooth(adjusted, 'damped'), horizon)),
  damped_growth: ({ working, unwork, positive }, horizon) =>
    positive ? unwork(ahead(smooth(working, 'damped'), horizon)) : null,
  theta: ({ adjusted, season }, horizon) => season(theta(adjusted, horizon)),
  dynamic_theta: ({ adjusted, season }, horizon) => season(dynamicTheta(adjusted, horizon)),
  steps: ({ adjusted, season }, horizon) => season(steps(adjusted, 20, horizon)),
  growth_steps: ({ working, unwork, positive }, horizon) =>
    positive ? unwork(steps(working, 20, horizon)) : null,
  recent_steps: ({ working, unwork }, horizon) => unwork(steps(lastOf(working, 150), 8, horizon)),
  seasonal_steps: ({ logged, periods, unlog }, horizon) =>
    unlog(steps(lastOf(logged, 520), Math.max(12, Math.ceil(followed(periods) ?? 0) + 2), horizon)),
  reverting: ({ working, unwork }, horizon) =>
    unwork(continueSeries(autoregress(working, 20), working, horizon)),
  moving_seasons: (series, horizon) => holtWinters(series, true, true, horizon),
  moving_seasons_flat: (series, horizon) => holtWinters(series, false, true, horizon),
  moving_seasons_added: (series, horizon) =>
    series.positive ? holtWinters(series, true, false, horizon) : null,
  aggregated: ({ adjusted, season }, horizon) => {
    const points = aggregated(adjusted, horizon)
    return points && season(points)
  },
  intermittent: ({ y }, horizon) => {
    const zeros = y.reduce((count, value) => count + (value === 0 ? 1 : 0), 0)
    return zeros > 0.3 * y.length ? intermittent(lastOf(y, 520), horizon) : null
  },
} satisfies Record<string, Model>

export type MemberName = keyof typeof members
