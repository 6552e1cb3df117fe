import { apartOf } from './intervals.ts'
import { at, mean } from './numbers.ts'
import { type Profile, seasonsOver } from './seasons.ts'

/** What the profiles made of the past up to an origin said of the periods after it, beside what came (both in the profiles' units). */
export interface Foretold {
  origin: number
  past: Float64Array
  profiles: readonly Profile[]
  actual: Float64Array
}

/** How far off what is believed of a season beforehand may be (a standard deviation). */
const doubt = 0.5

/**
 * How much of the profile of a period to take: the slope of what came on what the profile said, both as moves from the mean
 * of the last `width` values, over the trials. A series that wanders has had a year, too, but by chance, and its next goes
 * another way. The slope is drawn to what is believed `before` by how unsure it is (a normal prior; the slope's variance by
 * origins, of which those that overlap err together), and kept within 0 and 1.
 * @param width whole shorter seasons, over which those average out
 */
export function trustOf(
  period: number,
  width: number,
  foretold: readonly Foretold[],
  before: number,
): number {
  const moves = foretold.flatMap(({ origin, past, profiles, actual }) => {
    const own = profiles.filter(one => one.period === period)
    if (own.length === 0) return []
    const others = profiles.filter(one => one.period < period)
    const [from, length] = [past.length - width, width + actual.length]
    const [said, rest] = [seasonsOver(own, from, length), seasonsOver(others, from, length)]
    const level = mean(said.subarray(0, width))
    const known = mean(Float64Array.from({ length: width }, (_, i) => at(past, from + i) - at(rest, i)))
    return [
      {
        origin,
        x: said.subarray(width).map(value => value - level),
        y: actual.map((value, h) => value - at(rest, width + h) - known),
      },
    ]
  })
  const sum = (of: (one: (typeof moves)[0]) => number) => moves.reduce((all, one) => all + of(one), 0)
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((all, value, i) => all + value * at(b, i), 0)
  const square = sum(({ x }) => dot(x, x))
  if (!(square > 0)) return before
  const slope = sum(({ x, y }) => dot(x, y)) / square
  const apart = apartOf(
    moves.map(one => one.origin),
    Math.max(...moves.map(one => one.x.length)),
  )
  // One stretch says nothing of the next.
  if (apart < 1.5) return before
  const scatter = sum(({ x, y }) => (dot(x, y) - slope * dot(x, x)) ** 2) / square ** 2
  const variance = (scatter * moves.length) / (apart - 1)
  const share = doubt ** 2 / (doubt ** 2 + variance)
  return Math.min(1, Math.max(0, share * slope + (1 - share) * before))
}
