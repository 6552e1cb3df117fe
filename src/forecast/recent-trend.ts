import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { at, believed, line, mean } from './numbers.ts'
import type { TradedDay } from './year-shape.ts'

/** Where a trade without a year behind it seems to be heading. */
export interface RecentTrend {
  /** Factor of a day so many days after the last. */
  factor(after: number): number
  /** Variance of the logarithm of the mean of so many days to come, the nearest tomorrow: seasons that are not known yet. */
  variance(days: number): number
}

/** Weeks the trend is read from, at most and at least. */
const most = 13
const least = 4
/** What is left of a week's growth in the week after: a trend of weeks seldom lasts for years (Gardner & McKenzie 1985). */
const fading = 0.95
/** How much the level of trade commonly moves in a week beyond its trend, as a logarithm: a seventh in a month. */
const usual = 0.07
/**
 * How far a season nobody has seen yet commonly carries a quarter from where the last weeks were heading, as a logarithm: of
 * made-up shops with seasons of 0 to 40 % ranges of quarters then hold their four fifths taken together.
 */
const season = 0.15

/**
 * The trend of the last weeks, as far as it is more than chance, and how far the level has wandered about it. Wanted where
 * less than a year is known; with a year, the season says where trade is heading.
 */
export function recentTrend(history: readonly TradedDay[]): RecentTrend {
  const last = history.at(-1)?.day
  const first = history[0]?.day
  const weeks = first === undefined || last === undefined ? [] : weeksOf(history, first, last)
  if (weeks.length < least)
    return { factor: () => 1, variance: days => usual ** 2 * wander(days) + turn(days) }
  const logs = Float64Array.from(weeks, Math.log)
  const { start, slope } = line(logs)
  const left = logs.map((value, t) => value - start - slope * t)
  const n = logs.length
  const spread = left.reduce((sum, one) => sum + one * one, 0) / (n - 2)
  const doubt = (12 * spread) / (n * (n * n - 1))
  const kept = believed(slope, doubt)
  const steps = logs.slice(1).map((value, t) => value - at(logs, t) - slope)
  // Steps of what is only noise about a level cancel out: half of their variance is the noise's own.
  const moved = mean(steps.map(step => step * step))
  const step = Math.max(0, moved - 2 * Math.min(spread, moved / 2))
  const walk = (step * (n - 1) + usual ** 2 * least) / (n - 1 + least)
  const gone = (after: number) => (kept * (1 - fading ** (after / 7))) / (1 - fading)
  return {
    factor: after => Math.exp(gone(after)),
    // It may end tomorrow, or go on as it does.
    variance: days => walk * wander(days) + doubt * (days / 14) ** 2 + (gone(days / 2) / 2) ** 2 + turn(days),
  }
}

/** Variance of the logarithm of the mean of so many days to come by an unseen season: a smooth past tells nothing of its turn. */
const turn = (days: number) => (season * Math.max(0, days / 91)) ** 2

/** Variance of the mean of a random walk's next days, in steps of a week. */
const wander = (days: number) => Math.max(0, days) / 21

/** What each whole week before the last day sold, oldest first, from the first that sold something on. */
function weeksOf(history: readonly TradedDay[], first: Day, last: Day): number[] {
  const values = new Map(history.map(one => [one.day, one.value]))
  const count = Math.min(most, Math.floor(dayCount(first, last) / 7))
  const weeks = Array.from({ length: count }, (_, week) => {
    let sum = 0
    for (let day = 1; day <= 7; day += 1) sum += values.get(addDays(last, day - 7 * (count - week))) ?? 0
    return sum
  })
  return weeks.slice(weeks.findLastIndex(week => week <= 0) + 1)
}
