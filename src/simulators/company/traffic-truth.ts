import { addDays, type Day, daysBetween, earlier, later } from '#kernel/day.ts'
import { type AdDay, adsOn } from './ad-spend.ts'
import { decimal } from './books.ts'
import type { Company } from './company.ts'
import { localDay } from './stores.ts'
import { visitsOn } from './traffic.ts'
import { purchasesOn } from './traffic-orders.ts'
import { searchesIn } from './traffic-search.ts'
import { peopleOf } from './traffic-users.ts'
import { property } from './traffic-ways.ts'
import type { TruthRange } from './truth.ts'

const counts = [
  'sessions',
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
] as const
type Count = (typeof counts)[number]

/** One day of analytics on one host, in one country, channel and device. Money in the property's currency. */
export interface TrafficTruth {
  host: string
  day: Day
  country: string
  channel: string
  device: string
  currency: string
  figures: Readonly<Record<Count | 'purchase_revenue', string>>
}

const daysOf = (company: Company, at: number, range: TruthRange): Day[] =>
  daysBetween(
    later(range.from ?? company.start, company.start),
    earlier(range.to ?? '9999-12-31', localDay(property.timezone, at)),
  )

const hostOf = (company: Company, store: string | undefined) =>
  store === undefined ? undefined : company.shops.find(shop => shop.store === store)?.host

/** What analytics reports at an instant, its last two days as far as it has come. Days are the property's, not the shops'. */
export function* trafficTruth(company: Company, at: number, range: TruthRange = {}): Generator<TrafficTruth> {
  const only = hostOf(company, range.store)
  for (const day of daysOf(company, at, range)) {
    const cells = new Map<
      string,
      { of: Omit<TrafficTruth, 'figures'>; n: Record<Count, number>; pence: number }
    >()
    for (const one of visitsOn(company, day, at)) {
      if (only !== undefined && one.host !== only) continue
      const { host, country, channel, device } = one
      const key = [host, country, channel, device].join('|')
      const cell = cells.get(key) ?? {
        of: { host, day, country, channel, device, currency: property.currency },
        n: Object.fromEntries(counts.map(name => [name, 0])) as Record<Count, number>,
        pence: 0,
      }
      cells.set(key, cell)
      cell.n.sessions += one.sessions
      cell.n.engaged_sessions += one.engaged
      cell.n.product_view_sessions += one.views
      cell.n.cart_sessions += one.carts
      cell.n.checkout_sessions += one.checkouts
      cell.n.completed_sessions += one.completed
      cell.n.key_event_sessions += one.keySessions
      cell.n.key_events += one.keyEvents
      cell.n.page_views += one.pageViews
      cell.n.new_users += one.newUsers
      cell.n.transactions += one.purchases
      cell.pence += one.revenue
    }
    for (const { of, n, pence } of cells.values()) {
      const figures = Object.fromEntries(counts.map(name => [name, String(n[name])])) as Record<Count, string>
      yield { ...of, figures: { ...figures, purchase_revenue: decimal(pence) } }
    }
  }
}

/** What a shop was searched for, in lower case. */
export function* searchTruth(
  company: Company,
  at: number,
  range: TruthRange = {},
): Generator<{
  host: string
  day: Day
  term: string
  country: string
  channel: string
  device: string
  sessions: number
  engaged: number
  searches: number
}> {
  const only = hostOf(company, range.store)
  for (const day of daysOf(company, at, range))
    for (const one of searchesIn(company, day, visitsOn(company, day, at))) {
      const { host, country, channel, device } = one.visit
      if (only !== undefined && host !== only) continue
      const { sessions, engaged, searches } = one
      yield { host, day, term: one.term.toLowerCase(), country, channel, device, sessions, engaged, searches }
    }
}

/** What a campaign cost on a day. `host` is that of the shop it leads to. */
export interface SpendTruth {
  store: string
  host: string
  day: Day
  platform: AdDay['platform']
  channel: string
  campaign: string
  currency: string
  cost: string
  clicks: number
  impressions: number
}

/** What was spent, platform by platform: Google's comes with analytics, Meta's by file, of days that are over. */
export function* spendTruth(company: Company, at: number, range: TruthRange = {}): Generator<SpendTruth> {
  const today = localDay(property.timezone, at)
  for (const day of daysOf(company, at, range))
    for (const { shop, platform, channel, campaign, cost, clicks, impressions } of adsOn(company, day, at)) {
      if (range.store && shop.store !== range.store) continue
      if (impressions === 0 || (platform === 'meta-ads' && day === today)) continue
      yield {
        store: shop.store,
        host: shop.host,
        day,
        platform,
        channel,
        campaign,
        currency: property.currency,
        cost: decimal(cost),
        clicks,
        impressions,
      }
    }
}

/** The purchases analytics told of, to be matched with the orders of the shop by their names. */
export function* purchaseTruth(
  company: Company,
  at: number,
  range: TruthRange = {},
): Generator<{ host: string; day: Day; id: string; channel: string; device: string; revenue: string }> {
  const only = hostOf(company, range.store)
  for (const day of daysOf(company, at, range))
    for (const one of purchasesOn(company, day, at))
      if (one.told && (only === undefined || one.host === only))
        yield {
          host: one.host,
          day,
          id: one.id,
          channel: one.way.channel,
          device: one.device,
          revenue: decimal(one.revenue),
        }
}

/** Distinct people of a host over the days of a period, as far as they are over or begun. */
export function usersTruth(
  company: Company,
  at: number,
  host: string,
  from: Day,
  to: Day,
): { total: number; active: number; fresh: number } {
  let sessions = 0
  let fresh = 0
  for (const day of daysOf(company, at, { from, to: earlier(to, addDays(from, 400)) }))
    for (const one of visitsOn(company, day, at)) {
      if (one.host !== host) continue
      sessions += one.sessions
      fresh += one.newUsers
    }
  return { ...peopleOf(company, sessions, fresh), fresh }
}
