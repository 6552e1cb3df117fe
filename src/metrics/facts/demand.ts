import type { Fact } from '../fact.ts'
import { broughtBy, day, place, product, sale } from './shared.ts'

/** Days of a counter that have rows of one kind: those by landing page split again what the others count. */
const days = (kind: string) =>
  `(f.store, f.origin, f.day) NOT IN (SELECT t.store, t.origin, t.day FROM traffic_days t WHERE ${kind})`

const byWay = {
  ...sale,
  ...day,
  campaign: 'f.campaign',
  device: 'f.device',
  origin: 'f.origin',
}

/** A purchase's id without the sign that shops put before their orders' numbers. */
const purchase = "replace(f.transaction_id, '#', '')"
const order = "replace(o.order_id, '#', '')"
const inLedger = `(f.store, ${purchase}) IN (SELECT o.store, ${order} FROM order_days o)`
/** Its customer's first. */
const isFirst = `(f.store, ${purchase}) IN (SELECT o.store, ${order} FROM order_days o WHERE o.first_orders = 1)`
const thatDay = `(f.store, ${purchase}, f.day) IN (SELECT o.store, ${order}, o.ordered_day FROM order_days o)`

export const demand: readonly Fact[] = [
  {
    name: 'traffic',
    label: 'Sessions',
    table: 'traffic_days',
    means: broughtBy,
    sources: [
      {
        table: 'traffic_days',
        day: 'day',
        // A file may bring nothing but landing pages: they are then all there is.
        where: `(f.landing_page = '' OR ${days("t.landing_page = ''")})`,
        dimensions: byWay,
        counter: 'origin',
        flawed: "f.quality <> ''",
      },
      {
        table: 'traffic_days',
        day: 'day',
        where: `(f.landing_page <> '' OR ${days("t.landing_page <> ''")})`,
        dimensions: { ...byWay, landing_page: 'f.landing_page' },
        counter: 'origin',
        flawed: "f.quality <> ''",
      },
    ],
    money: ['purchase_revenue', 'total_revenue', 'item_revenue'],
    optional: [
      'engaged_sessions',
      'product_view_sessions',
      'cart_sessions',
      'checkout_sessions',
      'completed_sessions',
      'key_event_sessions',
      'key_events',
      'page_views',
      'new_users',
      'transactions',
      'purchase_revenue',
      'total_revenue',
      'item_revenue',
    ],
    ranked: 'sessions',
    supply: 'Google Analytics or a traffic file',
  },
  {
    name: 'users',
    label: 'Users',
    table: 'traffic_users',
    sources: (['day', 'week', 'month', 'quarter', 'year'] as const).map(period => ({
      table: 'traffic_users',
      day: 'day',
      where: `f.grain = '${period}' AND f.dimension = ''`,
      dimensions: { store: 'f.store', origin: 'f.origin' },
      period,
      // Somebody may visit two shops: people of several are not added.
      needs: { total_users: 'store', active_users: 'store' },
    })),
    money: [],
    optional: ['total_users', 'active_users'],
    ranked: 'total_users',
    supply: 'Google Analytics',
  },
  {
    name: 'items',
    label: 'Interest in products',
    table: 'item_days',
    sources: [
      {
        table: 'item_days',
        day: 'day',
        dimensions: { ...place, ...day, ...product, origin: 'f.origin' },
        flawed: "f.quality <> ''",
      },
    ],
    money: ['item_revenue'],
    optional: ['items_viewed', 'items_added', 'items_checked_out', 'items_purchased', 'item_revenue'],
    ranked: 'items_viewed',
    supply: 'Google Analytics',
  },
  {
    name: 'searches',
    label: 'Site search',
    table: 'search_days',
    means: broughtBy,
    sources: [
      {
        table: 'search_days',
        day: 'day',
        dimensions: {
          store: 'f.store',
          country: 'f.country',
          channel: 'f.channel',
          ...day,
          device: 'f.device',
          origin: 'f.origin',
          search_term: 'f.term',
        },
        flawed: "f.quality <> ''",
      },
    ],
    money: [],
    optional: ['engaged_sessions', 'searches', 'fruitless_searches', 'exit_sessions', 'completed_sessions'],
    ranked: 'search_sessions',
    supply: 'Google Analytics or a file of search terms',
  },
  {
    name: 'tracked',
    label: 'Purchases as the counter saw them',
    table: 'analytics_orders',
    means: broughtBy,
    sources: [
      {
        table: 'analytics_orders',
        day: 'day',
        dimensions: {
          ...sale,
          ...day,
          campaign: 'f.campaign',
          device: 'f.device',
          origin: 'f.origin',
          tracking: `CASE WHEN ${thatDay} THEN 'same day' WHEN ${inLedger} THEN 'another day' ELSE 'not in the ledger' END`,
        },
        columns: {
          matched: `CASE WHEN ${inLedger} THEN 1 ELSE 0 END`,
          unmatched: `CASE WHEN ${inLedger} THEN 0 ELSE 1 END`,
          repeated: 'f.purchases - 1',
          firsts: `CASE WHEN ${isFirst} THEN 1 ELSE 0 END`,
          matched_revenue: `CASE WHEN ${inLedger} THEN f.revenue ELSE 0 END`,
          first_revenue: `CASE WHEN ${isFirst} THEN f.revenue ELSE 0 END`,
        },
        flawed: "f.quality <> ''",
      },
    ],
    needs: 'sales_lines',
    whenever: true,
    money: ['revenue', 'matched_revenue', 'first_revenue'],
    optional: ['revenue', 'matched_revenue', 'first_revenue'],
    ranked: 'tracked_orders',
    supply: 'Google Analytics',
  },
  {
    name: 'spend',
    label: 'Media spend',
    table: 'spend_days',
    means: { ...broughtBy, platform: 'where the advertisement ran' },
    sources: [
      {
        table: 'spend_days',
        day: 'day',
        dimensions: {
          ...sale,
          ...day,
          campaign: 'f.campaign',
          platform: 'f.platform',
          ad_account: 'f.account',
        },
      },
    ],
    money: ['cost', 'conversion_value'],
    optional: ['impressions', 'clicks', 'conversions', 'conversion_value'],
    ranked: 'spend',
    supply: 'an ad platform or a spend file',
  },
  {
    name: 'messages',
    label: 'E-mail and automation',
    table: 'message_days',
    means: { platform: 'who sent the message' },
    sources: [
      {
        table: 'message_days',
        day: 'day',
        dimensions: {
          ...place,
          ...day,
          platform: 'f.platform',
          message_kind: 'f.kind',
          message: 'f.message',
        },
        columns: { kind: 'f.kind' },
      },
    ],
    money: ['revenue'],
    optional: [
      'delivered',
      'opens',
      'clicks',
      'bounces',
      'orders',
      'revenue',
      'unsubscribes',
      'spam_reports',
    ],
    ranked: 'messages_sent',
    supply: 'HubSpot, Marketo or a file of sends',
  },
]
