import type { DimensionInfo, RowsRequest } from '../../src/metrics/engine.ts'
import type { Answer, AnswerRow, Definition, Grain, Query } from '../../src/metrics/query.ts'

/**
 * A small made-up shop that answers questions as the server does, so that a journey needs no data and no engine.
 * Two years of order lines from a seed; the numbers are consistent with themselves and nothing more.
 */
interface Line {
  day: string
  hour: number
  order: string
  customer: string
  country: string
  channel: string
  product: string
  units: number
  gross: number
  discounts: number
  reversals: number
}

export const firstDay = '2009-12-01'
export const lastDay = '2011-12-09'
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const shift = (day: string, days: number) => iso(noon(day) + days * 86_400_000)

const countries = [
  ['United Kingdom', 70],
  ['Netherlands', 8],
  ['EIRE', 7],
  ['Germany', 6],
  ['France', 5],
  ['Australia', 2],
  ['Spain', 1],
  ['Sweden', 1],
] as const
const products =
  '22423 Regency cakestand 3 tier|85123A White hanging heart T-light holder|47566 Party bunting|85099B Jumbo bag red retrospot|23084 Rabbit night light|84879 Assorted colour bird ornament|22086 Paper chain kit 50’s Christmas|79321 Chilli lights|22197 Popcorn holder|21137 Black record cover frame|20725 Lunch bag red retrospot|22720 Set of 3 cake tins pantry design|82484 Wood black board ant white finish|22960 Jam making set with jars|48138 Doormat Union flag|22457 Natural slate heart chalkboard'.split(
    '|',
  )
const channels = ['Online store', 'Wholesale', 'Marketplace']

function lines(): Line[] {
  let state = 42
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const pick = <T>(list: readonly T[], power = 1): T => list[Math.floor(random() ** power * list.length)] as T
  const wheel = countries.flatMap(([name, weight]) => Array<string>(weight).fill(name))
  const out: Line[] = []
  let order = 489_434
  for (let day = firstDay; day <= lastDay; day = shift(day, 1)) {
    const weekday = new Date(noon(day)).getUTCDay()
    if (weekday === 6) continue
    const month = Number(day.slice(5, 7))
    const season = month >= 10 ? 1.7 - (month === 12 ? 0.5 : 0) : month === 9 ? 1.35 : 1
    const count = Math.round((12 + random() * 8) * season * (weekday === 0 ? 0.5 : 1))
    for (let n = 0; n < count; n++) {
      const gross = Math.round(30_000 * random() ** 2.2 + 2_000) / 10
      const returned = random() < 0.07
      out.push({
        day,
        hour: Math.min(19, Math.max(7, Math.round(12.5 + (random() + random() - 1) * 5))),
        order: String(order++),
        customer: String(12_346 + Math.floor(random() ** 2.5 * 1_800)),
        country: pick(wheel),
        channel: pick(channels, 1.8),
        product: pick(products, 1.5),
        units: Math.ceil(gross / 3),
        gross,
        discounts: random() < 0.2 ? -Math.round(gross) / 10 : 0,
        reversals: returned ? -Math.round(gross * 0.6) : 0,
      })
    }
  }
  return out
}
const ledger = lines()
const firstOrder = new Map<string, string>()
for (const line of ledger) if (!firstOrder.has(line.customer)) firstOrder.set(line.customer, line.day)

const define = (
  name: string,
  label: string,
  unit: Definition['unit'],
  good: Definition['good'],
  formula: string,
  description: string,
): Definition => ({
  name,
  label,
  unit,
  good,
  formula,
  description,
  additivity: unit === 'share' ? 'ratio' : 'additive',
  owner: 'Ecommerce',
  sources: ['sales_lines'],
})
const metrics: Definition[] = [
  define(
    'net_sales',
    'Net sales',
    'money',
    'up',
    'gross_sales + discounts + sales_reversals',
    'Sales after discounts and reversals, before tax and shipping.',
  ),
  define(
    'gross_sales',
    'Gross sales',
    'money',
    'up',
    'sum(gross)',
    'Unit price × quantity, before discounts, tax and shipping.',
  ),
  define(
    'discounts',
    'Discounts',
    'money',
    'down',
    'sum(discounts)',
    'Line and order discounts, a deduction.',
  ),
  define(
    'sales_reversals',
    'Sales reversals',
    'money',
    'down',
    'sum(reversals)',
    'Refunds, returns and cancellations, on the day they were processed.',
  ),
  define('orders', 'Orders', 'count', 'up', 'count_distinct(order_id)', 'Orders placed.'),
  define(
    'aov',
    'Average order value',
    'money',
    'up',
    '(gross_sales + discounts) / orders',
    'What an order is worth after discounts.',
  ),
  define('units_sold', 'Units sold', 'quantity', 'up', 'sum(quantity)', 'Units sold less units returned.'),
  define('customers', 'Customers', 'count', 'up', 'count_distinct(customer_id)', 'People who ordered.'),
  define(
    'new_customers',
    'New customers',
    'count',
    'up',
    'count_distinct(customer_id) first order in period',
    'People whose first order falls in the period.',
  ),
  define(
    'returning_customers',
    'Returning customers',
    'count',
    'up',
    'customers - new_customers',
    'People who ordered and had ordered before.',
  ),
  define(
    'return_rate',
    'Return rate',
    'share',
    'down',
    '-sales_reversals / (gross_sales + discounts)',
    'Reversals over sales after discounts, as booked.',
  ),
  define(
    'discount_rate',
    'Discount rate',
    'share',
    'down',
    '-discounts / gross_sales',
    'Discounts over gross sales.',
  ),
  define('sessions', 'Sessions', 'count', 'up', 'sum(sessions)', 'Visits to the shop.'),
]
const dims: Record<string, (line: Line) => string> = {
  country: line => line.country,
  product: line => line.product,
  customer: line => line.customer,
  channel: line => line.channel,
  weekday: line => weekdays[(new Date(noon(line.day)).getUTCDay() + 6) % 7] ?? '',
  hour: line => String(line.hour),
}
const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const dimensions: DimensionInfo[] = Object.keys(dims).map(name => ({
  name,
  label: name === 'hour' ? 'Hour of day' : name[0]?.toUpperCase() + name.slice(1),
  description: `Split by ${name}.`,
  held: true,
  metrics: metrics.map(metric => metric.name),
}))
export const definitions = () => ({ metrics, dimensions })

