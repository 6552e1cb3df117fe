import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { CanonicalRow } from '#connectors/connector.ts'
import { type TableName, table } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { checkRoom } from '#warehouse/room.ts'
import type { Receipt, Warehouse } from '#warehouse/warehouse.ts'
import { completed } from './rows.ts'
import { makeWork } from './work.ts'

/** Where rows go, and the data folder they pass through. */
export interface Carrying {
  granary: Warehouse
  folder: string
}

/**
 * Carries rows of our own into the granary by its one road in: a Parquet file and a delivery. Rows replace those
 * with the same key. `id` names the delivery: the same one twice changes nothing. `whole`: they are all there are of
 * their source in the table, and others of it go.
 */
export async function carryRows(
  { granary, folder: data }: Carrying,
  what: { id: string; table: TableName; rows: readonly CanonicalRow[]; source: string; whole?: true },
): Promise<Receipt> {
  if (what.rows.length === 0 && !what.whole) return { rows: 0, inserted: 0, changed: 0, repeats: 0 }
  await checkRoom(data)
  const folder = await makeWork(data, 'own-rows')
  const [lines, parquet] = [join(folder, 'rows.json'), join(folder, 'rows.parquet')]
  // Few rows: a second thread would wait for them, and turn in circles while it does.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const parts: string[] = []
    for (const row of what.rows) parts.push(JSON.stringify(completed(what.table, row, what.source)))
    await writeFile(lines, parts.join('\n'))
    const columns = Object.entries(table(what.table).columns)
    const text = columns.map(([name]) => `${name}: 'VARCHAR'`).join(', ')
    const typed = columns.map(([name, { type }]) => `CAST(${name} AS ${duckdbTypes[type]}) AS ${name}`)
    await connection.run(
      `COPY (SELECT ${typed.join(', ')} FROM read_json('${lines}', format = 'newline_delimited', columns = {${text}}))
       TO '${parquet}' (FORMAT parquet)`,
    )
    return await granary.deliver({
      id: what.id,
      table: what.table,
      files: [parquet],
      mode: 'merge',
      ...(what.whole && { whole: what.source }),
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}
