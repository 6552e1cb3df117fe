import { type FieldNode, GraphQLError, Kind, valueFromASTUntyped } from 'graphql'
import { addDays } from '#kernel/day.ts'
import type { Life } from '../company/life.ts'
import { changedAt } from '../company/life.ts'
import { localDay, midnight } from '../company/stores.ts'
import {
  createdAt,
  inventoryItemNode,
  itemChangedAt,
  productChangedAt,
  productNode,
  productsAt,
} from './catalogue-node.ts'
import { companyNode } from './company-node.ts'
import {
  companiesAt,
  customerChangedAt,
  customerNode,
  customersChanged,
  customersDeleted,
} from './customer-node.ts'
import { type Desk, scopesOf } from './desk.ts'
import { discountNode, discountsAt } from './discount-node.ts'
import { customerId, gid, isoOf, orderId } from './ids.ts'
import type { Listing } from './listing.ts'
import type { Node } from './node.ts'
import { orderNode, type Sight } from './order-node.ts'
import { changed, deleted, type Span } from './past.ts'
import { fits, type Search, SearchTrouble, searchOf, spanOf } from './search.ts'

/** One thing a root connection may give: what it is sorted and filtered by, and its fields once they are wanted. */
interface Candidate {
  key: string
  values: Readonly<Record<string, string | number>>
  node(): Node
}

export const sightOf = (desk: Desk): Sight => ({
  company: desk.world.company,
  now: desk.world.now(),
  personal: !desk.world.faults.armed()['shopify:no_protected_data'],
})

const keyOf = (at: number, id: number): string =>
  `${String(at).padStart(15, '0')}|${String(id).padStart(15, '0')}`

/** Without the scope for all of them, only orders of the last sixty days are there. */
const orderDays = 60

function* orders(desk: Desk, search: Search): Generator<Candidate> {
  const now = desk.world.now()
  const owed = search.terms.some(term => term.field === 'financial_status' && term.value === 'pending')
  const asked = spanOf(search, 'updated_at', now)
  // Nobody here takes longer than that to pay.
  const span = owed ? { ...asked, from: Math.max(asked.from, now - 40 * 86_400_000) } : asked
  const oldest = scopesOf(desk).includes('read_all_orders') ? 0 : now - orderDays * 86_400_000
  const sight = sightOf(desk)
  for (const life of changed(desk.world.company, desk.shop, now, span)) {
    if (life.order.createdAt < oldest) continue
    yield candidate(sight, life)
  }
}

const candidate = (sight: Sight, life: Life): Candidate => {
  const at = changedAt(life)
  const { order } = life
  return {
    key: keyOf(at, orderId(order)),
    values: {
      id: orderId(order),
      updated_at: at,
      created_at: order.createdAt,
      processed_at: order.placedAt,
      test: String(order.test),
      // Worked out only where it is asked for.
      get financial_status() {
        return life.paidAt !== null && life.refunds.length === 0
          ? 'paid'
          : String(orderNode(sight, life).displayFinancialStatus)
      },
      return_status: life.returns.length === 0 ? 'no_return' : 'returned',
    },
    node: () => orderNode(sight, life),
  }
}

function* products(desk: Desk): Generator<Candidate> {
  const moment = sightOf(desk)
  for (const product of productsAt(moment, desk.shop)) {
    const at = productChangedAt(moment, desk.shop, product)
    yield {
      key: keyOf(at, product.index),
      values: { id: product.index + 1, updated_at: at, created_at: createdAt(moment, desk.shop, product) },
      node: () => productNode(moment, desk.shop, product),
    }
  }
}

function* inventoryItems(desk: Desk): Generator<Candidate> {
  const moment = sightOf(desk)
  for (const product of productsAt(moment, desk.shop))
    for (const variant of product.variants) {
      const at = itemChangedAt(moment, desk.shop, variant)
      yield {
        key: keyOf(at, variant.index),
        values: {
          id: variant.index + 1,
          updated_at: at,
          created_at: createdAt(moment, desk.shop, product),
          sku: variant.sku,
        },
        node: () => inventoryItemNode(moment, desk.shop, variant),
      }
    }
}

function* customers(desk: Desk, search: Search): Generator<Candidate> {
  const sight = sightOf(desk)
  // The vendor's filter takes whole days.
  const day = 86_400_000
  const { from, to } = spanOf(search, 'updated_at', sight.now)
  const span: Span = { from: Math.floor(from / day) * day, to: Math.ceil(to / day) * day }
  for (const one of customersChanged(sight.company, desk.shop, sight.now, span)) {
    const at = customerChangedAt(one, sight.now)
    yield {
      key: keyOf(at, customerId(one)),
      values: { id: customerId(one) },
      node: () => customerNode(sight, desk.shop, one),
    }
  }
}

