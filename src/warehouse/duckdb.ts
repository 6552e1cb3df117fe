import { mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, JsonDuckDBValueConverter } from '@duckdb/node-api'
import { Failure } from '#kernel/error.ts'
import { duckdbSchema } from './ddl.ts'
import { dead, deliverToDuckdb, isDead, removeFromDuckdb } from './deliver.ts'
import { deriveAnew } from './derive-anew.ts'
import { changeOf, inLine, rowCounts } from './driver.ts'
import { quote } from './merge.ts'
import { forDuckdb } from './parameters.ts'
import { checkRoom } from './room.ts'
import type { Change, Delivery, Dialect, Parameters, Receipt, Row, Warehouse } from './warehouse.ts'

const dialect: Dialect = {
  engine: 'duckdb',
  from: name => name,
  float: expression => `CAST(${expression} AS DOUBLE)`,
  text: expression => `CAST(${expression} AS VARCHAR)`,
  contains: (text, needle) => `contains(lower(${text}), lower(${needle}))`,
  begins: (text, needle) => `starts_with(lower(${text}), lower(${needle}))`,
  weekday: day => `isodow(${day})`,
}

export interface DuckdbOptions {
  /** Folder of the granary, or ':memory:'. */
  folder: string
  /** What DuckDB may hold in memory before it spills to disk. */
  memoryLimit?: string
  threads?: number
  /** Hears how far the derived tables are made anew, in ledger rows, where an earlier version built them otherwise. */
  onDerive?: ((done: number, total: number) => void) | undefined
}

/**
 * The embedded granary: one DuckDB file in `folder`, opened by one process.
 * @throws Failure('conflict') when another process has it open, 'unavailable' when the file cannot be read.
 */
export const openDuckdb = async (options: DuckdbOptions): Promise<Warehouse> => {
  const inMemory = options.folder === ':memory:'
  if (!inMemory) mkdirSync(options.folder, { recursive: true })
  const path = inMemory ? ':memory:' : join(options.folder, 'granary.duckdb')
  const instance = await open(path, options)
  const writer = await instance.connect()
  for (const statement of duckdbSchema()) await writer.run(statement)
  await deriveAnew(writer, options.onDerive)
  const idle: DuckDBConnection[] = []
  const writers = inLine()
  let closed = false
  const log = logOf()
  /** One statement after another changes rows, where the disk has room for it. */
  const write = <T>(files: readonly string[], work: () => Promise<T>): Promise<T> =>
    writers.take(async () => {
      if (!inMemory) await checkRoom(options.folder, await sizeOf(files))
      return work().finally(log.written)
    })

  const inTurn = turns(Math.max(2, options.threads ?? availableParallelism()))

  /** Readers each have a connection of their own, so that a load never makes them wait. */
  const reading = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    if (closed) throw new Failure('unavailable', 'The granary is closed.')
    const connection = idle.pop() ?? (await instance.connect())
    try {
      return await work(connection)
    } finally {
      if (idle.length < 8 && !closed) idle.push(connection)
      else connection.closeSync()
    }
  }
  const query = <R extends Row>(sql: string, parameters?: Parameters): Promise<R[]> =>
    inTurn(() => queryAtOnce<R>(sql, parameters))
  const queryAtOnce = <R extends Row>(sql: string, parameters: Parameters = {}): Promise<R[]> =>
    reading(async connection => {
      const { text, used } = forDuckdb(sql, parameters)
      const reader = await connection.runAndReadAll(text, bindable(used)).catch(refused)
      return reader.getRowObjectsJson() as R[]
    })

  return {
    dialect,
    query,
    async *stream(sql, parameters = {}) {
      const connection = await instance.connect()
      try {
        const { text, used } = forDuckdb(sql, parameters)
        const result = await connection.stream(text, bindable(used)).catch(refused)
        for await (const rows of result.yieldConvertedRowObjects(JsonDuckDBValueConverter)) {
          yield rows as Row[]
        }
      } finally {
        connection.closeSync()
      }
    },
    deliver: (delivery: Delivery, onProgress): Promise<Receipt> =>
      write(delivery.files, () => deliverToDuckdb(writer, delivery, onProgress)),
    remove: what => write([], () => removeFromDuckdb(writer, what)),
    changes: after =>
      log.after(after, async () => {
        // Answers from memory wait for this, and are not to wait for the questions of others.
        const rows = await queryAtOnce(
          `SELECT version, delivery, name, stores, first_day, last_day, rows, logged_at FROM deliveries
           WHERE version > {after:Int64} ORDER BY version`,
          { after },
        )
        return rows.map(changeOf)
      }),
    async describe() {
      const [version] = await query('SELECT version() AS version')
      return {
        engine: 'DuckDB',
        version: String(version?.version),
        place: path,
        tables: await rowCounts(query),
      }
    },
    backup: folder =>
      writers.take(async () => {
        mkdirSync(folder, { recursive: true })
        const copy = join(folder, 'granary.duckdb')
        const [row] = (await writer.runAndReadAll('SELECT current_database() AS name')).getRowObjectsJson()
        await writer.run(`ATTACH ${quote(copy)} AS copy`)
        try {
          await writer.run(`COPY FROM DATABASE "${String(row?.name)}" TO copy`)
        } finally {
          await writer.run('DETACH copy')
        }
      }),
    close: async () => {
      await writers.last()
      closed = true
      for (const connection of idle) connection.closeSync()
      // What is not folded in now is at the next opening.
      if (!inMemory) await writer.run('CHECKPOINT').catch(() => undefined)
      writer.closeSync()
      instance.closeSync()
    },
  }
}

