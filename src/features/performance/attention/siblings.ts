/** Periods without any of what is sold all the time that no block of days outvotes. */
const gap = 14
/** Of it expected in such a gap, from which it is no chance: one in twenty thousand. */
const expectedInGap = 10

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

/**
 * Whether an amount came or went: two weeks or more passed without any of it, of which its other days make one expect so
 * much that it was not to be had. A product that was launched, delisted or long out of stock, a shop that opened.
 */
export function cameOrWent(amount: Float64Array): boolean {
  let longest = 0
  let run = 0
  for (const value of amount) {
    run = value > 0 ? 0 : run + 1
    longest = Math.max(longest, run)
  }
  const others = amount.length - longest
  return longest >= gap && others > 0 && (sumOf(amount) / others) * longest >= expectedInGap
}

export interface Grouped {
  /** Slices of one group stand beside each other. */
  group: string
  amount: Float64Array
}

/**
 * What stands beside each slice: the sum of the others of its group that were there all the time. One that came takes from
 * all others at once, and each would stand out against a sum it is part of. All others where those that stayed are less
 * than the slice itself: too little to measure it by.
 */
export function besideEach(cells: ReadonlyMap<string, Grouped>): (key: string) => Float64Array {
  const all = new Map<string, Float64Array>()
  const steady = new Map<string, Float64Array>()
  const stayed = new Set<string>()
  const add = (sums: Map<string, Float64Array>, { group, amount }: Grouped) => {
    const before = sums.get(group)
    sums.set(group, before ? before.map((sum, t) => sum + (amount[t] ?? 0)) : amount)
  }
  for (const [key, cell] of cells) {
    add(all, cell)
    if (cameOrWent(cell.amount)) continue
    stayed.add(key)
    add(steady, cell)
  }
  return key => {
    const cell = cells.get(key)
    if (!cell) return new Float64Array()
    const { group, amount } = cell
    const without = (sums: Map<string, Float64Array>, isIn: boolean) =>
      (sums.get(group) ?? new Float64Array(amount.length)).map(
        (sum, t) => sum - (isIn ? (amount[t] ?? 0) : 0),
      )
    const own = without(steady, stayed.has(key))
    return sumOf(own) >= sumOf(amount) ? own : without(all, true)
  }
}
