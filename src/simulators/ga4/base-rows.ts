import { type Day, dayNumber } from '#kernel/day.ts'
import { adsOn } from '../company/ad-spend.ts'
import type { Company } from '../company/company.ts'
import { unitOf } from '../company/draw.ts'
import { productOf } from '../company/prices.ts'
import { type Visits, visitsOn } from '../company/traffic.ts'
import { purchasesOn } from '../company/traffic-orders.ts'
import { searchesIn } from '../company/traffic-search.ts'
import { worked } from '../company/traffic-ways.ts'

/** Numbers a report adds up, by name. Money in pence. */
export type Numbers = Record<string, number>

/** One row of what was counted, before a report groups it: of a way in, with what is its own, or of neither. */
export interface BaseRow {
  visit?: Visits
  dims?: Readonly<Record<string, string>>
  n: Numbers
}

const countries: Readonly<Record<string, string>> = {
  GB: 'United Kingdom',
  IE: 'Ireland',
  US: 'United States',
  CA: 'Canada',
  DE: 'Germany',
  AT: 'Austria',
}

const time = (day: Day) => ({
  date: day.replaceAll('-', ''),
  yearMonth: day.slice(0, 7).replace('-', ''),
  year: day.slice(0, 4),
})

const kept = new WeakMap<Company, Map<string, readonly Visits[]>>()
const keptHosts = new WeakMap<Company, Map<string, readonly BaseRow[]>>()
/** Some hundred rows each. */
const keptDays = 1200

/** A finished day is the same for every report; three years of days are kept, the rest made again. */
function counted(company: Company, day: Day, at: number): readonly Visits[] {
  if (worked(day, at) < 1) return visitsOn(company, day, at)
  const own = kept.get(company) ?? new Map<string, readonly Visits[]>()
  kept.set(company, own)
  const found = own.get(day)
  if (found) return found
  const made = visitsOn(company, day, at)
  if (own.size >= keptDays) own.delete(own.keys().next().value ?? '')
  own.set(day, made)
  return made
}

const summed = [
  'sessions',
  'engaged',
  'pageViews',
  'newUsers',
  'keyEvents',
  'keySessions',
  'viewEvents',
  'cartEvents',
  'checkoutEvents',
  'purchases',
  'revenue',
] as const

/** Sums of each host by day: few enough to keep them for ten years, for questions of whole years. */
export function* hostRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  const own = keptHosts.get(company) ?? new Map<string, readonly BaseRow[]>()
  keptHosts.set(company, own)
  for (const day of days) {
    const known = own.get(day) ?? byHost(day, counted(company, day, at))
    if (worked(day, at) === 1 && own.size < 4000) own.set(day, known)
    yield* known
  }
}

const byHost = (day: Day, visits: readonly Visits[]): BaseRow[] =>
  [...Map.groupBy(visits, one => one.host)].map(([hostName, some]) => ({
    dims: { ...time(day), hostName },
    n: {
      ...Object.fromEntries(summed.map(name => [name, some.reduce((sum, one) => sum + one[name], 0)])),
      events: some.reduce((sum, one) => sum + eventsOf(one), 0),
    },
  }))

/** A dimension of a way in. */
function ofVisit(one: Visits, dimension: string): string {
  switch (dimension) {
    case 'date':
      return one.day.replaceAll('-', '')
    case 'yearMonth':
      return one.day.slice(0, 7).replace('-', '')
    case 'year':
      return one.day.slice(0, 4)
    case 'hostName':
      return one.host
    case 'countryId':
      return one.country
    case 'country':
      return countries[one.country] ?? one.country
    case 'deviceCategory':
      return one.device
    case 'sessionDefaultChannelGroup':
      return one.channel
    case 'sessionSource':
      return one.source
    case 'sessionMedium':
      return one.medium
    case 'sessionSourceMedium':
      return one.source === '(not set)' ? '(not set)' : `${one.source} / ${one.medium}`
    case 'sessionCampaignName':
      return one.campaign
    case 'sessionGoogleAdsCampaignName':
      return one.channel === 'Paid Search' ? one.campaign : '(not set)'
    case 'sessionGoogleAdsCampaignId':
      return one.channel === 'Paid Search' ? campaignId(one.campaign) : '(not set)'
    case 'landingPagePlusQueryString':
      return one.landing
    case 'landingPage':
      return one.landing.split('?')[0] ?? ''
    default:
      return '(not set)'
  }
}

export const fieldOf = ({ dims, visit }: BaseRow, dimension: string): string =>
  dims?.[dimension] ?? (visit ? ofVisit(visit, dimension) : '(not set)')

/** Ten digits that stay with the campaign's name. */
const campaignId = (name: string): string =>
  String(2_000_000_000 + Math.floor(unitOf(...[...name].map(letter => letter.charCodeAt(0))) * 1e9))

const eventsOf = (one: Visits) =>
  one.sessions + one.pageViews + one.viewEvents + one.cartEvents + one.checkoutEvents + one.keyEvents

export function* sessionRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const visit of counted(company, day, at))
      yield { visit, n: { ...(visit as unknown as Numbers), events: eventsOf(visit) } }
}

