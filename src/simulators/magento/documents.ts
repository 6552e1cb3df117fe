import type { Company } from '../company/company.ts'
import type { CreditMemo, TradeLife, TradePart, TradeStep } from '../company/trade-life.ts'
import { returnReasons, tradeChangedAt } from '../company/trade-life.ts'
import { incrementId } from '../company/trade-truth.ts'
import { both, currencies, customerId, present, stamp, viewOf } from './amounts.ts'
import { itemsOf, partRows } from './order-items.ts'

type Json = Record<string, unknown>

const total = (parts: readonly TradePart[], what: 'row' | 'discount' | 'tax'): number =>
  parts.reduce((sum, one) => sum + one[what], 0)

/** Ids of the papers of an order: ten for each kind. */
export const paperId = (order: number, number: number): number => order * 10 + number + 1

/** Where an order stands, by Magento's states. */
export function stateOf(life: TradeLife): { state: string; status: string } {
  const { order, invoices, shipments, cancelled } = life
  const units = (steps: readonly TradeStep[]) =>
    steps.flatMap(one => one.parts).reduce((sum, one) => sum + one.quantity, 0)
  const left = order.lines.reduce((sum, line) => sum + line.quantity, 0) - units(cancelled ? [cancelled] : [])
  const paidBack = life.memos
    .filter(one => !one.void)
    .flatMap(one => one.parts)
    .reduce((sum, one) => sum + one.quantity, 0)
  if (left === 0) return { state: 'canceled', status: 'canceled' }
  if (life.heldAt !== null && life.releasedAt === null) return { state: 'holded', status: 'holded' }
  if (paidBack >= left) return { state: 'closed', status: 'closed' }
  if (units(shipments) >= left)
    return { state: 'complete', status: life.touchedAt === null ? 'complete' : 'archived_trade' }
  if (invoices.length > 0) return { state: 'processing', status: 'processing' }
  return { state: 'new', status: 'pending' }
}

const address = ({ order }: TradeLife, kind: 'billing' | 'shipping'): Json => {
  const { account } = order
  const buyer = account.buyers[order.buyer]
  return {
    address_type: kind,
    entity_id: order.id * 2 + (kind === 'billing' ? 0 : 1),
    parent_id: order.id,
    firstname: buyer?.first,
    lastname: buyer?.last,
    email: buyer?.email,
    company: account.name,
    street: [`${account.index + 1} Market Street`],
    city: account.country === 'IE' ? 'Dublin' : 'Leeds',
    postcode: account.country === 'IE' ? 'D02 X285' : 'LS1 4AP',
    country_id: account.country,
    telephone: '00000 000000',
  }
}

