import type { Point } from '#forecast/forecast.ts'
import { reconcile } from '#forecast/reconcile.ts'
import { company, horizon } from './course.ts'

/** What a store or the company says by itself. */
export interface Said {
  course: { store: string; currency: string }
  forecast: { points: readonly Point[] }
}

type Points = number[][]
const pointsOf = ({ forecast }: Said): Points =>
  forecast.points.map(one => [one.p2_5, one.p10, one.p50, one.p90, one.p97_5])

/**
 * Moves the middles so that the stores add up to the company, each by how unsure it is, and the intervals with them. As they
 * are where there is nothing to add up or a rate is missing.
 */
export function addUp(made: readonly Said[], rates: Map<string, number> | null): (one: Said) => Points {
  const digits = (one: Said) => (one.course.currency === '' ? 1 : 100)
  const rounded = (one: Said, points: Points) =>
    points.map(row => row.map(value => Math.round(value * digits(one)) / digits(one)))
  if (rates === null || made.length < 2) return one => rounded(one, pointsOf(one))
  const leaves = made.filter(one => one.course.store !== company)
  const rateOf = (one: Said) => rates.get(one.course.store) ?? 1
  const name = (one: Said) => `store ${one.course.store}`
  const total = 'company'
  const called = (one: Said) => (one.course.store === company ? total : name(one))
  const middles = reconcile({
    base: new Map(
      made.map(one => [called(one), one.forecast.points.map(point => point.p50 * rateOf(one))] as const),
    ),
    totals: [{ name: total, leaves: leaves.map(name) }],
    method: 'weighted',
    variance: new Map(made.map(one => [called(one), spreadOf(one, rateOf(one))] as const)),
  })
  const moved = new Map<string, Points>()
  const sums = new Array<number>(horizon).fill(0)
  for (const one of leaves) {
    const points = pointsOf(one).map((row, h) => {
      const to = (middles.get(name(one))?.[h] ?? 0) / rateOf(one)
      return row.map(value => Math.max(value + to - (row[2] ?? 0), (row[0] ?? 0) >= 0 ? 0 : value))
    })
    const own = rounded(one, points)
    moved.set(one.course.store, own)
    own.forEach((row, h) => {
      sums[h] = (sums[h] ?? 0) + (row[2] ?? 0) * rateOf(one)
    })
  }
  return one => {
    const own = moved.get(one.course.store)
    if (own) return own
    return rounded(
      one,
      pointsOf(one).map((row, h) => row.map(value => value + (sums[h] ?? 0) - (row[2] ?? 0))),
    )
  }
}

/** Variance of the error of a day, by the width of the 80 % interval (2 × 1.2816 standard deviations), over all days ahead. */
const spreadOf = ({ forecast }: Said, rate: number): number =>
  forecast.points.reduce((sum, { p10, p90 }) => sum + (((p90 - p10) * rate) / 2.5631) ** 2, 0) /
  forecast.points.length
