import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { hubspot } from '#connectors/hubspot/index.ts'
import { allRecords, type CrmRecord } from '#connectors/hubspot/objects.ts'
import { exact } from '#kernel/money.ts'
import { judgeBy } from '../../../test/contracts/judge.ts'
import { smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { crmTruth } from '../company/crm-truth.ts'
import { createWorld, type World } from '../world.ts'
import { hubspotSimulator } from './index.ts'

const judge = judgeBy(new URL('../../../test/contracts/hubspot.json', import.meta.url))
const home = { store: 'trade', currency: 'GBP', timezone: 'Europe/London', hosts: [] }

/** A company's CRM with a connector before it; every request and answer is judged. */
async function connected(seed: number, options: { days?: number; back?: number } = {}) {
  const company = createCompany({ seed, days: options.days ?? 240, until: '2026-11-22' })
  const world = createWorld(company, 'http://simulators.test')
  const simulator = hubspotSimulator(world)
  const roof = new Hono().route('/hubspot', simulator.app)
  const wrong: string[] = []
  const asked: string[] = []
  const fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input)
    const path = url.pathname.replace('/hubspot', '')
    const method = init?.method ?? 'GET'
    asked.push(`${method} ${path}`)
    const body = init?.body ? JSON.parse(String(init.body)) : undefined
    wrong.push(...judge.request(method, path, url.searchParams, body))
    const response = await roof.request(input, init)
    const text = await response.clone().text()
    if (response.headers.get('content-type')?.includes('json') && response.status < 500)
      try {
        wrong.push(...judge.response(method, path, response.status, JSON.parse(text)))
      } catch {
        // Cut short on purpose.
      }
    return response
  }) as typeof globalThis.fetch
  const [connection] = simulator.connections
  const engine = await smallEngine(hubspot, connection?.credentials ?? {}, {
    fetch,
    stores: [home],
    ...(options.back && { back: options.back }),
  })
  const open = () =>
    hubspot.open(connection?.credentials ?? {}, {
      fetch,
      now: world.now,
      sleep: async () => undefined,
      signal: new AbortController().signal,
      allowed: new Set(['simulators.test']),
    })
  return { company, world, engine, wrong, asked, simulator, roof, open }
}

const add = (
  into: Map<string, Record<string, string>>,
  key: string,
  figures: Record<string, string | number>,
) => {
  const before = into.get(key) ?? {}
  for (const [name, value] of Object.entries(figures))
    before[name] = exact(before[name] ?? '0')
      .plus(exact(String(value)))
      .toString()
  into.set(key, before)
}

/** What the rows say, in the truth's words. */
function told(
  rows: (
    name: 'leads' | 'deals' | 'deal_lines' | 'deal_stages' | 'message_days' | 'spend_days',
  ) => CanonicalRow[],
) {
  const all = new Map<string, Record<string, string>>()
  for (const row of rows('leads')) add(all, `leads ${row.day} ${row.stage}`, { people: 1 })
  for (const row of rows('deals'))
    add(all, `deals ${row.created_day} ${row.state} ${row.currency}`, {
      deals: 1,
      amount: String(row.amount ?? 0),
    })
  for (const row of rows('deal_lines'))
    add(all, `deal_lines ${row.created_day} ${row.product_id} ${row.currency}`, {
      units: String(row.quantity),
      amount: String(row.amount),
    })
  for (const row of rows('deal_stages')) add(all, `deal_stages ${row.day} ${row.stage}`, { entries: 1 })
  for (const row of rows('message_days')) {
    const { sent, delivered, opens, clicks, bounces, unsubscribes, spam_reports } = row as Record<
      string,
      number
    >
    add(all, `messages ${row.day} ${row.message}`, {
      sent,
      delivered,
      opens,
      clicks,
      bounces,
      unsubscribes,
      spam_reports,
    } as Record<string, number>)
  }
  for (const row of rows('spend_days'))
    add(all, `spend ${row.day} ${row.campaign}`, { cost: String(row.cost) })
  return Object.fromEntries([...all].sort())
}

function truthOf(world: World) {
  const all = new Map<string, Record<string, string>>()
  for (const { topic, day, of, figures } of crmTruth(world.company, world.now())) {
    const { currency: _, ...numbers } = figures
    add(all, `${topic} ${day} ${of}`, numbers)
  }
  return Object.fromEntries([...all].sort())
}

const days = (n: number) => n * 86_400_000

