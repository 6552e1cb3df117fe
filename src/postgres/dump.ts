import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from './open.ts'

/**
 * The ledger as lines of JSON: `{"table": name}` before the rows of a table, in an order that never names a row
 * before it exists. The same on PGlite and PostgreSQL, so a backup of one restores into the other.
 */

const rowsOf = async <R>(ledger: Ledger, query: ReturnType<typeof sql>): Promise<R[]> =>
  (((await ledger.execute(query)) as { rows?: R[] }).rows ?? []) as R[]

/** Tables of the ledger, referenced ones first; which migrations ran is each database's own affair. */
async function tablesOf(ledger: Ledger): Promise<string[]> {
  const names = await rowsOf<{ name: string }>(
    ledger,
    sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY tablename`,
  )
  const references = await rowsOf<{ child: string; parent: string }>(
    ledger,
    sql`SELECT child.relname AS child, parent.relname AS parent FROM pg_constraint
        JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
        JOIN pg_namespace space ON space.oid = child.relnamespace
        WHERE contype = 'f' AND space.nspname = 'public' AND conrelid <> confrelid`,
  )
  const sorted: string[] = []
  let left = names.map(one => one.name)
  while (left.length > 0) {
    const free = left.filter(
      name => !references.some(one => one.child === name && left.includes(one.parent) && one.parent !== name),
    )
    // A circle of references cannot be ordered; the ledger has none.
    const next = free.length > 0 ? free : left
    sorted.push(...next)
    left = left.filter(name => !next.includes(name))
  }
  return sorted
}

/** Writes every row of the ledger, as of one moment, to a gzipped file. Gives the number of rows. */
export async function dumpLedger(ledger: Ledger, path: string): Promise<number> {
  const zip = createGzip()
  const written = pipeline(zip, createWriteStream(path, { mode: 0o600 }))
  // A disk that is full is told where the file is waited for; nobody else is to be ended by it.
  written.catch(() => undefined)
  const write = async (line: unknown) => {
    // One that failed takes the rest without a word.
    if (zip.destroyed) await written
    if (!zip.write(`${JSON.stringify(line)}\n`)) await Promise.race([once(zip, 'drain'), written])
  }
  let count = 0
  const read = ledger.transaction(
    async open => {
      for (const table of await tablesOf(open as unknown as Ledger)) {
        await write({ table })
        const name = sql.identifier(table)
        for (let offset = 0; ; offset += 5_000) {
          const rows = await rowsOf<{ row: unknown }>(
            open as unknown as Ledger,
            sql`SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY ctid LIMIT 5000 OFFSET ${offset}`,
          )
          for (const { row } of rows) await write(row)
          count += rows.length
          if (rows.length < 5_000) break
        }
      }
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
  await read.catch(error => {
    zip.destroy()
    throw error
  })
  zip.end()
  await written
  return count
}

/** A dump line by line, told apart: the name of a table, or a row of the last one named. @throws when the file is cut short */
async function* linesOf(path: string): AsyncGenerator<{ table: string } | { row: unknown }> {
  const unzip = createGunzip()
  const read = pipeline(createReadStream(path), unzip)
  read.catch(() => undefined)
  for await (const line of createInterface({ input: unzip })) {
    const value = JSON.parse(line) as Record<string, unknown>
    yield typeof value.table === 'string' && Object.keys(value).length === 1
      ? { table: value.table }
      : { row: value }
  }
  await read
}

/** Rows that a dump holds. @throws when it is cut short or no dump */
export async function countDump(path: string): Promise<number> {
  let rows = 0
  for await (const line of linesOf(path)) if ('row' in line) rows += 1
  return rows
}

/**
 * Fills an empty, migrated ledger from a dump, whole or not at all.
 * @throws Failure('conflict') when the ledger already holds people or data.
 */
export async function restoreLedger(ledger: Ledger, path: string): Promise<number> {
  let count = 0
  await ledger.transaction(async transaction => {
    const open = transaction as unknown as Ledger
    const known = await tablesOf(open)
    // What migrations themselves put in gives way to what was saved.
    for (const table of [...known].reverse()) await open.execute(sql`DELETE FROM ${sql.identifier(table)}`)
    let table: string | undefined
    let batch: unknown[] = []
    const flush = async () => {
      if (!table || batch.length === 0) return
      const name = sql.identifier(table)
      await open.execute(
        sql`INSERT INTO ${name} OVERRIDING SYSTEM VALUE
            SELECT * FROM jsonb_populate_recordset(NULL::${name}, ${JSON.stringify(batch)}::jsonb)`,
      )
      count += batch.length
      batch = []
    }
    for await (const line of linesOf(path)) {
      if ('table' in line) {
        await flush()
        table = line.table
        if (!known.includes(table))
          throw new Failure(
            'conflict',
            `The backup holds a table "${table}" that this version does not know.`,
            {
              next: 'Restore it with the version that wrote it, or a newer one.',
            },
          )
      } else {
        batch.push(line.row)
        if (batch.length === 1_000) await flush()
      }
    }
    await flush()
    for (const one of known) await continueCounting(open, one)
  })
  return count
}

/** Rows came with their numbers: the next number is the one after the highest. */
async function continueCounting(ledger: Ledger, table: string): Promise<void> {
  const counted = await rowsOf<{ column: string; sequence: string }>(
    ledger,
    sql`SELECT column_name AS column, pg_get_serial_sequence(quote_ident(${table}), column_name) AS sequence
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = ${table}
          AND pg_get_serial_sequence(quote_ident(${table}), column_name) IS NOT NULL`,
  )
  for (const { column, sequence } of counted)
    await ledger.execute(
      sql`SELECT setval(${sequence}::regclass,
            (SELECT coalesce(max(${sql.identifier(column)}), 0) + 1 FROM ${sql.identifier(table)}), false)`,
    )
}

/** Whether nobody and nothing is in the ledger yet. */
export async function isEmpty(ledger: Ledger, table: string): Promise<boolean> {
  const [row] = await rowsOf<{ some: boolean }>(
    ledger,
    sql`SELECT EXISTS (SELECT 1 FROM ${sql.identifier(table)}) AS some`,
  )
  return !row?.some
}
