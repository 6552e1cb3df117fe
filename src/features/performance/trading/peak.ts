import { countsOf, phaseHours } from '#forecast/phasing.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { forecastTarget } from '#kernel/view.ts'
import type { Engine, Scope } from '#metrics/engine.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { numberOf } from './model.ts'
import type { PlanHours } from './plans.ts'
import type { PeakAsked, PeakTold } from './shape.ts'

/** What is followed by the hour. */
const figures = ['net_sales', 'orders'] as const
/** Weeks that say how a weekday runs. */
const weeks = 12
/** Days over which the busiest hour is looked for. */
const recordDays = 365
/** A saved target of this name for orders says how many can be shipped in a day. */
const ceilingTarget = 'ceiling'

/**
 * One day hour by hour against another day and against the plan: the day's target shared out to its hours by how the same
 * weekday ran in the last twelve weeks (in a locked plan: in those before its lock), adding up to it exactly. Beside it the
 * busiest hour of the last year, and how many orders a day can be shipped, where that was saved as a target.
 * @param known names of targets and plan versions for sales, of which the first that has the day is the plan, and for orders;
 * and how a plan goes over hours
 */
export async function peakDay(
  metrics: Engine,
  asked: PeakAsked,
  known: {
    sales: readonly string[]
    orders: readonly string[]
    hours: (plan: string) => Promise<PlanHours>
  },
  scope: Scope,
): Promise<PeakTold> {
  const { day, compare, target, ...view } = asked
  const ask = (query: Query) => metrics.ask({ ...view, ...query }, scope)
  const answer = await ask({
    metrics: [...figures],
    from: day,
    to: day,
    grain: 'hour',
    compare: [compare] as Query['compare'],
  })
  const plan = await planOf(ask, day, target ? [target] : known.sales.filter(name => name !== ceilingTarget))
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
    ...(plan ? await byTheHour(ask, answer, { ...plan, ...(await known.hours(plan.name)) }, day) : answer),
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

/** The answer with the plan beside each hour, as one more comparison. */
async function byTheHour(
  ask: Ask,
  answer: Answer,
  plan: { name: string; values: Values } & PlanHours,
  day: Day,
): Promise<Answer> {
  const comparison = planComparison(plan.name)
  const ran = plan.ran
    ? null
    : await ask({
        metrics: [...figures],
        by: ['weekday', 'hour'],
        from: addDays(day, -7 * weeks),
        to: addDays(day, -1),
        limit: 1000,
      })
  const hours = new Map(
    figures.flatMap(metric => {
      const whole = plan.values[metric]
      const counts = ran
        ? ran.rows.map(row => ({
            weekday: Number(row.weekday),
            hour: Number(row.hour),
            value: numberOf(row, metric) ?? 0,
          }))
        : countsOf(plan.ran?.[metric] ?? [])
      return whole == null ? [] : [[metric, phaseHours(whole, day, counts, 2, plan.weights)] as const]
    }),
  )
  const rows = answer.rows.map(row => {
    const hour = Number(String(row.period).slice(11, 13))
    const values = Object.fromEntries(
      figures.map(metric => {
        const value = hours.get(metric)?.[hour] ?? null
        const own = numberOf(row, metric)
        const delta = value === null || own === null ? null : own - Number(value)
        const ratio = delta === null || Number(value) === 0 ? null : delta / Math.abs(Number(value))
        return [metric, { value, delta: delta?.toFixed(4) ?? null, ratio: ratio?.toFixed(6) ?? null }]
      }),
    )
    return { ...row, compare: { ...row.compare, [comparison]: { values } } }
  })
  const label = plan.name === forecastTarget ? 'Forecast' : plan.name
  return {
    ...answer,
    rows: rows as Answer['rows'],
    meta: {
      ...answer.meta,
      comparisons: { ...answer.meta.comparisons, [comparison]: { label, from: day, to: day } },
    },
  }
}
