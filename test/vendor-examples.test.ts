import { createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deletions } from '#connectors/asana/deletions.ts'
import { hooks as asanaHooks } from '#connectors/asana/hooks.ts'
import { judge as judgeAsana, openAsana, pages } from '#connectors/asana/session.ts'
import { mapTask, type Task } from '#connectors/asana/tasks.ts'
import type { Place, Reach } from '#connectors/connector.ts'
import { judge as judgeGa4 } from '#connectors/ga4/manners.ts'
import type { Answer } from '#connectors/http.ts'
import { mapDeal } from '#connectors/hubspot/deals.ts'
import type { CrmRecord } from '#connectors/hubspot/objects.ts'
import { judge as judgeHubspot } from '#connectors/hubspot/session.ts'
import { mapCustomer } from '#connectors/magento/customers.ts'
import { mapOrder as mapMagentoOrder } from '#connectors/magento/order-rows.ts'
import { mapProduct } from '#connectors/magento/products.ts'
import { stockStream as magentoStock } from '#connectors/magento/stock.ts'
import { judge as judgeMagento } from '#connectors/magento/verdict.ts'
import { activities } from '#connectors/marketo/activities.ts'
import { lettersOf } from '#connectors/marketo/assets.ts'
import { instantOf, judge as judgeMarketo, openMarketo } from '#connectors/marketo/session.ts'
import { hooks as shopifyHooks } from '#connectors/shopify/hooks.ts'
import { productStream, stockStream } from '#connectors/shopify/products.ts'
import { type ReturnRecord, returnRows } from '#connectors/shopify/returns.ts'
import { judge as judgeTrello } from '#connectors/trello/session.ts'
import { exact } from '#kernel/money.ts'

/**
 * The vendors' own example payloads that concern a mapping, or how an answer is understood, where somebody has laid them
 * beside the project: not all of them may be kept in it. Those that are kept are tested beside their connectors.
 */
const folder = new URL('../../shared/specs/', import.meta.url)
const present = existsSync(folder)
if (!present) console.warn('vendor examples: they do not stand beside the project (../shared/specs): skipped')

type Json = Record<string, unknown>
const text = (path: string) => readFileSync(new URL(path, folder), 'utf8')
const json = <T = Json>(path: string) => JSON.parse(text(path)) as T
const named = (vendor: string, pattern: RegExp) =>
  present ? readdirSync(new URL(`${vendor}/examples/`, folder)).filter(name => pattern.test(name)) : []
/** Of a capture of a real account the record of a kind. */
const captured = (path: string, kind: string) =>
  (json<[string, Json][]>(path).find(([name]) => name === `acmeCo/${kind}`)?.[1] ?? {}) as Json

const home = { store: 'own', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = {
  home,
  storeOf: () => home,
  privacy: false,
  hash: email => (email ? `#${email}` : ''),
  facts: {},
}
const now = Date.parse('2026-11-20T12:00:00Z')
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  json: body,
  text: JSON.stringify(body),
  headers: new Headers(headers),
})
/** A vendor that answers by the path it is asked on. */
const reachTo = (by: (url: URL) => Json, status = 200): Reach => ({
  fetch: (async (url: string) => Response.json(by(new URL(url)), { status })) as unknown as typeof fetch,
  now: () => now,
  sleep: async () => undefined,
  signal: new AbortController().signal,
  allowed: new Set(['vendor.test']),
})
const base_url = 'http://vendor.test'

