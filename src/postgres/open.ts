import { type PGlite, type Results, types } from '@electric-sql/pglite'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as onPglite } from 'drizzle-orm/pglite'
import type { QueryResult } from 'pg'
import { Failure, failureIn } from '#kernel/error.ts'
import { openLasting } from './lasting.ts'
import { migrate } from './migrate.ts'

/** The ledger, or the open transaction of it: one dialect on PGlite and on PostgreSQL. */
export type Ledger = PgDatabase<PgQueryResultHKT, Record<string, never>>

/** The ledger opened and migrated, and the same database as the queue of jobs speaks to it. */
export interface OpenLedger {
  ledger: Ledger
  kind: 'postgres' | 'pglite'
  /** The database's own word for itself. */
  version: string
  /** Gives the rows of every statement of the text, as the queue's migrations need. */
  queue: { executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> }
  close(): Promise<void>
}

/**
 * Opens PostgreSQL at `databaseUrl`, or the embedded PGlite in `folder`/ledger, and brings its tables up to date.
 * @throws Failure('unavailable') when the database does not answer, 'unsupported' when it is newer than this program.
 */
export const openLedger = async ({
  databaseUrl,
  folder,
}: {
  databaseUrl?: string | undefined
  folder: string
}): Promise<OpenLedger> => {
  const open = await (databaseUrl ? openServer(databaseUrl) : openEmbedded(folder))
  try {
    await migrate(open.ledger)
    const version = (await open.queue.executeSql('SELECT version() AS version')).rows[0]?.version
    return { ...open, version: String(version).split(' ').slice(0, 2).join(' ') }
  } catch (cause) {
    await open.close().catch(() => undefined)
    const failure = failureIn(cause)
    if (failure) throw failure
    throw new Failure('unavailable', `The ledger does not answer: ${rootOf(cause)}`, {
      next: databaseUrl
        ? 'Check DATABASE_URL and that PostgreSQL runs.'
        : 'Check the data folder, or restore a backup.',
      cause,
    })
  }
}

const rootOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}

type Opened = Omit<OpenLedger, 'version'>

/** Loaded where it is asked for: most ledgers are embedded. */
const openServer = async (url: string): Promise<Opened> => {
  const [{ default: pg }, { drizzle: onPostgres }] = await Promise.all([
    import('pg'),
    import('drizzle-orm/node-postgres'),
  ])
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  // A connection that breaks while idle is replaced by the pool; unheard, the event would end the process.
  pool.on('error', () => undefined)
  return {
    ledger: onPostgres(pool) as unknown as Ledger,
    kind: 'postgres',
    queue: {
      executeSql: async (text, values) => {
        const result: QueryResult | QueryResult[] = await pool.query(text, values as unknown[])
        return { rows: [result].flat().flatMap(r => r.rows ?? []) }
      },
    },
    close: () => pool.end(),
  }
}

const openEmbedded = async (folder: string): Promise<Opened> => {
  const client = await openLasting(folder)
  return {
    // Of the engine's client it takes no more than is asked for here.
    ledger: onPglite({ client: client as unknown as PGlite }) as unknown as Ledger,
    kind: 'pglite',
    queue: {
      // query() takes one statement; exec() takes several but no values.
      executeSql: async (text, values) =>
        values && values.length > 0
          ? { rows: withMoments(await client.query(text, values)) }
          : { rows: (await client.exec(text)).flatMap(withMoments) },
    },
    close: () => client.close(),
  }
}

const moments = new Set<number>([types.TIMESTAMPTZ, types.TIMESTAMP, types.DATE])

/** Times and days as moments, as PostgreSQL's own client gives them to the queue. */
const withMoments = ({ rows, fields }: Results<unknown>): Record<string, unknown>[] => {
  const times = fields.filter(({ dataTypeID }) => moments.has(dataTypeID))
  return (rows as Record<string, unknown>[]).map(row => ({
    ...row,
    ...Object.fromEntries(
      times.map(({ name }) => [name, row[name] == null ? row[name] : new Date(String(row[name]))]),
    ),
  }))
}
