import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, turns } from '#postgres/tables/connections.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, noon, toyShop } from '../../test/toy-shop.ts'
import { keepInStep } from './step.ts'

const id = 'shopify-toy'
const toy = toyShop()
let folder: string
let open: OpenLedger
let granary: Warehouse
let syncs: Syncs
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'step-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  syncs = createSyncs(
    toyParts(
      { ledger: open.ledger, granary, folder, connectors: [toy.connector] },
      { clock: () => new Date() },
    ),
  )
  const checked = await syncs.test('shopify', { token: 't' })
  await syncs.connect(
    open.ledger,
    { vendor: 'shopify', credentials: { token: 't' }, backDays: 20 },
    checked,
    'test',
  )
})
afterAll(async () => {
  await syncs.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

test('what is stopped in the middle of its reading is no failed job, and goes on later', async () => {
  const log = { info: vi.fn(), error: vi.fn() }
  const jobs = { send: vi.fn(async () => undefined), close: async () => undefined }
  const followed = vi.fn(async () => undefined)
  const step = keepInStep(syncs, () => jobs, undefined, log, followed)
  toy.state.sales = [1, 2, 3].map(n => ({ id: `#${n}`, at: noon - n * day, lines: 1 }))
  let ended: Promise<void> | undefined
  toy.state.fail = (stream, _, index) => {
    if (stream !== 'orders' || index !== 1) return
    ended = syncs.stop(id, 'it was paused')
    // Whoever resumes at once is not told that it is being read already.
    expect(syncs.running().has(id)).toBe(false)
    throw new Error('This operation was aborted')
  }
  await step.round({ id, all: true })
  await ended
  expect(log.error).not.toHaveBeenCalled()
  // The house may be closing: nothing is asked of it any more.
  expect(followed).not.toHaveBeenCalled()
  const why = 'Stopped before its end: it was paused.'
  expect(log.info).toHaveBeenCalledWith({ connection: id, why }, 'reading stopped')
  const kept = await open.ledger.select().from(turns)
  expect(kept.flatMap(one => (one.error ? [one.error] : []))).toMatchObject([
    { code: 'stopped', message: why },
  ])
  expect((await open.ledger.select().from(connections))[0]?.trouble).toBeNull()

  toy.state.fail = null
  await step.round({ id, all: true })
  const [row] = await granary.query('SELECT count(*) AS n FROM sales_lines')
  expect(Number(row?.n)).toBe(3)
  expect(followed).toHaveBeenCalledOnce()
})

test('a job of a connection that was taken away meanwhile is done', async () => {
  const log = { info: vi.fn(), error: vi.fn() }
  const step = keepInStep(
    syncs,
    () => ({}) as never,
    undefined,
    log,
    async () => undefined,
  )
  await step.round({ id: 'shopify-gone' })
  await step.round({ id: 'shopify-gone', replay: 'orders' })
  expect(log.error).not.toHaveBeenCalled()
})
