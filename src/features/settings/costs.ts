import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { invalid } from '#kernel/error.ts'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { checkVocabulary, unknown, vocabulary } from '#metrics/vocabulary.ts'
import { user } from '#postgres/tables/members.ts'
import * as rows from '#postgres/tables/settings.ts'
import { CostAccounts, CostRate, type Settings, Waterfall } from './model.ts'
import { remove, save, within } from './saving.ts'
import { readWorld } from './world.ts'

const Saved = z.object({ version: z.int() })

/** The waterfall, the rates of the stores the asker may see, and who answers for which metric. */
export async function costsOf({
  ledger,
  actor,
}: Context): Promise<Pick<z.output<typeof Settings>, 'waterfall' | 'costRates' | 'costAccounts' | 'owners'>> {
  const [waterfall] = await ledger.select().from(rows.costWaterfall)
  const rates = await ledger.select().from(rows.costRates).orderBy(rows.costRates.cost, rows.costRates.from)
  const costAccounts = await ledger.select().from(rows.costAccounts).orderBy(rows.costAccounts.cost)
  const owners = await ledger
    .select({ metric: rows.metricOwners.metric, person: user.id, name: user.name })
    .from(rows.metricOwners)
    .innerJoin(user, eq(user.id, rows.metricOwners.person))
    .orderBy(rows.metricOwners.metric)
  const tiers = (waterfall?.tiers ?? usualWaterfall).map(tier => ({ ...tier, less: [...tier.less] }))
  return {
    waterfall: { tiers: tiers as z.output<typeof Waterfall>['tiers'], version: waterfall?.version ?? 0 },
    costRates: rates.filter(
      rate => rate.store === null || actor.stores === 'all' || actor.stores.includes(rate.store),
    ),
    costAccounts,
    owners,
  }
}

const storesOfRate = (rate: object) =>
  'store' in rate && typeof rate.store === 'string' ? [rate.store] : ('all' as const)