export function orderJson(company: Company, life: TradeLife): Json {
  const { order } = life
  const { account, lines, rule } = order
  const buyer = account.buyers[order.buyer]
  const subtotal = lines.reduce((sum, line) => sum + line.row, 0)
  const discount = lines.reduce((sum, line) => sum + line.discount, order.shippingDiscount)
  const tax = lines.reduce((sum, line) => sum + line.tax, order.shippingTax)
  const grand = subtotal - discount + order.shipping + tax
  const cancelled = life.cancelled?.parts ?? []
  const never = life.cancelled !== null && life.invoices.length === 0
  const memos = life.memos.filter(one => !one.void)
  const memoTotals = memos.map(memoTotal)
  const history = (at: number, status: string, comment: string, n: number) => ({
    entity_id: order.id * 10 + n,
    parent_id: order.id,
    created_at: stamp(at),
    entity_name: 'order',
    is_customer_notified: 0,
    is_visible_on_front: 0,
    status,
    comment,
  })
  const where = stateOf(life)
  return present({
    ...currencies(order),
    ...both(order, {
      subtotal,
      subtotal_incl_tax: subtotal + tax - order.shippingTax,
      discount_amount: -discount,
      discount_tax_compensation_amount: 0,
      shipping_amount: order.shipping,
      shipping_discount_amount: order.shippingDiscount,
      shipping_incl_tax: order.shipping + order.shippingTax,
      shipping_tax_amount: order.shippingTax,
      tax_amount: tax,
      grand_total: grand,
      total_invoiced: life.invoices.length > 0 ? grand - cancelledTotal(cancelled) : 0,
      ...(life.cancelled && {
        subtotal_canceled: total(cancelled, 'row'),
        discount_canceled: total(cancelled, 'discount') + (never ? order.shippingDiscount : 0),
        shipping_canceled: never ? order.shipping : 0,
        tax_canceled: total(cancelled, 'tax') + (never ? order.shippingTax : 0),
        total_canceled:
          cancelledTotal(cancelled) +
          (never ? order.shipping - order.shippingDiscount + order.shippingTax : 0),
      }),
      ...(memos.length > 0 && { total_refunded: memoTotals.reduce((sum, one) => sum + one, 0) }),
    }),
    entity_id: order.id,
    increment_id: incrementId(account, order.id),
    ...where,
    store_id: viewOf(order),
    store_name: `Larkfield Trade\nTrade\n${account.country === 'IE' ? 'Ireland' : 'United Kingdom'}`,
    created_at: stamp(order.placedAt),
    updated_at: stamp(tradeChangedAt(life)),
    customer_id: customerId(order),
    customer_email: buyer?.email,
    customer_firstname: buyer?.first,
    customer_lastname: buyer?.last,
    customer_group_id: groupOf(account),
    customer_is_guest: 0,
    quote_id: order.quote?.id ?? order.id + 500,
    coupon_code: rule?.coupon || null,
    applied_rule_ids: rule ? String(rule.id) : null,
    discount_description: rule?.coupon || null,
    // Orders that our own people enter come from no address.
    remote_ip: order.byRep ? null : `192.0.2.${(account.index % 250) + 1}`,
    total_item_count: lines.length,
    total_qty_ordered: lines.reduce((sum, line) => sum + line.quantity, 0),
    is_virtual: 0,
    weight: 1,
    items: itemsOf(company, life),
    billing_address: address(life, 'billing'),
    payment: {
      account_status: '',
      additional_information: ['Payment on Account'],
      cc_last4: '',
      entity_id: order.id,
      parent_id: order.id,
      method: order.payment,
      po_number: `PO-${order.id}`,
      ...both(order, { amount_ordered: grand, shipping_amount: order.shipping }),
    },
    status_histories: [
      ...(life.heldAt === null ? [] : [history(life.heldAt, 'holded', 'Credit check', 1)]),
      ...(never && life.cancelTold && life.cancelled
        ? [history(life.cancelled.at, 'canceled', 'Cancelled at the account’s wish', 2)]
        : []),
      ...(life.touchedAt === null ? [] : [history(life.touchedAt, where.status, 'Filed', 3)]),
    ],
    extension_attributes: {
      shipping_assignments: [
        {
          shipping: {
            address: address(life, 'shipping'),
            method: 'flatrate_flatrate',
            total: both(order, { shipping_amount: order.shipping }),
          },
          items: [],
        },
      ],
      company_order_attributes: {
        order_id: order.id,
        company_id: account.index + 1,
        company_name: account.name,
      },
    },
  })
}

const cancelledTotal = (parts: readonly TradePart[]): number =>
  total(parts, 'row') - total(parts, 'discount') + total(parts, 'tax')

const memoTotal = (memo: CreditMemo): number =>
  cancelledTotal(memo.parts) +
  memo.shipping -
  memo.shippingDiscount +
  memo.shippingTax +
  memo.positive -
  memo.negative

/** Customer groups: a segment with its terms, as the names of the groups tell. */
export const groups = (['Independent', 'Chain', 'Hospitality', 'Healthcare'] as const).flatMap((segment, n) =>
  ([14, 30, 60] as const).map((days, m) => ({
    id: 10 + n * 3 + m,
    segment,
    days,
    code: `${segment} net ${days}`,
  })),
)
export const groupOf = ({ segment, termsDays }: { segment: string; termsDays: number }): number =>
  groups.find(one => one.segment === segment && one.days === termsDays)?.id ?? 1

