import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount, earlier } from '#kernel/day.ts'
import { askAll } from '../forecasts/course.ts'

/** Figures of what was sold: nothing of a product that is nowhere to be had. */
const sold: ReadonlySet<string> = new Set(['units_sold', 'orders', 'net_sales', 'gross_sales'])
/** What stock is known by. */
const shelved: ReadonlySet<string> = new Set(['store', 'product', 'category', 'brand'])
/** Days of one answer. */
const step = 28
const page = 10_000

/** A slice of products, and its days (as places from the first) on which nothing of it was left in any location. */
export type OutOfStock = ReadonlyMap<string, readonly number[]>

/**
 * Days on which slices were out of stock everywhere, as the stock by day tells; none for what stock says nothing of. A day
 * whose stock is not known is no such day.
 */
export async function outOfStock(
  context: Context,
  { metric, by }: { metric: string; by: readonly string[] },
  slices: readonly Readonly<Record<string, string>>[],
  from: Day,
  to: Day,
): Promise<OutOfStock> {
  const found = new Map<string, number[]>()
  if (!sold.has(metric) || !by.includes('product') || !by.every(name => shelved.has(name))) return found
  const product = [...new Set(slices.map(slice => slice.product ?? ''))]
  for (let start = from; start <= to; start = addDays(start, step)) {
    const end = earlier(to, addDays(start, step - 1))
    for (let offset = 0, count = 1; offset < count; offset += page) {
      const { rows, meta } = await askAll(context, {
        metrics: ['stockout_rate'],
        grain: 'day',
        calendar: 'gregorian',
        by: [...by],
        filters: [
          { dimension: 'product', is: product },
          { metric: 'stockout_rate', over: 0.9999 },
        ],
        from: start,
        to: end,
        limit: page,
        offset,
      })
      for (const row of rows) {
        const key = JSON.stringify(Object.fromEntries(by.map(name => [name, String(row[name] ?? '')])))
        const days = found.get(key) ?? []
        found.set(key, days)
        days.push(dayCount(from, String(row.period)) - 1)
      }
      count = meta.count
    }
  }
  return found
}
