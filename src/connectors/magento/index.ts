import type { Connector } from '../connector.ts'
import { check } from './check.ts'
import { companyStream, creditStream } from './companies.ts'
import { customerStream } from './customers.ts'
import { invoiceStream } from './invoices.ts'
import { orderStream } from './orders.ts'
import { costStream, productStream } from './products.ts'
import { promotionStream } from './promotions.ts'
import { quoteStream } from './quotes.ts'
import { returnStream } from './returns.ts'
import { openSession, type Session } from './session.ts'
import { stockStream } from './stock.ts'
import { totals } from './totals.ts'

/** Magento 2.4 and Adobe Commerce, on one's own machines or as the cloud service. */
export const magento: Connector<Session> = {
  vendor: 'magento',
  name: 'Magento',
  about:
    'Orders, credit memos, products, stock, customers, and what B2B brings: companies, credit and quotes.',
  fields: [
    {
      name: 'address',
      label: 'Address of the shop',
      about: 'As its customers see it: https://shop.example.com. Not needed for the cloud service.',
      optional: true,
    },
    {
      name: 'consumer_key',
      label: 'Consumer key',
      about: 'System → Integrations, shown when the integration is activated',
      optional: true,
    },
    {
      name: 'consumer_secret',
      label: 'Consumer secret',
      about: 'Below the consumer key',
      secret: true,
      optional: true,
    },
    {
      name: 'access_token',
      label: 'Access token',
      about: 'Below the consumer secret. Alone it works only where tokens are allowed as bearers.',
      secret: true,
      optional: true,
    },
    {
      name: 'access_token_secret',
      label: 'Access token secret',
      about: 'Below the access token',
      secret: true,
      optional: true,
    },
    {
      name: 'tenant',
      label: 'Tenant (cloud service only)',
      about: 'Commerce Cloud Manager: the last part of the REST endpoint',
      optional: true,
    },
    {
      name: 'organisation',
      label: 'Organisation (cloud service only)',
      about: 'Adobe developer console: ends in @AdobeOrg',
      optional: true,
    },
    {
      name: 'client_id',
      label: 'Client ID (cloud service only)',
      about: 'Adobe developer console: OAuth server-to-server credential',
      optional: true,
    },
    {
      name: 'client_secret',
      label: 'Client secret (cloud service only)',
      about: 'Beside the client ID',
      secret: true,
      optional: true,
    },
    {
      name: 'sales_people',
      label: 'Names of sales representatives',
      about: 'By the ids of their users, which Magento tells without names: 2=Nadia Clarke, 3=Ben Whitlock',
      optional: true,
    },
  ],
  guide: [
    'In the admin of Magento open System → Extensions → Integrations and choose Add New Integration.',
    'Give it the name Quarterdeck and your password.',
    'Under API choose Custom and tick Sales, Catalog, Customers, Carts, Marketing → Promotions, Stores, and for B2B Company and Quotes.',
    'Save, choose Activate and Allow: the four values are shown now. Copy them here.',
    'For Adobe Commerce as a Cloud Service make a project with the Commerce API in the Adobe developer console instead, and give tenant, organisation, client ID and client secret.',
  ],
  open: openSession,
  async clock(session) {
    await session.get('store/websites')
    return session.http.clock()
  },
  check,
  streams: [
    orderStream,
    productStream,
    costStream,
    stockStream,
    customerStream,
    companyStream,
    creditStream,
    quoteStream,
    returnStream,
    promotionStream,
    invoiceStream,
  ],
  totals,
}
