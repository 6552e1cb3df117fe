import type { Batch } from '../connector.ts'

/** What is lost without a scope. */
export const costOf = {
  read_orders: 'no orders are read: nothing is known of sales',
  read_all_orders:
    'only orders of the last 60 days are read; ask Shopify for it in the app’s API access requests',
  read_customers:
    'customers and the companies that buy are not known: no new and returning customers, no cohorts, no accounts',
  read_products: 'no catalogue: products have only the names they were sold under',
  read_inventory: 'no stock levels and no unit costs of items',
  read_locations: 'the places of sales at a counter are not known',
  read_returns: 'returns and their reasons are not known; refunds are',
  read_discounts: 'promotions have no titles, terms or dates; codes on orders are known',
  read_reports:
    'no reconciliation with Shopify’s own totals, no sessions, and costs of sales before an item’s last change are estimates',
} as const

export type Scope = keyof typeof costOf

export const scopes = Object.keys(costOf) as Scope[]

/** A scope that is missing and what that costs, in words. */
export const lacking = (scope: Scope): string => `${scope} is not granted: ${costOf[scope]}.`

/** A stream that cannot be read without a scope: nothing comes of it, and nothing is taken for gone. */
export async function* without(scope: Scope): AsyncGenerator<Batch<never>, void> {
  yield { records: [], unread: lacking(scope) }
}
