import { minimise } from '../minimise.ts'
import { at, line } from '../numbers.ts'

/** The seasons one whole period begins with: mean of each place against the line through whole periods, at most four. */
function firstSeasons(
  y: Float64Array,
  period: number,
): { level: number; slope: number; seasons: Float64Array } {
  const whole = Math.min(4, Math.floor(y.length / period))
  const { start, slope } = line(y.subarray(0, whole * period))
  // The seasons tilt the line of few periods; the same place one period on does not move with them.
  let drift = 0
  for (let t = period; t < whole * period; t++) drift += (at(y, t) - at(y, t - period)) / period
  const tilt = whole > 1 ? drift / ((whole - 1) * period) : 0
  const middle = (whole * period - 1) / 2
  const level = start + slope * middle - tilt * middle
  const seasons = new Float64Array(period)
  for (let t = 0; t < whole * period; t++)
    seasons[t % period] = at(seasons, t % period) + (at(y, t) - level - tilt * t) / whole
  return { level, slope: tilt, seasons }
}

/**
 * Exponential smoothing of level, trend and seasons that move with time (Holt & Winters; Hyndman et al. 2008, models ANA
 * and AAdA): for seasons that change from year to year. `period` is whole, and `y` holds at least two of it.
 */
export function seasonalSmoothing(
  y: Float64Array,
  period: number,
  trended: boolean,
  horizon: number,
): Float64Array {
  const begin = firstSeasons(y, period)
  const points = new Float64Array(horizon)
  const seasons = new Float64Array(period)
  const run = (point: Float64Array): number => {
    const alpha = at(point, 0)
    const gamma = at(point, 1) * (1 - alpha)
    const beta = trended ? at(point, 2) * alpha : 0
    const phi = trended ? at(point, 3) : 1
    seasons.set(begin.seasons)
    let level = begin.level
    let trend = trended ? begin.slope : 0
    let sum = 0
    let place = 0
    for (let t = 0; t < y.length; t++) {
      const expected = level + phi * trend
      const error = at(y, t) - expected - at(seasons, place)
      sum += error * error
      level = expected + alpha * error
      trend = phi * trend + beta * error
      seasons[place] = at(seasons, place) + gamma * error
      place = place + 1 === period ? 0 : place + 1
    }
    let gone = 0
    let factor = 1
    for (let h = 0; h < horizon; h++) {
      factor *= phi
      gone += factor
      points[h] = level + gone * trend + at(seasons, place)
      place = place + 1 === period ? 0 : place + 1
    }
    return sum
  }
  const size = trended ? 4 : 2
  const best = minimise(
    run,
    [0.3, 0.1, 0.1, 0.95].slice(0, size),
    [0.01, 0.0001, 0.0001, 0.8].slice(0, size),
    [0.99, 0.9, 0.5, 0.98].slice(0, size),
    20 * size,
  )
  run(best)
  return points
}
