import type { Day } from '#kernel/day.ts'
import { mad, median } from './numbers.ts'

/** `spike`: one or two periods; `shift`: a level that moved at once; `drift`: one that moves on; `silence`: nothing comes. */
export type AnomalyKind = 'spike' | 'shift' | 'drift' | 'silence'

export interface AnomalyEvent {
  kind: AnomalyKind
  /** Index of the first strange value, and of the last; null while it goes on. */
  from: number
  to: number | null
  /** Days of them, where the series has a start. */
  since?: Day
  until?: Day
  /** Index at which it was told. */
  told: number
  /** Highest score in it, 0 … 1. */
  score: number
  direction: 'above' | 'below'
  /** Sum of value − expectation over the event, by what was usual before it began; its mean for each period, and for each day. */
  total: number
  perPeriod: number
  perDay: number
}

interface Ways {
  alert: number
  /** The shortest season in steps; 1 for none. */
  period: number
  stepsPerDay: number
}

/** How many usual values end an event. */
const calmLength = 3
/** Seasons before the event that say what was usual. */
const seasonsBefore = 8

/** What would have been usual at each place from `from` on, by the values before it alone; and how far values usually are from it. */
function usualFrom(values: readonly (number | null)[], from: number, period: number) {
  const reach = Math.max(12, seasonsBefore * period)
  const before = values.slice(Math.max(0, from - reach), from)
  const offset = from - before.length
  const known = before.filter(value => value !== null)
  const all = known.length === 0 ? 0 : median(known)
  const own = Array.from({ length: period }, (): number[] => [])
  before.forEach((value, i) => {
    if (value !== null) own[(offset + i) % period]?.push(value)
  })
  const places = own.map(values => (values.length === 0 ? all : median(values)))
  const at = (t: number) => places[t % period] ?? all
  const apart = before.flatMap((value, i) => (value === null ? [] : [value - at(offset + i)]))
  return { at, noise: Math.max(mad(apart, 0), 1e-9 * Math.abs(all), 1e-12) }
}

/** The events of a series whose scores are known. */
export function eventsOf(
  values: readonly (number | null)[],
  scores: readonly number[],
  ways: Ways,
): AnomalyEvent[] {
  const { alert, period, stepsPerDay } = ways
  const events: AnomalyEvent[] = []
  let t = 0
  while (t < values.length) {
    if ((scores[t] ?? 0) < alert || values[t] === null) {
      t++
      continue
    }
    const earliest = Math.max((events.at(-1)?.to ?? -1) + 1, t - 2 * Math.max(period, 12))
    const known = usualFrom(values, since(values, { told: t, last: t, earliest }, period).from, period)
    const far = (index: number) => {
      const value = values[index]
      return value === null || value === undefined ? 0 : (value - known.at(index)) / known.noise
    }
    const side = Math.sign(far(t)) || 1
    let last = t
    let calm = 0
    let next = t + 1
    for (; next < values.length && calm < calmLength; next++) {
      if (values[next] === null) continue
      if (side * far(next) > 2) {
        last = next
        calm = 0
      } else calm++
    }
    // All of it says better than its first values where it began.
    const { from, drifts } = since(values, { told: t, last, earliest }, period)
    const usual = usualFrom(values, from, period)
    const goesOn =
      calm < calmLength && next >= values.length && last >= values.length - 1 - calm && last - from > 1
    const inside = Array.from({ length: last - from + 1 }, (_, i) => from + i).filter(i => values[i] !== null)
    const off = inside.map(i => (values[i] ?? 0) - usual.at(i))
    const total = off.reduce((sum, one) => sum + one, 0)
    events.push({
      kind: kindOf(
        inside.map(i => values[i] ?? 0),
        drifts,
        usual.at(from),
      ),
      from,
      to: goesOn ? null : last,
      told: t,
      score: Math.max(...scores.slice(t, last + 1)),
      direction: total >= 0 ? 'above' : 'below',
      total,
      perPeriod: total / inside.length,
      perDay: (total / inside.length) * stepsPerDay,
    })
    if (goesOn) break
    t = Math.max(t, last) + 1
  }
  return events
}

/** Values from which on a level may have moved little by little rather than at once. */
const leastDrift = 6
/** By how much more a drift must explain than a shift, as twice a log likelihood, to be told for one: strong evidence (Kass & Raftery 1995). */
const strong = 6

/**
 * When the event that was told at `told` began, by its values up to `last`: the start at which a change of level explains
 * them best, which is the most likely one where the new level is not known beforehand (Hinkley 1970, "Inference about the
 * change-point in a sequence of random variables"). Of n values with deviations d from the usual twice its log likelihood is
 * (Σd)² ÷ n: a weak week before a deep fall, which only thins it out, is none of it. `drifts` where a level that moves on by
 * as much each time, (Σkd)² ÷ Σk² with k = 1 … n, from its own best start explains more (two-phase regression, Hinkley 1969).
 */
function since(
  values: readonly (number | null)[],
  { told, last, earliest }: { told: number; last: number; earliest: number },
  period: number,
): { from: number; drifts: boolean } {
  const usual = usualFrom(values, Math.max(earliest, 1), period)
  const side = Math.sign((values[told] ?? 0) - usual.at(told))
  let [from, level, drift] = [told, 0, 0]
  let [sum, rising, count] = [0, 0, 0]
  for (let t = last; t >= earliest; t--) {
    const value = values[t]
    if (value === null || value === undefined) continue
    sum += (side * (value - usual.at(t))) / usual.noise
    rising += sum
    count++
    if (t > told) continue
    const likely = Math.max(0, sum) ** 2 / count
    if (likely > level) [from, level] = [t, likely]
    const squares = (count * (count + 1) * (2 * count + 1)) / 6
    if (count >= leastDrift) drift = Math.max(drift, Math.max(0, rising) ** 2 / squares)
  }
  return { from, drifts: drift > level + strong }
}

function kindOf(inside: readonly number[], drifts: boolean, usual: number): AnomalyKind {
  if (inside.length > 1 && usual !== 0 && inside.every(value => value === 0)) return 'silence'
  if (inside.length <= 2) return 'spike'
  return drifts && inside.length >= leastDrift ? 'drift' : 'shift'
}
