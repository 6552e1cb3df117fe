import { describe, expect, it } from 'vitest'
import { Postponed } from '#connectors/http.ts'
import { shopify } from '#connectors/shopify/index.ts'
import { Failure } from '#kernel/error.ts'
import { type SmallEngine, smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { createWorld } from '../world.ts'
import { shopifySimulator } from './index.ts'

const day = 86_400_000
const address = 'http://simulators.test/shopify'

const stage = ({ passing = (_: Response) => {} } = {}) => {
  const company = createCompany({ seed: 5, days: 24, scale: 0.25, until: '2026-11-20' })
  const world = createWorld(company, 'http://simulators.test')
  const simulator = shopifySimulator(world)
  const reach = (async (url: string, init?: RequestInit) =>
    Promise.resolve(simulator.app.request(String(url).replace(address, ''), init)).then(answer => {
      passing(answer)
      return answer
    })) as typeof fetch
  const credentials = { ...simulator.connections[0]?.credentials, base_url: address }
  const connect = () => smallEngine(shopify, credentials, { fetch: reach, back: 30 * day })
  return { world, credentials, reach, connect }
}

const all = (engine: SmallEngine) =>
  JSON.stringify(
    (['sales_lines', 'products', 'customers', 'stock_days', 'product_costs', 'traffic_days'] as const).map(
      name =>
        engine
          .rows(name)
          .map(row => JSON.stringify(row))
          .sort(),
    ),
  )

/** What the shop comes to without any trouble: at once, and five days later. */
const calm = async () => {
  const { world, connect } = stage()
  const engine = await connect()
  await engine.round()
  const first = all(engine)
  world.advance(5 * day)
  await engine.round()
  return { first, later: all(engine) }
}
const undisturbed = calm()

describe('a shop of Shopify in trouble', () => {
  it.each([
    ['http_500', 3],
    ['http_503_html', 3],
    ['html', 3],
    ['truncated', 3],
    ['empty', 3],
    ['throttled', 5],
    ['internal_error', 3],
    ['token_expired', 1],
    ['bulk_busy', 3],
    ['bulk_failed', 1],
    ['bulk_expired', 1],
    ['bulk_canceled', 1],
    ['file_gone', 2],
  ])('ends with the same rows after %s, %i times', async (fault, times) => {
    const { first, later } = await undisturbed
    const { world, connect } = stage()
    const engine = await connect()
    const round = async () => {
      world.faults.arm(`shopify:${fault}`, times)
      try {
        await engine.round()
      } catch (error) {
        expect(error instanceof Failure || error instanceof Postponed, String(error)).toBe(true)
        world.faults.disarm()
        await engine.round()
      }
      world.faults.disarm()
    }
    await round()
    expect(all(engine)).toBe(first)
    world.advance(5 * day)
    await round()
    expect(all(engine)).toBe(later)
    expect(engine.problems).toEqual([])
  })

  it('has orders, refunds and returns whole that do not fit into a page', async () => {
    const narrow = (text: string) =>
      text
        .replace('lineItems(first: 10)', 'lineItems(first: 1)')
        .replace('refundLineItems(first: 4)', 'refundLineItems(first: 1)')
        .replace('refundLineItems(first: 100', 'refundLineItems(first: 1')
        .replace(/returns\(first: \d+/, 'returns(first: 1')
        .replace(/returnLineItems\(first: \d+/, 'returnLineItems(first: 1')
    const rows = async (bend: (text: string) => string) => {
      const { world, credentials, reach } = stage()
      const bent = ((url: string, init?: RequestInit) =>
        reach(url, init?.body ? { ...init, body: bend(String(init.body)) } : init)) as typeof fetch
      const engine = await smallEngine(shopify, credentials, { fetch: bent, back: 30 * day })
      await engine.round(['orders'])
      // Few orders at a time come one by one.
      for (let hours = 0; hours < 3; hours++) {
        world.advance(36 * 3_600_000)
        await engine.round(['orders'])
      }
      return [...engine.rows('sales_lines'), ...engine.rows('return_requests')]
        .map(row => JSON.stringify(row))
        .sort()
    }
    expect(await rows(narrow)).toEqual(await rows(text => text))
  })

  it('keeps what a broken export could give, whole, and fails the turn', async () => {
    const { world, connect } = stage()
    const engine = await connect()
    world.faults.arm('shopify:bulk_failed')
    await expect(engine.round(['orders'])).rejects.toThrow('cannot export orders')
    const some = new Set(engine.rows('sales_lines').map(row => String(row.order_id)))
    expect(some.size).toBeGreaterThan(5)
    const kept = engine.rows('sales_lines').length
    world.faults.disarm()
    await engine.round(['orders'])
    const again = engine.rows('sales_lines').filter(row => some.has(String(row.order_id)))
    expect(again.length).toBe(kept)
    expect(engine.rows('sales_lines').length).toBeGreaterThan(kept)
  })

  it.each([
    ['frozen', 'frozen'],
    ['locked', 'locked'],
    ['forbidden', 'refuses access'],
    ['token_revoked', 'refuses the credentials'],
    ['shop_not_permitted', 'does not let this app into the shop'],
  ])('says what to do when it is %s', async (fault, words) => {
    const { world, connect } = stage()
    world.faults.arm(`shopify:${fault}`)
    const refused = await connect().then(
      () => null,
      (error: unknown) => error,
    )
    expect(refused).toBeInstanceOf(Failure)
    expect((refused as Failure).message).toContain(words)
    expect((refused as Failure).next).toBeTruthy()
  })

  it('names a client it does not know, and fields that are missing', async () => {
    const { credentials, reach } = stage()
    const connect = (more: Record<string, string>) =>
      smallEngine(shopify, { ...credentials, ...more }, { fetch: reach })
    await expect(connect({ client_secret: 'wrong' })).rejects.toThrow(
      'refuses the client id or the client secret',
    )
    await expect(connect({ client_id: '' })).rejects.toThrow('nothing to sign in with')
    await expect(connect({ shop: 'https://example.com/shop' })).rejects.toThrow('no shop of Shopify')
    await expect(connect({ client_id: '', client_secret: '', access_token: 'shpat_wrong' })).rejects.toThrow(
      'refuses the credentials',
    )
  })

  it('tells readers when another version of the API answers', async () => {
    const { world, connect } = stage()
    world.faults.arm('shopify:fall_forward')
    const engine = await connect()
    expect(engine.checked.limits.join()).toContain('2027-01')
    await engine.round(['orders'])
    expect(engine.remarks.join()).toContain('not 2026-10')
  })

  it('tells readers when something that is asked for is to be taken away', async () => {
    const { connect } = stage({
      passing: answer => answer.headers.set('x-shopify-api-deprecated-reason', 'https://shopify.dev/why'),
    })
    const engine = await connect()
    await engine.round(['orders'])
    expect(engine.remarks.join()).toContain('https://shopify.dev/why')
  })

  it('reads what it may where scopes are missing, and says what that costs', async () => {
    const { world, connect } = stage()
    const scopes = [
      'read_all_orders',
      'read_customers',
      'read_returns',
      'read_reports',
      'read_inventory',
      'read_locations',
    ]
    for (const scope of scopes) world.faults.arm(`shopify:no_${scope}`)
    const engine = await connect()
    for (const scope of scopes) expect(engine.checked.limits.join('\n')).toContain(`${scope} is not granted`)
    await engine.round()
    expect(engine.problems).toEqual([])
    expect(engine.rows('sales_lines').length).toBeGreaterThan(100)
    expect(engine.rows('customers')).toEqual([])
    expect(engine.rows('stock_days')).toEqual([])
  })

  it('has no names or addresses where protected data is not granted, and still every sale', async () => {
    const { world, connect } = stage()
    world.faults.arm('shopify:no_protected_data')
    const engine = await connect()
    await engine.round(['orders', 'customers'])
    const { first } = await undisturbed
    expect(engine.rows('sales_lines').length).toBe((JSON.parse(first) as string[][])[0]?.length)
    expect(engine.rows('customers').every(row => row.name === '' && row.email_hash === '')).toBe(true)
  })
})
