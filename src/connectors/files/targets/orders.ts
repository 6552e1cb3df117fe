import { type Given, hash, type Target } from '../target.ts'
import { number } from './column.ts'
import { momentOf, salesLines } from './sales-lines.ts'

const {
  order_id,
  at,
  date,
  time,
  customer_id,
  account_id,
  country,
  channel,
  discount_code,
  currency,
  quantity,
  shipping,
  tax,
  discount,
  sku,
  title,
  ordered_at,
  line_id,
  returned_at,
} = salesLines.columns as Required<typeof salesLines.columns>
const some = <T>(column: T | undefined): T => column as T

/** `given` as the sales ledger asks for it, with some columns worked out from others. */
const dressed = (
  given: Given,
  own: Record<string, string | null>,
  says: Record<string, string[]> = {},
): Given => ({
  has: column => (column in own ? own[column] !== null : given.has(column)),
  get: (column, otherwise) =>
    own[column] ?? (column in own ? (otherwise ?? 'NULL') : given.get(column, otherwise)),
  says: column => says[column] ?? given.says(column),
})

/** Orders without their lines: one row of totals each. */
export const orders: Target = {
  name: 'orders',
  label: 'Orders',
  about:
    'One row per order with its totals, for shops that export no lines; one below zero takes back. Products cannot be told from it.',
  table: 'sales_lines',
  columns: {
    order_id: { ...some(order_id), names: `${order_id?.names} name id reference referencecommande` },
    at: some(at),
    date: some(date),
    time: some(time),
    gross: number(
      'Goods before discounts, tax and shipping',
      'gross grosssales grossamount itemstotal merchandisevalue goods',
    ),
    subtotal: number(
      'Goods after discounts, before tax and shipping',
      'subtotal net netsales netamount netto nettobetrag totalproduits totalproduitsht totalht zwischensumme soustotal 商品合計 商品小計 买家应付货款',
    ),
    total: number(
      'All that was charged',
      'total grandtotal ordertotal totalprice totalamount amount totaldue revenue summe gesamtsumme gesamt montanttotal importetotal totale totaal brutto bruttobetrag valortotal summa razem totalt 合計 合计 合計金額 総合計 総額 請求金額 总金额 订单金额 实付金额 买家实际支付金额 합계 결제금액 grandtotalpurchased grandtotalbase',
    ),
    discount: { ...some(discount), about: 'Discount of the order, either sign' },
    shipping: { ...some(shipping), names: `${shipping?.names} totallivraison totallivraisonht` },
    tax: { ...some(tax), names: `${tax?.names} totaltva` },
    refunded: number(
      'Money given back of all that was charged, shared by goods, shipping and tax; dated by `returned_at`, and as the order where no day is told',
      'refunded refundedamount amountrefunded totalrefunded refund refundamount orderrefundamount orderrefund erstattet rembourse reembolsado 返金額 退款金额 退款 환불금액',
    ),
    returned_at: {
      ...some(returned_at),
      about: 'When money was given back: all of it, where `refunded` does not say how much',
    },
    quantity: some(quantity),
    customer_id: some(customer_id),
    account_id: some(account_id),
    country: some(country),
    channel: some(channel),
    discount_code: some(discount_code),
    currency: some(currency),
  },
  missing(has) {
    if (!has('order_id')) return 'the order number: map `order_id`'
    if (!has('at') && !has('date')) return 'when it was placed: map `at` (or `date`)'
    if (!has('gross') && !has('subtotal') && !has('total'))
      return 'the money: map `gross`, `subtotal` or `total`'
    return null
  },
  repeats: () => 'last',
  derive(given, place) {
    const sign = given.get('gross', given.get('subtotal', given.get('total', '0')))
    // Below zero a row takes back: all of it is below, however its parts are signed.
    const part = (column: string) =>
      given.has(column)
        ? `coalesce(CASE WHEN ${sign} < 0 THEN -abs(${given.get(column)}) ELSE ${given.get(column)} END, 0)`
        : '0'
    const off = given.has('discount') ? `abs(coalesce(${given.get('discount')}, 0))` : '0'
    const before = `CASE WHEN ${sign} < 0 THEN -${off} ELSE ${off} END`
    const goods = given.has('gross')
      ? given.get('gross')
      : given.has('subtotal')
        ? `${given.get('subtotal')} + ${before}`
        : `${given.get('total')} - ${part('shipping')} - ${part('tax')} + ${before}`
    const back = 'm_money < 0'
    const units = given.has('quantity') ? given.get('quantity') : '0'
    const dated = given.has('returned_at')
    const returned = dated ? given.get('returned_at') : 'NULL'
    const placed = momentOf(given)
    const derived = salesLines.derive(
      dressed(
        given,
        {
          amount: goods,
          line_id: "'order'",
          unit_price: null,
          returned_at: null,
          ...(dated && {
            at: `CASE WHEN ${sign} < 0 THEN coalesce(${returned}, ${placed}) ELSE ${placed} END`,
            ordered_at: given.has('ordered_at') ? given.get('ordered_at') : placed,
          }),
          kind: `CASE WHEN ${back} THEN 'reversal' ELSE 'sale' END`,
          quantity: units === '0' ? units : `CASE WHEN ${sign} < 0 THEN -abs(${units}) ELSE ${units} END`,
        },
        { kind: ['sale', 'reversal'] },
      ),
      place,
    )
    // What takes back of an order stands beside it, also where it goes by the number of the order.
    const last = {
      line_key: `CASE WHEN kind = 'reversal' THEN ${hash("'back'", 'epoch_us(happened_at)', 'reversals')} ELSE ${derived.last?.line_key} END`,
    }
    if (!given.has('refunded') && !dated) return { ...derived, last }
    // What is given back is of all that was charged: goods, shipping and tax, each in its part.
    const sold = `(${goods} - ${off})`
    const charged = `(${sold} + ${part('shipping')} + ${part('tax')})`
    const whole = given.has('refunded') ? given.get('refunded') : charged
    const refunded = `abs(coalesce(${whole}, 0))`
    const of = `CASE WHEN ${charged} > 0 THEN least(${refunded} / ${charged}, 1.0) ELSE 0 END`
    const more = dated && {
      more: {
        where: `${sign} > 0 AND ${returned} IS NOT NULL AND ${refunded} > 0`,
        columns: {
          ...derived.columns,
          kind: "'reversal'",
          happened_at: returned,
          day: `CAST(${returned} AS DATE)`,
          hour: `hour(${returned})`,
          quantity: units === '0' ? units : `CASE WHEN ${of} >= 1 THEN -m_quantity ELSE 0 END`,
          gross: '0',
          discounts: '0',
          reversals: `CASE WHEN ${charged} > 0 THEN -(${sold} * ${of}) ELSE -${refunded} END`,
          shipping: `-(${derived.columns.shipping}) * ${of}`,
          taxes: `-(${derived.columns.taxes}) * ${of}`,
        },
        // One a row: told another time it takes the place of what was told before.
        last: { line_key: hash("'given back'") },
      },
    }
    if (!given.has('refunded')) return { ...derived, ...more, last }
    const share = dated ? `CASE WHEN ${returned} IS NOT NULL THEN 0 ELSE ${of} END` : of
    const atOnce = dated ? `CASE WHEN ${returned} IS NOT NULL THEN 0 ELSE ${refunded} END` : refunded
    return {
      ...derived,
      ...more,
      last,
      columns: {
        ...derived.columns,
        reversals: `CASE WHEN ${back} THEN ${derived.columns.reversals} - ${refunded} WHEN ${charged} > 0 THEN -(${sold} * ${share}) ELSE -${atOnce} END`,
        shipping: `(${derived.columns.shipping}) * (1 - ${share})`,
        taxes: `(${derived.columns.taxes}) * (1 - ${share})`,
      },
    }
  },
}

