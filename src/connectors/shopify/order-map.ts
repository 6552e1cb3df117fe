import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, PlaceStore } from '../connector.ts'
import { coinOf, decimal, type Fixed, fixed, share, taxWithin, times } from './fixed.ts'
import { laterIn } from './order-edits.ts'
import type { Bag, LineItem, OrderRecord, Refund, TaxLine } from './order-record.ts'
import { returnRows } from './returns.ts'

/** The number at the end of a gid. */
export const numberOf = (gid: string): string => /\/(\d+)(?:\?|$)/.exec(gid)?.[1] ?? gid

const amount = (bag: Bag | null | undefined): Fixed => fixed(bag?.shopMoney.amount)

const taxesOf = (lines: readonly TaxLine[] | undefined): Fixed => {
  let sum = 0
  for (const one of lines ?? []) sum += amount(one.priceSet)
  return sum
}

/** Columns of a row that are not what they are for every row of the order. */
interface Own {
  key: string
  kind: string
  at: string
  line?: LineItem
  quantity?: number
  gross?: Fixed
  discounts?: Fixed
  reversals?: Fixed
  shipping?: Fixed
  taxes?: Fixed
  duties?: Fixed
  fees?: Fixed
  tips?: Fixed
  giftCards?: Fixed
  cost?: string | null
}

/**
 * An order's rows in the sales ledger, by Shopify's canon: sales dated by the order (what an edit or exchange added by
 * that), reversals and their adjustments by the day they were processed, deductions negative. Where prices include tax,
 * net is what the buyer paid less the line's tax, gross the list price less the tax that is in it at the line's rate, and
 * discounts the difference. Test orders have no rows.
 *
 * A shop is brought in by this connection or by files of its exports, not by both: the lines would count twice.
 */
export function mapOrder(order: OrderRecord, place: Place): Mapped {
  if (order.test) return { rows: {} }
  const store = place.home
  const rows: CanonicalRow[] = []
  const inside = order.taxesIncluded === true
  const coin = coinOf(store.currency)
  const write = writerOf(order, place, store, rows)
  const { lines: added, shipping: addedShipping, tips } = laterIn(order.agreements)
  const placed = order.processedAt

  for (const line of order.lineItems) {
    const whole = soldOf(line, inside, coin)
    let from = 0
    const portions = portionsOf(line.quantity, added.get(line.id), placed)
    portions.forEach(({ at, count }, n) => {
      const of = (value: Fixed) => share(value, from, count, line.quantity, coin)
      const key = n === 0 ? numberOf(line.id) : `${numberOf(line.id)}+${n}`
      const taxes = of(whole.taxes)
      const paid = of(whole.paid)
      const own = { key, at, line, quantity: count, taxes }
      if (tips.has(line.id)) write({ ...own, kind: 'tip', quantity: 0, tips: paid })
      else if (line.isGiftCard) write({ ...own, kind: 'gift_card', giftCards: paid })
      else {
        const gross = of(whole.gross)
        const net = paid - (inside ? taxes : 0)
        write({ ...own, kind: 'sale', gross, discounts: net - gross, cost: costOf(line, count) })
      }
      from += count
    })
    for (const [n, duty] of (line.duties ?? []).entries())
      write({
        key: `${numberOf(line.id)}/duty/${n}`,
        kind: 'duty',
        at: portions[0]?.at ?? placed,
        line,
        duties: amount(duty.price),
        taxes: taxesOf(duty.taxLines),
      })
  }
  for (const [n, line] of order.shippingLines.entries()) {
    const charged = amount(line.discountedPriceSet)
    const taxes = taxesOf(line.taxLines)
    if (charged === 0 && taxes === 0) continue
    write({
      key: `shipping/${line.id ? numberOf(line.id) : n}`,
      kind: 'shipping',
      at: (line.id && addedShipping.get(line.id)) || placed,
      shipping: charged - (inside ? taxes : 0),
      taxes,
    })
  }
  for (const fee of order.additionalFees ?? []) {
    const taxes = taxesOf(fee.taxLines)
    write({ key: `fee/${numberOf(fee.id)}`, kind: 'fee', at: placed, fees: amount(fee.price), taxes })
  }
  for (const { happenedAt, sales } of order.agreements)
    for (const sale of sales)
      if (sale.lineType === 'FEE') {
        const taxes = amount(sale.totalTaxAmount)
        const fees = amount(sale.totalAmount) - taxes
        write({ key: `fee/${numberOf(sale.id)}`, kind: 'fee', at: happenedAt, fees, taxes })
      }
  const lines = new Map(order.lineItems.map(line => [line.id, line]))
  for (const refund of order.refunds) takeBack(refund, { inside, lines, tips, write })
  cancel(order, { inside, coin, tips, write })
  const own = { store: store.store, order_id: order.legacyResourceId }
  const mapped: Mapped =
    rows.length > 0 ? { rows: { sales_lines: rows } } : { rows: {}, gone: { sales_lines: [own] } }
  if (order.returns) {
    mapped.rows.return_requests = returned(order, place, lines)
    // What was asked is told anew as a whole.
    mapped.gone = { ...mapped.gone, return_requests: [own] }
  }
  return mapped
}

