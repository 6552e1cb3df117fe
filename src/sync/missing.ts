import { and, eq, gte, inArray } from 'drizzle-orm'
import type { Stream } from '#connectors/connector.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { dayAt } from '#kernel/zone.ts'
import type { Ledger } from '#postgres/open.ts'
import { sourceTotals, turns } from '#postgres/tables/connections.ts'
import { quote } from '#warehouse/merge.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { type Connection, readAgain } from './connected.ts'

const dayMs = 86_400_000
/** Days before today whose orders are counted, and how long they have to come in. */
const [reach, settled] = [45, 2]
/** Most days that are asked for again at once, and how long what was read again is left alone, ms. */
const [most, rest] = [7, 7 * dayMs]

/** How many orders stand by store and day. */
export const ordersByDay = (stores: readonly string[], from: Day, to: Day): string =>
  `SELECT store, CAST(day AS VARCHAR) AS day, count(*) AS n FROM order_days
   WHERE store IN (${stores.map(quote).join(', ')}) AND orders = 1 AND day BETWEEN DATE '${from}' AND DATE '${to}'
   GROUP BY store, day`

/**
 * Has days read again of which the source counts more orders than stand here: orders that were written into its database by
 * other hands bear no new time of change, so that no turn would ever meet them. The newest such days, at most a week of them,
 * and the same ones not within a week.
 */
export async function readMissing(
  parts: { ledger: Ledger; granary: Warehouse },
  own: Pick<Connection, 'id' | 'shops'>,
  known: readonly Stream<unknown, unknown>[],
  now: number,
): Promise<void> {
  const { ledger, granary } = parts
  const names = known
    .filter(one => one.kind === 'window' && one.tables.includes('sales_lines'))
    .map(one => one.name)
  const today = dayAt(own.shops[0]?.timezone ?? 'UTC', now)
  const [first, last] = [addDays(today, -reach), addDays(today, -settled)]
  const totals = (
    await ledger
      .select()
      .from(sourceTotals)
      .where(and(eq(sourceTotals.connection, own.id), gte(sourceTotals.day, first)))
  ).filter(one => one.day <= last && one.values.orders !== undefined)
  if (names.length === 0 || totals.length === 0) return
  const stores = [...new Set(totals.map(one => one.store))]
  const rows = await granary.query(ordersByDay(stores, first, last))
  const here = new Map(rows.map(row => [`${row.store} ${row.day}`, Number(row.n)]))
  const read = await ledger
    .select({ from: turns.from, to: turns.to })
    .from(turns)
    .where(
      and(
        eq(turns.connection, own.id),
        inArray(turns.stream, names),
        eq(turns.kind, 'history'),
        gte(turns.startedAt, new Date(now - rest).toISOString()),
      ),
    )
  const isRead = (day: Day) =>
    read.some(({ from, to }) => from <= Date.parse(day) && to >= Date.parse(addDays(day, 1)))
  const lacking = totals
    .filter(({ store, day, values }) => Number(values.orders) > (here.get(`${store} ${day}`) ?? 0))
    .map(one => one.day)
    .filter(day => !isRead(day))
    .sort()
  const to = lacking.at(-1)
  const from = lacking.find(day => to !== undefined && dayCount(day, to) <= most)
  if (from === undefined || to === undefined) return
  // A day of the shop may reach into the days before and after it of UTC.
  const stretch = { from: Date.parse(from) - dayMs, to: Math.min(now, Date.parse(to) + 2 * dayMs) }
  await readAgain(ledger, own.id, names, stretch)
}