/**
 * The delivery log of a granary that nobody else writes: while nothing was written since it was read to its end, there is
 * nothing after it, and no statement is needed to know. Every question asks this first.
 */
const logOf = () => {
  let writes = 0
  let last: number | null = null
  let end: number | null = null
  return {
    /** Something was written, or might have been. */
    written: () => {
      writes += 1
      end = null
    },
    async after(version: number, read: () => Promise<Change[]>): Promise<Change[]> {
      if (version === end) return []
      const before = writes
      const changes = await read()
      last = changes.at(-1)?.version ?? last
      // A reading that a write overtook may not have seen it; one after a version that is not there tells nothing.
      if (writes === before && (changes.length > 0 || version === last)) end = last
      return changes
    },
  }
}

/**
 * Lets `most` pieces of work go on at once, the others in order of arrival. A crowd's questions are answered one after
 * another by all cores, instead of all late together.
 */
const turns = (most: number) => {
  const waiting: (() => void)[] = []
  let going = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (going < most) going += 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else going -= 1
    }
  }
}

const open = async (path: string, { memoryLimit = '450MB', threads, folder }: DuckdbOptions) => {
  try {
    const instance = await DuckDBInstance.create(path, {
      memory_limit: memoryLimit,
      ...(threads && { threads: String(threads) }),
      ...(path !== ':memory:' && { temp_directory: join(folder, 'spill') }),
      // Rows are found by day, not by arrival; letting go of arrival order is what keeps big loads in memory limits.
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
    })
    return instance
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    if (/lock/i.test(text))
      throw new Failure('conflict', 'Another process has this granary open.', {
        next: 'Stop the other Quarterdeck that uses this data folder, or talk to it over HTTP.',
        cause,
      })
    throw new Failure('unavailable', `The granary at ${path} cannot be opened: ${text}`, {
      next: 'Check that the folder can be written, or restore a backup.',
      cause,
    })
  }
}

/** DuckDB casts bound text itself; lists are bound as text too. */
const bindable = (parameters: Parameters) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'number' && Number.isSafeInteger(value)
        ? BigInt(value)
        : (value as string | number | boolean),
    ]),
  )

const sizeOf = async (files: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(files.map(file => stat(file).catch(() => null)))
  return sizes.reduce((sum, one) => sum + (one?.size ?? 0), 0)
}

const refused = (cause: unknown): never => {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (isDead(cause)) throw dead(cause)
  throw new Failure('internal', `The granary refused a statement: ${text.split('\n')[0]}`, { cause })
}
