import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { show, showDay } from '#kernel/format.ts'
import { namesOf } from '#metrics/names.ts'
import { askAll } from '../forecasts/course.ts'
import { type Asked, narrowed, type Weighed } from './asked.ts'

/** Days before the stretch that say what a product sells. */
const before = 56
/** Days after it in which stock that is known of only since then still speaks for it. */
const soon = 7

/** What one product was out of stock for. */
interface Out {
  /** What is told, by what it sells a day; null where there is enough of it. */
  words(perDay: number): string | null
  /** Days of the stretch it could not be had on. */
  days: number
  /** What lost sales say of these days; null where stock of them is not known, or no pace before. */
  lost: number | null
  /** No stock of these days is known: it is taken from what was left soon after. */
  inferred: boolean
}

/**
 * Products that sold before and lay at nothing in these days, or at next to nothing as soon as anybody knew: what they sold
 * before, at what they fetched. Of days whose stock is known that is what lost sales say of them.
 */
export async function stockCauses(context: Context, asked: Asked): Promise<Weighed[]> {
  const { from, to, store } = asked
  const out = await outOfStock(context, asked)
  if (out.size === 0) return []
  const ids = [...out.keys()].slice(0, 1000)
  const sold = await askAll(context, {
    metrics: ['units_sold', 'net_sales'],
    by: ['product'],
    from: addDays(from, -before),
    to: addDays(from, -1),
    ...(store && { stores: [store] }),
    filters: [{ dimension: 'product', is: ids }],
    limit: 1000,
  })
  const titles = await namesOf(
    context.granary,
    { dimension: 'product', ids: ids.slice(0, 500), ...(store && { stores: [store] }) },
    { stores: 'all' },
  )
  return sold.rows
    .flatMap((row): Weighed[] => {
      const id = String(row.product)
      const found = out.get(id)
      const words = found?.words(Number(row.units_sold ?? 0) / before)
      if (!found || !words) return []
      const lost = found.lost ?? (Number(row.net_sales ?? 0) / before) * found.days
      const perDay = -lost / dayCount(from, to)
      const cause: Weighed = {
        kind: 'stock',
        words: `${titles[id] ?? id} ${words}`,
        evidence: `${show(String(row.units_sold ?? 0), { unit: 'count', currency: null })} sold in the eight weeks before${
          found.inferred
            ? '. Taken for out on all these days: lost sales count days whose stock is known'
            : ''
        }`,
        perDay,
        where: [{ dimension: 'product', value: id }],
        rows: { metric: 'units_sold', from: addDays(from, -before), to },
        sure: true,
      }
      return [cause]
    })
    .filter(one => (one.perDay ?? 0) < 0)
}

async function outOfStock(context: Context, asked: Asked): Promise<Map<string, Out>> {
  const { from, to, store, within } = asked
  const only = { ...(store && { stores: [store] }), ...narrowed(within) }
  const stock = await askAll(context, {
    metrics: ['stock_units'],
    by: ['product'],
    grain: 'day',
    from,
    to,
    ...only,
    // Of thousands of products over weeks only what ran out: all days of all would be more than an answer holds.
    filters: [...(only.filters ?? []), { metric: 'stock_units', under: 0.0001 }],
    limit: 10_000,
  })
  const days = new Map<string, Day[]>()
  for (const row of stock.rows)
    if (row.stock_units !== null && Number(row.stock_units) <= 0) {
      const id = String(row.product)
      days.set(id, [...(days.get(id) ?? []), String(row.period)])
    }
  const losses = await lostBy(context, asked, [...days.keys()])
  const found = new Map<string, Out>()
  for (const [id, [...all]] of days) {
    const first = all.toSorted()[0]
    const words = `was out of stock on ${all.length} ${all.length === 1 ? 'day' : 'days'}, first on ${showDay(first)}.`
    found.set(id, { words: () => words, days: all.length, lost: losses.get(id) ?? null, inferred: false })
  }
  const product = within?.find(([dimension]) => dimension === 'product')?.[1]
  const known = found.size === 0 && product !== undefined ? await knownSince(context, asked) : null
  if (known && product !== undefined) {
    const { day, left } = known
    const told = show(String(left), { unit: 'count', currency: null })
    const first = `${showDay(day)}, the first day its stock is known of`
    found.set(product, {
      words: perDay =>
        left <= 0
          ? `is out of stock: nothing of it was left on ${first}.`
          : left < perDay
            ? `is as good as out of stock: ${told} left on ${first}, less than it sells in a day.`
            : null,
      days: dayCount(from, to),
      lost: null,
      inferred: true,
    })
  }
  return found
}

/** Lost sales of these products in the stretch, where they are known. */
async function lostBy(
  context: Context,
  { from, to, store }: Asked,
  ids: string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const { rows } = await askAll(context, {
    metrics: ['lost_sales'],
    by: ['product'],
    from,
    to,
    ...(store && { stores: [store] }),
    filters: [{ dimension: 'product', is: ids.slice(0, 1000) }],
    limit: 1000,
  })
  return new Map(
    rows.flatMap(row => (row.lost_sales === null ? [] : [[String(row.product), Number(row.lost_sales)]])),
  )
}

/**
 * Shops tell what lies there now, not what lay there before they were connected. What was left on the first day whose stock
 * of these products is known, where that is soon after the stretch; else null.
 */
async function knownSince(
  context: Context,
  { from, to, store, within }: Asked,
): Promise<{ day: Day; left: number } | null> {
  const { rows } = await askAll(context, {
    metrics: ['stock_units'],
    grain: 'day',
    calendar: 'gregorian',
    from,
    to: addDays(to, soon),
    ...(store && { stores: [store] }),
    ...narrowed(within),
  })
  const first = rows.find(row => row.stock_units !== null)
  const day = String(first?.period ?? '')
  return first && day > to ? { day, left: Number(first.stock_units) } : null
}
