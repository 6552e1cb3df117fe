import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { HookRequest } from '#connectors/connector.ts'
import { connectors } from '#connectors/index.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { connections, hooksTaken, streams } from '#postgres/tables/connections.ts'
import { createCompany } from '#simulators/company/company.ts'
import { type Simulation, simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { hasty } from '../../test/hasty.ts'
import { streamStates } from './connected.ts'
import { createPacker } from './packer.ts'
import { createSyncs, type Syncs } from './syncs.ts'
import { createVault } from './vault.ts'

/** Webhooks of the three systems that send them, from subscribing to the stream that becomes due. */

const deck = 'https://deck.example'
const later = '2030-01-01T00:00:00.000Z'
let folder: string
let open: OpenLedger
let granary: Warehouse
let syncs: Syncs
let simulation: Simulation
let ids: Record<string, string>
/** What the systems sent here, and what was answered. */
let sent: { id: string; request: HookRequest; status: number; hurry: readonly string[] }[]
let asked: string[]
let ahead: number

/** Calls to the deck's address are webhooks; all others go to the systems. */
const network: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.origin !== deck) {
    if (init?.method === 'POST') asked.push(url.pathname)
    return simulation.app.request(url.pathname + url.search, init)
  }
  const request: HookRequest = {
    method: init?.method ?? 'GET',
    url: url.href,
    headers: Object.fromEntries(new Headers(init?.headers)),
    body: Buffer.from(String(init?.body ?? '')),
  }
  const id = url.pathname.replace('/hooks/', '')
  const { status, headers, hurry } = await syncs.hook(id, request)
  sent.push({ id, request, status, hurry })
  return new Response(null, { status, headers: { ...headers } })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  sent = []
  asked = []
  ahead = 0
  // The systems send by the network as the vendors would.
  vi.stubGlobal('fetch', network)
  const company = createCompany({ seed: 7, days: 30, scale: 0.1, until: '2026-11-20' })
  simulation = simulate(createWorld(company, 'http://systems.test'))
  syncs = createSyncs({
    ledger: open.ledger,
    granary,
    packer: createPacker(),
    folder,
    vault: createVault('a secret of the tests'),
    connectors: hasty(connectors),
    clock: () => new Date(simulation.world.now() + ahead),
    fetch: network,
  })
  ids = {}
  for (const { vendor, credentials } of ways(simulation.world, simulation.simulators)) {
    if (!['shopify', 'asana', 'trello'].includes(vendor) || ids[vendor]) continue
    const checked = await syncs.test(vendor, credentials)
    ids[vendor] = (await syncs.connect(open.ledger, { vendor, credentials }, checked, 'test')).id
    const known = connectors.find(one => one.vendor === vendor)
    await streamStates(open.ledger, ids[vendor], known?.streams ?? [])
  }
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await syncs.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const calm = () => open.ledger.update(streams).set({ nextAt: later })
const due = async (id: string) =>
  (await open.ledger.select().from(streams).where(eq(streams.connection, id)))
    .filter(one => one.nextAt < '2029')
    .map(one => one.stream)
    .sort()
const kept = async (id: string) =>
  (await open.ledger.select().from(connections).where(eq(connections.id, id)))[0]?.hooks
const happen = async (days: number) => {
  const from = simulation.world.now()
  simulation.world.advance(days * 86_400_000)
  sent = []
  for (const one of simulation.simulators) await one.tell?.(from, simulation.world.now(), network)
}

