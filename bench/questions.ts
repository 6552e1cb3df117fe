import type { Query } from '../src/metrics/query.ts'

/** What the cockpit asks, and the best SQL a person would write for the same answer. */
export interface Question {
  name: string
  query: Query
  /** Median allowed, in milliseconds. */
  allowed: number
  /** Which derived tables hold the answer ready, and how the measures are had from each. */
  rolled: readonly Source[]
  /** How the measures are had from the ledger itself: for "without rollups", and for PostgreSQL. */
  plain: Source
  /** Where the totals of the answer are had cheapest; absent where they follow from the rows. */
  totals?: readonly Source[]
  /** Dimensions as SQL, by name. */
  by?: Record<string, string>
  /** `date_trunc` unit where the answer has a row per period. */
  grain?: 'day' | 'month'
  order?: string
  limit?: number
}

export interface Source {
  table: string
  /** SQL of an aggregate over the rows for which `within` holds. */
  measures: Record<string, (within: string) => string>
}

export interface Span {
  from: string
  to: string
}

const sum = (expression: string) => (within: string) => `sum(${expression}) FILTER (WHERE ${within})`
const distinct = (expression: string, where: string) => (within: string) =>
  `count(DISTINCT ${expression}) FILTER (WHERE ${where} AND ${within})`

const net = sum('gross + discounts + reversals')
const sold = "kind = 'sale' AND quantity > 0 AND gross > 0"
const ordersOf = { hours: sum('orders'), lines: distinct('order_id', sold) }

const money = {
  net_sales: net,
  gross_sales: sum('gross'),
  discounts: sum('discounts'),
  sales_reversals: sum('reversals'),
}
const hours = (...names: (keyof typeof money)[]): Source => ({
  table: 'sales_hours',
  measures: { ...Object.fromEntries(names.map(name => [name, money[name]])), orders: ordersOf.hours },
})
const lines = (...names: (keyof typeof money)[]): Source => ({
  table: 'sales_lines',
  measures: { ...Object.fromEntries(names.map(name => [name, money[name]])), orders: ordersOf.lines },
})

const november = { from: '2025-11-01', to: '2025-11-30' }
const year = { from: '2025-01-01', to: '2025-12-31' }

const people: Source = {
  table: 'order_days',
  measures: { customers: distinct('customer_id', "orders = 1 AND customer_id <> ''") },
}
const cockpitHours: Source = {
  table: 'sales_hours',
  measures: {
    net_sales: net,
    orders: ordersOf.hours,
    demand: sum('gross + discounts'),
    units_sold: sum('units_sold'),
    new_customers: sum('first_orders'),
    returned: sum('reversals'),
  },
}
const cockpitLines: Source = {
  table: 'sales_lines',
  measures: {
    net_sales: net,
    orders: ordersOf.lines,
    demand: sum('gross + discounts'),
    units_sold: within => `sum(quantity) FILTER (WHERE kind = 'sale' AND ${within})`,
    returned: sum('reversals'),
    customers: distinct('customer_id', `customer_id <> '' AND ${sold}`),
  },
}

