import type { DerivedName, TableName } from '#kernel/canonical.ts'

/**
 * What aggregates are taken over. A fact is asked of the smallest of its sources that holds every dimension of the question:
 * the sources are listed smallest first.
 */
export interface Source {
  table: TableName | DerivedName
  day: string
  /** Rows of the source that are the fact. */
  where?: string
  /** Columns that are 0 on the rows `where` leaves out: a scan of all rows adds them up just as well. */
  zeroElsewhere?: readonly string[]
  /** Dimensions it holds, as SQL over its columns (f). */
  dimensions: Readonly<Record<string, string>>
  /** Column expressions where a column is not stored under its own name. */
  columns?: Readonly<Record<string, string>>
  /** Columns it can answer; absent: all. */
  only?: readonly string[]
  /** Rows of another table beside each row of this one, as a join under an alias that columns and dimensions may read. */
  join?: string
  /** Made from the ledger: a row stands for `lines` of it. */
  derived?: true
  /** The dimension that names who counted: two counters of one thing are never added. */
  counter?: string
  /** Rows the source itself calls sampled, thresholded or provisional. */
  flawed?: string
  /** Columns that add up only while one of these dimensions is grouped or held fixed. */
  needs?: Readonly<Record<string, string>>
}

export interface Fact {
  name: string
  label: string
  /** Canonical table that holds its rows, for "what would supply it" and for drilling down. */
  table: TableName
  sources: readonly Source[]
  /** A second table without which its rows say nothing. */
  needs?: TableName
  /** Columns that are money, and so are converted. */
  money: readonly string[]
  /** Columns where no value means not recorded rather than nothing. */
  optional: readonly string[]
  /** The metric that ranks values of its dimensions, where people choose among them. */
  ranked: string
  /** What would bring its rows, said to the reader of an N/A. */
  supply: string
}

const moment = { weekday: '@weekday', hour: 'f.hour' }
const day = { weekday: '@weekday' }
const product = {
  product: 'f.product_id',
  category: 'p.category',
  brand: 'p.brand',
  vendor: 'p.vendor',
  product_title: 'p.title',
}
const place = { store: 'f.store', currency: 'f.currency' }
const sale = { ...place, country: 'f.country', channel: 'f.channel' }
const buyer = {
  customer: 'f.customer_id',
  account: 'f.account_id',
  business: `CASE WHEN f.account_id = '' THEN 'B2C' ELSE 'B2B' END`,
  discount_code: 'f.discount_code',
}

/** Whether the customer ever ordered twice, before or after: what Shopify calls returning. */
const lifetime = {
  lifetime: `CASE WHEN (f.store, f.customer_id) IN (SELECT store, customer_id FROM order_days WHERE nth = 2) THEN 'repeat' ELSE 'once' END`,
}

const sells = `f.kind = 'sale' AND f.quantity > 0 AND f.gross > 0`
const lineColumns = {
  units_sold: `CASE WHEN f.kind = 'sale' THEN f.quantity ELSE 0 END`,
  units_returned: `CASE WHEN f.kind = 'reversal' THEN -f.quantity ELSE 0 END`,
  net_costed: 'CASE WHEN f.cost IS NULL THEN 0 ELSE f.gross + f.discounts + f.reversals END',
  lines: '1',
}

/** The order line a receipt is of. */
const sameLine = (a: string, b: string) =>
  ['store', 'po_id', 'po_line'].map(c => `${a}.${c} = ${b}.${c}`).join(' AND ')

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

const hours: Source = {
  table: 'sales_hours',
  day: 'day',
  derived: true,
  dimensions: { ...sale, ...moment },
}
const products: Source = {
  table: 'product_days',
  day: 'day',
  derived: true,
  dimensions: { ...place, ...product, ...day },
}
const orderRows: Source = {
  table: 'order_days',
  day: 'day',
  derived: true,
  dimensions: {
    ...sale,
    ...buyer,
    ...moment,
    customer_kind: `CASE WHEN f.nth = 1 THEN 'new' WHEN f.nth > 1 THEN 'returning' ELSE 'not known' END`,
  },
  columns: lifetime,
}
const lines: Source = {
  table: 'sales_lines',
  day: 'day',
  dimensions: { ...sale, ...buyer, ...moment, ...product, title: 'f.title', kind: 'f.kind' },
  columns: lineColumns,
}

