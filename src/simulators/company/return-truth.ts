import { type Day, daysBetween } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { lifeOf, seen } from './life.ts'
import { ordersOf } from './order.ts'
import { localDay } from './stores.ts'
import { tradeOrdersOf } from './trade.ts'
import { tradeShop } from './trade-basket.ts'
import { seenTrade, tradeLifeOf } from './trade-life.ts'

/** Returns asked for on a day, by reason. */
export interface ReturnTruth {
  store: string
  day: Day
  reason: string
  returns: number
  units: number
  /** Of those units, what is not settled yet. */
  open: number
}

interface Asked {
  requestedAt: number
  closedAt: number | null
  reason: string
}

/** What customers asked to send back up to an instant, from the orders' own lives; deleted and test orders are left out. */
export function returnTruth(company: Company, at: number): ReturnTruth[] {
  const cells = new Map<string, ReturnTruth>()
  const add = (store: string, zone: string, one: Asked, parts: readonly { quantity: number }[]) => {
    const day = localDay(zone, one.requestedAt)
    const key = `${store} ${day} ${one.reason}`
    const cell = cells.get(key) ?? { store, day, reason: one.reason, returns: 0, units: 0, open: 0 }
    cells.set(key, cell)
    const units = parts.reduce((sum, part) => sum + part.quantity, 0)
    cell.returns += 1
    cell.units += units
    if (one.closedAt === null) cell.open += units
  }
  for (const shop of company.shops)
    for (const day of daysBetween(company.start, localDay(shop.timezone, at)))
      for (const order of ordersOf(company, shop, day)) {
        const life = order.test ? null : seen(lifeOf(company, order), at)
        for (const one of life?.returns ?? []) add(shop.store, shop.timezone, one, one.lines)
      }
  for (const day of daysBetween(company.start, localDay(tradeShop.timezone, at)))
    for (const order of tradeOrdersOf(company, day)) {
      const life = seenTrade(tradeLifeOf(company, order), at)
      if (life?.returned) add(tradeShop.store, tradeShop.timezone, life.returned, life.returned.parts)
    }
  return [...cells.values()]
}
