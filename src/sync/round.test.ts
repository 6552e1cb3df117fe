import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connector } from '#connectors/connector.ts'
import { Postponed } from '#connectors/http.ts'
import { Failure } from '#kernel/error.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, streams, turns, unmapped } from '#postgres/tables/connections.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { toyParts } from '../../test/toy-parts.ts'
import { day, hour, noon, type Sale, toyShop } from '../../test/toy-shop.ts'
import { type ConnectRequest, connect, disconnect, test as tested } from './connect.ts'
import { replay, retryUnmapped } from './replay.ts'
import { type RoundOptions, runRound, type SyncParts } from './round.ts'
import { createSyncs } from './syncs.ts'

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
  folder = mkdtempSync(pathOf(tmpdir(), 'sync-'))
  await open.queue.executeSql(
    'TRUNCATE connections, streams, turns, unmapped, hooks_taken, source_totals, stores',
  )
  granary = await openDuckdb({ folder: ':memory:' })
  toy = toyShop()
  time = noon
  parts = toyParts(
    { ledger: open.ledger, granary, folder, connectors: [toy.connector] },
    { clock: () => new Date(time) },
  )
  await join({ vendor: 'shopify', credentials: { token: 't' }, backDays: 150 })
})
afterEach(async () => {
  parts.packer.close()
  await granary.close()
  rmSync(folder, { recursive: true, force: true })
})

const join = async (request: ConnectRequest) =>
  connect(parts, open.ledger, request, await tested(parts, request.vendor, request.credentials), 'test')
const id = 'shopify-toy'
const round = (options: Partial<RoundOptions> = {}) =>
  runRound(parts, id, { all: true, whole: true, signal: new AbortController().signal, ...options })
const count = async (table: string, where = 'true') =>
  Number((await granary.query(`SELECT count(*) AS n FROM ${table} WHERE ${where}`))[0]?.n)
const sale = (number: number, at: number, lines = 1): Sale => ({ id: `#${number}`, at, lines })
/** The granary's ledger, row by row. */
const ledger = () => granary.query('SELECT * EXCLUDE (source) FROM sales_lines ORDER BY ALL')

