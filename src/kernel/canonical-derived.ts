import { col, currency, ledgerMoney, maybe, store, type Table } from './canonical-column.ts'

const derivedSums = {
  ...ledgerMoney,
  units_sold: col('quantity', 'Σ quantity of sale rows'),
  units_returned: col('quantity', 'Σ −quantity of reversal rows'),
  cost: maybe('money', 'Σ cost where recorded, NULL where none is'),
  net_costed: col('money', 'Σ gross + discounts + reversals of the rows whose cost is recorded'),
  lines: col('count', 'Ledger rows behind the row'),
} as const

/**
 * What the granary derives from `sales_lines` at each delivery, so that common questions need no scan of the ledger.
 * The metric language picks the smallest source that holds every dimension asked for.
 */
export const derived = {
  order_days: {
    about:
      'One row per order and day on which something happened to it. The row of the order day is the order itself.',
    key: ['store', 'order_id', 'day'],
    dated: 'day',
    columns: {
      store,
      order_id: col('text', ''),
      day: col('day', ''),
      happened_at: col('time', 'When the first row of that day happened'),
      hour: col('hour', 'Hour of `happened_at`'),
      ordered_day: col('day', ''),
      currency,
      customer_id: col('text', ''),
      account_id: col('text', ''),
      country: col('text', ''),
      channel: col('text', ''),
      discount_code: col('text', ''),
      orders: col(
        'count',
        '1 on the day the order first sold something (a sale row with quantity and gross above zero, or a gift card), else 0',
      ),
      discounted_orders: col('count', '1 where orders is 1 and the order carries a discount'),
      customer_orders: col('count', 'orders, where the customer is known'),
      nth: col(
        'count',
        "The order's number among its customer's, from 1, on each of its days; 0 when unknown or not an order",
      ),
      first_orders: col('count', 'orders, where nth is 1'),
      before_day: maybe('day', "The day of the customer's order before, where nth is above 1"),
      ...derivedSums,
    },
  },
  sales_hours: {
    about: 'Ledger and order counts by store, hour, country and channel.',
    key: ['store', 'day', 'hour', 'currency', 'country', 'channel'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      hour: col('hour', ''),
      currency,
      country: col('text', ''),
      channel: col('text', ''),
      orders: col('count', ''),
      discounted_orders: col('count', ''),
      customer_orders: col('count', 'orders with a known customer'),
      first_orders: col('count', ''),
      ...derivedSums,
    },
  },
  buyer_days: {
    about:
      'Orders by store, day, country, channel, discount code and who bought: new or returning, business or not.',
    key: ['store', 'day', 'currency', 'country', 'channel', 'customer_kind', 'business', 'discount_code'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      currency,
      country: col('text', ''),
      channel: col('text', ''),
      customer_kind: col('text', 'new, returning or not known: by the `nth` of the order'),
      business: col('text', 'B2B where the order is of an account, else B2C'),
      discount_code: col('text', ''),
      orders: col('count', ''),
      discounted_orders: col('count', ''),
      customer_orders: col('count', 'orders with a known customer'),
      first_orders: col('count', ''),
      ...derivedSums,
    },
  },
  product_days: {
    about:
      'Ledger by store, day and product. `orders` counts orders of the one product and adds over days, never over products.',
    key: ['store', 'day', 'product_id', 'currency'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      product_id: col('text', ''),
      currency,
      orders: col('count', 'Distinct orders that sold the product that day'),
      ...derivedSums,
    },
  },
} as const satisfies Record<string, Table>

export type DerivedName = keyof typeof derived
