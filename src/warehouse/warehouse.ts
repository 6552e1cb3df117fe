import type { DerivedName, TableName } from '#kernel/canonical.ts'

/** A value as every driver gives it: decimals and 64-bit integers as strings, dates as YYYY-MM-DD, times as YYYY-MM-DD HH:MM:SS. */
export type Cell = string | number | boolean | null
export type Row = Record<string, Cell>

/**
 * Named parameters, written `{name:Type}` in the SQL text with one of the portable types below.
 * A list is several parameters, one for each value, within IN.
 */
export type Parameters = Record<string, string | number | boolean>

/** Canonical rows on disk, ready to be taken in: what connectors produce. */
export interface Delivery {
  /** Unique id of the delivery; delivering the same id again is a no-op. */
  id: string
  table: TableName
  /** Parquet files that hold the table's columns; others in them are not read. */
  files: readonly string[]
  /** Parquet with the positions (`place`, from 0) of rows in the first file that do not count. */
  without?: string
  /** The sender has seen to it that no key comes twice; absent, it is looked for. */
  unique?: boolean
  /**
   * merge: a row replaces the row with the same key (rows equal in every column count as repeats).
   * replace_orders: all ledger rows of each order in the delivery are replaced (sources that restate whole orders).
   */
  mode: 'merge' | 'replace_orders'
  /** The delivery is all that this source has in the table: rows of it that are not in the files are gone. */
  whole?: string
  /**
   * With merge: of these sources the delivery says all there is. Their rows in the store (where the table has one)
   * that it does not bring are removed in the same transaction.
   * @throws Failure('unsupported') on ClickHouse.
   */
  replaces?: { store: string; sources: readonly string[] }
  /** Of the sales ledger, orders of a store that are no more: what is stored of them goes in the same transaction. */
  gone?: { store: string; orders: readonly string[] }
  /**
   * More of the same reading follows at once: orders are numbered for their customers with what comes last, or by `settle`.
   * Until then those of this delivery count as orders of nobody known.
   */
  more?: boolean
  /**
   * Products that rows of the sales ledger name, one row each, in Parquet as their table is; `from_sales` is the day of the
   * newest row. They come in with the rows or not at all. What a system or a list of products says stays: they fill what is
   * empty there, the newest of them first. With `replaces` they are all that sales of the store say of its products.
   */
  products?: { files: readonly string[] }
}

/** What became of rows. rows = inserted + changed + repeats. */
interface Counts {
  rows: number
  inserted: number
  changed: number
  repeats: number
}

/** What a delivery changed. */
export interface Receipt extends Counts {
  /** Rows that went of sources the delivery says all of. */
  removed?: number
  /** Orders that went because the delivery says that they are no more. */
  gone?: number
  /** Of the products that rows of sales name. */
  products?: Counts
}

/** One entry of the delivery log: which slice of which table changed, for cache invalidation and "data as of". */
export interface Change {
  /** Ascending, unique. */
  version: number
  delivery: string
  table: TableName
  stores: readonly string[]
  /** First and last day touched; null where the table is not dated. */
  from: string | null
  to: string | null
  rows: number
  /** UTC, ISO. */
  at: string
}

/** What a driver spells its own way; everything else is one portable text. */
export interface Dialect {
  engine: 'duckdb' | 'clickhouse'
  /** Readable name of a table in FROM (ClickHouse adds FINAL where duplicates may still be unmerged). */
  from(table: TableName | DerivedName): string
  /** Double, for ordering and filtering by ratios. */
  float(expression: string): string
  /** Text of any expression, NULL staying NULL. */
  text(expression: string): string
  /** Case-insensitive "contains". */
  contains(text: string, needle: string): string
  /** Case-insensitive "begins with". */
  begins(text: string, needle: string): string
  /** Whether a column is one of those values, which are many. */
  among(column: string, values: readonly string[]): string
  /** 1 = Monday … 7 = Sunday. */
  weekday(day: string): string
  /** A table of what stands between the commas of a text: `value`, and its place `n`, from 0. */
  listed(text: string): string
}

/**
 * The granary's port. Two drivers stand behind it: DuckDB in the process, ClickHouse over HTTP.
 * SQL handed to `query` is written once, in the portable text the conformance suite runs on both.
 */
export interface Warehouse {
  readonly dialect: Dialect
  /** Runs one SELECT. @throws Failure('unavailable') when the engine cannot be reached, 'internal' for a statement it refuses. */
  query<R extends Row = Row>(sql: string, parameters?: Parameters): Promise<R[]>
  /** The same in batches, for exports and drill-downs of any size; memory stays flat. */
  stream(sql: string, parameters?: Parameters): AsyncIterable<Row[]>
  /**
   * Takes canonical rows in, in one transaction with what is derived from them and the log entry:
   * after a crash at any moment the delivery is wholly in or wholly out. Deliveries queue behind one another.
   */
  deliver(delivery: Delivery, onProgress?: (done: number, total: number) => void): Promise<Receipt>
  /** Numbers what deliveries left for those after them, none of which came. */
  settle(): Promise<void>
  /** Removes rows of a store (all tables), or of one table; logged as a change. For "disconnect and delete" and erasure. */
  remove(what: {
    store: string
    table?: TableName
    orders?: readonly string[]
    customer?: string
    /** With `table`: rows that agree with one of these in every column it names. */
    rows?: readonly Readonly<Record<string, string>>[]
    /** Rows this source brought. */
    source?: string
  }): Promise<number>
  /** Changes after a version, oldest first; `changes(-1)` is the whole log. */
  changes(after: number): Promise<Change[]>
  /** Engine, version, place, size and row counts, for `doctor`. */
  describe(): Promise<{ engine: string; version: string; place: string; tables: Record<string, number> }>
  /** Writes a consistent copy into a new folder; `restore` of the driver opens one. @throws Failure('unsupported') on ClickHouse. */
  backup(folder: string): Promise<void>
  close(): Promise<void>
}
