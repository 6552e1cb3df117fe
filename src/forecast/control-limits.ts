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

/** Limits of what a series is judged by: its values as they are, or each ÷ the one a year before it. */
export interface JudgedLimits {
  basis: 'values' | 'year_before'
  /** What is judged, one for each value. */
  judged: Float64Array
  /** How many of them, the first, the limits are taken from. */
  learn: number
  limits: ControlLimits
  /** The values that would have stood at the mean and at the limits. */
  usual(index: number): number
  low(index: number): number
  high(index: number): number
  /** What the last value is told for: beyond the limits, the eighth of a run; steps are not told. */
  last: Signal[]
}

/** By what limits a week was judged, in a sentence. */
export const limitsWords = ({ basis, learn }: Pick<JudgedLimits, 'basis' | 'learn'>): string =>
  basis === 'year_before'
    ? `Control limits (XmR) of ${learn} weeks, each as a ratio to the same week a year before, moving feasts aligned: the season is taken out.`
    : `Control limits (XmR) of ${learn} weeks as they are: no season is taken out.`

/** Standard deviation ÷ |mean|. */
const unrest = (values: Numbers): number => {
  const middle = mean(values)
  const squares = Float64Array.from(values, value => (value - middle) ** 2)
  return Math.sqrt(mean(squares)) / Math.abs(middle)
}

/**
 * Control limits that respect a season. Where the same periods a year before are known and the ratios to them are calmer
 * than the values (a smaller coefficient of variation over the learnt periods), the year explains more than it disturbs,
 * and the ratios are what is judged: Christmas is then no signal, and a Christmas that falls short is. Null for less than
 * two learnt values.
 */
export function seasonalLimits(values: Numbers, yearBefore: Numbers, learn: number): JudgedLimits | null {
  const own = Float64Array.from(values)
  const ratios = Float64Array.from(own, (value, n) => value / at(yearBefore, n))
  const known = ratios.every((ratio, n) => Number.isFinite(ratio) && at(yearBefore, n) > 0)
  const yearly = known && unrest(ratios.subarray(0, learn)) < unrest(own.subarray(0, learn))
  const judged = yearly ? ratios : own
  const limits = controlLimits(judged.subarray(0, learn))
  if (!limits) return null
  const as = (level: number) => (index: number) => (yearly ? level * at(yearBefore, index) : level)
  return {
    basis: yearly ? 'year_before' : 'values',
    judged,
    learn,
    limits,
    usual: as(limits.mean),
    low: as(limits.low),
    high: as(limits.high),
    last: signals(judged, limits).filter(one => one.index === judged.length - 1 && one.kind !== 'range'),
  }
}

/**
 * The same of a series with gaps, oldest first: values that are not known are left out, and so are learnt ones whose year
 * before is not, as long as `fewest` remain that tell the season. Null with fewer than `fewest` to learn from, or where
 * the last value is not known.
 */
export function limitsOfKnown(
  series: readonly { value: number | null; yearBefore: number | null }[],
  judged: number,
  fewest: number,
): JudgedLimits | null {
  const isKnown = (one: { value: number | null }) => one.value !== null
  const learnt = series.slice(0, -judged).filter(isKnown)
  const shown = series.slice(-judged).filter(isKnown)
  if (learnt.length < fewest || series.at(-1)?.value == null) return null
  const judge = (those: typeof learnt, yearly: boolean) => {
    const all = [...those, ...shown]
    return seasonalLimits(
      all.map(one => one.value ?? Number.NaN),
      all.map(one => (yearly ? one.yearBefore : null) ?? Number.NaN),
      those.length,
    )
  }
  const paired = learnt.filter(one => one.yearBefore !== null && one.yearBefore > 0)
  const yearly = paired.length >= fewest ? judge(paired, true) : null
  return yearly?.basis === 'year_before' ? yearly : judge(learnt, false)
}
