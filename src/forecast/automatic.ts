import { combine, fenced, type Trial, weigh } from './combine.ts'
import { wape } from './grade.ts'
import { apartOf, type Widths, widthsOf } from './intervals.ts'
import { libraryModels } from './models/augurs.ts'
import { lagOf, lastYear, type MemberName, type Model, members, seasonalNaive } from './models/members.ts'
import { isUsable, prepare, type Seen, see } from './models/prepare.ts'
import { at, isSafelyPositive, lastOf, quantile } from './numbers.ts'
import { isRandomWalk } from './random-walk.ts'
import { type Foretold, trustOf } from './season-trust.ts'

export type ModelName = MemberName | keyof typeof libraryModels

/** Every model that can be asked for by name. */
export const models: Readonly<Record<ModelName, Model>> = { ...members, ...libraryModels }

/** The models the automatic mode combines. */
export const automaticModels = Object.keys(members) as readonly MemberName[]

export interface Removed {
  clean: Float64Array
  restore(points: Float64Array): Float64Array
  /** How far off what was added to the points may be: standard deviations, in their units. */
  doubt?(points: Float64Array): Float64Array
}

/** Something taken off the past before the models see it and added to what they say: the calendar, promotions, drivers. */
export interface Effects {
  /** The past without its effects, and how to add the effects of the periods after it. */
  remove(past: Float64Array): Removed
}

export interface Automatic {
  points: Float64Array
  /** Half widths; of the logarithm where `logged`. */
  widths: Widths
  logged: boolean
  /** How much of the points is the combination; the rest is the reference. 1, 0.5 or 0. */
  share: number
  weights: ReadonlyMap<ModelName, number>
  /** What the combination and the reference said in the trials, beside what came; latest origin first. */
  trials: readonly { origin: number; actual: Float64Array; own: Float64Array; reference: Float64Array }[]
  /** Periods of the season the reference copies; null where it copies the last value. */
  reference: number | null
  beatsReference: boolean | null
  /** Whether the last value is given because its steps are chance alone. */
  wanders: boolean
}

const mostTrials = 12

/** The origins of the backtest, latest first: a third of the horizon apart, with enough of the past before the first. */
export function originsOf(length: number, horizon: number, periods: readonly number[]): number[] {
  const longest = Math.max(0, ...periods.filter(period => isUsable(period, length)))
  const ahead = Math.max(1, Math.min(horizon, Math.floor(length / 4)))
  const least =
    length < 3 * longest + horizon ? Math.max(4, Math.ceil(length / 2)) : Math.max(4, 2 * longest + 2)
  const step = Math.max(1, Math.ceil(ahead / 3))
  const origins: number[] = []
  for (let origin = length - ahead; origin >= least && origins.length < mostTrials; origin -= step)
    origins.push(origin)
  return origins
}

/**
 * Holds points no further beyond what was seen than its range times √(steps ahead ÷ values seen), as far as a random walk of that
 * range may come: a straight line stays within it as far ahead as there is a past. What multiplies may grow on at twice the
 * rate it came at, for a quarter of the time it took to come: a trend of a few days' logarithms would be astronomical in a
 * quarter of a year.
 */
function within({ y, logged, positive }: Pick<Seen, 'y' | 'logged' | 'positive'>) {
  const [low, high] = [quantile(y, 0), quantile(y, 1)]
  const grown = positive ? quantile(logged, 1) - quantile(logged, 0) : 0
  return (points: Float64Array): Float64Array =>
    points.map((point, h) => {
      const reach = (high - low) * Math.sqrt((h + 1) / y.length)
      const further = high * Math.exp((2 * grown * Math.min(h + 1, y.length / 4)) / y.length)
      return Math.min(Math.max(point, low - reach), Math.max(high + reach, further))
    })
}

/** A past as the models get it: the effects taken off, the seasons estimated. */
interface View {
  removed: Removed | undefined
  seen: Seen
}

function viewOf(
  past: Float64Array,
  periods: readonly number[],
  effects: Effects | undefined,
  single: boolean,
): View {
  const removed = effects?.remove(past)
  return { removed, seen: see(removed?.clean ?? past, periods, single) }
}

