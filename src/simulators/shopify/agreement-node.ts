import { discounted, type Life, type Refund } from '../company/life.ts'
import { type Line, taxOf } from '../company/order.ts'
import { gid, isoOf, lineId, orderId } from './ids.ts'
import type { bagBy } from './money.ts'
import type { Node } from './node.ts'

type Bag = ReturnType<typeof bagBy>

/** The vendor's own book of an order: what was agreed when it was placed, at each edit, refund and return. */
export function agreementsOf(life: Life, bag: Bag): Node[] {
  const { order } = life
  const placed = life.lines.filter(line => line.addedAt === null)
  const added = life.lines.filter(line => line.addedAt !== null)
  const charged = order.shippingPrice - order.shippingDiscount
  const made: { at: number; type: string; reason: string; sales: Draft[] }[] = [
    {
      at: order.placedAt,
      type: 'OrderAgreement',
      reason: 'ORDER',
      sales: [
        ...placed.map(line => sold(life, line)),
        ...(charged === 0
          ? []
          : [
              shipping(
                order.shippingTax,
                charged + (order.shop.taxesIncluded ? 0 : order.shippingTax),
                'ORDER',
              ),
            ]),
      ],
    },
    ...(life.editedAt !== null && added.length > 0
      ? [
          {
            at: life.editedAt,
            type: 'OrderEditAgreement',
            reason: 'ORDER_EDIT',
            sales: added.map(line => sold(life, line)),
          },
        ]
      : []),
    ...life.refunds.map(refund => ({
      at: refund.at,
      ...wordsOf(refund),
      sales: takenBack(refund, order.shop.taxesIncluded),
    })),
  ]
  return made.map(({ at, type, reason, sales }, number) => {
    const id = orderId(order) * 100 + number
    return {
      __typename: type,
      id: gid('SalesAgreement', id),
      happenedAt: isoOf(at),
      reason,
      sales: () => sales.map((draft, n) => saleNode(life, draft, id * 100 + n, bag)),
    }
  })
}

const wordsOf = ({ cause, forReturn }: Refund): { type: string; reason: string } =>
  cause === 'edit'
    ? { type: 'OrderEditAgreement', reason: 'ORDER_EDIT' }
    : forReturn === null
      ? { type: 'RefundAgreement', reason: 'REFUND' }
      : { type: 'ReturnAgreement', reason: 'RETURN' }

interface Draft {
  type: string
  lineType: string
  action: 'ORDER' | 'RETURN'
  line: Line | null
  quantity: number | null
  total: number
  tax: number
  /** Without and with the tax that is in it. */
  off: { before: number; after: number }
}

const nothingOff = { before: 0, after: 0 }

function sold(life: Life, line: Line): Draft {
  const { shop } = life.order
  const inside = shop.taxesIncluded
  const listed = line.unitPrice * line.quantity
  const bare = (coins: number, tax: number) => coins - (inside ? tax : 0)
  const before = bare(listed, taxOf(shop, listed, line.taxRate)) - bare(discounted(line), line.tax)
  return {
    type: line.giftCard ? 'GiftCardSale' : 'ProductSale',
    lineType: line.giftCard ? 'GIFT_CARD' : 'PRODUCT',
    action: 'ORDER',
    line,
    quantity: line.quantity,
    total: discounted(line) + (inside ? 0 : line.tax),
    tax: line.tax,
    off: { before, after: line.discount },
  }
}

const shipping = (tax: number, total: number, action: Draft['action']): Draft => ({
  type: 'ShippingLineSale',
  lineType: 'SHIPPING',
  action,
  line: null,
  quantity: null,
  total,
  tax,
  off: nothingOff,
})

const takenBack = (refund: Refund, inside: boolean): Draft[] => [
  ...refund.lines.map(
    ({ line, quantity, subtotal, tax }): Draft => ({
      type: line.giftCard ? 'GiftCardSale' : 'ProductSale',
      lineType: line.giftCard ? 'GIFT_CARD' : 'PRODUCT',
      action: 'RETURN',
      line,
      quantity: -quantity,
      total: -subtotal - (inside ? 0 : tax),
      tax: -tax,
      off: nothingOff,
    }),
  ),
  ...(refund.shipping === 0
    ? []
    : [shipping(-refund.shippingTax, -refund.shipping - (inside ? 0 : refund.shippingTax), 'RETURN')]),
  ...(refund.adjustment === 0
    ? []
    : [
        {
          type: 'AdjustmentSale',
          lineType: 'ADJUSTMENT',
          action: 'RETURN' as const,
          line: null,
          quantity: null,
          total: refund.adjustment,
          tax: 0,
          off: nothingOff,
        },
      ]),
]

function saleNode({ order }: Life, draft: Draft, id: number, bag: Bag): Node {
  const lineItem = draft.line && { __typename: 'LineItem', id: gid('LineItem', lineId(order, draft.line)) }
  return {
    __typename: draft.type,
    id: gid('Sale', id),
    actionType: draft.action,
    lineType: draft.lineType,
    quantity: draft.quantity,
    totalAmount: bag(draft.total),
    totalTaxAmount: bag(draft.tax),
    totalDiscountAmountBeforeTaxes: bag(draft.off.before),
    totalDiscountAmountAfterTaxes: bag(draft.off.after),
    taxes: [],
    ...(lineItem && { lineItem }),
    ...(draft.type === 'ShippingLineSale' && {
      shippingLine:
        draft.action === 'RETURN'
          ? null
          : { __typename: 'ShippingLine', id: gid('ShippingLine', orderId(order) * 100) },
    }),
  }
}
