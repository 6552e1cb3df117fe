import { addDays, type Day, dayNumber, daysBetween, earlier } from '#kernel/day.ts'
import { decimal } from './books.ts'
import type { Company } from './company.ts'
import { dayPlan } from './day-plan.ts'
import { unitOf } from './draw.ts'
import { localDay, midnight, type StoreFacts } from './stores.ts'
import { penceOf } from './traffic-orders.ts'
import { campaignsOf, partsOf, property } from './traffic-ways.ts'

/** What a platform billed for a campaign on a day, in pence: ad accounts of the brand are in pounds and on London's days. */
export interface AdDay {
  shop: StoreFacts
  day: Day
  platform: 'google-ads' | 'meta-ads'
  channel: string
  campaign: string
  cost: number
  clicks: number
  impressions: number
  /** As the platform attributes them: more than were sold. Only Meta tells them here. */
  conversions: number
  value: number
}

interface Price {
  platform: AdDay['platform']
  channel: string
  /** Pence for a click, and clicks for an impression, by the campaign's last word. */
  click: Readonly<Record<string, number>>
  rate: Readonly<Record<string, number>>
}

const prices: readonly Price[] = [
  {
    platform: 'google-ads',
    channel: 'Paid Search',
    click: { Brand: 14, Shopping: 31, Generic: 52 },
    rate: { Brand: 0.16, Shopping: 0.012, Generic: 0.034 },
  },
  {
    platform: 'meta-ads',
    channel: 'Paid Social',
    click: { Prospecting: 27, Retargeting: 39 },
    rate: { Prospecting: 0.009, Retargeting: 0.014 },
  },
]

/** Ads are billed whatever consent, blockers and the outage hide; of today what has been clicked so far. */
export function adsOn(company: Company, day: Day, at: number): AdDay[] {
  const begun = midnight(property.timezone, day)
  const over = midnight(property.timezone, addDays(day, 1))
  const past = Math.min(1, Math.max(0, (at - begun) / (over - begun)))
  if (past === 0 || day < company.start) return []
  return prices.flatMap(({ platform, channel, click, rate }, which) =>
    company.shops.flatMap(shop => {
      const sessions = sessionsOf(company, shop, channel, day)
      return campaignsOf(shop, channel, day).map(([campaign, share], nth): AdDay => {
        const unit = (of: number) =>
          unitOf(company.seed, 806, dayNumber(day), shop.index, which * 8 + nth, of)
        const kind = campaign.split(' ').at(-1) ?? ''
        const clicks = Math.floor(sessions * share * 1.07 * past + unit(0))
        const conversions = platform === 'meta-ads' ? Math.floor(clicks * 0.019 + unit(1)) : 0
        return {
          shop,
          day,
          platform,
          channel,
          campaign,
          clicks,
          cost: Math.round(clicks * (click[kind] ?? 30) * (0.85 + 0.3 * unit(2))),
          impressions: Math.max(clicks, Math.round((clicks / (rate[kind] ?? 0.02)) * (0.9 + 0.2 * unit(3)))),
          conversions,
          value: conversions * penceOf(shop, 4200),
        }
      })
    }),
  )
}

/** Sessions of a shop's channel on a day of the property, by the shop's own count. */
function sessionsOf(company: Company, shop: StoreFacts, channel: string, day: Day): number {
  let sum = 0
  for (const part of partsOf(shop, day))
    for (const cell of dayPlan(company, shop, part.day).cells)
      if (cell.channel.name === channel) sum += cell.sessions * part.share
  return sum
}

const heading = [
  'Reporting starts',
  'Reporting ends',
  'Account name',
  'Campaign name',
  'Day',
  'Amount spent (GBP)',
  'Impressions',
  'Link clicks',
  'Purchases',
  'Purchases conversion value',
]

/** A shop's report of days that are over, as Ads Manager exports it: what GA4 does not know arrives by file. */
export function* metaReport(
  company: Company,
  shop: StoreFacts,
  at: number,
  range: { from?: Day; to?: Day } = {},
): Generator<string> {
  const from = range.from ?? company.start
  const to = earlier(range.to ?? '9999-12-31', addDays(localDay(property.timezone, at), -1))
  yield `${heading.map(name => `"${name}"`).join(',')}\n`
  for (const day of daysBetween(from, to))
    for (const ad of adsOn(company, day, at)) {
      if (ad.shop !== shop || ad.platform !== 'meta-ads' || ad.impressions === 0) continue
      const { campaign, cost, impressions, clicks, conversions, value } = ad
      yield `${[from, to, shop.name, campaign, day, decimal(cost), impressions, clicks, conversions, decimal(value)].join(',')}\n`
    }
}
