import { minimise } from '../minimise.ts'
import { at, line, mean } from '../numbers.ts'

/**
 * Exponential smoothing of level and trend, additive (Hyndman et al. 2008, "Forecasting with Exponential Smoothing",
 * models ANN, AAN and AAdN in their recursive form).
 */
export interface Smoothing {
  alpha: number
  /** Share of the level's change that goes into the trend. */
  beta: number
  /** 1: the trend goes on for ever; below 1 it fades. */
  phi: number
  level: number
  trend: number
  /** One-step-ahead errors of the fit. */
  errors: Float64Array
}

export type Trend = 'none' | 'lasting' | 'damped'

interface Start {
  level: number
  trend: number
}

/** Runs the recursion; gives the sum of squared one-step errors, and leaves the last state in `state`. */
function run(
  y: Float64Array,
  alpha: number,
  beta: number,
  phi: number,
  start: Start,
  state: Start,
  errors?: Float64Array,
): number {
  let { level, trend } = start
  let sum = 0
  for (let i = 0; i < y.length; i++) {
    const expected = level + phi * trend
    const error = at(y, i) - expected
    sum += error * error
    if (errors) errors[i] = error
    level = expected + alpha * error
    trend = phi * trend + alpha * beta * error
  }
  state.level = level
  state.trend = trend
  return sum
}

/** The first values tell where to start: their line where there is a trend, their mean where there is none. */
function startOf(y: Float64Array, trend: Trend): Start {
  const first = y.subarray(0, Math.min(y.length, 10))
  if (trend === 'none') return { level: mean(y.subarray(0, Math.min(y.length, 4))), trend: 0 }
  const { start, slope } = line(first)
  return { level: start - slope, trend: slope }
}

/** Fits by least squares of one-step errors. `warm` are the parameters of an earlier fit to begin from. */
export function smooth(y: Float64Array, trend: Trend, warm?: Smoothing): Smoothing {
  const start = startOf(y, trend)
  const state = { level: 0, trend: 0 }
  const of = (point: Float64Array): [number, number, number] =>
    trend === 'none'
      ? [at(point, 0), 0, 1]
      : [at(point, 0), at(point, 1), trend === 'damped' ? at(point, 2) : 1]
  const cost = (point: Float64Array) => run(y, ...of(point), start, state)
  const begin = warm ? [warm.alpha, warm.beta, warm.phi] : [0.5, 0.1, 0.95]
  const size = trend === 'none' ? 1 : trend === 'lasting' ? 2 : 3
  const point = minimise(
    cost,
    begin.slice(0, size),
    [0.01, 0.0001, 0.8].slice(0, size),
    [0.999, 0.9, 0.98].slice(0, size),
    (warm ? 14 : 22) * size,
  )
  const errors = new Float64Array(y.length)
  run(y, ...of(point), start, state, errors)
  const [alpha, beta, phi] = of(point)
  return { alpha, beta, phi, level: state.level, trend: state.trend, errors }
}

/** The points ahead of a fit. */
export function ahead({ level, trend, phi }: Smoothing, horizon: number): Float64Array {
  const points = new Float64Array(horizon)
  let gone = 0
  let factor = 1
  for (let h = 0; h < horizon; h++) {
    factor *= phi
    gone += factor
    points[h] = level + gone * trend
  }
  return points
}
