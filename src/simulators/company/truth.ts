import { addDays, type Day, daysBetween, earlier, later } from '#kernel/day.ts'
import { booksOf, type TruthRow } from './books.ts'
import type { Company } from './company.ts'
import { dayPlan } from './day-plan.ts'
import { ledgerOf } from './ledger.ts'
import { ledgerDays, lifeOf, seen } from './life.ts'
import { ordersOf } from './order.ts'
import { localDay, type StoreFacts } from './stores.ts'

export interface TruthRange {
  from?: Day
  to?: Day
  store?: string
}

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
  const books = booksOf(shop)
  const over = addDays(localDay(shop.timezone, at), -1)
  for (const day of daysBetween(from, earlier(to, over))) {
    for (const one of dayPlan(company, shop, day).cells) {
      const into = books.cell(day, one.market.country)
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
      if (day >= from) books.cell(day, country).orders += 1
      for (const entry of ledgerOf(life)) {
        const on = localDay(shop.timezone, entry.at)
        if (on >= from && on <= to) books.enter(on, country, entry)
      }
    }
  return books.rows()
}
