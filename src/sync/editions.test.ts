import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Postponed } from '#connectors/http.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, hour, noon, type Sale, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { stillComing } from './reaches.ts'
import { runRound, type SyncParts } from './round.ts'

const toy = toyShop()
const folder = mkdtempSync(join(tmpdir(), 'editions-'))
let open: OpenLedger
let granary: Warehouse
let parts: SyncParts

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  parts = toyParts({ ledger: open.ledger, granary, folder, connectors: [toy.connector] })
})
afterAll(async () => {
  parts.packer.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const sale = (number: number, at: number, lines = 1): Sale => ({ id: `#${number}`, at, lines })
const round = () =>
  runRound(parts, 'shopify-toy', { all: true, whole: true, signal: new AbortController().signal })
const linesKnown = async () => Number((await granary.query('SELECT count(*) AS n FROM sales_lines'))[0]?.n)

it('history that breaks off goes on from where it was stored', async () => {
  const [orders] = toy.connector.streams
  if (!orders) throw new Error('The toy has orders.')
  const { read } = orders
  const given = { vendor: 'shopify', credentials: { token: 't' }, backDays: 60 }
  await connect(parts, open.ledger, given, await tested(parts, 'shopify', given.credentials), 'test')
  toy.state.sales = [1, 11, 21, 31, 41, 51].map(ago => sale(ago, noon - ago * day))
  const asked: { from: number; to: number }[] = []
  // A vendor who gives so much an hour, newest first, and never a slice of thirty days at once.
  let left = 0
  orders.read = async function* (session, turn) {
    if (!turn.history) return
    asked.push({ from: turn.from, to: turn.to })
    for (let to = turn.to; to > turn.from; to -= 10 * day) {
      left -= 1
      if (left < 0) throw new Postponed(noon, 'the hour is used up')
      const back = to - 10 * day
      for await (const batch of read(session, { ...turn, from: back, to })) yield batch
      yield { records: [], back }
    }
  }
  const found: number[] = []
  for (let hours = 0; hours < 4; hours++) {
    left = 2
    await round()
    found.push(await linesKnown())
  }
  expect(found).toEqual([2, 4, 6, 6])
  expect(asked.map(({ from, to }) => [(noon - from) / day, (noon - to) / day])).toEqual([
    [30, 0],
    [50, 20],
    [60, 40],
  ])
  await open.ledger.delete(streams)
  await open.ledger.delete(connections)
  await granary.remove({ store: 'toy', source: 'shopify-toy' })
  Object.assign(orders, { read })
})

it('history is read again by itself once a newer program takes more of each record, and once a right is granted', async () => {
  toy.state.sales = [sale(1, noon - 100 * day), sale(2, noon - hour)]
  const given = { vendor: 'shopify', credentials: { token: 't' }, backDays: 150 }
  const checked = await tested(parts, 'shopify', given.credentials)
  const connectedWith = (limits: string[]) =>
    connect(parts, open.ledger, given, { ...checked, limits }, 'test')
  await connectedWith(['No returns.', 'No customers.'])
  await round()
  const asked = async () => {
    toy.state.asked = []
    toy.state.now += hour
    await round()
    return toy.state.asked.filter(one => one.stream === 'orders')
  }
  expect(await asked()).toHaveLength(1)
  const coming = async () => {
    const stores = [{ store: 'toy', timezone: 'UTC' }]
    const found = await stillComing(open.ledger, [toy.connector], new Date(toy.state.now), stores)
    return found.filter(one => one.table === 'sales_lines').map(one => one.from)
  }
  /** What is still to come where reading fails half way. */
  const halfWay = async () => {
    toy.state.fail = (stream, { history, from }) => {
      if (stream === 'orders' && history && from < noon - 90 * day) throw new Error('the shop is away')
    }
    const slices = (await asked()).filter(one => one.history).slice(0, -1)
    toy.state.fail = null
    return { slices, coming: await coming() }
  }
  expect(await coming()).toEqual([])
  // The mapping of the newer program finds a line more.
  Object.assign(toy.connector.streams[0] ?? {}, { edition: 2 })
  toy.state.sales = toy.state.sales.map(one => ({ ...one, lines: 2 }))
  // What is read again is there all the while.
  const half = await halfWay()
  expect(half.coming).toEqual([])
  toy.state.now += day
  const slices = [...half.slices, ...(await asked()).filter(one => one.history)]
  expect([slices[0]?.to, slices.at(-1)?.from]).toEqual([noon + hour, noon - 150 * day])
  expect(slices.every((one, n) => n === 0 || one.to === slices[n - 1]?.from)).toBe(true)
  expect(await linesKnown()).toBe(4)
  expect(await asked()).toHaveLength(1)
  // What could not be seen is named when connecting: the same limits change nothing, fewer do.
  await connectedWith(['No returns.', 'No customers.'])
  expect((await asked()).filter(one => one.history)).toEqual([])
  await connectedWith(['No customers.'])
  // What could not be seen was not there.
  expect((await halfWay()).coming).toEqual([expect.stringMatching(/^2025-12/)])
  toy.state.now += day
  expect((await asked()).filter(one => one.history).at(-1)?.from).toBe(noon - 150 * day)
  expect(await asked()).toHaveLength(1)
})