describe.skipIf(!present)('examples of Shopify', () => {
  const real = 'shopify/examples/estuary-capture-real-devstore.json'

  it('of a product with its variants, a stock level and a return of a real shop', () => {
    const product = { ...captured(real, 'products'), ...captured(real, 'product_variants') }
    const rows = productStream.map({ ...product, title: 'Gift Card' } as never, place).rows.products ?? []
    expect(rows.length).toBeGreaterThan(1)
    expect(rows[0]).toMatchObject({
      product_id: '43217823334445',
      parent_id: '8086707830829',
      title: 'Gift Card - $10',
      price: '10.00',
    })
    const levels = [captured(real, 'inventory_levels')]
    const item = captured(real, 'inventory_items')
    const stock = (more: Json) =>
      stockStream.map({ ...item, inventoryLevels: levels, ...more } as never, place).rows.stock_days
    expect(stock({ tracked: true, readAt: '2026-11-20T02:00:00Z' })).toMatchObject([
      { day: '2026-11-19', product_id: '45258934976557', location: '73871392813', available: '0' },
    ])
    // What is not counted has no stock.
    expect(stock({})).toBeUndefined()
    const [back] = captured(real, 'order_returns').returns as (Json & { returnLineItems: Json[] })[]
    const record = {
      ...back,
      returnLineItems: { nodes: back?.returnLineItems ?? [] },
    } as unknown as ReturnRecord
    const rowsOfIt = returnRows([record], { store: 'own' }, () => null, home.timezone)
    expect(rowsOfIt.map(row => row.reason)).toEqual(expect.arrayContaining(['Flex', 'Damaged or defective']))
    for (const row of rowsOfIt)
      expect(row).toMatchObject({ return_id: '18804736045', day: '2026-06-15', state: 'closed' })
  })

  it.each(named('shopify', /^rest-(order|refund|product|variant|customer|inventory_level)-\d+/))(
    'as a webhook brings it: %s is taken when signed, and makes due what it is of',
    name => {
      const body = Buffer.from(text(`shopify/examples/${name}`))
      const kind = /^rest-([a-z_]+)-/.exec(name)?.[1] ?? ''
      const topics: Record<string, [string, string]> = {
        order: ['orders/updated', 'orders'],
        refund: ['refunds/create', 'orders'],
        product: ['products/update', 'products'],
        variant: ['products/update', 'products'],
        customer: ['customers/update', 'customers'],
        inventory_level: ['inventory_levels/update', 'stock'],
      }
      const [topic = '', stream] = topics[kind] ?? []
      const signature = createHmac('sha256', 's').update(body).digest('base64')
      const headers = {
        'x-shopify-topic': topic,
        'x-shopify-triggered-at': new Date(now).toISOString(),
        'x-shopify-hmac-sha256': signature,
      }
      const request = { method: 'POST', url: '/hooks/1', body, headers }
      const taken = shopifyHooks.receive(request, { client_secret: 's' }, now)
      expect(taken.status).toBe(200)
      expect(taken.hurry).toContain(stream)
      const changed = { ...request, body: Buffer.concat([body, Buffer.from(' ')]) }
      expect(shopifyHooks.receive(changed, { client_secret: 's' }, now).status).toBe(401)
    },
  )
})

describe.skipIf(!present)('examples of Magento', () => {
  it.each(['create-customer-01', 'order-create-customer-01'])('of a customer: %s', name => {
    const customer = json(`magento/examples/${name}.json`)
    expect(mapCustomer({ website: 'w', customer, group: '' }, place).rows.customers).toMatchObject([
      { customer_id: String(customer.id), country: 'US', email_hash: `#${customer.email}` },
    ])
  })

  it.each(['create-simple-products-01', 'create-configurable-product-01'])('of a product: %s', name => {
    const product = json(`magento/examples/${name}.json`)
    const base = { websites: [], category: '', brand: '', supplier: '', parent: '' }
    const rows = mapProduct({ ...base, product }, place).rows.products ?? []
    expect(rows.map(row => row.product_id)).toEqual(product.type_id === 'configurable' ? [] : [product.sku])
  })

  it.each(['create-invoice-01', 'order-create-invoice-01'])(
    'of an invoice, whose rows are those of an order, to the same total: %s',
    name => {
      const invoice = json(`magento/examples/${name}.json`)
      const items = (invoice.items as Json[]).map(item => ({
        ...item,
        item_id: item.order_item_id,
        qty_ordered: item.qty,
      }))
      const order = { ...invoice, increment_id: '1', items, customer_email: 'a@b.example' }
      const rows =
        mapMagentoOrder({ website: 'w', order, memos: [], rules: '' }, place).rows.sales_lines ?? []
      const sum = rows.reduce(
        (all, row) =>
          ['gross', 'discounts', 'shipping', 'taxes'].reduce(
            (part, name) => part.plus(exact(String(row[name]))),
            all,
          ),
        exact('0'),
      )
      expect(sum.toNumber()).toBe(invoice.base_grand_total)
    },
  )

  it.each(named('magento', /^manage-source-items-0[012]|^manage-low-quantity-02|^reassign/))(
    'of source items: %s',
    name => {
      const body = json(`magento/examples/${name}`)
      const items = (body.items ?? body.sourceItems) as Json[]
      for (const item of items) {
        const record = {
          ...{ at: now, website: 'w', salable: null, quantity: item.quantity },
          source: String(item.source_code),
          sku: String(item.sku),
        }
        const [row] = magentoStock.map(record, place).rows.stock_days ?? []
        expect(row).toMatchObject({ product_id: item.sku, location: item.source_code })
        expect(Number(row?.on_hand)).toBe(Number(item.quantity ?? 0))
      }
    },
  )

  it('of an error is told with its words filled in', () => {
    const said = judgeMagento(answer(400, json('magento/examples/gs-web-api-response-01.json')), now, 'oauth')
    expect(said).toMatchObject({
      failure: {
        message: expect.stringContaining('Invalid product data: Invalid attribute set entity type'),
      },
    })
  })
})

