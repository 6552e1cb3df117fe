import { type DerivedName, derived, type TableName, tables } from '#kernel/canonical.ts'
import type { Change, Row, Warehouse } from './warehouse.ts'

/** Writers stand in line: one delivery at a time, in order of arrival; one that fails holds up nobody. */
export const inLine = () => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take<T>(work: () => Promise<T>): Promise<T> {
      const turn = last.then(work, work)
      last = turn.catch(() => undefined)
      return turn
    },
    /** Settled when whoever stands in line now has had their turn. */
    last: () => last,
  }
}

/** An entry of the delivery log from its row. */
export const changeOf = (row: Row): Change => ({
  version: Number(row.version),
  delivery: String(row.delivery),
  table: row.name as TableName,
  stores: JSON.parse(String(row.stores)) as string[],
  from: row.first_day === null ? null : String(row.first_day),
  to: row.last_day === null ? null : String(row.last_day),
  rows: Number(row.rows),
  at: `${String(row.logged_at).replace(' ', 'T')}Z`,
})

/** Rows of every table. */
export const rowCounts = async (query: Warehouse['query']): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const name of [...Object.keys(tables), ...Object.keys(derived)] as (TableName | DerivedName)[]) {
    const [row] = await query(`SELECT count(*) AS n FROM ${name}`)
    counts[name] = Number(row?.n)
  }
  return counts
}
