import { addDays, type Day, dayNumber, daysBetween, earlier, later } from '#kernel/day.ts'
import { booksOf, decimal, type TruthRow } from './books.ts'
import type { Company } from './company.ts'
import { type Account, accountsOf } from './people.ts'
import { localDay } from './stores.ts'
import { tradeOrdersOf } from './trade.ts'
import { tradeShop } from './trade-basket.ts'
import { seenTrade, tradeLedgerDays, tradeLedgerOf, tradeLifeOf } from './trade-life.ts'
import { type QuoteStage, type TradeQuote, tradeQuotesOf } from './trade-quotes.ts'
import type { TruthRange } from './truth.ts'

/** What is true of the B2B arm at an instant, by day and country, in pounds: from its books, by no connector's mapping. */
export function* tradeTruth(company: Company, at: number, range: TruthRange = {}): Generator<TruthRow> {
  if (range.store && range.store !== tradeShop.store) return
  const today = localDay(tradeShop.timezone, at)
  const from = later(range.from ?? company.start, company.start)
  const to = earlier(range.to ?? today, today)
  for (let first = from; first <= to; first = addDays(first, 28))
    yield* slice(company, at, first, earlier(addDays(first, 27), to))
}

function slice(company: Company, at: number, from: Day, to: Day): TruthRow[] {
  const books = booksOf(tradeShop)
  for (const day of daysBetween(later(addDays(from, -tradeLedgerDays), company.start), to))
    for (const order of tradeOrdersOf(company, day)) {
      const life = seenTrade(tradeLifeOf(company, order), at)
      if (!life) continue
      const { country } = order.account
      if (day >= from) books.cell(day, country).orders += 1
      for (const entry of tradeLedgerOf(life)) {
        const on = localDay(tradeShop.timezone, entry.at)
        if (on >= from && on <= to) books.enter(on, country, entry)
      }
    }
  return books.rows()
}

export interface QuoteTruth {
  id: string
  account: string
  created: Day
  stage: QuoteStage
  state: 'open' | 'won' | 'lost'
  /** In pounds. */
  amount: string
  /** Magento's number of the order it became, ''. */
  order: string
}

/** Magento's number of an order: ids with the digit of the store view that took it before them. */
export const incrementId = (account: Account, id: number): string =>
  `${account.country === 'IE' ? 2 : 0}${String(id).padStart(8, '0')}`

/** Every quote as it stands at an instant. */
export function* quoteTruth(company: Company, at: number): Generator<QuoteTruth> {
  for (const day of daysBetween(company.start, localDay(tradeShop.timezone, at)))
    for (const quote of tradeQuotesOf(company, day)) {
      const seen = quote.stages.filter(one => one.at <= at)
      const stage = seen.at(-1)?.stage
      if (!stage) continue
      yield {
        id: String(quote.id),
        account: String(quote.account.index + 1),
        created: day,
        stage,
        state:
          stage === 'ordered' ? 'won' : ['declined', 'closed', 'expired'].includes(stage) ? 'lost' : 'open',
        amount: decimal(seen.some(one => one.stage === 'submitted_by_admin') ? quote.agreed : quote.asked),
        order: stage === 'ordered' ? orderOf(company, quote) : '',
      }
    }
}

const orderOf = (company: Company, { id, orderedAt }: TradeQuote): string => {
  const day = localDay(tradeShop.timezone, orderedAt ?? 0)
  const order = tradeOrdersOf(company, day).find(one => one.quote?.id === id)
  return order ? incrementId(order.account, order.id) : ''
}

export interface AccountTruth {
  id: string
  name: string
  segment: string
  owner: string
  country: string
  termsDays: number
  /** In pounds. */
  creditLimit: string
  since: Day
}

/** Every account there is at an instant. */
export const accountTruth = (company: Company, at: number): AccountTruth[] =>
  accountsOf(company)
    .filter(one => one.since <= localDay(tradeShop.timezone, at))
    .map(one => ({
      id: String(one.index + 1),
      name: one.name,
      segment: one.segment,
      owner: one.owner,
      country: one.country,
      termsDays: one.termsDays,
      creditLimit: decimal(one.creditLimit),
      since: one.since,
    }))

/** What left the B2B arm on a day for a country: shipments and their units, and of first ones what they say of their orders. */
interface ShipmentTruth {
  day: Day
  country: string
  shipments: number
  units: number
  /** Orders whose first shipment it was: how many, days since they were placed, units it had of the units they have. */
  first: { orders: number; days: number; units: number; ordered: number; nextDay: number }
}

export function shipmentTruth(company: Company, at: number): ShipmentTruth[] {
  const found = new Map<string, ShipmentTruth>()
  const zone = tradeShop.timezone
  for (const day of daysBetween(company.start, localDay(zone, at)))
    for (const order of tradeOrdersOf(company, day)) {
      const life = seenTrade(tradeLifeOf(company, order), at)
      if (!life) continue
      const units = (parts: readonly { quantity: number }[]) =>
        parts.reduce((sum, one) => sum + one.quantity, 0)
      const placed = localDay(zone, order.placedAt)
      for (const [index, { at: when, parts }] of life.shipments.entries()) {
        const on = localDay(zone, when)
        const { country } = order.account
        const row = found.get(`${on} ${country}`) ?? {
          ...{ day: on, country, shipments: 0, units: 0 },
          first: { orders: 0, days: 0, units: 0, ordered: 0, nextDay: 0 },
        }
        found.set(`${on} ${country}`, row)
        row.shipments += 1
        row.units += units(parts)
        if (index > 0) continue
        const days = dayNumber(on) - dayNumber(placed)
        row.first.orders += 1
        row.first.days += days
        row.first.nextDay += days <= 1 ? 1 : 0
        row.first.units += units(parts)
        row.first.ordered += units(order.lines) - units(life.cancelled?.parts ?? [])
      }
    }
  return [...found.values()]
}
