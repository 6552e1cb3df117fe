import { earlier, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import type { Dialect, Parameters } from '#warehouse/warehouse.ts'
import type { Source } from '../fact.ts'
import { inSegments } from './days-sql.ts'
import type { Conversion } from './rates-sql.ts'
import type { DimensionFilter, Resolved, ResolvedDimension } from './resolve.ts'
import type { Reach } from './scope.ts'
import { inList, Text } from './text.ts'
import type { Side, Window } from './window.ts'

/** What FROM and WHERE are written for. */
export interface Asked {
  resolved: Resolved
  window: Window
  grouped: readonly ResolvedDimension[]
  reach: Reach
  dialect: Dialect
}

/**
 * The number behind a dimension that is told as text, where it has one: rows are grouped by it, and only the groups
 * are spelt out (`spelt`). A text made for each of a million rows takes three times as long as adding them up.
 */
export const codeSql = (d: ResolvedDimension, source: Source, dialect: Dialect): string | null => {
  const stored = source.dimensions[d.of]
  if (!stored || d.groups) return null
  if (stored === '@weekday') return dialect.weekday(`f.${source.day}`)
  return d.of === 'hour' ? stored : null
}

/** A dimension over the columns of a source (f) and what is joined to it. */
export const dimensionSql = (d: ResolvedDimension, source: Source, dialect: Dialect, text: Text): string => {
  const stored = source.dimensions[d.of] ?? "''"
  const base =
    stored === '@weekday'
      ? dialect.text(dialect.weekday(`f.${source.day}`))
      : d.of === 'hour'
        ? dialect.text(stored)
        : /^[a-eg-z]\./.test(stored)
          ? `coalesce(${stored}, '')`
          : stored
  if (!d.groups) return base
  const cases = Object.entries(d.groups.groups).map(
    ([name, values]) => `WHEN ${inList(base, [...values], text)} THEN ${text.bind(name, 'String')}`,
  )
  return cases.length > 0
    ? `CASE ${cases.join(' ')} ELSE ${text.bind(d.groups.otherwise, 'String')} END`
    : text.bind(d.groups.otherwise, 'String')
}

/** A join with the first and last day a side asks for written where it names them. */
const onDays = (join: string, { segments }: Side): string =>
  segments.length === 0
    ? join
    : join
        .replaceAll('@first', `DATE '${segments.map(one => one.from).reduce(earlier)}'`)
        .replaceAll('@last', `DATE '${segments.map(one => one.to).reduce(later)}'`)

/**
 * FROM and WHERE of a side: the stores, the days, the filters, and what converts its money.
 */
export const fromSql = (
  { resolved, grouped, reach, dialect }: Omit<Asked, 'window'>,
  source: Source,
  side: Side,
  text: Text,
  { also = [], money }: { also?: readonly string[]; money: Conversion | null },
): string => {
  const day = `f.${source.day}`
  const filtered = resolved.filters.map(f => f.dimension)
  const conditions = [
    ...(source.where ? [source.where] : []),
    inSegments(side, day, text),
    ...(reach.stores ? [inList('f.store', reach.stores, text)] : []),
    ...(source.counter ? oneCounter(reach, source.counter, [...grouped, ...filtered], text) : []),
    ...also,
    ...resolved.filters.flatMap(filter =>
      filterSql(filter, dimensionSql(filter.dimension, source, dialect, text), dialect, text),
    ),
  ]
  const products = [...grouped, ...filtered].some(d => readsProducts(source, d))
  const joins = [
    ...(source.join ? [onDays(source.join, side)] : []),
    ...(products
      ? [
          `LEFT JOIN ${dialect.from('products')} p ON p.store = f.store AND p.product_id = ${source.product ?? 'f.product_id'}`,
        ]
      : []),
    ...([...grouped, ...filtered].some(d => readsPromotions(source, d))
      ? [
          `LEFT JOIN ${dialect.from('promotions')} promo ON promo.store = f.store AND promo.code = f.discount_code`,
        ]
      : []),
    ...(money?.join ? [money.join] : []),
  ]
  return `FROM ${dialect.from(source.table)} f ${joins.join(' ')}\nWHERE ${conditions.join(' AND ')}`
}

const filterSql = (
  { is, not, contains }: DimensionFilter,
  expression: string,
  dialect: Dialect,
  text: Text,
) => [
  ...(is ? [isOneOf(expression, is, dialect, text)] : []),
  ...(not ? [`NOT (${inList(expression, not, text)})`] : []),
  ...(contains ? [dialect.contains(expression, text.bind(contains, 'String'))] : []),
]

/** From so many values on, and up to so many, a column of text is asked by the list. */
const several = { from: 8, to: 100 }

const isOneOf = (expression: string, values: readonly string[], dialect: Dialect, text: Text): string =>
  values.length >= several.from && values.length <= several.to && /^f\.\w+$/.test(expression)
    ? dialect.among(
        expression,
        values.map(value => text.bind(value, 'String')),
      )
    : inList(expression, values, text)

export const readsProducts = (source: Source, d: ResolvedDimension): boolean =>
  source.dimensions[d.of]?.includes('p.') ?? false

/** Whether a dimension reads what a shop says of its discounts. */
export const readsPromotions = (source: Source, d: ResolvedDimension): boolean =>
  source.dimensions[d.of]?.includes('promo.') ?? false

/** Two counters of the same sessions are never added: unless a question tells them apart, each store's main one counts. */
const oneCounter = (reach: Reach, dimension: string, asked: readonly ResolvedDimension[], text: Text) =>
  asked.some(d => d.of === dimension)
    ? []
    : reach.counters.map(
        ({ store, counter }) =>
          `NOT (f.store = ${text.bind(store, 'String')} AND f.${dimension} <> ${text.bind(counter, 'String')})`,
      )

/** The same for the rows behind a cell, whose question is narrowed to one period and one value of each dimension. */
export const rowConditions = (
  made: Omit<Asked, 'dialect' | 'grouped'>,
  source: Source,
  orders: Source | undefined,
  dialect: Dialect,
  hour: number | undefined,
): { from: string; parameters: Parameters } => {
  const text = new Text()
  const side = made.window.sides[0]
  if (!side) throw new Error('a question has its own side')
  const also = hour === undefined ? [] : [`f.hour = ${text.bind(hour, 'Int64')}`]
  const own = made.resolved.filters.filter(f => f.dimension.of in source.dimensions)
  for (const filter of made.resolved.filters.filter(f => !own.includes(f))) {
    const { dimension } = filter
    if (!orders || !(dimension.of in orders.dimensions))
      throw invalid(
        `The rows of ${source.table} do not hold ${dimension.name}.`,
        'Ask for the rows without it.',
      )
    // New or returning is said of an order's day, not of its lines.
    const held = filterSql(filter, dimensionSql(dimension, orders, dialect, text), dialect, text)
    const those = [...(orders.where ? [orders.where] : []), ...held].join(' AND ')
    also.push(
      `(f.store, f.order_id, f.day) IN (SELECT f.store, f.order_id, f.day FROM ${dialect.from(orders.table)} f ${orders.join ?? ''} WHERE ${those})`,
    )
  }
  const from = fromSql(
    {
      resolved: { ...made.resolved, filters: own },
      grouped: [],
      reach: { ...made.reach, convertTo: null },
      dialect,
    },
    source,
    side,
    text,
    { also, money: null },
  )
  return { from, parameters: text.parameters }
}
