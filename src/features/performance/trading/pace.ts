import type { Day } from '#kernel/day.ts'
import { offsetAt } from '#kernel/zone.ts'
import type { Scope } from '#metrics/engine.ts'
import { sells } from '#warehouse/derive.ts'
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
 * Orders a minute over the last five and fifteen minutes that are in, which end with the newest order, and over the busiest
 * five minutes of the day. Stores in several zones are laid on one clock, that of the store of the newest order. Null where
 * there are none, or where nothing but whole hours is known of them.
 */
export function paceOf(minutes: readonly Minute[], zones: ReadonlyMap<string, string>): Pace | null {
  if (minutes.every(one => one.at.endsWith(':00'))) return null
  const moments = minutes
    .map(one => {
      const wall = Date.parse(`${one.at.replace(' ', 'T')}:00Z`)
      const zone = zones.get(one.store) ?? 'UTC'
      // The offset at the wall's own reading is that of the instant but for the hour in which clocks change.
      return { ...one, at: wall - offsetAt(zone, wall), zone }
    })
    .sort((a, b) => a.at - b.at)
  const newest = moments.at(-1)
  if (!newest) return null
  const within = (end: number, length: number) =>
    moments.reduce(
      (sum, one) => (one.at <= end && one.at > end - length * minuteMs ? sum + one.orders : sum),
      0,
    )
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
  const clock = (at: number) =>
    new Date(at + minuteMs + offsetAt(newest.zone, at)).toISOString().slice(11, 16)
  return {
    until: clock(newest.at),
    store: new Set(moments.map(one => one.zone)).size > 1 ? newest.store : null,
    five: within(newest.at, 5) / 5,
    fifteen: within(newest.at, 15) / 15,
    most: { until: clock(busiest.end), perMinute: busiest.orders / 5 },
  }
}

/** The orders of a day minute by minute, of the stores named among those one may see. */
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
    `SELECT store, minute, count(*) AS orders FROM (
       SELECT f.store AS store, f.order_id AS order_id, substring(${text('min(f.happened_at)')}, 1, 16) AS minute
       FROM ${from('sales_lines')} f
       WHERE ${sells} AND f.day = {day:Date}${named ? ` AND f.store IN (${named.map((_, n) => `{s${n}:String}`).join(', ')})` : ''}
       GROUP BY f.store, f.order_id) o GROUP BY store, minute`,
    { day: asked.day, ...Object.fromEntries((named ?? []).map((one, n) => [`s${n}`, one])) },
  )
  return rows.map(row => ({ store: String(row.store), at: String(row.minute), orders: Number(row.orders) }))
}
