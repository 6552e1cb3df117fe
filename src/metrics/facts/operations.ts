import type { Fact } from '../fact.ts'
import { losses } from './losses.ts'
import { day, place, product, sameShelf, shelves, soldThrough } from './shared.ts'

/** The order line a receipt is of. */
const sameLine = (a: string, b: string) =>
  ['store', 'po_id', 'po_line'].map(c => `${a}.${c} = ${b}.${c}`).join(' AND ')

/** Its due day is over. */
const isPast = '(f.due_day < @today)'

export const operations: readonly Fact[] = [
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
    name: 'shelf',
    label: 'Days in and out of stock',
    table: 'stock_days',
    sources: [
      {
        table: 'stock_days',
        day: 'day',
        join: `JOIN (${shelves}) j ON ${sameShelf}`,
        dimensions: { ...place, ...product, ...day },
        columns: { out_days: 'CASE WHEN j.remaining > 0 THEN 0 ELSE 1 END', none: '0' },
        only: ['out_days', 'none'],
      },
      {
        table: 'stock_days',
        day: 'day',
        join: `JOIN (${losses}) j ON ${sameShelf} AND j.currency = f.currency`,
        dimensions: { ...place, ...product, ...day },
        columns: { lost: 'j.lost' },
        only: ['lost'],
      },
    ],
    whenever: true,
    also: ['sales_lines'],
    money: ['lost', 'none'],
    // Of what no stock is read there is no loss to be told, not even none.
    optional: ['lost', 'none'],
    ranked: 'stockout_days',
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
        },
      },
    ],
    money: ['amount'],
    optional: [],
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
        // A line is late once its due day is over: what is not due yet is neither late nor in time.
        columns: {
          lines: '1',
          lines_past: `CASE WHEN ${isPast} THEN 1 ELSE 0 END`,
          units_past: `CASE WHEN ${isPast} THEN f.quantity ELSE 0 END`,
          in_time_in_full: `CASE WHEN ${isPast} AND d.in_time >= f.quantity THEN 1 ELSE 0 END`,
          // More than was ordered earns no credit.
          units_in_time: `CASE WHEN NOT ${isPast} THEN 0 WHEN d.in_time > f.quantity THEN f.quantity ELSE coalesce(d.in_time, 0) END`,
          units_in_full: `CASE WHEN NOT ${isPast} THEN 0 WHEN d.received > f.quantity THEN f.quantity ELSE coalesce(d.received, 0) END`,
          received_amount: 'CAST(coalesce(d.received, 0) * f.unit_price AS DECIMAL(18,4))',
          received_standard: 'CAST(coalesce(d.received, 0) * f.standard_price AS DECIMAL(18,4))',
        },
      },
    ],
    whenever: true,
    dated: true,
    money: ['received_amount', 'received_standard'],
    optional: ['received_standard'],
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
    whenever: true,
    also: ['purchase_orders'],
    money: [],
    optional: [],
    ranked: 'units_received',
    supply: 'a file of receipts',
  },
  {
    name: 'shipments',
    label: 'What left the house, by day',
    table: 'shipments',
    sources: [
      {
        table: 'shipments',
        day: 'day',
        dimensions: {
          store: 'f.store',
          ...day,
          country: 'f.country',
          channel: 'f.channel',
          account: 'f.account_id',
          order: 'f.order_id',
          business: "CASE WHEN f.account_id = '' THEN 'B2C' ELSE 'B2B' END",
        },
        columns: {
          shipments: '1',
          orders: 'CASE WHEN f.number = 1 THEN 1 ELSE 0 END',
          days: 'CASE WHEN f.number = 1 THEN f.day - f.ordered_day ELSE 0 END',
          next_day: 'CASE WHEN f.number = 1 AND f.day - f.ordered_day <= 1 THEN 1 ELSE 0 END',
          // More than was ordered earns no credit.
          at_once:
            'CASE WHEN f.number > 1 THEN 0 WHEN f.quantity > f.ordered THEN f.ordered ELSE f.quantity END',
          asked: 'CASE WHEN f.number > 1 THEN 0 ELSE f.ordered END',
        },
      },
    ],
    means: soldThrough,
    money: [],
    optional: [],
    ranked: 'units_shipped',
    supply: 'Magento',
  },
  {
    name: 'return_requests',
    label: 'What customers asked to send back, by day',
    table: 'return_requests',
    sources: [
      {
        table: 'return_requests',
        day: 'day',
        dimensions: {
          store: 'f.store',
          ...day,
          ...product,
          country: 'f.country',
          channel: 'f.channel',
          account: 'f.account_id',
          order: 'f.order_id',
          business: "CASE WHEN f.account_id = '' THEN 'B2C' ELSE 'B2B' END",
          return_reason: 'f.reason',
        },
        columns: {
          return_id: 'f.return_id',
          open: "CASE WHEN f.state = 'open' THEN f.quantity ELSE 0 END",
        },
      },
    ],
    means: soldThrough,
    money: [],
    optional: [],
    ranked: 'units_asked_back',
    supply: 'Shopify (with `read_returns`) or Adobe Commerce',
  },
]
