import type { Company } from '../company/company.ts'
import { changedAt, discounted, type Life, type Refund, type Return } from '../company/life.ts'
import type { Line, Order } from '../company/order.ts'
import { personOf, shopCompanyOf } from '../company/people.ts'
import { agreementsOf } from './agreement-node.ts'
import { inventoryItemNode, productGid, variantGid } from './catalogue-node.ts'
import { customerId, gid, isoOf, isoOrNull, lineId, orderId } from './ids.ts'
import { amountOf, bagBy } from './money.ts'
import type { Node } from './node.ts'

/** What one may see: names and addresses are null where the app was not approved for them. */
export interface Sight {
  company: Company
  now: number
  personal: boolean
}

/** An order as seen, with all that hangs on it. */
export function orderNode(sight: Sight, life: Life): Node {
  const { order } = life
  const { shop, market } = order
  const id = orderId(order)
  const bag = bagBy(shop.currency, market)
  const goods = life.lines.reduce((sum, line) => sum + discounted(line), 0)
  const inside = shop.taxesIncluded
  const lineTax = life.lines.reduce((sum, line) => sum + line.tax, 0)
  const shipped = order.shippingPrice - order.shippingDiscount
  const total = goods + shipped + (inside ? 0 : lineTax + order.shippingTax)
  const backOf = (refund: Refund) => {
    const lines = refund.lines.reduce((sum, one) => sum + one.subtotal + (inside ? 0 : one.tax), 0)
    return lines + refund.shipping + (inside ? 0 : refund.shippingTax) - refund.adjustment
  }
  const back = life.refunds.reduce((sum, refund) => sum + backOf(refund), 0)
  const gone = (line: Line) =>
    life.refunds
      .flatMap(one => one.lines)
      .reduce((n, one) => n + (one.line.number === line.number ? one.quantity : 0), 0)
  const address = () => (sight.personal ? addressOf(sight.company, order) : null)
  const delivered = order.cell !== null && life.lines.some(line => !line.giftCard)
  return {
    __typename: 'Order',
    id: gid('Order', id),
    legacyResourceId: String(id),
    name: `#${id}`,
    number: id,
    createdAt: isoOf(order.createdAt),
    updatedAt: isoOf(changedAt(life)),
    processedAt: isoOf(order.placedAt),
    cancelledAt: isoOrNull(life.cancelledAt),
    cancelReason: life.cancelReason,
    closedAt: isoOrNull(life.fulfilledAt),
    closed: life.fulfilledAt !== null,
    confirmed: true,
    edited: life.editedAt !== null,
    test: order.test,
    currencyCode: shop.currency,
    presentmentCurrencyCode: market.currency,
    taxesIncluded: inside,
    dutiesIncluded: false,
    displayFinancialStatus: financialStatus(life, total, back),
    displayFulfillmentStatus: life.fulfilledAt === null ? 'UNFULFILLED' : 'FULFILLED',
    returnStatus: returnStatus(life),
    sourceName: order.cell === null ? 'pos' : 'web',
    subtotalPriceSet: () => bag(goods),
    totalPriceSet: () => bag(total),
    currentTotalPriceSet: () => bag(total - back),
    currentSubtotalPriceSet: () =>
      bag(goods - life.refunds.flatMap(r => r.lines).reduce((n, l) => n + l.subtotal, 0)),
    totalDiscountsSet: () => bag(life.lines.reduce((n, line) => n + line.discount, order.shippingDiscount)),
    totalTaxSet: () => bag(lineTax + order.shippingTax),
    totalShippingPriceSet: () => bag(order.shippingPrice),
    totalRefundedSet: () => bag(back),
    totalOutstandingSet: () => bag(life.paidAt === null && life.cancelledAt === null ? total - back : 0),
    totalTipReceivedSet: () => bag(0),
    refundDiscrepancySet: () => bag(life.refunds.reduce((n, one) => n + one.adjustment, 0)),
    netPaymentSet: () => bag(life.paidAt === null ? 0 : total - back),
    currentTotalDutiesSet: null,
    originalTotalDutiesSet: null,
    additionalFees: [],
    subtotalLineItemsQuantity: life.lines.reduce((n, line) => n + line.quantity, 0),
    currentSubtotalLineItemsQuantity: () => life.lines.reduce((n, line) => n + line.quantity - gone(line), 0),
    discountCodes: order.discount?.code ? [order.discount.code] : [],
    tags: life.touchedAt === null ? [] : ['reviewed'],
    paymentGatewayNames: [order.gateway],
    customer: order.customer
      ? { __typename: 'Customer', id: gid('Customer', customerId(order.customer)) }
      : null,
    purchasingEntity: () => buyerOf(sight.company, order),
    customerJourneySummary: () => journeyOf(order),
    shippingAddress: delivered ? address : null,
    billingAddress: order.cell === null ? null : address,
    retailLocation: order.cell === null ? () => locationNode(order) : null,
    shippingLines: () => shippingLines(order, bag),
    lineItems: () => life.lines.map(line => lineNode(sight, order, line, gone(line), bag)),
    discountApplications: () => applicationsOf(order),
    transactions: () => transactionsOf(life, total, backOf, bag),
    refunds: () => life.refunds.map(refund => refundNode(life, refund)),
    returns: () => life.returns.map(one => returnNode(order, one)),
    agreements: () => agreementsOf(life, bag),
  }
}

