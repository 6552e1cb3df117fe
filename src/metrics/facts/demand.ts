import type { Fact } from '../fact.ts'
import { day, place, sale } from './shared.ts'

export const demand: readonly Fact[] = [
  {
    name: 'traffic',
    label: 'Sessions',
    table: 'traffic_days',
    sources: [
      {
        table: 'traffic_days',
        day: 'day',
        dimensions: {
          ...sale,
          ...day,
          campaign: 'f.campaign',
          device: 'f.device',
          landing_page: 'f.landing_page',
          origin: 'f.origin',
        },
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
    name: 'spend',
    label: 'Media spend',
    table: 'spend_days',
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
    optional: ['delivered', 'opens', 'clicks', 'orders', 'revenue', 'unsubscribes', 'spam_reports'],
    ranked: 'messages_sent',
    supply: 'HubSpot, Marketo or a file of sends',
  },
]
