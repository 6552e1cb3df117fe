import { addDays, civil, type Day, dayCount, monthOf, yearOf } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { feasts } from '#kernel/feasts.ts'
import { at, quantileOf, sorted } from './numbers.ts'

export type Cadence = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

/** Values of one metric at even steps, oldest first. Money comes as a number here: a forecast is an estimate, not a booking. */
export interface Series {
  /** Null where it is not known; zero is a real zero. */
  values: readonly (number | null)[]
  cadence: Cadence
  /** The first day of the first period. Without it nothing is known of the calendar; for hours, the first day, at 00:00. */
  start?: Day
}

const year = 365.25

/** The seasons each cadence may have, in steps, shortest first. */
export const seasonsOf: Readonly<Record<Cadence, readonly number[]>> = {
  hour: [24, 168],
  day: [7, year],
  week: [year / 7],
  month: [12],
  quarter: [4],
  year: [],
}

/** The first day of the period `index` steps after the one that starts on `start`. */
export function periodStart(start: Day, cadence: Cadence, index: number): Day {
  switch (cadence) {
    case 'hour':
      return addDays(start, Math.floor(index / 24))
    case 'day':
      return addDays(start, index)
    case 'week':
      return addDays(start, 7 * index)
    default: {
      const months = { month: 1, quarter: 3, year: 12 }[cadence]
      return civil(yearOf(start), monthOf(start) + months * index)
    }
  }
}

export interface Known {
  /** The series from its first known value to its last, gaps filled. */
  y: Float64Array
  /** Index in `values` of the first and of the last known value. */
  first: number
  last: number
  filled: number
}

/**
 * The known part of a series. A gap is filled with the mean of the same place one season before and after, where both are
 * known, else with the line between its neighbours. Null when nothing is known.
 */
export function known(values: readonly (number | null)[], periods: readonly number[]): Known | null {
  const odd = values.findIndex(value => value !== null && !Number.isFinite(value))
  if (odd >= 0)
    throw invalid(
      `value ${odd + 1} of the series is ${values[odd]}, which is not a number`,
      'give null where a value is not known',
    )
  const first = values.findIndex(value => value !== null)
  if (first < 0) return null
  const last = values.findLastIndex(value => value !== null)
  const part = values.slice(first, last + 1)
  const y = Float64Array.from(part, value => value ?? Number.NaN)
  const lag = Math.round(periods.find(period => 2 * period < part.length) ?? 0)
  let filled = 0
  let before = 0
  for (let t = 0; t < y.length; t++) {
    if (part[t] !== null) {
      before = t
      continue
    }
    filled++
    const after = part.findIndex((value, i) => i > t && value !== null)
    const [past, future] = [part[t - lag] ?? null, part[t + lag] ?? null]
    const share = (t - before) / (after - before)
    y[t] =
      lag > 1 && past !== null && future !== null
        ? (past + future) / 2
        : at(y, before) + share * ((part[after] ?? 0) - at(y, before))
    before = t
  }
  return { y, first, last, filled }
}

/** Part of a usual sale up to which what came back makes a shut day no open one. */
const backAtMost = 0.2

/** Whether a value is a day on which nothing was sold: nothing at all, or a little that came back. */
function unsoldIn(values: readonly (number | null)[]): (value: number) => boolean {
  const sold = values.filter(value => value !== null && value > 0) as number[]
  const least = sold.length === 0 ? 0 : -backAtMost * quantileOf(sorted(sold), 0.5)
  return value => value <= 0 && value >= least
}

/**
 * Places without a sale that are a shut door and no weak demand: single periods of nothing in a series that else never
 * comes near it (at most one in ten). They tell nothing of the level, and come again with the calendar.
 */
export function shutPlaces(values: readonly (number | null)[]): ReadonlySet<number> {
  const unsold = unsoldIn(values)
  const sold = values.filter(value => value !== null && !unsold(value)) as number[]
  const shut = values.flatMap((value, t) => (value !== null && unsold(value) ? [t] : []))
  if (shut.length === 0 || sold.length < 12 || shut.length > sold.length / 10) return new Set()
  const order = sorted(sold.filter(value => value > 0))
  return order.length > 0.98 * sold.length && quantileOf(order, 0.02) > quantileOf(order, 0.5) / 20
    ? new Set(shut)
    : new Set()
}

/** What a day is known by from year to year: the day of a moving feast it is (its second, its last), else its date. */
function dateOf(day: Day): string {
  const feast = feasts(yearOf(day)).find(one => one.from <= day && day <= one.to)
  return feast ? `${feast.series} ${dayCount(feast.from, day)}` : day.slice(5)
}

/** Whether a shut place returns at a later one: the same week, month, date or day of a moving feast of a year before. */
export function isShutAgain(shut: ReadonlySet<number>, { cadence, start }: Series, place: number): boolean {
  if (shut.size === 0) return false
  if (cadence === 'day' && start !== undefined) {
    const day = periodStart(start, cadence, place)
    const date = dateOf(day)
    return [...shut].some(one => {
      const before = periodStart(start, cadence, one)
      return yearOf(before) === yearOf(day) - 1 && dateOf(before) === date
    })
  }
  const lag = { hour: 0, day: 365, week: 52, month: 12, quarter: 4, year: 0 }[cadence]
  return lag > 0 && shut.has(place - lag)
}

/**
 * Places of the week (index modulo 7) on which nothing is ever sold in a daily series: closed days. None where it has less
 * than four weeks, or sells on too few days to tell.
 */
export function closedPlaces(values: readonly (number | null)[]): ReadonlySet<number> {
  const closed = new Set<number>()
  if (values.length < 28) return closed
  const unsold = unsoldIn(values)
  for (let place = 0; place < 7; place++)
    if (values.every((value, t) => t % 7 !== place || value === null || unsold(value))) closed.add(place)
  const open = values.filter((value, t) => !closed.has(t % 7) && value !== null)
  const sold = open.filter(value => value !== null && !unsold(value)).length
  return closed.size < 7 && sold > open.length / 2 ? closed : new Set()
}