/** What contribution is made of, and who answers for what: every door's figures follow at once. */
export const costOperations = {
  saveWaterfall: write({
    role: 'director',
    summary: 'Say which costs come off in which tier of contribution, for actuals and for new plans',
  })
    .input(Waterfall)
    .output(Saved)
    .handler(async ({ input: { version, tiers }, context }) => {
      within(context.actor, 'all')
      const costs = tiers.flatMap(tier => tier.less)
      const twice = costs.find((cost, n) => costs.indexOf(cost) !== n)
      if (twice) throw invalid(`The waterfall takes off ${twice} twice.`, 'Name each cost in one tier.')
      const names = tiers.map(tier => tier.name)
      if (new Set(names).size < names.length)
        throw invalid('Two tiers are called the same.', 'Give each its own name.')
      const told = await readWorld(context.ledger)
      const known = vocabulary(told.metrics, told)
      const before = (told.waterfall ?? usualWaterfall).map(tier => tier.name)
      const own = [...before, ...usualWaterfall.map(tier => tier.name)]
      const taken = names.find(name => known.has(name) && !own.includes(name))
      if (taken) throw invalid(`There is a metric ${taken} already.`, 'Give the tier another name.')
      // Metrics people made of a tier that goes would have nothing to stand on: reading all says which.
      checkVocabulary(told.metrics, { ...told, waterfall: tiers })
      return save(context, {
        table: rows.costWaterfall,
        key: rows.costWaterfall.id,
        id: 'company',
        what: 'cost waterfall',
        version: version || undefined,
        values: { id: 'company', tiers },
      })
    }),

  saveCostRate: write({
    role: 'director',
    summary: 'Set what an order, a unit, sales or a return cost from a day on, where no system tells',
  })
    .input(CostRate)
    .output(Saved.extend({ id: z.string() }))
    .handler(async ({ input: { version, ...values }, context }) => {
      within(context.actor, storesOfRate(values))
      const amounts = [values.perOrder, values.perUnit, values.perReturn].some(one => Number(one) !== 0)
      if (amounts && values.currency === null)
        throw invalid('The amounts have no currency.', 'Say which, e.g. GBP.')
      const { stores } = await readWorld(context.ledger)
      const store = stores.find(one => one.store === values.store)
      if (values.store !== null && !store)
        throw unknown(
          values.store,
          stores.map(one => one.store),
          'store',
        )
      if (store && amounts && store.currency !== values.currency)
        throw invalid(
          `${store.name} trades in ${store.currency}, not ${values.currency}.`,
          `Give the amounts in ${store.currency}.`,
        )
      const id = values.id ?? randomUUID()
      const [before] = await context.ledger.select().from(rows.costRates).where(eq(rows.costRates.id, id))
      if (before) within(context.actor, storesOfRate(before))
      const kept = await save(context, {
        table: rows.costRates,
        key: rows.costRates.id,
        id,
        what: `${values.cost} rate${store ? ` of ${store.name}` : values.currency ? ` in ${values.currency}` : ''} from ${values.from}`,
        version,
        values: { ...values, id },
      })
      return { id, ...kept }
    }),

  removeCostRate: write({ role: 'director', summary: 'Take a cost rate out' })
    .input(z.object({ id: z.string() }))
    .output(z.object({ removed: z.literal(true) }))
    .handler(({ input, context }) =>
      remove(
        context,
        rows.costRates,
        rows.costRates.id,
        input.id,
        'such cost rate',
        storesOfRate,
        (row: { cost: string; from: string }) => `${row.cost} rate from ${row.from}`,
      ),
    ),

  saveCostAccounts: write({
    role: 'director',
    summary: 'Say on which accounts of the general ledger a cost is booked: its actuals of closed months',
  })
    .input(CostAccounts)
    .output(Saved)
    .handler(async ({ input: { version, cost, accounts }, context }) => {
      within(context.actor, 'all')
      const own = [...new Set(accounts)]
      const others = await context.ledger.select().from(rows.costAccounts)
      const taken = own.find(name => others.some(one => one.cost !== cost && one.accounts.includes(name)))
      if (taken)
        throw invalid(
          `Account ${taken} is another cost’s already.`,
          'A posting is one cost: take it out there first.',
        )
      return save(context, {
        table: rows.costAccounts,
        key: rows.costAccounts.cost,
        id: cost,
        what: `accounts of ${cost}`,
        version: version || undefined,
        values: { cost, accounts: own },
      })
    }),

  ledgerAccounts: read({ role: 'viewer', summary: 'Accounts the general ledger has postings on' })
    .input(z.object({}).optional())
    .output(z.array(z.string()))
    .handler(async ({ context: { granary, actor } }) => {
      const found = await granary.query(
        `SELECT DISTINCT account, store FROM ${granary.dialect.from('ledger_entries')} ORDER BY account`,
      )
      const seen = found.filter(row => seesAll(actor, [String(row.store)]))
      return [...new Set(seen.map(row => String(row.account)))].slice(0, 1000)
    }),

  setMetricOwner: write({ role: 'director', summary: 'Say who answers for a metric; nobody in person: null' })
    .input(z.object({ metric: z.string(), person: z.string().nullable() }))
    .output(z.object({ metric: z.string(), owner: z.string() }))
    .handler(async ({ input: { metric, person }, context }) => {
      const { ledger } = context
      within(context.actor, 'all')
      const told = await readWorld(ledger)
      const known = vocabulary(told.metrics, { ...told, owners: {} })
      const found = known.get(metric)
      if (!found) throw unknown(metric, known.keys(), 'metric')
      const [before] = await ledger
        .select({ person: user.id, name: user.name })
        .from(rows.metricOwners)
        .innerJoin(user, eq(user.id, rows.metricOwners.person))
        .where(eq(rows.metricOwners.metric, metric))
      const [after] = person
        ? await ledger.select({ person: user.id, name: user.name }).from(user).where(eq(user.id, person))
        : []
      if (person && !after)
        throw invalid('There is nobody of that id here.', 'Choose somebody among the members.')
      await ledger.delete(rows.metricOwners).where(eq(rows.metricOwners.metric, metric))
      if (person)
        await ledger
          .insert(rows.metricOwners)
          .values({ metric, person, updatedAt: context.clock().toISOString() })
      context.note({
        subject: `owner of ${metric}`,
        stores: null,
        before: before ?? null,
        after: after ?? null,
      })
      return { metric, owner: after?.name ?? found.owner }
    }),
}