describe('asking vendors to tell of changes', () => {
  test('is done once for each connection, and again after a day or at another address', async () => {
    await syncs.subscribe(deck)
    for (const id of Object.values(ids))
      expect(await kept(id), id).toMatchObject({ address: deck, trouble: null })
    const first = asked.length
    await syncs.subscribe(deck)
    expect(asked.length).toBe(first)
    ahead += 25 * 3_600_000
    await syncs.subscribe(deck)
    expect(asked.length).toBeGreaterThan(first)
    // A clock that was ahead leaves a time that has not come.
    ahead -= 60 * 86_400_000
    const second = asked.length
    await syncs.subscribe(deck)
    expect(asked.length).toBeGreaterThan(second)
    ahead = 0
  })

  test('is done again when a connection gets new credentials, and what a vendor handed over is kept', async () => {
    const vault = createVault('a secret of the tests')
    const secrets = async () => {
      const [own] = await open.ledger
        .select()
        .from(connections)
        .where(eq(connections.id, ids.asana ?? ''))
      return Object.entries(vault.unlock(own?.id ?? '', own?.credentials ?? '')).filter(([name]) =>
        name.startsWith('hook_secret_'),
      )
    }
    const before = await secrets()
    expect(before.length).toBeGreaterThan(0)
    const way = ways(simulation.world, simulation.simulators).find(one => one.vendor === 'asana')
    if (!way) throw new Error('There is no Asana.')
    const checked = await syncs.test('asana', way.credentials)
    await syncs.connect(open.ledger, { ...way, id: ids.asana }, checked, 'test')
    expect(await secrets()).toEqual(before)
    expect(await kept(ids.asana ?? '')).toBeNull()
    await syncs.subscribe(deck)
    expect(await kept(ids.asana ?? '')).toMatchObject({ address: deck, trouble: null })
  })

  test('that fails stands at the connection with what helps, and is tried again after an hour', async () => {
    simulation.world.faults.arm('trello:http_500')
    ahead += 26 * 3_600_000
    await syncs.subscribe('https://nowhere.example')
    const trello = await kept(ids.trello ?? '')
    expect(trello?.trouble?.message).toContain('Trello')
    expect(trello?.trouble?.next).toBeTruthy()
    simulation.world.faults.disarm()
    ahead += 2 * 3_600_000
    await syncs.subscribe(deck)
    expect((await kept(ids.trello ?? ''))?.trouble).toBeNull()
    ahead = 0
  })
})

describe('a webhook', () => {
  test.each(['shopify', 'asana', 'trello'])(
    'of %s makes what it names due, twice or late as it comes',
    async vendor => {
      await calm()
      await happen(2)
      const id = ids[vendor] ?? ''
      const own = sent.filter(one => one.id === id)
      expect(own.length).toBeGreaterThan(2)
      expect(own.every(one => one.status === 200)).toBe(true)
      const named = [...new Set(own.flatMap(one => one.hurry))].sort()
      expect(named.length).toBeGreaterThan(0)
      expect(await due(id)).toEqual(named)
    },
  )

  test.each(['shopify', 'asana', 'trello'])(
    'of %s counts once, is refused changed, unsigned or too late',
    async vendor => {
      await happen(2)
      const id = ids[vendor] ?? ''
      const one = sent.find(own => own.id === id && own.hurry.length > 0)?.request
      if (!one) throw new Error('nothing was told')
      await calm()
      const again = await syncs.hook(id, one)
      expect(again).toMatchObject({ status: 200, hurry: [] })
      const changed = { ...one, body: Buffer.concat([one.body, Buffer.from(' ')]) }
      expect((await syncs.hook(id, changed)).status).toBe(401)
      const signature = /hmac|signature|x-trello-webhook/
      const unsigned = Object.fromEntries(
        Object.entries(one.headers).filter(([name]) => !signature.test(name)),
      )
      expect((await syncs.hook(id, { ...one, headers: unsigned })).status).toBe(401)
      // Known to have been taken or not, what comes days later is not the vendor's.
      await open.ledger.delete(hooksTaken)
      ahead = 5 * 86_400_000
      expect((await syncs.hook(id, one)).status).toBe(400)
      ahead = 0
      expect(await due(id)).toEqual([])
    },
  )

  test('for a connection that is gone is told so', async () => {
    const request = { method: 'POST', url: deck, headers: {}, body: new Uint8Array() }
    expect((await syncs.hook('shopify-gone', request)).status).toBe(410)
  })

  test('that comes while its stream is read has it read once more', async () => {
    await happen(1)
    const id = ids.trello ?? ''
    const told = sent.filter(one => one.id === id && one.hurry.includes('cards'))
    await open.ledger.delete(hooksTaken)
    let hooked: Promise<unknown> | undefined
    const { nextAt } = await syncs.round(id, {
      all: true,
      onProgress: () => {
        hooked ??= syncs.hook(id, told.at(-1)?.request as HookRequest)
      },
    })
    await hooked
    expect(nextAt.getTime()).toBeLessThanOrEqual(simulation.world.now())
    expect(await due(id)).toContain('cards')
  })
})
