import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  getNamedType,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { cancelBulk, jobNode, runBulk } from './bulk.ts'
import { actualCost, requestedCost } from './cost.ts'
import { type Desk, scopesOf } from './desk.ts'
import { discountNode, discountsAt } from './discount-node.ts'
import { createSubscription, deleteSubscription, subscriptionNode } from './hooks.ts'
import { orderId, placedBy, readGid } from './ids.ts'
import { type Listing, listed, pageOf } from './listing.ts'
import { fieldOf, type Node } from './node.ts'
import { orderNode, refundNode, returnNode } from './order-node.ts'
import { orderAt } from './past.ts'
import { countOf, listingOf, sightOf } from './root.ts'
import { isConnection, needed, schema } from './schema.ts'
import { shopifyql } from './shopifyql.ts'
import { supported } from './versions.ts'

const mostCost = 1000

interface Asked {
  query: string
  variables: Record<string, unknown>
}

interface Context {
  desk: Desk
  granted: ReadonlySet<string>
}

const documentation = 'https://shopify.dev/api/usage/rate-limits'

/** Answers a question as the vendor does: nearly always with HTTP 200, and what is wrong in the body. */
export async function answer(desk: Desk, { query, variables }: Asked): Promise<Record<string, unknown>> {
  // Work in the background goes on even if someone asks without pause.
  await new Promise<void>(done => setImmediate(done))
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    return { errors: [{ message: (error as Error).message, locations: (error as GraphQLError).locations }] }
  }
  const wrong = validate(schema(), document, [...specifiedRules, NoSchemaIntrospectionCustomRule])
  if (wrong.length > 0)
    return {
      errors: wrong.map(({ message, locations }) => ({
        message,
        locations,
        path: [],
        extensions: { code: /Cannot query field/.test(message) ? 'undefinedField' : 'argumentNotAccepted' },
      })),
    }
  const requested = requestedCost(document, variables)
  if (requested > mostCost)
    return {
      errors: [
        {
          message: `Query cost is ${requested}, which exceeds the single query max cost limit (${mostCost}).`,
          extensions: { code: 'MAX_COST_EXCEEDED', cost: requested, maxCost: mostCost, documentation },
        },
      ],
    }
  const costOf = (actual: number | null) => ({
    cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: desk.bucket.status() },
  })
  if (desk.world.faults.strikes('shopify', 'throttled')) {
    const { maximumAvailable, restoreRate } = desk.bucket.status()
    return {
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation } }],
      extensions: {
        cost: {
          requestedQueryCost: requested,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable, currentlyAvailable: 0, restoreRate },
        },
      },
    }
  }
  if (!desk.bucket.holds(requested))
    return {
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation } }],
      extensions: costOf(null),
    }
  if (desk.world.faults.strikes('shopify', 'internal_error'))
    return {
      errors: [
        {
          message: 'Internal error. Looks like something went wrong on our end.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'simulated' },
        },
      ],
    }
  const context: Context = { desk, granted: new Set(scopesOf(desk)) }
  const result = await execute({
    schema: schema(),
    document,
    rootValue: rootNode(desk),
    contextValue: context,
    variableValues: variables,
    fieldResolver: resolve,
    typeResolver: value => (value as Node).__typename,
  })
  const actual = actualCost(result.data) - 1 + (/^\s*mutation/.test(query) ? 10 : 0)
  desk.bucket.take(Math.max(1, actual))
  return {
    ...(result.data !== undefined && { data: result.data }),
    ...(result.errors && { errors: result.errors.map(error => error.toJSON()) }),
    extensions: costOf(Math.max(1, actual)),
  }
}

const resolve: GraphQLFieldResolver<Node, Context> = (source, args, { granted }, info) => {
  const type = info.parentType.name
  const scopes = needed(type, info.fieldName, info.returnType)
  if (scopes && !scopes.some(scope => granted.has(scope)))
    throw new GraphQLError(
      `Access denied for ${info.fieldName} field. Required access: \`${scopes[0]}\` access scope.`,
      {
        extensions: {
          code: 'ACCESS_DENIED',
          documentation: 'https://shopify.dev/api/usage/access-scopes',
          requiredAccess: `\`${scopes[0]}\` access scope.`,
        },
      },
    )
  const value = fieldOf(source, info.fieldName, args)
  if (!isConnection(info.returnType) || value === null || value === undefined) return value
  const listing = Array.isArray(value) ? listed(value as Node[]) : (value as Listing)
  return pageOf(getNamedType(info.returnType).name, listing, args)
}

