import { at, sorted } from './numbers.ts'

/** What each model said at one origin of the backtest, and what came. */
export interface Trial<Name extends string = string> {
  /** How many values were known. */
  origin: number
  actual: Float64Array
  said: ReadonlyMap<Name, Float64Array>
}

/** How sharply a model that erred less is preferred: weights go with error⁻³. Among 2 … 4 it makes little difference. */
const sharpness = 3
/** What a trial counts beside the one after it: the recent past says more of what comes. */
const fading = 0.85
/** A model begins with as much doubt as one trial of average error would leave. */
const doubt = 1

/**
 * Weights of the models, by their mean absolute errors in the trials (latest first). Each trial's errors are taken
 * relative to their mean over the models, so that a wild time does not outweigh the others; a model that could not be
 * tried counts as average. They sum to 1.
 */
export function weigh<Name extends string>(
  names: readonly Name[],
  trials: readonly Trial<Name>[],
): Map<Name, number> {
  const errors = new Map(names.map(name => [name, doubt]))
  let counted = doubt
  let importance = 1
  for (const { actual, said } of trials) {
    const own = new Map<Name, number>()
    for (const name of names) {
      const points = said.get(name)
      if (points === undefined) continue
      let sum = 0
      for (let h = 0; h < actual.length; h++) sum += Math.abs(at(points, h) - at(actual, h))
      own.set(name, sum)
    }
    const average = [...own.values()].reduce((sum, value) => sum + value, 0) / Math.max(1, own.size)
    if (average > 0) {
      for (const name of names) {
        const error = own.get(name)
        const relative = error === undefined ? 1 : Math.min(error / average, 10)
        errors.set(name, (errors.get(name) ?? 0) + importance * relative)
      }
      counted += importance
    }
    importance *= fading
  }
  const weights = new Map(names.map(name => [name, ((errors.get(name) ?? 1) / counted + 1e-3) ** -sharpness]))
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const [name, weight] of weights) weights.set(name, weight / total)
  return weights
}

/** One quartile range beyond the quartiles of what the models say. */
function fenceOf(said: readonly number[]): { low: number; high: number } {
  const order = sorted(said)
  const low = at(order, Math.floor(order.length / 4))
  const high = at(order, Math.ceil((order.length * 3) / 4) - 1)
  return { low: low - (high - low), high: high + (high - low) }
}

/** The weighted mean at each horizon, after those who stand alone are brought to the fence. */
export function combine<Name extends string>(
  weights: ReadonlyMap<Name, number>,
  said: ReadonlyMap<Name, Float64Array>,
  horizon: number,
): Float64Array {
  const voices = [...weights].flatMap(([name, weight]) => {
    const points = said.get(name)
    return points === undefined ? [] : [{ points, weight }]
  })
  const total = voices.reduce((sum, voice) => sum + voice.weight, 0)
  const combined = new Float64Array(horizon)
  for (let h = 0; h < horizon; h++) {
    const { low, high } = fenceOf(voices.map(voice => at(voice.points, h)))
    let sum = 0
    for (const { points, weight } of voices) sum += weight * Math.min(Math.max(at(points, h), low), high)
    combined[h] = sum / total
  }
  return combined
}

/** Points copied from the past, brought to the fence: a day that stood alone is not copied again and again. */
export function fenced(points: Float64Array, said: ReadonlyMap<string, Float64Array>): Float64Array {
  const voices = [...said.values()]
  // Quartiles of fewer say nothing of who stands alone.
  if (voices.length < 4) return points
  return points.map((point, h) => {
    const { low, high } = fenceOf(voices.map(voice => at(voice, h)))
    return Math.min(Math.max(point, low), high)
  })
}