export const questions: readonly Question[] = [
  {
    name: 'headline: tiles and trend of a month by day, two comparisons, exact customers',
    allowed: 800,
    query: {
      metrics: ['net_sales', 'orders', 'aov', 'units_sold', 'customers', 'new_customers', 'return_rate'],
      ...november,
      grain: 'day',
      compare: ['previous_period', 'last_year'],
    },
    rolled: [cockpitHours, people],
    plain: cockpitLines,
    totals: [people],
    grain: 'day',
  },
  {
    name: 'headline: the same of a year by month',
    allowed: 800,
    query: {
      metrics: ['net_sales', 'orders', 'aov', 'units_sold', 'customers', 'new_customers', 'return_rate'],
      ...year,
      grain: 'month',
      compare: ['last_year'],
    },
    rolled: [cockpitHours, people],
    plain: cockpitLines,
    totals: [people],
    grain: 'month',
  },
  {
    name: 'tiles: a month, three comparisons',
    allowed: 100,
    query: {
      metrics: ['net_sales', 'gross_sales', 'discounts', 'sales_reversals', 'orders'],
      ...november,
      compare: ['previous_period', 'last_year', 'last_year_weekday'],
    },
    rolled: [hours('net_sales', 'gross_sales', 'discounts', 'sales_reversals')],
    plain: lines('net_sales', 'gross_sales', 'discounts', 'sales_reversals'),
  },
  {
    name: 'tiles: a year against last year',
    allowed: 100,
    query: { metrics: ['net_sales', 'gross_sales', 'orders'], ...year, compare: ['last_year'] },
    rolled: [hours('net_sales', 'gross_sales')],
    plain: lines('net_sales', 'gross_sales'),
  },
  {
    name: 'trend: 90 days by day, two comparisons',
    allowed: 100,
    query: {
      metrics: ['net_sales', 'orders'],
      from: '2025-09-02',
      to: '2025-11-30',
      grain: 'day',
      compare: ['last_year', 'last_year_weekday'],
    },
    rolled: [hours('net_sales')],
    plain: lines('net_sales'),
    grain: 'day',
  },
  {
    name: 'trend: three years by month',
    allowed: 100,
    query: { metrics: ['net_sales', 'orders'], from: '2023-01-01', to: '2025-12-31', grain: 'month' },
    rolled: [hours('net_sales')],
    plain: lines('net_sales'),
    grain: 'month',
  },
  {
    name: 'countries: a month against last year',
    allowed: 100,
    query: {
      metrics: ['net_sales', 'orders'],
      by: ['country'],
      ...november,
      compare: ['last_year'],
      sort: { by: 'net_sales', desc: true },
      limit: 30,
    },
    rolled: [hours('net_sales')],
    plain: lines('net_sales'),
    by: { country: 'country' },
    totals: [hours('net_sales')],
    order: 'net_sales_0 DESC',
    limit: 30,
  },
  {
    name: 'channels: a month against last year',
    allowed: 100,
    query: { metrics: ['net_sales', 'orders'], by: ['channel'], ...november, compare: ['last_year'] },
    rolled: [hours('net_sales')],
    plain: lines('net_sales'),
    by: { channel: 'channel' },
    totals: [hours('net_sales')],
    order: 'net_sales_0 DESC',
  },
  {
    name: 'heat map: weekday × hour of a year',
    allowed: 100,
    query: { metrics: ['net_sales', 'orders'], by: ['weekday', 'hour'], ...year },
    rolled: [hours('net_sales')],
    plain: lines('net_sales'),
    totals: [hours('net_sales')],
    by: { weekday: 'extract(isodow FROM day)', hour: 'hour' },
  },
  {
    name: 'products: best 20 of a month against last year',
    allowed: 100,
    query: {
      metrics: ['net_sales'],
      by: ['product'],
      ...november,
      compare: ['last_year'],
      sort: { by: 'net_sales', desc: true },
      limit: 20,
    },
    rolled: [{ table: 'product_days', measures: { net_sales: net } }],
    plain: { table: 'sales_lines', measures: { net_sales: net } },
    totals: [{ table: 'sales_hours', measures: { net_sales: net } }],
    by: { product_id: 'product_id' },
    order: 'net_sales_0 DESC',
    limit: 20,
  },
  {
    name: 'movers: products that lost most on the month before',
    allowed: 100,
    query: {
      metrics: ['net_sales'],
      by: ['product'],
      ...november,
      compare: ['previous_period'],
      sort: { by: 'net_sales', of: 'previous_period', desc: false },
      limit: 10,
    },
    rolled: [{ table: 'product_days', measures: { net_sales: net } }],
    plain: { table: 'sales_lines', measures: { net_sales: net } },
    totals: [{ table: 'sales_hours', measures: { net_sales: net } }],
    by: { product_id: 'product_id' },
    order: 'coalesce(net_sales_0, 0) - coalesce(net_sales_1, 0)',
    limit: 10,
  },
  {
    name: 'customers: best 20 of a month',
    allowed: 100,
    query: {
      metrics: ['net_sales', 'orders'],
      by: ['customer'],
      ...november,
      sort: { by: 'net_sales', desc: true },
      limit: 20,
    },
    rolled: [{ table: 'order_days', measures: { net_sales: net, orders: sum('orders') } }],
    plain: lines('net_sales'),
    totals: [hours('net_sales')],
    by: { customer_id: 'customer_id' },
    order: 'net_sales_0 DESC',
    limit: 20,
  },
  {
    name: 'customers: exact distinct by month, a year',
    allowed: 800,
    query: { metrics: ['customers', 'new_customers'], ...year, grain: 'month' },
    rolled: [people, { table: 'sales_hours', measures: { new_customers: sum('first_orders') } }],
    totals: [people],
    plain: {
      table: 'sales_lines',
      measures: { customers: distinct('customer_id', `customer_id <> '' AND ${sold}`) },
    },
    grain: 'month',
  },
]

/** All a person would run for the whole answer, rows and totals, each on the smallest table that has it. */
export const bestSql = (question: Question, spans: readonly Span[]): string[] => [
  ...question.rolled.map(source => sqlOf(question, source, spans)),
  ...(question.totals ?? []).map(source =>
    sqlOf(
      { ...question, by: undefined, grain: undefined, order: undefined, limit: undefined },
      source,
      spans,
    ),
  ),
]

/** The question as SQL over one of its sources, for the spans the answer was given for. */
export function sqlOf(question: Question, source: Source, spans: readonly Span[]): string {
  const dimensions = Object.entries(question.by ?? {})
  const inside = ({ from, to }: Span) => `day BETWEEN DATE '${from}' AND DATE '${to}'`
  if (question.grain) {
    const perSpan = spans.map(
      (span, index) =>
        `SELECT ${index} AS span, date_trunc('${question.grain}', day) AS period, ${Object.entries(
          source.measures,
        )
          .map(([name, aggregate]) => `${aggregate('true')} AS ${name}`)
          .join(', ')} FROM ${source.table} WHERE ${inside(span)} GROUP BY 1, 2`,
    )
    return `${perSpan.join(' UNION ALL ')} ORDER BY 1, 2`
  }
  const measures = spans.flatMap((span, index) =>
    Object.entries(source.measures).map(
      ([name, aggregate]) => `${aggregate(inside(span))} AS ${name}_${index}`,
    ),
  )
  const columns = [...dimensions.map(([name, sql]) => `${sql} AS ${name}`), ...measures].join(', ')
  const groups =
    dimensions.length > 0 ? ` GROUP BY ${dimensions.map((_, index) => index + 1).join(', ')}` : ''
  const inner = `SELECT ${columns} FROM ${source.table} WHERE ${spans.map(inside).join(' OR ')}${groups}`
  const order = question.order ? ` ORDER BY ${question.order}` : ''
  return `SELECT * FROM (${inner}) AS answer${order}${question.limit ? ` LIMIT ${question.limit}` : ''}`
}
