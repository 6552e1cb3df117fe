import type { Context } from '#features/context.ts'
import type { Day } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { favourable, type Item, priceVolumeMix, type Side, type Variance } from '#kernel/plan/variance.ts'
import type { Query } from '#metrics/query.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { askAs, yearBefore } from './actuals.ts'
import { storesOf } from './spent-of.ts'
import { ruleOf } from './versions.ts'

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
    currency?: string
  },
): Promise<Line[]> {
  const { versions, compare: others, ...question } = asked
  const compare = [...new Set([...versions.map(version => `target:${version}`), ...others])]
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

/**
 * The change of sales against the year before by price, volume, mix and currency over the members of a dimension, in
 * the reader's currency; each store in its own, at the mean rate of its days.
 */
export async function salesVariance(
  context: Context,
  asked: {
    by: string
    from: Day
    to: Day
    currency: string
    amount: 'net_sales' | 'gross_sales'
    quantity: 'net_units' | 'units_sold'
  },
): Promise<Variance> {
  const rule = await ruleOf(context)
  const base = yearBefore(rule, asked)
  const items: Item[] = []
  const stores = await storesOf(context)
  const rates = await ratesOf(context.granary, [asked.currency, ...stores.map(one => one.currency)])
  for (const { store, currency } of stores) {
    const side = async (span: { from: Day; to: Day }) => {
      const answer = await askAs(context, {
        metrics: [asked.amount, asked.quantity],
        by: [asked.by],
        ...span,
        stores: [store],
        currency,
        limit: 10_000,
      })
      if (answer.rows.length === 0) return new Map<string, Side>()
      const rate = rates.mean(currency, asked.currency, span)
      if (rate === null)
        throw invalid(
          `There is no rate from ${currency} to ${asked.currency} for ${span.from} to ${span.to}.`,
          'Import exchange rates, or ask in a currency that has them.',
        )
      return new Map(
        answer.rows.map(row => [
          String(row[asked.by] ?? ''),
          { amount: String(row[asked.amount] ?? '0'), quantity: String(row[asked.quantity] ?? '0'), rate },
        ]),
      )
    }
    const [actual, plan] = [await side({ from: asked.from, to: asked.to }), await side(base)]
    for (const key of new Set([...actual.keys(), ...plan.keys()]))
      items.push({ key: `${store} · ${key}`, actual: actual.get(key) ?? null, plan: plan.get(key) ?? null })
  }
  return priceVolumeMix(items)
}
