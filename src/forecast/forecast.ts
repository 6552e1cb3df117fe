import type { Day } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { type Automatic, automatic, automaticModels, type ModelName, models } from './automatic.ts'
import { borrow, type Like, wantsShape } from './borrow.ts'
import { chooseDrivers, type DriverTried } from './drivers.ts'
import { type Calendar, effectsOf, isClosedIn } from './effects.ts'
import { bias, coverage, type Grade, grade, wape } from './grade.ts'
import { apartOf, widthsOf } from './intervals.ts'
import { at, mean, quantile } from './numbers.ts'
import {
  closedPlaces,
  isShutAgain,
  known,
  periodStart,
  type Series,
  seasonsOf,
  shutPlaces,
} from './series.ts'

export type { ModelName } from './automatic.ts'
export type { Like } from './borrow.ts'
export type { DriverTried } from './drivers.ts'
export type { Calendar, Driver } from './effects.ts'
export type { Series } from './series.ts'

export interface ForecastOptions {
  /** Periods ahead of the series' last entry, 1 or more. */
  horizon: number
  /** Never below zero. When absent: a quantile is only where so many of the series' values were, a tenth at most. */
  nonNegative?: boolean
  /** The models to combine; all of the automatic mode when absent. `ets` and `mstl` come only when asked for. */
  models?: readonly ModelName[]
  /** Seasonal periods in steps, where they are not those of the cadence. */
  seasons?: readonly number[]
  /** What is known of the days: country, closed days, promotions, drivers. Needs the series' `start`. */
  calendar?: Calendar
  /** Lines to borrow the shape of, while this one is too young to have its own. */
  like?: readonly Like[]
}

/** One period ahead. The intervals are p10–p90 (80 %) and p2_5–p97_5 (95 %). */
export interface Point {
  /** Place in the series: its `values.length` is the first period after it. */
  index: number
  /** First day of the period, where the series has a start. */
  period?: Day
  p2_5: number
  p10: number
  p50: number
  p90: number
  p97_5: number
}

/** How the given forecast did in its own backtest, each trial said without knowing it. */
export interface BacktestGrade extends Grade {
  /** Share of actuals inside the intervals, each made without its own trial. */
  cover80: number | null
  cover95: number | null
  /** The same measure for the best of last value and seasonal naïves in the same trials. */
  naiveWape: number | null
  /** How many origins were tried, and how far ahead. */
  origins: number
  horizon: number
}

export interface Forecast {
  points: Point[]
  /** What was used, strongest first. */
  model: string
  /** Weight of each model of the combination; they sum to 1. */
  weights: Readonly<Record<string, number>>
  /** Null where the series is too short to try anything. */
  grade: BacktestGrade | null
  /** Null where it could not be tried. False: what is given is the seasonal naïve, or the last value, its outliers drawn in. */
  beatsSeasonalNaive: boolean | null
  /** What became of each driver of the calendar. */
  drivers: readonly DriverTried[]
  /** The choice in words. */
  why: string
}

/**
 * Forecasts a series with intervals. In the automatic mode the models are weighted by a rolling-origin backtest on this
 * series alone; what does not beat the last value and the seasonal naïves there is not given (Failure `invalid` where
 * nothing can be said: no value known and no line to borrow from).
 */
