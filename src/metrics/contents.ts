import { type TableName, table, tables } from '#kernel/canonical.ts'
import { earlier, later } from '#kernel/day.ts'
import type { RatedPair } from '#kernel/exchange.ts'
import { type Rates, ratedPairs, ratesOf } from '#warehouse/rates.ts'
import type { Change, Warehouse } from '#warehouse/warehouse.ts'

/** What tables hold that a question must know before it is written: which days, stores, currencies and counters. */
export interface Contents {
  /** First and last day of a table's rows, within stores (null: all); null where it has none. */
  span(table: TableName, stores: readonly string[] | null): { from: string; to: string } | null
  /** Currencies money of a table is booked in, within stores (null: all). */
  currencies(table: TableName, stores: readonly string[] | null): string[]
  /** How many stores have rows in any of the tables. */
  stores(tables: readonly TableName[], stores: readonly string[] | null): number
  /** Who counts a store's sessions, the one with the most days first. */
  counters(stores: readonly string[] | null): { store: string; counters: string[] }[]
  /** Between which currencies rates are known. */
  pairs(): readonly RatedPair[]
  /** The rates between currencies, and those they lead through: read once until others come. */
  rates(currencies: readonly string[]): Promise<Rates>
}

interface Holding {
  store: string
  currency: string
  counter: string
  days: number
  from: string | null
  to: string | null
}

/** When something later happened to a row than what its table is dated by: the table is known up to there too. */
const laterDays: Partial<Record<TableName, string>> = {
  deals: "CASE WHEN state <> 'open' THEN close_day END",
  tasks: 'done_day',
}

/** Read again for a table when it changed: a few rows for each. */
export const contentsOf = (granary: Warehouse) => {
  const held = new Map<TableName, Holding[]>()
  let pairs: readonly RatedPair[] = []
  const rates = new Map<string, Promise<Rates>>()

  const read = async (name: TableName): Promise<void> => {
    const { columns, dated } = table(name)
    const counter = name === 'traffic_days' ? 'origin' : "''"
    const days = name === 'traffic_days' ? 'count(DISTINCT day)' : '0'
    const from = granary.dialect.from(name === 'sales_lines' ? 'sales_hours' : name)
    const rows = await granary.query(
      `SELECT store, ${'currency' in columns ? 'currency' : "''"} AS currency, ${counter} AS counter, ${days} AS days,
         ${dated ? `min(${dated})` : 'NULL'} AS first_day, ${dated ? `max(${dated})` : 'NULL'} AS last_day,
         ${laterDays[name] ? `max(${laterDays[name]})` : 'NULL'} AS later_day
       FROM ${from} GROUP BY 1, 2, 3`,
    )
    held.set(
      name,
      rows.map(row => ({
        store: String(row.store),
        currency: String(row.currency ?? ''),
        counter: String(row.counter),
        days: Number(row.days),
        from: row.first_day === null ? null : String(row.first_day),
        to: row.last_day === null ? null : later(String(row.last_day), String(row.later_day ?? row.last_day)),
      })),
    )
  }
  const within = (name: TableName, stores: readonly string[] | null) =>
    (held.get(name) ?? []).filter(h => stores === null || stores.includes(h.store))

  const contents: Contents = {
    span: (name, stores) =>
      within(name, stores).reduce<{ from: string; to: string } | null>(
        (all, { from, to }) =>
          from === null || to === null
            ? all
            : { from: all ? earlier(from, all.from) : from, to: all ? later(to, all.to) : to },
        null,
      ),
    currencies: (name, stores) => [
      ...new Set(within(name, stores).flatMap(({ currency }) => (currency ? [currency] : []))),
    ],
    stores: (names, stores) => new Set(names.flatMap(n => within(n, stores).map(h => h.store))).size,
    counters(stores) {
      const byStore = Map.groupBy(within('traffic_days', stores), h => h.store)
      return [...byStore].map(([store, holdings]) => {
        const days = new Map<string, number>()
        for (const h of holdings) days.set(h.counter, (days.get(h.counter) ?? 0) + h.days)
        const ranked = [...days].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
        return { store, counters: ranked.map(([counter]) => counter) }
      })
    },
    pairs: () => pairs,
    rates(currencies) {
      // Of others nothing is known, and whatever somebody asks for is not kept.
      const rated = currencies.filter(one => pairs.some(pair => pair.base === one || pair.quote === one))
      const key = [...new Set(rated)].toSorted().join()
      const known = rates.get(key)
      if (known) return known
      const reading = ratesOf(granary, rated)
      rates.set(key, reading)
      // What could not be read is read again by the next question, and not refused for good.
      reading.catch(() => rates.delete(key))
      return reading
    },
  }
  return {
    contents,
    /** What changed is read anew. */
    async refresh(changes: readonly Change[]): Promise<void> {
      const changed = [...new Set(changes.filter(c => c.stores.length > 0).map(c => c.table))]
      await Promise.all(changed.filter(name => 'store' in tables[name].columns).map(read))
      if (!changes.some(c => c.table === 'exchange_rates')) return
      rates.clear()
      pairs = await ratedPairs(granary)
    },
  }
}
