import type { Context } from '#features/context.ts'
import { capital } from '#kernel/capital.ts'
import type { Day } from '#kernel/day.ts'
import { type Flexed, favourable, flexedTo } from '#kernel/plan/variance.ts'
import { planComparison, planIn } from '#kernel/plan-comparison.ts'
import { spanWords } from '#kernel/view.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { askAs } from './actuals.ts'

interface Base {
  value: string | null
  delta: string | null
  ratio: string | null
  verdict: string
  /** Of what follows sales: the base at the sales there were, and its change by volume and by rate. */
  flexed: Flexed | null
  /** Why there is no change to tell; null where there is one. */
  reason: string | null
}

export interface Line {
  metric: string
  label: string
  unit: string
  good: 'up' | 'down' | 'none'
  currency: string | null
  actual: string | null
  /** Why the actual is N/A; null where it is known. */
  reason: string | null
  bases: Record<string, Base>
}

/** What follows trade by itself, and by which activity; of several the first that is known on a side. Media is a choice, and is not here. */
const follows: Readonly<Record<string, readonly string[]>> = {
  discounts: ['gross_sales'],
  // What goods cost is known of the sales whose cost is recorded; a plan's rate is of all its sales.
  cost_of_goods: ['net_sales_costed', 'net_sales'],
  fulfilment_cost: ['orders'],
  payment_fees: ['net_sales'],
  return_handling_cost: ['net_sales'],
}

/**
 * Metrics against plan versions and other bases, to the same day, each favourable or not by what it does to the business.
 * Costs that follow sales are judged against a flexed base: what was planned at the sales there were. Goods that cost more
 * because more was sold are neither good nor bad; the part left, the rate, is. Discounts are flexed by gross sales,
 * fulfilment by orders, other costs by net sales (of goods whose cost is recorded). What is N/A says why.
 */
export async function variances(
  context: Context,
  asked: {
    metrics: string[]
    from: Day
    to: Day
    versions: string[]
    compare: string[]
    stores?: string[]
    filters: { dimension: string; is: string[] }[]
    currency?: string
  },
): Promise<Line[]> {
  const { versions, compare: others, filters, ...rest } = asked
  const compare = [...new Set([...versions.map(planComparison), ...others])]
  const answer = await askAs(context, {
    ...rest,
    ...(filters.length > 0 && { filters }),
    metrics: [...new Set([...asked.metrics, ...asked.metrics.flatMap(name => follows[name] ?? [])])],
    compare: compare as Query['compare'] & string[],
  })
  const { definitions, currency } = answer.meta
  return asked.metrics.map(metric => {
    const definition = definitions[metric]
    const good = definition?.good ?? 'none'
    const actual = actualOf(answer, metric)
    return {
      metric,
      label: definition?.label ?? metric,
      unit: definition?.unit ?? 'count',
      good,
      currency,
      actual,
      reason: actual === null ? whyNot(answer, metric) : null,
      bases: Object.fromEntries(
        compare.map((name): [string, Base] => {
          const { value = null, delta = null, ratio = null } = comparedIn(answer, name, metric) ?? {}
          if (delta === null || value === null || actual === null) {
            const reason = actual === null ? whyNot(answer, metric) : whyNoBase(answer, name, metric)
            return [name, { value, delta, ratio, verdict: 'N/A', flexed: null, reason }]
          }
          const flexed = flexedIn(answer, name, metric, { actual, base: value })
          const verdict = favourable(flexed?.rate ?? delta, good)
          return [name, { value, delta, ratio, verdict, flexed, reason: null }]
        }),
      ),
    }
  })
}

const actualOf = ({ totals }: Answer, metric: string): string | null => {
  const value = totals[metric]
  return typeof value === 'string' ? value : null
}

const comparedIn = ({ totals }: Answer, name: string, metric: string) =>
  totals.compare?.[name]?.values[metric]

/** What a cost is flexed to: its activity on either side. Null for what follows none, or where that is not known. */
function flexedIn(answer: Answer, name: string, metric: string, cost: { actual: string; base: string }) {
  const by = follows[metric] ?? []
  const first = (of: (activity: string) => string | null | undefined) =>
    by.map(of).find(value => value != null) ?? null
  const actual = first(activity => actualOf(answer, activity))
  const base = first(activity => comparedIn(answer, name, activity)?.value)
  return actual === null || base === null ? null : flexedTo(cost, { actual, base })
}

const sentence = (text: string) => capital(text).replace(/\.?$/, '.')

/** Why a figure is N/A, in a sentence. */
function whyNot({ meta }: Answer, metric: string): string {
  const warned = meta.warnings.find(({ code }) => code === 'coming' || code === 'rates')?.message
  return sentence(meta.missing[metric] ?? warned ?? 'nothing to compute it from in these days')
}

/** Why there is nothing it stands against, in a sentence. */
function whyNoBase({ meta }: Answer, name: string, metric: string): string {
  const warned = (...codes: string[]) => meta.warnings.find(({ code }) => codes.includes(code))?.message
  const label = meta.definitions[metric]?.label ?? metric
  const { label: base = name, from = '', to = '' } = meta.comparisons[name] ?? {}
  if (planIn(name) !== null)
    return (
      (meta.definitions[metric]?.unit === 'money' && warned('plan_currency')) ||
      `${base} says nothing of ${label.toLowerCase()} in these days.`
    )
  const coming = meta.wholeFrom !== undefined && from < meta.wholeFrom ? warned('coming') : undefined
  return (
    coming ??
    warned('rates') ??
    sentence(
      from === '' || to === ''
        ? `nothing stands beside these days by ${base.toLowerCase()}`
        : `nothing is known of ${label.toLowerCase()} in ${spanWords(from, to)}`,
    )
  )
}
