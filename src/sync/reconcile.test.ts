import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { runRound, type SyncParts } from './round.ts'

let open: OpenLedger
let granary: Warehouse
let folder: string
let toy: ReturnType<typeof toyShop>
let parts: SyncParts

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'totals-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  toy = toyShop()
  parts = toyParts({ ledger: open.ledger, granary, folder, connectors: [toy.connector] })
  const request = { vendor: 'shopify', credentials: { token: 't' }, backDays: 150 }
  await connect(parts, open.ledger, request, await tested(parts, 'shopify', request.credentials), 'test')
})
afterEach(async () => {
  parts.packer.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const round = () =>
  runRound(parts, 'shopify-toy', { all: true, whole: true, signal: new AbortController().signal })

test('totals of its own that cannot be had are told at the connection until they can', async () => {
  let broken: Error | null = new Error('no reports today')
  Object.assign(toy.connector, {
    async *totals() {
      if (broken) throw broken
      yield { shop: 'toy', day: '2026-03-01', values: { orders: '0' } }
    },
  })
  const kept = async () => (await open.ledger.select().from(connections))[0]
  await round()
  expect((await kept())?.uncompared).toMatchObject({
    message: expect.stringContaining('no reports today'),
    next: expect.stringContaining('Read now'),
  })
  broken = new Failure('forbidden', 'Reports are not for this app.', { next: 'Grant read_reports.' })
  await round()
  expect((await kept())?.uncompared).toMatchObject({ next: 'Grant read_reports.' })
  expect((await kept())?.trouble).toBeNull()
  broken = null
  await round()
  expect((await kept())?.uncompared).toBeNull()
})

test('totals that broke off in the middle of the first time are asked for whole again, later the last weeks alone', async () => {
  const ranges: { from: string; to: string }[] = []
  let breaksAfter = 500
  Object.assign(toy.connector, {
    async *totals(_: unknown, range: { from: string; to: string }) {
      ranges.push(range)
      const first = Date.parse(range.from)
      for (let n = 0; n < 600; n++) {
        if (n === breaksAfter) throw new Error('no more today')
        yield {
          shop: 'toy',
          day: new Date(first + n * day).toISOString().slice(0, 10),
          values: { orders: '0' },
        }
      }
    },
  })
  await round()
  breaksAfter = 600
  await round()
  await round()
  expect(ranges.map(one => one.from)).toEqual(['2025-10-02', '2025-10-02', '2026-01-15'])
})
