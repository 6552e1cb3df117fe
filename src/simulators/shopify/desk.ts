import { createHash } from 'node:crypto'
import type { StoreFacts } from '../company/stores.ts'
import type { World } from '../world.ts'
import { Bucket } from './bucket.ts'
import type { Job } from './bulk.ts'
import { BulkFiles } from './bulk-files.ts'
import type { Subscription } from './hooks.ts'

interface Token {
  scopes: readonly string[]
  /** ms by the world's clock; null for one that does not end. */
  expires: number | null
}

/** What one shop keeps of one app: its tokens, points, bulk operations and subscriptions. */
export interface Desk {
  world: World
  shop: StoreFacts
  /** `….myshopify.com`. */
  domain: string
  clientId: string
  clientSecret: string
  tokens: Map<string, Token>
  bucket: Bucket
  jobs: Map<string, Job>
  files: BulkFiles
  subscriptions: Map<string, Subscription>
  /** Counts tokens, operations, subscriptions and deliveries. */
  count: number
  /** Deliveries that come late: with the next telling. */
  late: { topic: string; body: string; at: number }[]
}

/** Every scope the connector asks for. */
export const allScopes = [
  'read_orders',
  'read_all_orders',
  'read_customers',
  'read_products',
  'read_inventory',
  'read_locations',
  'read_returns',
  'read_reports',
  'read_discounts',
]

/** A secret that is the same for the same company, so that a simulator started again knows its clients. */
const secretOf = (world: World, what: string): string =>
  createHash('sha256').update(`${world.company.seed} ${what}`).digest('hex').slice(0, 32)

export const createDesk = (world: World, shop: StoreFacts): Desk => ({
  world,
  shop,
  domain: `${shop.store}.myshopify.com`,
  clientId: secretOf(world, `${shop.store} client`),
  clientSecret: `shpss_${secretOf(world, `${shop.store} secret`)}`,
  tokens: new Map([
    [`shpat_${secretOf(world, `${shop.store} token`)}`, { scopes: allScopes, expires: null }],
  ]),
  bucket: new Bucket(),
  jobs: new Map(),
  files: new BulkFiles(),
  subscriptions: new Map(),
  count: 0,
  late: [],
})

/** Scopes granted now: some are taken away while a failure asks for it. */
export function scopesOf(desk: Desk): string[] {
  const armed = desk.world.faults.armed()
  const gone: Record<string, string> = {
    'shopify:no_read_all_orders': 'read_all_orders',
    'shopify:no_read_customers': 'read_customers',
    'shopify:no_read_returns': 'read_returns',
    'shopify:no_read_reports': 'read_reports',
    'shopify:no_read_inventory': 'read_inventory',
    'shopify:no_read_locations': 'read_locations',
  }
  const lost = new Set(Object.entries(gone).flatMap(([fault, scope]) => (armed[fault] ? [scope] : [])))
  return allScopes.filter(scope => !lost.has(scope))
}

/** A day of the vendor's: 24 hours less a second. */
const tokenLife = 86_399

export function grant(desk: Desk): { access_token: string; scope: string; expires_in: number } {
  desk.count += 1
  const scopes = scopesOf(desk)
  const token = `shpat_${secretOf(desk.world, `${desk.shop.store} token ${desk.count} ${desk.world.now()}`)}`
  desk.tokens.set(token, { scopes, expires: desk.world.now() + tokenLife * 1000 })
  return { access_token: token, scope: scopes.join(','), expires_in: tokenLife }
}