describe('history and freshness', () => {
  test('history comes in slices, newest first, back to where it was asked for', async () => {
    toy.state.sales = [sale(1, noon - 100 * day), sale(2, noon - hour), sale(3, noon - 151 * day)]
    // The first slice takes its time: then others come to their turn.
    toy.state.fail = stream => {
      if (stream === 'orders') time += 20_000
    }
    const first = await round({ whole: false })
    toy.state.fail = null
    expect(first.more).toBe(true)
    expect(await count('sales_lines')).toBe(1)
    const done = await round()
    expect(done.more).toBe(false)
    // What is older was not asked for.
    expect(await count('sales_lines')).toBe(2)
    const slices = toy.state.asked.filter(one => one.stream === 'orders' && one.history)
    expect(slices[0]?.to).toBe(noon)
    expect(slices.every((one, n) => n === 0 || one.to === slices[n - 1]?.from)).toBe(true)
    expect(slices.at(-1)?.from).toBe(noon - 150 * day)
  })

  test('a look for what is gone waits until history is stored', async () => {
    Object.assign(toy.connector.streams[1] ?? {}, { late: true })
    toy.state.sales = [sale(1, noon - 100 * day)]
    toy.state.stock = ['a']
    const order: string[] = []
    toy.state.fail = (stream, { history }) => {
      order.push(history ? 'history' : stream)
      if (stream === 'orders') time += 20_000
    }
    for (let more = true; more; ) more = (await round({ whole: false })).more
    const told = order.filter(one => one === 'history' || one === 'stock').join(' ')
    expect(told).toBe('history history history history history stock')
    expect(await count('products')).toBe(1)
  })

  test('later rounds read only what changed, from a little before the bookmark', async () => {
    toy.state.sales = [sale(1, noon - hour, 2)]
    await round()
    toy.state.now += day
    toy.state.asked = []
    toy.state.sales = [sale(1, noon + hour, 3), sale(2, noon + 2 * hour)]
    await round()
    expect(toy.state.asked.filter(one => one.stream === 'orders')).toEqual([
      { stream: 'orders', from: noon - 60_000, to: noon + day, cursor: null, history: false },
    ])
    expect(await count('sales_lines')).toBe(4)
  })

  test('what the vendor never sent before is kept, mapped and told at its stream', async () => {
    toy.state.sales = [sale(1, noon - hour)]
    await round()
    const known = { seen: 500, fields: { '': 8, id: 1, at: 2, lines: 2 }, news: [] }
    await open.ledger.update(streams).set({ shape: known }).where(eq(streams.stream, 'orders'))
    toy.state.now += hour
    toy.state.sales = [{ ...sale(2000, toy.state.now - 1), note: null, status: 'on hold' }]
    await round()
    expect(await count('sales_lines', "order_id = '#2000'")).toBe(1)
    const [kept] = await open.ledger.select().from(streams).where(eq(streams.stream, 'orders'))
    expect(kept?.shape?.news.map(one => one.says)).toEqual([
      'status is “on hold”, which this version does not know',
      'note was never there before',
      'status was never there before',
    ])
    expect(kept?.trouble).toBeNull()
  })

  test('what may not be read any more stays as it is, and the stream says why', async () => {
    const [, stock] = toy.connector.streams
    if (!stock) throw new Error('The toy has stock.')
    const { read } = stock
    const kept = async () => (await open.ledger.select().from(streams).where(eq(streams.stream, 'stock')))[0]
    toy.state.stock = ['a', 'b']
    await round()
    const before = await kept()
    toy.state.now += day
    const unread = 'read_stock is not granted: no stock.'
    stock.read = async function* () {
      yield { records: [], unread }
    }
    await round()
    expect(await count('products')).toBe(2)
    expect(await kept()).toMatchObject({ bookmark: before?.bookmark, trouble: { message: unread } })
    // Connected again without it, it is among what the connection lacks, and no trouble.
    await open.ledger.update(connections).set({ limits: [unread] })
    await round()
    expect(await kept()).toMatchObject({ trouble: null })
    expect(await count('products')).toBe(2)
    Object.assign(stock, { read })
    toy.state.stock = ['b']
    await round()
    expect(await count('products')).toBe(1)
  })

  test('an order that lost a line loses it here, and one that is gone goes', async () => {
    toy.state.sales = [sale(1, noon - hour, 3), sale(2, noon - hour)]
    await round()
    toy.state.now += hour
    toy.state.sales = [sale(1, noon + 1, 1), sale(2, noon + 2, 0)]
    await round()
    expect(await count('sales_lines')).toBe(1)
  })

  test('two states of an order in one turn end as the later', async () => {
    toy.state.sales = [sale(1, noon - hour, 3), sale(1, noon - hour + 1, 2), sale(2, noon - 1)]
    await round()
    expect(await count('sales_lines', "order_id = '#1'")).toBe(2)
  })

  test('a whole snapshot takes out what it no longer has, also when nothing is left', async () => {
    toy.state.stock = ['a', 'b']
    await round()
    toy.state.stock = ['b', 'c']
    await round()
    expect(
      (await granary.query('SELECT product_id FROM products ORDER BY 1')).map(r => r.product_id),
    ).toEqual(['b', 'c'])
    toy.state.stock = []
    await round()
    expect(await count('products')).toBe(0)
  })

  test('only what is due is read', async () => {
    await round()
    toy.state.asked = []
    expect((await round({ all: false })).records).toBe(0)
    time += 16 * 60_000
    await round({ all: false })
    expect(toy.state.asked.map(one => one.stream)).toEqual(['orders'])
  })
})

