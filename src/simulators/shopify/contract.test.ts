import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import {
  buildClientSchema,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import * as documents from '#connectors/shopify/documents.ts'
import { createCompany } from '../company/company.ts'
import { createWorld } from '../world.ts'
import { bulkQuery } from './bulk-rules.ts'
import { requestedCost } from './cost.ts'
import { allScopes } from './desk.ts'
import { shopifySimulator } from './index.ts'
import { schema } from './schema.ts'

const every = new Set(allScopes)
const none = new Set<string>()
const exports = [every, none].flatMap(scopes => [
  documents.ordersExport({ scopes, companies: scopes === every }, "updated_at:>='2026-01-01T00:00:00Z'"),
  documents.productsExport(scopes),
  documents.itemsExport("updated_at:>='2026-01-01T00:00:00Z'"),
  documents.stockExport,
  documents.customersExport("updated_at:>='2026-01-01T00:00:00Z'"),
])
const questions = [
  ...[every, none].flatMap(scopes => [
    documents.ordersById({ scopes, companies: scopes === every }),
    documents.refundsById(scopes),
  ]),
  ...documents.partsOfRefund.map(documents.refundPage),
  documents.ordersCount,
  documents.orderIds,
  documents.returnsById,
  documents.returnsPage,
  documents.returnLinesPage,
  documents.customersCount,
  documents.customersPage,
  ...[every, none].map(documents.companiesPage),
  documents.discountsPage,
  documents.discountCodesPage,
  documents.openOrders,
  documents.companyTerms,
  documents.deletionsPage,
  documents.runBulk,
  documents.pollBulk,
  documents.report,
  documents.subscriptions,
  documents.subscribe,
]

const wrongIn = (by: GraphQLSchema, text: string) => validate(by, parse(text)).map(error => error.message)
const deprecated = (by: GraphQLSchema, name: string) => {
  const type = by.getType(name)
  return isObjectType(type) || isInterfaceType(type)
    ? Object.values(type.getFields())
        .filter(field => field.deprecationReason)
        .map(field => field.name)
    : []
}

describe('the contract with Shopify', () => {
  it('is kept by every question of the connector', () => {
    for (const text of [...exports, ...questions]) expect(wrongIn(schema(), text), text).toEqual([])
  })

  it('lets every export run: no connection in a list, none too deep, five at most', () => {
    for (const text of exports) expect(bulkQuery(text), text).not.toBeTypeOf('string')
  })

  it.each([
    ['{ shop { name } }', 'at least one connection'],
    [
      '{ orders { edges { node { id } } } products { edges { node { id } } } }',
      'exactly one top-level field',
    ],
    ['{ node(id: "gid://shopify/Order/1") { id } }', 'top-level'],
    [
      '{ orders { edges { node { id refunds { id refundLineItems { edges { node { quantity } } } } } } } }',
      'within a list field',
    ],
    ['{ orders { edges { node { id nothing } } } }', 'Cannot query field'],
    ['mutation { bulkOperationCancel(id: "1") { userErrors { message } } }', 'type query'],
  ])('refuses the export %s', (text, why) => {
    expect(bulkQuery(text)).toContain(why)
  })

  it('asks for pages that one question may cost', () => {
    const cost = (text: string, count: number) =>
      requestedCost(parse(text), { ids: Array.from({ length: count }, (_, n) => String(n)) })
    expect(cost(documents.ordersById({ scopes: every, companies: true }), 1)).toBeLessThanOrEqual(1000)
    expect(cost(documents.refundsById(every), 1)).toBeLessThanOrEqual(1000)
    expect(cost(documents.returnsPage, 1)).toBeLessThanOrEqual(1000)
    expect(requestedCost(parse(documents.returnLinesPage), {})).toBeLessThanOrEqual(1000)
    for (const part of documents.partsOfRefund)
      expect(requestedCost(parse(documents.refundPage(part)), {})).toBeLessThanOrEqual(1000)
  })

  it.each(['2026-07', '2026-10'])(
    'is kept by the vendor’s whole file of %s, where it is at hand',
    version => {
      const file = new URL(`../../../../shared/specs/shopify/admin_${version}.json.gz`, import.meta.url)
      if (!existsSync(file)) return
      const whole = buildClientSchema(JSON.parse(gunzipSync(readFileSync(file)).toString()).data, {
        assumeValid: true,
      })
      for (const text of [...exports, ...questions]) expect(wrongIn(whole, text), text).toEqual([])
      for (const name of [
        'Order',
        'LineItem',
        'Refund',
        'RefundLineItem',
        'ShippingLine',
        'Customer',
        'ProductVariant',
      ])
        for (const field of deprecated(whole, name))
          expect(Object.keys((schema().getType(name) as { getFields(): object }).getFields())).not.toContain(
            field,
          )
    },
  )
})

describe('the simulator', () => {
  const world = createWorld(
    createCompany({ seed: 2, days: 14, scale: 0.3, until: '2026-11-20' }),
    'http://simulators.test',
  )
  const simulator = shopifySimulator(world)
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    simulator.app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const token = async () => {
    const { client_id, client_secret } = simulator.connections[0]?.credentials ?? {}
    const answer = await post('/admin/oauth/access_token', {
      client_id,
      client_secret,
      grant_type: 'client_credentials',
    })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const ask = async (query: string, variables = {}, version = '2026-10') => {
    const answer = await post(
      `/admin/api/${version}/graphql.json`,
      { query, variables },
      { 'x-shopify-access-token': await token() },
    )
    return {
      answer,
      body: (await answer.json()) as {
        data?: never
        errors?: { message: string; extensions?: { code: string } }[]
        extensions?: { cost: { requestedQueryCost: number } }
      },
    }
  }

  it('refuses unknown fields, unknown filters and pages beyond 250', async () => {
    const code = async (query: string) => (await ask(query)).body.errors?.[0]?.extensions?.code
    expect(await code('{ orders(first: 1) { nodes { nothing } } }')).toBe('undefinedField')
    expect(await code('{ orders(first: 1, query: "nothing:1") { nodes { id } } }')).toBe('BAD_REQUEST')
    expect(await code('{ orders(first: 251) { nodes { id } } }')).toBe('BAD_REQUEST')
    expect(await code('{ orders { nodes { id } } }')).toBe('BAD_REQUEST')
    expect(await code('{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } }')).toBe(
      'MAX_COST_EXCEEDED',
    )
  })

  it('pages through orders without losing or repeating one', async () => {
    const ids: string[] = []
    let after: string | null = null
    type Page = {
      orders: {
        pageInfo: { hasNextPage: boolean; endCursor: string }
        nodes: { id: string; updatedAt: string }[]
      }
    }
    const times: string[] = []
    for (let more = true; more; ) {
      const { body } = await ask(
        'query P($after: String) { orders(first: 7, after: $after, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor } nodes { id updatedAt } } }',
        { after },
      )
      const { orders } = body.data as unknown as Page
      ids.push(...orders.nodes.map(one => one.id))
      times.push(...orders.nodes.map(one => one.updatedAt))
      more = orders.pageInfo.hasNextPage
      after = orders.pageInfo.endCursor
    }
    const { body } = await ask('{ ordersCount { count } }')
    expect(ids.length).toBe((body.data as unknown as { ordersCount: { count: number } }).ordersCount.count)
    expect(new Set(ids).size).toBe(ids.length)
    expect(times).toEqual([...times].sort())
  })

  it('answers older versions by the oldest there is, and none that never was', async () => {
    expect((await ask('{ shop { name } }', {}, '2024-01')).answer.headers.get('x-shopify-api-version')).toBe(
      '2026-01',
    )
    expect((await ask('{ shop { name } }', {}, '2026-07')).answer.headers.get('x-shopify-api-version')).toBe(
      '2026-07',
    )
    expect((await post('/admin/api/2099-01/graphql.json', { query: '{ shop { name } }' })).status).toBe(404)
    expect((await post('/admin/api/2026-10/graphql.json', { query: '{ shop { name } }' })).status).toBe(401)
  })
})
