import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { connectors } from '#connectors/index.ts'
import type { Context } from '#features/context.ts'
import { rememberWorld } from '#features/settings/world.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { OpenLedger } from '#postgres/open.ts'
import * as settings from '#postgres/tables/settings.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { ledgers } from './ledgers.ts'

export const someone = (id: string, role: Role, stores: Actor['stores'] = 'all'): Actor => ({
  kind: 'person',
  id,
  name: id,
  role,
  stores,
})

export interface WatchRoom {
  open: OpenLedger
  granary: Warehouse
  /** Its data folder. */
  folder: string
  context(actor?: Actor): Context
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  run(operation: unknown, input: unknown, actor?: Actor): Promise<any>
  /** It is this moment now. */
  at(moment: string): void
  close(): Promise<void>
}

/** Opens an empty ledger and granary with these stores, and what an operation is handed. */
export async function watchRoom(
  stores: readonly { store: string; currency: string; timezone?: string }[],
  { ledger = ledgers[0] as (typeof ledgers)[number], currency = 'GBP' } = {},
): Promise<WatchRoom> {
  let now = '2026-01-01T09:00:00Z'
  const folder = mkdtempSync(join(tmpdir(), 'watch-'))
  const granary = await openDuckdb({ folder: ':memory:' })
  const open = await ledger.open()
  const world = rememberWorld(open.ledger, connectors, () => new Date(now))
  const metrics = createEngine({ granary, world: world.told })
  for (const { store, currency: own, timezone = 'Europe/London' } of stores)
    await open.ledger
      .insert(settings.stores)
      .values({ store, name: store, currency: own, timezone, kind: 'b2c' })
  await open.ledger.insert(settings.company).values({
    id: 'company',
    calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
    currency,
  })
  const context = (actor: Actor = someone('ada', 'owner')): Context =>
    ({
      actor,
      ledger: open.ledger,
      granary,
      metrics,
      syncs: { vendors: () => connectors },
      vault: createVault('the secret of this test'),
      clock: () => new Date(now),
      folder,
      settled: world.forget,
      note: () => undefined,
      enqueue: () => undefined,
      onceCommitted: () => undefined,
      accounts: { url: 'https://deck.example' },
      demo: null,
    }) as unknown as Context
  return {
    open,
    granary,
    folder,
    context,
    run: (operation, input, actor) =>
      call(operation as never, input as never, { context: context(actor) } as never),
    at: moment => {
      now = moment
    },
    close: async () => {
      await open.close()
      await granary.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