/** What stands at the root of questions and of changes. */
function rootNode(desk: Desk): Node {
  const { shop, world } = desk
  const sight = sightOf(desk)
  const byId = (text: string): Node | null => {
    const read = readGid(text)
    if (!read) throw new GraphQLError(`Invalid global id '${text}'`, { extensions: { code: 'INVALID' } })
    const job = desk.jobs.get(text)
    if (job) return jobNode(desk, job)
    if (read.type === 'DiscountNode') {
      const own = discountsAt(world.company, shop, world.now()).find(one => one.id === read.id)
      return own ? discountNode(world.company, shop, world.now(), own) : null
    }
    const isPart = read.type === 'Refund' || read.type === 'Return'
    const order = read.type === 'Order' ? read.id : isPart ? Math.floor(read.id / 100) : null
    if (order === null) return null
    const life = orderAt(world.company, shop, world.now(), placedBy(order))
    if (!life) return null
    if (read.type === 'Order') return orderNode(sight, life)
    const isMeant = (one: { number: number }) => orderId(life.order) * 100 + one.number === read.id
    const refund = life.refunds.find(isMeant)
    if (read.type === 'Refund') return refund ? refundNode(life, refund) : null
    const back = life.returns.find(isMeant)
    return back ? returnNode(life.order, back) : null
  }
  const listing = (name: string) => (args: Record<string, unknown>) => listingOf(desk, name, args)
  const count = (name: string, root: string) => (args: Record<string, unknown>) =>
    countOf(desk, name, { ...args, root })
  return {
    __typename: 'QueryRoot',
    shop: () => shopNode(desk),
    publicApiVersions: () =>
      supported.map(handle => ({ __typename: 'ApiVersion', handle, displayName: handle, supported: true })),
    currentAppInstallation: () => ({
      __typename: 'AppInstallation',
      id: 'gid://shopify/AppInstallation/1',
      launchUrl: world.url,
      accessScopes: scopesOf(desk).map(handle => ({
        __typename: 'AccessScope',
        handle,
        description: handle,
      })),
    }),
    orders: listing('orders'),
    products: listing('products'),
    inventoryItems: listing('inventoryItems'),
    customers: listing('customers'),
    companies: listing('companies'),
    discountNodes: listing('discountNodes'),
    events: listing('events'),
    ordersCount: count('orders', 'ordersCount'),
    customersCount: count('customers', 'customersCount'),
    order: ({ id }: { id: string }) => byId(id),
    refund: ({ id }: { id: string }) => byId(id),
    node: ({ id }: { id: string }) => byId(id),
    nodes: ({ ids }: { ids: string[] }) => {
      if (ids.length > 250)
        throw new GraphQLError('The input array size of more than 250 is not allowed.', {
          extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
        })
      return ids.map(byId)
    },
    shopifyqlQuery: ({ query }: { query: string }) => shopifyql(desk, query),
    bulkOperation: ({ id }: { id: string }) => {
      const job = desk.jobs.get(id)
      return job ? jobNode(desk, job) : null
    },
    bulkOperations: () => [...desk.jobs.values()].reverse().map(job => jobNode(desk, job)),
    webhookSubscriptions: ({ topics }: { topics?: string[] }) =>
      [...desk.subscriptions.values()]
        .filter(one => !topics || topics.includes(one.topic))
        .map(subscriptionNode),
    bulkOperationRunQuery: (args: { query: string }) => runBulk(desk, args),
    bulkOperationCancel: (args: { id: string }) => cancelBulk(desk, args),
    webhookSubscriptionCreate: (args: Parameters<typeof createSubscription>[1]) =>
      createSubscription(desk, args),
    webhookSubscriptionDelete: (args: { id: string }) => deleteSubscription(desk, args),
  }
}

const shopNode = ({ shop, domain }: Desk): Node => ({
  __typename: 'Shop',
  id: `gid://shopify/Shop/${shop.index}`,
  name: shop.name,
  myshopifyDomain: domain,
  email: `shop@${shop.host}`,
  contactEmail: `shop@${shop.host}`,
  url: `https://${shop.host}`,
  currencyCode: shop.currency,
  enabledPresentmentCurrencies: [...new Set(shop.markets.map(one => one.currency))],
  ianaTimezone: shop.timezone,
  timezoneOffsetMinutes: 0,
  taxesIncluded: shop.taxesIncluded,
  taxShipping: true,
  plan: {
    __typename: 'ShopPlan',
    publicDisplayName: 'Shopify Plus',
    shopifyPlus: true,
    partnerDevelopment: false,
  },
  primaryDomain: {
    __typename: 'Domain',
    id: 'gid://shopify/Domain/1',
    host: shop.host,
    url: `https://${shop.host}`,
    sslEnabled: true,
  },
  shopAddress: {
    __typename: 'ShopAddress',
    id: 'gid://shopify/ShopAddress/1',
    countryCodeV2: shop.markets[0]?.country ?? null,
    coordinatesValidated: true,
    formatted: [],
  },
})