describe('what fails', () => {
  test('a turn that fails in the middle is read again, and no row is lost or twice', async () => {
    toy.state.sales = Array.from({ length: 40 }, (_, n) => sale(n, noon - (n + 1) * day, 1 + (n % 3)))
    toy.state.fail = (stream, _, index) => {
      if (stream === 'orders' && index === 7) throw new Failure('unavailable', 'Toy does not answer.')
    }
    const failed = await round()
    expect(failed.troubles).toMatchObject([
      { stream: 'orders', trouble: { message: 'Toy does not answer.' } },
    ])
    toy.state.fail = null
    await round()
    const mended = await ledger()
    await disconnect(parts, open.ledger, id, false)
    expect(await count('sales_lines')).toBe(0)
    await join({ vendor: 'shopify', credentials: { token: 't' }, backDays: 150 })
    await round()
    expect(mended).toEqual(await ledger())
  })

  test('one stream’s failure holds up no other', async () => {
    toy.state.notes = ['one']
    toy.state.fail = stream => {
      if (stream === 'stock') throw new Error('TypeError of ours')
    }
    toy.state.stock = ['a']
    await round()
    expect(await count('tasks')).toBe(1)
    const [row] = (await open.ledger.select().from(streams)).filter(one => one.stream === 'stock')
    expect(row?.trouble?.message).toContain('TypeError of ours')
    expect(Date.parse(row?.nextAt ?? '')).toBe(time + 60_000)
  })

  test('a vendor that asks to be left alone is asked again only then', async () => {
    toy.state.fail = stream => {
      if (stream === 'notes') throw new Postponed(time + 5 * hour, 'The daily quota is used up')
    }
    toy.state.notes = ['one']
    await round()
    toy.state.fail = null
    time += 4 * hour
    await round({ all: false })
    expect(await count('tasks')).toBe(0)
    time += 2 * hour
    await round({ all: false })
    expect(await count('tasks')).toBe(1)
  })

  test('a token stream goes on from what was stored', async () => {
    toy.state.notes = ['a', 'b', 'c', 'd']
    toy.state.fail = (stream, _, index) => {
      if (stream === 'notes' && index === 2) throw new Failure('unavailable', 'gone')
    }
    await round()
    expect(await count('tasks')).toBe(2)
    toy.state.fail = null
    await round()
    expect(await count('tasks')).toBe(4)
    expect(toy.state.asked.filter(one => one.stream === 'notes').at(-1)?.cursor).toBe('2')
    // What came before the failure is kept as well: the vendor gives it only once.
    expect((await replay(parts, id, 'notes')).records).toBe(4)
    expect(await count('tasks')).toBe(4)
  })

  test('new credentials keep the history of their shop, and those of another shop are refused', async () => {
    toy.state.sales = [sale(1, noon - hour)]
    await round()
    await join({ vendor: 'shopify', credentials: { token: 'new' }, id })
    expect(await count('sales_lines')).toBe(1)
    const another = await tested(parts, 'shopify', { token: 't' })
    const shops = another.shops.map(shop => ({ ...shop, key: 'elsewhere', name: 'Elsewhere' }))
    await expect(
      connect(
        parts,
        open.ledger,
        { vendor: 'shopify', credentials: { token: 'other' }, id },
        { ...another, account: 'Elsewhere', shops },
        'test',
      ),
    ).rejects.toThrow('These are credentials of Elsewhere; this connection is one to')
  })

  test('refused credentials are told of the connection, and waited on longer each time', async () => {
    toy.state.fail = stream => {
      if (stream === 'clock')
        throw new Failure('forbidden', 'Toy refuses the credentials.', { next: 'Give new ones.' })
    }
    expect((await round()).nextAt.getTime()).toBe(time + 60_000)
    expect((await round()).nextAt.getTime()).toBe(time + 120_000)
    toy.state.fail = null
    expect((await round()).troubles).toEqual([])
  })

  test('a record that is not understood is kept with its reason, and tried again', async () => {
    toy.state.sales = [sale(1, noon - hour, -1), sale(2, noon - hour)]
    await round()
    expect(await count('sales_lines')).toBe(1)
    expect(await open.ledger.select().from(unmapped)).toMatchObject([
      { stream: 'orders', reason: 'An order cannot have fewer lines than none.' },
    ])
    const stream = toy.connector.streams[0]
    if (!stream) throw new Error('no stream')
    expect(await retryUnmapped(parts, id)).toBe(0)
    expect(await open.ledger.select().from(unmapped)).toHaveLength(1)
    const map = stream.map
    stream.map = (record, place) =>
      map({ ...(record as Sale), lines: Math.abs((record as Sale).lines) }, place)
    expect(await retryUnmapped(parts, id)).toBe(1)
    expect(await count('sales_lines')).toBe(2)
    expect(await open.ledger.select().from(unmapped)).toEqual([])
  })

  test('a record that is understood at last does not take the place of what was read after it', async () => {
    toy.state.sales = [sale(1, noon - hour, -1)]
    await round()
    time += hour
    toy.state.now += hour
    toy.state.sales = [sale(1, noon + 1, 3)]
    await round()
    time += hour
    expect(await retryUnmapped(parts, id)).toBe(0)
    const stream = toy.connector.streams[0]
    if (!stream) throw new Error('no stream')
    const map = stream.map
    stream.map = (record, place) =>
      map({ ...(record as Sale), lines: Math.abs((record as Sale).lines) }, place)
    expect(await retryUnmapped(parts, id)).toBe(1)
    expect(await count('sales_lines')).toBe(3)
  })
})

