import { statSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quote } from './reading.ts'

export interface Sandbox {
  run(sql: string): Promise<void>
  rows<R extends Record<string, unknown>>(sql: string): Promise<R[]>
  /** 0–100 of the statement that runs, -1 when not known. */
  progress(): number
  /** Breaks off the statement that runs. */
  interrupt(): void
  close(): void
}

/** Below a megabyte. What is still to be written of other files may become large. */
const isSmall = (file: string) =>
  (statSync(file, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY) < 1024 * 1024

/**
 * A DuckDB of its own for one file: it can read that file, write in its work folder, and reach nothing else,
 * neither other files nor the network nor extensions; and it cannot be talked out of it.
 * A small file is read by one thread: a second would wait for work, and turn in circles while it does.
 * @param ordered keeps rows in file order, where they are numbered; costs memory and speed.
 */
export const openSandbox = async (
  input: string,
  workFolder: string,
  { ordered = false, memoryLimit = '380MB' }: { ordered?: boolean; memoryLimit?: string } = {},
): Promise<Sandbox> => {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    ...(isSmall(input) && { threads: '1' }),
    temp_directory: workFolder,
    preserve_insertion_order: String(ordered),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection: DuckDBConnection = await instance.connect()
  for (const sql of [
    'SET enable_progress_bar = true',
    'SET enable_progress_bar_print = false',
    "SET TimeZone = 'UTC'",
    `SET allowed_paths = [${quote(input)}]`,
    `SET allowed_directories = [${quote(workFolder)}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ])
    await connection.run(sql)
  return {
    run: async sql => {
      await connection.run(sql)
    },
    rows: async <R extends Record<string, unknown>>(sql: string) =>
      (await connection.runAndReadAll(sql)).getRowObjectsJson() as R[],
    progress: () => connection.progress.percentage,
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