/** The start of the period a day falls in, and its name as the server writes it. */
function periodOf(day: string, grain: Grain): string {
  const [year = '', month = ''] = day.split('-')
  if (grain === 'year') return year
  if (grain === 'quarter') return `${year}-Q${Math.ceil(Number(month) / 3)}`
  if (grain === 'month') return `${year}-${month}`
  if (grain === 'week') {
    const monday = shift(day, -((new Date(noon(day)).getUTCDay() + 6) % 7))
    const thursday = shift(monday, 3)
    const week = Math.floor((noon(thursday) - noon(`${thursday.slice(0, 4)}-01-01`)) / 604_800_000) + 1
    return `${thursday.slice(0, 4)}-W${String(week).padStart(2, '0')}`
  }
  return day
}

function measure(
  those: readonly Line[],
  names: readonly string[],
  from: string,
): Record<string, string | null> {
  const sum = (key: 'gross' | 'discounts' | 'reversals' | 'units') =>
    those.reduce((n, line) => n + line[key], 0)
  const gross = sum('gross')
  const discounts = sum('discounts')
  const reversals = sum('reversals')
  const people = new Set(those.map(line => line.customer))
  const fresh = [...people].filter(one => (firstOrder.get(one) ?? '') >= from).length
  const values: Record<string, number | null> = {
    gross_sales: gross,
    discounts,
    sales_reversals: reversals,
    net_sales: gross + discounts + reversals,
    orders: those.length,
    units_sold: sum('units'),
    customers: people.size,
    new_customers: fresh,
    returning_customers: people.size - fresh,
    aov: those.length ? (gross + discounts) / those.length : null,
    return_rate: gross ? -reversals / (gross + discounts) : null,
    discount_rate: gross ? -discounts / gross : null,
  }
  return Object.fromEntries(
    names.map(name => {
      const value = values[name]
      return [name, value == null ? null : String(Math.round(value * 1e4) / 1e4)]
    }),
  )
}