/** Who bought: a company, a customer, or at the counter nobody who gave a name. */
function buyerOf(company: Company, order: Order): Node | null {
  if (!order.customer) return null
  const id = customerId(order.customer)
  return shopCompanyOf(company, order.shop, order.customer)
    ? { __typename: 'PurchasingCompany', company: { __typename: 'Company', id: gid('Company', id) } }
    : { __typename: 'Customer', id: gid('Customer', id) }
}

function financialStatus(life: Life, total: number, back: number): string {
  if (life.paidAt === null) return life.cancelledAt === null ? 'PENDING' : 'VOIDED'
  if (back === 0) return 'PAID'
  return back >= total ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
}

const returnStatus = (life: Life): string =>
  life.returns.length === 0
    ? 'NO_RETURN'
    : life.returns.some(one => one.closedAt === null)
      ? 'IN_PROGRESS'
      : 'RETURNED'

function addressOf(company: Company, order: Order): Node {
  const person = order.customer ? personOf(company, order.shop, order.customer) : null
  return {
    __typename: 'MailingAddress',
    id: gid('MailingAddress', orderId(order)),
    firstName: person?.first ?? null,
    lastName: person?.last ?? null,
    countryCodeV2: order.market.country,
    provinceCode: order.market.region,
  }
}

const locationNode = (order: Order): Node => ({
  __typename: 'Location',
  id: gid('Location', 1),
  name: 'Pop-up store',
  address: { __typename: 'LocationAddress', countryCode: order.market.country, formatted: [] },
})

function journeyOf({ cell, placedAt }: Order): Node | null {
  if (!cell) return null
  const { source, medium } = cell.channel
  const utm = { __typename: 'UTMParameters', source, medium, campaign: null, term: null, content: null }
  return {
    __typename: 'CustomerJourneySummary',
    ready: true,
    customerOrderIndex: null,
    daysToConversion: null,
    lastVisit: {
      __typename: 'CustomerVisit',
      id: gid('CustomerVisit', placedAt),
      occurredAt: isoOf(placedAt),
      source,
      sourceType: null,
      landingPage: null,
      referrerUrl: null,
      utmParameters: medium === '(none)' ? null : utm,
    },
  }
}

type Bag = ReturnType<typeof bagBy>

const taxLine = (rate: number, coins: number, bag: Bag): Node => ({
  __typename: 'TaxLine',
  title: 'VAT',
  rate,
  ratePercentage: rate * 100,
  priceSet: bag(coins),
})

const shippingLineId = (order: Order) => gid('ShippingLine', orderId(order) * 100)

