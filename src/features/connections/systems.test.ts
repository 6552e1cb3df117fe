import { call } from '@orpc/server'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import type { Actor } from '#kernel/actor.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { someone, type WatchRoom, watchRoom } from '../../../test/watch-room.ts'
import { systems } from './systems.ts'
import { type ConnectionRow, shareOf, stateOf, zonesApart } from './systems-model.ts'

const day = (text: string) => Date.parse(`${text}T00:00:00Z`)
const shopify = 'shopify-gifts'
let room: WatchRoom
beforeAll(async () => {
  room = await watchRoom([{ store: 'gifts', currency: 'GBP' }])
  await room.open.ledger.insert(connections).values({
    id: shopify,
    vendor: 'shopify',
    account: 'Gifts',
    credentials: '',
    given: { shop: 'gifts', base_url: 'http://10.0.0.7:4700' },
    shops: [],
    home: 'gifts',
    facts: {},
    limits: [],
    backDays: 1000,
    by: 'ada',
  })
})
afterAll(() => room.close())

/** Asks an operation of people who see every store; no vendor is asked. */
const ask = (operation: unknown, input: unknown, actor?: Actor): Promise<unknown> => {
  const context = room.context(actor)
  const checked = { account: 'Gifts', shops: [], limits: [], facts: {} }
  const syncs = { ...context.syncs, running: () => new Map(), test: async () => checked }
  return call(operation as never, input as never, { context: { ...context, syncs } as Context } as never)
}

describe('days that are read again', () => {
  const orders = async () => (await room.open.ledger.select().from(streams))[0]
  const again = (from: string, to: string) =>
    ask(systems.reread, { connection: shopify, stream: 'orders', from, to })
  beforeEach(() => room.open.ledger.delete(streams))

  it('are those asked for, where all of history is there', async () => {
    const end = day('2023-04-01')
    await room.open.ledger
      .insert(streams)
      .values({ connection: shopify, stream: 'orders', bookmark: day('2026-01-01'), edge: end, start: end })
    await again('2025-11-20', '2025-11-30')
    expect(await orders()).toMatchObject({ edge: day('2025-12-02'), start: day('2025-11-19') })
  })

  it('do not take the place of history that is still to be read, nor of days asked for before', async () => {
    await room.open.ledger.insert(streams).values({
      connection: shopify,
      stream: 'orders',
      bookmark: day('2026-01-01'),
      edge: day('2024-06-01'),
      start: day('2023-04-01'),
    })
    await again('2025-11-20', '2025-11-30')
    expect(await orders()).toMatchObject({ edge: day('2025-12-02'), start: day('2023-04-01') })
    await again('2022-01-02', '2022-02-01')
    expect(await orders()).toMatchObject({ edge: day('2025-12-02'), start: day('2022-01-01') })
  })
})

it('a history is as far as that of the streams that have one, and whole when nothing is missing', () => {
  const orders = (history: number) => ({ history, hasPast: true })
  const products = (history: number) => ({ history, hasPast: false })
  expect(shareOf([orders(0), products(1), products(1)])).toBe(0)
  expect(shareOf([orders(0.5), orders(1), products(0)])).toBe(0.75)
  expect(shareOf([orders(1), products(0)])).toBe(0.99)
  expect(shareOf([orders(1), products(1)])).toBe(1)
  expect(shareOf([products(0)])).toBe(0)
})

it('a state says what is new, once nothing else is to be said', () => {
  const facts = {
    trouble: null,
    running: null,
    history: 1,
    lastAt: 'x',
    paused: false,
    troubled: [],
    uncompared: null,
  }
  expect(stateOf({ ...facts, noted: [] })).toEqual({ state: 'fresh', says: 'Up to date.' })
  const uncompared = { message: 'Shopify’s reports do not answer.' }
  expect(stateOf({ ...facts, uncompared, noted: [] }).says).toBe(
    'Up to date. Not compared with its own totals: Shopify’s reports do not answer.',
  )
  const running = { label: 'Open orders', records: 3, total: 4 }
  expect(stateOf({ ...facts, noted: [], running }).says).toBe('Reading open orders: 3 of 4 so far.')
  expect(stateOf({ ...facts, noted: [], running: { ...running, records: 5 } }).says).toBe(
    'Reading open orders: 5 so far.',
  )
  const companies = { ...running, label: 'B2B companies' }
  expect(stateOf({ ...facts, noted: [], running: companies }).says).toContain('Reading B2B companies')
  const message = 'Shopify asks for a pause'
  const until = '2026-11-01T12:00:00Z'
  const trouble = { code: 'unavailable', message, at: until }
  expect(stateOf({ ...facts, noted: [], trouble })).toEqual({ state: 'trouble', says: `${message}.` })
  expect(stateOf({ ...facts, noted: [], trouble: { ...trouble, until } })).toEqual({
    state: 'held',
    says: `${message}.`,
  })
  const held = { label: 'Orders', message, until }
  expect(stateOf({ ...facts, noted: [], troubled: [held] }).state).toBe('held')
  expect(stateOf({ ...facts, noted: [], troubled: [held, { label: 'Stock', message: 'Gone.' }] })).toEqual({
    state: 'trouble',
    says: 'Stock: Gone.',
  })
  expect(stateOf({ ...facts, noted: ['orders', 'stock'] })).toEqual({
    state: 'fresh',
    says: 'Up to date. There is something new in what is sent of: orders, stock.',
  })
})

