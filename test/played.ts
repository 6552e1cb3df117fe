import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector } from '#connectors/connector.ts'
import { connectors } from '#connectors/index.ts'
import { type TableName, tables } from '#kernel/canonical.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { createCompany } from '#simulators/company/company.ts'
import { type Simulation, simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { hasty } from './hasty.ts'

/** One system of a small company, played in the process and read by the real engine into a granary of its own. */
export interface Played {
  simulation: Simulation
  syncs: Syncs
  granary: Warehouse
  folder: string
  id: string
  close(): Promise<void>
}

const address = 'http://systems.test'
export const ledgerTables =
  'connections, streams, turns, unmapped, hooks_taken, source_totals, stores, erased'

/**
 * Opens an empty ledger's engine and connects the first system of the vendor to it. Only the streams named are read.
 * Its clock is that of the systems.
 */
export async function played(
  open: OpenLedger,
  vendor: Connector['vendor'],
  {
    streams,
    folder,
    privacy,
    patience,
  }: { streams?: readonly string[]; folder?: string; privacy?: boolean; patience?: number } = {},
): Promise<Played> {
  await open.queue.executeSql(`TRUNCATE ${ledgerTables}`)
  await open.queue.executeSql(
    "INSERT INTO stores (store, name, currency, timezone) VALUES ('home', 'Home', 'GBP', 'Europe/London')",
  )
  const place = folder ?? mkdtempSync(join(tmpdir(), 'played-'))
  const company = createCompany({ seed: 11, days: 7, scale: 0.05, until: '2026-11-15' })
  const simulation = simulate(createWorld(company, address))
  const granary = await openDuckdb({ folder: ':memory:' })
  const syncs = createSyncs({
    ledger: open.ledger,
    granary,
    packer: createPacker(),
    folder: place,
    vault: createVault('a secret of the tests'),
    connectors: hasty(connectors, patience).map(one =>
      one.vendor === vendor && streams
        ? { ...one, streams: one.streams.filter(({ name }) => streams.includes(name)) }
        : one,
    ),
    clock: () => new Date(simulation.world.now()),
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      return unless(init?.signal, simulation.app.request(url.pathname + url.search, init))
    },
  })
  const way = ways(simulation.world, simulation.simulators).find(one => one.vendor === vendor)
  if (!way) throw new Error(`The company has no ${vendor}.`)
  const request = { vendor, credentials: way.credentials, backDays: 15, privacy: privacy ?? false }
  const checked = await syncs.test(vendor, way.credentials)
  const { id } = await syncs.connect(open.ledger, request, checked, 'test')
  return {
    simulation,
    syncs,
    granary,
    folder: place,
    id,
    async close() {
      await syncs.close()
      await granary.close()
      if (!folder) rmSync(place, { recursive: true, force: true })
    },
  }
}

/** The answer, or, should that never come, an end when the signal does: what `fetch` does on a real line. */
const unless = <T>(signal: AbortSignal | null | undefined, answer: T | Promise<T>): Promise<T> =>
  new Promise((done, failed) => {
    if (signal?.aborted) failed(signal.reason)
    signal?.addEventListener('abort', () => failed(signal.reason), { once: true })
    Promise.resolve(answer).then(done, failed)
  })

/** Everything that stands in the granary, row by row, to be compared. */
export async function everyRow(granary: Warehouse): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {}
  for (const name of Object.keys(tables) as TableName[]) {
    const rows = await granary.query(`SELECT * FROM ${granary.dialect.from(name)} ORDER BY ALL`)
    if (rows.length > 0) all[name] = rows.map(row => JSON.stringify(row))
  }
  return all
}
