import type { Checked, Connector, Stream } from '../connector.ts'
import { companyStream } from './companies.ts'
import { customerStream } from './customers.ts'
import { deletionStream } from './deletions.ts'
import { discountStream } from './discounts.ts'
import { hooks } from './hooks.ts'
import { orders } from './orders.ts'
import { costStream, productStream, stockStream } from './products.ts'
import { receivableStream } from './receivables.ts'
import { lacking, scopes } from './scopes.ts'
import { about, openSession, remarksOf, type Session } from './session.ts'
import { totals, trafficStream } from './traffic.ts'

async function check(session: Session): Promise<Checked> {
  const shop = await about(session)
  const limits = scopes.filter(scope => !shop.scopes.has(scope)).map(lacking)
  const { client_secret } = session.credentials
  if (!client_secret)
    limits.push(
      'Without the client secret webhooks cannot be verified: changes are read at the usual times only.',
    )
  return {
    account: shop.name,
    shops: [
      {
        key: session.shop,
        name: shop.name,
        currency: shop.currency,
        timezone: shop.timezone,
        kind: shop.companies ? 'both' : 'b2c',
        hosts: shop.hosts,
      },
    ],
    limits: [...limits, ...remarksOf(session)],
    facts: { country: shop.country, taxesIncluded: shop.taxesIncluded },
  }
}

/**
 * Shopify by its Admin GraphQL. History comes by bulk exports, fresh changes by pages. A shop is brought in by this
 * connection or by files of its exports (the presets of the file connector), never by both: lines have other ids there.
 */
export const shopify: Connector<Session> = {
  vendor: 'shopify',
  name: 'Shopify',
  about:
    'Orders with refunds and returns, products, costs, stock, customers, B2B companies and sessions of a shop.',
  fields: [
    {
      name: 'shop',
      label: 'Shop',
      about: 'The address the shop has at Shopify, such as larkfield.myshopify.com: Settings → Domains.',
    },
    {
      name: 'client_id',
      label: 'Client ID',
      about:
        'Of an app in the Dev Dashboard that is installed in the shop: Settings → Credentials. Not needed with an access token.',
      optional: true,
    },
    {
      name: 'client_secret',
      label: 'Client secret',
      about: 'Beside the client ID. Webhooks are verified with it too, also where there is an access token.',
      secret: true,
      optional: true,
    },
    {
      name: 'access_token',
      label: 'Access token',
      about:
        'Instead of client ID and secret, for a custom app that was made in the shop’s admin before 2026: begins with shpat_.',
      secret: true,
      optional: true,
    },
  ],
  guide: [
    'Open dev.shopify.com → Apps → Create app, in the organisation the shop belongs to.',
    `Under Versions give it these Admin API scopes: ${scopes.join(', ')}.`,
    'For history beyond 60 days ask for read_all_orders, for names and addresses for protected customer data, under API access requests.',
    'Release the version and install the app in the shop.',
    'Copy the client ID and the client secret from Settings → Credentials into this form.',
  ],
  open: openSession,
  quotas: session => session.pace.quotas(),
  async clock(session) {
    await about(session)
    return session.http.clock()
  },
  check,
  // GraphQL gives what is asked for, and nothing else.
  streams: [
    orders,
    productStream,
    costStream,
    stockStream,
    customerStream,
    companyStream,
    receivableStream,
    trafficStream,
    discountStream,
    deletionStream,
  ].map(stream => ({ ...stream, asked: true })) as unknown as readonly Stream<Session, unknown>[],
  hooks,
  totals,
}
