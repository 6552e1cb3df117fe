import { addDays, type Day } from '#kernel/day.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Engine, Scope } from '#metrics/engine.ts'
import type { Answer, Query } from '#metrics/query.ts'
import type { PeakAsked, PeakTold } from './shape.ts'

/** What is followed by the hour. */
const figures = ['net_sales', 'orders'] as const
/** Days over which the busiest hour is looked for. */
const recordDays = 365
/** A saved target of this name for orders says how many can be shipped in a day. */
const ceilingTarget = 'ceiling'

/**
 * One day hour by hour against another day and against the plan, and as far as it is, each store by its own clock. Beside it the busiest hour of the last year, and how many
 * orders a day can be shipped, where that was saved as a target.
 * @param known names of targets and plan versions for sales, of which the first that has the day is the plan, and for orders
 */
export async function peakHours(
  metrics: Engine,
  asked: PeakAsked,
  known: { sales: readonly string[]; orders: readonly string[] },
  scope: Scope,
): Promise<Omit<PeakTold, 'pace'>> {
  const { day, compare, target, ...view } = asked
  const ask = (query: Query) => metrics.ask({ ...view, ...query }, scope)
  const plan = await planOf(ask, day, target ? [target] : known.sales.filter(name => name !== ceilingTarget))
  const answer = await ask({
    metrics: [...figures],
    from: day,
    to: day,
    grain: 'hour',
    compare: [compare, ...(plan ? [planComparison(plan.name)] : [])] as Query['compare'],
  })
  const { totals, meta } = await ask({
    metrics: [...figures],
    from: day,
    to: day,
    compare: [compare, ...(plan ? [planComparison(plan.name)] : [])] as Query['compare'],
  })
  const ceiling = known.orders.includes(ceilingTarget) ? await wholeDay(ask, day, ceilingTarget) : {}
  const [record] = (
    await ask({
      metrics: ['orders'],
      from: addDays(day, -recordDays),
      to: addDays(day, -1),
      grain: 'hour',
      sort: { by: 'orders', desc: true },
      limit: 1,
    })
  ).rows
  return {
    ...answer,
    soFar: meta.until === undefined ? null : { totals, clocks: meta.clocks ?? null },
    plan: plan?.name ?? null,
    planned: plan?.values ?? null,
    ceiling: ceiling.orders ?? null,
    record: record?.period && record.orders ? { period: record.period, orders: record.orders } : null,
  }
}

type Ask = (query: Query) => Promise<Answer>
type Values = Record<string, string | null>

/** What a target says of the whole day, whatever hour it is. */
async function wholeDay(ask: Ask, day: Day, name: string): Promise<Values> {
  const comparison = planComparison(name)
  const { totals } = await ask({
    metrics: [...figures],
    from: day,
    to: day,
    compare: [comparison] as Query['compare'],
    // Of a day that is not over, a comparison has only the hours that are.
    wholeDays: true,
  })
  const values = totals.compare?.[comparison]?.values
  return Object.fromEntries(figures.map(metric => [metric, values?.[metric]?.value ?? null]))
}

async function planOf(ask: Ask, day: Day, names: readonly string[]) {
  for (const name of names) {
    const values = await wholeDay(ask, day, name)
    if (Object.values(values).some(value => value !== null)) return { name, values }
  }
  return null
}
