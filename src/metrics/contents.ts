import { type TableName, tables } from '#kernel/canonical.ts'
import type { Change, Warehouse } from '#warehouse/warehouse.ts'

/** What tables hold that a question must know before it is written: which stores, currencies and counters. */
export interface Contents {
  /** Currencies money of a table is booked in, within stores (null: all). */
  currencies(table: TableName, stores: readonly string[] | null): string[]
  /** How many stores have rows in any of the tables. */
  stores(tables: readonly TableName[], stores: readonly string[] | null): number
  /** Who counts a store's sessions, the one with the most days first. */
  counters(stores: readonly string[] | null): { store: string; counters: string[] }[]
}

interface Holding {
  store: string
  currency: string
  counter: string
  days: number
}

/** Read again for a table when it changed: a few rows for each. */
export const contentsOf = (granary: Warehouse) => {
  const held = new Map<TableName, Holding[]>()

  const read = async (name: TableName): Promise<void> => {
    const { columns } = tables[name]
    const counter = name === 'traffic_days' ? 'origin' : "''"
    const days = name === 'traffic_days' ? 'count(DISTINCT day)' : '0'
    const from = granary.dialect.from(name === 'sales_lines' ? 'sales_hours' : name)
    const rows = await granary.query(
      `SELECT store, ${'currency' in columns ? 'currency' : "''"} AS currency, ${counter} AS counter, ${days} AS days
       FROM ${from} GROUP BY 1, 2, 3`,
    )
    held.set(
      name,
      rows.map(row => ({
        store: String(row.store),
        currency: String(row.currency ?? ''),
        counter: String(row.counter),
        days: Number(row.days),
      })),
    )
  }
  const within = (name: TableName, stores: readonly string[] | null) =>
    (held.get(name) ?? []).filter(h => stores === null || stores.includes(h.store))

  const contents: Contents = {
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
  }
  return {
    contents,
    /** What changed is read anew. */
    async refresh(changes: readonly Change[]): Promise<void> {
      const changed = [...new Set(changes.filter(c => c.stores.length > 0).map(c => c.table))]
      await Promise.all(changed.filter(name => 'store' in tables[name].columns).map(read))
    },
  }
}