export function forecast(series: Series, options: ForecastOptions): Forecast {
  const { horizon } = options
  if (!Number.isInteger(horizon) || horizon < 1)
    throw invalid(`a horizon of ${horizon} is not a number of periods`, 'give a whole number from 1 on')
  const strange = (options.models ?? []).filter(name => !(name in models))
  if (strange.length > 0)
    throw invalid(`there is no model ${strange.join(', ')}`, `choose of ${Object.keys(models).join(', ')}`)
  const { values, cadence } = series
  const seasons = options.seasons ?? seasonsOf[cadence]
  const isClosed = isClosedIn(series, options.calendar)
  const given = values.map((value, t) => (isClosed(t) ? null : value))
  const closed = cadence === 'day' ? closedPlaces(given) : new Set<number>()
  const shut = shutPlaces(given.map((value, t) => (closed.has(t % 7) ? null : value)))
  const isShut = (t: number) => isClosed(t) || closed.has(t % 7) || isShutAgain(shut, series, t)
  const total = values.length + horizon
  // Weekly closed days leave the series, so that the models see one open day after another.
  const kept = Array.from({ length: total }, (_, t) => t).filter(t => !closed.has(t % 7))
  const past = kept.filter(t => t < values.length)
  const periods = closed.size === 0 ? seasons : seasons.map(period => (period * (7 - closed.size)) / 7)
  const part = known(
    past.map(t => (shut.has(t) ? null : (given[t] ?? null))),
    periods,
  )
  const ask = (place: number) => (options.like && wantsShape(place, periods) ? options.like : undefined)
  const like = ask(part?.y.length ?? 0)
  if (part === null && !like)
    throw invalid(
      'nothing is known of this series',
      'give at least one value, or in `like` a line whose shape it may borrow',
    )
  const least = leastOf(values, options.nonNegative)
  const ahead = part === null ? kept.length : kept.length - 1 - part.last
  const { made, drivers } = part
    ? chooseDrivers(
        calendar =>
          aheadOf(part.y, periods, ahead, { ...options, calendar, start: part.first, kept, series }),
        options.calendar,
        t => at(kept, part.first + t),
      )
    : { made: null, drivers: [] }
  const lent = like && borrow(series, horizon, like, (one, steps) => forecast(one, { horizon: steps }))
  const points: Point[] = []
  for (let t = values.length; t < total; t++) {
    const place = kept.indexOf(t)
    const own = place < 0 || !made || !part ? null : pointOf(made, part.y, place - 1 - part.last)
    const borrowed = lent?.points[t - values.length]
    const weight = lent?.weight ?? 0
    const mixed = (key: keyof typeof parts) => {
      if (isShut(t)) return 0
      const value =
        borrowed && own ? weight * borrowed[key] + (1 - weight) * own[key] : (borrowed ?? own)?.[key]
      return Math.max(least(parts[key]), value ?? 0)
    }
    points.push({
      index: t,
      ...(series.start && { period: periodStart(series.start, cadence, t) }),
      p2_5: mixed('p2_5'),
      p10: mixed('p10'),
      p50: mixed('p50'),
      p90: mixed('p90'),
      p97_5: mixed('p97_5'),
    })
  }
  const shares = made ? [...made.weights].sort((a, b) => b[1] - a[1]) : []
  return {
    points,
    model: nameOf(made, lent !== undefined),
    weights: Object.fromEntries(made?.share === 0 ? [['seasonal_naive', 1]] : shares),
    grade: made && gradeOf(made, part?.y ?? new Float64Array(0)),
    beatsSeasonalNaive: made?.beatsReference ?? null,
    drivers,
    why: [whyOf(made, lent?.why, closed.size, part?.filled ?? 0), ...drivers.map(one => one.why)].join(' '),
  }
}

/** The part of the values that is to lie below each quantile. */
const parts = { p2_5: 0.025, p10: 0.1, p50: 0.5, p90: 0.9, p97_5: 0.975 } as const
/** So much of a series below zero makes it one whose middle may be there too: a margin, a balance, a rate. */
const oftenBelow = 0.1
/** Latest values that say whether a series is below zero by now. */
const recent = 28

/**
 * The least a quantile may be: below zero only where as many values were, lately or ever. Some days on which more came back
 * than was sold make no forecast of a loss.
 */
function leastOf(values: Series['values'], nonNegative: boolean | undefined): (part: number) => number {
  const all = values.filter(value => value !== null)
  const below = (some: readonly number[]) => some.filter(value => value < 0).length
  // One of late is chance.
  const known = Math.max(below(all) / Math.max(1, all.length), (below(all.slice(-recent)) - 1) / recent)
  return part =>
    nonNegative === false || (!nonNegative && known > Math.min(part, oftenBelow))
      ? Number.NEGATIVE_INFINITY
      : 0
}

function aheadOf(
  y: Float64Array,
  periods: readonly number[],
  horizon: number,
  options: ForecastOptions & { start: number; kept: readonly number[]; series: Series },
): Automatic {
  const effects = effectsOf(options.series, options.calendar, options.kept.slice(options.start), periods)
  return automatic(y, periods, horizon, { names: options.models ?? automaticModels, effects })
}

/**
 * The quantiles of a period. Few trials leave so much open that their logarithms reach a hundredfold: none goes further than
 * twice the range of what was seen, as a random walk widens it, from the end of that range or the middle beyond it.
 */
