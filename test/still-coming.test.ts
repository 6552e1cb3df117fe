import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectors } from '#connectors/index.ts'
import type { Context } from '#features/context.ts'
import { rememberWorld } from '#features/settings/world.ts'
import { addDays } from '#kernel/day.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Answer } from '#metrics/query.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { httpApp } from '#server/http.ts'
import { createCompany } from '#simulators/company/company.ts'
import { simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

/** A shop is connected, its history is stopped half way and read on later; all the while the door is asked. */
const until = '2026-03-31'
const days = 200
let folder: string
let open: OpenLedger
let granary: Warehouse
let syncs: Syncs
let world: ReturnType<typeof rememberWorld>
let id: string
let app: ReturnType<typeof httpApp>
let now: () => number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'still-coming-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  const company = createCompany({ seed: 20611, days, scale: 0.15, until })
  const simulation = simulate(createWorld(company, 'http://systems.test'))
  now = () => simulation.world.now()
  const clock = () => new Date(now())
  syncs = createSyncs({
    ...{ ledger: open.ledger, granary, packer: createPacker(), folder, connectors, clock },
    vault: createVault('a secret of the tests'),
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      return simulation.app.request(url.pathname + url.search, init)
    },
  })
  world = rememberWorld(open.ledger, connectors, clock)
  const metrics = createEngine({ granary, world: world.told })
  const way = ways(simulation.world, simulation.simulators).find(one => one.vendor === 'magento')
  if (!way) throw new Error('no Magento is played')
  const checked = await syncs.test(way.vendor, way.credentials)
  const request = { ...way, backDays: days + 15 }
  id = (await syncs.connect(open.ledger, request, checked, 'test')).id
  app = httpApp({
    context: actor =>
      ({ actor, folder, clock, granary, ledger: open.ledger, metrics, syncs }) as unknown as Context,
    who: async () => null,
    auth: async () => new Response('auth'),
    token: 't'.repeat(43),
    demo: null,
    hook: async () => ({ status: 404, hurry: [] }),
    hurried: () => undefined,
    log: pino({ level: 'silent' }),
    web: join(folder, 'dist'),
    version: '0',
    https: false,
    origins: new Set(['http://localhost']),
    hosts: null,
    trustProxy: false,
    uploadLimit: 1_000,
  })
}, 120_000)
afterAll(async () => {
  await syncs.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (query: object): Promise<Answer> => {
  // As the five seconds that it is remembered for go by.
  world.forget()
  const response = await app.request('/api/v1/performance/query', {
    method: 'POST',
    body: JSON.stringify(query),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${'t'.repeat(43)}` },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
const [from, to] = [addDays(until, -60), addDays(until, -1)]
const compared = () => ask({ metrics: ['net_sales', 'orders'], from, to, compare: ['previous_days'] })
const base = () => ask({ metrics: ['orders'], from: addDays(from, -60), to: addDays(from, -1) })

it('nothing is compared with a part of the past, also where its reading stands still; all is once it is in', async () => {
  let begun = false
  await expect(
    syncs.round(id, {
      all: true,
      whole: true,
      onProgress: ({ stream, kind }) => {
        if (stream === 'orders' && kind === 'history') begun = true
        // The next stream has its turn after the newest stretch of orders.
        else if (begun) void syncs.stop(id, 'it is to be half there').catch(() => undefined)
      },
    }),
  ).rejects.toThrow('half there')
  // Some of the base is there: what changed of late.
  const part = Number((await base()).totals.orders)
  expect(part).toBeGreaterThan(0)
  const half = await compared()
  expect(Number(half.totals.orders)).toBeGreaterThan(0)
  expect(half.totals.compare?.previous_days?.values).toEqual({
    net_sales: { value: null, delta: null, ratio: null },
    orders: { value: null, delta: null, ratio: null },
  })
  const whole = half.meta.wholeFrom ?? ''
  expect(whole > addDays(from, -60) && whole <= from).toBe(true)
  expect(half.meta.warnings.filter(one => one.code === 'coming').map(one => one.message)).toEqual([
    expect.stringMatching(/: read back to .* so far.*Figures are whole from .* on: nothing is compared/),
  ])
  // What was compared with whole days is compared all along.
  const near = await ask({ metrics: ['orders'], from: addDays(until, -10), to, compare: ['previous_days'] })
  expect(near.totals.compare?.previous_days?.values.orders?.ratio).not.toBe(null)

  await syncs.round(id, { all: true, whole: true })
  const after = await compared()
  expect(after.meta.wholeFrom).toBeUndefined()
  expect(after.meta.warnings.filter(one => one.code === 'coming')).toEqual([])
  const all = Number((await base()).totals.orders)
  expect(all).toBeGreaterThan(part)
  expect(after.totals.compare?.previous_days?.values.orders?.value).toBe(String(all))
}, 300_000)
