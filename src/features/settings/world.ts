import { eq } from 'drizzle-orm'
import type { Connector } from '#connectors/connector.ts'
import { ledgerInside } from '#features/base.ts'
import type { CalendarSetting, World } from '#metrics/world.ts'
import type { Ledger } from '#postgres/open.ts'
import { user } from '#postgres/tables/members.ts'
import { closes } from '#postgres/tables/plan.ts'
import * as rows from '#postgres/tables/settings.ts'
import { stillComing } from '#sync/reaches.ts'
import { readPlans } from './plan-lines.ts'

export const defaultCalendar: CalendarSetting = {
  calendar: 'gregorian',
  fiscalStartMonth: 1,
  weekStart: 1,
  yearEnd: 'nearest_saturday',
}

/** What people decided, as the metric language needs it: a few small tables. */
export const readWorld = async (ledger: Ledger): Promise<World> => {
  // One after another: inside a write these share its one connection, which takes a query at a time.
  const stores = await ledger.select().from(rows.stores).orderBy(rows.stores.store)
  const [company] = await ledger.select().from(rows.company)
  const events = await ledger.select().from(rows.events).orderBy(rows.events.from)
  const targets = await ledger.select().from(rows.targets).orderBy(rows.targets.id)
  const metrics = await ledger.select().from(rows.metrics).orderBy(rows.metrics.name)
  const dimensions = await ledger.select().from(rows.dimensions).orderBy(rows.dimensions.name)
  const [waterfall] = await ledger.select().from(rows.costWaterfall)
  const rates = await ledger.select().from(rows.costRates).orderBy(rows.costRates.id)
  const accounts = (await ledger.select().from(rows.costAccounts).orderBy(rows.costAccounts.cost)).filter(
    one => one.accounts.length > 0,
  )
  const closed = accounts.length > 0 ? await ledger.select().from(closes).orderBy(closes.from) : []
  const owners = await ledger
    .select({ metric: rows.metricOwners.metric, name: user.name })
    .from(rows.metricOwners)
    .innerJoin(user, eq(user.id, rows.metricOwners.person))
    .orderBy(rows.metricOwners.metric)
  const { planLines, planNames, planHours } = await readPlans(ledger)
  return {
    stores: stores.map(({ store, name, currency, timezone, kind }) => ({
      store,
      name,
      currency,
      timezone,
      kind,
    })),
    calendar: (company?.calendar as CalendarSetting | undefined) ?? defaultCalendar,
    currency: company?.currency ?? null,
    events: events.map(({ version: _, updatedAt: _at, origin: _from, ...event }) => event),
    targets: targets.map(({ version: _, updatedAt: _at, id: _id, ...target }) => target),
    metrics: metrics.map(({ version: _, updatedAt: _at, ...metric }) => metric),
    dimensions: dimensions.map(({ version: _, updatedAt: _at, ...dimension }) => dimension),
    ...(waterfall && { waterfall: waterfall.tiers }),
    ...(rates.length > 0 && {
      costRates: rates.map(({ version: _, updatedAt: _at, id: _id, note: _note, ...rate }) => rate),
    }),
    ...(accounts.length > 0 && {
      costAccounts: accounts.map(one => ({ cost: one.cost, accounts: one.accounts })),
      closed: closed.map(({ from, to }) => ({ from, to })),
    }),
    ...(planLines.length > 0 && { planLines }),
    ...(Object.keys(planNames).length > 0 && { planNames }),
    ...(Object.keys(planHours).length > 0 && { planHours }),
    ...(owners.length > 0 && { owners: Object.fromEntries(owners.map(one => [one.metric, one.name])) }),
  }
}

/** What is changed by another process is seen within five seconds. */
const rememberedMs = 5_000

/**
 * `told` gives what people decided and how far connected systems are read, as every question needs it and nobody changes
 * often: read once, until it is told to `forget` as a write is committed.
 */
export const rememberWorld = (
  ledger: Ledger,
  vendors: readonly Connector[],
  clock: () => Date,
): { told: () => Promise<World>; forget: () => void } => {
  let kept: { value: Promise<World>; at: number } | null = null
  const forget = () => {
    kept = null
  }
  const read = async (from: Ledger): Promise<World> => {
    const world = await readWorld(from)
    const coming = await stillComing(from, vendors, clock(), world.stores)
    return coming.length > 0 ? { ...world, coming } : world
  }
  return {
    forget,
    told() {
      const inside = ledgerInside()
      // Within a write it is read of the write's own transaction, and not kept: it may never be committed.
      if (inside) return read(inside)
      if (!kept || performance.now() - kept.at > rememberedMs) {
        kept = { value: read(ledger), at: performance.now() }
        kept.value.catch(forget)
      }
      return kept.value
    },
  }
}
