import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, streams, turns, unmapped } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, hour, noon, type Sale, toyShop } from '../../test/toy-shop.ts'
import { readAgain } from './connected.ts'
import type { SyncParts } from './round.ts'
import { createSyncs, type Syncs } from './syncs.ts'

/** What people and vendors do while a system is being read. */

const id = 'shopify-toy'
let folder: string
let open: OpenLedger
let granary: Warehouse
let toy: ReturnType<typeof toyShop>
let parts: SyncParts
let syncs: Syncs
let time: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'races-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
})
afterAll(async () => {
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})
const connect = async (token: string) =>
  syncs.connect(
    open.ledger,
    { vendor: 'shopify', credentials: { token }, backDays: 60 },
    await syncs.test('shopify', { token }),
    'test',
  )
beforeEach(async () => {
  await syncs?.close()
  await open.queue.executeSql(
    'TRUNCATE connections, streams, turns, unmapped, hooks_taken, source_totals, stores',
  )
  await granary.remove({ store: 'toy' })
  toy = toyShop()
  time = noon
  parts = toyParts(
    { ledger: open.ledger, granary, folder, connectors: [toy.connector] },
    { clock: () => new Date(time) },
  )
  syncs = createSyncs(parts)
  await connect('t')
})

/** Orders that were asked for, as days before noon. */
const read = () =>
  toy.state.asked
    .filter(one => one.stream === 'orders' && one.history)
    .map(one => [(noon - one.from) / day, (noon - one.to) / day])
/** Does something when rows of so many batches have been stored, counted from one. */
const whenStored = (count: number, act: () => Promise<unknown>) => {
  let stored = 0
  parts.granary = {
    ...granary,
    deliver: async (...given) => {
      const receipt = await granary.deliver(...given)
      if (given[0].table === 'sales_lines' && ++stored === count) await act()
      return receipt
    },
  }
  syncs = createSyncs(parts)
}
const stretch = { from: noon - 10 * day, to: noon - 5 * day }
const lines = async () => Number((await granary.query('SELECT count(*) AS n FROM sales_lines'))[0]?.n)

test('days to be read again, asked for while history is read, are read again', async () => {
  toy.state.sales = [40, 7].map(n => ({ id: `#${n}`, at: noon - n * day, lines: 1 }))
  whenStored(2, () => readAgain(open.ledger, id, ['orders'], stretch))
  await syncs.round(id, { all: true, whole: true })
  expect(read()).toEqual([
    [30, 0],
    [60, 30],
    [35, 5],
    [60, 35],
  ])
  expect(await lines()).toBe(2)
})

test('days to be read again, asked for while changes are read, are not left until the next are due', async () => {
  await syncs.round(id, { all: true, whole: true })
  toy.state.now += hour
  time += hour
  toy.state.sales = [{ id: '#1', at: noon + 1, lines: 1 }]
  whenStored(1, () => readAgain(open.ledger, id, ['orders'], stretch))
  toy.state.asked = []
  await syncs.round(id, { all: true })
  expect(read()).toEqual([[10, 5]])
})

test('two readings asked for at once follow one another, and bring nothing twice', async () => {
  toy.state.sales = [3, 2, 1].map(n => ({ id: `#${n}`, at: noon - n * day, lines: 1 }))
  let [now, most] = [0, 0]
  parts.granary = {
    ...granary,
    deliver: async (...given) => {
      most = Math.max(most, ++now)
      await new Promise(done => setTimeout(done, 20))
      return granary.deliver(...given).finally(() => now--)
    },
  }
  syncs = createSyncs(parts)
  await Promise.all([1, 2, 3].map(() => syncs.round(id, { all: true, whole: true })))
  expect(most).toBe(1)
  expect(await lines()).toBe(3)
})

