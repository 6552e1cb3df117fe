import { type Day, dayCount } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { type Calendar, effectsOf, isClosedIn } from './effects.ts'
import { type AnomalyEvent, eventsOf } from './events.ts'
import { at, median, quantile } from './numbers.ts'
import { closedPlaces, periodStart, type Series } from './series.ts'
import { type Measure, watch } from './watch.ts'

export type { AnomalyEvent } from './events.ts'

export interface AnomalyOptions {
  /** Steps in a day, where the series is finer than hours; its cadence is then `hour` all the same. */
  stepsPerDay?: number
  /** Seasonal periods in whole steps, shortest first, where they are not those of the cadence. */
  seasons?: readonly number[]
  /** Closed days, holidays, promotions and drivers: what they explain is no anomaly. Needs the series' `start`. */
  calendar?: Calendar
  /** Values to learn from before anything is told. When absent: four seasons, at least 24 values, at most a third of them. */
  warmUp?: number
  /** Score from which a value begins an event. ½ when absent: two fifths stranger than the strangest of two hundred before. */
  alert?: number
}

export interface AnomalyReading {
  index: number
  /** First day of the period, where the series has a start. */
  period?: Day
  value: number | null
  /** 0 … 1, known at the moment the value came: nothing after it is looked at. */
  score: number
  expected: number | null
  /** What is usual around the expectation: three times the usual error either way. */
  low: number | null
  high: number | null
  by: Measure
}

export interface Anomalies {
  readings: AnomalyReading[]
  /** Oldest first. */
  events: AnomalyEvent[]
}

const seasonsOf = { hour: [24, 168], day: [7], week: [52], month: [12], quarter: [4], year: [] as number[] }
/** How often the calendar's effects are estimated anew, in steps. */
const renewal = 14

/** Watches a whole series as it would have come, value by value, and tells the events in it. */
export function findAnomalies(series: Series, options: AnomalyOptions = {}): Anomalies {
  const { cadence, start } = series
  const { stepsPerDay, calendar, alert = 0.5 } = options
  if (!(alert > 0 && alert <= 1))
    throw invalid(`an alert at ${alert} is none`, 'give a score above 0 and up to 1')
  if (stepsPerDay !== undefined && (cadence !== 'hour' || calendar !== undefined))
    throw invalid(
      'steps within a day are for series by the hour or finer, without a calendar',
      'leave out `stepsPerDay`, or give the series by the hour',
    )
  const isClosed = isClosedIn(series, calendar)
  const given = series.values.map((value, t) => (isClosed(t) ? null : value))
  const closed = cadence === 'day' ? closedPlaces(given) : new Set<number>()
  const values = given.map((value, t) => (closed.has(t % 7) ? null : value))
  const periods =
    options.seasons ?? (stepsPerDay === undefined ? seasonsOf[cadence] : [stepsPerDay, 7 * stepsPerDay])
  const warmUp =
    options.warmUp ??
    Math.min(Math.max(24, 4 * (periods[0] ?? 6)), Math.max(8, Math.floor(values.length / 3)))
  const first = values.slice(0, warmUp).filter(value => value !== null)
  // Within a day nights are near nothing, and a share of nothing is no measure.
  const logged = cadence !== 'hour' && isPositive(first)
  const read = watch({ periods, warmUp })
  const cleaned = cleaner(series, values, calendar)
  const clean: (number | null)[] = []
  const readings = values.map((value, index): AnomalyReading => {
    const { value: own, back } = cleaned(value, index)
    clean.push(own)
    // A value that a logarithm cannot take is as low as a value can be.
    const reading = read(own === null ? null : logged ? Math.log(Math.max(own, floorOf(first))) : own)
    const unit = (point: number) => back(logged ? Math.exp(point) : point)
    const { expected, usual } = reading
    return {
      index,
      ...(start && stepsPerDay === undefined && { period: periodStart(start, cadence, index) }),
      value: series.values[index] ?? null,
      score: reading.score,
      expected: expected === null ? null : unit(expected),
      low: expected === null || usual === null ? null : unit(expected - 3 * usual),
      high: expected === null || usual === null ? null : unit(expected + 3 * usual),
      by: reading.by,
    }
  })
  const perDay = {
    hour: stepsPerDay ?? 24,
    day: 1,
    week: 1 / 7,
    month: 12 / 365.25,
    quarter: 4 / 365.25,
    year: 1 / 365.25,
  }
  const events = eventsOf(
    clean,
    readings.map(reading => reading.score),
    {
      alert,
      period: periods[0] ?? 1,
      stepsPerDay: perDay[cadence],
    },
  ).map(event => ({
    ...event,
    ...(start &&
      stepsPerDay === undefined && {
        since: periodStart(start, cadence, event.from),
        ...(event.to !== null && { until: periodStart(start, cadence, event.to) }),
      }),
  }))
  return { readings, events }
}

const isPositive = (values: readonly number[]) =>
  values.length > 0 && quantile(values, 0) > median(values) / 20 && median(values) > 0
const floorOf = (first: readonly number[]) => quantile(first, 0) / 10

/**
 * Between the last post before Christmas and Epiphany trade ebbs where gifts are given, and beyond where they are not: by how
 * much only a year before can tell. Until one can, a loss of up to so much of the same weekdays before is no news.
 */
const ebb = { from: '12-19', to: '01-06', most: 0.75, weeks: 4 }

/** Whether a value is a lull of the first turn of the year that its series has seen. */
function isFirstEbb({ start, cadence, values }: Series, t: number): boolean {
  if (start === undefined || cadence !== 'day' || t >= 364) return false
  const day = periodStart(start, cadence, t)
  if (day.slice(5) < ebb.from && day.slice(5) > ebb.to) return false
  // The weekdays before it began: in the middle of it the weeks before are lulls themselves.
  const began = dayCount(`${Number(day.slice(0, 4)) - Number(day.slice(5) <= ebb.to)}-${ebb.from}`, day)
  const last = t - 7 * Math.ceil(began / 7)
  const before = Array.from({ length: ebb.weeks }, (_, n) => values[last - 7 * n] ?? [])
    .flat()
    .filter(value => value > 0)
  const value = values[t] ?? 0
  const usual = median(before)
  return before.length > 0 && value < usual && value > (1 - ebb.most) * usual
}

/** Takes off what the calendar explains, as far as the past up to the last renewal could tell. What is new is not judged. */
function cleaner(series: Series, values: readonly (number | null)[], calendar: Calendar | undefined) {
  const same = (point: number) => point
  const places = values.map((_, t) => t)
  const effects = effectsOf(series, calendar, places, [])
  if (effects === undefined) return (value: number | null) => ({ value, back: same })
  const past: number[] = []
  let removed: ReturnType<typeof effects.remove> | undefined
  let known = 0
  return (value: number | null, t: number) => {
    if (t >= 4 * renewal && t % renewal === 0) {
      removed = effects.remove(Float64Array.from(past))
      known = t
    }
    past.push(value ?? past[t - 7] ?? past[t - 1] ?? 0)
    const now = removed
    if (now === undefined || value === null) return { value, back: same }
    const h = t - known
    if (now.isNew(h) || isFirstEbb(series, t)) return { value: null, back: same }
    const one = Float64Array.from({ length: h + 1 })
    return {
      value: now.take(value, h),
      back: (point: number) => at(now.restore(one.fill(point)), h),
    }
  }
}
