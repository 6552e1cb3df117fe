import { minimise } from '../minimise.ts'
import { at, mean } from '../numbers.ts'

/**
 * Demand that is mostly nothing: the chance of any and its size are smoothed apart, and the chance fades while nothing is
 * sold (Teunter, Syntetos & Babai 2011). Flat ahead.
 */
export function intermittent(y: Float64Array, horizon: number): Float64Array {
  const sizes = y.filter(value => value !== 0)
  if (sizes.length === 0) return new Float64Array(horizon)
  const run = (point: Float64Array): { cost: number; next: number } => {
    let chance = sizes.length / y.length
    let size = mean(sizes.subarray(0, 5))
    let cost = 0
    for (let t = 0; t < y.length; t++) {
      const value = at(y, t)
      cost += (value - chance * size) ** 2
      chance += at(point, 0) * ((value === 0 ? 0 : 1) - chance)
      if (value !== 0) size += at(point, 1) * (value - size)
    }
    return { cost, next: chance * size }
  }
  const best = minimise(point => run(point).cost, [0.1, 0.1], [0.01, 0.01], [0.5, 0.5], 40)
  return new Float64Array(horizon).fill(run(best).next)
}
