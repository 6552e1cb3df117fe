import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createImports, type Imports } from '../src/sync/imports.ts'
import { openDuckdb } from '../src/warehouse/duckdb.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'

/** A data folder of its own, an empty granary in memory and the imports over both, for the tests of one file; made before them, gone after. */
export interface ImportRoom {
  folder: string
  granary: Warehouse
  imports: Imports
}

/** @param store what a store is that names neither currency nor zone */
export const importRoom = (
  store = { currency: 'GBP', timezone: 'Europe/London' },
  salt?: string,
): ImportRoom => {
  const room = { folder: mkdtempSync(join(tmpdir(), 'import-')) } as ImportRoom
  beforeAll(async () => {
    room.granary = await openDuckdb({ folder: ':memory:' })
    room.imports = createImports({
      granary: room.granary,
      folder: room.folder,
      ...(salt && { salt }),
      ensureStore: async ({ currency = store.currency, timezone = store.timezone }) => ({
        currency,
        timezone,
      }),
    })
  })
  afterAll(async () => {
    await room.granary.close()
    rmSync(room.folder, { recursive: true, force: true })
  })
  return room
}
