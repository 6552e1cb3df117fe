import type { DuckDBConnection } from '@duckdb/node-api'
import { derived } from '#kernel/canonical.ts'
import { derivedSchema } from './ddl.ts'
import { transaction } from './deliver.ts'
import { mark } from './derivation-mark.ts'
import { deriveAll } from './derive-ledger.ts'
import { deriveMessages, noteMessages } from './derive-messages.ts'

/**
 * Derives everything anew, once, in a granary whose derived tables an earlier version built otherwise, or one that wrote
 * down no mark. One transaction: cut short, the old ones are there as before and it is done at the next start. `onProgress`
 * hears of ledger rows. Gives whether anything was to be done.
 */
export async function deriveAnew(
  connection: DuckDBConnection,
  onProgress?: (done: number, total: number) => void,
): Promise<boolean> {
  const list = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  await connection.run('CREATE TABLE IF NOT EXISTS derivation (mark VARCHAR NOT NULL)')
  const [built] = await list('SELECT mark FROM derivation')
  if (built?.[0] === mark) return false
  await transaction(connection, async () => {
    // Their columns may be others: they are made again, and not only emptied.
    for (const name of Object.keys(derived)) await connection.run(`DROP TABLE IF EXISTS ${name}`)
    for (const statement of derivedSchema()) await connection.run(statement)
    const stores = (await list('SELECT DISTINCT store FROM sales_lines ORDER BY 1')).map(([store]) =>
      String(store),
    )
    if (stores.length > 0) await deriveAll(connection, stores, onProgress)
    const [events] = await list('SELECT count(*) FROM message_events')
    if (Number(events?.[0]) > 0) {
      await noteMessages(connection, 'message_events')
      await deriveMessages(connection, mark)
      // No data came in: nothing is fresher than it was.
      await connection.run(`DELETE FROM deliveries WHERE delivery = '${mark}, counted'`)
    }
    await connection.run('DELETE FROM derivation')
    await connection.run(`INSERT INTO derivation VALUES ('${mark}')`)
  })
  return true
}
