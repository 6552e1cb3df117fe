import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import { favourable } from '#kernel/plan/variance.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Query } from '#metrics/query.ts'
import { askAs } from './actuals.ts'

export interface Line {
  metric: string
  label: string
  unit: string
  good: 'up' | 'down' | 'none'
  currency: string | null
  actual: string | null
  bases: Record<string, { value: string | null; delta: string | null; ratio: string | null; verdict: string }>
}

/** Metrics against plan versions and other bases, to the same day, each favourable or not by what it does to the business. */
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
  const question = { ...rest, ...(filters.length > 0 && { filters }) }
  const compare = [...new Set([...versions.map(planComparison), ...others])]
  const answer = await askAs(context, { ...question, compare: compare as Query['compare'] & string[] })
  return asked.metrics.map(metric => {
    const definition = answer.meta.definitions[metric]
    const good = definition?.good ?? 'none'
    return {
      metric,
      label: definition?.label ?? metric,
      unit: definition?.unit ?? 'count',
      good,
      currency: answer.meta.currency,
      actual: (answer.totals[metric] as string | null | undefined) ?? null,
      bases: Object.fromEntries(
        compare.map(name => {
          const values = answer.totals.compare?.[name]?.values[metric]
          const { value = null, delta = null, ratio = null } = values ?? {}
          return [name, { value, delta, ratio, verdict: delta === null ? 'N/A' : favourable(delta, good) }]
        }),
      ),
    }
  })
}
