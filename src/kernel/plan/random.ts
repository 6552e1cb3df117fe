import { invalid } from '../error.ts'

/** A stream of numbers in (0, 1), the same for the same seed: sfc32 (Doty-Humphrey), seeded by splitmix. */
export function stream(seed: number): () => number {
  let state = seed | 0
  const mix = () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [mix(), mix(), mix(), 1]
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return ((t >>> 0) + 0.5) / 4294967296
  }
  for (let n = 0; n < 12; n += 1) next()
  return next
}

/** The normal quantile (Acklam's rational approximation, relative error below 1.2 × 10⁻⁹). */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity
  if (p >= 1) return Infinity
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  )
}

const tail = (q: number): number =>
  (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
    4.374664141464968) *
    q +
    2.938163982698783) /
  ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1)

/** The normal distribution function (West 2005, double precision). */
export function normalBelow(x: number): number {
  const z = Math.abs(x)
  if (z > 37) return x > 0 ? 1 : 0
  const e = Math.exp((-z * z) / 2)
  let above: number
  if (z < 7.07106781186547) {
    const up =
      ((((((3.52624965998911e-2 * z + 0.700383064443688) * z + 6.37396220353165) * z + 33.912866078383) * z +
        112.079291497871) *
        z +
        221.213596169931) *
        z +
        220.206867912376) *
      e
    const down =
      ((((((8.83883476483184e-2 * z + 1.75566716318264) * z + 16.064177579207) * z + 86.7807322029461) * z +
        296.564248779674) *
        z +
        637.333633378831) *
        z +
        793.826512519948) *
        z +
      440.413735824752
    above = up / down
  } else above = e / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631
  return x > 0 ? 1 - above : above
}

const impossible = () =>
  invalid(
    'These correlations cannot all hold at once.',
    'Bring the strongest ones nearer to 0: what moves with two others must let those move together too.',
  )

/**
 * The lower triangular root of a correlation matrix, so that L·z is correlated as the matrix says.
 * @throws Failure('invalid') for a matrix no drivers can have: each pair is possible, all together are not.
 */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const root = matrix.map(row => row.map(() => 0))
  matrix.forEach((row, i) => {
    for (let j = 0; j <= i; j += 1) {
      let sum = row[j] ?? 0
      for (let k = 0; k < j; k += 1) sum -= (root[i]?.[k] ?? 0) * (root[j]?.[k] ?? 0)
      if (i === j) {
        if (sum < -1e-9) throw impossible()
        ;(root[i] as number[])[j] = Math.sqrt(Math.max(0, sum))
      } else {
        const pivot = root[j]?.[j] ?? 0
        // A driver that is wholly another's has nothing of its own left to move with a third.
        if (pivot < 1e-7 && Math.abs(sum) > 1e-7) throw impossible()
        ;(root[i] as number[])[j] = pivot < 1e-7 ? 0 : sum / pivot
      }
    }
  })
  return root
}
