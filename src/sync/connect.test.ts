import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import type { SyncParts } from './round.ts'

let folder: string
let open: OpenLedger
let granary: Warehouse
let parts: SyncParts
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connect-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  parts = toyParts({ ledger: open.ledger, granary, folder, connectors: [toyShop().connector] })
})
afterAll(async () => {
  parts.packer.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a shop that was moved to another zone goes on in the days of its store; in another currency it is no longer it', async () => {
  const checked = await tested(parts, 'shopify', { token: 't' })
  const join = (id: string, more: object, store?: string) =>
    connect(
      parts,
      open.ledger,
      { vendor: 'shopify', credentials: { token: 't' }, id, ...(store && { store }) },
      { ...checked, shops: checked.shops.map(shop => ({ ...shop, ...more })) },
      'test',
    )
  await join('shopify-toy', {})
  expect(await join('shopify-toy', { timezone: 'Asia/Kolkata' })).toMatchObject({ isNew: false })
  expect((await open.ledger.select().from(stores)).map(one => one.timezone)).toEqual(['Europe/London'])
  // What the shop says of itself is kept, so that it can be told.
  const [own] = await open.ledger.select().from(connections)
  expect(own?.shops).toMatchObject([{ timezone: 'Asia/Kolkata', store: 'toy' }])
  await expect(join('shopify-toy', { currency: 'EUR' })).rejects.toThrow('is kept in GBP')
  // A store that somebody else filled by other days is not taken for it.
  await expect(join('shopify-other', { key: 'other', timezone: 'Asia/Kolkata' }, 'toy')).rejects.toThrow(
    'is kept in GBP and Europe/London',
  )
})

test('two systems that call their shops alike are two stores, unless the one is named for the other', async () => {
  const checked = await tested(parts, 'shopify', { token: 't' })
  const join = async (account: string, store?: string) => {
    const id = `shopify-${account}`
    const request = { vendor: 'shopify', credentials: { token: 't' }, id, ...(store && { store }) }
    const shops = checked.shops.map(shop => ({ ...shop, key: 'base' }))
    await connect(parts, open.ledger, request, { ...checked, account: `${account}.example`, shops }, 'test')
    const all = await open.ledger.select().from(connections)
    return all.find(one => one.id === id)?.shops.map(one => one.store)
  }
  expect(await join('first')).toEqual(['base'])
  expect(await join('second')).toEqual(['second-example-base'])
  // New credentials leave both where they are; who moves a shop from one system to another says so.
  expect(await join('first')).toEqual(['base'])
  expect(await join('second')).toEqual(['second-example-base'])
  expect(await join('third', 'base')).toEqual(['base'])
})
