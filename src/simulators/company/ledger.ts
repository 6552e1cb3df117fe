import { discounted, type Life, type RefundLine } from './life.ts'
import { type Line, type Order, taxOf } from './order.ts'

/** What an entry of the books adds to its day, in the smallest coin. */
export interface Amounts {
  quantity: number
  gross: number
  discounts: number
  reversals: number
  shipping: number
  taxes: number
  /** null where the cost of the units is not recorded, and where there are no units. */
  cost: number | null
}

/** One thing that happened to a sale, in the smallest coin, signed so that plain sums are the totals. */
export interface Entry extends Amounts {
  at: number
  kind: 'sale' | 'edit' | 'shipping' | 'reversal' | 'adjustment'
  line: Line | null
  giftCards: number
}

const nothing = {
  line: null,
  quantity: 0,
  gross: 0,
  discounts: 0,
  reversals: 0,
  shipping: 0,
  taxes: 0,
  giftCards: 0,
  cost: null,
}

/**
 * What an order, as seen, did to the books, entry by entry. Sales are dated by the order (added lines by their edit),
 * reversals by the day they were processed. All but taxes is without tax.
 *
 * In shops whose prices include tax: net = what the buyer paid less the line's tax; gross = list price less the tax
 * that is in it at the line's rate, halves up; discounts = net − gross.
 */
export function ledgerOf(life: Life): Entry[] {
  const { order } = life
  return [
    ...life.lines.map(line => saleOf(order, line)),
    ...shippingOf(order),
    ...life.refunds.flatMap(refund => [
      ...refund.lines.map(one => reversalOf(order, one, refund.at)),
      ...(refund.shipping === 0
        ? []
        : [
            {
              ...nothing,
              at: refund.at,
              kind: 'shipping' as const,
              shipping: -(refund.shipping - (order.shop.taxesIncluded ? refund.shippingTax : 0)),
              taxes: -refund.shippingTax,
            },
          ]),
      ...(refund.adjustment === 0
        ? []
        : [{ ...nothing, at: refund.at, kind: 'adjustment' as const, reversals: refund.adjustment }]),
    ]),
  ]
}

function saleOf(order: Order, line: Line): Entry {
  const { shop, placedAt } = order
  const listed = line.unitPrice * line.quantity
  const at = line.addedAt ?? placedAt
  const kind = line.addedAt === null ? ('sale' as const) : ('edit' as const)
  // A gift card is a liability until it is spent: in no sales figure.
  if (line.giftCard) return { ...nothing, at, kind, line, giftCards: listed }
  const inside = shop.taxesIncluded
  const gross = listed - (inside ? taxOf(shop, listed, line.taxRate) : 0)
  const net = discounted(line) - (inside ? line.tax : 0)
  return {
    ...nothing,
    at,
    kind,
    line,
    quantity: line.quantity,
    gross,
    discounts: net - gross,
    taxes: line.tax,
    cost: line.unitCost === null ? null : line.unitCost * line.quantity,
  }
}

function shippingOf(order: Order): Entry[] {
  const charged = order.shippingPrice - order.shippingDiscount
  if (charged === 0) return []
  const shipping = charged - (order.shop.taxesIncluded ? order.shippingTax : 0)
  return [{ ...nothing, at: order.placedAt, kind: 'shipping', shipping, taxes: order.shippingTax }]
}

function reversalOf(order: Order, { line, quantity, subtotal, tax }: RefundLine, at: number): Entry {
  if (line.giftCard) return { ...nothing, at, kind: 'reversal', line, giftCards: -subtotal }
  return {
    ...nothing,
    at,
    kind: 'reversal',
    line,
    quantity: -quantity,
    reversals: -(subtotal - (order.shop.taxesIncluded ? tax : 0)),
    taxes: -tax,
    cost: line.unitCost === null ? null : -line.unitCost * quantity,
  }
}