describe.skipIf(!present)('examples of Google Analytics', () => {
  const verdict = (name: string, status: number) =>
    judgeGa4(answer(status, json(`ga4/examples/${name}.json`)), now, () => now, 'robot@x.example')
  it('of errors are waited for as long as their words say, or end in words', () => {
    expect(verdict('quota.concurrent.error', 429)).toMatchObject({ as: 'wait', ms: 30_000 })
    expect(verdict('quota.projectHour.error', 429)).toMatchObject({ as: 'wait', ms: 1_800_000 })
    expect(verdict('permission.error', 403)).toMatchObject({
      failure: { next: expect.stringContaining('robot@x.example') },
    })
    expect(verdict('adCost.incompatible.error', 400)).toMatchObject({ failure: { code: 'invalid' } })
  })
})

describe.skipIf(!present)('examples of HubSpot', () => {
  it('of a limit is waited for by its policy; beyond ten thousand it is refused', () => {
    const { headers, body } = json<{ headers: Record<string, string>; body: unknown }>(
      'hubspot/examples/rate_limit.429.json',
    )
    expect(judgeHubspot(answer(429, body, headers), now, null, now)).toMatchObject({ as: 'wait', ms: 10_000 })
    const beyond = json<{ body: unknown }>('hubspot/examples/search.over10k.400.json')
    expect(judgeHubspot(answer(400, beyond.body), now, null, now).as).toBe('fail')
  })

  it('of a search is a deal', () => {
    const { results } = json<{ results: CrmRecord[] }>('hubspot/examples/search.page.json')
    const rest = {
      owner: '',
      domain: '',
      order: '',
      pipeline: '',
      stages: {},
      probability: null,
      closed: null,
    }
    expect(results.map(deal => mapDeal({ ...rest, deal }, place).rows.deals?.[0])).toMatchObject([
      { deal_id: '512', amount: '1500.00', currency: 'EUR', created_day: '2026-10-29', state: 'open' },
    ])
  })
})

describe.skipIf(!present)('examples of Marketo', () => {
  const example = (name: string) => json(`marketo/examples/${name}.json`)
  const open = (by: (path: string) => Json | undefined) =>
    openMarketo(
      { client_id: 'c', client_secret: 's', base_url },
      reachTo(({ pathname }) =>
        pathname.includes('oauth')
          ? example('authentication-00')
          : pathname.includes('usage')
            ? example('usage-00')
            : (by(pathname) ?? { success: true }),
      ),
    )

  it('of activities are read until the vendor says that is all', async () => {
    const page = example('activities-00')
    const session = open(path =>
      path.endsWith('types.json')
        ? { success: true, result: [{ id: 1, name: 'Open Email' }] }
        : path.endsWith('activities.json')
          ? { ...page, moreResult: false }
          : undefined,
    )
    const turn = { from: 0, to: now, history: false, cursor: JSON.stringify({ page: 'here' }) }
    const records = []
    for await (const batch of activities.read(session, turn)) records.push(...batch.records)
    const events = records.flatMap(one => activities.map(one, place).rows.message_events ?? [])
    expect(events[0]).toMatchObject({
      event_id: '102988',
      person: '1',
      event: 'opened',
      message: 'localhost/munchkintest2.html (71)',
      day: '2023-01-16',
    })
  })

  it('of letters tell what they are called, and what uses the account', async () => {
    const letters = await lettersOf(
      open(path => (path.endsWith('emails.json') ? example('emails-00') : undefined)),
    )
    expect([...letters.values()].map(one => one.name)).toContain('sakZxhxkwV')
  })

  it.each(named('marketo', /^(error-codes|bulk|leads|programs|usage|activities)-.*\.json$/))(
    'every answer is judged by what it says of itself: %s',
    name => {
      const body = json(`marketo/examples/${name}`)
      const { as } = judgeMarketo(answer(200, body), now, () => 1)
      expect(as).toBe(body.success === false ? 'renew' : 'good')
    },
  )

  it.each(named('marketo', /^(bulk|leads|emails|programs|smart-campaigns)-.*\.json$/))(
    'every time is understood: %s',
    name => {
      const times = [...text(`marketo/examples/${name}`).matchAll(/"\w+(?:At|Date)": "([^"]+)"/g)]
      for (const [, time = ''] of times)
        if (/^\d{4}-\d\d-\d\dT/.test(time)) expect(instantOf(time), time).not.toBeNull()
    },
  )
})

