import { type Day, dayNumber } from '#kernel/day.ts'
import { adsOn } from '../company/ad-spend.ts'
import type { Company } from '../company/company.ts'
import { unitOf } from '../company/draw.ts'
import { productOf } from '../company/prices.ts'
import { type Visits, visitsOn } from '../company/traffic.ts'
import { purchasesOn } from '../company/traffic-orders.ts'
import { worked } from '../company/traffic-ways.ts'

/** Numbers a report adds up, by name. Money in pence. */
export type Numbers = Record<string, number>

/** One row of what was counted, before a report groups it. */
export interface BaseRow {
  dims: Readonly<Record<string, string>>
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
const keptDays = 40

/** A finished day is the same for every report; a few weeks of days are kept, the rest made again. */
function visits(company: Company, day: Day, at: number): readonly Visits[] {
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

const visitDims = (day: Day, one: Visits) => ({
  ...time(day),
  hostName: one.host,
  countryId: one.country,
  country: countries[one.country] ?? one.country,
  deviceCategory: one.device,
  sessionDefaultChannelGroup: one.channel,
  sessionSource: one.source,
  sessionMedium: one.medium,
  sessionSourceMedium: one.source === '(not set)' ? '(not set)' : `${one.source} / ${one.medium}`,
  sessionCampaignName: one.campaign,
  sessionGoogleAdsCampaignName: one.channel === 'Paid Search' ? one.campaign : '(not set)',
  sessionGoogleAdsCampaignId: one.channel === 'Paid Search' ? campaignId(one.campaign) : '(not set)',
  landingPagePlusQueryString: one.landing,
  landingPage: one.landing.split('?')[0] ?? '',
})

/** Ten digits that stay with the campaign's name. */
const campaignId = (name: string): string =>
  String(2_000_000_000 + Math.floor(unitOf(...[...name].map(letter => letter.charCodeAt(0))) * 1e9))

const numbersOf = ({
  host: _,
  country: __,
  device: ___,
  channel: ____,
  source: _____,
  medium: ______,
  campaign: _______,
  landing: ________,
  ...n
}: Visits): Numbers => n

export function* sessionRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const one of visits(company, day, at))
      yield { dims: visitDims(day, one), n: { ...numbersOf(one), events: eventsOf(one) } }
}

const eventsOf = (one: Visits) =>
  one.sessions + one.pageViews + one.viewEvents + one.cartEvents + one.checkoutEvents + one.keyEvents

/** The same split by event: sessions are those in which the event occurred. */
export function* eventRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const one of visits(company, day, at)) {
      const dims = visitDims(day, one)
      for (const [eventName, sessions, events] of [
        ['session_start', one.sessions, one.sessions],
        ['page_view', one.sessions, one.pageViews],
        ['first_visit', one.newUsers, one.newUsers],
        ['view_item', one.views, one.viewEvents],
        ['add_to_cart', one.carts, one.cartEvents],
        ['begin_checkout', one.checkouts, one.checkoutEvents],
        ['purchase', one.completed, one.purchases],
        ['generate_lead', one.keySessions - one.completed, one.keyEvents - one.purchases],
      ] as const)
        if (sessions > 0)
          yield {
            dims: { ...dims, eventName },
            n: { ...numbersOf(one), sessions, events, engaged: Math.min(sessions, one.engaged) },
          }
    }
}

/** Purchases one by one. */
export function* transactionRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  for (const day of days)
    for (const one of purchasesOn(company, day, at)) {
      if (!one.told) continue
      const { host, country, device, way, id, revenue } = one
      const counted = {
        sessions: 1,
        engaged: 1,
        purchases: 1,
        keyEvents: 1,
        keySessions: 1,
        events: 1,
        revenue,
      }
      const row = { ...way, host, country, device } as Visits
      yield { dims: { ...visitDims(day, row), transactionId: id }, n: counted }
    }
}

/** Items: those bought, and views and carts around them by how well each sells. */
export function* itemRows(company: Company, days: readonly Day[], at: number): Generator<BaseRow> {
  const sold = company.catalogue.variants.filter(variant => variant.weight > 0)
  const whole = sold.reduce((sum, variant) => sum + variant.weight, 0)
  for (const day of days) {
    const rows = new Map<string, BaseRow & { n: Numbers }>()
    const into = (host: string, country: string, device: string, sku: string): Numbers => {
      const key = `${host}|${country}|${device}|${sku}`
      const variant = company.catalogue.variants.find(one => one.sku === sku)
      const found = rows.get(key) ?? {
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
    const views = Map.groupBy(visits(company, day, at), one => `${one.host}|${one.country}|${one.device}`)
    let index = 0
    for (const [place, some] of views) {
      const [host, country, device] = place.split('|') as [string, string, string]
      const viewed = some.reduce((sum, one) => sum + one.views, 0)
      const carted = some.reduce((sum, one) => sum + one.carts - one.completed, 0)
      index += 1
      for (const variant of sold) {
        const share = variant.weight / whole
        const unit = (of: number) => unitOf(company.seed, 807, dayNumber(day), index, variant.index, of)
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