/** Returns of an order as rows. */
function returned(order: OrderRecord, place: Place, lines: ReadonlyMap<string, LineItem>): CanonicalRow[] {
  const { store, timezone } = place.home
  const base = {
    store,
    order_id: order.legacyResourceId,
    ordered_day: wallClock(timezone, Date.parse(order.processedAt)).day,
    ...tradeOf(order, place),
  }
  const goods = (id: string) => {
    const line = lines.get(id)
    return line ? { product_id: productOf(line), title: titleOf(line) } : null
  }
  return returnRows(order.returns ?? [], base, goods, timezone)
}

/** Who bought, from where and by which way. */
const tradeOf = (order: OrderRecord, place: Place) => ({
  account_id: order.purchasingEntity?.company ? numberOf(order.purchasingEntity.company.id) : '',
  country: countryOf(order, place),
  channel: channels[order.sourceName ?? ''] ?? order.sourceName ?? '',
})

const productOf = (line: LineItem): string =>
  line.sku || (line.variant ? numberOf(line.variant.id) : (line.title ?? ''))
const titleOf = (line: LineItem): string => line.name ?? line.title ?? ''

/** Whole amounts of a line: list price without the tax in it, what was paid after discounts, tax. */
function soldOf(line: LineItem, inside: boolean, coin: Fixed): { gross: Fixed; paid: Fixed; taxes: Fixed } {
  const listed = times(amount(line.originalUnitPriceSet), line.quantity)
  let off = 0
  for (const one of line.discountAllocations ?? []) off += amount(one.allocatedAmountSet)
  let taxes = 0
  let rate = 0
  for (const one of line.taxLines ?? []) {
    taxes += amount(one.priceSet)
    rate += one.rate ?? 0
  }
  const paid = listed - off
  if (!inside) return { gross: listed, paid, taxes }
  // Where no rate is told, the list price holds as much tax as what was paid.
  const told = rate > 0 || taxes === 0 || paid === 0
  const within = told ? taxWithin(listed, rate, coin) : Math.round((taxes * listed) / paid / coin) * coin
  return { gross: listed - within, paid, taxes }
}

/** The units of a line by when they were sold: those of the order first, then what edits and exchanges added. */
function portionsOf(
  quantity: number,
  later: readonly { at: string; count: number }[] | undefined,
  placed: string,
): { at: string; count: number }[] {
  if (!later) return [{ at: placed, count: quantity }]
  const added = later.reduce((sum, one) => sum + one.count, 0)
  // A book that does not agree with the line is not believed.
  if (added > quantity) return [{ at: placed, count: quantity }]
  return added === quantity ? [...later] : [{ at: placed, count: quantity - added }, ...later]
}

/** Cost of so many units: as it was found for the time of the sale, else as the item has it now; null where none is recorded. */
function costOf(line: LineItem, count: number): string | null {
  const unit = line.cost ? line.cost.unit : (line.variant?.inventoryItem?.unitCost?.amount ?? null)
  return unit === null ? null : decimal(times(fixed(unit), count))
}

interface Hands {
  inside: boolean
  tips: ReadonlySet<string>
  write(own: Own): void
}

function takeBack(
  refund: Refund,
  { inside, lines, tips, write }: Hands & { lines: ReadonlyMap<string, LineItem> },
): void {
  const at = refund.processedAt ?? refund.createdAt ?? ''
  const id = numberOf(refund.id)
  for (const [n, one] of refund.refundLineItems.entries()) {
    const line = lines.get(one.lineItem.id)
    const taxes = amount(one.totalTaxSet)
    const value = amount(one.subtotalSet)
    const own: Own = {
      key: `refund/${id}/${n}`,
      at,
      kind: 'reversal',
      quantity: -one.quantity,
      taxes: -taxes,
      ...(line && { line }),
    }
    if (line && tips.has(line.id)) write({ ...own, kind: 'tip', quantity: 0, tips: -value })
    else if (line?.isGiftCard) write({ ...own, kind: 'gift_card', giftCards: -value })
    else
      write({
        ...own,
        reversals: -(value - (inside ? taxes : 0)),
        cost: line ? costOf(line, -one.quantity) : null,
      })
  }
  for (const [n, one] of refund.refundShippingLines.entries()) {
    const taxes = amount(one.taxAmountSet)
    const shipping = -(amount(one.subtotalAmountSet) - (inside ? taxes : 0))
    write({ key: `refund/${id}/shipping/${n}`, kind: 'shipping', at, shipping, taxes: -taxes })
  }
  // What was paid back beyond (negative) or below the value of the lines; pending refunds are among them.
  for (const one of refund.orderAdjustments)
    write({
      key: `refund/${id}/adjustment/${numberOf(one.id)}`,
      kind: 'adjustment',
      at,
      reversals: amount(one.amountSet),
      taxes: amount(one.taxAmountSet),
    })
  for (const [n, duty] of (refund.duties ?? []).entries())
    write({ key: `refund/${id}/duty/${n}`, kind: 'duty', at, duties: -amount(duty.amountSet) })
}

