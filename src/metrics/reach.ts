import type { TableName } from '#kernel/canonical.ts'
import type { Day } from '#kernel/day.ts'
import type { Change, Warehouse } from '#warehouse/warehouse.ts'
import { factByName } from './facts.ts'

/** What has been loaded, read from the delivery log as it grows: data as of, and whom a load concerns. */
export interface LoadLog {
  /** Reads what is new; gives it, oldest first. One reading at a time. */
  refresh(): Promise<Change[]>
  version(): number
  asOf(tables: readonly TableName[]): string | null
  /** When rows of a table on a day or later were last loaded, of any of the stores (null: all); UTC, ISO. */
  loaded(table: TableName, stores: readonly string[] | null, day: Day): string | null
}

export const loadLog = (granary: Warehouse): LoadLog => {
  const log: Change[] = []
  const version = () => log.at(-1)?.version ?? -1
  return {
    async refresh() {
      const fresh = await granary.changes(version())
      log.push(...fresh)
      return fresh
    },
    version,
    asOf: tables => log.filter(c => tables.includes(c.table)).at(-1)?.at ?? null,
    loaded: (table, stores, day) =>
      log.findLast(
        c =>
          c.table === table &&
          (c.to ?? '9') >= day &&
          (stores === null || c.stores.some(store => stores.includes(store))),
      )?.at ?? null,
  }
}

export const tableOf = (fact: string): TableName => factByName[fact]?.table ?? 'sales_lines'

/**
 * Work done one at a time and shared by whoever asks before it begins. Who asks while it is going on gets the next one:
 * what had happened when they asked is in what they get.
 */
export const latest = (work: () => Promise<void>): (() => Promise<void>) => {
  let going: Promise<void> | null = null
  let next: Promise<void> | null = null
  const begin = () => {
    next = null
    going = work().finally(() => {
      going = null
    })
    return going
  }
  return () => {
    if (next) return next
    if (!going) return begin()
    next = going.then(begin, begin)
    return next
  }
}
