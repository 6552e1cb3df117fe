import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type TableName, table } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { freeing } from '#warehouse/freeing.ts'
import { idleOf, shortName } from './rows.ts'

/** Makes the Parquet that deliveries are made of, from short lines of canonical rows. */
export interface Packer {
  /**
   * Gives the path of the Parquet, beside the JSON lines. Keys given as text become their hash.
   * @param longest letters of the longest line
   */
  pack(name: TableName, path: string, longest: number): Promise<string>
  close(): void
}

const leastLine = 1024 * 1024
/** A letter takes at most so many bytes of UTF-8: what takes four counts as two. */
const bytesOfLetter = 3

/** One small DuckDB, opened when it is first needed: opening one for each turn cost more than the turn. */
export function createPacker(): Packer {
  let opened: Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> | null = null
  const open = async () => {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '300MB',
      ...freeing,
      // A part is one group of rows: a second thread would wait for it, and turn in circles while it does.
      threads: '1',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    return { instance, connection: await instance.connect() }
  }
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`
  return {
    async pack(name, path, longest) {
      opened ??= open()
      const { connection } = await opened
      const columns = Object.entries(table(name).columns)
      const read = columns
        .map(([, { type }], n) => `${shortName(n)}: '${type === 'hash' ? 'VARCHAR' : duckdbTypes[type]}'`)
        .join(', ')
      const chosen = columns
        .map(([column, { type, optional }], n) => {
          const idle = idleOf({ type, ...(optional && { optional }) })
          const value =
            idle === undefined || idle === null
              ? shortName(n)
              : `coalesce(${shortName(n)}, ${idle === '' ? "''" : idle})`
          return `${type === 'hash' ? `hash(${value})` : value} AS ${column}`
        })
        .join(', ')
      const out = path.replace(/\.jsonl$/, '.parquet')
      // Lines are read in buffers of twice the longest: at DuckDB's usual 16 MB they are most of what packing takes.
      const most = Math.max(leastLine, bytesOfLetter * longest)
      await connection.run(
        `COPY (SELECT ${chosen} FROM read_json(${quote(path)}, format = 'newline_delimited', columns = {${read}},
           maximum_object_size = ${most}))
         TO ${quote(out)} (FORMAT parquet, COMPRESSION zstd)`,
      )
      return out
    },
    close() {
      void opened?.then(({ connection, instance }) => {
        connection.closeSync()
        instance.closeSync()
      })
      opened = null
    },
  }
}