function* companies(desk: Desk): Generator<Candidate> {
  if (!desk.shop.trade)
    throw new GraphQLError(
      'Access denied for companies field. Required access: The shop must have access to B2B.',
      {
        extensions: { code: 'ACCESS_DENIED' },
      },
    )
  const sight = sightOf(desk)
  for (const life of companiesAt(sight.company, desk.shop, sight.now)) {
    const id = customerId(life.company.founder)
    yield {
      key: keyOf(0, id),
      values: { id, created_at: life.createdAt, updated_at: life.createdAt },
      node: () => companyNode(sight, desk.shop, life),
    }
  }
}

function* discountNodes(desk: Desk): Generator<Candidate> {
  const { company, now } = sightOf(desk)
  for (const one of discountsAt(company, desk.shop, now))
    yield {
      key: keyOf(0, one.id),
      values: { id: one.id },
      node: () => discountNode(company, desk.shop, now, one),
    }
}

function* events(desk: Desk, search: Search): Generator<Candidate> {
  const { company, now } = sightOf(desk)
  const span = spanOf(search, 'created_at', now)
  // A year is kept.
  const within: Span = { from: Math.max(span.from, now - 365 * 86_400_000), to: span.to }
  const event = (subject: string, type: string, id: number, at: number): Candidate => ({
    key: keyOf(at, id),
    values: { created_at: at, action: 'destroy', subject_type: type, id },
    node: () => ({
      __typename: 'BasicEvent',
      id: gid('BasicEvent', id),
      action: 'destroy',
      createdAt: isoOf(at),
      message: `${subject} was deleted.`,
      subjectId: gid(subject, id),
      subjectType: type,
    }),
  })
  for (const { life, at } of deleted(company, desk.shop, now, within))
    yield event('Order', 'ORDER', orderId(life.order), at)
  for (const one of customersDeleted(company, desk.shop, now, within))
    yield event('Customer', 'CUSTOMER', customerId(one), one.deletedAt ?? 0)
  for (const product of company.catalogue.products) {
    if (product.deleted === null) continue
    const at = midnight(desk.shop.timezone, product.deleted)
    if (
      at <= now &&
      at >= within.from &&
      at < within.to &&
      localDay(desk.shop.timezone, now) >= addDays(product.deleted, 0)
    )
      yield event('Product', 'PRODUCT', product.index + 1, at)
  }
}

const sources: Record<string, (desk: Desk, search: Search) => Generator<Candidate>> = {
  orders,
  products,
  inventoryItems,
  customers,
  companies,
  discountNodes,
  events,
}
/** Filters whose meaning is in how the things are found. */
const found = new Set(['customers updated_at', 'events comments'])

function* asked(desk: Desk, name: string, query: unknown): Generator<Candidate> {
  const source = sources[name]
  if (!source) throw new SearchTrouble(`${name} is not answered here.`)
  const search = searchOf(`QueryRoot.${name}`, query as string | null)
  const rest = { terms: search.terms.filter(term => !found.has(`${name} ${term.field}`)) }
  const now = desk.world.now()
  for (const one of source(desk, search)) if (fits(rest, one.values, now)) yield one
}

/** A root connection for paging: sorted by its time of change (its time for events), then by id. */
export function listingOf(desk: Desk, name: string, args: Readonly<Record<string, unknown>>): Listing {
  try {
    const all = [...asked(desk, name, args.query)].sort((a, b) => (a.key < b.key ? -1 : 1))
    if (args.reverse) throw new SearchTrouble('reverse is not answered here.')
    return { keys: all.map(one => one.key), node: index => (all[index] as Candidate).node() }
  } catch (error) {
    throw refused(error)
  }
}

/** How many there are, up to the limit; null for none. */
export function countOf(desk: Desk, name: string, args: Readonly<Record<string, unknown>>): Node {
  const limit = args.limit === null ? 25_000 : Number(args.limit ?? 10_000)
  let count = 0
  try {
    for (const _ of asked(desk, name, args.query)) {
      count += 1
      if (count > limit) break
    }
  } catch (error) {
    throw refused(error)
  }
  return {
    __typename: 'Count',
    count: Math.min(count, limit + 1),
    precision: count > limit ? 'AT_LEAST' : 'EXACT',
  }
}

const refused = (error: unknown): unknown =>
  error instanceof SearchTrouble
    ? new GraphQLError(error.message, { extensions: { code: 'BAD_REQUEST' } })
    : error

/** Everything a bulk operation asks for, one after the other. */
export function* streamOf(desk: Desk, field: FieldNode): Generator<Node> {
  const query = field.arguments?.find(one => one.name.value === 'query')?.value
  if (query && query.kind === Kind.VARIABLE) throw new SearchTrouble('Bulk queries take no variables.')
  for (const one of asked(desk, field.name.value, query ? valueFromASTUntyped(query) : null)) yield one.node()
}
