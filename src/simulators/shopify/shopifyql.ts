import { addDays, type Day, daysBetween, earlier } from '#kernel/day.ts'
import { localDay } from '../company/stores.ts'
import type { Desk } from './desk.ts'
import { amountOf } from './money.ts'
import type { Node } from './node.ts'
import { type QlQuery, readQl } from './shopifyql-query.ts'
import { type QlRow, saleRows, sessionRows } from './shopifyql-rows.ts'

const coins = [
  'gross_sales',
  'discounts',
  'sales_reversals',
  'net_sales',
  'shipping_charges',
  'taxes',
  'duties',
  'additional_fees',
  'return_fees',
  'total_sales',
  'cost_of_goods_sold',
  'net_sales_with_cost_recorded',
]
const counts = ['orders', 'quantity_ordered', 'reversed_quantity', 'net_items_sold']
const visits = [
  'sessions',
  'sessions_with_cart_additions',
  'sessions_that_reached_checkout',
  'sessions_that_completed_checkout',
]
const tables: Record<string, { metrics: readonly string[]; dimensions: readonly string[] }> = {
  sales: {
    metrics: [...coins, ...counts],
    dimensions: [
      'day',
      'order_id',
      'product_variant_sku',
      'line_type',
      'order_or_sales_reversal',
      'shipping_country',
    ],
  },
  sessions: {
    metrics: visits,
    dimensions: ['day', 'session_country', 'session_device_type', 'human_or_bot_session'],
  },
}

const problems = (parseErrors: string[]): Node => ({
  __typename: 'ShopifyqlQueryResponse',
  parseErrors,
  parseWarnings: [],
  tableData: null,
})

/** Answers a ShopifyQL question from the company's books; what it does not know is an error of parsing, as at the vendor. */
export function shopifyql(desk: Desk, text: string): Node {
  const query = readQl(text)
  if (typeof query === 'string') return problems([query])
  const table = tables[query.from]
  if (!table) return problems([`Table ${query.from} not found`])
  const named = [...query.show, ...query.groups, ...query.where.map(one => one.column)]
  const unknown = named.find(name => !table.metrics.includes(name) && !table.dimensions.includes(name))
  if (unknown) return problems([`Column ${unknown} not found`])
  const today = localDay(desk.shop.timezone, desk.world.now())
  const dayOf = (word: string): Day | null => {
    if (word === 'today') return today
    if (word === 'yesterday') return addDays(today, -1)
    const back = /^-(\d+)d$/.exec(word)?.[1]
    if (back) return addDays(today, -Number(back))
    return /^\d{4}-\d{2}-\d{2}$/.test(word) ? word : null
  }
  const [since, until] = [dayOf(query.since), dayOf(query.until)]
  if (!since || !until) return problems(['SINCE and UNTIL need dates'])
  const rows = query.from === 'sales' ? saleRows(desk, query, since, until) : sessionRows(desk, since, until)
  const made = grouped(rows, query, query.timeseries ? daysBetween(since, earlier(until, today)) : null)
  const page = made.slice(query.offset, query.offset + query.limit)
  return {
    __typename: 'ShopifyqlQueryResponse',
    parseErrors: [],
    parseWarnings: [],
    tableData: {
      __typename: 'ShopifyqlTableData',
      columns: [...query.groups, ...query.show].map(name => ({
        __typename: 'ShopifyqlTableDataColumn',
        name,
        displayName: name,
        dataType: coins.includes(name)
          ? 'MONEY'
          : table.metrics.includes(name)
            ? 'INTEGER'
            : name === 'day'
              ? 'DAY_TIMESTAMP'
              : 'STRING',
        subType: null,
        shortDisplayName: null,
      })),
      rows: page,
    },
  }
}

function grouped(
  rows: Iterable<QlRow>,
  query: QlQuery,
  days: readonly Day[] | null,
): Record<string, string>[] {
  const sums = new Map<string, { by: Record<string, string>; of: Map<string, number> }>()
  const cell = (by: Record<string, string>) => {
    const key = query.groups.map(name => by[name]).join('\u0001')
    const found = sums.get(key) ?? { by, of: new Map(query.show.map(name => [name, 0])) }
    sums.set(key, found)
    return found
  }
  // A series of days shows those on which nothing happened too.
  if (days && query.groups.length === 1) for (const day of days) cell({ day })
  for (const row of rows) {
    const holds = query.where.every(({ column, values }) => values.includes(row.by[column] ?? ''))
    if (!holds) continue
    const into = cell(Object.fromEntries(query.groups.map(name => [name, row.by[name] ?? '']))).of
    for (const name of query.show) into.set(name, (into.get(name) ?? 0) + (row.of[name] ?? 0))
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { by, of }]) => ({
      ...by,
      ...Object.fromEntries(
        [...of].map(([name, value]) => [name, coins.includes(name) ? amountOf(value) : String(value)]),
      ),
    }))
}
