import type { Actor } from '#kernel/actor.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Ledger } from '#postgres/open.ts'
import type { Imports } from '#sync/imports.ts'
import type { Syncs } from '#sync/syncs.ts'
import type { Vault } from '#sync/vault.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { Note } from './base.ts'

/** What only sign-in can do for the members room: hash what it will later recognise. */
export interface Accounts {
  /** A password as it is kept. */
  hashPassword(password: string): Promise<string>
  /** An API key as it is kept. */
  hashKey(key: string): Promise<string>
  /** Sends a link by mail where mail is configured; false where it is not. */
  mail(to: string, subject: string, text: string, html?: string, files?: readonly File[]): Promise<boolean>
  /** Whether mail is configured. */
  mails: boolean
  /** Address people reach this server by. */
  url: string
}

/** What an operation is handed: who asks, the ledger, the granary, the language, the clock. An ordinary argument; no container. */
export interface Context {
  actor: Actor
  /** Inside a `write` this is the open transaction. */
  ledger: Ledger
  granary: Warehouse
  /** Asks metrics; applies the actor's store scope when given one. */
  metrics: Engine
  imports: Imports
  /** Connected systems: connecting, reading, replaying. */
  syncs: Syncs
  accounts: Accounts
  /** Keeps what is secret of channels that alerts go to. */
  vault: Vault
  clock: () => Date
  /** Has work done after the transaction that asks for it is committed. */
  enqueue: (job: 'import' | 'sync' | 'erase', data: { id: string; all?: boolean; replay?: string }) => void
  /** Does what must not hold the transaction open, such as sending mail; what it gives is laid over the answer. */
  onceCommitted: (act: () => Promise<Record<string, unknown>>) => void
  /** Id of the request this answers, as in the log and in the answer; absent for work nobody asked for by HTTP. */
  requestId?: string
  /** Inside a `write`: what was made ready before its transaction began. */
  prepared?: unknown
  /** Told when a write is committed: what was remembered of the ledger is read anew. */
  settled?: () => void
  /** Inside a `write`: what the audit is to say. Without a note it says the input. */
  note: (note: Note) => void
  /** Where uploads, rejects and raw files live. */
  folder: string
  /** Folders of the server in which files may be watched for. */
  watchFolders: readonly string[]
  /** Attribution of the data on show, when they are a demonstration. */
  demo: { attribution: string } | null
}
