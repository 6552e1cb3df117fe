import type { Context } from '#features/context.ts'
import { type Day, daysBetween } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { exact } from '#kernel/money.ts'
import { favourable, type Item, priceVolumeMix, type Variance } from '#kernel/plan/variance.ts'
import { rateOn } from '#warehouse/rates.ts'
import { askAs, yearBefore } from './actuals.ts'
import { ruleOf } from './versions.ts'

export interface Line {
  metric: string
  label: string
  unit: string
  good: 'up' | 'down' | 'none'
  actual: string | null
  bases: Record<string, { value: string | null; delta: string | null; ratio: string | null; verdict: string }>
}

/** Metrics against plan versions and last year, to the same day, each favourable or not by what it does to the business. */
export async function variances(
  context: Context,
  asked: { metrics: string[]; from: Day; to: Day; versions: string[]; by?: string[]; currency?: string },
): Promise<Line[]> {
  const compare = [...asked.versions.map(version => `target:${version}`), 'last_year_weekday' as const]
  const answer = await askAs(context, {
    metrics: asked.metrics,
    from: asked.from,
    to: asked.to,
    compare,
    ...(asked.currency && { currency: asked.currency }),
  })
  return asked.metrics.map(metric => {
    const definition = answer.meta.definitions[metric]
    const good = definition?.good ?? 'none'
    return {
      metric,
      label: definition?.label ?? metric,
      unit: definition?.unit ?? 'count',
      good,
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
  for (const { store, currency } of await storesOf(context)) {
    const side = async (span: { from: Day; to: Day }) => {
      const answer = await askAs(context, {
        metrics: [asked.amount, asked.quantity],
        by: [asked.by],
        ...span,
        stores: [store],
        currency,
        limit: 10_000,
      })
      const rate = await meanRate(context, currency, asked.currency, span)
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

async function storesOf(context: Context): Promise<{ store: string; currency: string }[]> {
  const rows = await context.granary.query(
    `SELECT DISTINCT store, currency FROM ${context.granary.dialect.from('sales_hours')} ORDER BY store`,
  )
  return rows.map(row => ({ store: String(row.store), currency: String(row.currency) }))
}

/** The mean of the rates of a span's days, each day at the last known; null where a day has none. */
async function meanRate(
  context: Context,
  from: string,
  to: string,
  span: { from: Day; to: Day },
): Promise<string | null> {
  if (from === to) return '1'
  let sum = exact('0')
  const days = daysBetween(span.from, span.to)
  for (const day of days) {
    const rate = await rateOn(context.granary, from, to, day)
    if (rate === null) return null
    sum = sum.plus(exact(rate))
  }
  return sum.div(days.length).toDecimalPlaces(12).toString()
}