/** Everything a set of models says about a series. */
function ask(
  { removed, seen }: View,
  horizon: number,
  names: readonly ModelName[],
  trust: (period: number) => number,
): Map<ModelName, Float64Array> {
  const prepared = prepare(seen, trust)
  // Once for all models: the past is put in order for it.
  const hold = within(prepared)
  const said = new Map<ModelName, Float64Array>()
  for (const name of names) {
    const points = models[name](prepared, horizon)
    if (points === null || !points.every(Number.isFinite)) continue
    const held = hold(points)
    said.set(name, removed ? removed.restore(held) : held)
  }
  return said
}

/**
 * Forecasts a series without gaps by all models, weighted by how they did in a rolling-origin backtest. What is reported of
 * a trial is said with weights that do not know it. Where the combination does no better in the same trials than the best of
 * last value and seasonal naïves, or where that is the last value and the series' steps are chance alone, it is that naïve
 * that is given, within the models' fence, and `beatsReference` says so.
 */
export function automatic(
  y: Float64Array,
  periods: readonly number[],
  horizon: number,
  {
    names = automaticModels as readonly ModelName[],
    effects,
  }: { names?: readonly ModelName[]; effects?: Effects | undefined } = {},
): Automatic {
  const longest = periods.at(-1) ?? 1
  const single = periods.length > 0 && y.length >= lagOf(periods) && !isUsable(longest, y.length)
  const origins = originsOf(y.length, horizon, periods)
  const tests = origins.map(origin => ({
    origin,
    actual: y.slice(origin, Math.min(y.length, origin + horizon)),
    view: viewOf(y.subarray(0, origin), periods, effects, single),
  }))
  const now = viewOf(y, periods, effects, single)
  const trustIn = trustsOf(y, periods, tests, now, single)
  const trials = tests.map(
    ({ origin, actual, view }): Trial<ModelName> => ({
      origin,
      actual,
      said: ask(view, actual.length, names, trustIn(origin)),
    }),
  )
  const said = ask(now, horizon, names, trustIn(null))
  if (said.size === 0) said.set('naive', new Float64Array(horizon).fill(at(y, y.length - 1)))
  const able = [...said.keys()]
  const weights = weigh(able, trials)
  const blind = trials.map((trial, index) => {
    const others = weigh(
      able,
      trials.filter((_, other) => other !== index),
    )
    return combine(others, trial.said.size === 0 ? said : trial.said, trial.actual.length)
  })
  const year = young(y, periods, horizon, trials, blind, effects)
  const { period, naive } = bestNaive(y, periods, trials)
  const actuals = Float64Array.from(trials.flatMap(trial => [...trial.actual]))
  const tried = blind.map((points, index) => withYear(points, year.trials[index]))
  const erred = (points: readonly Float64Array[]) =>
    wape(
      actuals,
      points.flatMap(one => [...one]),
    )
  const theirs = erred(naive)
  const combined = withYear(combine(weights, said, horizon), year)
  // A few lucky trials are no proof against steps that are chance alone; but these know of no year that came once, and tell
  // little of demand that comes and goes.
  const wanders =
    period === null && theirs !== null && !year.points && now.seen.positive && isRandomWalk(now.seen.logged)
  // Models that cannot yet know the season that is copied are no fence for it, and a random walk has none.
  const hold = (points: Float64Array, length: number, by: ReadonlyMap<ModelName, Float64Array>) =>
    wanders || (period !== null && !isUsable(period, length)) ? points : fenced(points, by)
  const copied = hold(seasonalNaive(y, period ?? 1, horizon), y.length, said)
  const held = trials.map((trial, i) => hold(naive[i] as Float64Array, trial.origin, trial.said))
  // In this order: the combination, half of it and half of the naïve, and the naïve itself where neither does better.
  const candidates = [
    { share: 1, tried, points: combined },
    { share: 0.5, tried: tried.map((one, i) => between(one, held[i])), points: between(combined, copied) },
  ]
  const better = wanders ? undefined : candidates.find(one => (erred(one.tried) ?? 0) < (theirs ?? 0))
  const beats = theirs === null ? null : better !== undefined
  const falls = beats === false
  const {
    share,
    tried: chosen,
    points,
  } = falls
    ? { share: 0, tried: held, points: copied }
    : (better ?? (candidates[0] as (typeof candidates)[0]))
  const recent = lastOf(y, 200)
  const floor = quantile(recent, 0)
  // A day of a trial on which more came back than was sold has no logarithm, however long ago it was.
  const logged = isSafelyPositive(recent) && actuals.every(value => value > 0)
  const above = (point: number) => (logged ? Math.max(point, floor / 10) : point)
  const error = (actual: number, point: number) => (logged ? Math.log(actual / above(point)) : actual - point)
  const errors = trials.map((trial, index) =>
    trial.actual.map((actual, h) => error(actual, at(chosen[index] as Float64Array, h))),
  )
  const floored = points.map(above)
  const widths = trusted(
    errors,
    origins,
    () => copiedWidths(y, periods, logged && y.every(value => value > 0), horizon),
    horizon,
  )
  // What is copied has no effects.
  const doubt = falls ? undefined : now.removed?.doubt?.(floored)
  return {
    points: floored,
    widths: doubt ? widened(widths, logged ? doubt.map((one, h) => one / at(floored, h)) : doubt) : widths,
    logged,
    share,
    weights,
    trials: trials.map(({ origin, actual }, index) => ({
      origin,
      actual,
      own: (chosen[index] as Float64Array).map(above),
      reference: naive[index] as Float64Array,
    })),
    reference: period,
    beatsReference: beats,
    wanders,
  }
}

