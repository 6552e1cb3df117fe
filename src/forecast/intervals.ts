import { at, quantile } from './numbers.ts'

/** Half widths, in the units of the errors given, for each horizon. */
export interface Widths {
  w80: Float64Array
  w95: Float64Array
}

/** Two-sided quantiles of Student's t, for what few independent errors leave open: 80 %, 95 %; abridged, but not from one to two, where they fall steeply. */
const student: readonly (readonly [number, number, number])[] = [
  [1, 3.078, 12.706],
  [1.25, 2.501, 8.028],
  [1.5, 2.196, 6.017],
  [1.75, 2.01, 4.949],
  [2, 1.886, 4.303],
  [3, 1.638, 3.182],
  [4, 1.533, 2.776],
  [5, 1.476, 2.571],
  [6, 1.44, 2.447],
  [8, 1.397, 2.306],
  [10, 1.372, 2.228],
  [15, 1.341, 2.131],
  [20, 1.325, 2.086],
  [30, 1.31, 2.042],
  [60, 1.296, 2.0],
]
const tail = (free: number) => student.findLast(([from]) => from <= Math.max(1, free)) ?? [0, 1.282, 1.96]

/**
 * How far to reach around a forecast, from the errors it made at each origin (rows) and horizon (columns; rows may be
 * shorter). A smooth growth c·hᵖ (0 ≤ p ≤ 1) is fitted to the errors' size over the horizons; the errors divided by it are
 * one sample, whose empirical quantiles (as in split conformal prediction: Lei et al. 2018) are averaged with those of
 * Student's t, which is wider the fewer independent origins there are, and has more of the say: all of it where there is one, for the
 * errors of a single stretch tell little of the next; a quarter of the 80 % from four on.
 * @param independent how many of the origins do not look upon the same periods (`apartOf`); all of them when absent
 */
export function widthsOf(
  errors: readonly Float64Array[],
  horizon: number,
  independent = errors.length,
): Widths {
  const size = (h: number) => {
    let sum = 0
    let count = 0
    for (const row of errors)
      if (h < row.length) {
        sum += at(row, h) ** 2
        count++
      }
    return { square: count === 0 ? 0 : sum / count, count }
  }
  const seen = Math.max(0, ...errors.map(row => row.length))
  const sizes = Array.from({ length: seen }, (_, h) => size(h))
  const growth = growthOf(sizes)
  const scale = (h: number) => (h + 1) ** growth
  const units = errors.flatMap(row => Array.from(row, (error, h) => Math.abs(error) / scale(h)))
  const root = Math.sqrt(units.reduce((sum, unit) => sum + unit * unit, 0) / Math.max(1, units.length))
  // Errors of one origin go together: it counts for about one independent error.
  const [, t80, t95] = tail(independent)
  const doubt = Math.max(0.25, 1 / Math.max(1, independent))
  const q80 = (1 - doubt) * quantile(units, 0.8) + doubt * root * t80
  const q95 = (quantile(units, 0.95) + root * t95) / 2
  return {
    w80: Float64Array.from({ length: horizon }, (_, h) => (units.length === 0 ? 0 : q80 * scale(h))),
    w95: Float64Array.from({ length: horizon }, (_, h) => (units.length === 0 ? 0 : q95 * scale(h))),
  }
}

/** How many origins would look upon the same stretch of the past without sharing a period of it: what overlaps errs together. */
export function apartOf(origins: readonly number[], ahead: number): number {
  if (origins.length < 2) return origins.length
  return 1 + (Math.max(...origins) - Math.min(...origins)) / Math.max(1, ahead)
}

/** The p of c·hᵖ by least squares on logarithms; drawn to ½, which a random walk has, as by eight more horizons. */
function growthOf(sizes: readonly { square: number; count: number }[]): number {
  const points = sizes.flatMap(({ square, count }, h) =>
    square > 0 && count > 0 ? [{ x: Math.log(h + 1), y: Math.log(square) / 2 }] : [],
  )
  if (points.length < 3) return 0.5
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length
  const y = points.reduce((sum, point) => sum + point.y, 0) / points.length
  let across = 0
  let square = 0
  for (const point of points) {
    across += (point.x - x) * (point.y - y)
    square += (point.x - x) ** 2
  }
  const prior = 2
  return Math.min(Math.max((across + prior * 0.5) / (square + prior), 0), 1)
}
