/**
 * Chance that is counted, not remembered: the same keys (seed, store, day, number …) always give the same draws, in any
 * order and from any point. So a day, an order or a customer is made again whenever it is asked for, and none is kept.
 */
export interface Draw {
  /** Uniform in [0, 1). */
  unit(): number
  /** A whole number in [0, count). */
  below(count: number): number
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** The index of one of the weights, drawn by their size. */
  weighted(weights: readonly number[]): number
  /** Mean 0, deviation 1 (Box and Muller 1958). */
  normal(): number
  /** Knuth's product method below 30; above it the rounded normal, which is near enough and quick. */
  poisson(mean: number): number
}

const mix = (hash: number, key: number): number => {
  let h = hash ^ Math.imul(key | 0, 0xcc9e2d51)
  // Keys above 32 bits (milliseconds, ids) count with their upper half too.
  h ^= Math.imul(Math.floor(key / 4_294_967_296), 0x1b873593)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** One number in [0, 1) from its keys. */
export const unitOf = (...keys: number[]): number => keys.reduce(mix, 0x9e3779b9) / 4_294_967_296

/** A stream of draws from its keys. The generator is sfc32 (Chris Doty-Humphrey, public domain). */
export function draw(...keys: number[]): Draw {
  let a = 0
  let b = 0
  let c = keys.reduce(mix, 0x9e3779b9)
  let d = 1
  const next = () => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4_294_967_296
  }
  for (let warm = 0; warm < 6; warm++) next()
  const self: Draw = {
    unit: next,
    below: count => Math.floor(next() * count),
    between: (low, high) => low + next() * (high - low),
    chance: probability => next() < probability,
    pick: from => from[Math.floor(next() * from.length)] as (typeof from)[number],
    weighted: weights => {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0)
      for (let index = 0; index < weights.length; index++) {
        left -= weights[index] ?? 0
        if (left < 0) return index
      }
      return weights.length - 1
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    poisson: mean => {
      if (mean <= 0) return 0
      if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * self.normal()))
      const limit = Math.exp(-mean)
      let count = 0
      for (let product = next(); product > limit; product *= next()) count++
      return count
    },
  }
  return self
}
