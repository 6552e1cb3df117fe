import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HookRequest } from '#connectors/connector.ts'
import { shopify } from '#connectors/shopify/index.ts'
import type { Session } from '#connectors/shopify/session.ts'
import { createCompany } from '../company/company.ts'
import { createWorld } from '../world.ts'
import { shopifySimulator } from './index.ts'

const address = 'http://simulators.test/shopify'
const receiver = 'https://deck.example/hooks/1'

const stage = () => {
  const world = createWorld(
    createCompany({ seed: 3, days: 60, until: '2026-11-20' }),
    'http://simulators.test',
  )
  const simulator = shopifySimulator(world)
  const credentials = { ...simulator.connections[1]?.credentials, base_url: address }
  const session = shopify.open(credentials, {
    fetch: (async (url: string, init?: RequestInit) =>
      simulator.app.request(String(url).replace(address, ''), init)) as typeof fetch,
    now: () => world.now(),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    allowed: new Set(['simulators.test']),
  }) as Session
  return { world, simulator, credentials, session }
}

/** What the simulator sends, as the house would be handed it. */
const caught = () => {
  const requests: HookRequest[] = []
  const send = (async (url: string, init: RequestInit) => {
    requests.push({
      method: 'POST',
      url: String(url),
      headers: init.headers as Record<string, string>,
      body: Buffer.from(String(init.body)),
    })
    return new Response('')
  }) as typeof fetch
  return { requests, send }
}

const receive = (request: HookRequest, credentials: Record<string, string>, now: number) => {
  if (!shopify.hooks) throw new Error('Shopify has webhooks.')
  return shopify.hooks.receive(request, credentials, now)
}

describe('webhooks of Shopify', () => {
  it('are subscribed to once, and again those that were taken away', async () => {
    const { session, simulator, world } = stage()
    await shopify.hooks?.subscribe(session, receiver)
    await shopify.hooks?.subscribe(session, receiver)
    const { requests, send } = caught()
    const from = world.now()
    world.advance(2 * 86_400_000)
    await simulator.tell?.(from, world.now(), send)
    expect(requests.length).toBeGreaterThan(5)
    const ids = requests.map(one => one.headers['x-shopify-webhook-id'])
    // Some are delivered twice under one id; no subscription exists twice.
    expect(new Set(ids).size).toBeLessThan(ids.length)
    expect(new Set(requests.map(one => one.url))).toEqual(new Set([receiver]))
  })

  it('hear of everything that is deleted', () => {
    const credentials = { client_secret: 's' }
    const told = (topic: string) => {
      const body = Buffer.from(topic)
      const headers = {
        'x-shopify-topic': topic,
        'x-shopify-triggered-at': new Date(0).toISOString(),
        'x-shopify-hmac-sha256': createHmac('sha256', 's').update(body).digest('base64'),
      }
      return shopify.hooks?.receive({ method: 'POST', url: '', headers, body }, credentials, 0).hurry
    }
    for (const kind of ['products', 'orders', 'customers', 'inventory_items'])
      expect(told(`${kind}/delete`), kind).not.toEqual([])
    expect(told('customers/merge')).toEqual(['customers', 'deletions'])
    expect(told('themes/delete')).toEqual([])
  })

  it('are verified, known by their delivery, and hurry the streams they concern', async () => {
    const { session, simulator, world, credentials } = stage()
    await shopify.hooks?.subscribe(session, receiver)
    const { requests, send } = caught()
    const from = world.now()
    world.advance(40 * 86_400_000)
    await simulator.tell?.(from, world.now(), send)
    const answers = requests.map(one => receive(one, credentials, world.now()))
    expect(answers.every(one => one.status === 200 && one.id)).toBe(true)
    const hurried = new Set(answers.flatMap(one => one.hurry ?? []))
    expect([...hurried].sort()).toEqual(['customers', 'deletions', 'orders'])
  })

  it('are refused with a wrong or missing signature, a changed body, or out of their time', async () => {
    const { session, simulator, world, credentials } = stage()
    await shopify.hooks?.subscribe(session, receiver)
    const { requests, send } = caught()
    const from = world.now()
    world.advance(86_400_000)
    await simulator.tell?.(from, world.now(), send)
    const [one] = requests
    if (!one) throw new Error('nothing was told')
    const status = (more: Partial<HookRequest>, now = world.now()) =>
      receive({ ...one, ...more }, credentials, now).status
    const { 'x-shopify-hmac-sha256': _, ...unsigned } = one.headers
    expect(status({})).toBe(200)
    expect(status({ headers: unsigned })).toBe(401)
    expect(status({ headers: { ...one.headers, 'x-shopify-hmac-sha256': 'AAAA' } })).toBe(401)
    expect(status({ body: Buffer.concat([one.body, Buffer.from(' ')]) })).toBe(401)
    expect(receive(one, { ...credentials, client_secret: 'another' }, world.now()).status).toBe(401)
    expect(receive(one, { access_token: 'shpat_x' }, world.now()).status).toBe(401)
    expect(status({}, world.now() + 3 * 86_400_000)).toBe(400)
    expect(status({}, world.now() - 3_600_000)).toBe(400)
  })

  it('are signed over the raw bytes, as the vendor’s documentation says', () => {
    const body = Buffer.from('{"id":820982911946154508,"note":"caf\u00e9"}')
    const secret = 'hush'
    const request: HookRequest = {
      method: 'POST',
      url: receiver,
      headers: {
        'x-shopify-topic': 'orders/create',
        'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        'x-shopify-triggered-at': '2026-11-20T10:00:00.123456789Z',
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      },
      body,
    }
    expect(receive(request, { client_secret: secret }, Date.parse('2026-11-20T10:01:00Z'))).toEqual({
      status: 200,
      hurry: ['orders'],
      id: expect.stringMatching(/^ORDERS_CREATE [0-9a-f]{32}$/),
    })
    // The id stands in a header that nobody signed: under another one it is the same delivery.
    const renamed = { ...request, headers: { ...request.headers, 'x-shopify-webhook-id': 'another' } }
    const now = Date.parse('2026-11-20T10:01:00Z')
    expect(receive(renamed, { client_secret: secret }, now).id).toBe(
      receive(request, { client_secret: secret }, now).id,
    )
  })
})
