import { at, type Numbers } from './numbers.ts'

/** How good a forecast was. Shares of one; null where the measure is not defined for these numbers. */
export interface Grade {
  /** Σ|A − F| ÷ Σ|A|: the weighted absolute percentage error (Kolassa & Schütz 2007). */
  wape: number | null
  /** Σ(F − A) ÷ Σ|A|: above zero where too much was forecast. */
  bias: number | null
  mape: number | null
  smape: number
  /** Mean absolute error over that of the seasonal naïve in the past the forecast knew; below 1 is better. */
  mase: number | null
}

const total = (values: Numbers, of: (index: number) => number): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += of(i)
  return sum
}

/** Weighted absolute percentage error: Σ|A − F| ÷ Σ|A|; null where nothing was sold. */
export function wape(actual: Numbers, forecast: Numbers): number | null {
  const sold = total(actual, i => Math.abs(at(actual, i)))
  return sold === 0 ? null : total(actual, i => Math.abs(at(actual, i) - at(forecast, i))) / sold
}

/** Σ(F − A) ÷ Σ|A|; null where nothing was sold. */
export function bias(actual: Numbers, forecast: Numbers): number | null {
  const sold = total(actual, i => Math.abs(at(actual, i)))
  return sold === 0 ? null : total(actual, i => at(forecast, i) - at(actual, i)) / sold
}

/** Mean of |A − F| ÷ |A| over the periods where A is not zero; null where there is none. */
export function mape(actual: Numbers, forecast: Numbers): number | null {
  const counted = total(actual, i => (at(actual, i) === 0 ? 0 : 1))
  if (counted === 0) return null
  return (
    total(actual, i =>
      at(actual, i) === 0 ? 0 : Math.abs((at(actual, i) - at(forecast, i)) / at(actual, i)),
    ) / counted
  )
}

/** Mean of 2|A − F| ÷ (|A| + |F|), a share of one (0 … 2); 0 where both are zero (Makridakis & Hibon 2000). */
export function smape(actual: Numbers, forecast: Numbers): number {
  const one = (a: number, f: number) =>
    a === 0 && f === 0 ? 0 : (2 * Math.abs(a - f)) / (Math.abs(a) + Math.abs(f))
  return actual.length === 0 ? 0 : total(actual, i => one(at(actual, i), at(forecast, i))) / actual.length
}

/**
 * Mean absolute scaled error (Hyndman & Koehler 2006): mean |A − F| over the mean |y[t] − y[t − period]| of the past that
 * the forecast knew. Null where that past never moved or is no longer than a period.
 */
export function mase(actual: Numbers, forecast: Numbers, past: Numbers, period = 1): number | null {
  const steps = past.length - period
  if (steps < 1 || actual.length === 0) return null
  let moved = 0
  for (let t = period; t < past.length; t++) moved += Math.abs(at(past, t) - at(past, t - period))
  if (moved === 0) return null
  return total(actual, i => Math.abs(at(actual, i) - at(forecast, i))) / actual.length / (moved / steps)
}

/** Means over many series of a forecast and of the reference that it is held against (Naïve 2 in the M4 competition). */
export interface Scores {
  smape: number
  mase: number
}

/** Overall weighted average (Makridakis, Spiliotis & Assimakopoulos 2020, the M4 competition): below 1 beats the reference. */
export const owa = (own: Scores, reference: Scores): number =>
  (own.smape / reference.smape + own.mase / reference.mase) / 2

/** Share of actuals inside their interval, ends included; null where there are none. */
export function coverage(actual: Numbers, low: Numbers, high: Numbers): number | null {
  if (actual.length === 0) return null
  const inside = (i: number) => at(actual, i) >= at(low, i) && at(actual, i) <= at(high, i)
  return total(actual, i => (inside(i) ? 1 : 0)) / actual.length
}

/** All measures of one forecast. `past` is what it knew, `period` its season in steps. */
export function grade(actual: Numbers, forecast: Numbers, past: Numbers, period = 1): Grade {
  return {
    wape: wape(actual, forecast),
    bias: bias(actual, forecast),
    mape: mape(actual, forecast),
    smape: smape(actual, forecast),
    mase: mase(actual, forecast, past, period),
  }
}

/** A stored forecast's points against what came, one grade for each horizon (1 is the first period ahead). */
export function gradeByHorizon(
  forecasts: readonly {
    actual: Numbers
    p50: Numbers
    p10: Numbers
    p90: Numbers
    p2_5: Numbers
    p97_5: Numbers
  }[],
): {
  horizon: number
  count: number
  wape: number | null
  bias: number | null
  cover80: number | null
  cover95: number | null
}[] {
  const longest = Math.max(0, ...forecasts.map(one => one.actual.length))
  return Array.from({ length: longest }, (_, h) => {
    const known = forecasts.filter(one => one.actual.length > h)
    const column = (of: (one: (typeof known)[0]) => Numbers) => known.map(one => at(of(one), h))
    const actual = column(one => one.actual)
    const middle = column(one => one.p50)
    return {
      horizon: h + 1,
      count: known.length,
      wape: wape(actual, middle),
      bias: bias(actual, middle),
      cover80: coverage(
        actual,
        column(one => one.p10),
        column(one => one.p90),
      ),
      cover95: coverage(
        actual,
        column(one => one.p2_5),
        column(one => one.p97_5),
      ),
    }
  })
}
