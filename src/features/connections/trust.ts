import { z } from 'zod'
import { read } from '#features/base.ts'
import { seesAll } from '#kernel/actor.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { addDays } from '#kernel/day.ts'
import { connections } from '#postgres/tables/connections.ts'
import { agreements, reconciled } from '#sync/reconcile.ts'
import { activityOf } from './activity.ts'
import { matchPurchases, PurchaseDay } from './purchases.ts'
import { ownOf, storesOf } from './systems.ts'
import { ActivityDay, AgreementRow, Reconciled } from './systems-model.ts'

const Connection = z.string().describe('Id of the connection, as listed')
const Range = z.object({ from: askedDay, to: askedDay.describe('Inclusive') })
/** Days back that a store's agreement is said of. */
const agreementDays = 60

const StoreTotals = z.object({
  store: z.string(),
  currency: z.string().nullable(),
  transactions: z.string().nullable(),
  revenue: z.string().nullable().describe('Of the counter, in the store’s currency; null without a rate'),
  orders: z.string().nullable(),
  sales: z.string().nullable().describe('Total sales of the ledger'),
})

/** What says whether the data can be trusted: totals of the sources beside ours, and what was read when. */
export const trust = {
  reconciliation: read({
    role: 'viewer',
    summary: 'What sources count themselves, day by day, beside what stands here, and why it differs',
  })
    .input(
      Range.extend({ connection: Connection.optional().describe('All that the reader may see when absent') }),
    )
    .output(z.array(Reconciled))
    .handler(async ({ input, context }) => {
      const { ledger, actor, metrics } = context
      const own = input.connection
        ? [await ownOf(context, input.connection)]
        : (await ledger.select().from(connections)).filter(one => seesAll(actor, storesOf(one)))
      return reconciled(
        ledger,
        metrics,
        context.clock(),
        own.map(one => one.id),
        input,
      )
    }),

  agreement: read({
    role: 'viewer',
    summary: `Whether each store agrees with what its shop counts itself, over the last ${agreementDays} days`,
  })
    .output(z.array(AgreementRow))
    .handler(async ({ context }) => {
      const { ledger, actor, metrics, syncs } = context
      const own = (await ledger.select().from(connections)).filter(one => seesAll(actor, storesOf(one)))
      const now = context.clock()
      // A day that is not over agrees with nobody: it goes on while it is compared.
      const to = addDays(now.toISOString().slice(0, 10), -1)
      return agreements(
        ledger,
        metrics,
        now,
        own,
        { from: addDays(to, -agreementDays), to },
        vendor => syncs.vendors().find(one => one.vendor === vendor)?.name ?? vendor,
      )
    }),

  activity: read({ role: 'viewer', summary: 'What a connection read, and how often it failed, day by day' })
    .input(
      z.object({
        connection: Connection,
        days: z.int().min(1).max(366).optional().describe('30 when absent'),
      }),
    )
    .output(z.array(ActivityDay))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      return activityOf(context, own.id, input.days ?? 30)
    }),

  purchases: read({
    role: 'viewer',
    summary:
      'Purchases analytics told of, matched with orders: the gap by store and day, and its likely causes',
  })
    .input(Range.extend({ connection: Connection }))
    .output(z.object({ days: z.array(PurchaseDay), totals: z.array(StoreTotals) }))
    .handler(async ({ input, context }) => {
      const { granary, metrics, actor } = context
      const own = await ownOf(context, input.connection)
      const rows = await granary.query(
        `SELECT DISTINCT store FROM ${granary.dialect.from('analytics_orders')} WHERE source = {connection:String} ORDER BY 1`,
        { connection: own.id },
      )
      const stores = rows.map(row => String(row.store)).filter(store => seesAll(actor, [store]))
      const names = ['transactions', 'purchase_revenue', 'orders', 'total_sales']
      const totals = await Promise.all(
        stores.map(async store => {
          const { totals: found, meta } = await metrics.ask(
            { metrics: names, from: input.from, to: input.to, stores: [store], calendar: 'gregorian' },
            { stores: [store], now: context.clock() },
          )
          const value = (name: string) => (typeof found[name] === 'string' ? found[name] : null)
          return {
            store,
            currency: meta.currency,
            transactions: value('transactions'),
            revenue: value('purchase_revenue'),
            orders: value('orders'),
            sales: value('total_sales'),
          }
        }),
      )
      return { days: await matchPurchases(granary, { ...input, connection: own.id, stores }), totals }
    }),
}
