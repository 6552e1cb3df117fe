import type { Decimal } from 'decimal.js'
import { addDays } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { dayStart } from '#kernel/zone.ts'
import type { SourceTotal } from '../connector.ts'
import { amount, clockOf, plain } from './raw.ts'
import { stamp, walk } from './search.ts'
import type { Session } from './session.ts'
import { websiteOfView, websitesOf } from './shops.ts'

/**
 * What the heads of Magento's orders say, day by day: they are totalled by Magento itself, and by nothing here that
 * reads lines. Sums of days hold one number for each shop and day of the range.
 */
export async function* totals(
  session: Session,
  range: { from: string; to: string },
): AsyncGenerator<SourceTotal> {
  const websites = await websitesOf(session)
  const websiteOf = await websiteOfView(session)
  const zones = websites.map(one => one.timezone)
  const from = Math.min(...zones.map(zone => dayStart(zone, range.from)))
  const to = Math.max(...zones.map(zone => dayStart(zone, addDays(range.to, 1))))
  const sums = new Map<string, { orders: number; gross: Decimal; discounts: Decimal }>()
  const orders = walk(session, {
    path: 'orders',
    along: 'created_at',
    unique: 'entity_id',
    size: 100,
    filters: [
      { field: 'created_at', condition: 'gteq', value: stamp(from) },
      { field: 'created_at', condition: 'lt', value: stamp(to) },
    ],
  })
  for await (const found of orders)
    for (const order of found?.rows ?? []) {
      const key = websiteOf(order.store_id)
      const website = websites.find(one => one.key === key) ?? websites[0]
      if (!website) continue
      const { day } = clockOf(website.timezone, order.created_at)
      if (day < range.from || day > range.to) continue
      const at = `${day} ${website.key}`
      const sum = sums.get(at) ?? { orders: 0, gross: exact('0'), discounts: exact('0') }
      // Of the discount what is of shipping, and what of it is tax, belongs elsewhere.
      const off = amount(order.base_discount_amount)
        .plus(amount(order.base_shipping_discount_amount))
        .plus(amount(order.base_discount_tax_compensation_amount))
      sums.set(at, {
        orders: sum.orders + 1,
        gross: sum.gross.plus(amount(order.base_subtotal)),
        discounts: sum.discounts.plus(off),
      })
    }
  for (const [at, { orders: count, gross, discounts }] of [...sums].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield {
      shop: at.slice(11),
      day: at.slice(0, 10),
      values: { orders: String(count), gross_sales: plain(gross), discounts: plain(discounts) },
    }
}
