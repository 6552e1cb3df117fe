import { at } from './numbers.ts'

/**
 * The downhill simplex of Nelder & Mead (1965) inside a box. Returns the best point found after at most `tries`
 * evaluations; points outside the box are drawn to its edge.
 */
export function minimise(
  cost: (point: Float64Array) => number,
  start: readonly number[],
  low: readonly number[],
  high: readonly number[],
  tries = 120,
): Float64Array {
  const n = start.length
  const boxed = (point: Float64Array) => {
    for (let i = 0; i < n; i++) point[i] = Math.min(Math.max(at(point, i), at(low, i)), at(high, i))
    return point
  }
  let used = 0
  const weigh = (point: Float64Array) => {
    used++
    const value = cost(point)
    return { point, value: Number.isFinite(value) ? value : Number.MAX_VALUE }
  }
  const corners = [weigh(boxed(Float64Array.from(start)))]
  for (let i = 0; i < n; i++) {
    const point = Float64Array.from(start)
    const span = at(high, i) - at(low, i)
    point[i] = at(point, i) + (at(point, i) > at(low, i) + span / 2 ? -0.25 : 0.25) * span
    corners.push(weigh(boxed(point)))
  }
  const order = () => corners.sort((a, b) => a.value - b.value)
  order()
  while (used < tries) {
    const best = corners[0] as (typeof corners)[0]
    const worst = corners[n] as (typeof corners)[0]
    if (worst.value - best.value <= 1e-7 * (Math.abs(best.value) + 1e-12)) break
    const centre = new Float64Array(n)
    for (let c = 0; c < n; c++)
      for (let i = 0; i < n; i++) centre[i] = at(centre, i) + at((corners[c] as typeof best).point, i) / n
    const away = (factor: number) =>
      weigh(boxed(centre.map((middle, i) => middle + factor * (middle - at(worst.point, i)))))
    const reflected = away(1)
    if (reflected.value < best.value) {
      const further = away(2)
      corners[n] = further.value < reflected.value ? further : reflected
    } else if (reflected.value < (corners[n - 1] as typeof best).value) corners[n] = reflected
    else {
      const nearer = away(reflected.value < worst.value ? 0.5 : -0.5)
      if (nearer.value < Math.min(worst.value, reflected.value)) corners[n] = nearer
      else
        for (let c = 1; c <= n; c++)
          corners[c] = weigh(
            (corners[c] as typeof best).point.map((value, i) => (value + at(best.point, i)) / 2),
          )
    }
    order()
  }
  return (corners[0] as (typeof corners)[0]).point
}
