/**
 * The canonical model: the tables every source is mapped into and every metric is asked of.
 * It is data, not code, so that connectors (which may not see the warehouse), the warehouse drivers
 * (which create the tables) and the metric language (which reads them) share one description.
 *
 * Conventions
 * - Money is DECIMAL(18,4) in the row's `currency`; deductions are stored negative, so plain sums are Shopify's canon.
 * - `happened_at` is the wall clock of the store; `day` and `hour` are cut from it. No other clock is in the granary.
 * - A sale is dated by its order, a reversal by the day it was processed.
 * - An absent cost is NULL and excluded; a cost of zero is a real zero.
 */

/** text · money DECIMAL(18,4) · quantity DECIMAL(18,4) · rate DECIMAL(18,8) · count BIGINT · hash UBIGINT · flag BOOLEAN · day DATE · time TIMESTAMP (store wall clock) · hour 0–23 */
export type ColumnType =
  | 'text'
  | 'money'
  | 'quantity'
  | 'rate'
  | 'count'
  | 'hash'
  | 'flag'
  | 'day'
  | 'time'
  | 'hour'

export interface Column {
  type: ColumnType
  /** NULL is allowed and means "not known". Text that is not optional is '' when empty. */
  optional?: true
  about: string
}

export interface Table {
  about: string
  /** Identifies a row within the table; always starts with `store` where there is one. */
  key: readonly string[]
  /** The day column the table is pruned and invalidated by. */
  dated?: string
  columns: Readonly<Record<string, Column>>
}

const col = (type: ColumnType, about: string): Column => ({ type, about })
const maybe = (type: ColumnType, about: string): Column => ({ type, about, optional: true })

const store = col('text', 'Store handle')
const currency = col('text', 'ISO 4217 code of the money in the row')
const source = col('text', 'What delivered the row: a connection or an import id')

/** Money columns of the sales ledger: each is additive, and signed so that totals are plain sums. */
const ledgerMoney = {
  gross: col('money', 'Unit price × quantity before discounts, tax and shipping; only on sale rows'),
  discounts: col('money', 'Line and allocated order discounts, ≤ 0'),
  reversals: col(
    'money',
    'Refunds, returns, cancellations and negative edits (≤ 0) and their adjustments (either sign)',
  ),
  shipping: col('money', 'Shipping charged less shipping discounts; refunded shipping negative'),
  taxes: col('money', 'Tax collected; refunded tax negative'),
  duties: col('money', 'Duties collected; refunded negative'),
  fees: col('money', 'Return and additional fees'),
  tips: col('money', 'Tips: in no sales total'),
  gift_cards: col('money', 'Gift cards sold: a liability, in no sales total'),
} as const