function shippingLines(order: Order, bag: Bag): Node[] {
  if (order.shippingPrice === 0) return []
  const { shippingPrice, shippingDiscount, shippingTax, market } = order
  return [
    {
      __typename: 'ShippingLine',
      id: shippingLineId(order),
      title: 'Standard',
      isRemoved: false,
      custom: false,
      originalPriceSet: bag(shippingPrice),
      discountedPriceSet: bag(shippingPrice - shippingDiscount),
      currentDiscountedPriceSet: bag(shippingPrice - shippingDiscount),
      taxLines: [taxLine(market.tax, shippingTax, bag)],
      discountAllocations: [],
    },
  ]
}

function lineNode(sight: Sight, order: Order, line: Line, gone: number, bag: Bag): Node {
  const { company } = sight
  const { variant, quantity, unitPrice, discount } = line
  const product = company.catalogue.products[variant.product]
  const title = product?.title ?? ''
  const id = lineId(order, line)
  const known =
    product && (product.deleted === null || sight.now < Date.parse(`${product.deleted}T00:00:00Z`))
  return {
    __typename: 'LineItem',
    id: gid('LineItem', id),
    name: `${title} - ${variant.title}`,
    title,
    variantTitle: variant.title,
    sku: variant.sku,
    vendor: product?.vendor ?? null,
    quantity,
    currentQuantity: quantity - gone,
    refundableQuantity: quantity - gone,
    isGiftCard: line.giftCard,
    taxable: !line.giftCard,
    requiresShipping: !line.giftCard,
    originalUnitPriceSet: bag(unitPrice),
    originalTotalSet: bag(unitPrice * quantity),
    discountedUnitPriceAfterAllDiscountsSet: () => bag(Math.round(discounted(line) / quantity)),
    discountedUnitPriceSet: () => bag(unitPrice),
    // Without codes: what is off by a code shows only where it is asked for.
    discountedTotalSet: ({ withCodeDiscounts }: { withCodeDiscounts?: boolean }) =>
      bag(
        withCodeDiscounts || order.discount?.kind === 'automatic' ? discounted(line) : unitPrice * quantity,
      ),
    totalDiscountSet: bag(discount),
    discountAllocations:
      discount === 0
        ? []
        : () => [
            {
              __typename: 'DiscountAllocation',
              allocatedAmountSet: bag(discount),
              discountApplication: applicationsOf(order)[0],
            },
          ],
    taxLines: line.taxRate === 0 ? [] : [taxLine(line.taxRate, line.tax, bag)],
    duties: [],
    product: known ? { __typename: 'Product', id: productGid(variant.product) } : null,
    variant: known
      ? {
          __typename: 'ProductVariant',
          id: variantGid(variant),
          legacyResourceId: String(variant.index + 1),
          inventoryItem: () => inventoryItemNode(sight, order.shop, variant),
        }
      : null,
  }
}

function applicationsOf({ discount, shop }: Order): Node[] {
  if (!discount) return []
  const { kind, code, title, rate, amount } = discount
  const shipping = code === 'FREESHIP'
  return [
    {
      __typename: kind === 'code' ? 'DiscountCodeApplication' : 'AutomaticDiscountApplication',
      index: 0,
      allocationMethod: rate === null ? 'ACROSS' : 'EACH',
      targetSelection: 'ALL',
      targetType: shipping ? 'SHIPPING_LINE' : 'LINE_ITEM',
      value:
        rate === null
          ? { __typename: 'MoneyV2', amount: amountOf(amount), currencyCode: shop.currency }
          : { __typename: 'PricingPercentageValue', percentage: shipping ? 100 : rate * 100 },
      ...(kind === 'code' ? { code } : { title }),
    },
  ]
}

function transactionsOf(life: Life, total: number, backOf: (refund: Refund) => number, bag: Bag): Node[] {
  const { order, paidAt } = life
  const id = orderId(order) * 100
  const one = (number: number, kind: string, coins: number, at: number | null): Node => ({
    __typename: 'OrderTransaction',
    id: gid('OrderTransaction', id + number),
    kind,
    status: at === null ? 'PENDING' : 'SUCCESS',
    gateway: order.gateway,
    test: order.test,
    createdAt: isoOf(at ?? order.createdAt),
    processedAt: isoOrNull(at),
    amountSet: bag(coins),
  })
  return [
    one(0, 'SALE', total, paidAt),
    ...life.refunds
      .filter(refund => backOf(refund) !== 0)
      .map(refund => one(refund.number + 1, 'REFUND', backOf(refund), refund.at)),
  ]
}

