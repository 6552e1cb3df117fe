import type { Decimal } from 'decimal.js'
import { exact } from '#kernel/money.ts'
import type { CanonicalRow, Mapped, Place } from '../connector.ts'
import { counted, type Unit } from './order-units.ts'
import type { OrderRecord } from './orders.ts'
import { amount, clockOf, type Json, known, list, member, plain, text } from './raw.ts'
import { sentRows } from './shipments.ts'

const zero = exact('0')
type Clock = ReturnType<typeof clockOf>
type Money = Partial<Record<(typeof columns)[number], Decimal>>
const columns = [
  'gross',
  'discounts',
  'reversals',
  'shipping',
  'taxes',
  'duties',
  'fees',
  'tips',
  'gift_cards',
] as const

/** What a row is of, in the ledger: all but where, when and how much. */
type Made = (
  line: string,
  kind: string,
  clock: Clock,
  money: Money,
  of?: { unit: Unit; quantity: Decimal },
) => void

/**
 * An order, with its credit memos, as rows of the ledger, in the website's base currency. What is without tax in
 * Magento is so here: where prices include it, discounts do as well and `discount_tax_compensation` is their tax.
 */
export function mapOrder({ website, order, memos, shipments, rules }: OrderRecord, place: Place): Mapped {
  const { store, timezone, currency } = place.storeOf(website)
  const placed = clockOf(timezone, order.created_at)
  const guest = order.customer_id === undefined || order.customer_id === null
  const base: CanonicalRow = {
    store,
    // The number people know; unique within a website's views. Analytics knows the order by it too.
    order_id: text(order.increment_id) || text(order.entity_id),
    ordered_day: placed.day,
    currency: text(order.base_currency_code) || currency,
    customer_id: guest ? place.hash(text(order.customer_email)) : text(order.customer_id),
    ...tradeOf(order),
    discount_code: text(order.coupon_code) || text(order.discount_description) || rules,
  }
  const rows: CanonicalRow[] = []
  const make: Made = (line, kind, clock, money, of) => {
    const cost = of?.unit.cost
    rows.push({
      ...base,
      line_key: line,
      kind,
      happened_at: clock.text,
      day: clock.day,
      hour: clock.hour,
      quantity: plain(of?.quantity ?? zero),
      ...Object.fromEntries(columns.map(name => [name, plain((money[name] ?? zero).toDecimalPlaces(4))])),
      cost: cost && of && !of.unit.giftCard ? plain(cost.times(of.quantity).toDecimalPlaces(4)) : null,
      product_id: of?.unit.sku ?? '',
      title: of?.unit.title ?? '',
    })
  }
  const units = counted(list(order.items))
  sold(order, units, placed, make)
  cancelled(order, units, timezone, make)
  for (const memo of memos) if (Number(memo.state) !== 3) repaid(memo, units, timezone, make)
  return { rows: { sales_lines: rows, shipments: sentRows(order, shipments ?? [], units, base, timezone) } }
}

/** Who bought, from where and by which way. */
export const tradeOf = (order: Json) => ({
  account_id: text(member(order, 'extension_attributes', 'company_order_attributes', 'company_id')),
  country: countryOf(order),
  // Orders that our own people enter in the back office come from no address.
  channel:
    order.remote_ip === undefined || order.remote_ip === null ? 'Sales representative' : 'Online Store',
})

/** Where the goods go; where nothing is sent, who pays. */
const countryOf = (order: Json): string => {
  const [first] = list(member(order, 'extension_attributes', 'shipping_assignments'))
  return (
    text(member(first, 'shipping', 'address', 'country_id')) ||
    text(member(order, 'billing_address', 'country_id'))
  )
}

const total = (units: readonly Unit[], of: (unit: Unit) => Decimal): Decimal =>
  units.reduce((sum, unit) => sum.plus(of(unit)), zero)

/** Shipping without its discount. */
const shippingOf = (order: Json) => ({
  shipping: amount(order.base_shipping_amount)
    .minus(amount(order.base_shipping_discount_amount))
    .plus(amount(order.base_shipping_discount_tax_compensation_amnt)),
  taxes: amount(order.base_shipping_tax_amount),
})

function sold(order: Json, units: readonly Unit[], placed: Clock, make: Made): void {
  for (const unit of units) {
    const { giftCard, row, discount, tax, fee } = unit
    make(
      `item ${unit.id}`,
      giftCard ? 'gift_card' : 'sale',
      placed,
      giftCard
        ? { gift_cards: row.minus(discount), taxes: tax }
        : { gross: row, discounts: discount.negated(), taxes: tax, fees: fee },
      { unit, quantity: unit.quantity },
    )
  }
  const shipping = shippingOf(order)
  if (!shipping.shipping.isZero() || !shipping.taxes.isZero()) make('shipping', 'shipping', placed, shipping)
  // What totals have beyond their lines: roundings, gift wrapping's tax, and discounts that no line shows.
  const tax = known(order.base_tax_amount)
    ?.minus(total(units, unit => unit.tax))
    .minus(shipping.taxes)
  const wrapping = ['gw_base_price', 'gw_items_base_price', 'gw_card_base_price'].reduce(
    (sum, name) => sum.plus(amount(member(order, 'extension_attributes', name))),
    zero,
  )
  const off = known(order.base_discount_amount)
    ?.abs()
    .minus(total(units, unit => unit.discountShown))
    .minus(amount(order.base_shipping_discount_amount))
  if (tax && !tax.isZero()) make('tax', 'tax', placed, { taxes: tax })
  if (!wrapping.isZero()) make('wrapping', 'fee', placed, { fees: wrapping })
  if (off && !off.isZero()) make('discount', 'adjustment', placed, { discounts: off.negated() })
}