describe('HubSpot, whole history and then what changed', () => {
  it.each([1, 7, 20261])('gives exactly the truth for seed %i', async seed => {
    const { world, engine, wrong } = await connected(seed)
    await engine.round()
    expect(told(engine.rows)).toEqual(truthOf(world))
    // The second look is through searches only: the sweep of everybody stays out of it until the end.
    world.advance(days(40))
    const { streams } = hubspot
    const daily = streams.map(one => one.name).filter(name => name !== 'contacts_sweep')
    await engine.round(daily)
    world.advance(days(0.5))
    await engine.round(daily)
    const truth = truthOf(world)
    const without = (all: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith('leads')))
    expect(without(told(engine.rows))).toEqual(without(truth))
    await engine.round(['contacts_sweep'])
    expect(told(engine.rows)).toEqual(truth)
    expect(engine.problems).toEqual([])
    expect(wrong).toEqual([])
  })

  it('gives history in slices, the newest first, each of what changed in it alone', async () => {
    const { world, open } = await connected(3)
    for (const name of ['contacts', 'deals']) {
      const stream = hubspot.streams.find(one => one.name === name)
      const slice = stream?.slice ?? Number.POSITIVE_INFINITY
      expect(slice).toBeLessThanOrEqual(days(92))
      const ids = new Set<string>()
      const session = open()
      for (let to = world.now(); to > world.now() - days(300); to -= slice) {
        const turn = { from: to - slice, to, cursor: null, history: true }
        for await (const { records } of stream?.read(session as never, turn) ?? [])
          for (const { deal, contact } of records as Record<'deal' | 'contact', CrmRecord>[]) {
            const record = deal ?? contact
            const at = Date.parse(
              record.properties.lastmodifieddate ?? record.properties.hs_lastmodifieddate ?? '',
            )
            expect(at >= turn.from && at < turn.to, record.id).toBe(true)
            ids.add(record.id)
          }
      }
      const all = new Set<string>()
      for await (const some of allRecords(session, name as 'deals', { properties: [], history: [] }))
        for (const { id } of some) all.add(id)
      expect(ids).toEqual(all)
    }
  })

  it('brings deals that are open however long they have lain still, and closed ones as far back as asked', async () => {
    const { world, engine, wrong } = await connected(7, { back: days(20) })
    await engine.round()
    const known = (state: 'open' | 'won') => engine.rows('deals').filter(row => row.state === state).length
    const told = [...crmTruth(world.company, world.now())].filter(row => row.topic === 'deals')
    const real = (state: string) =>
      told.filter(row => row.of.startsWith(state)).reduce((sum, row) => sum + Number(row.figures.deals), 0)
    expect(known('open')).toBe(real('open'))
    expect(known('open')).toBeGreaterThan(10)
    expect(known('won')).toBeLessThan(real('won'))
    expect(wrong).toEqual([])
  })

  it('links people and deals to accounts by domain, deals to owners who left and to orders', async () => {
    const { engine } = await connected(3)
    await engine.round()
    const accounts = new Set(engine.rows('accounts').map(row => row.account_id))
    const deals = engine.rows('deals')
    expect(deals.length).toBeGreaterThan(100)
    expect(deals.filter(row => accounts.has(row.account_id ?? '')).length / deals.length).toBeGreaterThan(
      0.95,
    )
    expect(new Set(deals.map(row => row.owner))).toContain('Tom Prior')
    expect(deals.some(row => /^D\d+/.test(String(row.order_id)))).toBe(true)
    const stages = engine.rows('deal_stages')
    expect(stages.some(row => row.from_stage === 'Closed lost')).toBe(true)
    expect(engine.rows('leads').some(row => row.account_id !== '' && row.email_hash !== '')).toBe(true)
  })

  it('keeps no names or addresses where privacy is asked for', async () => {
    const { simulator, roof } = await connected(3)
    const kept: string[] = []
    const [connection] = simulator.connections
    const engine = await smallEngine(hubspot, connection?.credentials ?? {}, {
      fetch: ((url: string, init?: RequestInit) => roof.request(url, init)) as typeof fetch,
      stores: [home],
      privacy: true,
    })
    await engine.round(['contacts'])
    kept.push(...engine.rows('leads').map(row => JSON.stringify(row)))
    expect(kept.length).toBeGreaterThan(50)
    expect(kept.some(text => text.includes('@'))).toBe(false)
  })
})

