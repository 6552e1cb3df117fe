import { addDays, type Day, dayCount, daysBetween } from '#kernel/day.ts'
import type { Feast } from '#kernel/feasts.ts'
import { widthsOf } from './intervals.ts'
import { learnShape, type TradedDay, type YearShape } from './year-shape.ts'

/** A year's shape carried on at today's level, for days beyond those the models look at. */
export interface SeasonAhead {
  /** The last day it speaks of. */
  until: Day
  /** What a day is expected to come to. */
  day(day: Day): number
  /**
   * Half width of the 80 % interval of a block of days around `middle`, as a logarithm: the block is expected between
   * e^−w and e^w times what its days come to. It widens with the distance.
   */
  width(middle: Day): number
  /** Days at the end of the history that the level is read from. */
  levelDays: number
  /** Starts in the past from which it was tried; 0: the width is a first guess. */
  tried: number
  /** Mean absolute error of a block in those trials, as a share. */
  error: number | null
  notes: string[]
}

/** Weeks it looks ahead: a year, and the week that some retail years have more. */
const weeks = 53
/** Without a whole year behind it nothing is known of the season. */
const season = 365
/** Days the level may be read from: what did best when tried is taken, the middle one where nothing could be tried. */
const levels = [182, 56, 364] as const
/** Days between the starts of trials, and how many at most: those far back say little of today. */
const apart = 56
const most = 12
/** Relative error of a block a month away, before anything was tried. */
const firstGuess = 0.25

/**
 * Carries the shape of a shop's year (season, weekdays, events wherever they fall) on at its present level: the days of the
 * last weeks against what the same days of other years would have said. Interval and choice come from trials at earlier
 * starts, each knowing only what was known then, graded in blocks of `block` days. Null without a year of history.
 */
export function seasonAhead(
  history: readonly TradedDay[],
  events: readonly Feast[],
  block: number,
): SeasonAhead | null {
  const sorted = [...history].sort((a, b) => a.day.localeCompare(b.day))
  const [first, last] = [sorted[0]?.day, sorted.at(-1)?.day]
  if (!first || !last || dayCount(first, last) < season) return null
  const values = new Map(sorted.map(one => [one.day, one.value]))
  const value = (day: Day) => values.get(day) ?? 0
  const blocks = Math.ceil((weeks * 7) / block)

  const trials: { errors: Float64Array[] }[] = levels.map(() => ({ errors: [] }))
  for (let n = 0, start = addDays(last, -block); n < most; n += 1, start = addDays(start, -apart)) {
    // Less than a month beyond a year, and the level would be the season's own.
    if (dayCount(first, start) < season + 28) break
    const shape = learnShape(
      sorted.filter(one => one.day <= start),
      events,
    )
    const known = Math.min(blocks, Math.floor((dayCount(start, last) - 1) / block))
    const ahead = Array.from({ length: known }, (_, h) => {
      const days = daysBetween(addDays(start, 1 + h * block), addDays(start, (h + 1) * block))
      return { weight: total(days, day => shape.weight(day)), came: total(days, value) }
    })
    levels.forEach((length, at) => {
      const level = levelOf(shape, value, first, start, length)
      const errors = ahead.map(({ weight, came }) => Math.log(came / (level * weight)))
      const usable = errors.findIndex(error => !Number.isFinite(error))
      trials[at]?.errors.push(Float64Array.from(usable < 0 ? errors : errors.slice(0, usable)))
    })
  }
  const graded = trials.map(({ errors }) => {
    const all = errors.flatMap(row => [...row])
    return all.length === 0 ? null : all.reduce((sum, one) => sum + Math.abs(Math.expm1(one)), 0) / all.length
  })
  const best = graded.reduce<number>(
    (at, one, n) => (one !== null && one < (graded[at] ?? Infinity) ? n : at),
    0,
  )
  const errors = (trials[best]?.errors ?? []).filter(row => row.length > 0)
  const error = graded[best] ?? null
  const levelDays = levels[best] ?? levels[0]
  const shape = learnShape(sorted, events)
  const level = levelOf(shape, value, first, last, levelDays)
  const { w80 } = widthsOf(errors, blocks)
  const until = addDays(last, weeks * 7)
  return {
    until,
    day: day => level * shape.weight(day),
    width: middle => {
      const h = Math.min(blocks - 1, Math.max(0, Math.floor((dayCount(last, middle) - 2) / block)))
      return errors.length === 0
        ? firstGuess * Math.sqrt((h * block) / 28 + 1)
        : Math.max(w80[h] ?? 0, w80[0] ?? 0)
    },
    levelDays,
    tried: errors.length,
    error,
    notes: shape.notes,
  }
}

const total = (days: readonly Day[], of: (day: Day) => number): number =>
  days.reduce((sum, day) => sum + of(day), 0)

/** What was sold of late against what the shape says of the same days: 1 where trade is as large as in other years. */
function levelOf(
  shape: YearShape,
  value: (day: Day) => number,
  first: Day,
  last: Day,
  length: number,
): number {
  const from = addDays(last, 1 - length)
  const days = daysBetween(from < first ? first : from, last)
  const usual = total(days, day => shape.weight(day))
  return usual > 0 ? total(days, value) / usual : 1
}
