import { amountSql } from '../cell.ts'
import { quote } from '../reading.ts'
import { hash, type Target } from '../target.ts'
import { money } from './catalogue.ts'
import { number, time } from './column.ts'
import { momentOf, salesLines } from './sales-lines.ts'

const columns = salesLines.columns
const over = 'OVER (PARTITION BY f_order_id)'

/**
 * Order lines with the totals of the order beside them, given once or on every row: the layout of most shop
 * exports. Order discounts are shared out over the lines by their money, to the cent; shipping and tax stand on
 * the largest line; what was given back is a row of its own, dated by the cancellation where there was one.
 */
export const orderLines: Target = {
  name: 'order_lines',
  label: 'Order lines with order totals',
  about: 'One row per line, with subtotal, shipping, tax and refund of the whole order on its first row.',
  table: 'sales_lines',
  mode: 'replace_orders',
  whole: 'order_id',
  columns: {
    ...Object.fromEntries(
      [
        'order_id',
        'at',
        'sku',
        'title',
        'quantity',
        'unit_price',
        'customer_id',
        'country',
        'channel',
        'discount_code',
        'currency',
      ]
        .map(name => [name, columns[name]])
        .filter((pair): pair is [string, NonNullable<(typeof columns)[string]>] => pair[1] !== undefined),
    ),
    order_subtotal: number('Goods of the order after discounts', 'ordersubtotal subtotal'),
    order_discount: number(
      'Discount of the order; told by the subtotal when that is given',
      'orderdiscount discountamount',
    ),
    order_shipping: number('Shipping of the order', 'ordershipping shipping'),
    order_tax: number('Tax of the order', 'ordertax taxes tax'),
    order_duties: number('Duties of the order', 'orderduties duties'),
    order_total: number('All that was charged for the order', 'ordertotal total'),
    order_refunded: number('Money given back for the order', 'orderrefunded refundedamount'),
    cancelled_at: time('When the order was cancelled', 'cancelledat canceledat'),
  },
  missing(has) {
    if (!has('order_id') || !has('at')) return 'order and day: map `order_id` and `at`'
    return has('unit_price') ? null : 'the money: map `unit_price`'
  },
  repeats: () => 'number',
  numbered: 'line_key',
  derive(given, place) {
    const order = (column: string) => (given.has(column) ? `coalesce(max(f_${column}) ${over}, 0)` : '0')
    const filled = (column: string) =>
      given.has(column) ? `coalesce(nullif(f_${column}, ''), max(f_${column}) ${over}, '')` : "''"
    const lines =
      'OVER (PARTITION BY f_order_id ORDER BY m_money DESC, m_sku, m_title, m_quantity ROWS UNBOUNDED PRECEDING)'
    const currency = given.has('currency')
      ? `coalesce(nullif(upper(${filled('currency')}), ''), ${money({ ...given, has: () => false }, place)})`
      : money(given, place)
    const share = (what: string) => `round(${what} * m_until / nullif(o_lines, 0), 2)`
    const before = (what: string) => `round(${what} * (m_until - m_money) / nullif(o_lines, 0), 2)`
    const discount = given.has('order_subtotal')
      ? `CASE WHEN max(f_order_subtotal) ${over} IS NULL THEN abs(${order('order_discount')}) ELSE greatest(o_lines - ${order('order_subtotal')}, 0) END`
      : `abs(${order('order_discount')})`
    const text = (column: string) => given.get(column, "''")
    const steps: Record<string, string>[] = [
      {
        m_at: `coalesce(${momentOf(given)}, max(${momentOf(given)}) ${over})`,
        m_quantity: given.has('quantity') ? `coalesce(${given.get('quantity')}, 1)` : '1',
        m_sku: text('sku'),
        m_title: text('title'),
        m_customer: filled('customer_id'),
        m_country: filled('country'),
        m_channel: filled('channel'),
        m_code: filled('discount_code'),
        m_currency: currency,
        o_shipping: order('order_shipping'),
        o_tax: order('order_tax'),
        o_duties: order('order_duties'),
        o_total: order('order_total'),
        o_refunded: `abs(${order('order_refunded')})`,
        o_cancelled: given.has('cancelled_at') ? `max(f_cancelled_at) ${over}` : 'CAST(NULL AS TIMESTAMP)',
      },
      { m_money: amountSql(given.get('unit_price'), 'm_quantity') },
      {
        o_lines: `sum(m_money) ${over}`,
        o_units: `sum(m_quantity) ${over}`,
        m_until: `sum(m_money) ${lines}`,
        m_nth: `row_number() ${lines.replace(' ROWS UNBOUNDED PRECEDING', '')}`,
      },
      { o_discount: discount },
      { m_discount: `${share('o_discount')} - ${before('o_discount')}`, o_goods: 'o_lines - o_discount' },
      // Prices that hold their tax: the total is goods and shipping alone. Then tax is taken out of both.
      {
        m_net: `CASE WHEN o_tax > 0 AND o_total > 0 AND abs(o_total - o_goods - o_shipping - o_duties) < 0.02
            THEN 1 - o_tax / nullif(o_goods + o_shipping, 0) ELSE CAST(1 AS DOUBLE) END`,
      },
      {
        m_back: `CASE WHEN o_cancelled IS NOT NULL THEN 1.0 WHEN o_refunded <= 0 THEN 0.0
            WHEN o_total > 0 THEN least(o_refunded / o_total, 1.0) ELSE least(o_refunded / nullif(o_goods, 0), 1.0) END`,
      },
    ]
    const first = 'm_nth = 1'
    const own = {
      store: quote(place.store),
      order_id: 'f_order_id',
      kind: "'sale'",
      happened_at: 'm_at',
      day: 'CAST(m_at AS DATE)',
      hour: 'hour(m_at)',
      ordered_day: 'CAST(m_at AS DATE)',
      currency: 'm_currency',
      quantity: 'm_quantity',
      gross: 'm_money * m_net',
      discounts: '-coalesce(m_discount, 0) * m_net',
      reversals: '0',
      shipping: `CASE WHEN ${first} THEN o_shipping * m_net ELSE 0 END`,
      taxes: `CASE WHEN ${first} THEN o_tax ELSE 0 END`,
      duties: `CASE WHEN ${first} THEN o_duties ELSE 0 END`,
      fees: '0',
      tips: '0',
      gift_cards: '0',
      cost: 'NULL',
      product_id: 'm_sku',
      title: 'm_title',
      customer_id: 'm_customer',
      account_id: "''",
      country: 'm_country',
      channel: 'm_channel',
      discount_code: 'm_code',
      source: quote(place.source),
    }
    return {
      steps,
      faults: [
        ['m_at IS NULL', 'there is no date'],
        ["f_order_id = ''", 'there is no order number'],
        ['m_money IS NULL', 'there is no price'],
        ['length(m_currency) <> 3', 'the currency is no three-letter code'],
      ],
      columns: own,
      last: {
        line_key: hash('order_id', 'epoch_us(happened_at)', 'quantity', 'gross', 'product_id', 'title'),
      },
      more: {
        where: `${first} AND m_back > 0`,
        columns: {
          ...own,
          kind: "'reversal'",
          happened_at: 'coalesce(o_cancelled, m_at)',
          day: 'CAST(coalesce(o_cancelled, m_at) AS DATE)',
          hour: 'hour(coalesce(o_cancelled, m_at))',
          quantity: 'CASE WHEN m_back >= 1 THEN -o_units ELSE 0 END',
          gross: '0',
          discounts: '0',
          reversals: '-o_goods * m_net * m_back',
          shipping: '-o_shipping * m_net * m_back',
          taxes: '-o_tax * m_back',
          duties: '-o_duties * m_back',
          product_id: "''",
          title: "''",
        },
        last: { line_key: hash('order_id', "'back'") },
      },
    }
  },
}
