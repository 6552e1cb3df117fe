import { addDays, type Day, daysBetween, earlier, later } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import type { Company } from './company.ts'
import { dayPlan } from './day-plan.ts'
import { ledgerOf } from './ledger.ts'
import { ledgerDays, lifeOf, seen } from './life.ts'
import { ordersOf } from './order.ts'
import { localDay, type StoreFacts } from './stores.ts'

/** What is known of trade, by the definitions of docs/metrics: amounts in the smallest coin, counts as they are. */
const money = [
  'gross',
  'discounts',
  'reversals',
  'net',
  'shipping',
  'taxes',
  'total',
  'gift_cards',
  'cogs',
  'net_costed',
] as const
const counts = [
  'orders',
  'units_sold',
  'units_returned',
  'sessions',
  'cart_sessions',
  'checkout_sessions',
  'completed_sessions',
] as const
type Figure = (typeof money)[number] | (typeof counts)[number]

/** One store's day in one market. Amounts are decimal text in the store's currency, deductions negative. */
export interface TruthRow {
  store: string
  day: Day
  /** Country the orders went to. */
  market: string
  currency: string
  figures: Readonly<Record<Figure, string>>
}

export interface TruthRange {
  from?: Day
  to?: Day
  store?: string
}

type Cents = Record<Figure, number>
const zero = (): Cents => Object.fromEntries([...money, ...counts].map(name => [name, 0])) as unknown as Cents

/**
 * What is true of each store, day and market at an instant: from the company's own books, by no connector's mapping.
 * Test and deleted orders are left out. Sessions are the shop's own count, of days that are over.
 */
export function* truth(company: Company, at: number, range: TruthRange = {}): Generator<TruthRow> {
  for (const shop of company.shops) {
    if (range.store && range.store !== shop.store) continue
    const today = localDay(shop.timezone, at)
    const from = later(range.from ?? company.start, company.start)
    const to = earlier(range.to ?? today, today)
    // A month at a time, so that memory does not grow with the history.
    for (let first = from; first <= to; first = addDays(first, 28))
      yield* slice(company, shop, at, first, earlier(addDays(first, 27), to))
  }
}

function slice(company: Company, shop: StoreFacts, at: number, from: Day, to: Day): TruthRow[] {
  const cells = new Map<string, Cents>()
  const cell = (day: Day, country: string): Cents => {
    const key = `${day} ${country}`
    const found = cells.get(key) ?? zero()
    cells.set(key, found)
    return found
  }
  const over = addDays(localDay(shop.timezone, at), -1)
  for (const day of daysBetween(from, earlier(to, over))) {
    for (const one of dayPlan(company, shop, day).cells) {
      const into = cell(day, one.market.country)
      into.sessions += one.sessions
      into.cart_sessions += one.carts
      into.checkout_sessions += one.checkouts
      into.completed_sessions += one.orders
    }
  }
  for (const day of daysBetween(later(addDays(from, -ledgerDays), company.start), to))
    for (const order of ordersOf(company, shop, day)) {
      if (order.test) continue
      const life = seen(lifeOf(company, order), at)
      if (!life) continue
      const { country } = order.market
      if (day >= from) cell(day, country).orders += 1
      for (const entry of ledgerOf(life)) {
        const on = localDay(shop.timezone, entry.at)
        if (on < from || on > to) continue
        const into = cell(on, country)
        const net = entry.gross + entry.discounts + entry.reversals
        into.gross += entry.gross
        into.discounts += entry.discounts
        into.reversals += entry.reversals
        into.net += net
        into.shipping += entry.shipping
        into.taxes += entry.taxes
        into.total += net + entry.shipping + entry.taxes
        into.gift_cards += entry.giftCards
        if (entry.cost !== null) {
          into.cogs += entry.cost
          into.net_costed += net
        }
        if (entry.quantity > 0) into.units_sold += entry.quantity
        else into.units_returned -= entry.quantity
      }
    }
  return [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, cents]) => ({
      store: shop.store,
      day: key.slice(0, 10),
      market: key.slice(11),
      currency: shop.currency,
      figures: textOf(cents),
    }))
}

/** Every currency of the company has two decimals. */
export const decimal = (coins: number): string => exact(String(coins)).div(100).toFixed(2)

function textOf(cents: Cents): Record<Figure, string> {
  const pairs = [
    ...money.map(name => [name, decimal(cents[name])]),
    ...counts.map(name => [name, String(cents[name])]),
  ]
  return Object.fromEntries(pairs) as Record<Figure, string>
}
