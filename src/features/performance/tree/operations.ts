import { desc, inArray } from 'drizzle-orm'
import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { Tree, TreeQuery } from '#metrics/tree/shape.ts'
import { metricTree } from '#metrics/tree/tree.ts'
import { versions } from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'

/** The plan most of the company knows: the budget approved last, else a saved target for net sales. */
async function planOf({ ledger, granary }: Context): Promise<string | null> {
  const approved = await ledger
    .select({ id: versions.id, kind: versions.kind })
    .from(versions)
    .where(inArray(versions.state, ['approved', 'locked']))
    .orderBy(desc(versions.updatedAt))
  const carried = await granary.query(
    `SELECT DISTINCT version FROM ${granary.dialect.from('budget_lines')} WHERE line = 'net_sales'`,
  )
  const there = new Set(carried.map(row => String(row.version)))
  const budget = approved.filter(one => one.kind === 'budget' || one.kind === 'le')
  const plan = budget.find(one => there.has(one.id))
  if (plan) return plan.id
  const saved = await ledger.select().from(settings.targets).orderBy(settings.targets.name)
  return saved.find(one => one.metric === 'net_sales')?.name ?? null
}

export const treeOperations = {
  tree: read({
    role: 'viewer',
    agents: true,
    summary:
      'The business as a tree of metrics, outputs down to the inputs one can set: values, changes, plan, owners, and what each did to the figure above it',
  })
    .input(TreeQuery)
    .output(Tree)
    .handler(async ({ input, context }) => {
      const { ledger, actor, clock } = context
      const [waterfall] = await ledger.select().from(settings.costWaterfall)
      const stores = await ledger
        .select({ store: settings.stores.store, kind: settings.stores.kind })
        .from(settings.stores)
        .orderBy(settings.stores.store)
      const last = (waterfall?.tiers ?? usualWaterfall).at(-1)?.name ?? 'net_sales'
      return metricTree(
        context.metrics,
        input,
        {
          roots: [last, 'won_amount'],
          stores,
          plan: input.plan ?? (await planOf(context)),
        },
        { stores: actor.stores, now: clock() },
      )
    }),
}