test('a corrected mapping is applied to what was kept, without asking the vendor', async () => {
  toy.state.sales = [sale(1, noon - 90 * day, 2), sale(2, noon - hour), sale(3, noon - 2 * hour, 3)]
  await round()
  toy.state.now += day
  toy.state.sales = [sale(1, noon + hour, 1)]
  await round()
  toy.state.asked = []
  const stream = toy.connector.streams[0]
  if (!stream) throw new Error('no stream')
  const map = stream.map
  stream.map = (record, place) => {
    const { rows } = map(record, place)
    return {
      rows: {
        ...rows,
        sales_lines: rows.sales_lines?.map(row => ({
          ...row,
          channel: 'web',
          line_key: `new ${row.line_key}`,
        })),
      },
    }
  }
  await replay(parts, id, 'orders')
  expect(toy.state.asked).toEqual([])
  expect(await count('sales_lines')).toBe(5)
  expect(await count('sales_lines', "channel = 'web'")).toBe(5)
})

describe('what is kept, mapped anew', () => {
  /** Orders that were deleted at the shop, as a stream beside theirs tells: once, and never again. */
  const withDeletions = (gone: string[]) => {
    const [orders] = toy.connector.streams
    if (!orders) throw new Error('The toy has orders.')
    const deletions: Connector['streams'][number] = {
      ...orders,
      name: 'deletions',
      label: 'deletions',
      kind: 'token',
      tables: ['sales_lines'],
      restates: undefined,
      async *read() {
        yield { records: gone.splice(0), cursor: 'told' }
      },
      map: (order, { home }) => ({
        rows: {},
        gone: { sales_lines: [{ store: home.store, order_id: String(order) }] },
      }),
    }
    parts = {
      ...parts,
      connectors: [{ ...toy.connector, streams: [...toy.connector.streams, deletions] }],
    }
  }

  test.each(['orders', 'deletions'])(
    'is what it was: what another stream took back stays away (%s)',
    async stream => {
      withDeletions(['#2'])
      toy.state.sales = [sale(1, noon - 90 * day, 2), sale(2, noon - 2 * hour), sale(3, noon - hour)]
      await round()
      time += 1000
      toy.state.now += hour
      toy.state.sales = [sale(3, noon + 1, 4)]
      await round()
      withDeletions(['#2'])
      time += 1000
      await round()
      const before = await ledger()
      expect(before).toHaveLength(6)
      await replay(parts, id, stream)
      expect(await ledger()).toEqual(before)
    },
  )

  test('forgets what the last whole reading no longer had', async () => {
    toy.state.stock = ['a', 'b']
    await round()
    time += 1000
    toy.state.stock = ['b', 'c']
    await round()
    await replay(parts, id, 'stock')
    expect(await count('products')).toBe(2)
    expect(await count('products', "product_id = 'a'")).toBe(0)
  })

  test('in part, because the process died, is mapped anew before anything is read', async () => {
    toy.state.sales = [sale(1, noon - hour, 2)]
    await round()
    const packer = { ...parts.packer, pack: () => Promise.reject(new Error('killed')) }
    await expect(replay({ ...parts, packer }, id, 'orders')).rejects.toThrow('killed')
    expect(await count('sales_lines')).toBe(0)
    await createSyncs(parts).round(id)
    expect(await count('sales_lines')).toBe(2)
  })
})

