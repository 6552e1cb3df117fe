import { createHmac } from 'node:crypto'
import { draw } from '../company/draw.ts'
import { changedAt } from '../company/life.ts'
import { customerChangedAt, customersChanged, customersDeleted } from './customer-node.ts'
import type { Desk } from './desk.ts'
import { customerId, gid, isoOf, orderId } from './ids.ts'
import { amountOf } from './money.ts'
import type { Node } from './node.ts'
import { changed, deleted } from './past.ts'

export interface Subscription {
  id: string
  topic: string
  uri: string
  createdAt: number
}

export function createSubscription(
  desk: Desk,
  {
    topic,
    webhookSubscription,
  }: { topic: string; webhookSubscription: { uri?: string; callbackUrl?: string } },
): Node {
  const uri = webhookSubscription.uri ?? webhookSubscription.callbackUrl ?? ''
  const wrong = (message: string): Node => ({
    __typename: 'WebhookSubscriptionCreatePayload',
    webhookSubscription: null,
    userErrors: [{ __typename: 'UserError', field: ['webhookSubscription', 'uri'], message }],
  })
  if (!/^https?:\/\//.test(uri)) return wrong('Address is invalid')
  for (const one of desk.subscriptions.values())
    if (one.topic === topic && one.uri === uri) return wrong('Address for this topic has already been taken')
  desk.count += 1
  const made: Subscription = {
    id: gid('WebhookSubscription', 1_000_000 + desk.count),
    topic,
    uri,
    createdAt: desk.world.now(),
  }
  desk.subscriptions.set(made.id, made)
  return {
    __typename: 'WebhookSubscriptionCreatePayload',
    webhookSubscription: subscriptionNode(made),
    userErrors: [],
  }
}

export function deleteSubscription(desk: Desk, { id }: { id: string }): Node {
  const known = desk.subscriptions.delete(id)
  return {
    __typename: 'WebhookSubscriptionDeletePayload',
    deletedWebhookSubscriptionId: known ? id : null,
    userErrors: known
      ? []
      : [{ __typename: 'UserError', field: ['id'], message: 'Webhook subscription does not exist' }],
  }
}

export const subscriptionNode = (one: Subscription): Node => ({
  __typename: 'WebhookSubscription',
  id: one.id,
  legacyResourceId: one.id.split('/').at(-1),
  topic: one.topic,
  uri: one.uri,
  format: 'JSON',
  includeFields: [],
  metafieldNamespaces: [],
  createdAt: isoOf(one.createdAt),
  updatedAt: isoOf(one.createdAt),
  apiVersion: { __typename: 'ApiVersion', handle: '2026-10', displayName: '2026-10', supported: true },
})

interface Happening {
  topic: string
  at: number
  body: string
}

/** The vendor sends everything; of a long stretch only the latest of each topic here, which is plenty to hear that something changed. */
const most = 100

/** What happened in a shop within a stretch of time, in bodies of the older REST shape. */
function happenings(desk: Desk, from: number, to: number): Happening[] {
  const { world, shop } = desk
  const span = { from, to: to + 1 }
  const found: Happening[] = []
  for (const life of changed(world.company, shop, to, span)) {
    const { order } = life
    const at = changedAt(life)
    const id = orderId(order)
    const goods = life.lines.reduce((sum, line) => sum + line.unitPrice * line.quantity - line.discount, 0)
    found.push({
      topic: at === order.createdAt ? 'ORDERS_CREATE' : 'ORDERS_UPDATED',
      at,
      body: JSON.stringify({
        id,
        admin_graphql_api_id: gid('Order', id),
        name: `#${id}`,
        created_at: isoOf(order.createdAt),
        updated_at: isoOf(at),
        cancelled_at: life.cancelledAt === null ? null : isoOf(life.cancelledAt),
        currency: shop.currency,
        subtotal_price: amountOf(goods),
        test: order.test,
      }),
    })
    for (const refund of life.refunds)
      if (refund.at > from && refund.at <= to)
        found.push({
          topic: 'REFUNDS_CREATE',
          at: refund.at,
          body: JSON.stringify({ id: id * 100 + refund.number, order_id: id }),
        })
  }
  for (const { life, at } of deleted(world.company, shop, to, span))
    found.push({ topic: 'ORDERS_DELETE', at, body: JSON.stringify({ id: orderId(life.order) }) })
  for (const one of customersChanged(world.company, shop, to, span))
    found.push({
      topic: 'CUSTOMERS_UPDATE',
      at: customerChangedAt(one, to),
      body: JSON.stringify({ id: customerId(one) }),
    })
  for (const one of customersDeleted(world.company, shop, to, span))
    found.push({
      topic: 'CUSTOMERS_DELETE',
      at: one.deletedAt ?? to,
      body: JSON.stringify({ id: customerId(one) }),
    })
  found.sort((a, b) => a.at - b.at)
  const left = new Map<string, number>()
  for (const one of found) left.set(one.topic, (left.get(one.topic) ?? 0) + 1)
  return found.filter(one => {
    const rest = left.get(one.topic) ?? 0
    left.set(one.topic, rest - 1)
    return rest <= most
  })
}

/**
 * Tells subscribers what happened: signed with the app's secret; some twice under the same delivery, some out of order,
 * some only at the next telling. @returns how many were answered with 2xx.
 */
export async function tellShop(desk: Desk, from: number, to: number, send: typeof fetch): Promise<number> {
  if (desk.subscriptions.size === 0) return 0
  const chance = draw(desk.world.company.seed, 83, desk.shop.index, Math.floor(to / 1000))
  const due: Happening[] = [...desk.late.splice(0)]
  for (const one of happenings(desk, from, to)) {
    if (chance.chance(0.05)) desk.late.push(one)
    else if (chance.chance(0.1)) due.splice(Math.max(0, due.length - 3), 0, one)
    else due.push(one)
  }
  let taken = 0
  for (const one of due)
    for (const subscription of desk.subscriptions.values()) {
      if (subscription.topic !== one.topic) continue
      desk.count += 1
      const headers = headersOf(desk, one)
      const times = chance.chance(0.08) ? 2 : 1
      for (let n = 0; n < times; n++) {
        const answer = await send(subscription.uri, { method: 'POST', headers, body: one.body }).catch(
          () => null,
        )
        if (answer?.ok) taken += 1
      }
    }
  return taken
}

const headersOf = (desk: Desk, { topic, at, body }: Happening): Record<string, string> => ({
  'content-type': 'application/json',
  'x-shopify-topic': topic.toLowerCase().replace('_', '/'),
  'x-shopify-shop-domain': desk.domain,
  'x-shopify-api-version': '2026-10',
  'x-shopify-webhook-id': `simulated-${desk.shop.index}-${desk.count}`,
  'x-shopify-event-id': `event-${desk.shop.index}-${at}`,
  'x-shopify-triggered-at': new Date(desk.world.now()).toISOString(),
  'x-shopify-hmac-sha256': createHmac('sha256', desk.clientSecret).update(body).digest('base64'),
})
