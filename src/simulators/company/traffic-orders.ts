import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { draw } from './draw.ts'
import { type Order, ordersOf } from './order.ts'
import { orderName } from './order-name.ts'
import { localDay, type StoreFacts } from './stores.ts'
import { noWay, partsOf, property, seenOn, unassigned, type Way, waysOf, worked } from './traffic-ways.ts'

/** An order whose session analytics saw. */
export interface Purchase {
  host: string
  country: string
  device: string
  way: Way
  /** Whether its purchase was told; some close the page before it could be. */
  told: boolean
  /** The order's name in the shop. */
  id: string
  /** What the page gave as its value, in pence: goods after discounts and shipping. */
  revenue: number
  lines: readonly { sku: string; quantity: number; revenue: number }[]
}

interface Candidate extends Purchase {
  /** Analytics' day, and below which share of that day's work it is known. */
  day: Day
  placedAt: number
  known: number
  late: number
}

/** Pence for an amount in a shop's smallest coin, at the rate the property converts with. */
export const penceOf = (shop: StoreFacts, coins: number): number => Math.round(coins / shop.pound)

const days = new WeakMap<Company, Map<string, readonly Candidate[]>>()

/** The orders of a shop's day that analytics ever sees. A few days are kept, because two of its days share one of a shop's. */
function candidates(company: Company, shop: StoreFacts, day: Day): readonly Candidate[] {
  const kept = days.get(company) ?? new Map<string, readonly Candidate[]>()
  days.set(company, kept)
  const key = `${shop.index} ${day}`
  const found = kept.get(key)
  if (found) return found
  const made = ordersOf(company, shop, day).flatMap(order => candidate(company, order) ?? [])
  if (kept.size >= 96) kept.delete(kept.keys().next().value ?? '')
  kept.set(key, made)
  return made
}

/** Test orders are seen like any other. Sales at the counter, and those that came by a file, have no session. */
function candidate(company: Company, order: Order): Candidate | null {
  const { shop, cell, placedAt, createdAt, lines } = order
  if (!cell || createdAt !== placedAt) return null
  const chance = draw(company.seed, 801, shop.index, dayNumber(order.day), order.number)
  const day = localDay(property.timezone, placedAt)
  if (!chance.chance(seenOn(company, cell.device.name, day))) return null
  const ways = waysOf(company, shop, cell.channel, order.day)
  const [way] = ways[chance.weighted(ways.map(([, share]) => share))] ?? [noWay]
  const goods = lines.reduce((sum, line) => sum + line.unitPrice * line.quantity - line.discount, 0)
  return {
    host: shop.host,
    country: order.market.country,
    device: cell.device.name,
    way,
    told: chance.chance(0.96),
    id: orderName(order),
    revenue: penceOf(shop, goods + order.shippingPrice - order.shippingDiscount),
    lines: lines.map(line => ({
      sku: line.variant.sku,
      quantity: line.quantity,
      revenue: penceOf(
        shop,
        line.unitPrice * line.quantity - line.discount - (shop.taxesIncluded ? line.tax : 0),
      ),
    })),
    day,
    placedAt,
    known: chance.unit(),
    late: chance.unit(),
  }
}

/** The orders analytics shows on one of its days at an instant. Until the day is done some have no channel yet. */
export function purchasesOn(company: Company, day: Day, at: number): Purchase[] {
  const done = worked(day, at)
  if (done === 0 || day < company.start) return []
  return company.shops.flatMap(shop =>
    partsOf(shop, day).flatMap(part =>
      candidates(company, shop, part.day)
        .filter(one => one.day === day && one.placedAt <= at && one.known < done)
        .map(one => (done < 1 && one.late < unassigned ? { ...one, way: noWay } : one)),
    ),
  )
}
