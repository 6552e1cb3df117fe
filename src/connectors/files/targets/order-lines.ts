import { amountSql } from '../cell.ts'
import { quote } from '../reading.ts'
import { hash, type Target } from '../target.ts'
import { money } from './catalogue.ts'
import { flag, number, time } from './column.ts'
import { momentOf, salesLines } from './sales-lines.ts'

const columns = salesLines.columns
const over = 'OVER (PARTITION BY f_order_id)'
/** An order, or what was taken back of it another time. */
const part = 'OVER (PARTITION BY f_order_id, m_apart)'
/** What rows say of their whole order. */
const ofOrder = ['subtotal', 'discount', 'shipping', 'tax', 'duties', 'tips', 'total', 'refunded'].map(
  name => `order_${name}`,
)

/**
 * Order lines with the totals of the order beside them, given once or on every row: the layout of most shop
 * exports. Order discounts are shared out over the lines by their money, to the cent; shipping and tax stand on
 * the largest line; what was given back is a row of its own, dated by the cancellation where there was one. Lines below
 * zero take back on their own day.
 */
export const orderLines: Target = {
  name: 'order_lines',
  label: 'Order lines with order totals',
  about:
    'One row per line, with subtotal, shipping, tax and refund of the whole order on its first row or on each.',
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
        'amount',
        'discount',
        'tax',
        'cost',
        'unit_cost',
        'customer_id',
        'account_id',
        'country',
        'channel',
        'discount_code',
        'currency',
      ]
        .map(name => [name, columns[name]])
        .filter((pair): pair is [string, NonNullable<(typeof columns)[string]>] => pair[1] !== undefined),
    ),
    order_subtotal: number('Goods of the order after discounts', 'ordersubtotal subtotal subtotalprice'),
    order_discount: number(
      'All discount of the order, that of its lines with it; told by the subtotal when that is given',
      'orderdiscount discountamount totaldiscounts totaldiscount discounttotal',
    ),
    order_shipping: number('Shipping of the order', 'ordershipping shipping totalshipping shippingtotal'),
    order_tax: number(
      'All tax of the order, that of its lines with it',
      'ordertax taxes tax totaltax taxtotal ordersalestax',
    ),
    order_duties: number('Duties of the order', 'orderduties duties'),
    // By hand alone: what is left on a counter is not always a tip to whoever keeps the file.
    order_tips: number('Tips of the order: charged, and no sales', ''),
    order_total: {
      ...number(
        'All that was charged for the order',
        'ordertotal total totalprice grandtotal gesamtbetrag gesamtsumme bestellsumme rechnungsbetrag',
      ),
      strangers: 'item line',
    },
    order_refunded: number(
      'Money given back for the order',
      'orderrefunded refundedamount totalrefunded orderrefundamount refundamount amountrefunded orderrefund',
    ),
    returned_at: {
      ...(columns.returned_at as NonNullable<typeof columns.returned_at>),
      about: 'When money was given back, which `order_refunded` or lines below zero say',
    },
    cancelled_at: time('When the order was cancelled', 'cancelledat canceledat'),
    gift_card: flag('The line is a gift card: its money is owed to whoever has it, and no sales', ''),
    head: flag(
      'The row is the head of an order whose lines are others: its totals count, and it is no line',
      '',
    ),
    ...Object.fromEntries(Object.entries(columns).filter(([, column]) => column.product)),
  },
  missing(has) {
    if (!has('order_id') || !has('at')) return 'order and day: map `order_id` and `at`'
    return has('unit_price') || has('amount')
      ? null
      : 'the money: map `unit_price` (or `amount` for the whole line)'
  },
  repeats: () => 'number',
  numbered: 'line_key',
  derive(given, place) {
    // Rows that take back have totals of their own below zero; above it they repeat those of the order they are of.
    const order = (column: string) =>
      given.has(column)
        ? `coalesce(CASE WHEN o_sign > 0 THEN o_most_${column} WHEN o_least_${column} < 0 THEN o_least_${column} WHEN m_apart THEN 0 ELSE o_most_${column} END, 0)`
        : '0'
    const totals = ofOrder
      .filter(column => given.has(column))
      .flatMap(column => [
        [`o_most_${column}`, `max(f_${column}) ${part}`],
        [`o_least_${column}`, `min(f_${column}) ${part}`],
      ])
    const filled = (column: string) =>
      given.has(column) ? `coalesce(nullif(f_${column}, ''), max(f_${column}) ${over}, '')` : "''"
    const lines = `OVER (PARTITION BY f_order_id, m_apart ORDER BY ${given.has('head') ? 'coalesce(f_head, false), ' : ''}m_money * o_sign DESC, m_sku, m_title, m_quantity ROWS UNBOUNDED PRECEDING)`
    const currency = given.has('currency')
      ? `coalesce(nullif(upper(${filled('currency')}), ''), ${money({ ...given, has: () => false }, place)})`
      : money(given, place)
    const share = (what: string) => `round(${what} * m_until / nullif(o_shared, 0), 2)`
    const before = (what: string) => `round(${what} * (m_until - m_shared) / nullif(o_shared, 0), 2)`
    // What lines say of their own is part of what the order says: only the rest is shared out.
    const rest = (all: string) => (given.has('discount') ? `greatest(${all} - o_own_discount, 0)` : all)
    const told = rest(`abs(${order('order_discount')})`)
    const discount = given.has('order_subtotal')
      ? `CASE WHEN o_most_order_subtotal IS NULL OR (m_apart AND o_least_order_subtotal >= 0) THEN ${told} ELSE ${rest(`greatest((o_lines - ${order('order_subtotal')}) * o_sign, 0)`)} END`
      : told
    const line = (column: string) => (given.has(column) ? `coalesce(${given.get(column)}, 0)` : '0')
    const price = given.has('unit_price') ? amountSql(given.get('unit_price'), 'm_quantity') : 'NULL'
    const cost = given.has('cost')
      ? given.get('cost')
      : given.has('unit_cost')
        ? amountSql(given.get('unit_cost'), 'm_quantity')
        : 'NULL'
    const text = (column: string) => given.get(column, "''")
    /** What a line has of its own, and a head has not. */
    const headed = given.has('head')
    const cards = given.has('gift_card')
    const card = cards ? `(coalesce(${given.get('gift_card')}, false) AND NOT m_takes)` : 'false'
    const goods = (sql: string) =>
      cards
        ? `CASE WHEN m_takes OR ${card} THEN 0 ELSE ${sql} END`
        : `CASE WHEN m_takes THEN 0 ELSE ${sql} END`
    const head = headed ? `coalesce(${given.get('head')}, false)` : 'false'
    const ofLine = (sql: string) => (headed ? `CASE WHEN ${head} THEN 0 ELSE ${sql} END` : sql)
    // Each look over all rows of an order puts the whole file in order once more: as few of them as can be, each for all it tells.
    const steps: Record<string, string>[] = [
      {
        m_moment: momentOf(given),
        m_quantity: ofLine(given.has('quantity') ? `coalesce(${given.get('quantity')}, 1)` : '1'),
        m_sku: text('sku'),
        m_title: text('title'),
        m_own_discount: ofLine(`abs(${line('discount')})`),
        m_own_tax: ofLine(line('tax')),
      },
      {
        m_money: ofLine(
          given.has('amount')
            ? `TRY_CAST(coalesce(${given.get('amount')}, ${price}) AS DECIMAL(18,4))`
            : price,
        ),
      },
      { m_takes: '(m_money < 0 OR m_money = 0 AND m_quantity < 0)' },
      {
        // A price below zero says that money went back, and not whether goods did.
        m_units: 'CASE WHEN m_takes THEN least(m_quantity, 0) ELSE m_quantity END',
        m_tax: 'CASE WHEN m_takes THEN -abs(m_own_tax) ELSE m_own_tax END',
        m_at: given.has('returned_at')
          ? `coalesce(CASE WHEN m_takes THEN f_returned_at END, m_moment, max(m_moment) ${over})`
          : `coalesce(m_moment, max(m_moment) ${over})`,
        o_at: `min(m_moment) ${over}`,
        m_customer: filled('customer_id'),
        m_account: filled('account_id'),
        m_country: filled('country'),
        m_channel: filled('channel'),
        m_code: filled('discount_code'),
        m_currency: currency,
        o_cancelled: given.has('cancelled_at') ? `max(f_cancelled_at) ${over}` : 'CAST(NULL AS TIMESTAMP)',
        ...(given.has('returned_at') && { o_returned: `max(f_returned_at) ${over}` }),
        o_takes: `bool_or(m_takes) ${over}`,
        ...(headed && { o_items: `bool_or(NOT ${head}) ${over}` }),
      },
      {
        m_apart: `coalesce(m_takes AND (m_at > o_at${given.has('order_total') ? ' OR f_order_total < 0' : ''}), false)`,
      },
      {
        o_lines: `sum(m_money) ${part}`,
        o_units: `sum(m_units) ${part}`,
        o_above: `sum(greatest(m_money, 0)) ${part}`,
        o_below: `sum(greatest(-m_money, 0)) ${part}`,
        ...Object.fromEntries(totals),
        ...(given.has('discount') && {
          o_off_above: `sum(m_own_discount * CASE WHEN m_money < 0 THEN -1 ELSE 1 END) ${part}`,
          o_off_below: `sum(m_own_discount * CASE WHEN m_money > 0 THEN -1 ELSE 1 END) ${part}`,
        }),
        ...(cards && {
          o_cards_money: `sum(CASE WHEN ${card} THEN m_money ELSE 0 END) ${part}`,
          o_cards_off: `sum(CASE WHEN ${card} THEN m_own_discount ELSE 0 END) ${part}`,
        }),
        o_own_tax: given.has('tax') ? `sum(m_tax) ${part}` : '0',
      },
      { o_sign: 'CASE WHEN o_lines < 0 THEN -1 ELSE 1 END' },
      {
        m_shared: 'greatest(m_money * o_sign, 0)',
        o_shared: 'CASE WHEN o_sign < 0 THEN o_below ELSE o_above END',
        o_own_discount: given.has('discount')
          ? 'CASE WHEN o_sign < 0 THEN o_off_below ELSE o_off_above END'
          : '0',
        o_shipping: order('order_shipping'),
        o_duties: order('order_duties'),
        o_tips: order('order_tips'),
        o_total: order('order_total'),
        // Where rows of its own say what went back, what the order says of it is the same money.
        o_refunded: `CASE WHEN o_takes THEN 0 ELSE abs(${order('order_refunded')}) END`,
      },
      {
        m_until: `sum(m_shared) ${lines}`,
        m_nth: `row_number() ${lines.replace(' ROWS UNBOUNDED PRECEDING', '')}`,
      },
      {
        o_discount: discount,
        o_tax: given.has('tax')
          ? `CASE WHEN o_sign < 0 THEN least(${order('order_tax')}, o_own_tax) ELSE greatest(${order('order_tax')}, o_own_tax) END`
          : order('order_tax'),
      },
      {
        m_discount: `${share('o_discount')} - ${before('o_discount')}`,
        // Of the order's discount the cards have their share.
        ...(cards && {
          o_cards:
            'o_cards_money - o_cards_off - coalesce(round(o_discount * o_cards_money / nullif(o_shared, 0), 2), 0)',
        }),
        o_goods: `o_lines - (o_discount${given.has('discount') ? ' + o_own_discount' : ''}) * o_sign`,
      },
      { m_off: `coalesce(m_discount, 0)${given.has('discount') ? ' + m_own_discount' : ''}` },
      // Prices that hold their tax: the total is goods and shipping alone. Then tax is taken out of both.
      {
        m_net: `CASE WHEN o_tax * o_sign > 0 AND o_total * o_sign > 0 AND abs(o_total - o_goods - o_shipping - o_duties - o_tips) < 0.02
            THEN 1 - o_tax / nullif(o_goods + o_shipping, 0) ELSE CAST(1 AS DOUBLE) END`,
      },
      {
        m_back: `CASE WHEN o_cancelled IS NOT NULL THEN 1.0 WHEN o_refunded <= 0 THEN 0.0
            WHEN o_total > 0 THEN least(o_refunded / o_total, 1.0) ELSE least(o_refunded / nullif(o_goods, 0), 1.0) END`,
      },
    ]
    const first = 'm_nth = 1'
    const back = `coalesce(o_cancelled, ${given.has('returned_at') ? 'o_returned, ' : ''}m_at)`
    const own = {
      store: quote(place.store),
      order_id: 'f_order_id',
      kind: `CASE WHEN m_takes THEN 'reversal' ${cards ? `WHEN ${card} THEN 'gift_card' ` : ''}ELSE 'sale' END`,
      happened_at: 'm_at',
      day: 'CAST(m_at AS DATE)',
      hour: 'hour(m_at)',
      ordered_day: 'CAST(CASE WHEN m_takes THEN o_at ELSE m_at END AS DATE)',
      currency: 'm_currency',
      quantity: 'm_units',
      gross: goods('m_money * m_net'),
      discounts: goods('-m_off * m_net'),
      reversals: 'CASE WHEN m_takes THEN (m_money + m_off) * m_net ELSE 0 END',
      shipping: `CASE WHEN ${first} THEN o_shipping * m_net ELSE 0 END`,
      taxes: given.has('tax')
        ? `m_tax + CASE WHEN ${first} THEN o_tax - o_own_tax ELSE 0 END`
        : `CASE WHEN ${first} THEN o_tax ELSE 0 END`,
      duties: `CASE WHEN ${first} THEN o_duties ELSE 0 END`,
      fees: '0',
      tips: `CASE WHEN ${first} THEN o_tips ELSE 0 END`,
      gift_cards: cards ? `CASE WHEN ${card} THEN (m_money - m_off) * m_net ELSE 0 END` : '0',
      cost,
      product_id: 'm_sku',
      title: 'm_title',
      customer_id: 'm_customer',
      account_id: 'm_account',
      country: 'm_country',
      channel: 'm_channel',
      discount_code: 'm_code',
      source: quote(place.source),
    }
    return {
      steps,
      ...(headed && { silent: head }),
      faults: [
        ['m_at IS NULL', 'there is no date'],
        ["f_order_id = ''", 'there is no order number'],
        ...(headed ? [[`${head} AND NOT o_items`, 'the order has no row of an item'] as const] : []),
        ['m_money IS NULL', 'there is no price'],
        ['length(m_currency) <> 3', 'the currency is no three-letter code'],
      ],
      columns: own,
      last: {
        line_key: hash(
          'order_id',
          'epoch_us(happened_at)',
          'quantity',
          'gross',
          'product_id',
          'title',
          'nullif(reversals, 0)',
          ...(cards ? ['nullif(gift_cards, 0)'] : []),
        ),
      },
      more: {
        where: `${first} AND m_back > 0`,
        columns: {
          ...own,
          kind: "'reversal'",
          happened_at: back,
          day: `CAST(${back} AS DATE)`,
          hour: `hour(${back})`,
          quantity: 'CASE WHEN m_back >= 1 THEN -o_units ELSE 0 END',
          gross: '0',
          discounts: '0',
          gift_cards: cards ? '-o_cards * m_net * m_back' : '0',
          reversals: `-${cards ? '(o_goods - o_cards)' : 'o_goods'} * m_net * m_back`,
          shipping: '-o_shipping * m_net * m_back',
          taxes: '-o_tax * m_back',
          duties: '-o_duties * m_back',
          tips: '-o_tips * m_back',
          cost: 'NULL',
          product_id: "''",
          title: "''",
        },
        last: {
          line_key: hash('order_id', "'back'", "CASE WHEN reversals > 0 THEN 'of what was taken back' END"),
        },
      },
    }
  },
}