/** An order that was cancelled before anything was paid may have no refund: then all of it goes back on that day. */
function cancel(order: OrderRecord, { inside, coin, tips, write }: Hands & { coin: Fixed }): void {
  const { cancelledAt: at, refunds, lineItems, shippingLines } = order
  if (!at || refunds.length > 0 || lineItems.some(line => line.currentQuantity !== 0)) return
  for (const line of lineItems) {
    const { paid, taxes } = soldOf(line, inside, coin)
    const own: Own = {
      key: `cancel/${numberOf(line.id)}`,
      at,
      kind: 'reversal',
      line,
      quantity: -line.quantity,
      taxes: -taxes,
    }
    if (tips.has(line.id)) write({ ...own, kind: 'tip', quantity: 0, tips: -paid })
    else if (line.isGiftCard) write({ ...own, kind: 'gift_card', giftCards: -paid })
    else write({ ...own, reversals: -(paid - (inside ? taxes : 0)), cost: costOf(line, -line.quantity) })
  }
  for (const [n, line] of shippingLines.entries()) {
    const taxes = taxesOf(line.taxLines)
    const shipping = -(amount(line.discountedPriceSet) - (inside ? taxes : 0))
    if (shipping !== 0) write({ key: `cancel/shipping/${n}`, kind: 'shipping', at, shipping, taxes: -taxes })
  }
}

/** Names the vendor's sources have on its own screens. */
const channels: Record<string, string> = {
  web: 'Online Store',
  pos: 'Point of Sale',
  shopify_draft_order: 'Draft Orders',
  iphone: 'Shopify Mobile',
  android: 'Shopify Mobile',
}

/** Where it was sold: to the shipping address, else the bill's, else the counter's, else where the shop is. */
const countryOf = (order: OrderRecord, place: Place): string =>
  order.shippingAddress?.countryCodeV2 ||
  order.billingAddress?.countryCodeV2 ||
  order.retailLocation?.address?.countryCode ||
  String(place.facts.country ?? '')

/** Codes of the order, or the campaigns that gave its discounts by themselves. */
function discountsOf({ discountCodes, lineItems }: OrderRecord): string {
  if (discountCodes && discountCodes.length > 0) return discountCodes.join(', ')
  const found = new Set<string>()
  for (const line of lineItems)
    for (const { discountApplication } of line.discountAllocations ?? []) {
      const name = discountApplication?.code ?? discountApplication?.title
      if (name) found.add(name)
    }
  return [...found].join(', ')
}

function writerOf(order: OrderRecord, place: Place, store: PlaceStore, rows: CanonicalRow[]) {
  const { timezone } = store
  const placed = wallClock(timezone, Date.parse(order.processedAt))
  const customer = order.customer ? numberOf(order.customer.id) : ''
  const { account_id, country, channel } = tradeOf(order, place)
  const code = discountsOf(order)
  let last = order.processedAt
  let clock = placed
  return (own: Own): void => {
    if (own.at !== last) {
      last = own.at
      clock = own.at === order.processedAt ? placed : wallClock(timezone, Date.parse(own.at))
    }
    const { line } = own
    rows.push({
      store: store.store,
      order_id: order.legacyResourceId,
      line_key: own.key,
      kind: own.kind,
      happened_at: clock.text,
      day: clock.day,
      hour: clock.hour,
      ordered_day: placed.day,
      currency: store.currency,
      quantity: String(own.quantity ?? 0),
      gross: decimal(own.gross ?? 0),
      discounts: decimal(own.discounts ?? 0),
      reversals: decimal(own.reversals ?? 0),
      shipping: decimal(own.shipping ?? 0),
      taxes: decimal(own.taxes ?? 0),
      duties: decimal(own.duties ?? 0),
      fees: decimal(own.fees ?? 0),
      tips: decimal(own.tips ?? 0),
      gift_cards: decimal(own.giftCards ?? 0),
      cost: own.cost ?? null,
      product_id: line ? productOf(line) : '',
      title: line ? titleOf(line) : '',
      customer_id: customer,
      account_id,
      country,
      channel,
      discount_code: code,
    })
  }
}
