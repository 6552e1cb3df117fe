import { ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { askedDays, askedPeriod, comparisonsFor, knownOf, readView } from '#kernel/view.ts'
import { bridge } from '#metrics/bridge/bridge.ts'
import type { BridgeQuery } from '#metrics/bridge/shape.ts'
import { baseQuery } from './model.ts'

/**
 * Asks why net sales changed in the days the first screen opens with: by far the most that it asks, and there for whoever
 * opens it after a load without choosing anything.
 */
export async function cockpitAhead(context: Context): Promise<void> {
  const { metrics, actor, clock } = context
  const scope = { stores: actor.stores, now: clock() }
  const view = readView({})
  const [{ meta }, rule] = await Promise.all([metrics.ask(knownOf(view), scope), ruleOf(context)])
  if (meta.lastDay === null) return
  const known = { firstDay: meta.from, lastDay: meta.lastDay }
  const asked = askedPeriod(view.period, known, meta.today, rule)
  const comparisons = comparisonsFor(view, known, askedDays(asked, meta.today, rule))
  const compare = comparisons.find(one => one.startsWith('last_year')) ?? comparisons[0]
  if (compare === undefined) return
  const question = { ...baseQuery(view, asked, []), metric: 'net_sales', compare } as BridgeQuery
  await bridge(metrics, question, scope)
}