/** Money given back, dated when it was processed. */
export const refunds: Target = {
  name: 'refunds',
  label: 'Refunds',
  about:
    'One row per refund or returned item, dated when it was processed. Signs do not matter: all of it lowers sales.',
  table: 'sales_lines',
  columns: {
    order_id: some(order_id),
    line_id: {
      ...some(line_id),
      about: 'Number of the refund line; with it a changed one replaces the earlier',
      names: `refundid refundlineid returnid creditmemoid creditnoteno creditnote gutschriftsnummer ${line_id?.names}`,
    },
    at: {
      ...some(at),
      about: 'When it was processed',
      names: `refundedat refunddate returndate returnedat creditmemodate erstattungsdatum ${at?.names}`,
    },
    date: some(date),
    time: some(time),
    amount: number(
      'Money given back for goods, without tax and shipping',
      `refund refundamount refundedamount amountrefunded returnamount returnvalue creditamount erstattung ${salesLines.columns.amount?.names}`,
    ),
    shipping: some(shipping),
    tax: some(tax),
    quantity: {
      ...some(quantity),
      about: 'Units taken back; none when absent',
      names: `returnedquantity refundedquantity qtyreturned qtyrefunded ${quantity?.names}`,
    },
    sku: some(sku),
    title: some(title),
    customer_id: some(customer_id),
    account_id: some(account_id),
    country: some(country),
    channel: some(channel),
    currency: some(currency),
    ordered_at: some(ordered_at),
  },
  missing(has) {
    if (!has('at') && !has('date')) return 'when it was processed: map `at` (or `date`)'
    if (!has('amount')) return 'the money: map `amount`'
    return has('order_id') ? null : 'the order it belongs to: map `order_id`'
  },
  repeats: has => (has('line_id') ? 'last' : 'number'),
  numbered: 'line_key',
  perLine: { amount: 'reversals', shipping: 'shipping', tax: 'taxes' },
  derive: (given, place) =>
    salesLines.derive(
      dressed(
        given,
        {
          kind: "'reversal'",
          amount: `-abs(${given.get('amount')})`,
          quantity: given.has('quantity') ? `-abs(coalesce(${given.get('quantity')}, 0))` : '0',
          ...(given.has('line_id') && { line_id: `'refund-' || ${given.get('line_id')}` }),
        },
        { kind: ['reversal'] },
      ),
      place,
    ),
}