/** The same split by event: sessions are those in which the event occurred. */
export function* eventRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const visit of counted(company, day, at))
      for (const [eventName, sessions, events] of [
        ['session_start', visit.sessions, visit.sessions],
        ['page_view', visit.sessions, visit.pageViews],
        ['first_visit', visit.newUsers, visit.newUsers],
        ['view_item', visit.views, visit.viewEvents],
        ['add_to_cart', visit.carts, visit.cartEvents],
        ['begin_checkout', visit.checkouts, visit.checkoutEvents],
        ['purchase', visit.completed, visit.purchases],
        ['generate_lead', visit.keySessions - visit.completed, visit.keyEvents - visit.purchases],
      ] as const) {
        if (sessions === 0) continue
        const bought = eventName === 'purchase'
        const key = eventName === 'purchase' || eventName === 'generate_lead' ? events : 0
        yield {
          visit,
          dims: { eventName },
          n: {
            sessions,
            events,
            engaged: Math.min(sessions, visit.engaged),
            newUsers: Math.min(sessions, visit.newUsers),
            keyEvents: key,
            keySessions: key === 0 ? 0 : sessions,
            purchases: bought ? visit.purchases : 0,
            revenue: bought ? visit.revenue : 0,
          },
        }
      }
}

/** What was searched for; every other event has no term. */
export function* searchRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  yield* eventRows(company, days, at)
  for (const day of days)
    for (const { visit, term, sessions, engaged, searches } of searchesIn(
      company,
      day,
      counted(company, day, at),
    ))
      yield {
        visit,
        dims: { eventName: 'view_search_results', searchTerm: term },
        n: { sessions, engaged, events: searches },
      }
}

/** Purchases one by one. */
export function* transactionRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const one of purchasesOn(company, day, at)) {
      if (!one.told) continue
      const { host, country, device, way, id, revenue } = one
      yield {
        visit: { ...way, day, host, country, device } as Visits,
        dims: { transactionId: id },
        n: { sessions: 1, engaged: 1, purchases: 1, keyEvents: 1, keySessions: 1, events: 1, revenue },
      }
    }
}

/** Items: those bought, and views and carts around them by how well each sells. */
export function* itemRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  const sold = company.catalogue.variants.filter(variant => variant.weight > 0)
  const whole = sold.reduce((sum, variant) => sum + variant.weight, 0)
  const bySku = new Map(company.catalogue.variants.map(one => [one.sku, one]))
  for (const day of days) {
    const rows = new Map<string, BaseRow>()
    const into = (host: string, country: string, device: string, sku: string): Numbers => {
      const key = `${host}|${country}|${device}|${sku}`
      const known = rows.get(key)
      if (known) return known.n
      const variant = bySku.get(sku)
      const found = {
        dims: {
          ...time(day),
          hostName: host,
          countryId: country,
          country: countries[country] ?? country,
          deviceCategory: device,
          itemId: sku,
          itemName: variant ? productOf(company, variant).title : '(not set)',
        },
        n: { itemsViewed: 0, itemsAdded: 0, itemsChecked: 0, itemsBought: 0, itemRevenue: 0 },
      }
      rows.set(key, found)
      return found.n
    }
    for (const one of purchasesOn(company, day, at))
      if (one.told)
        for (const { sku, quantity, revenue } of one.lines) {
          const n = into(one.host, one.country, one.device, sku)
          for (const stage of ['itemsViewed', 'itemsAdded', 'itemsChecked', 'itemsBought'])
            n[stage] = (n[stage] ?? 0) + quantity
          n.itemRevenue = (n.itemRevenue ?? 0) + revenue
        }
    const views = Map.groupBy(counted(company, day, at), one => `${one.host}|${one.country}|${one.device}`)
    let index = 0
    const number = dayNumber(day)
    for (const [place, some] of views) {
      const [host, country, device] = place.split('|') as [string, string, string]
      const viewed = some.reduce((sum, one) => sum + one.views, 0)
      const carted = some.reduce((sum, one) => sum + one.carts - one.completed, 0)
      index += 1
      for (const variant of sold) {
        const share = variant.weight / whole
        const unit = (of: number) => unitOf(company.seed, 807, number, index, variant.index, of)
        const seen = Math.floor(viewed * 1.4 * share + unit(0))
        if (seen === 0) continue
        const n = into(host, country, device, variant.sku)
        const added = Math.min(seen, Math.floor(carted * share + unit(1)))
        n.itemsViewed = (n.itemsViewed ?? 0) + seen
        n.itemsAdded = (n.itemsAdded ?? 0) + added
        n.itemsChecked = (n.itemsChecked ?? 0) + Math.floor(added * 0.5)
      }
    }
    yield* rows.values()
  }
}

/** What the linked Google Ads account was billed. There is no date: a row is the whole period's, whatever the period. */
export function* adRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  const sums = new Map<string, Numbers>()
  for (const day of days)
    for (const ad of adsOn(company, day, at)) {
      if (ad.platform !== 'google-ads' || ad.impressions === 0) continue
      const n = sums.get(ad.campaign) ?? { cost: 0, clicks: 0, impressions: 0 }
      sums.set(ad.campaign, n)
      n.cost = (n.cost ?? 0) + ad.cost
      n.clicks = (n.clicks ?? 0) + ad.clicks
      n.impressions = (n.impressions ?? 0) + ad.impressions
    }
  const months = new Set(days.map(day => day.slice(0, 7).replace('-', '')))
  for (const [campaign, n] of sums)
    for (const yearMonth of months)
      yield {
        dims: {
          yearMonth,
          sessionCampaignName: campaign,
          sessionGoogleAdsCampaignName: campaign,
          sessionGoogleAdsCampaignId: campaignId(campaign),
          sessionSource: 'google',
          sessionMedium: 'cpc',
          sessionSourceMedium: 'google / cpc',
        },
        n,
      }
}
