import { join } from 'node:path'
import { quote } from './reading.ts'
import { openSandbox } from './sandbox.ts'
import { translated } from './stage.ts'

/**
 * A Parquet file whose columns hold records or lists of them, as JSON, one object a line, in `work`: nested alike, it is
 * then read as JSON is. Null for one of plain columns, or without rows. `limit`: rows for a look at it.
 */
export const nestedAsJson = async (path: string, work: string, limit?: number): Promise<string | null> => {
  const sandbox = await openSandbox(path, work, { ordered: true })
  try {
    const table = `read_parquet(${quote(path)})`
    const types = await sandbox.rows<{ column_type: string }>(`DESCRIBE SELECT * FROM ${table}`)
    if (!types.some(one => one.column_type.includes('STRUCT('))) return null
    const first = await sandbox.rows(`SELECT 1 FROM ${table} LIMIT 1`)
    if (first.length === 0) return null
    const made = join(work, 'nested.jsonl')
    const some = limit === undefined ? '' : ` LIMIT ${limit}`
    await sandbox.run(`COPY (SELECT * FROM ${table}${some}) TO ${quote(made)} (FORMAT json)`)
    return made
  } catch (cause) {
    throw translated(cause)
  } finally {
    sandbox.close()
  }
}
