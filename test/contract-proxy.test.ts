import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connector, Reach } from '#connectors/connector.ts'
import { connectors } from '#connectors/index.ts'
import { listening } from '#server/listen.ts'
import { goal } from '#simulators/asana/desk.ts'
import { createCompany } from '#simulators/company/company.ts'
import { type Simulation, simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { documented, isAtHand, originalOf, originalSchema } from './contracts/originals.ts'
import { type Between, type Exchange, startProxy } from './contracts/proxy.ts'
import { byContract, byManners, bySchema, type Judged, reducedOf, reducedSchema } from './contracts/ways.ts'
import { type SmallEngine, smallEngine } from './small-engine.ts'

/**
 * A proxy between connectors and simulators, over real HTTP, keeps everything that is said in a first reading, in a later
 * one, and when something is done; all of it is judged by the vendors' contracts afterwards. Neither side knows the judge.
 */

const day = 86_400_000
const vendors = connectors.map(one => one.vendor)
const home = { store: 'home', currency: 'GBP', timezone: 'Europe/London', hosts: ['larkfield.example'] }
let proxy: Between
let systems: { close(): Promise<void> }
let simulation: Simulation
let secrets: string[]

beforeAll(async () => {
  proxy = await startProxy()
  const company = createCompany({ seed: 11, days: 10, scale: 0.04, until: '2026-11-15' })
  simulation = simulate(createWorld(company, proxy.url))
  const bound = await listening(simulation.app.fetch, '127.0.0.1', 0)
  systems = bound
  proxy.target = `http://127.0.0.1:${bound.port}`
  const { world } = simulation
  const all = ways(world, simulation.simulators)
  secrets = all.flatMap(({ vendor, credentials }) => {
    const secret = new Set(
      connectors
        .find(one => one.vendor === vendor)
        ?.fields.filter(f => f.secret)
        .map(f => f.name),
    )
    return Object.entries(credentials).flatMap(([name, value]) => (secret.has(name) ? [value] : []))
  })
  const read: { connector: Connector; engine: SmallEngine; credentials: Record<string, string> }[] = []
  for (const { vendor, credentials } of all) {
    const connector = connectors.find(one => one.vendor === vendor)
    if (!connector) throw new Error(`Nobody reads ${vendor}.`)
    const engine = await smallEngine(connector, credentials, { fetch, stores: [home], back: 30 * day })
    await engine.round()
    read.push({ connector, engine, credentials })
  }
  world.advance(9 * day)
  for (const { connector, engine, credentials } of read) {
    await engine.round()
    const session = connector.open(credentials, reach(credentials))
    for await (const _ of connector.totals?.(session, { from: '2026-11-01', to: '2026-11-20' }) ?? []);
    await connector.hooks?.subscribe(session, `${proxy.url.replace('127.0.0.1', 'localhost')}/hooks`)
  }
  for (const [vendor, act] of [
    ['asana', { project: 'Site', section: 'Doing' }],
    ['trello', { project: 'Trading board', section: 'This week' }],
  ] as const) {
    const engine = read.find(one => one.connector.vendor === vendor)?.engine
    const made = await engine?.act({ do: 'create', key: 'k', title: 'Try it', due: '2026-12-24', ...act })
    const task = made?.id ?? ''
    await engine?.act({ do: 'change', key: 'k1', task, title: 'Tried', done: true })
    await engine?.act({ do: 'comment', key: 'k2', task, text: 'Up 3 %.' })
    if (vendor === 'asana') await engine?.act({ do: 'measure', key: 'k3', goal: goal.gid, value: '2.7' })
  }
  expect(read.flatMap(({ engine }) => engine.problems)).toEqual([])
}, 120_000)
afterAll(async () => {
  await proxy.close()
  await systems.close()
})

const reach = (credentials: Record<string, string>): Reach => {
  let time = Date.parse('2026-01-01T00:00:00Z')
  return {
    fetch,
    now: () => time,
    sleep: async ms => {
      time += ms
    },
    signal: new AbortController().signal,
    allowed: new Set([new URL(credentials.base_url ?? '').host]),
  }
}

const of = (vendor: string) => proxy.exchanges.filter(one => one.vendor === vendor)
/** Each different complaint once, with what it was about. */
const complaints = (judge: Judged, exchanges: readonly Exchange[]) => [
  ...new Set(
    exchanges.flatMap(one =>
      judge(one).map(
        wrong => `${one.method} ${one.path.replaceAll(/\d{3,}/g, 'n')}: ${wrong.replaceAll(/\d+/g, 'n')}`,
      ),
    ),
  ),
]
const reduced = new Map<string, Judged>()
const judgeFor = (vendor: string): Judged => {
  const judge =
    reduced.get(vendor) ??
    (vendor === 'shopify' ? bySchema(reducedSchema()) : byContract(vendor, reducedOf(vendor)))
  reduced.set(vendor, judge)
  return judge
}

describe('between connectors and simulators', () => {
  it.each(vendors)('%s is asked and answers by the contract kept here', vendor => {
    expect(of(vendor).length).toBeGreaterThan(8)
    expect(complaints(judgeFor(vendor), of(vendor))).toEqual([])
    expect(complaints(byManners(secrets), of(vendor))).toEqual([])
  })

  it.for(documented)('%s is asked and answers by the vendor’s own file, whole', (vendor, { skip }) => {
    skip(!isAtHand(vendor), `the file of ${vendor} is not laid beside the project (shared/specs)`)
    const judge = vendor === 'shopify' ? bySchema(originalSchema()) : byContract(vendor, originalOf(vendor))
    expect(complaints(judge, of(vendor))).toEqual([])
  })

  it.each(vendors)('what strays is found: a request to %s, its answer, a leaf of it', vendor => {
    const judge = judgeFor(vendor)
    const said = (one: Exchange) =>
      one.told.get('content-type')?.includes('application/json') && one.answer.length > 300
    const found = of(vendor).find(said)
    if (!found) throw new Error(`${vendor} said nothing.`)
    expect(judge(found)).toEqual([])
    const asked =
      vendor === 'shopify'
        ? { ...found, body: found.body.replace(/\bid\b/, 'nonsense') }
        : { ...found, query: new URLSearchParams([...found.query, ['nonsense', '1']]) }
    expect(judge(asked)).not.toEqual([])
    const told = (how: (value: unknown) => unknown) => ({
      ...found,
      answer: JSON.stringify(JSON.parse(found.answer, (_, value) => how(value))),
    })
    expect(judge(told(value => (typeof value === 'string' ? { is: value } : value)))).not.toEqual([])
    expect(judge(told(value => (Array.isArray(value) ? 'a list' : value)))).not.toEqual([])
    const bare = {
      ...found,
      asked: new Headers({ 'user-agent': 'curl' }),
      query: new URLSearchParams({ q: secrets[0] ?? '' }),
    }
    expect(byManners(secrets)(bare)).toEqual(
      expect.arrayContaining(['a secret stands in the address', 'nobody says who asks']),
    )
  })
})
