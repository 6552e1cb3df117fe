/** Even noise in −½ … ½ that is the same for the same seed (a linear congruence: Knuth 1997, §3.3.4). */
export function noise(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_761) + 12_345) >>> 0
  const next = () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  for (let i = 0; i < 8; i++) next()
  return () => next() - 0.5
}

/** About normal, of standard deviation 1: the sum of twelve even ones. */
export function bell(seed: number): () => number {
  const even = noise(seed)
  return () => {
    let sum = 0
    for (let i = 0; i < 12; i++) sum += even()
    return sum
  }
}

const weekdays = [1, 0.9, 0.95, 1, 1.2, 1.4, 1.1]

/** Daily sales of a made shop: level, weekdays, a slow year, and noise of `wild` (a share). Day 0 is a Monday. */
export function shop(seed: number, days: number, { level = 1000, wild = 0.08, year = 0.2 } = {}): number[] {
  const draw = bell(seed)
  return Array.from(
    { length: days },
    (_, t) =>
      level * (weekdays[t % 7] ?? 1) * Math.exp(year * Math.sin((2 * Math.PI * t) / 365.25) + wild * draw()),
  )
}
