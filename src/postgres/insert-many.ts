import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Ledger } from './open.ts'

/** Rows of one statement: some megabytes of text. */
const atOnce = 5_000

/**
 * Inserts many rows of one shape in their order, handed over as one document: as a value each they are most of the work.
 * What the first row leaves out gets its default in all of them; `conflict` is what follows the rows, such as
 * `on conflict do nothing`. Nothing for no rows.
 */
export async function insertMany<T extends PgTable>(
  ledger: Ledger,
  table: T,
  rows: readonly T['$inferInsert'][],
  conflict?: SQL,
): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.entries<PgColumn>(getTableColumns(table)).filter(
    ([key]) => (first as Record<string, unknown>)[key] !== undefined,
  )
  const names = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  )
  const typed = sql.join(
    columns.map(([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`),
    sql`, `,
  )
  for (let n = 0; n < rows.length; n += atOnce) {
    const document = JSON.stringify(
      rows
        .slice(n, n + atOnce)
        .map(row =>
          Object.fromEntries(columns.map(([key, { name }]) => [name, written((row as never)[key])])),
        ),
    )
    await ledger.execute(
      sql`insert into ${table} (${names}) select ${names} from jsonb_to_recordset(${document}::text::jsonb) as given(${typed}) ${conflict ?? sql``}`,
    )
  }
}

/** Half a character is no text to the database, which takes its place in a single value and refuses it in a document. */
const written = (value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value)
