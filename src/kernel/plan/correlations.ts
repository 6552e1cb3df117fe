import { invalid } from '../error.ts'
import { cholesky } from './random.ts'

/** How far two drivers, by position, move together: −1 against each other, 0 on their own, 1 as one. */
export interface Pair {
  a: number
  b: number
  r: number
}

/** Pairs as a matrix; what is not named is 0. */
export function matrixOf(count: number, pairs: readonly Pair[]): number[][] {
  const matrix = Array.from({ length: count }, (_, i) =>
    Array.from({ length: count }, (__, j) => Number(i === j)),
  )
  for (const { a, b, r } of pairs) {
    ;(matrix[a] as number[])[b] = r
    ;(matrix[b] as number[])[a] = r
  }
  return matrix
}

const holds = (matrix: readonly (readonly number[])[]): boolean => {
  try {
    cholesky(matrix)
    return true
  } catch {
    return false
  }
}

const said = (r: number) => String(Math.round(r * 100) / 100).replace('-', '−')
/** Rounded into the range, so that what is advised does hold. */
const inwards = (low: number, high: number) =>
  [Math.ceil(low * 100 - 1e-9), Math.floor(high * 100 + 1e-9)].map(one => one / 100)

/**
 * Checks that pairs can all hold at once: their matrix is positive semi-definite.
 * @throws Failure('invalid') naming the three drivers that contradict each other and the range the third pair may have,
 * or, where it takes more than three, how far all of them must come nearer to 0.
 */
export function checkTogether(names: readonly string[], pairs: readonly Pair[]): void {
  const matrix = matrixOf(names.length, pairs)
  if (holds(matrix)) return
  const at = (i: number, j: number) => matrix[i]?.[j] ?? 0
  const name = (n: number) => names[n] ?? `driver ${n + 1}`
  for (const one of pairs)
    for (let c = 0; c < names.length; c += 1) {
      const [a, b] = [one.a, one.b]
      if (c === a || c === b) continue
      const [ab, ac, bc] = [at(a, b), at(a, c), at(b, c)]
      if (1 + 2 * ab * ac * bc - ab * ab - ac * ac - bc * bc >= -1e-9) continue
      // The weakest of the three gives way: what is known best is said strongest.
      const weakest = [
        { hub: a, first: b, second: c },
        { hub: b, first: a, second: c },
        { hub: c, first: a, second: b },
      ].toSorted((p, q) => Math.abs(at(p.first, p.second)) - Math.abs(at(q.first, q.second)))[0] as {
        hub: number
        first: number
        second: number
      }
      const { hub, first, second } = weakest
      const [x, y] = [at(hub, first), at(hub, second)]
      const play = Math.sqrt((1 - x * x) * (1 - y * y))
      const [low, high] = inwards(x * y - play, x * y + play)
      throw invalid(
        `${name(first)} and ${name(second)} cannot be at ${said(at(first, second))} while ${name(hub)} is at ${said(x)} with the one and ${said(y)} with the other.`,
        low === high
          ? `Set ${name(first)} with ${name(second)} to ${said(low as number)}, or bring one of the other two nearer to 0.`
          : `Set ${name(first)} with ${name(second)} between ${said(low as number)} and ${said(high as number)}, or bring one of the other two nearer to 0.`,
      )
    }
  // Every three hold and all do not: how much of it would.
  let [good, bad] = [0, 1]
  for (let n = 0; n < 20; n += 1) {
    const share = (good + bad) / 2
    const weaker = matrixOf(
      names.length,
      pairs.map(one => ({ ...one, r: one.r * share })),
    )
    if (holds(weaker)) good = share
    else bad = share
  }
  throw invalid(
    'These pairs of drivers cannot all hold at once: what moves with two others must let those move together too.',
    `Bring them nearer to 0: at ${Math.floor(good * 100)} % of what they are they hold.`,
  )
}