describe('another address than the system’s own', () => {
  const tried = (base_url: string, actor: Actor) =>
    ask(systems.test, { vendor: 'shopify', credentials: { shop: 'gifts', base_url } }, actor)
  const director = someone('dora', 'director')

  it('is allowed by an owner, and kept by others who renew what an owner connected', async () => {
    const refusal = { code: 'forbidden', message: expect.stringContaining('allowed by an owner only') }
    await expect(tried('http://169.254.169.254', director)).rejects.toMatchObject(refusal)
    await expect(tried('http://169.254.169.254', someone('ada', 'owner'))).resolves.toBeTruthy()
    await expect(tried('http://10.0.0.7:4700', director)).resolves.toBeTruthy()
    await expect(
      ask(
        systems.connect,
        { vendor: 'shopify', credentials: { shop: 'gifts', base_url: 'http://10.0.0.8' } },
        director,
      ),
    ).rejects.toMatchObject(refusal)
  })
})

it('what is new in what a system sends is told for a month, with its state', async () => {
  await room.open.ledger.delete(streams)
  const at = (days: number) => new Date(room.context().clock().getTime() - days * 86_400_000).toISOString()
  const news = [
    { says: 'tip was never there before', at: at(1) },
    { says: 'total is empty for the first time', at: at(31) },
  ]
  await room.open.ledger.insert(streams).values({
    connection: shopify,
    stream: 'orders',
    bookmark: day('2026-01-01'),
    lastAt: at(0),
    shape: { seen: 500, fields: {}, news },
  })
  const [row] = (await ask(systems.systems, {})) as ConnectionRow[]
  const said = row?.streams.find(one => one.name === 'orders')?.remarks
  expect(said).toEqual([
    expect.stringMatching(/^New in what is sent: tip was never there before \(.*newer version/),
  ])
  expect(said?.[0]).not.toContain('total')
})

it('what a system was connected with is told to who may connect it, and to nobody else', async () => {
  const given = async (actor: Actor) =>
    ((await ask(systems.systems, {}, actor)) as { given: unknown }[]).map(one => one.given)
  expect(await given(someone('dora', 'director'))).toEqual([
    { shop: 'gifts', base_url: 'http://10.0.0.7:4700' },
  ])
  expect(await given(someone('vic', 'viewer'))).toEqual([{}])
  expect(await given(someone('dan', 'director', ['gifts']))).toEqual([{}])
})

describe('zones', () => {
  const all = [
    { store: 'uk', name: 'UK', timezone: 'Europe/London' },
    { store: 'in', name: 'India', timezone: 'Asia/Kolkata' },
  ]
  const byHost = new Map([['in.example', 'in']])
  const property = (timezone: string, hosts: string[]) => ({
    shops: [],
    property: { timezone, hosts, home: 'uk' },
  })

  it('of a property of analytics and of its stores that differ are told', () => {
    const apart = (timezone: string, hosts: string[]) =>
      zonesApart('Google Analytics 4', property(timezone, hosts), all, byHost)
    expect(apart('Europe/London', [])).toEqual([])
    expect(apart('Europe/London', ['in.example', 'elsewhere.example'])).toEqual([
      expect.stringContaining('by Europe/London, unlike India (Asia/Kolkata):'),
    ])
    expect(apart('America/New_York', ['in.example'])[0]).toContain('UK (Europe/London), India (Asia/Kolkata)')
  })

  it('of a shop that was moved since are told', () => {
    const shop = (timezone: string) => ({ shops: [{ store: 'uk', timezone }], property: null })
    expect(zonesApart('Shopify', shop('Europe/London'), all, byHost)).toEqual([])
    expect(zonesApart('Shopify', shop('Asia/Kolkata'), all, byHost)).toEqual([
      expect.stringMatching(/^UK is in Asia\/Kolkata at Shopify by now\..* by Europe\/London here/),
    ])
  })

  it('are told at the connection', async () => {
    const own = {
      account: 'Property 1',
      credentials: '',
      given: {},
      shops: [],
      home: 'gifts',
      limits: ['Cost metrics are withheld.'],
      backDays: 10,
      by: 'ada',
    }
    const facts = { timezone: 'Asia/Kolkata', hosts: [] }
    await room.open.ledger.insert(connections).values({ ...own, id: 'ga4-1', vendor: 'ga4', facts })
    const rows = (await ask(systems.systems, {})) as ConnectionRow[]
    await room.open.ledger.delete(connections).where(eq(connections.id, 'ga4-1'))
    expect(rows.find(one => one.id === 'ga4-1')?.limits).toEqual([
      'Cost metrics are withheld.',
      expect.stringContaining('cuts its days by Asia/Kolkata'),
    ])
    expect(rows.find(one => one.id === shopify)?.limits).toEqual([])
  })
})