/** Units that were never delivered are taken back; so is the shipping of an order that was cancelled whole. */
function cancelled(order: Json, units: readonly Unit[], timezone: string, make: Made): void {
  const isWhole = text(order.state) === 'canceled' && units.every(unit => unit.invoiced.isZero())
  const gone = units.flatMap(unit => {
    const quantity = isWhole ? unit.quantity : unit.cancelled
    return quantity.isZero() ? [] : [{ unit, quantity }]
  })
  if (gone.length === 0) return
  const clock = clockOf(
    timezone,
    cancelledAt(
      order,
      gone.map(one => one.unit),
    ),
  )
  for (const { unit, quantity } of gone) {
    const back = unit.left(quantity)
    make(
      `cancelled ${unit.id}`,
      unit.giftCard ? 'gift_card' : 'reversal',
      clock,
      unit.giftCard
        ? { gift_cards: back.net.negated(), taxes: back.tax.negated() }
        : { reversals: back.net.negated(), taxes: back.tax.negated(), fees: back.fee.negated() },
      { unit, quantity: quantity.negated() },
    )
  }
  const charged = amount(order.base_shipping_amount)
  const lost = known(order.base_shipping_canceled) ?? (isWhole ? charged : zero)
  if (lost.isZero()) return
  const { shipping, taxes } = shippingOf(order)
  const share = charged.isZero() ? exact('1') : lost.div(charged)
  make('cancelled shipping', 'shipping', clock, {
    shipping: shipping.times(share).negated(),
    taxes: taxes.times(share).negated(),
  })
}

/**
 * When units were cancelled: Magento does not say. A comment with the status comes at the moment or later, and so does
 * the last change of the lines that were: the earlier of the two is nearest.
 */
function cancelledAt(order: Json, units: readonly Unit[]): string {
  const told = list(order.status_histories)
    .filter(one => text(one.status) === 'canceled')
    .map(one => text(one.created_at))
  const changed =
    units
      .map(unit => unit.changedAt)
      .sort()
      .at(-1) ?? ''
  return [...told, changed].filter(Boolean).sort()[0] ?? text(order.updated_at)
}

/** A credit memo: goods taken back, shipping paid back, and what was paid beyond or kept. */
function repaid(memo: Json, units: readonly Unit[], timezone: string, make: Made): void {
  const clock = clockOf(timezone, memo.created_at)
  const id = text(memo.entity_id)
  let taxed = zero
  let off = zero
  for (const item of list(memo.items)) {
    // Rows of children and of sets priced by their parts only repeat what is counted elsewhere.
    const unit = units.find(one => one.id === text(item.order_item_id))
    if (!unit) continue
    const quantity = amount(item.qty)
    const row = amount(item.base_row_total)
    if (quantity.isZero() && row.isZero()) continue
    const shown = amount(item.base_discount_amount)
    const tax = amount(item.base_tax_amount)
    const net = row.minus(shown).plus(amount(item.base_discount_tax_compensation_amount))
    taxed = taxed.plus(tax)
    off = off.plus(shown)
    make(
      `memo ${id} item ${unit.id}`,
      unit.giftCard ? 'gift_card' : 'reversal',
      clock,
      unit.giftCard
        ? { gift_cards: net.negated(), taxes: tax.negated() }
        : {
            reversals: net.negated(),
            taxes: tax.negated(),
            fees: amount(item.base_weee_tax_applied_row_amnt).negated(),
          },
      { unit, quantity: quantity.negated() },
    )
  }
  // The header holds what no line does: shipping with its share of the discount, and its tax.
  const shipping = amount(memo.base_shipping_amount)
    .minus(amount(memo.base_discount_amount).abs().minus(off))
    .plus(amount(memo.base_shipping_discount_tax_compensation_amnt))
  const tax = (known(memo.base_tax_amount) ?? taxed).minus(taxed)
  if (!shipping.isZero() || !tax.isZero())
    make(`memo ${id} shipping`, 'shipping', clock, { shipping: shipping.negated(), taxes: tax.negated() })
  const given = known(memo.base_adjustment_positive) ?? known(memo.base_adjustment) ?? zero
  const kept = known(memo.base_adjustment_negative) ?? zero
  const beyond = kept.minus(given)
  if (!beyond.isZero()) make(`memo ${id} adjustment`, 'adjustment', clock, { reversals: beyond })
}
