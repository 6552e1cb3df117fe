import type { Day } from '#kernel/day.ts'
import { offsetAt } from '#kernel/zone.ts'
import type { Scope } from '#metrics/engine.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { PeakTold } from './shape.ts'

/** Orders of one minute, as the clock on the store's wall shows it. */
export interface Minute {
  store: string
  /** `YYYY-MM-DD HH:MM`. */
  at: string
  orders: number
}
type Pace = NonNullable<PeakTold['pace']>

const minuteMs = 60_000

/**
 * Orders a minute over the last five and fifteen minutes that are in, and over the busiest five minutes of the day. Each
 * store's windows end where it is read up to (`readTo`, ms UTC), so that minutes without orders count; a store of which
 * that is not known is taken to be as far as the one furthest on, at least at its newest order. Stores in several zones are
 * laid on one clock, that of the store furthest on. Null where there are no orders, or where nothing but whole hours is
 * known of them.
 */
export function paceOf(
  minutes: readonly Minute[],
  zones: ReadonlyMap<string, string>,
  readTo: ReadonlyMap<string, number> = new Map(),
): Pace | null {
  if (minutes.every(one => one.at.endsWith(':00'))) return null
  /** The instant of a wall clock's reading: its offset there is that of the instant but for the hour in which clocks change. */
  const instant = (zone: string, wall: number) => wall - offsetAt(zone, wall)
  const moments = minutes
    .map(one => {
      const zone = zones.get(one.store) ?? 'UTC'
      return { ...one, at: instant(zone, Date.parse(`${one.at.replace(' ', 'T')}:00Z`)), zone }
    })
    .sort((a, b) => a.at - b.at)
  const newest = moments.at(-1)
  if (!newest) return null
  const day = minutes[0]?.at.slice(0, 10)
  const ends = [...new Map(moments.map(one => [one.store, one])).values()].map(({ store, zone, at }) => {
    // A minute that is being read is not over, nor does a day go on after midnight.
    const midnight = instant(zone, Date.parse(`${day}T00:00:00Z`) + 24 * 60 * minuteMs)
    const to = Math.min(readTo.get(store) ?? at, midnight)
    return {
      store,
      zone,
      known: readTo.has(store),
      at: Math.max(at, Math.floor(to / minuteMs) * minuteMs - minuteMs),
    }
  })
  const last = ends.reduce((one, other) => (other.at >= one.at ? other : one))
  const endOf = new Map(ends.map(({ store, known, at }) => [store, known ? at : last.at]))
  const within = (length: number) =>
    moments.reduce((sum, one) => {
      const end = endOf.get(one.store) ?? last.at
      return one.at <= end && one.at > end - length * minuteMs ? sum + one.orders : sum
    }, 0)
  let busiest = { end: newest.at, orders: 0 }
  let first = 0
  let running = 0
  for (const one of moments) {
    running += one.orders
    while ((moments[first]?.at ?? one.at) <= one.at - 5 * minuteMs) {
      running -= moments[first]?.orders ?? 0
      first += 1
    }
    if (running > busiest.orders) busiest = { end: one.at, orders: running }
  }
  // A minute that began at 17:42 is over at 17:43.
  const clock = (at: number) => new Date(at + minuteMs + offsetAt(last.zone, at)).toISOString().slice(11, 16)
  const earliest = Math.min(...endOf.values())
  return {
    until: clock(last.at),
    earliest: earliest < last.at ? clock(earliest) : null,
    store: new Set(moments.map(one => one.zone)).size > 1 ? last.store : null,
    five: within(5) / 5,
    fifteen: within(15) / 15,
    most: { until: clock(busiest.end), perMinute: busiest.orders / 5 },
  }
}

/**
 * The orders of a day minute by minute, of the stores named among those one may see. An order is of the day and the minute
 * it was made in: what is added to it later is none.
 */
export async function minutesOf(
  granary: Warehouse,
  asked: { day: Day; stores?: readonly string[] | undefined },
  scope: Pick<Scope, 'stores'>,
): Promise<Minute[]> {
  const own =
    scope.stores === 'all'
      ? asked.stores
      : scope.stores.filter(one => !asked.stores?.length || asked.stores.includes(one))
  const named = own && (own.length > 0 || scope.stores !== 'all') ? own : null
  if (named?.length === 0) return []
  const { from, text } = granary.dialect
  const rows = await granary.query(
    `SELECT store, minute, sum(orders) AS orders FROM (
       SELECT f.store AS store, f.orders AS orders, substring(${text('f.happened_at')}, 1, 16) AS minute
       FROM ${from('order_days')} f
       WHERE f.orders > 0 AND f.day = {day:Date}${named ? ` AND f.store IN (${named.map((_, n) => `{s${n}:String}`).join(', ')})` : ''}
     ) o GROUP BY store, minute`,
    { day: asked.day, ...Object.fromEntries((named ?? []).map((one, n) => [`s${n}`, one])) },
  )
  return rows.map(row => ({ store: String(row.store), at: String(row.minute), orders: Number(row.orders) }))
}
