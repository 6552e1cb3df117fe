import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { marketo } from '#connectors/marketo/index.ts'
import { exact } from '#kernel/money.ts'
import { hasher } from '#sync/place.ts'
import { judgeBy } from '../../../test/contracts/judge.ts'
import { type SmallEngine, smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { emailAt, leadById } from '../company/mailing-leads.ts'
import { mailingTruth } from '../company/mailing-truth.ts'
import { createWorld, type World } from '../world.ts'
import { marketoSimulator } from './index.ts'

const contract = (name: string) => new URL(`../../../test/contracts/${name}.json`, import.meta.url)
const judge = judgeBy(contract('marketo'), contract('marketo-overlay'))
const home = { store: 'post', currency: 'GBP', timezone: 'Europe/London', hosts: [] }

/** A company's mail with a connector before it; every request and answer is judged. */
async function connected(seed: number, days: number, more: Record<string, string> = {}) {
  const company = createCompany({ seed, days, until: '2026-11-22', scale: 0.6 })
  const world = createWorld(company, 'http://simulators.test')
  const simulator = marketoSimulator(world)
  const roof = new Hono().route('/marketo', simulator.app)
  const wrong: string[] = []
  const asked: string[] = []
  const fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input)
    const path = url.pathname.replace('/marketo', '')
    const method = init?.method ?? 'GET'
    asked.push(`${method} ${path}`)
    const json = init?.body && String(init.body).startsWith('{') ? JSON.parse(String(init.body)) : undefined
    wrong.push(...judge.request(method, path, url.searchParams, json))
    const response = await roof.request(input, init)
    if (response.status === 200 && response.headers.get('content-type')?.includes('json'))
      try {
        wrong.push(...judge.response(method, path, 200, JSON.parse(await response.clone().text())))
      } catch {
        // Cut short on purpose.
      }
    return response
  }) as typeof globalThis.fetch
  const [connection] = simulator.connections
  const engine = await smallEngine(
    marketo,
    { ...connection?.credentials, ...more },
    { fetch, stores: [home] },
  )
  return { world, engine, wrong, asked }
}

const figureOf: Record<string, string> = {
  opened: 'opens',
  clicked: 'clicks',
  bounced: 'bounces',
  unsubscribed: 'unsubscribes',
}

/** What the rows say, in the truth's words: counted here as metrics count it. */
function told({ rows }: SmallEngine) {
  const all = new Map<string, Record<string, string>>()
  const add = (key: string, figures: Record<string, string | number>, zero: Record<string, string> = {}) => {
    const before = all.get(key) ?? { ...zero }
    for (const [name, value] of Object.entries(figures))
      before[name] = exact(before[name] ?? '0')
        .plus(exact(String(value)))
        .toString()
    all.set(key, before)
  }
  for (const row of rows('leads')) add(`leads ${row.day} ${row.stage}`, { people: 1 })
  for (const row of rows('spend_days'))
    add(`spend ${String(row.day).slice(0, 7)}-01 ${row.campaign}`, { cost: String(row.cost) })
  const zero = { sent: '0', delivered: '0', opens: '0', clicks: '0', bounces: '0', unsubscribes: '0' }
  const firsts = new Map<string, CanonicalRow>()
  for (const row of rows('message_events')) {
    const event = String(row.event)
    if (event === 'sent' || event === 'delivered') {
      add(`messages ${row.day} ${row.message}`, { [event]: 1 }, zero)
      continue
    }
    const who = `${row.person} ${row.message} ${event}`
    const before = firsts.get(who)
    if (!before || String(row.happened_at) < String(before.happened_at)) firsts.set(who, row)
  }
  for (const row of firsts.values())
    add(`messages ${row.day} ${row.message}`, { [figureOf[String(row.event)] ?? '']: 1 }, zero)
  return Object.fromEntries([...all].sort())
}