test('new credentials given in the middle of a reading are those of the next, and what was read stays', async () => {
  const used: string[] = []
  const { open: opened } = toy.connector
  toy.connector.open = (credentials, reach) => {
    used.push(String(credentials.token))
    return opened(credentials, reach)
  }
  toy.state.sales = [{ id: '#1', at: noon - day, lines: 1 }]
  whenStored(1, () => connect('new'))
  await syncs.round(id, { all: true, whole: true })
  toy.state.now += hour
  time += hour
  await syncs.round(id, { all: true })
  expect(used.at(-1)).toBe('new')
  expect(await lines()).toBe(1)
  expect(toy.state.asked.filter(one => one.stream === 'orders' && !one.history)).toHaveLength(1)
})

test('what a vendor hands over beside credentials survives another hand-over and new credentials at the same time', async () => {
  const hooks: NonNullable<typeof toy.connector.hooks> = {
    subscribe: async () => undefined,
    receive: ({ url }) => ({ status: 200, keep: { [url]: 'secret' } }),
  }
  Object.assign(toy.connector, { hooks })
  const hand = (url: string) => syncs.hook(id, { method: 'POST', url, headers: {}, body: Buffer.from('') })
  await Promise.all([hand('one'), connect('new'), hand('two'), hand('three')])
  const [row] = await open.ledger.select().from(connections)
  expect(parts.vault.unlock(id, row?.credentials ?? '')).toEqual({
    token: 'new',
    one: 'secret',
    two: 'secret',
    three: 'secret',
  })
})

const hooked = () => {
  const hooks: NonNullable<typeof toy.connector.hooks> = {
    subscribe: async () => undefined,
    receive: ({ body }) => ({ status: 200, id: Buffer.from(body).toString(), hurry: ['orders'] }),
  }
  Object.assign(toy.connector, { hooks })
}
const tell = (what: string, to = syncs) =>
  to.hook(id, { method: 'POST', url: 'here', headers: {}, body: Buffer.from(what) })
const orders = async () => (await open.ledger.select().from(streams)).find(one => one.stream === 'orders')

test('a call that was cut short before its stream was due counts when it is sent again', async () => {
  hooked()
  await syncs.round(id, { all: true, whole: true })
  const { ledger } = parts
  const failing: typeof ledger = Object.create(ledger)
  failing.transaction = work =>
    ledger.transaction(tx => {
      tx.update = () => {
        throw new Error('killed')
      }
      return work(tx)
    })
  await expect(tell('a', createSyncs({ ...parts, ledger: failing }))).rejects.toThrow('killed')
  expect(await tell('a')).toMatchObject({ status: 200, hurry: ['orders'] })
  expect(Date.parse((await orders())?.nextAt ?? '')).toBe(time)
  expect(await tell('a')).toMatchObject({ status: 200, hurry: [] })
})

test('a burst of calls in the middle of a reading is taken, and has what changed read once more', async () => {
  hooked()
  toy.state.sales = [{ id: '#1', at: noon - day, lines: 1 }]
  let answers: { status: number }[] = []
  whenStored(1, async () => {
    // They tell of an order that this reading has gone by.
    toy.state.sales.push({ id: '#2', at: noon + 1, lines: 1 })
    answers = await Promise.all(Array.from({ length: 500 }, (_, n) => tell(`call ${n}`)))
  })
  const { nextAt } = await syncs.round(id, { all: true, whole: true })
  expect(answers).toHaveLength(500)
  expect(answers.every(one => one.status === 200)).toBe(true)
  expect(nextAt.getTime()).toBe(time)
  toy.state.now += hour
  await syncs.round(id)
  expect(await lines()).toBe(2)
  expect(toy.state.asked.filter(one => one.stream === 'orders' && !one.history)).toHaveLength(1)
})

test('a clock that was ahead for a while keeps nothing from being read once it is set right', async () => {
  time += 400 * day
  await syncs.round(id, { all: true, whole: true })
  time = noon + hour
  toy.state.now = noon + hour
  toy.state.sales = [{ id: '#1', at: noon + 1, lines: 1 }]
  expect(
    (await open.ledger.select().from(streams)).every(one => Date.parse(one.nextAt) > time + 300 * day),
  ).toBe(true)
  expect((await syncs.due()).map(one => one.nextAt.getTime())).toEqual([time])
  await syncs.round(id)
  expect(await lines()).toBe(1)
  expect((await syncs.due()).every(one => one.nextAt.getTime() < time + hour)).toBe(true)
})

