import type { Connector } from '#connectors/connector.ts'
import type { Ledger } from '#postgres/open.ts'
import { createPacker } from '#sync/packer.ts'
import type { SyncParts } from '#sync/round.ts'
import { createVault } from '#sync/vault.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { noon } from './toy-shop.ts'

/** What rounds of made-up connectors need: the network is not for them, and it is always noon. */
export const toyParts = (
  room: { ledger: Ledger; granary: Warehouse; folder: string; connectors: readonly Connector[] },
  more: Partial<SyncParts> = {},
): SyncParts => ({
  ...room,
  packer: createPacker(),
  vault: createVault('a secret of the tests'),
  clock: () => new Date(noon),
  fetch: async () => {
    throw new Error('The network is not for tests.')
  },
  ...more,
})
