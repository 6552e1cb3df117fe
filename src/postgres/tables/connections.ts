import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment, now } from './moment.ts'

/** Files asked to be taken in. The row is the truth of what is still to do; the queue only wakes the worker. */
export const imports = pgTable('imports', {
  id: uuid().primaryKey(),
  status: text({ enum: ['queued', 'running', 'done', 'failed'] }).notNull(),
  file: text().notNull(),
  store: text().notNull(),
  by: text().notNull(),
  /** What was asked: enough to run it again after a crash. */
  request: jsonb().notNull(),
  progress: jsonb(),
  result: jsonb(),
  error: jsonb(),
  createdAt: moment('created_at').notNull().default(now),
  finishedAt: moment('finished_at'),
})

/** Mappings people saved, to be used again by name. */
export const mappings = pgTable('mappings', {
  name: text().primaryKey(),
  mapping: jsonb().notNull(),
  by: text().notNull(),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** Folders of the server that are looked through for files, each with how they are read and where they belong. */
export const watchedFolders = pgTable('watched_folders', {
  id: uuid().primaryKey(),
  folder: text().notNull(),
  /** A saved mapping or a preset, by name; neither: the export is recognised. */
  mapping: text(),
  preset: text(),
  store: text().notNull(),
  by: text().notNull(),
  trouble: jsonb().$type<Trouble>(),
  lookedAt: moment('looked_at'),
  createdAt: moment('created_at').notNull().default(now),
})

/** Files of a watched folder as they were seen last. */
export const watchedFiles = pgTable(
  'watched_files',
  {
    watched: uuid().notNull(),
    name: text().notNull(),
    size: bigint({ mode: 'number' }).notNull(),
    /** ms since 1970, by the file system. */
    changed: bigint({ mode: 'number' }).notNull(),
    /** SHA-256 of what was imported of it last; null until it has settled. */
    content: text(),
    import: uuid(),
  },
  table => [primaryKey({ columns: [table.watched, table.name] })],
)

/** People whose data was erased, by salted hash of their address or number: what comes of them later is left out. */
export const erased = pgTable('erased', {
  hash: text().primaryKey(),
  at: moment().notNull(),
  /** What was there before is gone too. */
  done: boolean().notNull().default(false),
})

/** ms UTC by the vendor's clock. */
const instant = (name: string) => bigint(name, { mode: 'number' })

/** Systems that are connected. What is secret is in `credentials` alone, encrypted; the key is not in the database. */
export const connections = pgTable('connections', {
  id: text().primaryKey(),
  vendor: text().notNull(),
  /** Name of the account at the vendor. */
  account: text().notNull(),
  state: text({ enum: ['active', 'paused'] })
    .notNull()
    .default('active'),
  credentials: text().notNull(),
  /** What was given and is not secret, base_url among it. */
  given: jsonb().$type<Record<string, string>>().notNull(),
  /** Shops it brings, each with the store it became. */
  shops: jsonb().$type<ConnectedShop[]>().notNull(),
  /** Store that rows without a shop belong to. */
  home: text().notNull(),
  facts: jsonb().$type<Record<string, unknown>>().notNull(),
  limits: jsonb().$type<string[]>().notNull(),
  privacy: boolean().notNull().default(false),
  /** How far back history is read, days. */
  backDays: integer('back_days').notNull(),
  /** Of the connection as a whole: its credentials, its vendor; null while all is well. */
  trouble: jsonb().$type<Trouble>(),
  /** Turns in a row that failed for that reason. */
  failures: integer().notNull().default(0),
  /** When it is looked at again. */
  nextAt: moment('next_at').notNull().default(now),
  /** When the source's own totals were asked for last. */
  comparedAt: moment('compared_at'),
  /** Why they could not be had then; null where they could. */
  uncompared: jsonb().$type<Trouble>(),
  /** How it stands with its telling us of changes; null where it was not asked to yet. */
  hooks: jsonb().$type<HookState>(),
  /** What of the vendor's limits was used when it was last read; null before. */
  quotas: jsonb().$type<KnownQuotas>(),
  by: text().notNull(),
  createdAt: moment('created_at').notNull().default(now),
})

/** What of a vendor's limits was used, at an ISO time. */
export interface KnownQuotas {
  at: string
  list: readonly { name: string; used: number; limit: number }[]
}

/** A shop at the vendor and the store it became here. */
export interface ConnectedShop {
  key: string
  name: string
  currency: string
  timezone: string
  kind: 'b2c' | 'b2b' | 'both'
  hosts: readonly string[]
  store: string
}

/** What went wrong, and the one thing that helps. */
export interface Trouble {
  code: string
  message: string
  next?: string
  at: string
  /** Where the vendor only wants to be left alone for a while: until when. */
  until?: string
}

/** When a vendor was last asked to tell of changes at an address, and why it does not. */
export interface HookState {
  address: string
  at: string
  trouble: Trouble | null
}

/** What records of a stream look like, as far as they were looked at. */
export interface KnownShape {
  /** Records looked at; more than are needed to know it are not counted. */
  seen: number
  /** By path of a member, the kinds of values it had, as bits. */
  fields: Readonly<Record<string, number>>
  /** What came that never had before, with the ISO time of the turn. */
  news: readonly { says: string; at: string }[]
}

/** How far each stream of a connection has been read. */
export const streams = pgTable(
  'streams',
  {
    connection: text().notNull(),
    stream: text().notNull(),
    /** Everything that changed before it, and not before the history, is stored; null before the first turn. */
    bookmark: instant('bookmark'),
    /** The vendor's own word for where to go on. */
    cursor: text(),
    /** History is stored from here up to the first bookmark … */
    edge: instant('edge'),
    /** … and is to be read back to here. */
    start: instant('start'),
    /** It has been read back to here once: what is read again later is there meanwhile. Null before any of it was. */
    back: instant('back'),
    records: bigint({ mode: 'number' }).notNull().default(0),
    lastAt: moment('last_at'),
    nextAt: moment('next_at').notNull().default(now),
    trouble: jsonb().$type<Trouble>(),
    failures: integer().notNull().default(0),
    remarks: jsonb().$type<string[]>().notNull().default([]),
    /** What is kept of it is to be mapped anew. */
    stale: boolean().notNull().default(false),
    /** What its records held when they were read: history of an earlier edition than the program's is read again. */
    edition: integer().notNull().default(1),
    /** What its records look like, and what was new in them; null before any was read. */
    shape: jsonb().$type<KnownShape>(),
  },
  table => [primaryKey({ columns: [table.connection, table.stream] })],
)

/** What each turn did. A turn without an end was cut short and is read again. */
export const turns = pgTable('turns', {
  id: text().primaryKey(),
  connection: text().notNull(),
  stream: text().notNull(),
  kind: text({ enum: ['fresh', 'history', 'again', 'replay'] }).notNull(),
  from: instant('from_ms').notNull(),
  to: instant('to_ms').notNull(),
  records: integer().notNull().default(0),
  total: integer(),
  inserted: integer().notNull().default(0),
  changed: integer().notNull().default(0),
  gone: integer().notNull().default(0),
  unmapped: integer().notNull().default(0),
  error: jsonb().$type<Trouble>(),
  startedAt: moment('started_at').notNull(),
  endedAt: moment('ended_at'),
})

/** Records that mapping did not understand: kept, and tried again when the program is newer. */
export const unmapped = pgTable(
  'unmapped',
  {
    connection: text().notNull(),
    stream: text().notNull(),
    /** Hash of the record. */
    key: text().notNull(),
    reason: text().notNull(),
    record: jsonb().notNull(),
    at: moment('at').notNull(),
  },
  table => [primaryKey({ columns: [table.connection, table.stream, table.key] })],
)

/** Webhooks that were taken, so that the same again does nothing. */
export const hooksTaken = pgTable(
  'hooks_taken',
  { connection: text().notNull(), id: text().notNull(), at: moment('at').notNull() },
  table => [primaryKey({ columns: [table.connection, table.id] })],
)

/** What the source itself counts for a store and day. */
export const sourceTotals = pgTable(
  'source_totals',
  {
    connection: text().notNull(),
    store: text().notNull(),
    day: text().notNull(),
    values: jsonb().$type<Record<string, string>>().notNull(),
    at: moment('at').notNull(),
  },
  table => [primaryKey({ columns: [table.connection, table.store, table.day] })],
)
