import { addDays, type Day, daysBetween, earlier, later } from '#kernel/day.ts'
import { dayPlan } from '../company/day-plan.ts'
import { type Entry, ledgerOf } from '../company/ledger.ts'
import { type Life, ledgerDays, seen } from '../company/life.ts'
import { localDay } from '../company/stores.ts'
import type { Desk } from './desk.ts'
import { orderId, placedBy } from './ids.ts'
import { livesOf, orderAt } from './past.ts'
import type { QlQuery } from './shopifyql-query.ts'

/** What happened, by what it is grouped by and what is counted: amounts in the smallest coin. */
export interface QlRow {
  by: Record<string, string>
  of: Record<string, number>
}

/** Entries of the books within days, both counted, as the vendor's sales table shows them. Tests and deleted orders are not in it. */
export function* saleRows(desk: Desk, query: QlQuery, since: Day, until: Day): Generator<QlRow> {
  for (const life of livesWithin(desk, query, since, until)) {
    if (life.order.test) continue
    const { timezone } = life.order.shop
    const common = {
      order_id: String(orderId(life.order)),
      shipping_country: countryName(life.order.market.country),
    }
    if (life.order.day >= since && life.order.day <= until)
      yield {
        by: {
          ...common,
          day: life.order.day,
          product_variant_sku: '',
          line_type: 'product',
          order_or_sales_reversal: 'order',
        },
        of: { orders: 1 },
      }
    for (const entry of ledgerOf(life)) {
      const day = localDay(timezone, entry.at)
      if (day < since || day > until) continue
      yield {
        by: {
          ...common,
          day,
          product_variant_sku: entry.line?.variant.sku ?? '',
          line_type: lineType(entry),
          order_or_sales_reversal:
            entry.kind === 'sale' || entry.kind === 'edit' ? 'order' : 'sales_reversal',
        },
        of: counted(entry),
      }
    }
  }
}

function* livesWithin(desk: Desk, query: QlQuery, since: Day, until: Day): Generator<Life> {
  const { company } = desk.world
  const now = desk.world.now()
  const wanted = query.where.find(one => one.column === 'order_id')
  if (wanted) {
    for (const id of wanted.values) {
      const life = orderAt(company, desk.shop, now, placedBy(Number(id)))
      if (life) yield life
    }
    return
  }
  for (const day of daysBetween(later(addDays(since, -ledgerDays), company.start), until))
    for (const life of livesOf(company, desk.shop, day)) {
      const known = seen(life, now)
      if (known) yield known
    }
}

const lineType = (entry: Entry): string =>
  entry.kind === 'shipping'
    ? 'shipping'
    : entry.kind === 'adjustment'
      ? 'adjustment'
      : entry.line?.giftCard
        ? 'gift_card'
        : 'product'

function counted(entry: Entry): Record<string, number> {
  const { gross, discounts, reversals, shipping, taxes, quantity, cost } = entry
  const net = gross + discounts + reversals
  return {
    gross_sales: gross,
    discounts,
    sales_reversals: reversals,
    net_sales: net,
    shipping_charges: shipping,
    taxes,
    total_sales: net + shipping + taxes,
    quantity_ordered: Math.max(0, quantity),
    reversed_quantity: Math.min(0, quantity),
    net_items_sold: quantity,
    cost_of_goods_sold: cost ?? 0,
    net_sales_with_cost_recorded: cost === null ? 0 : net,
  }
}

const regions = new Intl.DisplayNames('en', { type: 'region' })
const countryName = (code: string): string => regions.of(code) ?? code

/** Sessions of days that are over. */
export function* sessionRows(desk: Desk, since: Day, until: Day): Generator<QlRow> {
  const over = addDays(localDay(desk.shop.timezone, desk.world.now()), -1)
  for (const day of daysBetween(since, earlier(until, over)))
    for (const cell of dayPlan(desk.world.company, desk.shop, day).cells)
      yield {
        by: {
          day,
          session_country: countryName(cell.market.country),
          session_device_type: cell.device.name,
          human_or_bot_session: 'human',
        },
        of: {
          sessions: cell.sessions,
          sessions_with_cart_additions: cell.carts,
          sessions_that_reached_checkout: cell.checkouts,
          sessions_that_completed_checkout: cell.orders,
        },
      }
}
