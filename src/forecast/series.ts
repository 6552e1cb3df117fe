import { addDays, civil, type Day, monthOf, yearOf } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
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

/**
 * Places whose zero is a shut door and no weak demand: single periods of nothing in a series that else never comes near
 * it (at most one in ten). They tell nothing of the level, and come again with the calendar.
 */
export function shutPlaces(values: readonly (number | null)[]): ReadonlySet<number> {
  const sold = values.filter(value => value !== null && value !== 0) as number[]
  const zeros = values.flatMap((value, t) => (value === 0 ? [t] : []))
  if (zeros.length === 0 || sold.length < 12 || zeros.length > sold.length / 10) return new Set()
  const order = sorted(sold)
  return quantileOf(order, 0) > 0 && quantileOf(order, 0.02) > quantileOf(order, 0.5) / 20
    ? new Set(zeros)
    : new Set()
}

/** Whether a shut place returns at a later one: the same week, month or date of a year before. */
export function isShutAgain(shut: ReadonlySet<number>, { cadence, start }: Series, place: number): boolean {
  if (cadence === 'day' && start !== undefined) {
    const day = periodStart(start, cadence, place).slice(5)
    return [365, 366].some(
      lag => shut.has(place - lag) && periodStart(start, cadence, place - lag).slice(5) === day,
    )
  }
  const lag = { hour: 0, day: 365, week: 52, month: 12, quarter: 4, year: 0 }[cadence]
  return lag > 0 && shut.has(place - lag)
}

/**
 * Places of the week (index modulo 7) on which a daily series is nothing but zero or unknown: closed days. None where it
 * has less than four weeks, or sells on too few days to tell.
 */
export function closedPlaces(values: readonly (number | null)[]): ReadonlySet<number> {
  const closed = new Set<number>()
  if (values.length < 28) return closed
  for (let place = 0; place < 7; place++)
    if (values.every((value, t) => t % 7 !== place || value === null || value === 0)) closed.add(place)
  const open = values.filter((value, t) => !closed.has(t % 7) && value !== null)
  const sold = open.filter(value => value !== 0).length
  return closed.size < 7 && sold > open.length / 2 ? closed : new Set()
}
