import { at, mean, variance } from '../numbers.ts'

export interface Autoregression {
  mean: number
  coefficients: Float64Array
  /** Variance of what the past does not explain. */
  noise: number
}

/**
 * An autoregression whose order (0 … `most`) has the least corrected AIC (Hurvich & Tsai 1989), by Burg's method (1967):
 * stationary whatever the data, so that its forecasts return to the mean and never explode.
 */
export function autoregress(values: Float64Array, most: number): Autoregression {
  const n = values.length
  const middle = mean(values)
  const top = Math.max(0, Math.min(most, Math.floor(n / 3)))
  const forward = values.map(value => value - middle)
  const backward = forward.slice()
  let noise = variance(values)
  let coefficients = new Float64Array(0)
  const cost = (power: number, order: number) =>
    n * Math.log(power + 1e-300) + (2 * (order + 2) * n) / Math.max(1, n - order - 3)
  let best: Autoregression = { mean: middle, coefficients, noise }
  let least = cost(noise, 0)
  if (noise <= 1e-12 * (middle * middle + 1e-300)) return best
  for (let order = 1; order <= top; order++) {
    let across = 0
    let power = 0
    for (let t = order; t < n; t++) {
      across += at(forward, t) * at(backward, t - 1)
      power += at(forward, t) ** 2 + at(backward, t - 1) ** 2
    }
    if (power <= 0) break
    const reflection = (2 * across) / power
    const next = new Float64Array(order)
    for (let i = 0; i < order - 1; i++)
      next[i] = at(coefficients, i) - reflection * at(coefficients, order - 2 - i)
    next[order - 1] = reflection
    coefficients = next
    for (let t = n - 1; t >= order; t--) {
      const f = at(forward, t)
      const b = at(backward, t - 1)
      forward[t] = f - reflection * b
      backward[t] = b - reflection * f
    }
    noise *= 1 - reflection * reflection
    const value = cost(noise, order)
    if (value < least) {
      least = value
      best = { mean: middle, coefficients, noise }
    }
  }
  return best
}

/** The points ahead of the values the autoregression was fitted to. */
export function continueSeries(fit: Autoregression, values: Float64Array, horizon: number): Float64Array {
  const order = fit.coefficients.length
  const known = Float64Array.from(
    { length: order },
    (_, i) => at(values, values.length - order + i) - fit.mean,
  )
  const path = new Float64Array(order + horizon)
  path.set(known)
  for (let h = 0; h < horizon; h++) {
    let next = 0
    for (let i = 0; i < order; i++) next += at(fit.coefficients, i) * at(path, order + h - 1 - i)
    path[order + h] = next
  }
  return path.subarray(order).map(value => value + fit.mean)
}