function pointOf({ points, widths, logged }: Automatic, seen: Float64Array, h: number) {
  const p50 = at(points, h)
  const [low, high] = [quantile(seen, 0), quantile(seen, 1)]
  const wide = 2 * (high - low) * Math.sqrt((h + 1) / seen.length)
  const most = Math.log(100)
  const reach = (by: number) => {
    // Of values that never differ nothing says how far they may.
    if (!logged || wide === 0)
      return p50 + (logged ? p50 * Math.expm1(Math.min(most, Math.max(-most, by))) : by)
    const point = p50 * Math.exp(by)
    return Math.min(Math.max(point, Math.min(low, p50) - wide), Math.max(high, p50) + wide)
  }
  const [w80, w95] = [at(widths.w80, h), Math.max(at(widths.w95, h), at(widths.w80, h))]
  return { p2_5: reach(-w95), p10: reach(-w80), p50, p90: reach(w80), p97_5: reach(w95) }
}

function gradeOf({ trials, reference, logged }: Automatic, y: Float64Array): BacktestGrade | null {
  const first = trials.at(-1)
  if (first === undefined) return null
  const flat = (of: (trial: (typeof trials)[0]) => Float64Array) => trials.flatMap(trial => [...of(trial)])
  const actual = flat(trial => trial.actual)
  const own = flat(trial => trial.own)
  const errors = trials.map(trial =>
    trial.actual.map((value, h) => (logged ? Math.log(value / at(trial.own, h)) : value - at(trial.own, h))),
  )
  const inside = (level: 'w80' | 'w95') =>
    trials.length < 3
      ? null
      : mean(
          errors.map((row, index) => {
            const others = errors.filter((_, other) => other !== index)
            const origins = trials.flatMap(({ origin }, other) => (other === index ? [] : [origin]))
            const widths = widthsOf(others, row.length, apartOf(origins, row.length))[level]
            const none = new Float64Array(row.length)
            return (
              coverage(
                row,
                none.map((_, h) => -at(widths, h)),
                widths,
              ) ?? 0
            )
          }),
        )
  const horizon = Math.max(...trials.map(trial => trial.actual.length))
  return {
    ...grade(actual, own, y.subarray(0, first.origin), Math.round(reference ?? 1)),
    bias: bias(actual, own),
    cover80: inside('w80'),
    cover95: inside('w95'),
    naiveWape: wape(
      actual,
      flat(trial => trial.reference),
    ),
    origins: trials.length,
    horizon,
  }
}

const words = (name: string) => name.replaceAll('_', ' ')
const naiveWords = (made: Automatic) => (made.reference === null ? 'last value' : 'seasonal naive')

function nameOf(made: Automatic | null, lent: boolean): string {
  if (made === null) return 'borrowed shape'
  const counted = [...made.weights].filter(([, weight]) => weight > 0)
  const strongest = counted
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([name]) => words(name))
  const all = counted.length
  const combination =
    all > 3 ? `combination of ${all} models, foremost ${strongest.join(', ')}` : strongest.join(', ')
  const own =
    made.share === 0
      ? naiveWords(made)
      : made.share < 1
        ? `half ${naiveWords(made)}, half ${combination}`
        : combination
  return lent ? `borrowed shape and ${own}` : own
}

function whyOf(made: Automatic | null, lent: string | undefined, closed: number, filled: number): string {
  const said: string[] = []
  if (lent) said.push(lent)
  if (made) {
    const tried = made.trials.length
    const name = naiveWords(made)
    if (tried === 0) said.push('The series is too short for a backtest: the models count alike.')
    else if (made.beatsReference === null)
      said.push('Nothing happened in the periods of the backtest, so nothing could be compared.')
    else if (made.wanders)
      said.push('From one period to the next it moves by chance alone, so the last value is what is given.')
    else if (made.beatsReference)
      said.push(
        `In ${tried} backtests it erred less than the ${name}${made.share < 1 ? ', though only together with it' : ''}.`,
      )
    else said.push(`In ${tried} backtests no model erred less than the ${name}, so that is what is given.`)
  }
  if (closed > 0) said.push(`${closed === 1 ? 'One day' : `${closed} days`} of the week are taken as closed.`)
  if (filled > 0) said.push(`${filled} unknown ${filled === 1 ? 'value was' : 'values were'} filled in.`)
  return said.join(' ')
}
