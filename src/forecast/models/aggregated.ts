import { at } from '../numbers.ts'
import { ahead, smooth } from './smoothing.ts'

/** Sums of `size` values, counted from the end, divided by `size`. */
export function blocks(y: Float64Array, size: number): Float64Array {
  const count = Math.floor(y.length / size)
  const from = y.length - count * size
  return Float64Array.from({ length: count }, (_, block) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += at(y, from + block * size + i)
    return sum / size
  })
}

const sizes = [2, 3, 4, 6]

/**
 * The mean of damped-trend forecasts of the series at several coarser grains (multiple temporal aggregation: Kourentzes,
 * Petropoulos & Trapero 2014): noise goes away in the coarse ones, and what remains is where the series is heading. Null
 * where the series is too short for any.
 */
export function aggregated(y: Float64Array, horizon: number): Float64Array | null {
  const usable = sizes.filter(size => y.length / size >= 8)
  if (usable.length === 0) return null
  const points = new Float64Array(horizon)
  for (const size of usable) {
    const coarse = ahead(smooth(blocks(y, size), 'damped'), Math.ceil(horizon / size))
    for (let h = 0; h < horizon; h++)
      points[h] = at(points, h) + at(coarse, Math.floor(h / size)) / usable.length
  }
  return points
}
