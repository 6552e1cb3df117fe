import { invalid } from '#kernel/error.ts'
import { at, type Numbers, solver } from './numbers.ts'

/** A total of a hierarchy or of several crossed ones (a store, a category, all): the names of the leaves it adds up. */
export interface Total {
  name: string
  leaves: readonly string[]
}

export interface Reconciliation {
  /** Every leaf by name, and every total: what its own forecast says of each period ahead. */
  base: ReadonlyMap<string, Numbers>
  totals: readonly Total[]
  /**
   * - `bottom_up`: the leaves are right, totals are their sums.
   * - `top_down`: the total of all leaves is right; each leaf gets its share of it, by its own forecast.
   * - `weighted`: everybody is a little right, the more the less they erred (`variance`): weighted least squares, which is
   *   minimum trace with a diagonal covariance (Wickramasuriya, Athanasopoulos & Hyndman 2019).
   */
  method: 'bottom_up' | 'top_down' | 'weighted'
  /** Variance of the forecast errors by name. Where one is missing: by how many leaves it adds up (structural scaling). */
  variance?: ReadonlyMap<string, number>
  /** Leaves never below zero. When absent: where no base forecast is. */
  nonNegative?: boolean
}

/** Forecasts of leaves and totals of which every total is the sum of its leaves, added in the order it names them. */
export function reconcile({
  base,
  totals,
  method,
  variance,
  nonNegative,
}: Reconciliation): Map<string, Float64Array> {
  const inTotals = new Set(totals.map(total => total.name))
  const leaves = [...base.keys()].filter(name => !inTotals.has(name))
  const place = new Map(leaves.map((name, index) => [name, index]))
  const horizon = base.get(leaves[0] ?? '')?.length ?? 0
  const of = (name: string): Numbers => {
    const points = base.get(name)
    if (points === undefined || points.length !== horizon)
      throw invalid(
        points === undefined
          ? `there is no forecast of ${name}`
          : `the forecast of ${name} has another horizon`,
        'give one forecast over the same periods for every leaf and every total',
      )
    return points
  }
  const parts = totals.map(({ name, leaves: of }) => ({
    name,
    members: of.map(leaf => {
      const index = place.get(leaf)
      if (index === undefined)
        throw invalid(`${name} adds up ${leaf}, which is no leaf`, 'name only leaves in a total')
      return index
    }),
  }))
  const bottom =
    method === 'bottom_up'
      ? leaves.map(leaf => Float64Array.from(of(leaf)))
      : method === 'top_down'
        ? topDown(leaves, parts, of, horizon)
        : weighted(leaves, parts, of, horizon, variance)
  const neverBelow =
    nonNegative ?? [...base.values()].every(points => Array.from(points).every(value => value >= 0))
  const result = new Map<string, Float64Array>()
  leaves.forEach((leaf, index) => {
    const points = bottom[index] as Float64Array
    result.set(leaf, neverBelow ? points.map(value => Math.max(0, value)) : points)
  })
  for (const { name, members } of parts) {
    const sums = new Float64Array(horizon)
    for (const member of members) {
      const points = result.get(leaves[member] as string) as Float64Array
      for (let h = 0; h < horizon; h++) sums[h] = at(sums, h) + at(points, h)
    }
    result.set(name, sums)
  }
  return result
}

interface Part {
  name: string
  members: readonly number[]
}

function topDown(
  leaves: readonly string[],
  parts: readonly Part[],
  of: (name: string) => Numbers,
  horizon: number,
) {
  const top = parts.find(part => new Set(part.members).size === leaves.length)
  if (top === undefined)
    throw invalid('no total adds up all leaves', 'name the total of all, or reconcile bottom_up or weighted')
  const own = leaves.map(of)
  return own.map(points =>
    Float64Array.from({ length: horizon }, (_, h) => {
      const sum = own.reduce((all, one) => all + at(one, h), 0)
      return sum === 0 ? at(of(top.name), h) / leaves.length : (at(points, h) / sum) * at(of(top.name), h)
    }),
  )
}

/** The leaves b that minimise Σ (forecast − its sum of b)² ÷ variance over leaves and totals. */
function weighted(
  leaves: readonly string[],
  parts: readonly Part[],
  of: (name: string) => Numbers,
  horizon: number,
  variance: ReadonlyMap<string, number> | undefined,
) {
  const n = leaves.length
  const known = leaves.map(leaf => variance?.get(leaf) ?? 0).filter(value => value > 0)
  const usual = known.length === 0 ? 1 : known.reduce((sum, value) => sum + value, 0) / known.length
  // A variance of nothing would forbid any change; a thousandth of the usual one nearly does. Only their proportions count.
  const weightOf = (name: string, size: number) =>
    1 / Math.max((variance?.get(name) ?? usual * size) / usual, 1 / 1000)
  const normal = new Float64Array(n * n)
  leaves.forEach((leaf, i) => {
    normal[i * n + i] = weightOf(leaf, 1)
  })
  for (const { name, members } of parts) {
    const weight = weightOf(name, members.length)
    for (const i of members) for (const j of members) normal[i * n + j] = at(normal, i * n + j) + weight
  }
  const solve = solver(normal, n)
  const bottom = leaves.map(() => new Float64Array(horizon))
  for (let h = 0; h < horizon; h++) {
    const target = Float64Array.from(leaves, leaf => weightOf(leaf, 1) * at(of(leaf), h))
    for (const { name, members } of parts) {
      const pull = weightOf(name, members.length) * at(of(name), h)
      for (const i of members) target[i] = at(target, i) + pull
    }
    solve(target).forEach((value, i) => {
      ;(bottom[i] as Float64Array)[h] = value
    })
  }
  return bottom
}
