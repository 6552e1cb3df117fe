import { at, differences, lastOf, mean, type Numbers } from '../numbers.ts'
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

/** Last year's value, moved by how the last weeks stand against theirs of last year (in logarithms where it may). */
function lastYearMoved({ logged, periods, unlog }: Prepared, horizon: number): Float64Array | null {
  const period = periods.at(-1)
  if (period === undefined) return null
  const lag = Math.round(period)
  const compared = Math.min(lag, logged.length - lag, Math.max(4, Math.ceil(lag / 6)))
  let moved = 0
  for (let i = 1; i <= compared; i++)
    moved += at(logged, logged.length - i) - at(logged, logged.length - i - lag)
  return unlog(seasonalNaive(logged, lag, horizon).map(value => value + moved / compared))
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
    periods.length < 2 ? null : seasonalNaive(y, periods.at(-1) ?? 1, horizon),
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
