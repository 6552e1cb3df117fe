import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Failure } from '#kernel/error.ts'
import type { Reach } from '../connector.ts'
import { BulkBroken, finished, gathered } from './bulk.ts'
import { companyStream } from './companies.ts'
import { customerStream } from './customers.ts'
import { discountStream } from './discounts.ts'
import { orders } from './orders.ts'
import { costStream, productStream, stockStream } from './products.ts'
import { graph, openSession, TooDear } from './session.ts'
import { trafficStream } from './traffic.ts'

/** The vendor's answers as its documentation has them, told to a session one after the other. */
const answers = (...names: string[]) => {
  const waits: number[] = []
  const left = names.map(name =>
    name.startsWith('{') ? name : readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'),
  )
  const reach: Reach = {
    fetch: (async () => new Response(left.shift() ?? '{"data":{}}')) as unknown as typeof fetch,
    now: () => 0,
    sleep: async ms => void waits.push(ms),
    signal: new AbortController().signal,
    allowed: new Set(['shop.test']),
  }
  const session = openSession({ shop: 'x', access_token: 't', base_url: 'http://shop.test' }, reach)
  return { session, waits, left }
}
const started = JSON.stringify({
  data: { bulkOperationRunQuery: { bulkOperation: { id: 'gid://shopify/BulkOperation/1' }, userErrors: [] } },
})
const shape = { root: 'Order', listOf: () => 'lineItems', isMiddle: () => false }

describe('an answer of Shopify', () => {
  it('that is throttled is waited for until the bucket holds enough, and asked again', async () => {
    const { session, waits, left } = answers('gql-throttled.response', '{"data":{"shop":{"name":"X"}}}')
    expect(await graph(session, 'query A { shop { name } }')).toEqual({ shop: { name: 'X' } })
    expect(left).toEqual([])
    expect(waits[0]).toBeGreaterThan(0)
    expect(waits[0]).toBeLessThan(60_000)
  })

  it('that finds a question too dear says how much less to ask for', async () => {
    const { session } = answers('gql-max-cost.response')
    await expect(graph(session, 'query A { shop { name } }')).rejects.toBeInstanceOf(TooDear)
  })

  it('that denies all of it names the scope that is missing', async () => {
    const { session } = answers('gql-access-denied.response')
    await expect(graph(session, 'query A { shop { name } }')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('read_publications'),
    })
  })

  const refusal = (path: string[]) => ({
    message: 'Access denied for it. Required access: `read_orders` access scope.',
    path,
    extensions: { code: 'ACCESS_DENIED' },
  })

  it('that denies a part gives the rest', async () => {
    const part = { data: { shop: { name: 'X', email: null } }, errors: [refusal(['shop', 'email'])] }
    const { session } = answers(JSON.stringify(part))
    expect(await graph(session, 'query A { shop { name email } }')).toEqual(part.data)
  })

  it('that denies a whole list is no empty list', async () => {
    const about = {
      shop: { name: 'X', myshopifyDomain: 'x.myshopify.com', currencyCode: 'GBP', ianaTimezone: 'UTC' },
      currentAppInstallation: { accessScopes: [{ handle: 'read_discounts' }] },
    }
    const { session } = answers(
      JSON.stringify({ data: about }),
      JSON.stringify({ data: { ordersCount: null }, errors: [refusal(['ordersCount'])] }),
      JSON.stringify({ data: { discountNodes: null }, errors: [refusal(['discountNodes'])] }),
    )
    const turn = { from: 0, to: 1000, cursor: null, history: false }
    for (const stream of [orders, discountStream])
      await expect(stream.read(session, turn).next(), stream.name).rejects.toMatchObject({
        code: 'forbidden',
      })
  })

  it.each([
    [productStream, 'read_products'],
    [discountStream, 'read_discounts'],
    [stockStream, 'read_inventory'],
    [costStream, 'read_inventory'],
    [customerStream, 'read_customers'],
    [companyStream, 'read_customers'],
    [trafficStream, 'read_reports'],
  ] as const)('that grants too little is no empty list ($0.name)', async (stream, scope) => {
    const shop = { name: 'X', myshopifyDomain: 'x.myshopify.com', currencyCode: 'GBP', ianaTimezone: 'UTC' }
    const { session } = answers(
      JSON.stringify({ data: { shop, currentAppInstallation: { accessScopes: [] } } }),
    )
    const turn = { from: 0, to: 1000, cursor: null, history: false }
    expect((await stream.read(session, turn).next()).value).toEqual({
      records: [],
      unread: expect.stringContaining(`${scope} is not granted: `),
    })
  })

  it('that refuses the client without a word is not asked for ever', async () => {
    let asked = 0
    const session = openSession(
      { shop: 'x', client_id: 'i', client_secret: 's', base_url: 'http://shop.test' },
      {
        fetch: (async () => {
          asked += 1
          if (asked > 20) throw new Error('asked for ever')
          return new Response('', { status: 401 })
        }) as unknown as typeof fetch,
        now: () => 0,
        sleep: async () => undefined,
        signal: new AbortController().signal,
        allowed: new Set(['shop.test']),
      },
    )
    await expect(graph(session, 'query A { shop { name } }')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('refuses the credentials'),
    })
    expect(asked).toBe(1)
  })

  it('of an export that found nothing has no file, and one that failed has a part', async () => {
    const nothing = answers(started, 'bulk-poll.empty.response')
    const done = await finished(nothing.session, '{ orders }')
    const given: unknown[] = []
    for await (const one of gathered(nothing.session, done, shape)) given.push(one)
    expect(given).toEqual([])
    const broken = await finished(answers(started, 'bulk-poll.failed.response').session, '{ orders }').catch(
      (error: unknown) => error,
    )
    expect(broken).toBeInstanceOf(BulkBroken)
    expect(broken).not.toBeInstanceOf(Failure)
    expect((broken as BulkBroken).partial).toMatch(/^https:/)
  })
})