export const facts: readonly Fact[] = [
  {
    name: 'sales',
    label: 'Sales ledger',
    table: 'sales_lines',
    sources: [hours, products, orderRows, lines],
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'orders',
    label: 'Orders',
    table: 'sales_lines',
    sources: [
      { ...hours, only: orderCounts },
      { ...products, only: ['orders'], needs: { orders: 'product' } },
      { ...orderRows, where: 'f.orders = 1', zeroElsewhere: orderCounts },
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
    sources: [
      { ...orderRows, day: 'ordered_day' },
      { ...lines, day: 'ordered_day' },
    ],
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'first_orders',
    label: 'First orders of customers',
    table: 'sales_lines',
    sources: [{ ...orderRows, where: 'f.nth = 1' }],
    money: ledgerMoney,
    optional: ['cost'],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'traffic',
    label: 'Sessions',
    table: 'traffic_days',
    sources: [
      {
        table: 'traffic_days',
        day: 'day',
        dimensions: {
          ...sale,
          ...day,
          campaign: 'f.campaign',
          device: 'f.device',
          landing_page: 'f.landing_page',
          origin: 'f.origin',
        },
        counter: 'origin',
        flawed: "f.quality <> ''",
      },
    ],
    money: ['purchase_revenue', 'total_revenue', 'item_revenue'],
    optional: [
      'engaged_sessions',
      'product_view_sessions',
      'cart_sessions',
      'checkout_sessions',
      'completed_sessions',
      'key_event_sessions',
      'key_events',
      'page_views',
      'new_users',
      'transactions',
      'purchase_revenue',
      'total_revenue',
      'item_revenue',
    ],
    ranked: 'sessions',
    supply: 'Google Analytics or a traffic file',
  },
  {
    name: 'spend',
    label: 'Media spend',
    table: 'spend_days',
    sources: [
      {
        table: 'spend_days',
        day: 'day',
        dimensions: {
          ...sale,
          ...day,
          campaign: 'f.campaign',
          platform: 'f.platform',
          ad_account: 'f.account',
        },
      },
    ],
    money: ['cost', 'conversion_value'],
    optional: ['impressions', 'clicks', 'conversions', 'conversion_value'],
    ranked: 'spend',
    supply: 'an ad platform or a spend file',
  },
  {
    name: 'messages',
    label: 'E-mail and automation',
    table: 'message_days',
    sources: [
      {
        table: 'message_days',
        day: 'day',
        dimensions: {
          ...place,
          ...day,
          platform: 'f.platform',
          message_kind: 'f.kind',
          message: 'f.message',
        },
        columns: { kind: 'f.kind' },
      },
    ],
    money: ['revenue'],
    optional: ['delivered', 'opens', 'clicks', 'orders', 'revenue', 'unsubscribes', 'spam_reports'],
    ranked: 'messages_sent',
    supply: 'HubSpot, Marketo or a file of sends',
  },
  {
    name: 'stock',
    label: 'Stock by day',
    table: 'stock_days',
    sources: [
      {
        table: 'stock_days',
        day: 'day',
        dimensions: { ...place, ...product, ...day, location: 'f.location' },
        columns: {
          value: 'CAST(f.on_hand * f.unit_cost AS DECIMAL(18,4))',
          out: 'CASE WHEN coalesce(f.available, f.on_hand) <= 0 THEN 1 ELSE 0 END',
          listed: '1',
        },
      },
    ],
    money: ['value'],
    optional: ['available', 'incoming', 'value'],
    ranked: 'stock_units',
    supply: 'a connected shop or a stock file',
  },
  {
    name: 'purchases',
    label: 'Purchase orders',
    table: 'purchase_orders',
    sources: [
      {
        table: 'purchase_orders',
        day: 'ordered_day',
        dimensions: { ...place, vendor: 'f.vendor', product: 'f.product_id' },
        columns: {
          amount: 'CAST(f.quantity * f.unit_price AS DECIMAL(18,4))',
          standard_amount: 'CAST(f.quantity * f.standard_price AS DECIMAL(18,4))',
        },
      },
    ],
    money: ['amount', 'standard_amount'],
    optional: ['standard_amount'],
    ranked: 'purchases',
    supply: 'a purchase-order file',
  },
  {
    name: 'ordered_lines',
    label: 'Purchase-order lines by due day, with what came of them',
    table: 'purchase_orders',
    needs: 'receipts',
    sources: [
      {
        table: 'purchase_orders',
        day: 'due_day',
        join: `LEFT JOIN (SELECT r.store AS store, r.po_id AS po_id, r.po_line AS po_line, sum(r.received) AS received,
  sum(CASE WHEN r.received_day <= l.due_day THEN r.received ELSE 0 END) AS in_time
  FROM receipts r JOIN purchase_orders l ON ${sameLine('r', 'l')}
  GROUP BY r.store, r.po_id, r.po_line) d ON ${sameLine('d', 'f')}`,
        dimensions: { ...place, vendor: 'f.vendor', product: 'f.product_id' },
        columns: {
          lines: '1',
          in_time_in_full: 'CASE WHEN d.in_time >= f.quantity THEN 1 ELSE 0 END',
          // More than was ordered earns no credit.
          units_in_time: 'CASE WHEN d.in_time > f.quantity THEN f.quantity ELSE coalesce(d.in_time, 0) END',
          units_in_full: 'CASE WHEN d.received > f.quantity THEN f.quantity ELSE coalesce(d.received, 0) END',
        },
      },
    ],
    money: [],
    optional: [],
    ranked: 'purchases',
    supply: 'a file of receipts',
  },
  {
    name: 'receipts',
    label: 'Goods received',
    table: 'receipts',
    sources: [
      {
        table: 'receipts',
        day: 'received_day',
        join: `LEFT JOIN purchase_orders o ON ${sameLine('o', 'f')}`,
        dimensions: { store: 'f.store', ...day, vendor: 'o.vendor', product: 'o.product_id' },
        columns: {
          ordered: 'CASE WHEN o.ordered_day IS NULL THEN 0 ELSE 1 END',
          days: 'f.received_day - o.ordered_day',
          due_units: 'CASE WHEN o.due_day IS NULL THEN 0 ELSE f.received END',
          late_unit_days:
            'CASE WHEN f.received_day > o.due_day THEN (f.received_day - o.due_day) * f.received ELSE 0 END',
        },
      },
    ],
    money: [],
    optional: [],
    ranked: 'units_received',
    supply: 'a file of receipts',
  },
]

export const factByName: Readonly<Record<string, Fact>> = Object.fromEntries(
  facts.map(fact => [fact.name, fact]),
)
