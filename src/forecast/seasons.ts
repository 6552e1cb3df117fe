import { at, believed, mean, variance } from './numbers.ts'

/** A repeating profile as harmonics of a period that need not be a whole number (a year has 52.18 weeks). */
export interface Profile {
  period: number
  harmonics: readonly { order: number; cosine: number; sine: number }[]
}

/**
 * Centred moving average over one period, whole or not: the mean of the series, taken as steps, over a window of that
 * length. NaN at the ends, where the window is cut.
 */
export function movingAverage(y: Float64Array, period: number): Float64Array {
  const n = y.length
  const sums = new Float64Array(n + 1)
  for (let i = 0; i < n; i++) sums[i + 1] = at(sums, i) + at(y, i)
  const upTo = (x: number) => {
    const whole = Math.floor(x)
    return at(sums, whole) + (x > whole ? (x - whole) * at(y, whole) : 0)
  }
  const out = new Float64Array(n).fill(Number.NaN)
  for (let t = 0; t < n; t++) {
    const from = t + 0.5 - period / 2
    if (from >= -1e-9 && from + period <= n + 1e-9)
      out[t] = (upTo(Math.min(n, from + period)) - upTo(Math.max(0, from))) / period
  }
  return out
}

/** 2/N Σ d(t) cos and sin of a frequency (turns per step), by turning one pointer. */
function project(d: Float64Array, offset: number, frequency: number): { cosine: number; sine: number } {
  const step = 2 * Math.PI * frequency
  const turnC = Math.cos(step)
  const turnS = Math.sin(step)
  let c = Math.cos(step * offset)
  let s = Math.sin(step * offset)
  let cosine = 0
  let sine = 0
  for (let i = 0; i < d.length; i++) {
    const value = at(d, i)
    cosine += value * c
    sine += value * s
    const next = c * turnC - s * turnS
    s = s * turnC + c * turnS
    c = next
  }
  return { cosine: (2 * cosine) / d.length, sine: (2 * sine) / d.length }
}

const mostPeriods = 10

/**
 * The profile of one period, each harmonic shrunk by how far it stands out of its neighbours in the spectrum (a Wiener
 * filter): what chance alone would show is not taken for a season, and no yes-or-no test decides. Null where there is less
 * than two periods. `skip` says which harmonics another profile has taken.
 */
export function profileOf(
  y: Float64Array,
  period: number,
  skip: (order: number) => boolean = () => false,
): Profile | null {
  const n = y.length
  if (n < 2 * period - 0.5) return oneSeason(y, period, skip)
  const trend = movingAverage(y, period)
  const from = trend.findIndex(value => !Number.isNaN(value))
  const inside = trend.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  const periods = Math.min(mostPeriods, Math.floor((inside + 1e-9) / period + 0.02))
  if (from < 0 || periods < 1) return null
  const length = Math.min(inside, Math.round(periods * period))
  const start = from + inside - length
  const detrended = Float64Array.from({ length }, (_, i) => at(y, start + i) - at(trend, start + i))
  if (variance(detrended) <= 1e-14 * (variance(y) + 1e-300)) return null
  const power = (frequency: number) => {
    const { cosine, sine } = project(detrended, start, frequency)
    return cosine * cosine + sine * sine
  }
  const highest = Math.min(Math.floor(period / 2), 84)
  const harmonics: { order: number; cosine: number; sine: number }[] = []
  for (let order = 1; order <= highest; order++) {
    if (skip(order)) continue
    const { cosine, sine } = project(detrended, start, order / period)
    const own = cosine * cosine + sine * sine
    const noise = neighbours(order, periods)
      .map(place => place / period)
      .filter(frequency => frequency < 0.5)
      .map(power)
    const floor = noise.length === 0 ? own / 3 : noise.reduce((sum, value) => sum + value, 0) / noise.length
    const keep = own > 0 ? Math.max(0, 1 - floor / own) : 0
    // At the highest harmonic of an even period the sine is zero everywhere and the cosine is counted twice.
    const twice = Math.abs(order * 2 - period) < 1e-9 ? 0.5 : 1
    if (keep > 0) harmonics.push({ order, cosine: cosine * keep * twice, sine: sine * keep * twice })
  }
  return { period, harmonics }
}