test('what was read up to a day that has not come is told, and read again from where it is sure', async () => {
  await syncs.round(id, { all: true, whole: true })
  toy.state.now += day
  time += day
  toy.state.notes = ['one']
  await syncs.round(id, { all: true, whole: true })
  // The vendor's clock is a month ahead for one reading.
  toy.state.now += 30 * day
  await syncs.round(id, { all: true })
  time += day
  toy.state.now = time
  toy.state.sales = [{ id: '#1', at: time - hour, lines: 1 }]
  toy.state.notes.push('two')
  toy.state.asked = []
  await syncs.round(id, { all: true })
  expect(await lines()).toBe(1)
  const [orders, ...others] = (await open.ledger.select().from(streams)).sort((a, b) =>
    a.stream === 'orders' ? -1 : b.stream === 'orders' ? 1 : 0,
  )
  expect(others.map(one => one.bookmark)).toEqual([time, time])
  expect(orders).toMatchObject({ bookmark: time, trouble: null })
  // Since the day before the last reading by a clock that was right, not since the beginning; a vendor's own word stays.
  const asked = toy.state.asked.map(({ stream, from, to, cursor, history }) => [
    stream,
    (time - from) / day,
    (time - to) / day,
    cursor,
    history,
  ])
  expect(asked).toContainEqual(['orders', 2, 0, null, true])
  expect(asked).toContainEqual(['notes', 0, 0, '1', false])
  const told = (await open.ledger.select().from(turns)).filter(one => one.kind === 'again')
  expect(told.map(one => [one.stream, one.error?.message])).toEqual([
    ['orders', expect.stringMatching(/clock that was ahead.*since 2026-03-01 is read again/)],
  ])
  // Told once: it goes on from there.
  time += day
  toy.state.now = time
  await syncs.round(id, { all: true })
  expect((await open.ledger.select().from(turns)).filter(one => one.kind === 'again')).toHaveLength(1)
})

test('what was never read by a right clock is read from its beginning', async () => {
  toy.state.now += 400 * day
  toy.state.notes = ['one', 'two']
  toy.state.sales = [{ id: '#1', at: noon - 40 * day, lines: 1 }]
  await syncs.round(id, { all: true, whole: true })
  expect(await lines()).toBe(0)
  toy.state.now = noon
  toy.state.asked = []
  await syncs.round(id, { all: true, whole: true })
  expect(await lines()).toBe(1)
  expect(toy.state.asked.filter(one => one.stream === 'notes')).toEqual([
    expect.objectContaining({ cursor: null, from: noon - 60 * day, to: noon }),
  ])
})

test('trying again what was not understood can be broken off, and is taken up by the next reading', async () => {
  const many = 1500
  toy.state.sales = Array.from({ length: many }, (_, n) => ({ id: `#${n}`, at: noon - hour - n, lines: -1 }))
  await syncs.round(id, { all: true, whole: true })
  const list = async () => (await open.ledger.select({ key: unmapped.key }).from(unmapped)).length
  expect(await list()).toBe(many)
  const [orders] = toy.connector.streams
  if (!orders) throw new Error('The toy has no orders.')
  const { map } = orders
  let tried = 0
  let stopped: Promise<void> | undefined
  orders.map = (record, place) => {
    if (++tried === 100) stopped = syncs.stop(id, 'it was paused')
    return map({ ...(record as Sale), lines: 1 }, place)
  }
  // Another start of the program.
  syncs = createSyncs(parts)
  await expect(syncs.round(id, { all: true })).rejects.toThrow('it was paused')
  await stopped
  expect(tried).toBeLessThan(many)
  expect(await list()).toBe(many)
  await syncs.round(id)
  expect([await list(), await lines()]).toEqual([0, many])
}, 60_000)