/** Steps up to which a season comes round often enough to be told by its spectrum alone. */
const short = 40

/** How much of each profile is taken: at an origin by the trials that share no period with it, now by all. */
function trustsOf(
  y: Float64Array,
  periods: readonly number[],
  tests: readonly { origin: number; actual: Float64Array; view: View }[],
  now: View,
  single: boolean,
): (origin: number | null) => (period: number) => number {
  const clean = now.removed?.clean ?? y
  const foretold = tests.map(({ origin, actual, view: { seen } }): Foretold => {
    const came = clean.slice(origin, origin + actual.length)
    const logged = seen.positive
      ? came.map(value => Math.log(Math.max(value, quantile(seen.y, 0) / 10)))
      : came
    return { origin, past: seen.logged, profiles: seen.profiles, actual: logged }
  })
  const width = Math.round(periods.find(period => period < short) ?? 1)
  return origin => {
    const apart = foretold.filter(
      one => origin === null || Math.abs(one.origin - origin) >= one.actual.length,
    )
    const known = new Map<number, number>()
    return period => {
      const tried = tests.filter(test => isUsable(period, test.origin)).length
      // A season no trial could try is believed by half.
      const before = origin !== null || single || tests.length === 0 ? 1 : 0.5 + (0.5 * tried) / tests.length
      if (period < short) return before
      const share = known.get(period) ?? trustOf(period, width, apart, before)
      known.set(period, share)
      return share
    }
  }
}

/** What last year's curve says, and what it counts beside the models. */
interface Voice {
  points: Float64Array
  weight: number
}

/**
 * The voice of last year's curve in a series of one to two of its longest season, from which the models cannot yet tell the
 * year: half at first, then by its errors in the trials it could be tried in, against those of the models. The weight
 * in a trial is made without that trial.
 */
function young(
  y: Float64Array,
  periods: readonly number[],
  horizon: number,
  trials: readonly Trial[],
  models: readonly Float64Array[],
  effects: Effects | undefined,
): { trials: (Voice | undefined)[] } & Partial<Voice> {
  const longest = periods.at(-1)
  if (longest === undefined || isUsable(longest, y.length)) return { trials: trials.map(() => undefined) }
  const say = (past: Float64Array, steps: number) => {
    const removed = effects?.remove(past)
    const points = lastYear(removed?.clean ?? past, [...periods], steps)
    return points && removed ? removed.restore(points) : points
  }
  const now = y.length < lagOf(periods) ? null : say(y, horizon)
  if (now === null) return { trials: trials.map(() => undefined) }
  const said = trials.map(({ origin, actual }) =>
    origin < lagOf(periods) ? null : say(y.subarray(0, origin), actual.length),
  )
  const off = (points: Float64Array, actual: Float64Array) =>
    points.reduce((sum, point, h) => sum + Math.abs(point - at(actual, h)), 0)
  const weightWithout = (left: number) => {
    const errors = [1, 1]
    trials.forEach(({ actual }, index) => {
      const curve = said[index]
      const other = models[index]
      if (index === left || !curve || !other) return
      const [a, b] = [off(curve, actual), off(other, actual)]
      if (a + b > 0)
        [a, b].forEach((error, i) => {
          errors[i] = at(errors, i) + (2 * error) / (a + b)
        })
    })
    const [a, b] = errors.map(error => (error + 1e-3) ** -3) as [number, number]
    return a / (a + b)
  }
  return {
    points: now,
    weight: weightWithout(-1),
    trials: said.map((points, index) => (points ? { points, weight: weightWithout(index) } : undefined)),
  }
}