export function memoJson(company: Company, life: TradeLife, memo: CreditMemo): Json {
  const { order } = life
  const id = paperId(order.id, memo.number)
  return present({
    ...currencies(order),
    entity_id: id,
    increment_id: incrementId(order.account, id),
    order_id: order.id,
    store_id: viewOf(order),
    state: memo.void ? 3 : 2,
    created_at: stamp(memo.at),
    // It is cancelled some minutes after it was made.
    updated_at: stamp(memo.at),
    ...both(order, {
      subtotal: total(memo.parts, 'row'),
      discount_amount: -(total(memo.parts, 'discount') + memo.shippingDiscount),
      discount_tax_compensation_amount: 0,
      shipping_amount: memo.shipping,
      shipping_incl_tax: memo.shipping + memo.shippingTax,
      shipping_tax_amount: memo.shippingTax,
      tax_amount: total(memo.parts, 'tax') + memo.shippingTax,
      adjustment: memo.positive - memo.negative,
      adjustment_positive: memo.positive,
      adjustment_negative: memo.negative,
      grand_total: memoTotal(memo),
    }),
    items: partRows(company, life, id, memo.parts),
  })
}

export function invoiceJson(company: Company, life: TradeLife, step: TradeStep): Json {
  const { order } = life
  const id = paperId(order.id, step.number)
  const first = step.number === 0
  return {
    ...currencies(order),
    entity_id: id,
    increment_id: incrementId(order.account, id),
    order_id: order.id,
    store_id: viewOf(order),
    state: 2,
    created_at: stamp(step.at),
    updated_at: stamp(step.at),
    total_qty: step.parts.reduce((sum, one) => sum + one.quantity, 0),
    ...both(order, {
      subtotal: total(step.parts, 'row'),
      discount_amount: -(total(step.parts, 'discount') + (first ? order.shippingDiscount : 0)),
      shipping_amount: first ? order.shipping : 0,
      shipping_tax_amount: first ? order.shippingTax : 0,
      tax_amount: total(step.parts, 'tax') + (first ? order.shippingTax : 0),
      grand_total:
        cancelledTotal(step.parts) +
        (first ? order.shipping - order.shippingDiscount + order.shippingTax : 0),
    }),
    items: partRows(company, life, id, step.parts),
  }
}

export function shipmentJson(life: TradeLife, step: TradeStep): Json {
  const { order } = life
  const id = paperId(order.id, step.number)
  return {
    entity_id: id,
    increment_id: incrementId(order.account, id),
    order_id: order.id,
    store_id: viewOf(order),
    customer_id: customerId(order),
    created_at: stamp(step.at),
    updated_at: stamp(step.at),
    total_qty: step.parts.reduce((sum, one) => sum + one.quantity, 0),
    items: step.parts.map(({ line, quantity }, n) => ({
      entity_id: id * 100 + n,
      parent_id: id,
      order_item_id: order.id * 100 + line.number * 5,
      name: line.title,
      sku: line.sku,
      qty: quantity,
    })),
    tracks: [],
    comments: [],
  }
}

/** The reasons one may choose from, as they are told by number. */
export const reasonAttribute = {
  frontend_input: 'select',
  input_filter: '',
  store_label: 'Reason for Return',
  validation_rules: [],
  multiline_count: 0,
  visible: true,
  required: true,
  data_model: '',
  options: [{ label: ' ', value: '' }, ...returnReasons.map((label, n) => ({ label, value: String(n + 1) }))],
  frontend_class: '',
  user_defined: false,
  sort_order: 60,
  frontend_label: 'Reason for Return',
  note: '',
  system: true,
  backend_type: 'int',
  attribute_code: 'reason',
}

export function returnJson(life: TradeLife): Json {
  const { order, returned } = life
  const closed = returned?.closedAt !== null
  return {
    entity_id: order.id,
    increment_id: incrementId(order.account, order.id),
    order_id: order.id,
    order_increment_id: incrementId(order.account, order.id),
    store_id: viewOf(order),
    customer_id: customerId(order),
    customer_custom_email: '',
    date_requested: stamp(returned?.requestedAt ?? 0),
    status: closed ? 'processed_closed' : 'authorized',
    items: (returned?.parts ?? []).map(({ line, quantity }, n) => ({
      entity_id: order.id * 100 + n,
      rma_entity_id: order.id,
      order_item_id: order.id * 100 + line.number * 5,
      qty_requested: quantity,
      qty_authorized: quantity,
      qty_approved: closed ? quantity : 0,
      qty_returned: closed ? quantity : 0,
      reason: String(1 + returnReasons.indexOf(returned?.reason ?? '')),
      condition: '7',
      resolution: '5',
      status: closed ? 'approved' : 'authorized',
    })),
    comments: [],
    tracks: [],
  }
}