/**
 * The profile of a single season: what of its last period stands out of the noise, which is judged by the higher half of
 * its harmonics. Season and trend are told apart by the values that came round, where any did: the same place a period on
 * moves with the trend alone. Null where there is not even one season, or the period is short.
 */
function oneSeason(y: Float64Array, period: number, skip: (order: number) => boolean): Profile | null {
  const length = Math.round(period)
  if (y.length < length || length < 8) return null
  const start = y.length - length
  const last = y.subarray(start)
  const middle = mean(last)
  const highest = Math.min(Math.floor(period / 2), 84)
  const power = ({ cosine, sine }: { cosine: number; sine: number }) => cosine * cosine + sine * sine
  const over = (tilt: number) => {
    const moved = last.map((value, i) => value - middle - tilt * (i - (length - 1) / 2))
    const found = Array.from({ length: highest }, (_, i) => ({
      order: i + 1,
      ...project(moved, start, (i + 1) / period),
    })).filter(({ order }) => !skip(order))
    return { found, floor: mean(found.slice(Math.ceil(found.length / 2)).map(power)) }
  }
  const round = Float64Array.from({ length: start }, (_, t) => at(y, t + length) - at(y, t))
  const grown = start > 0 ? mean(round) : 0
  // A harmonic of noise has the power 4 σ² ÷ its length; the trend's own stands in the lower half.
  const noise = (over(grown / length).floor * length) / 4
  const { found, floor } = over(
    believed(grown, Math.max(2 * noise, variance(round)) / Math.max(1, start)) / length,
  )
  const harmonics = found.flatMap(({ order, cosine, sine }) => {
    const own = power({ cosine, sine })
    const keep = own > 0 ? Math.max(0, 1 - floor / own) : 0
    return keep > 0 ? [{ order, cosine: cosine * keep, sine: sine * keep }] : []
  })
  return { period, harmonics }
}

/** Orders between the harmonics, where only noise is: at most two on each side; with one period there are none inside, so halves. */
function neighbours(order: number, periods: number): number[] {
  if (periods === 1) return [order - 0.5, order + 0.5]
  const step = 1 / periods
  const reach = periods > 2 ? [step, 2 * step] : [step]
  return reach.flatMap(by => (order === 1 ? [order + by] : [order - by, order + by]))
}

/** What the profiles add at `length` steps from step `from` on (0 is the first value of the series they were estimated on). */
export function seasonsOver(profiles: readonly Profile[], from: number, length: number): Float64Array {
  const out = new Float64Array(length)
  for (const { period, harmonics } of profiles)
    for (const { order, cosine, sine } of harmonics) {
      const step = (2 * Math.PI * order) / period
      const turnC = Math.cos(step)
      const turnS = Math.sin(step)
      let c = Math.cos(step * from)
      let s = Math.sin(step * from)
      for (let t = 0; t < length; t++) {
        out[t] = at(out, t) + cosine * c + sine * s
        const next = c * turnC - s * turnS
        s = s * turnC + c * turnS
        c = next
      }
    }
  return out
}

/** Profiles of several periods, shortest first; a longer one leaves alone the harmonics of a shorter one. */
export function profilesOf(y: Float64Array, periods: readonly number[]): Profile[] {
  const found: Profile[] = []
  let rest = y
  for (const period of [...periods].sort((a, b) => a - b)) {
    const taken = found.map(shorter => period / shorter.period)
    const isTaken = (order: number) =>
      taken.some(ratio => Math.abs(order / ratio - Math.round(order / ratio)) < 1e-6)
    const profile = profileOf(rest, period, isTaken)
    if (profile === null) continue
    found.push(profile)
    const added = seasonsOver([profile], 0, rest.length)
    rest = rest.map((value, t) => value - at(added, t))
  }
  return found
}
