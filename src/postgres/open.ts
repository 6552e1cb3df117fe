import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** The ledger, or the open transaction of it: one dialect on PGlite and on PostgreSQL. */
export type Ledger = PgDatabase<PgQueryResultHKT, Record<string, never>>
