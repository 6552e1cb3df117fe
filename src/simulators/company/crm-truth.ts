import { type Day, daysBetween } from '#kernel/day.ts'
import { decimal } from './books.ts'
import type { Company } from './company.ts'
import {
  type CrmObject,
  type CrmSeen,
  type CrmType,
  crmCurrency,
  crmHistory,
  crmOf,
  crmSeen,
  crmZone,
} from './crm.ts'
import { pipelines, stageOf } from './crm-deals.ts'
import { campaignsOf, countersOf, mailingsOf } from './crm-mailings.ts'
import { localDay } from './stores.ts'

/** Something that is true of the people and messages in the care of marketing and sales. */
export interface MarketingTruth {
  system: 'hubspot' | 'marketo'
  topic: 'leads' | 'deals' | 'deal_lines' | 'deal_stages' | 'messages' | 'spend'
  /** Day it happened: of a deal, the day it was made; of a message, see `messages`. */
  day: Day
  /** What it is about: a stage, a state and currency of deals, a message, a campaign. */
  of: string
  figures: Readonly<Record<string, string>>
}

const stageNames: Readonly<Record<string, string>> = {
  lead: 'lead',
  marketingqualifiedlead: 'mql',
  salesqualifiedlead: 'sql',
  opportunity: 'opportunity',
  customer: 'customer',
}

/** Lines of a deal at an instant; where it has none, those of its order. */
function goodsOf(company: Company, deal: CrmObject, at: number): CrmSeen['properties'][] {
  const { orders, line_items } = crmOf(company)
  const linked = (from: CrmObject, to: CrmType, all: readonly CrmObject[]) =>
    from.links.flatMap(link => {
      const found = link.to === to && link.at <= at ? byId(all).get(link.id) : undefined
      const seen = found ? crmSeen(found, at) : null
      return seen && seen.archivedAt === null ? [seen] : []
    })
  const own = linked(deal, 'line_items', line_items)
  const [order] = own.length > 0 ? [] : linked(deal, 'orders', orders)
  return (order ? linked(order.object, 'line_items', line_items) : own).map(one => one.properties)
}

const indexes = new WeakMap<readonly CrmObject[], ReadonlyMap<number, CrmObject>>()
const byId = (all: readonly CrmObject[]) => {
  const found = indexes.get(all) ?? new Map(all.map(one => [one.id, one]))
  indexes.set(all, found)
  return found
}

/**
 * What is true of the business side at an instant, from the company's own books: people by the day they first entered a
 * stage, deals by the day they were made, entries into stages, messages by the day they were sent (with all that came
 * of them since), bills of campaigns by the day they came in.
 */
export function* crmTruth(company: Company, at: number): Generator<MarketingTruth> {
  const day = (time: number) => localDay(crmZone, time)
  const leads = new Map<string, number>()
  const deals = new Map<string, { deals: number; coins: number }>()
  const entries = new Map<string, number>()
  const lines = new Map<string, { units: number; coins: number }>()
  const all = crmOf(company)
  for (const object of all.contacts) {
    const seen = crmSeen(object, at)
    if (!seen || seen.archivedAt !== null) continue
    const entered = new Set<string>()
    for (const { at: time, value } of crmHistory(object, 'lifecyclestage', at)) {
      if (entered.has(value)) continue
      entered.add(value)
      const key = `${day(time)} ${stageNames[value] ?? value}`
      leads.set(key, (leads.get(key) ?? 0) + 1)
    }
  }
  for (const object of all.deals) {
    const seen = crmSeen(object, at)
    if (!seen || seen.archivedAt !== null) continue
    const { pipeline = '', dealstage = '', deal_currency_code = '', amount } = seen.properties
    const key = `${day(seen.createdAt)} ${stageOf(pipeline, dealstage)?.state} ${deal_currency_code}`
    const into = deals.get(key) ?? { deals: 0, coins: 0 }
    into.deals += 1
    into.coins += amount === undefined ? 0 : Math.round(Number(amount) * 100)
    deals.set(key, into)
    for (const { hs_sku = '', quantity, price, amount: worth } of goodsOf(company, object, at)) {
      const of = `${day(seen.createdAt)} ${hs_sku} ${deal_currency_code}`
      const goods = lines.get(of) ?? { units: 0, coins: 0 }
      goods.units += Number(quantity)
      goods.coins += Math.round(Number(worth ?? Number(price) * Number(quantity)) * 100)
      lines.set(of, goods)
    }
    for (const { at: time, value } of crmHistory(object, 'dealstage', at)) {
      const label = pipelines.find(one => one.id === pipeline)?.stages.find(one => one.id === value)?.label
      const entry = `${day(time)} ${label}`
      entries.set(entry, (entries.get(entry) ?? 0) + 1)
    }
  }
  const split = (key: string) => ({ day: key.slice(0, 10), of: key.slice(11) })
  const system = 'hubspot' as const
  for (const [key, people] of leads)
    yield { system, topic: 'leads', ...split(key), figures: { people: String(people) } }
  for (const [key, { deals: count, coins }] of deals)
    yield {
      system,
      topic: 'deals',
      ...split(key),
      figures: { deals: String(count), amount: decimal(coins) },
    }
  for (const [key, { units, coins }] of lines)
    yield {
      system,
      topic: 'deal_lines',
      ...split(key),
      figures: { units: String(units), amount: decimal(coins) },
    }
  for (const [key, count] of entries)
    yield { system, topic: 'deal_stages', ...split(key), figures: { entries: String(count) } }
  for (const mailing of mailingsOf(company)) {
    const first = day(mailing.publishedAt)
    if (mailing.publishedAt > at) continue
    const days = mailing.type === 'BATCH_EMAIL' ? [first] : daysBetween(first, day(at))
    for (const on of days) {
      const { open, click, unsubscribed, spamreport, bounce, ...counts } = countersOf(
        company,
        mailing,
        on,
        at,
      )
      if (counts.sent === 0) continue
      const figures = {
        ...counts,
        opens: open,
        clicks: click,
        bounces: bounce,
        unsubscribes: unsubscribed,
        spam_reports: spamreport,
      }
      yield {
        system,
        topic: 'messages',
        day: on,
        of: `${mailing.name} (${mailing.id})`,
        figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
      }
    }
  }
  const spend = new Map<string, number>()
  for (const campaign of campaignsOf(company, at))
    for (const item of campaign.spend) {
      const key = `${day(item.at)} ${campaign.name}`
      spend.set(key, (spend.get(key) ?? 0) + item.coins)
    }
  for (const [key, coins] of spend)
    yield {
      system,
      topic: 'spend',
      ...split(key),
      figures: { cost: decimal(coins), currency: crmCurrency },
    }
}
