import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ClickHouseClient, type ClickHouseSettings, createClient } from '@clickhouse/client'
import { Failure } from '#kernel/error.ts'
import { deliverToClickhouse, removeFromClickhouse } from './clickhouse-deliver.ts'
import { deriveAnewOn } from './clickhouse-derive.ts'
import { clickhouseSchema } from './clickhouse-schema.ts'
import { changeOf, inLine, rowCounts } from './driver.ts'
import type { Dialect, Parameters, Row, Warehouse } from './warehouse.ts'

/** How ClickHouse is to read the portable text: NULLs, casts and names as DuckDB has them, duplicates never seen. */
export const agreement: ClickHouseSettings = {
  // Rows of one key that are not merged yet are merged while reading.
  final: 1,
  join_use_nulls: 1,
  aggregate_functions_null_for_empty: 1,
  cast_keep_nullable: 1,
  prefer_column_name_to_alias: 1,
  // A branch without rows is NULL beside a number of another.
  use_variant_as_common_type: 0,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_decimal_trailing_zeros: 1,
  // A query over shards joins what lies on the same shard, and sees writes that were acknowledged.
  distributed_product_mode: 'global',
  insert_distributed_sync: 1,
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '110000',
}

const dialect: Dialect = {
  engine: 'clickhouse',
  from: name => name,
  float: expression => `CAST(${expression} AS Float64)`,
  text: expression => `CAST(${expression} AS String)`,
  contains: (text, needle) => `positionCaseInsensitiveUTF8(${text}, ${needle}) > 0`,
  begins: (text, needle) => `startsWith(lowerUTF8(${text}), lowerUTF8(${needle}))`,
  among: (column, values) => `${column} IN (${values.join(', ')})`,
  weekday: day => `toDayOfWeek(${day})`,
  listed: text =>
    `(SELECT value, toInt64(place) - 1 AS n FROM (SELECT splitByChar(',', ${text}) AS v) ARRAY JOIN v AS value, arrayEnumerate(v) AS place)`,
}

export interface ClickhouseOptions {
  /** http(s)://user:password@host:port/database */
  url: string
  /** Name of the cluster tables are made on; absent: this server alone. */
  cluster?: string | undefined
  /** Folder for what is on its way to the engine; what was left in it a day ago is taken away at the opening. */
  work: string
  /** Another way to the engine than HTTP; the conformance suite runs it in the process. */
  connection?: unknown
  /** Hears how far figures have been derived anew, in ledger rows, where another version derived them otherwise. */
  onDerive?: ((done: number, total: number) => void) | undefined
}

/** One statement and its parameters to the engine. */
export interface Engine {
  query<R extends Row = Row>(sql: string, parameters?: Parameters): Promise<R[]>
  run(sql: string, parameters?: Parameters): Promise<void>
  client: ClickHouseClient
  cluster: string | null
  /** Folder for what is on its way. */
  work: string
}

const aDay = 86_400_000

/** What a killed process was sending is sent again from the start. Another that is younger may be at work here. */
const sweep = (work: string): void => {
  for (const name of readdirSync(work)) {
    const left = statSync(join(work, name), { throwIfNoEntry: false })
    if (left && Date.now() - left.mtimeMs > aDay) rmSync(join(work, name), { recursive: true, force: true })
  }
}

/**
 * The granary on ClickHouse, one server or a cluster, through the same port and the same statements.
 * @throws Failure('unavailable') when it does not answer.
 */
export const openClickhouse = async ({
  url,
  cluster,
  work,
  connection,
  onDerive,
}: ClickhouseOptions): Promise<Warehouse> => {
  const client = createClient({
    ...(connection ? ({ connection } as object) : { url }),
    application: 'quarterdeck',
    clickhouse_settings: agreement,
    request_timeout: 600_000,
  })
  const engine: Engine = {
    client,
    cluster: cluster ?? null,
    work,
    async query<R extends Row>(sql: string, parameters: Parameters = {}) {
      const result = await client
        .query({ query: sql, query_params: parameters as Record<string, unknown>, format: 'JSONEachRow' })
        .catch(refused)
      return (await result.json<R>()) as R[]
    },
    async run(sql, parameters = {}) {
      await client.command({ query: sql, query_params: parameters as Record<string, unknown> }).catch(refused)
    },
  }
  mkdirSync(work, { recursive: true, mode: 0o700 })
  sweep(work)
  for (const statement of clickhouseSchema(engine.cluster)) await engine.run(statement)
  await deriveAnewOn(engine, onDerive)
  const writers = inLine()

  return {
    dialect,
    query: engine.query,
    async *stream(sql, parameters = {}) {
      const result = await client
        .query({ query: sql, query_params: parameters as Record<string, unknown>, format: 'JSONEachRow' })
        .catch(refused)
      for await (const rows of result.stream<Row>()) yield rows.map(row => row.json())
    },
    deliver: (delivery, onProgress) => writers.take(() => deliverToClickhouse(engine, delivery, onProgress)),
    // Each delivery is numbered at once.
    settle: async () => undefined,
    remove: what => writers.take(() => removeFromClickhouse(engine, what)),
    async changes(after) {
      const rows = await engine.query(
        `SELECT number AS version, delivery, name, stores, first_day, last_day, rows, logged_at FROM deliveries
         WHERE number > {after:Int64} AND number > 0 ORDER BY number`,
        { after: Math.max(after, 0) },
      )
      return rows.map(changeOf)
    },
    async describe() {
      const [version] = await engine.query('SELECT version() AS version')
      const place = url.replace(/\/\/[^@/]*@/, '//')
      return {
        engine: 'ClickHouse',
        version: String(version?.version),
        place: cluster ? `${place} (cluster ${cluster})` : place,
        tables: await rowCounts(engine.query),
      }
    },
    backup: () =>
      Promise.reject(
        new Failure('unsupported', 'The granary on ClickHouse is not copied by Quarterdeck.', {
          next: "Use ClickHouse's own BACKUP, or import the raw files again: they are in the data folder.",
        }),
      ),
    async close() {
      await writers.last()
      await client.close()
    },
  }
}

const refused = (cause: unknown): never => {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|socket hang up|Timeout/i.test(text))
    throw new Failure('unavailable', 'ClickHouse does not answer.', {
      next: 'Check WAREHOUSE_URL and that the server runs.',
      cause,
    })
  throw new Failure('internal', `The granary refused a statement: ${text.split('\n')[0]}`, { cause })
}
