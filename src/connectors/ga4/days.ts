import { addDays, type Day, dayCount, daysBetween, earlier, later } from '#kernel/day.ts'
import { dayAt, dayStart } from '#kernel/zone.ts'
import type { Turn } from '../connector.ts'
import type { Session } from './session.ts'

const hour = 3_600_000
/** Google says numbers may change for two days after a day is over. */
const unsure = 48 * hour
/** A few fresh days are asked for one by one; days of history together, fewer where that costs exactness. */
const few = 7
const together = 28

export interface Stretch {
  from: Day
  to: Day
}

/** Whether a day may still change, by the vendor's clock. */
export const isProvisional = (timezone: string, day: Day, clock: number): boolean =>
  dayStart(timezone, addDays(day, 1)) + unsure > clock

/** The days of a turn in the property's zone that can have rows, whole days at both ends; null where there are none. */
export async function daysOf(session: Session, { from, to }: Turn): Promise<Stretch | null> {
  const { timezone, firstDay } = await session.property()
  if (firstDay === null) return null
  const days = {
    from: later(dayAt(timezone, Math.max(0, from)), firstDay),
    to: earlier(dayAt(timezone, to - 1), dayAt(timezone, session.http.clock())),
  }
  return days.from <= days.to ? days : null
}

/** A range in stretches to be asked for at once, newest first. */
export function stretches({ from, to }: Stretch, size = dayCount(from, to) > few ? together : 1): Stretch[] {
  const parts: Stretch[] = []
  for (let end = to; end >= from; end = addDays(end, -size))
    parts.push({ from: later(addDays(end, 1 - size), from), to: end })
  return parts
}

/** How far back history is given once a stretch is, where stretches come newest first. */
export const backOf = (timezone: string, { from }: Stretch, history: boolean): { back?: number } =>
  history ? { back: dayStart(timezone, from) } : {}

/**
 * Which days' rows the first record of a batch replaces, its own among them; later records of the batch replace none.
 * In history all days of the turn go at once, because each going costs a delivery; fresh days go as their own batch
 * comes, so that a turn that is cut short leaves no day empty.
 */
export const replacedBy = (days: Stretch, batch: Stretch, first: boolean, history: boolean): Day[] =>
  history ? (first ? daysBetween(days.from, days.to) : []) : daysBetween(batch.from, batch.to)
