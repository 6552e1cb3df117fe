import { mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, JsonDuckDBValueConverter } from '@duckdb/node-api'
import { Failure } from '#kernel/error.ts'
import { duckdbSchema } from './ddl.ts'
import { dead, deliverToDuckdb, isDead, removeFromDuckdb, settleInDuckdb } from './deliver.ts'
import { deriveAnew } from './derive-anew.ts'
import { changeOf, inLine, rowCounts } from './driver.ts'
import { type DuckdbOptions, type Engine, openEngine } from './duckdb-engine.ts'
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
  // Unlike IN it is asked once of each text that is stored, not of each row, where a column has few of them.
  among: (column, values) => `list_contains([${values.join(', ')}], ${column})`,
  weekday: day => `isodow(${day})`,
  listed: text =>
    `(SELECT unnest(v) AS value, unnest(range(len(v))) AS n FROM (SELECT string_split(${text}, ',') AS v))`,
}

/**
 * The embedded granary: one DuckDB file in `folder`, opened by one process.
 * @throws Failure('conflict') when another process has it open, 'unavailable' when the file cannot be read.
 */
export const openDuckdb = async (options: DuckdbOptions): Promise<Warehouse> => {
  const inMemory = options.folder === ':memory:'
  const engine = await openEngine(options, async writer => {
    for (const statement of duckdbSchema()) await writer.run(statement)
    await deriveAnew(writer, options.onDerive)
    // Where the disk has no room for it, the next delivery does it.
    await settleInDuckdb(writer).catch(cause => {
      if (isDead(cause)) throw cause
    })
  })
  const writers = inLine()
  const log = logOf()
  /** One statement after another changes rows, where the disk has room for it. */
  const write = <T>(files: readonly string[], work: (writer: DuckDBConnection) => Promise<T>): Promise<T> =>
    writers.take(async () => {
      if (!inMemory) await checkRoom(options.folder, await sizeOf(files))
      return engine.write(work).finally(log.written)
    })

  const inTurn = turns(Math.max(2, options.threads ?? (options.modest ? 1 : availableParallelism())))
  const query = <R extends Row>(sql: string, parameters?: Parameters): Promise<R[]> =>
    inTurn(() => queryAtOnce<R>(sql, parameters))
  const queryAtOnce = <R extends Row>(sql: string, parameters: Parameters = {}): Promise<R[]> =>
    engine.read(async connection => {
      const { text, used } = forDuckdb(sql, parameters)
      const reader = await connection.runAndReadAll(text, bindable(used)).catch(refused)
      return reader.getRowObjectsJson() as R[]
    })

  return {
    dialect,
    query,
    stream: (sql, parameters = {}) => {
      const { text, used } = forDuckdb(sql, parameters)
      return streamed(engine, text, bindable(used))
    },
    deliver: (delivery: Delivery, onProgress): Promise<Receipt> =>
      write(delivery.files, writer => deliverToDuckdb(writer, delivery, onProgress)),
    settle: () => write([], settleInDuckdb),
    remove: what => write([], writer => removeFromDuckdb(writer, what)),
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
        place: engine.path,
        tables: await rowCounts(query),
      }
    },
    backup: folder =>
      writers.take(() =>
        engine.write(async writer => {
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
      ),
    close: async () => {
      await writers.last()
      await engine.close()
    },
  }
}

type Bound = ReturnType<typeof bindable>

/**
 * Rows in batches. A stream that fails half-way ends as one does that was read to its end, and the binding tells neither:
 * so they are counted, as they were when the stream began.
 */
async function* streamed(engine: Engine, text: string, bound: Bound): AsyncGenerator<Row[]> {
  const lent = await engine.lend()
  try {
    const result = await lent
      .run(async connection => {
        await connection.run('BEGIN TRANSACTION READ ONLY')
        return connection.stream(text, bound)
      })
      .catch(refused)
    const batches = result.yieldConvertedRowObjects(JsonDuckDBValueConverter)[Symbol.asyncIterator]()
    let rows = 0
    for (;;) {
      const { done, value } = await lent.run(() => batches.next()).catch(refused)
      if (done) break
      rows += value.length
      yield value as Row[]
    }
    const counted = await lent
      .run(connection => connection.runAndReadAll(`SELECT count(*) FROM (${text})`, bound))
      .catch(refused)
    if (Number(counted.getRowsJson()[0]?.[0]) !== rows)
      throw new Failure('unavailable', 'Not everything could be read from the granary.', {
        next: 'Look whether the disk is full or memory short, then ask again.',
      })
  } finally {
    lent.giveBack()
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
