import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Failure } from '#kernel/error.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, streams, unmapped } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { hour, noon, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { rawFolder } from './raw.ts'
import { replay } from './replay.ts'
import { runRound, type SyncParts } from './round.ts'

/** Records that no store takes as they are hold up no other, and a system’s trouble is told no longer than it lasts. */

let open: OpenLedger
let granary: Warehouse
let folder: string
let toy: ReturnType<typeof toyShop>
let parts: SyncParts
let time: number
beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strange-'))
  await open.queue.executeSql('TRUNCATE connections, streams, turns, unmapped, stores')
  granary = await openDuckdb({ folder: ':memory:' })
  toy = toyShop()
  time = noon
  parts = toyParts(
    { ledger: open.ledger, granary, folder, connectors: [toy.connector] },
    { clock: () => new Date(time) },
  )
  const request = { vendor: 'shopify', credentials: { token: 't' }, backDays: 20 }
  await connect(parts, open.ledger, request, await tested(parts, 'shopify', { token: 't' }), 'test')
})
afterEach(async () => {
  parts.packer.close()
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})
const round = (options = {}) =>
  runRound(parts, 'shopify-toy', { all: true, whole: true, signal: new AbortController().signal, ...options })
const sale = (id: string, lines = 1, more = {}) => ({ id, at: noon - hour, lines, ...more })
const column = async (sql: string) => (await granary.query(sql)).map(row => Object.values(row)[0])

test('a letter that was cut through holds up nothing', async () => {
  toy.state.notes = ['whole', 'cut \ud83e', '\uddf5 cut', 'a 🧵']
  expect((await round()).troubles).toEqual([])
  expect(await column('SELECT title FROM tasks ORDER BY task_id')).toEqual([
    'whole',
    'cut \ufffd',
    '\ufffd cut',
    'a 🧵',
  ])
})

test('a record that is not understood is kept whatever it holds, and once where it came twice', async () => {
  const odd = sale('#2', -1, { note: 'cut \ud83e, \0 and \\u0000' })
  toy.state.sales = [sale('#1'), odd, odd, sale('#3')]
  expect((await round()).troubles).toEqual([])
  expect(await column('SELECT order_id FROM sales_lines ORDER BY 1')).toEqual(['#1', '#3'])
  const kept = await open.ledger.select().from(unmapped)
  expect(kept.map(row => row.record)).toEqual([{ ...odd, note: 'cut \ufffd,  and \\u0000' }])
})

test('a value that is none of its column’s type leaves its record out, and says so', async () => {
  const orders = toy.connector.streams[0]
  const map = orders?.map
  Object.assign(orders ?? {}, {
    map(...given: Parameters<NonNullable<typeof map>>) {
      const mapped = map?.(...given)
      for (const row of mapped?.rows.sales_lines ?? []) {
        if (row.order_id === '#2') row.day = '0000-00-00'
        if (row.order_id === '#3') row.gross = '99999999999999999'
      }
      return mapped
    },
  })
  toy.state.sales = [sale('#1'), sale('#2'), sale('#3'), sale('#4')]
  expect((await round()).troubles).toEqual([])
  expect(await column('SELECT order_id FROM sales_lines ORDER BY 1')).toEqual(['#1', '#4'])
  expect((await open.ledger.select().from(unmapped)).map(row => row.reason).sort()).toEqual([
    'A row of sales_lines has “0000-00-00” as its day.',
    'A row of sales_lines has “99999999999999999” as its gross.',
  ])
})

test('new words of a vendor are told whatever letters they are of', async () => {
  const status = `${'x'.repeat(39)}🧵`
  toy.state.sales = [sale('#1', 1, { status })]
  expect((await round()).troubles).toEqual([])
  const [kept] = (await open.ledger.select().from(streams)).filter(one => one.stream === 'orders')
  expect(kept?.shape?.news.map(one => one.says)).toEqual([
    `status is “${'x'.repeat(39)}\ufffd”, which this version does not know`,
  ])
})

test('what the disk or the packer says against a part is no record’s fault, and loses nothing', async () => {
  const { packer } = parts
  let fails = 1
  parts.packer = {
    ...packer,
    pack: async (...given) => {
      // As the engine says it: an error without a code.
      if (fails-- > 0) throw new Error('Out of Memory Error: could not allocate block')
      return packer.pack(...given)
    },
  }
  // The second state of an order has what came before stored first.
  toy.state.sales = [sale('#1'), sale('#2', 2), sale('#2', 1), sale('#3')]
  const { troubles } = await round()
  expect(troubles.map(one => [one.stream, one.trouble.message])).toEqual([
    ['orders', 'Something of our own went wrong: Out of Memory Error: could not allocate block'],
  ])
  expect(await open.ledger.select().from(unmapped)).toEqual([])
  expect((await round()).troubles).toEqual([])
  expect(await column('SELECT order_id FROM sales_lines ORDER BY 1')).toEqual(['#1', '#2', '#3'])
})

test('a system in trouble is asked how it is, also while nothing is due', async () => {
  await round()
  toy.state.fail = stream => {
    if (stream === 'clock') throw new Failure('unavailable', 'Toy does not answer.')
  }
  await round()
  const kept = async () => (await open.ledger.select().from(connections))[0]?.trouble
  expect((await kept())?.message).toBe('Toy does not answer.')
  toy.state.fail = null
  time += 60_000
  expect((await round({ all: false })).records).toBe(0)
  expect(await kept()).toBeNull()
})

test('what is lost of kept records is read from the vendor again', async () => {
  toy.state.sales = [sale('#1'), sale('#2')]
  toy.state.notes = ['a', 'b']
  await round()
  for (const stream of ['orders', 'notes'])
    for (const name of readdirSync(rawFolder(folder, 'shopify-toy', stream)))
      truncateSync(join(rawFolder(folder, 'shopify-toy', stream), name), 12)
  for (const stream of ['orders', 'notes']) {
    await replay(parts, 'shopify-toy', stream)
    expect((await open.ledger.select().from(streams)).every(one => !one.stale)).toBe(true)
  }
  expect((await round({ all: false })).troubles).toEqual([])
  expect(await column('SELECT order_id FROM sales_lines ORDER BY 1')).toEqual(['#1', '#2'])
  expect(await column('SELECT title FROM tasks ORDER BY 1')).toEqual(['a', 'b'])
})
