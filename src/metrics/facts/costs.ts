import type { Fact, Source } from '../fact.ts'
import { hours, kindOfOrder, lineColumns, lines, orderMoney, orderRows, withOrder } from './sales.ts'
import { costColumns, counted, day, soldThrough } from './shared.ts'

/**
 * A line's part of its order: what it sold for of what the order sold for that day; where that is nothing, an order of
 * gifts, all rows alike. The parts of an order are one.
 */
const part = `CASE WHEN o.gross + o.discounts > 0
  THEN CAST(f.gross + f.discounts AS DOUBLE) / CAST(o.gross + o.discounts AS DOUBLE)
  ELSE CAST(1 AS DOUBLE) / o.lines END`

/** Media of a store's day, told at one of its rows of each currency. */
const keyOf = (a: string) =>
  ['platform', 'account', 'channel', 'campaign', 'country'].map(name => `${a}.${name}`).join(" || '|' || ")
const media = `JOIN (SELECT m.store AS store, m.day AS day, m.currency AS currency, sum(m.cost) AS cost, min(${keyOf('m')}) AS told_at
  FROM spend_days m GROUP BY m.store, m.day, m.currency) j
  ON j.store = f.store AND j.day = f.day AND j.currency = f.currency AND j.told_at = ${keyOf('f')}
  LEFT JOIN (SELECT h.store AS store, h.day AS day, sum(h.gross + h.discounts) AS demand FROM sales_hours h
  GROUP BY h.store, h.day HAVING sum(h.gross + h.discounts) > 0) t ON t.store = f.store AND t.day = f.day`

/** What was sold that day takes its part of the media; a day that sold nothing keeps it, as not known. */
const shared = {
  cost: `CAST(CASE WHEN t.demand > 0
    THEN CAST(j.cost AS DOUBLE) * CAST(s.gross + s.discounts AS DOUBLE) / CAST(t.demand AS DOUBLE)
    ELSE CAST(j.cost AS DOUBLE) END AS DECIMAL(20,8))`,
}

/** Dimensions of a sales table, its rows standing as `s` beside the media. */
const beside = (dimensions: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(
    names.map(name => {
      const sql = (dimensions[name] ?? "''").replaceAll('f.', 's.')
      return [name, sql.startsWith('CASE') ? `CASE WHEN s.store IS NULL THEN '' ELSE ${sql} END` : sql]
    }),
  )

const along = (
  table: Source['table'],
  dimensions: Readonly<Record<string, string>>,
  more: Partial<Source> = {},
): Source => ({
  table: 'spend_days',
  day: 'day',
  join: `${media} LEFT JOIN ${table} s ON s.store = t.store AND s.day = t.day`,
  dimensions: { store: 'f.store', ...day, ...dimensions },
  columns: shared,
  ...more,
})

const buying = ['country', 'channel', 'order', 'customer', 'account', 'business', 'discount_code']
const kind = ['product', 'category', 'brand', 'vendor', 'product_title']
const ofProduct = { product: 's.product_id' }

export const costs: readonly Fact[] = [
  {
    name: 'costs',
    label: 'Costs that follow orders',
    table: 'sales_lines',
    sources: [
      { ...hours, columns: costColumns, costs: counted },
      { ...orderMoney, columns: costColumns, costs: counted },
      {
        ...lines,
        join: withOrder,
        dimensions: { ...lines.dimensions, customer_kind: kindOfOrder },
        columns: costColumns,
        costs: {
          orders: `CASE WHEN o.orders = 0 THEN 0 ELSE o.orders * (${part}) END`,
          units: lineColumns.units_sold,
          sales: counted.sales,
          returned: lineColumns.units_returned,
          reversals: counted.reversals,
        },
      },
    ],
    means: soldThrough,
    money: ['fulfilment', 'payment_fees', 'return_handling'],
    optional: [],
    ranked: 'gross_sales',
    supply: 'a sales file or a connected shop',
  },
  {
    name: 'media',
    label: 'Media, shared among what was sold',
    table: 'spend_days',
    also: ['sales_lines'],
    sources: [
      {
        table: 'spend_days',
        day: 'day',
        dimensions: { store: 'f.store', ...day },
        columns: { cost: 'f.cost' },
      },
      along('sales_hours', beside(hours.dimensions, ['country', 'channel'])),
      along('product_days', beside(lines.dimensions, kind), ofProduct),
      along('order_days', beside(orderRows.dimensions, [...buying, 'customer_kind'])),
      along('sales_lines', beside(lines.dimensions, [...buying, ...kind, 'title']), ofProduct),
    ],
    means: soldThrough,
    money: ['cost'],
    optional: [],
    ranked: 'spend',
    supply: 'an ad platform or a spend file',
  },
]