describe.skipIf(!present)('examples of Asana and Trello', () => {
  it('of limits are waited for', () => {
    const asana = json<{ headers: Record<string, string>; body: unknown }>(
      'asana/examples/rate_limit.429.json',
    )
    expect(judgeAsana(answer(429, asana.body, asana.headers), now)).toMatchObject({ as: 'wait', ms: 30_000 })
    for (const one of json<Json[]>('trello/examples/rate_limit.429.json'))
      expect(judgeTrello(answer(429, one), now).as).toBe('wait')
  })

  it('of events tell what was deleted; a token that is too old begins anew', async () => {
    const read = async (body: Json, status: number) => {
      const session = openAsana(
        { token: 't', base_url },
        {
          ...reachTo(() => ({})),
          fetch: (async (url: string) =>
            url.includes('/events')
              ? Response.json(body, { status })
              : Response.json({
                  data: [{ gid: '1', name: 'P', archived: false }],
                })) as unknown as typeof fetch,
        },
      )
      const given = []
      let cursor: string | undefined
      for await (const batch of deletions.read(session, { from: 0, to: now, cursor: null, history: false })) {
        given.push(...batch.records)
        cursor = batch.cursor
      }
      return { given, cursor }
    }
    const page: Json = { ...json('asana/examples/events.page.json'), has_more: false }
    expect(await read(page, 200)).toEqual({
      given: [{ deleted: '1202' }],
      cursor: JSON.stringify({ 1: page.sync }),
    })
    const old = json<{ body: Json }>('asana/examples/events.412.json')
    expect(await read(old.body, 412)).toEqual({
      given: [],
      cursor: JSON.stringify({ 1: old.body.sync }),
    })
  })

  it('of a page lead to the next', async () => {
    let asked = 0
    const first = json('asana/examples/list.page.json')
    const session = openAsana(
      { token: 't', base_url },
      reachTo(() => (asked++ === 0 ? first : { data: [], next_page: null })),
    )
    const tasks: Task[] = []
    for await (const some of pages<Task>(session, '/tasks', {})) tasks.push(...some)
    expect(asked).toBe(2)
    const record = {
      task: tasks[0] as Task,
      assignee: '',
      project: 'P',
      section: '',
      parent: '',
      archived: false,
    }
    expect(mapTask(record, place).rows.tasks).toMatchObject([{ task_id: '1201', title: 'Buy catnip' }])
  })

  it.each(['webhook.delivery', 'webhook.heartbeat'])('of %s are taken when signed', name => {
    const { body } = json<{ body: { events: unknown[] } }>(`asana/examples/${name}.json`)
    const raw = Buffer.from(JSON.stringify(body))
    const headers = { 'x-hook-signature': createHmac('sha256', 's').update(raw).digest('hex') }
    const request = { method: 'POST', url: '/hooks/1?project=7', headers, body: raw }
    const given = asanaHooks.receive(request, { hook_secret_7: 's' }, Date.parse('2026-11-20T03:00:00Z'))
    expect(given.status).toBe(200)
    expect(given.hurry ?? []).toEqual(body.events.length > 0 ? ['tasks'] : [])
    expect(asanaHooks.receive(request, { hook_secret_7: 'other' }, now).status).toBe(401)
  })
})
