/** What chance moves a rate by within a slice: as counts scatter, and as much more as days were seen to. Pure. */

/** What a rate is of and how much there was of it (sessions and their orders), before and after. */
export interface Counts {
  of0: number
  of1: number
  count0: number
  count1: number
}

/** Count of an event that a sum of logarithms is far from: 0 × log 0 is 0. */
const part = (count: number, expected: number) => (count > 0 ? count * Math.log(count / expected) : 0)

/**
 * How far a rate moved beyond how the rest's did, in standard deviations, below zero where it fell: the signed root of the
 * likelihood ratio of two Poisson counts whose sum is given (McCullagh & Nelder 1989, §2.3; a count's variance is a trifle
 * above that of a share). Both counts are held against what they would be had nothing moved, so that a fall is not judged by
 * the scatter of the rate it left. What makes a ratio of counts unsurer widens it, as variances of its logarithm: that the
 * rest is counted too, and that a slice's days differ from each other by more than counts do.
 * @param rest the rest's counts; null where it stands still by definition
 * @param extra variance of a day's rate beside that of counting it, as a share of its square
 * @param days days of both sides, or as many of whatever `extra` is of
 * @returns 0 where too little is known
 */
export function rateDistance(
  { of0, of1, count0, count1 }: Counts,
  rest: Counts | null,
  extra: number,
  days: readonly [number, number],
): number {
  const usual = rest ? rest.count1 / rest.of1 / (rest.count0 / rest.of0) : 1
  const all = count0 + count1
  if (!(of0 > 0 && of1 > 0 && all > 0 && usual > 0 && Number.isFinite(usual))) return 0
  const [expected0, expected1] = [of0, usual * of1].map(one => (all * one) / (of0 + usual * of1)) as [
    number,
    number,
  ]
  const deviance = 2 * (part(count0, expected0) + part(count1, expected1))
  const own = 1 / expected0 + 1 / expected1
  const counted = rest ? 1 / rest.count0 + 1 / rest.count1 : 0
  // The rest's days differ by as much as a slice's at most: where it is one slice itself.
  const scattered = (rest ? 2 : 1) * extra * (1 / days[0] + 1 / days[1])
  return Math.sign(count1 - expected1) * Math.sqrt(Math.max(0, deviance) / (1 + (counted + scattered) / own))
}

/** A day of one slice, with all there was on that day beside it. */
export interface DayOf {
  of: number
  count: number
  allOf: number
  allCount: number
}

/** Days of a slice from which on their scatter says anything. */
const fewest = 10

/**
 * How much more than counts do the days of slices differ from the whole's: the variance of a day's rate about its slice's
 * usual measure of the whole's that day, less that of counting, as a share of the rate's square. By moments from Pearson's
 * statistic (Williams 1982), the middle of the slices', each as
 * weighty as its counts: one in which something happened is no measure of the others. 0 where
 * they differ no more, or too little is known.
 * @param slices days of each slice on one side of the comparison
 */
export function extraVariance(slices: readonly (readonly DayOf[])[]): number {
  const found = slices.flatMap(days => {
    const known = days.filter(one => one.of > 0 && one.allOf > 0 && one.allCount > 0)
    if (known.length < fewest) return []
    const asWhole = known.map(one => (one.of * one.allCount) / one.allOf)
    const [count, whole] = [
      known.reduce((sum, one) => sum + one.count, 0),
      asWhole.reduce((a, b) => a + b, 0),
    ]
    const all = known.reduce((sum, one) => sum + one.allCount, 0)
    // What is a part of the whole scatters the less against it the larger a part it is.
    const apart = 1 - count / all
    if (!(count > 0 && apart > 0.02)) return []
    const squares = known.reduce((sum, one, n) => {
      const expected = ((asWhole[n] ?? 0) * count) / whole
      return sum + (one.count - expected) ** 2 / expected
    }, 0)
    const times = squares / (known.length - 1) / apart
    return [{ share: ((times - 1) * known.length) / count, count }]
  })
  const sorted = found.toSorted((a, b) => a.share - b.share)
  let left = found.reduce((sum, one) => sum + one.count, 0) / 2
  const middle = sorted.find(one => {
    left -= one.count
    return left <= 0
  })
  return Math.max(0, middle?.share ?? 0)
}
