import { Decimal } from 'decimal.js'
import { type Day, daysBetween, weekday } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { exact } from '#kernel/money.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import type { YearShape } from './year-shape.ts'

const Exact = Decimal.clone({ precision: 40 })

/** What people changed of a phasing: a day's weight multiplied. */
export type Adjustments = Readonly<Record<Day, number>>

/** A day of a phased figure. */
export interface PhasedDay {
  day: Day
  amount: string
  /** Its share of the whole, for drawing. */
  share: number
}

/**
 * Shares a figure out over the days of a range by the season's weights, in multiples of `places` decimals that add up to
 * the figure exactly (largest remainders). What is finer than that stays with the heaviest day.
 */
export function phase(
  amount: string,
  from: Day,
  to: Day,
  shape: Pick<YearShape, 'weight'>,
  { places = 2, adjustments = {} }: { places?: number; adjustments?: Adjustments } = {},
): PhasedDay[] {
  const days = daysBetween(from, to)
  if (days.length === 0) throw invalid(`There are no days from ${from} to ${to}.`)
  const shares = sharesOf(days, shape, adjustments)
  return shareOut(amount, shares, places).map((text, n) => ({
    day: days[n] as Day,
    amount: text,
    share: shares[n] as number,
  }))
}

/** Shares of days that add up to 1; evenly where no day has any weight. */
export function sharesOf(
  days: readonly Day[],
  shape: Pick<YearShape, 'weight'>,
  adjustments: Adjustments = {},
): number[] {
  const weights = days.map(day => {
    const by = adjustments[day] ?? 1
    if (!(by >= 0)) throw invalid(`The weight of ${day} is made ${by} times: it cannot be below 0.`)
    return shape.weight(day) * by
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map(weight => (total > 0 ? weight / total : 1 / days.length))
}

/** Decimal text in parts that add up to it to the last digit: rounded down, what is left to the largest remainders. */
export function shareOut(amount: string, shares: readonly number[], places: number): string[] {
  const total = new Exact(exact(amount))
  const unit = new Exact(10).pow(-places)
  const sign = total.isNegative() ? -1 : 1
  const units = total.abs().div(unit).floor()
  const sum = shares.reduce((all, share) => all.plus(share), new Exact(0))
  const parts = shares.map((share, index) => {
    const due = sum.isZero() ? units.div(shares.length) : units.times(share).div(sum)
    return { index, whole: due.floor(), rest: due.minus(due.floor()) }
  })
  let left = units.minus(parts.reduce((all, part) => all.plus(part.whole), new Exact(0))).toNumber()
  for (const part of [...parts].sort((a, b) => b.rest.comparedTo(a.rest) || a.index - b.index)) {
    if (left-- <= 0) break
    part.whole = part.whole.plus(1)
  }
  const finer = total.minus(units.times(unit).times(sign))
  const heaviest = shares.indexOf(Math.max(...shares))
  return parts.map(({ index, whole }) => {
    const own = whole.times(unit).times(sign)
    if (index === heaviest && !finer.isZero()) return own.plus(finer).toFixed()
    return (own.isZero() ? own.abs() : own).toFixed(places)
  })
}

/** Sales by weekday (1 Monday … 7 Sunday) and hour, as counted: what days are shared out to hours by. */
export type HourCounts = readonly { weekday: number; hour: number; value: number }[]

/** Counts as what a week's 168 hours had, from Monday 0:00 on: how they are kept. */
export function weekOf(counts: HourCounts): number[] {
  const week = new Array<number>(168).fill(0)
  for (const { weekday: at, hour, value } of counts) week[(at - 1) * 24 + hour] = value
  return week
}

/** The hours of a week, as they were kept. */
export const countsOf = (week: readonly number[]): HourCounts =>
  week.map((value, n) => ({ weekday: Math.floor(n / 24) + 1, hour: n % 24, value }))

/** What people say each hour of a day weighs, times what history says; undefined where they say nothing. */
export const timesOf = (
  day: Day,
  { [day]: own, [weekday(day)]: usual }: HourWeights,
): (number | undefined)[] => Array.from({ length: 24 }, (_, hour) => own?.[hour] ?? usual?.[hour])

/**
 * A day's figure over its 24 hours, by how its weekday runs, and by what people say who know better; a weekday seen little
 * borrows from all days. An hour nothing was ever sold in has nothing to multiply: it weighs as an even hour does, times what
 * is said. Adds up to the day exactly (largest remainders).
 */
export function phaseHours(
  amount: string,
  day: Day,
  counts: HourCounts,
  places = 2,
  weights: HourWeights = {},
): string[] {
  const said = timesOf(day, weights)
  const own = new Array<number>(24).fill(0)
  const all = new Array<number>(24).fill(0)
  for (const { weekday: at, hour, value } of counts) {
    const size = Math.max(0, value)
    all[hour] = (all[hour] as number) + size
    if (at === weekday(day)) own[hour] = (own[hour] as number) + size
  }
  const total = (of: number[]) => of.reduce((sum, value) => sum + value, 0)
  const [seen, whole] = [total(own), total(all)]
  const trust = whole > 0 ? Math.min(1, seen / (whole / 28)) : 0
  const shares = own.map((value, hour) => {
    const general = whole > 0 ? (all[hour] as number) / whole : 1 / 24
    const share = trust * (seen > 0 ? value / seen : 0) + (1 - trust) * general
    const by = said[hour]
    return by === undefined ? share : by * (share || 1 / 24)
  })
  return shareOut(amount, shares, places)
}
