import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Failure } from '#kernel/error.ts'
import type { HookRequest, Hooks } from '../connector.ts'
import { paged } from './by-id.ts'
import * as documents from './documents.ts'
import { about, graph, type Session } from './session.ts'

/** What a topic makes due. */
const hurried: Record<string, readonly string[]> = {
  ORDERS_CREATE: ['orders'],
  ORDERS_UPDATED: ['orders'],
  ORDERS_EDITED: ['orders'],
  ORDERS_CANCELLED: ['orders'],
  ORDERS_DELETE: ['deletions'],
  REFUNDS_CREATE: ['orders'],
  PRODUCTS_CREATE: ['products'],
  PRODUCTS_UPDATE: ['products', 'costs'],
  PRODUCTS_DELETE: ['products'],
  INVENTORY_ITEMS_UPDATE: ['costs'],
  INVENTORY_ITEMS_DELETE: ['products'],
  INVENTORY_LEVELS_UPDATE: ['stock'],
  CUSTOMERS_CREATE: ['customers'],
  CUSTOMERS_UPDATE: ['customers'],
  CUSTOMERS_DELETE: ['deletions'],
  CUSTOMERS_MERGE: ['customers', 'deletions'],
}

/** What one must be allowed to read for topics of a kind; any of those named. */
const readers: Record<string, readonly string[]> = {
  ORDERS: ['read_orders'],
  REFUNDS: ['read_orders'],
  PRODUCTS: ['read_products'],
  INVENTORY: ['read_inventory'],
  CUSTOMERS: ['read_customers'],
}

/** Deliveries are tried for four hours; what is told later than this was not sent by the vendor. */
const latest = 48 * 3_600_000
/** Clocks differ a little. */
const early = 10 * 60_000

export const hooks: Hooks<Session> = {
  receive(request, credentials, now) {
    const secret = credentials.client_secret
    if (!secret) return { status: 401, body: 'no secret to check the signature with' }
    if (!isSigned(request, secret)) return { status: 401, body: 'wrong signature' }
    const { headers } = request
    const at = Date.parse(headers['x-shopify-triggered-at'] ?? '')
    if (Number.isNaN(at) || now - at > latest || at - now > early)
      return { status: 400, body: 'not of this time' }
    const topic = (headers['x-shopify-topic'] ?? '').toUpperCase().replaceAll('/', '_')
    // The headers are not signed: whoever sends a body again under another id is known by the body.
    const id = `${topic} ${createHash('sha256').update(request.body).digest('hex').slice(0, 32)}`
    return { status: 200, id, hurry: hurried[topic] ?? [] }
  },
  subscribe,
}

/** base64 of HMAC-SHA256 over the raw body with the app's secret, compared in constant time. */
function isSigned({ headers, body }: HookRequest, secret: string): boolean {
  const given = Buffer.from(headers['x-shopify-hmac-sha256'] ?? '', 'base64')
  const right = createHmac('sha256', secret).update(body).digest()
  return given.length === right.length && timingSafeEqual(given, right)
}

interface Known {
  id: string
  topic: string
  uri: string
}

/** Subscriptions are deleted by the vendor after eight failed deliveries: those that are missing are made again. */
async function subscribe(session: Session, address: string): Promise<void> {
  const known: Known[] = []
  type Answer = {
    webhookSubscriptions: { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Known[] }
  }
  for await (const page of paged(
    session,
    documents.subscriptions,
    {},
    data => (data as unknown as Answer).webhookSubscriptions,
  ))
    known.push(...page)
  const there = new Set(known.filter(one => one.uri === address).map(one => one.topic))
  const { scopes } = await about(session)
  const problems: string[] = []
  for (const topic of Object.keys(hurried)) {
    const allowed = readers[topic.slice(0, topic.indexOf('_'))]
    if (there.has(topic) || !allowed?.some(scope => scopes.has(scope))) continue
    type Made = { webhookSubscriptionCreate: { userErrors: { message: string }[] } }
    const { webhookSubscriptionCreate } = await graph<Made>(session, documents.subscribe, {
      topic,
      uri: address,
    })
    const [error] = webhookSubscriptionCreate.userErrors
    if (error && !/taken/i.test(error.message)) problems.push(`${topic}: ${error.message}`)
  }
  if (problems.length > 0)
    throw new Failure('unavailable', `Shopify does not take some subscriptions: ${problems[0]}`, {
      next: 'Changes are read at the usual times all the same. Check that the public address begins with https://.',
      details: { problems },
    })
}
