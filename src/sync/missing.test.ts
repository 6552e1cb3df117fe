import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { SourceTotal } from '#connectors/connector.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, hour, noon, toyShop } from '../../test/toy-shop.ts'
import { connect, test as tested } from './connect.ts'
import { type RoundOptions, runRound, type SyncParts } from './round.ts'

/** Orders that came into a shop's database without a new time of change: its own count is all that tells of them. */

let open: OpenLedger
let granary: Warehouse
let folder: string
let parts: SyncParts
let toy: ReturnType<typeof toyShop>
let time: number
/** How many orders the shop says it has, by day, beside those it lists. */
let more: Record<string, number>

beforeAll(async () => {
  open = await openLedger({ folder: ':memory:' })
})
afterAll(() => open.close())
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'missing-'))
  await open.queue.executeSql('TRUNCATE connections, streams, turns, unmapped, source_totals, stores')
  granary = await openDuckdb({ folder: ':memory:' })
  toy = toyShop()
  time = noon
  more = {}
  const connector = {
    ...toy.connector,
    async *totals(): AsyncGenerator<SourceTotal> {
      const days = new Map<string, number>(Object.entries(more))
      for (const { at } of toy.state.sales) {
        const on = new Date(at).toISOString().slice(0, 10)
        days.set(on, (days.get(on) ?? 0) + 1)
      }
      for (const [on, orders] of days) yield { shop: 'toy', day: on, values: { orders: String(orders) } }
    },
  }
  parts = toyParts(
    { ledger: open.ledger, granary, folder, connectors: [connector] },
    { clock: () => new Date(time) },
  )
  const request = { vendor: 'shopify' as const, credentials: { token: 't' }, backDays: 60 }
  await connect(parts, open.ledger, request, await tested(parts, request.vendor, request.credentials), 'test')
})
afterEach(async () => {
  parts.packer.close()
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

const round = (options: Partial<RoundOptions> = {}) =>
  runRound(parts, 'shopify-toy', { all: true, whole: true, signal: new AbortController().signal, ...options })
/** Rounds until nothing is left to read, `days` later; the windows of orders' history that were asked for. */
const later = async (days: number) => {
  time += days * day
  toy.state.now = time
  toy.state.asked.length = 0
  while ((await round()).more);
  return toy.state.asked.filter(one => one.stream === 'orders' && one.history)
}
const orders = async () =>
  (await granary.query('SELECT DISTINCT order_id FROM sales_lines ORDER BY 1')).map(row => row.order_id)

it('days of which the shop counts more orders than stand here are read again', async () => {
  toy.state.sales = [{ id: '#1', at: noon - 3 * day, lines: 1 }]
  await later(0)
  expect(await later(10)).toEqual([])
  // Written into the past, before the bookmark.
  toy.state.sales.push({ id: '#2', at: noon + 4 * day, lines: 1 }, { id: '#3', at: noon + 5 * day, lines: 2 })
  const asked = await later(0)
  expect(asked.length).toBe(1)
  expect(asked[0]?.from).toBeLessThanOrEqual(noon + 4 * day - 12 * hour)
  expect(asked[0]?.to).toBeGreaterThan(noon + 5 * day)
  expect(await orders()).toEqual(['#1', '#2', '#3'])
  expect(await later(1)).toEqual([])
})

it('what is not found is asked for once a week, and today is left to come in', async () => {
  await later(0)
  await later(10)
  more = { [new Date(noon + 5 * day).toISOString().slice(0, 10)]: 3 }
  expect((await later(0)).length).toBe(1)
  expect(await later(1)).toEqual([])
  expect((await later(7)).length).toBe(1)
  more = { [new Date(time).toISOString().slice(0, 10)]: 3 }
  expect(await later(0)).toEqual([])
})

it('of many days at most a week is read at once, the newest first', async () => {
  await later(0)
  await later(30)
  for (let back = 5; back < 25; back++) more[new Date(time - back * day).toISOString().slice(0, 10)] = 1
  const asked = await later(0)
  expect(asked.length).toBeGreaterThan(1)
  for (const { from, to } of asked) expect(to - from).toBeLessThanOrEqual(10 * day)
  const ends = asked.map(one => one.to)
  expect(ends).toEqual(ends.toSorted((a, b) => b - a))
  expect(await later(1)).toEqual([])
})
