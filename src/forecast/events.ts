import type { Day } from '#kernel/day.ts'
import { at, mad, mean, median } from './numbers.ts'

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
    const earliest = (events.at(-1)?.to ?? -1) + 1
    const from = since(values, t, Math.max(earliest, t - 2 * Math.max(period, 12)), period)
    const usual = usualFrom(values, from, period)
    const far = (index: number) => {
      const value = values[index]
      return value === null || value === undefined ? 0 : (value - usual.at(index)) / usual.noise
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
    const goesOn =
      calm < calmLength && next >= values.length && last >= values.length - 1 - calm && last - from > 1
    const inside = Array.from({ length: last - from + 1 }, (_, i) => from + i).filter(i => values[i] !== null)
    const off = inside.map(i => (values[i] ?? 0) - usual.at(i))
    const total = off.reduce((sum, one) => sum + one, 0)
    events.push({
      kind: kindOf(
        inside.map(i => values[i] ?? 0),
        off,
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

/** Where the event that was told at `told` began: the start from which the distance from the usual stands out most. */
function since(values: readonly (number | null)[], told: number, earliest: number, period: number): number {
  const usual = usualFrom(values, Math.max(earliest, 1), period)
  let sum = 0
  let best = told
  let most = 0
  const side = Math.sign((values[told] ?? 0) - usual.at(told))
  for (let t = told; t >= earliest; t--) {
    const value = values[t]
    if (value === null || value === undefined) continue
    // Half a usual distance is what no event is needed for.
    sum += (side * (value - usual.at(t))) / usual.noise - 1
    if (sum > most) {
      most = sum
      best = t
    }
  }
  return best
}

function kindOf(inside: readonly number[], off: readonly number[], usual: number): AnomalyKind {
  if (inside.length > 1 && usual !== 0 && inside.every(value => value === 0)) return 'silence'
  if (inside.length <= 2) return 'spike'
  if (inside.length < 6) return 'shift'
  const third = Math.floor(off.length / 3)
  const [start, end] = [mean(off.slice(0, third)), mean(off.slice(-third))]
  return Math.abs(end) > 2 * Math.abs(start) && at(off, off.length - 1) * end > 0 ? 'drift' : 'shift'
}
