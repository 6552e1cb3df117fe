import { type Day, dayOf } from './day.ts'

/** An instant as the clock on a store's wall shows it. */
export interface WallClock {
  day: Day
  hour: number
  /** `YYYY-MM-DD HH:MM:SS`. */
  text: string
}

const quarter = 900_000
const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, Map<number, number>>()

/** How far the wall clock of an IANA zone is ahead of UTC at an instant, in ms. @throws RangeError for an unknown zone. */
export function offsetAt(timezone: string, at: number): number {
  const day = Math.floor(at / dayMs) * dayMs
  const offset = remembered(timezone, day)
  // No zone changes its clocks twice in a day; on a day that changes them it is on a whole quarter of an hour.
  return offset === remembered(timezone, day + dayMs)
    ? offset
    : remembered(timezone, Math.floor(at / quarter) * quarter)
}

const remembered = (timezone: string, at: number): number => {
  const known = offsets.get(timezone) ?? new Map<number, number>()
  offsets.set(timezone, known)
  const offset = known.get(at)
  if (offset !== undefined) return offset
  if (known.size > 100_000) known.clear()
  const found = measured(timezone, at)
  known.set(at, found)
  return found
}

const measured = (timezone: string, at: number): number => {
  let format = formats.get(timezone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timezone, format)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - at
}

/** What the clock of a zone shows at an instant (ms UTC). */
export function wallClock(timezone: string, at: number): WallClock {
  const text = new Date(at + offsetAt(timezone, at)).toISOString()
  return {
    day: text.slice(0, 10),
    hour: Number(text.slice(11, 13)),
    text: `${text.slice(0, 10)} ${text.slice(11, 19)}`,
  }
}

/** The instant a day begins in a zone, ms UTC. */
export function dayStart(timezone: string, day: Day): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  // The offset may change between the two instants; where midnight is skipped the day begins when it ends.
  let at = utc - offsetAt(timezone, utc)
  at = utc - offsetAt(timezone, at)
  return wallClock(timezone, at).day < day ? at + 3_600_000 : at
}

/** The day it is in a zone at an instant. */
export const dayAt = (timezone: string, at: number): Day =>
  dayOf(Math.floor((at + offsetAt(timezone, at)) / dayMs))

/**
 * The zone a company's days are cut in: that of most of its stores which trade in its own currency, of all of them where it
 * has none or none does; of equals the first store's. UTC without a store.
 */
export function homeZone(
  stores: readonly { currency: string; timezone: string }[],
  currency: string | null,
): string {
  const own = stores.filter(one => one.currency === currency)
  const zones = (own.length > 0 ? own : stores).map(one => one.timezone)
  const times = (zone: string) => zones.filter(one => one === zone).length
  return zones.toSorted((a, b) => times(b) - times(a))[0] ?? 'UTC'
}
