import { at, quantileOf, sorted } from './numbers.ts'

/** What is known of one value at the moment it comes. */
export interface Reading {
  /** 0 … 1: how surprising it is, news only: what has been told once is told less while it lasts. */
  score: number
  /** The same without that: high for as long as the series is strange. */
  surprise: number
  /** What was expected, and the usual distance from it, in the series' units; null while too little is known. */
  expected: number | null
  usual: number | null
  /** Which measure found it the strangest. */
  by: Measure
}

/** A single value, a mean that moved, values that wander more than they used to, a series that stands still. */
export type Measure = 'value' | 'mean' | 'spread' | 'still'

export interface WatchOptions {
  /** Seasonal periods in steps, whole, shortest first. */
  periods: readonly number[]
  /** Values to learn from before anything is told. */
  warmUp: number
}

/** A bounded memory of numbers whose high quantile is known, renewed now and then. */
function memory(size: number, share: number) {
  const kept = new Float64Array(size)
  let count = 0
  let high = 0
  let due = 16
  return {
    get high() {
      return high
    },
    get count() {
      return count
    },
    add(value: number) {
      kept[count % size] = value
      count++
      if (count < due) return
      due = count + Math.max(16, Math.ceil(Math.min(count, size) / 24))
      high = quantileOf(sorted(kept.subarray(0, Math.min(count, size))), share)
    },
  }
}

/** A way to expect the next value, and how far off it has been of late. */
interface Expectation {
  next(t: number): number | null
  off: number
}

const memorySize = 4000
/** A measure two fifths above the high quantile of its past is a surprise of ½. */
const steepness = 2.5
/** Weight of the newest error in the running error of an expectation. */
const learning = 0.02

/**
 * Watches a series value by value; each reading knows only what came before. Several expectations compete (the last
 * value, a running level, the same place one and several seasons ago, that place at the present level), the one that erred
 * least of late is believed. Its errors, their means over several spans and their spread are each held against the high
 * quantile of their own past, so that a series that is wild by nature must be wilder to surprise.
 */
export function watch({ periods, warmUp }: WatchOptions): (value: number | null) => Reading {
  const seen: number[] = []
  const spans = [4, 12, ...periods.slice(0, 1).map(period => Math.min(period, 288))].filter(
    (span, i, all) => all.indexOf(span) === i,
  )
  const slow = Math.max(...spans)
  let level = 0
  const place = (t: number, lag: number) => (t - lag >= 0 ? (seen[t - lag] ?? null) : null)
  const typical = (t: number, period: number) => {
    const values = [1, 2, 3, 4, 5].flatMap(k => place(t, k * period) ?? [])
    return values.length === 0
      ? null
      : quantileOf(
          values.sort((a, b) => a - b),
          0.5,
        )
  }
  /** How the running level stands above what the season made of it one period ago. */
  const lifts = periods.map(() => 0)
  const expectations: Expectation[] = [
    { next: t => place(t, 1), off: 0 },
    { next: t => (t === 0 ? null : level), off: 0 },
    ...periods.flatMap((period, index): Expectation[] => [
      { next: t => typical(t, period), off: 0 },
      {
        next: t => {
          const usual = typical(t, period)
          return usual === null ? null : usual + at(lifts, index)
        },
        off: 0,
      },
    ]),
  ]
  const errors: number[] = []
  /** Sums of the last errors over each span, and of their sizes over the longest. */
  const running = spans.map(() => 0)
  let wander = 0
  let usual = 0
  const values = memory(memorySize, 0.995)
  const means = spans.map(() => memory(memorySize, 0.995))
  const spreads = memory(memorySize, 0.995)
  const stills = memory(memorySize, 0.995)
  let still = 0
  let tired = 0
  let t = 0
  let known = 0

  return value => {
    const now = t++
    if (value === null) {
      seen.push(Number.NaN)
      // What is not known is as expected.
      seen[now] = typical(now, periods[0] ?? 1) ?? level
      return { score: 0, surprise: 0, expected: null, usual: null, by: 'value' }
    }
    const said = expectations.map(one => one.next(now))
    let best = -1
    said.forEach((next, i) => {
      if (next === null) return
      if (best < 0 || (expectations[i] as Expectation).off < (expectations[best] as Expectation).off) best = i
    })
    const expected = best < 0 ? null : (said[best] as number)
    const error = expected === null ? 0 : value - expected
    const scale = Math.max(usual, 1e-9 * (Math.abs(level) + 1e-9))
    const z = expected === null || usual === 0 ? (error === 0 ? 0 : 8 * Math.sign(error)) : error / scale
    const capped = Math.sign(z) * Math.min(Math.abs(z), 50)
    errors.push(capped)
    const sums = spans.map((span, i) => {
      running[i] = at(running, i) + capped - (errors[errors.length - 1 - span] ?? 0)
      return Math.abs(at(running, i)) / Math.sqrt(span)
    })
    wander += Math.abs(capped) - Math.abs(errors[errors.length - 1 - slow] ?? 0)
    const spread = wander / slow
    still = now > 0 && value === seen[now - 1] ? still + 1 : 0
    if (errors.length > 4 * slow + 64) errors.splice(0, errors.length - slow - 1)
    const ready = known >= warmUp
    const strange: [Measure, number][] = [
      ['value', ratio(Math.abs(capped), values.high, 4)],
      ...sums.map((sum, i): [Measure, number] => [
        'mean',
        ratio(sum, (means[i] as (typeof means)[0]).high, 4),
      ]),
      ['spread', ratio(spread, spreads.high, 2)],
      ['still', ratio(still, stills.high, 12)],
    ]
    const [by, most] = strange.reduce((a, b) => (b[1] > a[1] ? b : a))
    const surprise = ready ? 1 - 2 ** (-steepness * Math.max(0, most - 1)) : 0
    const score = surprise * (1 - tired)
    tired = Math.max(surprise >= 0.5 ? surprise : 0, tired * 0.5 ** (1 / slow))
    // Learn: strange values only as far as the fence, so that they do not become the measure of the next.
    known++
    const add = (into: ReturnType<typeof memory>, one: number, floor: number) =>
      // What the first guesses erred says nothing of the series.
      known > warmUp / 2 && into.add(into.count < 32 ? one : Math.min(one, 2 * Math.max(into.high, floor)))
    add(values, Math.abs(capped), 4)
    sums.forEach((sum, i) => {
      add(means[i] as (typeof means)[0], sum, 4)
    })
    add(spreads, spread, 2)
    add(stills, still, 12)
    const size = Math.abs(error)
    const bounded = known < 32 || usual === 0 ? size : Math.min(size, 6 * usual)
    usual = known < 32 ? usual + (bounded - usual) / known : usual + learning * (bounded - usual)
    said.forEach((next, i) => {
      const one = expectations[i] as Expectation
      if (next === null) return
      const far = Math.abs(value - next)
      const fenced = known < 64 ? far : Math.min(far, 10 * (one.off + scale))
      one.off += Math.max(learning, 1 / known) * (fenced - one.off)
    })
    periods.forEach((period, i) => {
      const base = typical(now, period)
      if (base !== null) lifts[i] = at(lifts, i) + 0.1 * (value - base - at(lifts, i))
    })
    level = now === 0 ? value : level + Math.max(0.1, 1 / known) * (value - level)
    seen.push(value)
    return { score, surprise, expected, usual, by }
  }
}

/** A measure against the high quantile of its past; below `floor` it is nothing to speak of, however still the past was. */
const ratio = (value: number, high: number, floor: number): number => value / Math.max(high, floor)
