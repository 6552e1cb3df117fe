import type { Fact, Source } from '../fact.ts'
import { ratedCosts } from '../world.ts'
import { costColumns, counted, day, place, product, promotion, sale, soldThrough } from './shared.ts'

const moment = { weekday: '@weekday', hour: 'f.hour' }

const buyer = {
  order: 'f.order_id',
  customer: 'f.customer_id',
  account: 'f.account_id',
  business: `CASE WHEN f.account_id = '' THEN 'B2C' ELSE 'B2B' END`,
  discount_code: 'f.discount_code',
  ...promotion,
}

/** Whether an order was its customer's first, by its row (`of`) of its day. */
const customerKind = (of: string) =>
  `CASE WHEN ${of}.nth = 1 THEN 'new' WHEN ${of}.nth > 1 THEN 'returning' ELSE 'not known' END`

/** Whether the customer ever ordered twice, before or after: what Shopify calls returning. */
const lifetime = {
  lifetime: `CASE WHEN (f.store, f.customer_id) IN (SELECT store, customer_id FROM order_days WHERE nth = 2) THEN 'repeat' ELSE 'once' END`,
}

const sells = `(f.kind = 'sale' AND f.gross > 0 AND f.quantity >= 0 OR f.kind = 'gift_card' AND f.gift_cards > 0 AND f.quantity > 0)`

export const lineColumns = {
  units_sold: `CASE WHEN f.kind = 'sale' THEN f.quantity ELSE 0 END`,
  units_returned: `CASE WHEN f.kind = 'reversal' THEN -f.quantity ELSE 0 END`,
  net_costed: 'CASE WHEN f.cost IS NULL THEN 0 ELSE f.gross + f.discounts + f.reversals END',
  lines: '1',
}

const ledgerMoney = [
  'gross',
  'discounts',
  'reversals',
  'shipping',
  'taxes',
  'duties',
  'fees',
  'tips',
  'gift_cards',
  'cost',
  'net_costed',
]

const orderCounts = ['orders', 'discounted_orders', 'customer_orders', 'first_orders']

export const hours: Source = {
  table: 'sales_hours',
  day: 'day',
  derived: true,
  dimensions: { ...sale, ...moment },
}

const buyers: Source = {
  table: 'buyer_days',
  day: 'day',
  derived: true,
  dimensions: {
    ...sale,
    weekday: moment.weekday,
    business: 'f.business',
    discount_code: 'f.discount_code',
    ...promotion,
    customer_kind: 'f.customer_kind',
  },
}

const products: Source = {
  table: 'product_days',
  day: 'day',
  derived: true,
  dimensions: { ...place, ...product, ...day },
}

export const orderRows: Source = {
  table: 'order_days',
  day: 'day',
  derived: true,
  dimensions: {
    ...sale,
    ...buyer,
    ...moment,
    customer_kind: customerKind('f'),
  },
  columns: { ...lifetime, account_orders: "CASE WHEN f.account_id = '' THEN 0 ELSE f.orders END" },
}

/** Money of an order moves at several hours of a day, such as a return in the afternoon: the lines alone tell when. */
export const orderMoney: Source = {
  ...orderRows,
  dimensions: Object.fromEntries(Object.entries(orderRows.dimensions).filter(([name]) => name !== 'hour')),
}

export const lines: Source = {
  table: 'sales_lines',
  day: 'day',
  dimensions: { ...sale, ...buyer, ...moment, ...product, title: 'f.title', kind: 'f.kind' },
  columns: lineColumns,
}

export const kindOfOrder = customerKind('o')
/** What the row of a line's order says of it, as `o`. */
export const withOrder =
  'JOIN order_days o ON o.store = f.store AND o.order_id = f.order_id AND o.day = f.day'

/** Lines with whether their order was its customer's first. */
const linesByKind: Source = {
  ...lines,
  join: withOrder,
  dimensions: { ...lines.dimensions, customer_kind: kindOfOrder },
}

/** The day of each customer's first order. */
const firsts = `SELECT store, customer_id, min(day) AS first_day FROM order_days
  WHERE nth = 1 AND orders = 1 GROUP BY store, customer_id`

export const sales: readonly Fact[] = [
  {
    name: 'sales',
    label: 'Sales ledger',
    table: 'sales_lines',
    means: soldThrough,
    sources: [hours, buyers, products, orderMoney, lines, linesByKind],
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'orders',
    label: 'Orders',
    table: 'sales_lines',
    means: soldThrough,
    sources: [
      { ...hours, only: orderCounts },
      { ...buyers, only: orderCounts },
      { ...products, only: ['orders'], needs: { orders: 'product' } },
      {
        ...orderRows,
        where: 'f.orders = 1',
        zeroElsewhere: orderCounts,
        firstSince: { customer_id: start => `(f.nth = 1 OR f.nth > 1 AND f.before_day < ${start})` },
      },
      // An order is in a slice of products when it sold one of them: counted, never added over products.
      {
        ...lines,
        where: sells,
        columns: { orders: '@distinct f.order_id', customer_id: 'f.customer_id', ...lifetime },
        only: ['orders', 'customer_id'],
      },
    ],
    money: [],
    optional: [],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'cohort',
    label: 'Sales by the day their order was placed',
    table: 'sales_lines',
    means: soldThrough,
    sources: [
      { ...orderMoney, day: 'ordered_day' },
      { ...lines, day: 'ordered_day' },
      { ...linesByKind, day: 'ordered_day' },
    ],
    whenever: true,
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'first_orders',
    label: 'First orders of customers',
    table: 'sales_lines',
    means: soldThrough,
    sources: [
      { ...orderMoney, where: 'f.nth = 1' },
      { ...linesByKind, where: 'o.nth = 1' },
    ],
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'lives',
    label: 'Orders of customers since their first',
    table: 'sales_lines',
    means: soldThrough,
    sources: [
      {
        table: 'order_days',
        day: 'day',
        join: `JOIN (${firsts}) j ON j.store = f.store AND j.customer_id = f.customer_id`,
        dimensions: { ...sale, ...day, cohort: 'substr(CAST(j.first_day AS VARCHAR), 1, 7)' },
        columns: { ordered: "CASE WHEN f.orders = 1 THEN 'yes' ELSE 'no' END", ...costColumns },
        costs: counted,
      },
    ],
    whenever: true,
    money: [...ledgerMoney, ...ratedCosts],
    optional: ['cost'],
    ranked: 'cohort_customers',
    supply: 'a sales file with customers, or a connected shop',
  },
]
