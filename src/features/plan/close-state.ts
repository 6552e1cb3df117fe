import { inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '#features/context.ts'
import { causes } from '#kernel/agreement.ts'
import type { Day } from '#kernel/day.ts'
import { connections, streams, unmapped } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { agreements, reconciled } from '#sync/reconcile.ts'

/** What the systems know of a month: how far each store agrees with its shop's own totals, by day, and what is open. */

const cause = z.enum(causes)

export const ClosedState = z.object({
  at: z.string().describe('When it was looked at'),
  stores: z.array(
    z.object({
      store: z.string(),
      source: z.string().nullable().describe('Shop system that was asked; null: none gives totals'),
      connection: z.string().nullable(),
      currency: z.string(),
      until: z.string().nullable().describe('Last day of the month that was compared; null: none was'),
      days: z.int().describe('Days that differ'),
      difference: z.string().describe('By how much in all, either way, in the currency of the store'),
      causes: z.array(z.object({ cause, days: z.int(), difference: z.string() })),
      readAt: z.string().nullable().describe('When its system was last read'),
      trouble: z.string().nullable().describe('Why its system cannot be read'),
      unmapped: z.int().describe('Records of its system that were not understood'),
    }),
  ),
  /** Days that differ, each figure that does. */
  days: z.array(
    z.object({
      store: z.string(),
      day: z.string(),
      metric: z.string(),
      source: z.string(),
      here: z.string().nullable(),
      difference: z.string(),
      cause,
    }),
  ),
})
type State = z.output<typeof ClosedState>

/** What is known of the days of a range now. Asks the metric language: not to be called inside a transaction. */
export async function stateOf(context: Context, range: { from: Day; to: Day }): Promise<State> {
  const { ledger, metrics, clock } = context
  const now = clock()
  const shops = (await ledger.select().from(connections)).filter(one => one.shops.length > 0)
  const ids = shops.map(one => one.id)
  const vendor = (name: string) => context.syncs.vendors().find(one => one.vendor === name)?.name ?? name
  const found = await agreements(ledger, metrics, now, shops, range, vendor)
  const days = await reconciled(ledger, metrics, now, ids, range)
  const read =
    ids.length === 0 ? [] : await ledger.select().from(streams).where(inArray(streams.connection, ids))
  const strange =
    ids.length === 0
      ? []
      : await ledger
          .select({ connection: unmapped.connection })
          .from(unmapped)
          .where(inArray(unmapped.connection, ids))
  const known = new Set(found.map(one => one.store))
  const others = (await ledger.select().from(stores).orderBy(stores.store)).filter(
    one => !known.has(one.store),
  )
  const moment = (text: string | null | undefined) => (text ? new Date(text).toISOString() : null)
  return {
    at: now.toISOString(),
    stores: [
      ...found.map(one => {
        const own = read.filter(stream => stream.connection === one.connection)
        const troubled = own.find(stream => stream.trouble !== null)?.trouble
        return {
          ...one,
          readAt: moment(
            own
              .flatMap(stream => stream.lastAt ?? [])
              .sort((a, b) => Date.parse(a) - Date.parse(b))
              .at(-1),
          ),
          trouble: (shops.find(shop => shop.id === one.connection)?.trouble ?? troubled)?.message ?? null,
          unmapped: strange.filter(record => record.connection === one.connection).length,
        }
      }),
      ...others.map(({ store, currency }) => ({
        store,
        source: null,
        connection: null,
        currency,
        until: null,
        days: 0,
        difference: '0',
        causes: [],
        readAt: null,
        trouble: null,
        unmapped: 0,
      })),
    ],
    days: days
      .filter(one => !one.agrees)
      .reverse()
      .flatMap(({ store, day, figures, cause: why }) =>
        figures
          .filter(one => Number(one.difference) !== 0)
          .map(one => ({ store, day, ...one, cause: why ?? ('unknown' as const) })),
      ),
  }
}
