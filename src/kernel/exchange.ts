import { type Day, earlier, later } from './day.ts'

/** Two currencies between which rates are known, whichever way round they were given, and since and until when. */
export interface RatedPair {
  base: string
  quote: string
  from: Day
  to: Day
}

/** Money of `base` is changed into `through`, and that into the currency asked for, from `since` on and before `until`. */
export interface Crossing {
  base: string
  through: string
  since: Day
  /** The first day of a better way; null where there is none. */
  until: Day | null
}

/**
 * The third currencies by which money of `base` reaches `into`, best first. A rate of the two themselves, given or turned
 * round, is always better; of two third currencies the one whose rates go on longer, then the first by name. A way stands
 * from the day both its rates are known, so that each day has exactly one.
 */
export function crossings(pairs: readonly RatedPair[], base: string, into: string): Crossing[] {
  if (base === into) return []
  const spans = (currency: string) => {
    const found = new Map<string, { from: Day; to: Day }>()
    for (const pair of pairs) {
      if (pair.base !== currency && pair.quote !== currency) continue
      const other = pair.base === currency ? pair.quote : pair.base
      const { from, to } = found.get(other) ?? pair
      found.set(other, { from: earlier(pair.from, from), to: later(pair.to, to) })
    }
    return found
  }
  const [near, far] = [spans(base), spans(into)]
  const ways = [...near].flatMap(([through, one]) => {
    const two = far.get(through)
    if (!two || through === base || through === into) return []
    return [
      {
        through,
        since: later(one.from, two.from),
        last: earlier(one.to, two.to),
      },
    ]
  })
  ways.sort((a, b) => b.last.localeCompare(a.last) || a.through.localeCompare(b.through))
  let until = near.get(into)?.from ?? null
  const chosen: Crossing[] = []
  for (const { through, since } of ways) {
    if (until !== null && since >= until) continue
    chosen.push({ base, through, since, until })
    until = since
  }
  return chosen
}

/** Whether money of one currency can be told in another: by their own rate, or through a third currency. */
export const convertible = (pairs: readonly RatedPair[], base: string, into: string): boolean =>
  base === into ||
  pairs.some(p => (p.base === base && p.quote === into) || (p.base === into && p.quote === base)) ||
  crossings(pairs, base, into).length > 0