function span(query: Query): { from: string; to: string } {
  if (query.from && query.to) return { from: query.from, to: query.to }
  return { from: firstDay, to: lastDay }
}
const compared: Record<string, { label: string; move: (days: number) => (day: string) => string }> = {
  previous_period: { label: 'Period before', move: days => day => shift(day, -days) },
  last_year: { label: 'Last year', move: () => day => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}` },
  last_year_weekday: { label: 'Last year, same weekday', move: () => day => shift(day, -364) },
}

export function ask(query: Query): Answer {
  const { from, to } = span(query)
  const days = Math.round((noon(to) - noon(from)) / 86_400_000) + 1
  const by = query.by ?? []
  const keep = (line: Line) =>
    (query.filters ?? []).every(filter => {
      if (!('dimension' in filter)) return true
      const value = dims[filter.dimension]?.(line) ?? ''
      return (
        (!filter.is || filter.is.includes(value)) &&
        !filter.not?.includes(value) &&
        (!filter.contains || value.toLowerCase().includes(filter.contains.toLowerCase()))
      )
    })
  const between = (start: string, end: string) =>
    ledger.filter(line => line.day >= start && line.day <= end && keep(line))
  const mine = between(from, to)
  const rowsOf = (those: readonly Line[], map: (day: string) => string) => {
    const groups = new Map<string, Line[]>()
    for (const line of those) {
      const key = [
        query.grain ? periodOf(map(line.day), query.grain) : '',
        ...by.map(name => dims[name]?.(line) ?? ''),
      ]
      const text = JSON.stringify(key)
      groups.set(text, [...(groups.get(text) ?? []), line])
    }
    return groups
  }
  const groups = rowsOf(mine, day => day)
  if (query.grain && !by.length && query.grain !== 'hour')
    for (let day = from; day <= to; day = shift(day, 1)) {
      const key = JSON.stringify([periodOf(day, query.grain)])
      if (!groups.has(key)) groups.set(key, [])
    }
  const others = Object.entries(compared)
    .filter(([name]) => query.compare?.includes(name))
    .map(([name, { label, move }]) => {
      const back = move(days)
      const start = back(from)
      const end = back(to)
      const known = start >= firstDay
      const forth = new Map<string, string>()
      for (let day = from; day <= to; day = shift(day, 1)) forth.set(back(day), day)
      const those = between(start, end)
      return { name, label, start, end, known, those, groups: rowsOf(those, day => forth.get(day) ?? day) }
    })
  const row = (
    key: readonly string[],
    those: readonly Line[],
    pickOther: (other: (typeof others)[number]) => Line[],
  ) => {
    const values = measure(those, query.metrics, from)
    const out: AnswerRow = { ...values }
    if (query.grain && key[0]) out.period = key[0]
    by.forEach((name, n) => {
      out[name] = key[n + 1] ?? ''
    })
    if (query.compare?.length)
      out.compare = Object.fromEntries(
        others.map(other => {
          const was = other.known ? measure(pickOther(other), query.metrics, other.start) : {}
          return [
            other.name,
            {
              values: Object.fromEntries(
                query.metrics.map(name => {
                  const value = was[name] ?? null
                  const now = values[name] ?? null
                  const delta = value === null || now === null ? null : Number(now) - Number(value)
                  return [
                    name,
                    {
                      value,
                      delta: delta === null ? null : String(Math.round(delta * 1e4) / 1e4),
                      ratio:
                        delta === null || !Number(value) ? null : String(delta / Math.abs(Number(value))),
                    },
                  ]
                }),
              ),
            },
          ]
        }),
      ) as AnswerRow['compare']
    return out
  }
  const keys = new Set([
    ...groups.keys(),
    ...others.flatMap(other => (by.length ? [...other.groups.keys()] : [])),
  ])
  const rows = [...keys].map(text =>
    row(JSON.parse(text) as string[], groups.get(text) ?? [], other => other.groups.get(text) ?? []),
  )
  const sort = query.sort ?? (query.grain ? { by: 'period' } : { by: query.metrics[0] ?? '', desc: true })
  const worth = (one: AnswerRow) => {
    const against = sort.of ? one.compare?.[sort.of]?.values[sort.by]?.delta : (one[sort.by] as string | null)
    return against === undefined || against === null
      ? null
      : Number.isNaN(Number(against))
        ? against
        : Number(against)
  }
  rows.sort((a, b) => {
    const [x, y] = [worth(a), worth(b)]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.desc ? -1 : 1)
  })
  const offset = query.offset ?? 0
  return {
    rows: rows.slice(offset, offset + (query.limit ?? 10_000)),
    totals: row([], mine, other => other.those),
    meta: {
      from,
      to,
      grain: query.grain,
      calendar: 'gregorian',
      currency: query.currency ?? 'GBP',
      stores: ['gifts'],
      asOf: '2026-11-23T06:42:00Z',
      lastDay,
      today: new Date().toISOString().slice(0, 10),
      rowsBehind: mine.length,
      count: rows.length,
      definitions: Object.fromEntries(
        metrics.filter(one => query.metrics.includes(one.name)).map(one => [one.name, one]),
      ),
      comparisons: Object.fromEntries(
        others.map(other => [other.name, { label: other.label, from: other.start, to: other.end }]),
      ),
      missing: query.metrics.includes('sessions')
        ? { sessions: 'No traffic yet: connect GA4 or import traffic.' }
        : {},
      warnings: [],
      cached: false,
      ms: 12,
    },
  }
}

export function rows(request: RowsRequest) {
  const { from, to } = span(request.query)
  const those = ledger.filter(
    line =>
      line.day >= from &&
      line.day <= to &&
      (!request.period || periodOf(line.day, request.query.grain ?? 'day') === request.period) &&
      Object.entries(request.values ?? {}).every(([name, value]) => dims[name]?.(line) === value),
  )
  const offset = request.offset ?? 0
  return {
    table: 'sales_lines',
    columns: ['day', 'order_id', 'product_id', 'customer_id', 'country', 'quantity', 'gross', 'reversals'],
    rows: those
      .slice(offset, offset + (request.limit ?? 100))
      .map(line => [
        line.day,
        line.order,
        line.product,
        line.customer,
        line.country,
        String(line.units),
        line.gross.toFixed(2),
        line.reversals.toFixed(2),
      ]),
    count: those.length,
  }
}

export const values = (dimension: string, search: string) =>
  [...new Set(ledger.map(line => dims[dimension]?.(line) ?? ''))]
    .filter(value => value.toLowerCase().includes(search.toLowerCase()))
    .slice(0, 100)
