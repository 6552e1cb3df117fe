import { at, mean, type Numbers } from './numbers.ts'

/** An XmR chart (Wheeler & Chambers, "Understanding Statistical Process Control"): what a process does by itself. */
export interface ControlLimits {
  mean: number
  /** Mean of |x[t] − x[t−1]|. */
  movingRange: number
  /** Natural process limits: mean ± 2.66 × mean moving range (2.66 = 3 ÷ d₂ with d₂ = 1.128 for ranges of two). */
  low: number
  high: number
  /** Upper limit of the moving ranges: 3.268 × their mean (D₄ of ranges of two). */
  rangeHigh: number
}

export interface Signal {
  /** Index of the value; of a run, of its last. */
  index: number
  from: number
  kind: 'beyond_limits' | 'run' | 'range'
  above: boolean
}

const limitFactor = 2.66
const rangeFactor = 3.268
const runLength = 8

/** The limits of a series of at least two values; null for less. */
export function controlLimits(values: Numbers): ControlLimits | null {
  if (values.length < 2) return null
  const middle = mean(values)
  let moved = 0
  for (let t = 1; t < values.length; t++) moved += Math.abs(at(values, t) - at(values, t - 1))
  const movingRange = moved / (values.length - 1)
  return {
    mean: middle,
    movingRange,
    low: middle - limitFactor * movingRange,
    high: middle + limitFactor * movingRange,
    rangeHigh: rangeFactor * movingRange,
  }
}

/**
 * What is not the process's own noise, by limits taken from a time that was stable: a value beyond the limits, eight in a
 * row on one side of the mean, a step beyond the range's limit. A run is told once, when it is eight long.
 */
export function signals(values: Numbers, limits: ControlLimits): Signal[] {
  const found: Signal[] = []
  let side = 0
  let run = 0
  for (let t = 0; t < values.length; t++) {
    const value = at(values, t)
    if (value > limits.high || value < limits.low)
      found.push({ index: t, from: t, kind: 'beyond_limits', above: value > limits.high })
    const step = t === 0 ? 0 : value - at(values, t - 1)
    if (Math.abs(step) > limits.rangeHigh)
      found.push({ index: t, from: t - 1, kind: 'range', above: step > 0 })
    const now = Math.sign(value - limits.mean)
    run = now !== 0 && now === side ? run + 1 : now === 0 ? 0 : 1
    side = now
    if (run === runLength) found.push({ index: t, from: t - runLength + 1, kind: 'run', above: now > 0 })
  }
  return found
}