const withYear = (points: Float64Array, voice: Partial<Voice> | undefined): Float64Array => {
  const { points: curve, weight = 0 } = voice ?? {}
  return curve === undefined ? points : points.map((point, h) => (1 - weight) * point + weight * at(curve, h))
}

const between = (one: Float64Array, other: Float64Array | undefined): Float64Array =>
  other === undefined ? one : one.map((value, h) => (value + at(other, h)) / 2)

const enoughTrials = 4

/**
 * Widths from the trials' errors. While there are few trials, copying the series itself has its say: a few lucky hits are no
 * proof of a narrow future.
 */
function trusted(
  errors: readonly Float64Array[],
  origins: readonly number[],
  copied: () => Widths,
  horizon: number,
): Widths {
  const tried = widthsOf(errors, horizon, apartOf(origins, errors[0]?.length ?? 1))
  const share = Math.min(1, errors.length / enoughTrials)
  if (share === 1) return tried
  const blend = (own: Float64Array, other: Float64Array) =>
    own.map((width, h) => share * width + (1 - share) * at(other, h))
  const { w80, w95 } = copied()
  return { w80: blend(tried.w80, w80), w95: blend(tried.w95, w95) }
}

/** Widths as far again as something else may be off by these standard deviations, which the errors know nothing of. */
const widened = ({ w80, w95 }: Widths, by: Float64Array): Widths => ({
  w80: w80.map((width, h) => Math.hypot(width, 1.282 * at(by, h))),
  w95: w95.map((width, h) => Math.hypot(width, 1.96 * at(by, h))),
})

/**
 * Widths of copying the last value or a last season, whichever reaches less far: what a week swings is no error where each
 * day is held against its own of the week before. Errors add up each time the copy is copied again, so the width grows
 * with the root of whole lags (Hyndman & Athanasopoulos 2021, §5.5).
 */
function copiedWidths(y: Float64Array, periods: readonly number[], logged: boolean, horizon: number): Widths {
  const lags = [1, ...periods.filter(period => isUsable(period, y.length)).map(Math.round)]
  const reach = ({ w80 }: Widths) => w80.reduce((sum, width) => sum + width, 0)
  const copies = lags.map(lag => {
    const { w80, w95 } = widthsOf(walk(y, lag, logged), Math.ceil(horizon / lag))
    const spread = (widths: Float64Array) =>
      Float64Array.from({ length: horizon }, (_, h) => at(widths, Math.floor(h / lag)))
    return { w80: spread(w80), w95: spread(w95) }
  })
  return copies.reduce((least, one) => (reach(one) < reach(least) ? one : least))
}

/** The steps of a series over a lag, as errors of copying; of a single value, that it may double or halve. */
function walk(y: Float64Array, lag: number, logged: boolean): Float64Array[] {
  if (y.length < 2) return [Float64Array.of(logged ? Math.LN2 / 3 : Math.abs(at(y, 0)) / 3)]
  return Array.from({ length: y.length - lag }, (_, t) =>
    Float64Array.of(logged ? Math.log(at(y, t + lag) / at(y, t)) : at(y, t + lag) - at(y, t)),
  )
}

/**
 * The strictest reference: of the seasonal naïves that every trial could have made and the last value, the one that erred
 * least. What wanders has no season, and its last value is hard to beat; but a season is not given up for a few lucky hits.
 */
function bestNaive(
  y: Float64Array,
  periods: readonly number[],
  trials: readonly Trial[],
): { period: number | null; naive: Float64Array[] } {
  const first = Math.min(y.length, ...trials.map(trial => trial.origin))
  const actuals = Float64Array.from(trials.flatMap(trial => [...trial.actual]))
  const seasons = periods.filter(one => Math.round(one) <= first)
  const choice = seasons.length > 0 && trials.length < enoughTrials ? seasons : [...seasons, null]
  const tried = choice.map(period => {
    const naive = trials.map(({ origin, actual }) =>
      seasonalNaive(y.subarray(0, origin), period ?? 1, actual.length),
    )
    const error = wape(
      actuals,
      naive.flatMap(points => [...points]),
    )
    return { period, naive, error: error ?? 0 }
  })
  return tried.reduce((best, one) => (one.error < best.error ? one : best))
}