test('in privacy mode neither the granary nor what is kept raw holds anything personal', async () => {
  await disconnect(parts, open.ledger, id, false)
  await join({ vendor: 'shopify', credentials: { token: 't' }, privacy: true, backDays: 40 })
  toy.state.sales = [{ ...sale(1, noon - hour), email: 'Jo@Example.org', note: 'call 555' }]
  await round()
  const [row] = await granary.query('SELECT customer_id, name, email_hash FROM customers')
  expect(row?.name).toBe('')
  const { readRaw, rawTurns } = await import('./raw.ts')
  const kept: unknown[] = []
  for (const turn of await rawTurns(folder, id, 'orders'))
    for await (const record of readRaw(folder, id, 'orders', turn)) kept.push(record)
  expect(JSON.stringify(kept)).not.toMatch(/jo@example|555/i)
  // The same person is the same here and in a connection that keeps addresses.
  const { hasher } = await import('./place.ts')
  expect(row?.email_hash).toBe(hasher(parts.vault.salt)('jo@example.org '))
})

test('what each turn did stands in the ledger', async () => {
  toy.state.sales = [sale(1, noon - hour, 2)]
  await round()
  const rows = await open.ledger.select().from(turns)
  expect(rows.every(row => row.endedAt !== null)).toBe(true)
  expect(rows.find(row => row.stream === 'orders' && row.records === 1)).toMatchObject({
    kind: 'history',
    inserted: 2,
    unmapped: 0,
  })
})

test('rows that belonged nowhere by their host go to the shop that is connected later', async () => {
  const [, , notes] = toy.connector.streams
  if (!notes) throw new Error('The toy has notes.')
  const shops = (await toy.connector.check(null)).shops.map(one => ({
    ...one,
    key: 'second',
    hosts: ['second.example'],
  }))
  const about = { limits: [], facts: {} }
  const visits: Connector = {
    ...toy.connector,
    vendor: 'ga4',
    byHost: true,
    check: async () => ({ account: 'visits', shops: [], ...about }),
    streams: [
      {
        ...notes,
        map(record, place) {
          const { store } = place.storeOf('second.example')
          const task_id = String((record as { id: number }).id)
          return { rows: { tasks: [{ store, platform: 'toy', task_id, title: '', state: 'open' }] } }
        },
      },
    ],
  }
  const second: Connector = {
    ...toy.connector,
    vendor: 'magento',
    check: async () => ({ account: 'second', shops, ...about }),
  }
  parts = { ...parts, connectors: [toy.connector, visits, second] }
  const syncs = createSyncs(parts)
  toy.state.notes = ['a', 'b']
  await join({ vendor: 'ga4', credentials: { token: 't' } })
  await syncs.round('ga4-visits', { all: true })
  expect(await count('tasks', "store = 'toy'")).toBe(2)
  await join({ vendor: 'magento', credentials: { token: 't' } })
  const asked = toy.state.asked.length
  expect((await syncs.due()).find(one => one.id === 'ga4-visits')?.nextAt.getTime()).toBe(time)
  await syncs.round('ga4-visits')
  expect(toy.state.asked.length).toBe(asked)
  expect(await count('tasks', "store = 'toy'")).toBe(0)
  expect(await count('tasks', "store = 'second'")).toBe(2)
})
