import type { Context } from '#features/context.ts'
import { addDays, type Day, dayCount } from '#kernel/day.ts'
import { spanWords } from '#kernel/view.ts'
import { dayStart } from '#kernel/zone.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { stores } from '#postgres/tables/settings.ts'
import { askAs } from './decks.ts'
import type { Trust } from './pack-shape.ts'

const words = (day: Day) => spanWords(day, day)

/** From which day figures are whole, and why, where comparisons of an answer wait for it. */
export const comingIn = ({ meta }: Pick<Answer, 'meta'>): string | null =>
  meta.warnings.find(one => one.code === 'coming')?.message ?? null

/**
 * Whether a day's figures are whole: the data reach it, were loaded after it ended, and no shop that sells every day is
 * silent on it.
 */
export async function trustOf(context: Context, day: Day): Promise<Omit<Trust, 'coming'>> {
  const query: Query = {
    metrics: ['orders'],
    by: ['store'],
    from: addDays(day, -28),
    to: day,
    grain: 'day',
    limit: 10_000,
  }
  const { rows, meta } = await askAs(context, query)
  const base = { day, lastDay: meta.lastDay, asOf: meta.asOf }
  if (meta.lastDay === null) return { ...base, stale: 'There are no sales yet.' }
  if (meta.lastDay < day) {
    const missing = dayCount(meta.lastDay, day) - 1
    return {
      ...base,
      stale: `The data end on ${words(meta.lastDay)}: ${missing === 1 ? 'a day is' : `${missing} days are`} missing.`,
    }
  }
  const loaded = meta.asOf ? Date.parse(meta.asOf) : Number.POSITIVE_INFINITY
  const shops = await context.ledger.select().from(stores).orderBy(stores.store)
  const going = shops.filter(({ timezone }) => loaded < dayStart(timezone, addDays(day, 1)))
  if (going.length > 0) {
    const where = going.length < shops.length ? ` in ${going.map(({ name }) => name).join(', ')}` : ''
    return {
      ...base,
      stale: `The data were last loaded before ${words(day)} ended${where}: its figures are not whole.`,
    }
  }
  const sold = new Map<string, Set<string>>()
  for (const row of rows)
    if (Number(row.orders ?? 0) > 0) {
      const store = String(row.store)
      sold.set(store, (sold.get(store) ?? new Set()).add(row.period ?? ''))
    }
  const silent = [...sold].filter(([, days]) => days.size >= 27 && !days.has(day)).map(([store]) => store)
  return {
    ...base,
    stale:
      silent.length > 0
        ? `Nothing was sold in ${silent.join(', ')} on ${words(day)}, or it has not come in.`
        : null,
  }
}
