import { minimise } from '../minimise.ts'
import { at, line } from '../numbers.ts'
import { ahead, smooth } from './smoothing.ts'

/**
 * Theta (Assimakopoulos & Nikolopoulos 2000) in the form of Hyndman & Billah (2003): simple exponential smoothing with
 * half the slope of the series' line as drift. Wants a series without seasons.
 */
export function theta(y: Float64Array, horizon: number): Float64Array {
  const fit = smooth(y, 'none')
  const { slope } = line(y)
  const level = ahead(fit, 1)
  const { alpha } = fit
  return Float64Array.from(
    { length: horizon },
    (_, h) => at(level, 0) + (slope / 2) * (h + (1 - (1 - alpha) ** y.length) / alpha),
  )
}

/**
 * The dynamic optimised theta model (Fiorucci et al. 2016, "Models for optimising the theta method and their relationship
 * to state space models", equations 13–18): the line is estimated anew at each step, and how much of it is kept is fitted
 * together with the smoothing.
 */
export function dynamicTheta(y: Float64Array, horizon: number): Float64Array {
  const n = y.length
  const points = new Float64Array(horizon)
  const run = (alpha: number, bend: number, initial: number): number => {
    let level = initial
    let average = at(y, 0)
    let intercept = at(y, 0)
    let slope = 0
    let sum = 0
    let left = 1
    for (let i = 0; i < n + horizon; i++) {
      const line = left * intercept + ((1 - left * (1 - alpha)) / alpha) * slope
      const expected = i === 0 ? level : level + (1 - 1 / bend) * line
      const value = i < n ? at(y, i) : expected
      if (i >= n) points[i - n] = expected
      else if (i >= 3) sum += (value - expected) ** 2
      level = alpha * value + (1 - alpha) * level
      left *= 1 - alpha
      const t = i + 1
      slope = i === 0 ? 0 : ((t - 2) * slope + (6 / t) * (value - average)) / (t + 1)
      average = (i * average + value) / t
      intercept = average - ((t + 1) / 2) * slope
    }
    return sum
  }
  const scale = at(y, 0) / 2
  const of = (point: Float64Array) => [at(point, 0), at(point, 1), at(point, 2) * scale] as const
  run(...of(minimise(point => run(...of(point)), [0.5, 2, 1], [0.01, 1, -2], [0.99, 10, 4], 80)))
  return points
}