function truthOf(world: World) {
  const all = [...mailingTruth(world.company, world.now())].map(
    ({ topic, day, of, figures }) =>
      [
        `${topic} ${day} ${of}`,
        topic === 'spend' ? { cost: exact(figures.cost ?? '0').toString() } : figures,
      ] as const,
  )
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const hash = hasher('salt')
const dayMs = 86_400_000

describe('Marketo, whole history and then what changed', () => {
  it.each([
    [1, 150],
    [42, 90],
  ])('gives exactly the truth for seed %i', async (seed, days) => {
    const { world, engine, wrong } = await connected(seed, days)
    await engine.round()
    expect(told(engine)).toEqual(truthOf(world))
    const people = engine.rows('message_events').map(row => row.person)
    world.advance(40 * dayMs)
    await engine.round()
    world.advance(0.4 * dayMs)
    await engine.round()
    expect(told(engine)).toEqual(truthOf(world))
    expect(engine.rows('message_events').some(row => row.kind === 'flow')).toBe(true)
    // Of those who were deleted meanwhile nothing is left; in the longer history there are some.
    const left = new Set(engine.rows('message_events').map(row => row.person))
    if (days > 100) expect(people.every(person => left.has(person))).toBe(false)
    // Whoever gave another address is known by it, whatever became of his status.
    const known = engine
      .rows('leads')
      .map(row => ({ row, lead: leadById(world.company, Number(row.lead_id)) }))
    const since = world.now() - 40 * dayMs
    expect(
      known.some(({ lead }) => lead?.renamed && lead.renamed.at > since && lead.renamed.at < world.now()),
    ).toBe(true)
    for (const { row, lead } of known)
      expect(row.email_hash, String(row.lead_id)).toBe(lead && hash(emailAt(lead, world.now())))
    expect(engine.problems).toEqual([])
    expect([...new Set(wrong)]).toEqual([])
  })
})

describe('Marketo in trouble', () => {
  const passing = [
    'http_500',
    'http_503_html',
    'html',
    'truncated',
    'empty',
    'http_502',
    'timeout_604',
    'rate_606',
    'unavailable_608',
    'system_611',
    'concurrency_615',
    'transient_713',
    'uri_414',
    'token_601',
    'token_602',
    'bulk_full',
    'bulk_slow',
    'bulk_failed',
    'bulk_cancelled',
    'file_404',
    'file_short',
  ]
  it.each(passing)('%s passes without a trace', async fault => {
    const { world, engine } = await connected(5, 20)
    // Renewed once and repeated: twice in a row would be a wrong client. A full queue is waited for once.
    const times = /^token|bulk_full|uri_414/.test(fault) ? 1 : 2
    world.faults.arm(`marketo:${fault}`, times)
    await engine.round()
    expect(world.faults.armed()).toEqual({})
    world.advance(3 * dayMs)
    if (!/^(bulk|file)/.test(fault)) world.faults.arm(`marketo:${fault}`, times)
    await engine.round()
    expect(told(engine)).toEqual(truthOf(world))
    expect(engine.problems).toEqual([])
  })
  it.each([
    ['quota_607', 'midnight in Chicago'],
    ['bulk_quota', '500 MB'],
  ])('%s ends the turn until the vendor’s day ends', async (fault, says) => {
    const { world, engine } = await connected(5, 20)
    world.faults.arm(`marketo:${fault}`)
    const error = await engine.round(['activities']).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ name: 'Postponed', message: expect.stringContaining(says) })
  })
  it('makes no more calls a day than the owner allows', async () => {
    const { engine, asked } = await connected(5, 20, { daily_calls: '100' })
    // Each round counts on from what the vendor says was used before it.
    let error: unknown
    for (let round = 0; round < 10 && !error; round++)
      error = await engine.round().catch((cause: unknown) => cause)
    expect(error).toMatchObject({ name: 'Postponed', message: expect.stringContaining('100 calls a day') })
    const counted = asked.filter(one => !one.includes('/identity/'))
    expect(counted.length).toBeLessThanOrEqual(130)
  })
  it('a wrong secret and a missing right are said in words', async () => {
    await expect(connected(5, 20, { client_secret: 'x' })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.not.stringContaining('client_secret='),
    })
    const { world, engine } = await connected(5, 20)
    world.faults.arm('marketo:access_603')
    await expect(engine.round()).rejects.toMatchObject({
      code: 'forbidden',
      next: expect.stringContaining('Read-Only'),
    })
  })
  it('two rounds of a token stream give nothing twice', async () => {
    const { engine } = await connected(9, 40)
    await engine.round()
    const before = engine.rows('message_events').length
    await engine.round()
    expect(engine.rows('message_events').length).toBe(before)
  })
})