/** A refund with its lines, refunded shipping and what was paid back beyond or below their value. */
export function refundNode(life: Life, refund: Refund): Node {
  const { order } = life
  const bag = bagBy(order.shop.currency, order.market)
  const inside = order.shop.taxesIncluded
  const id = orderId(order) * 100 + refund.number
  const lines = refund.lines.reduce((sum, one) => sum + one.subtotal + (inside ? 0 : one.tax), 0)
  const paid = lines + refund.shipping + (inside ? 0 : refund.shippingTax) - refund.adjustment
  const from = life.returns.find(one => one.number === refund.forReturn)
  return {
    __typename: 'Refund',
    id: gid('Refund', id),
    legacyResourceId: String(id),
    createdAt: isoOf(refund.at),
    processedAt: isoOf(refund.at),
    updatedAt: isoOf(refund.at),
    note: null,
    order: { __typename: 'Order', id: gid('Order', orderId(order)) },
    return: from && refund.forReturn !== null ? { __typename: 'Return', id: gid('Return', id) } : null,
    totalRefundedSet: bag(paid),
    duties: [],
    refundLineItems: refund.lines.map((one, index) => ({
      __typename: 'RefundLineItem',
      id: gid('RefundLineItem', id * 100 + index),
      quantity: one.quantity,
      restockType: one.restock,
      restocked: one.restock !== 'NO_RESTOCK',
      location: null,
      lineItem: { __typename: 'LineItem', id: gid('LineItem', lineId(order, one.line)) },
      priceSet: bag(one.line.unitPrice),
      subtotalSet: bag(one.subtotal),
      totalTaxSet: bag(one.tax),
    })),
    refundShippingLines:
      refund.shipping === 0
        ? []
        : [
            {
              __typename: 'RefundShippingLine',
              id: gid('RefundShippingLine', id),
              shippingLine: () => shippingLines(order, bag)[0],
              subtotalAmountSet: bag(refund.shipping),
              taxAmountSet: bag(refund.shippingTax),
            },
          ],
    orderAdjustments:
      refund.adjustment === 0
        ? []
        : [
            {
              __typename: 'OrderAdjustment',
              id: gid('OrderAdjustment', id),
              reason: 'REFUND_DISCREPANCY',
              amountSet: bag(refund.adjustment),
              taxAmountSet: bag(0),
            },
          ],
    transactions: [],
  }
}

export function returnNode(order: Order, one: Return): Node {
  const id = orderId(order) * 100 + one.number
  return {
    __typename: 'Return',
    id: gid('Return', id),
    name: `#${orderId(order)}-R${one.number + 1}`,
    status: one.closedAt === null ? 'OPEN' : 'CLOSED',
    createdAt: isoOf(one.requestedAt),
    closedAt: isoOrNull(one.closedAt),
    totalQuantity: one.lines.reduce((sum, line) => sum + line.quantity, 0),
    returnShippingFees: [],
    returnLineItems: one.lines.map(({ line, quantity }, index) => ({
      __typename: 'ReturnLineItem',
      id: gid('ReturnLineItem', id * 100 + index),
      quantity,
      refundableQuantity: one.closedAt === null ? quantity : 0,
      refundedQuantity: one.closedAt === null ? 0 : quantity,
      returnReasonNote: '',
      returnReasonDefinition: {
        __typename: 'ReturnReasonDefinition',
        id: gid(
          'ReturnReasonDefinition',
          [...one.reason].reduce((sum, letter) => sum + letter.charCodeAt(0), 0),
        ),
        handle: one.reason.toLowerCase().replaceAll(' ', '-'),
        name: one.reason,
        deleted: false,
      },
      fulfillmentLineItem: {
        __typename: 'FulfillmentLineItem',
        id: gid('FulfillmentLineItem', lineId(order, line)),
        lineItem: { __typename: 'LineItem', id: gid('LineItem', lineId(order, line)) },
      },
    })),
  }
}
