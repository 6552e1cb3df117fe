import type { Actor } from '#kernel/actor.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Ledger } from '#postgres/open.ts'
import type { Imports } from '#sync/imports.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

/** What an operation is handed: who asks, the ledger, the granary, the language, the clock. An ordinary argument; no container. */
export interface Context {
  actor: Actor
  /** Inside a `write` this is the open transaction. */
  ledger: Ledger
  granary: Warehouse
  /** Asks metrics; applies the actor's store scope when given one. */
  metrics: Engine
  imports: Imports
  clock: () => Date
  /** Has work done after the transaction that asks for it is committed. */
  enqueue: (job: 'import', data: { id: string }) => void
  /** Where uploads, rejects and raw files live. */
  folder: string
}