export const tables = {
  stores: {
    about:
      'Shops, channels with their own till, B2B arms: whatever trades in one currency and one time zone.',
    key: ['store'],
    columns: {
      store,
      name: col('text', 'Shown name'),
      currency,
      timezone: col('text', 'IANA zone that days are cut in'),
      kind: col('text', 'b2c, b2b or both'),
    },
  },
  sales_lines: {
    about: 'The sales ledger: one row per thing that happened to a sale, dated when it happened.',
    key: ['store', 'order_id', 'line_key'],
    dated: 'day',
    columns: {
      store,
      order_id: col('text', 'The order (invoice) the row belongs to'),
      line_key: col('hash', 'Hash of the source line id, or of the line content and its occurrence number'),
      kind: col('text', 'sale · reversal · shipping · tax · duty · fee · adjustment · gift_card · tip'),
      happened_at: col('time', 'When it happened, store wall clock'),
      day: col('day', 'Day of `happened_at`'),
      hour: col('hour', 'Hour of `happened_at`'),
      ordered_day: col('day', 'Day the order was placed (cohort day); equals `day` on sale rows'),
      currency,
      quantity: col('quantity', 'Units: positive sold, negative returned'),
      ...ledgerMoney,
      cost: maybe(
        'money',
        'COGS snapshot of the units in the row, signed as the units; NULL when not recorded',
      ),
      product_id: col('text', 'Product or SKU code as the source names it'),
      title: col('text', 'Product title as sold'),
      customer_id: col('text', "'' when the sale has no known customer"),
      account_id: col('text', "B2B account, '' for B2C"),
      country: col('text', 'Country of sale as the source names it'),
      channel: col('text', 'Sales channel: online store, POS, marketplace, sales rep…'),
      discount_code: col('text', "Code or campaign that gave the discount, ''"),
      source,
    },
  },
  customers: {
    about: 'People who buy. Optional: the ledger is enough for counts.',
    key: ['store', 'customer_id'],
    columns: {
      store,
      customer_id: col('text', 'Id in the source'),
      name: col('text', "'' in privacy mode"),
      email_hash: col('text', 'Salted hash of the e-mail address'),
      country: col('text', ''),
      city: col('text', ''),
      tags: col('text', 'Comma-separated'),
      accepts_marketing: maybe('flag', ''),
      created_day: maybe('day', ''),
      source,
    },
  },
  accounts: {
    about: 'B2B companies.',
    key: ['store', 'account_id'],
    columns: {
      store,
      account_id: col('text', 'Id in the source'),
      name: col('text', ''),
      segment: col('text', ''),
      owner: col('text', 'Account manager'),
      country: col('text', ''),
      payment_terms_days: maybe('count', ''),
      credit_limit: maybe('money', ''),
      currency,
      created_day: maybe('day', ''),
      source,
    },
  },
  products: {
    about: 'Sellable items (a variant or SKU is a row).',
    key: ['store', 'product_id'],
    columns: {
      store,
      product_id: col('text', 'SKU or code the ledger refers to'),
      parent_id: col('text', 'Product the variant belongs to'),
      title: col('text', ''),
      category: col('text', ''),
      brand: col('text', ''),
      vendor: col('text', 'Supplier'),
      status: col('text', ''),
      price: maybe('money', 'List price now'),
      currency,
      source,
    },
  },
  product_costs: {
    about: 'Unit cost over time.',
    key: ['store', 'product_id', 'from_day'],
    dated: 'from_day',
    columns: {
      store,
      product_id: col('text', ''),
      from_day: col('day', ''),
      unit_cost: col('money', 'Landed'),
      currency,
      source,
    },
  },
  stock_days: {
    about: 'Stock level at the end of a day.',
    key: ['store', 'day', 'location', 'product_id'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      location: col('text', ''),
      product_id: col('text', ''),
      on_hand: col('quantity', ''),
      available: maybe('quantity', 'On hand less committed'),
      incoming: maybe('quantity', ''),
      unit_cost: maybe('money', ''),
      currency,
      source,
    },
  },
  traffic_days: {
    about:
      'Sessions and their funnel by day. Counts here are of sessions and events, additive; people are in traffic_users.',
    key: ['store', 'day', 'origin', 'channel', 'campaign', 'device', 'country', 'landing_page'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      origin: col('text', 'Which counter: ga4, shopify…; never mixed in one ratio'),
      channel: col('text', ''),
      campaign: col('text', ''),
      device: col('text', ''),
      country: col('text', ''),
      landing_page: col('text', ''),
      sessions: col('count', ''),
      engaged_sessions: maybe('count', ''),
      product_view_sessions: maybe('count', ''),
      cart_sessions: maybe('count', ''),
      checkout_sessions: maybe('count', ''),
      completed_sessions: maybe('count', 'Sessions that completed checkout'),
      key_event_sessions: maybe('count', ''),
      key_events: maybe('count', ''),
      page_views: maybe('count', ''),
      new_users: maybe('count', ''),
      transactions: maybe('count', ''),
      purchase_revenue: maybe('money', ''),
      total_revenue: maybe('money', ''),
      item_revenue: maybe('money', ''),
      currency,
      quality: col('text', "'' or sampled, thresholded, other_row, provisional"),
      source,
    },
  },
  traffic_users: {
    about: 'Distinct people, fetched per grain because they never add up.',
    key: ['store', 'origin', 'grain', 'day', 'dimension', 'value'],
    dated: 'day',
    columns: {
      store,
      origin: col('text', ''),
      grain: col('text', 'day, week, month, quarter or year'),
      day: col('day', 'First day of the period'),
      dimension: col('text', "'' for all"),
      value: col('text', ''),
      total_users: maybe('count', ''),
      active_users: maybe('count', ''),
      new_users: maybe('count', ''),
      source,
    },
  },
  spend_days: {
    about: 'Media cost and platform-reported results.',
    key: ['store', 'day', 'platform', 'account', 'channel', 'campaign', 'country'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      platform: col('text', ''),
      account: col('text', ''),
      channel: col('text', ''),
      campaign: col('text', ''),
      country: col('text', ''),
      cost: col('money', ''),
      impressions: maybe('count', ''),
      clicks: maybe('count', ''),
      conversions: maybe('quantity', 'As the platform attributes them'),
      conversion_value: maybe('money', 'As the platform attributes it'),
      currency,
      source,
    },
  },
  message_days: {
    about: 'E-mail and automation results by send or flow and day.',
    key: ['store', 'day', 'platform', 'kind', 'message'],
    dated: 'day',
    columns: {
      store,
      day: col('day', ''),
      platform: col('text', ''),
      kind: col('text', 'campaign or flow: never blended'),
      message: col('text', ''),
      sent: col('count', ''),
      delivered: maybe('count', ''),
      opens: maybe('count', 'Unique'),
      clicks: maybe('count', 'Unique'),
      orders: maybe('count', 'Recipients who ordered'),
      revenue: maybe('money', 'Attributed'),
      unsubscribes: maybe('count', ''),
      spam_reports: maybe('count', ''),
      currency,
      source,
    },
  },
  purchase_orders: {
    about: 'Lines ordered from vendors.',
    key: ['store', 'po_id', 'po_line'],
    dated: 'ordered_day',
    columns: {
      store,
      po_id: col('text', ''),
      po_line: col('text', ''),
      vendor: col('text', ''),
      product_id: col('text', ''),
      ordered_day: col('day', ''),
      due_day: maybe('day', ''),
      quantity: col('quantity', ''),
      unit_price: col('money', ''),
      standard_price: maybe('money', ''),
      currency,
      status: col('text', ''),
      source,
    },
  },
  receipts: {
    about: 'Goods received against purchase-order lines.',
    key: ['store', 'po_id', 'po_line', 'receipt_id'],
    dated: 'received_day',
    columns: {
      store,
      po_id: col('text', ''),
      po_line: col('text', ''),
      receipt_id: col('text', ''),
      received_day: col('day', ''),
      received: col('quantity', ''),
      rejected: col('quantity', ''),
      source,
    },
  },
  budget_lines: {
    about: 'Plan and budget figures carried in from a file or the ledger.',
    key: ['store', 'version', 'day', 'line', 'slice'],
    dated: 'day',
    columns: {
      store,
      version: col('text', 'budget, LE3…'),
      day: col('day', 'First day of the period the amount is for'),
      grain: col('text', 'day, week, month, quarter or year'),
      line: col('text', 'A metric name or a budget account'),
      slice: col('text', "Dimension values, '' for the whole"),
      amount: col('money', ''),
      currency,
      source,
    },
  },
  exchange_rates: {
    about: 'One unit of `base` in `quote`, by day; a day without a rate uses the last one before it.',
    key: ['base', 'quote', 'day'],
    dated: 'day',
    columns: {
      base: col('text', 'ISO 4217'),
      quote: col('text', 'ISO 4217'),
      day: col('day', ''),
      rate: col('rate', ''),
      source,
    },
  },
} as const satisfies Record<string, Table>

export type TableName = keyof typeof tables

/** A table by name; the literal types of `tables` widen to the plain description. */
export const table = (name: TableName): Table => tables[name]

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
        '1 on the day the order first sold something (a sale row with quantity and gross above zero), else 0',
      ),
      discounted_orders: col('count', '1 where orders is 1 and the order carries a discount'),
      customer_orders: col('count', 'orders, where the customer is known'),
      nth: col('count', "The customer's order number in the shop, from 1; 0 when unknown or not an order"),
      first_orders: col('count', '1 where nth is 1'),
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
