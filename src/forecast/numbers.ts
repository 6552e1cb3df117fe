/** Arithmetic the models share. Everything is pure; an index outside its array is a programming error. */
export type Numbers = readonly number[] | Float64Array

/** The value at an index that is known to be inside. */
export const at = (values: Numbers, index: number): number => values[index] as number

export function mean(values: Numbers): number {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? 0 : sum / values.length
}

/** Mean squared distance from the mean. */
export function variance(values: Numbers): number {
  const middle = mean(values)
  let sum = 0
  for (const value of values) sum += (value - middle) ** 2
  return values.length === 0 ? 0 : sum / values.length
}

/** The quantile of a sorted sample, between its neighbours (Hyndman & Fan 1996, type 7); NaN when it is empty. */
export function quantileOf(sorted: Numbers, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const place = Math.min(Math.max(share, 0), 1) * (sorted.length - 1)
  const below = Math.floor(place)
  const low = at(sorted, below)
  return below + 1 < sorted.length ? low + (place - below) * (at(sorted, below + 1) - low) : low
}

export const sorted = (values: Numbers): Float64Array => Float64Array.from(values).sort()

export const quantile = (values: Numbers, share: number): number => quantileOf(sorted(values), share)

export const median = (values: Numbers): number => quantile(values, 0.5)

/** Median absolute deviation, scaled to be the standard deviation of a normal sample (× 1.4826). */
export function mad(values: Numbers, centre = median(values)): number {
  return 1.4826 * median(Float64Array.from(values, value => Math.abs(value - centre)))
}

/** An estimate drawn to nothing as far as chance may have made it: the positive part of James & Stein (1961). */
export const believed = (estimate: number, variance: number): number =>
  estimate === 0 ? 0 : estimate * Math.max(0, 1 - variance / (estimate * estimate))

/** y[t] − y[t−1]; one shorter than its input. */
/** How many neighbours on each side say what a value's ordinary size is. */
const around = 12

/**
 * Whether logarithms may be taken: every value is above zero, and none is a fiftieth of its neighbours, whose logarithm would
 * outweigh them all. What grew a hundredfold step by step is safe, what falls to nothing now and then is not.
 */
export function isSafelyPositive(values: Numbers): boolean {
  const low = quantile(values, 0)
  if (low <= 0) return false
  return (
    low > median(values) / 50 ||
    values.every((value, t) => value > median(values.slice(Math.max(0, t - around), t + around + 1)) / 50)
  )
}

export const differences = (values: Numbers): Float64Array =>
  Float64Array.from({ length: Math.max(0, values.length - 1) }, (_, i) => at(values, i + 1) - at(values, i))

/** The last `count` values, or all of them where there are fewer. */
export const lastOf = (values: Float64Array, count: number): Float64Array =>
  values.length <= count ? values : values.subarray(values.length - count)

/** Least squares line through values at 0, 1, 2 …: value = start + slope × index. */
export function line(values: Numbers): { start: number; slope: number } {
  const n = values.length
  if (n < 2) return { start: n === 1 ? at(values, 0) : 0, slope: 0 }
  const middle = (n - 1) / 2
  const level = mean(values)
  let across = 0
  for (let i = 0; i < n; i++) across += (i - middle) * (at(values, i) - level)
  const slope = across / ((n * (n * n - 1)) / 12)
  return { start: level - slope * middle, slope }
}

/**
 * Solves the symmetric positive definite system A x = b by Cholesky. A is row after row, n × n; a direction without
 * information (pivot about zero) gets the coefficient 0.
 */
export const solve = (a: Float64Array, b: Float64Array): Float64Array => solver(a, b.length)(b)

/** What solves A x = b for one b after another, A being taken apart once; as `solve` does. */
export function solver(a: Float64Array, n: number): (b: Float64Array) => Float64Array {
  const l = new Float64Array(n * n)
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = at(a, i * n + j)
      for (let k = 0; k < j; k++) sum -= at(l, i * n + k) * at(l, j * n + k)
      if (i === j) l[j * n + j] = sum > 1e-10 * (Math.abs(at(a, j * n + j)) + 1e-300) ? Math.sqrt(sum) : 0
      else l[i * n + j] = at(l, j * n + j) === 0 ? 0 : sum / at(l, j * n + j)
    }
  }
  return b => {
    const x = new Float64Array(n)
    for (let i = 0; i < n; i++) {
      let sum = at(b, i)
      for (let k = 0; k < i; k++) sum -= at(l, i * n + k) * at(x, k)
      x[i] = at(l, i * n + i) === 0 ? 0 : sum / at(l, i * n + i)
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = at(x, i)
      for (let k = i + 1; k < n; k++) sum -= at(l, k * n + i) * at(x, k)
      x[i] = at(l, i * n + i) === 0 ? 0 : sum / at(l, i * n + i)
    }
    return x
  }
}

/**
 * Ridge regression. `rows` has one row for each observation, `penalty` one weight for each column (0: not shrunk),
 * in units of that column's sum of squares; `weights` one for each observation.
 */
export function ridge(rows: Numbers[], target: Numbers, penalty: Numbers, weights?: Numbers): Float64Array {
  const k = penalty.length
  const a = new Float64Array(k * k)
  const b = new Float64Array(k)
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] as Numbers
    const weight = weights ? at(weights, r) : 1
    for (let i = 0; i < k; i++) {
      const scaled = at(row, i) * weight
      if (scaled === 0) continue
      b[i] = at(b, i) + scaled * at(target, r)
      for (let j = 0; j <= i; j++) a[i * k + j] = at(a, i * k + j) + scaled * at(row, j)
    }
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) a[j * k + i] = at(a, i * k + j)
    a[i * k + i] = at(a, i * k + i) * (1 + at(penalty, i))
  }
  return solve(a, b)
}