describe('HubSpot in trouble', () => {
  const passing = [
    'http_500',
    'http_503_html',
    'html',
    'truncated',
    'empty',
    'http_502',
    'http_504',
    'locked_423',
    'migrating_477',
    'secondly',
    'ten_secondly',
    'partial_207',
    'paged_associations',
    'duplicate_page',
    'reordered_page',
  ]
  it.each(passing)('%s passes without a trace', async fault => {
    const { world, engine } = await connected(5, { days: 60 })
    // A minute's wait three times over would end the turn: that is tried once.
    const times = fault === 'locked_423' ? 1 : 3
    world.faults.arm(`hubspot:${fault}`, times)
    await engine.round()
    expect(told(engine.rows)).toEqual(truthOf(world))
    world.advance(days(3))
    world.faults.arm(`hubspot:${fault}`, times)
    await engine.round()
    expect(told(engine.rows)).toEqual(truthOf(world))
  })
  it.each(['search_lag', 'clock_skew'])('%s is made good by the next turn', async fault => {
    const { world, engine } = await connected(5, { days: 60 })
    await engine.round()
    world.advance(days(9))
    world.faults.arm(`hubspot:${fault}`)
    await engine.round()
    world.faults.disarm()
    world.advance(20 * 60_000)
    await engine.round([
      'contacts',
      'deals',
      'companies',
      'archived',
      'emails',
      'campaigns',
      'contacts_sweep',
    ])
    expect(told(engine.rows)).toEqual(truthOf(world))
  })
  it('the daily limit ends the turn until midnight in the account’s zone', async () => {
    const { world, engine } = await connected(5, { days: 60 })
    world.faults.arm('hubspot:daily')
    const error = await engine.round(['deals']).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ name: 'Postponed', message: expect.stringContaining('midnight') })
  })
  it('a revoked token and a missing scope are said in words', async () => {
    const { world, engine } = await connected(5, { days: 60 })
    world.faults.arm('hubspot:revoked')
    await expect(engine.round(['deals'])).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('token'),
    })
    world.faults.disarm()
    world.faults.arm('hubspot:no_campaigns')
    await expect(engine.round(['campaigns'])).rejects.toMatchObject({
      code: 'forbidden',
      next: expect.stringContaining('marketing.campaigns.read'),
    })
  })

  it.each([
    ['no_orders', 'crm.objects.orders.read', 'deals without the orders they became'],
    ['no_line_items', 'crm.objects.line_items.read', 'deals without their products'],
    ['no_owners', 'crm.objects.owners.read', 'owners of accounts and deals by number only'],
    ['no_companies', 'crm.objects.companies.read', 'no accounts, nor whose leads and deals are'],
    ['no_contacts', 'crm.objects.contacts.read', 'no leads'],
  ])('%s costs what is said when connecting, and no more', async (fault, scope, costs) => {
    const whole = await connected(5)
    await whole.engine.round()
    const { world, engine, open, wrong } = await connected(5)
    world.faults.arm(`hubspot:${fault}`, Number.POSITIVE_INFINITY)
    const { limits } = await hubspot.check(open())
    expect(limits).toEqual([`The scope ${scope} was not granted: ${costs}.`])
    const own = { no_companies: ['companies'], no_contacts: ['contacts', 'contacts_sweep'] }
    const left = own[fault as keyof typeof own] ?? []
    const names = hubspot.streams.map(one => one.name).filter(name => !left.includes(name))
    const lost = { order_id: 'no_orders', owner: 'no_owners', account_id: 'no_companies' }
    const same = (rows: CanonicalRow[]) =>
      rows.map(row =>
        Object.fromEntries(
          Object.entries(row).filter(([column]) => lost[column as keyof typeof lost] !== fault),
        ),
      )
    for (const round of [1, 2]) {
      await engine.round(names)
      if (round === 2) await whole.engine.round(names)
      for (const table of ['deals', 'deal_stages', 'message_days', 'spend_days', 'leads'] as const)
        if (!(table === 'leads' && fault === 'no_contacts'))
          expect(same(engine.rows(table)), table).toEqual(same(whole.engine.rows(table)))
      expect(engine.rows('deal_lines').length > 0).toBe(fault !== 'no_line_items')
      for (const one of [world, whole.world]) one.advance(days(12))
    }
    expect(engine.rows('deals').some(row => row.order_id !== '')).toBe(fault !== 'no_orders')
    expect([...engine.problems, ...wrong]).toEqual([])
  })
  it('a token that is no good at all is no missing scope', async () => {
    const { world, open } = await connected(5, { days: 60 })
    const stream = hubspot.streams.find(one => one.name === 'deals')
    const session = open()
    const turn = { from: world.now() - days(60), to: world.now(), cursor: null, history: false }
    // Good for the search and for the deals themselves, then taken away.
    const reading = (async () => {
      for await (const _ of stream?.read(session as never, turn) ?? [])
        world.faults.arm('hubspot:revoked', Number.POSITIVE_INFINITY)
    })()
    await expect(reading).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('token'),
    })
  })
})
