import { invalid } from '#kernel/error.ts'
import { at, type Numbers } from './numbers.ts'
import { reconcile } from './reconcile.ts'

/**
 * Where a series stands on each axis (a store, a category, a channel): the bottom has a value on every one; null adds up all
 * of an axis. The place of nothing but nulls is the total.
 */
export type Place = readonly (string | null)[]

/** A sum of bottom series, by their numbers in order. */
export interface Node {
  at: Place
  members: readonly number[]
}

/** A place as text. */
export const placeKey = (place: Place): string => JSON.stringify(place)

/**
 * Every sum of a bottom crossed by some axes, the total first and the bottom itself last: of three axes the total, each
 * axis, each two of them crossed, and all three. The rows of the summing matrix of a grouped hierarchy (Hyndman &
 * Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., §11.1).
 */
export function nodesOf(cells: readonly (readonly string[])[]): Node[] {
  const axes = cells[0]?.length ?? 0
  const subsets = Array.from({ length: 2 ** axes }, (_, bits) =>
    Array.from({ length: axes }, (_, axis) => Math.floor(bits / 2 ** axis) % 2 === 1),
  ).sort((a, b) => a.filter(Boolean).length - b.filter(Boolean).length)
  return subsets.flatMap(kept => {
    const nodes = new Map<string, { at: Place; members: number[] }>()
    cells.forEach((cell, index) => {
      const place = cell.map((value, axis) => (kept[axis] ? value : null))
      const node = nodes.get(placeKey(place)) ?? { at: place, members: [] }
      node.members.push(index)
      nodes.set(placeKey(place), node)
    })
    return [...nodes.values()]
  })
}

/** What a place says of itself: its periods ahead, and the variance of their errors. */
export interface SaidOf {
  points: Numbers
  variance: number
}

/**
 * The bottom of a crossed hierarchy, of which every place is the sum, to the coin (a hundredth). Everybody who says something
 * of himself is heard, the more the less he errs: weighted least squares over the summing matrix with the variances of the
 * base forecasts, which is minimum trace with a diagonal covariance (Wickramasuriya, Athanasopoulos & Hyndman 2019, JASA
 * 114). The values of the first axis are immutable (Zhang, Kang, Panagiotelis & Li 2023, EJOR 308): `fixed` says what each
 * is, and the bottom below it comes to just that. Nothing is below zero.
 * @param said every cell, and what sums there are, by `placeKey`; those of a value of the first axis in its own unit
 * @param fixed by value of the first axis, in its own unit
 * @param usual what each cell usually is: the shares of a day on which none says anything
 * @param rates units of the whole for one of each value of the first axis; 1 where none is given
 * @returns the bottom in the order of `cells`, each in the unit of its value of the first axis
 * @throws Failure `invalid` where a cell or a value of the first axis says nothing.
 */
export function reconcileCells(given: {
  cells: readonly (readonly string[])[]
  said: ReadonlyMap<string, SaidOf>
  fixed: ReadonlyMap<string, Numbers>
  usual: readonly number[]
  rates?: ReadonlyMap<string, number>
}): Float64Array[] {
  const { cells, said, fixed, usual, rates } = given
  const rateOf = (first: string | null | undefined) => rates?.get(first ?? '') ?? 1
  const name = (index: number) => `cell ${index}`
  const [base, variance] = [new Map<string, Float64Array>(), new Map<string, number>()]
  const totals: { name: string; leaves: string[] }[] = []
  for (const { at: place, members } of nodesOf(cells)) {
    const isCell = !place.includes(null)
    const [first, ...others] = place
    const points = first != null && others.every(value => value === null) ? fixed.get(first) : undefined
    // What is immutable does not err: the least variance there is all but binds, and sharing out does the rest.
    const own = points && !isCell ? { points, variance: 0 } : said.get(placeKey(place))
    if (own === undefined && isCell)
      throw invalid(`there is no forecast of ${place.join(' × ')}`, 'give one for every cell')
    if (own === undefined) continue
    const called = isCell ? name(members[0] as number) : `sum ${placeKey(place)}`
    const rate = rateOf(first)
    base.set(
      called,
      Float64Array.from(own.points, value => value * rate),
    )
    variance.set(called, own.variance * rate ** 2)
    if (!isCell) totals.push({ name: called, leaves: members.map(name) })
  }
  const moved = reconcile({ base, totals, method: 'weighted', variance, nonNegative: true })
  const bottom = new Array<Float64Array>(cells.length)
  const groups = Map.groupBy(cells.keys(), index => cells[index]?.[0] as string)
  for (const [first, members] of groups) {
    const whole = fixed.get(first)
    if (whole === undefined) throw invalid(`nothing says what ${first} is`, 'give what is fixed for each')
    const shared = shareOut(
      members.map(index => moved.get(name(index)) as Float64Array),
      whole,
      members.map(index => usual[index] ?? 0),
    )
    members.forEach((index, n) => {
      bottom[index] = shared[n] as Float64Array
    })
  }
  return bottom
}

/**
 * Parts of a whole as they stand to each other, in coins (hundredths) that sum to it in every period; the coins that
 * rounding down leaves go to whom it took most from. Where none is above zero: as they usually stand.
 */
export function shareOut(
  parts: readonly Numbers[],
  whole: Numbers,
  usual: readonly number[],
): Float64Array[] {
  const shared = parts.map(() => new Float64Array(whole.length))
  const usually = usual.reduce((sum, one) => sum + Math.max(0, one), 0)
  for (let h = 0; h < whole.length; h++) {
    const own = parts.map(one => Math.max(0, at(one, h)))
    const sum = own.reduce((all, one) => all + one, 0)
    const shares =
      sum > 0
        ? own.map(one => one / sum)
        : usual.map(one => (usually > 0 ? Math.max(0, one) / usually : 1 / parts.length))
    const target = Math.round(100 * at(whole, h))
    // A hair more, or what is a coin already would be rounded down to the one below.
    const coins = shares.map(share => Math.floor(share * target + 1e-6))
    const taken = shares.map((share, n) => share * target - (coins[n] ?? 0))
    const first = [...taken.keys()].sort((a, b) => (taken[b] ?? 0) - (taken[a] ?? 0))
    const left = target - coins.reduce((all, one) => all + one, 0)
    for (let n = 0; n < Math.abs(left); n++) {
      const one = first.at(left > 0 ? n : -1 - n) ?? 0
      coins[one] = (coins[one] ?? 0) + Math.sign(left)
    }
    coins.forEach((one, n) => {
      ;(shared[n] as Float64Array)[h] = one / 100
    })
  }
  return shared
}
