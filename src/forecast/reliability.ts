/** A chance that was said, and whether it came: what a forecast of a yes or no is judged by. */
export interface Said {
  /** 0 to 1. */
  chance: number
  came: boolean
}

export interface Reliability {
  cases: number
  /** Share that came of all: what somebody who knows nothing else would always say. */
  baseRate: number
  /** Mean squared distance of what was said from what came, 0 (always right) to 1 (Brier 1950). */
  brier: number
  /** The same of always saying the base rate: its spread, `baseRate` × (1 − `baseRate`). */
  baseBrier: number
  /** What was said from 0 to 20 %, to 40 % …, where anything was: its mean, and the share that came. */
  groups: { from: number; to: number; cases: number; said: number; came: number }[]
}

const fifths = 5

/** How chances that were said compare with what came; null of none. */
export function reliabilityOf(all: readonly Said[]): Reliability | null {
  if (all.length === 0) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const baseRate = mean(all.map(one => Number(one.came)))
  const groups = Array.from({ length: fifths }, (_, n) => {
    const own = all.filter(one => Math.min(fifths - 1, Math.floor(one.chance * fifths)) === n)
    return {
      from: n / fifths,
      to: (n + 1) / fifths,
      cases: own.length,
      said: own.length > 0 ? mean(own.map(one => one.chance)) : 0,
      came: own.length > 0 ? mean(own.map(one => Number(one.came))) : 0,
    }
  })
  return {
    cases: all.length,
    baseRate,
    brier: mean(all.map(one => (one.chance - Number(one.came)) ** 2)),
    baseBrier: baseRate * (1 - baseRate),
    groups: groups.filter(group => group.cases > 0),
  }
}
