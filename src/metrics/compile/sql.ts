import { dayNumber, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import type { Dialect, Parameters } from '#warehouse/warehouse.ts'
import { factByName, type Source } from '../facts.ts'
import { type Aggregate, aggregateKey, type Formula, toSql } from '../formula.ts'
import { gathered, groupBy, type Part } from './gather.ts'
import type { Resolved, ResolvedDimension } from './resolve.ts'
import type { Branch } from './source.ts'
import type { Side, Window } from './window.ts'

/** Stores the asker may see and asked for, and the currency the answer is in. */
export interface Reach {
  /** null: all there are. */
  stores: string[] | null
  /** Set where money must be converted. */
  convertTo: string | null
}

export interface Statement {
  about: string
  sql: string
  parameters: Parameters
}

/** Columns: p (bucket index), d0… (dimensions), c<side>_<aggregate>, n (rows without limit), behind, unrated. */
export const column = (side: number, aggregate: number) => `c${side}_${aggregate}`

interface Shape {
  resolved: Resolved
  window: Window
  branches: Branch[]
  grouped: ResolvedDimension[]
  reach: Reach
  dialect: Dialect
  /** Totals also count the rows behind them. */
  whole: boolean
}

/** Text that takes its values by name, so that nothing of a question is ever part of the statement. */
class Text {
  readonly parameters: Record<string, string | number | boolean> = {}
  #count = 0
  bind(value: string | number, type: 'String' | 'Date' | 'Float64' | 'Int64'): string {
    const same = Object.entries(this.parameters).find(
      ([key, v]) => v === value && key.startsWith(type[0] ?? ''),
    )
    if (same) return `{${same[0]}:${type}}`
    const name = `${type[0]}${this.#count++}`
    this.parameters[name] = value
    return `{${name}:${type}}`
  }
}

/** Fourth pass: one statement. Each table and side is a branch; branches are stacked and grouped again. */
export const writeStatement = (shape: Shape, about: string): Statement => {
  const { resolved, window, branches, grouped, whole } = shape
  const text = new Text()
  const keys = [...(window.grain ? ['p'] : []), ...grouped.map((_, i) => `d${i}`)]
  const wanted = window.sides.flatMap((_, side) =>
    resolved.aggregates.map((_a, index) => column(side, index)),
  )
  const extra = whole ? ['behind', 'unrated'] : []
  const parts = isOneScan(shape)
    ? branches.map(branch => writeSides(shape, text, branch))
    : window.sides.flatMap((side, s) =>
        side.segments.length === 0 ? [] : branches.map(branch => writeBranch(shape, text, branch, side, s)),
      )
  const single = parts.length === 1 ? parts[0] : undefined
  const answered = new Set(parts.flatMap(part => Object.keys(part.columns)))
  const stacked = single
    ? `SELECT ${select(keys, [...wanted, ...extra], name => single.columns[name] ?? 'NULL', single.keys)} ${single.rest}`
    : `SELECT ${[...keys, ...[...wanted, ...extra].map(name => (answered.has(name) ? `sum(${name}) AS ${name}` : `NULL AS ${name}`))].join(', ')}
FROM (
${parts
  .map(
    part =>
      `SELECT ${select(
        keys,
        [...wanted, ...extra].filter(n => answered.has(n)),
        name => part.columns[name] ?? 'NULL',
        part.keys,
      )} ${part.rest}`,
  )
  .join('\nUNION ALL\n')}
) u${keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''}`
  const ordered = keys.length > 0 ? finish(shape, text, stacked, keys) : stacked
  return { about, sql: ordered, parameters: text.parameters }
}

const select = (
  keys: string[],
  columns: string[],
  of: (name: string) => string,
  key: Record<string, string>,
) => [...keys.map(k => `${key[k]} AS ${k}`), ...columns.map(name => `${of(name)} AS ${name}`)].join(', ')

/**
 * Whether the sides can be told apart in one scan. Without periods they share their keys, and grouping many products
 * or customers once is what costs; without keys, or with periods, a scan for each side is the quicker way.
 */
const isOneScan = ({ window, grouped, branches }: Shape): boolean =>
  !window.grain &&
  grouped.length > 0 &&
  window.sides.length > 1 &&
  branches.every(branch => branch.aggregates.every(a => a.kind !== 'last' && a.kind !== 'average'))

/** A branch for all sides at once: each column counts only the rows of its side's days. */
const writeSides = (shape: Shape, text: Text, branch: Branch): Part => {
  const { resolved, window, grouped, dialect } = shape
  const { source } = branch
  const day = `f.${source.day}`
  const sides = window.sides.filter(side => side.segments.length > 0)
  const keys = Object.fromEntries(
    grouped.map((d, i) => [`d${i}`, dimensionSql(d, source.dimensions[d.of] ?? "''", day, dialect, text)]),
  )
  const columns: Record<string, string> = {}
  for (const side of sides)
    for (const aggregate of branch.aggregates) {
      const index = resolved.aggregates.findIndex(a => aggregateKey(a) === aggregateKey(aggregate))
      const within = sides.length > 1 ? inSegments(side, day, text) : undefined
      const sql = aggregateSql(branch, aggregate, rateSql(shape, source, text), text, within)
      // A count of nothing is left open like a sum of nothing: what it means depends on where the data begin.
      columns[column(window.sides.indexOf(side), index)] = sql.startsWith('count(')
        ? `nullif(${sql}, 0)`
        : sql
    }
  const all = { ...(sides[0] as Side), segments: sides.flatMap(side => side.segments) }
  return { keys, columns, rest: `${fromSql(shape, source, all, text)}${groupBy(grouped.length)}` }
}

const writeBranch = (shape: Shape, text: Text, branch: Branch, side: Side, s: number): Part => {
  const { resolved, window, grouped, dialect, whole } = shape
  const { source } = branch
  const day = `f.${source.day}`
  const dimension = (d: ResolvedDimension) =>
    dimensionSql(d, source.dimensions[d.of] ?? "''", day, dialect, text)
  const keys: Record<string, string> = {}
  if (window.grain) keys.p = bucketSql(window, side, day, text)
  grouped.forEach((d, i) => {
    keys[`d${i}`] = dimension(d)
  })
  const from = fromSql(shape, source, side, text)
  const grouping = Object.values(keys)
  const semi = branch.aggregates.some(a => a.kind === 'last' || a.kind === 'average')
  const rate = rateSql(shape, source, text)
  const columns: Record<string, string> = {}
  branch.aggregates.forEach(aggregate => {
    const index = resolved.aggregates.findIndex(a => aggregateKey(a) === aggregateKey(aggregate))
    columns[column(s, index)] = aggregateSql(branch, aggregate, rate, text)
  })
  if (whole && s === 0 && branch === shape.branches[0]) {
    columns.behind =
      'lines' in (source.columns ?? {}) || !derivedTables.has(source.table) ? 'count(*)' : 'sum(f.lines)'
    if (rate) columns.unrated = `sum(CASE WHEN ${rate} IS NULL THEN 1 ELSE 0 END)`
  }
  if (!semi && !rate && branch.aggregates.every(a => a.kind === 'sum'))
    return gathered({ keys, columns, rest: from })
  if (!semi) return { keys, columns, rest: `${from}${groupBy(grouping.length)}` }
  return semiAdditive(branch, resolved, s, keys, columns, from, day)
}

/** What a row's money is multiplied by; null where nothing is converted. */
const rateSql = ({ reach }: Shape, source: Source, text: Text): string | null =>
  reach.convertTo && 'currency' in source.dimensions
    ? `CASE WHEN f.currency = ${text.bind(reach.convertTo, 'String')} THEN CAST(1 AS DECIMAL(18,8)) ELSE r.rate END`
    : null

/** FROM and WHERE of a side: the stores, the days, the filters. */
const fromSql = (
  { resolved, grouped, reach, dialect }: Pick<Shape, 'resolved' | 'grouped' | 'reach' | 'dialect'>,
  source: Source,
  side: Side,
  text: Text,
  also: readonly string[] = [],
): string => {
  const day = `f.${source.day}`
  const conditions = [
    ...(source.where ? [source.where] : []),
    inSegments(side, day, text),
    ...(reach.stores ? [inList('f.store', reach.stores, text)] : []),
    ...also,
    ...resolved.filters.flatMap(filter => {
      const d = filter.dimension
      const expression = dimensionSql(d, source.dimensions[d.of] ?? "''", day, dialect, text)
      return [
        ...(filter.is ? [inList(expression, filter.is, text)] : []),
        ...(filter.not ? [`NOT (${inList(expression, filter.not, text)})`] : []),
        ...(filter.contains ? [dialect.contains(expression, text.bind(filter.contains, 'String'))] : []),
      ]
    }),
  ]
  const expressions = [...grouped, ...resolved.filters.map(f => f.dimension)].map(
    d => source.dimensions[d.of] ?? '',
  )
  const joins = [
    ...(expressions.some(e => e.includes('p.'))
      ? [`LEFT JOIN ${dialect.from('products')} p ON p.store = f.store AND p.product_id = f.product_id`]
      : []),
    ...(reach.convertTo && 'currency' in source.dimensions
      ? [
          `ASOF LEFT JOIN (SELECT base, day, rate FROM ${dialect.from('exchange_rates')} WHERE quote = ${text.bind(reach.convertTo, 'String')}) r ON r.base = f.currency AND ${day} >= r.day`,
        ]
      : []),
  ]
  return `FROM ${dialect.from(source.table)} f ${joins.join(' ')}\nWHERE ${conditions.join(' AND ')}`
}

/** The same for the rows behind a cell, whose question is narrowed to one period and one value of each dimension. */
export const rowConditions = (
  made: Pick<Shape, 'resolved' | 'reach' | 'window'>,
  source: Source,
  dialect: Dialect,
  hour: number | undefined,
) => {
  const text = new Text()
  const side = made.window.sides[0]
  if (!side) throw new Error('a question has its own side')
  for (const { dimension } of made.resolved.filters)
    if (!(dimension.of in source.dimensions) && dimension.of !== 'customer_kind')
      throw invalid(`The rows of ${source.table} do not hold ${dimension.name}.`)
  const held = {
    ...made.resolved,
    filters: made.resolved.filters.filter(f => f.dimension.of in source.dimensions),
  }
  const also = hour === undefined ? [] : [`f.hour = ${text.bind(hour, 'Int64')}`]
  return {
    from: fromSql(
      { resolved: held, grouped: [], reach: { ...made.reach, convertTo: null }, dialect },
      source,
      side,
      text,
      also,
    ),
    parameters: text.parameters,
  }
}

const derivedTables = new Set<string>(['order_days', 'sales_hours', 'product_days'])

/** Stocks are added over products on each day, then the last day (or the mean of days) is taken. */
const semiAdditive = (
  branch: Branch,
  resolved: Resolved,
  s: number,
  keys: Record<string, string>,
  columns: Record<string, string>,
  from: string,
  day: string,
): Part => {
  const names = Object.keys(keys)
  const inner = [
    ...names.map(k => `${keys[k]} AS ${k}`),
    `${day} AS on_day`,
    ...Object.entries(columns).map(([n, e]) => `${e} AS ${n}`),
  ]
  const outer: Record<string, string> = {}
  for (const name of Object.keys(columns)) {
    const aggregate = branch.aggregates.find(
      a =>
        column(
          s,
          resolved.aggregates.findIndex(b => aggregateKey(a) === aggregateKey(b)),
        ) === name,
    )
    outer[name] =
      aggregate?.kind === 'last'
        ? `argMax(v.${name}, v.on_day)`
        : aggregate?.kind === 'average'
          ? `avg(v.${name})`
          : `sum(v.${name})`
  }
  return {
    keys: Object.fromEntries(names.map(k => [k, `v.${k}`])),
    columns: outer,
    rest: `FROM (SELECT ${inner.join(', ')} ${from}${groupBy(names.length + 1)}) v${names.length > 0 ? `\nGROUP BY ${names.map(k => `v.${k}`).join(', ')}` : ''}`,
  }
}

const aggregateSql = (
  branch: Branch,
  aggregate: Aggregate,
  rate: string | null,
  text: Text,
  within?: string,
): string => {
  const { source } = branch
  const stored = aggregate.parts
    ? aggregate.parts
        .map(({ column: part, minus }) => `${minus ? '-' : '+'} f.${part}`)
        .join(' ')
        .replace(/^\+ /, '')
    : (source.columns?.[aggregate.column] ?? `f.${aggregate.column}`)
  const only = [
    ...(within ? [within] : []),
    ...aggregate.where.map(
      w => `${source.columns?.[w.column] ?? `f.${w.column}`} = ${text.bind(w.is, 'String')}`,
    ),
  ].join(' AND ')
  const filter = only ? ` FILTER (WHERE ${only})` : ''
  if (stored.startsWith('@distinct ')) return `count(DISTINCT ${stored.slice('@distinct '.length)})${filter}`
  if (aggregate.kind === 'count') return `count(*)${filter}`
  if (aggregate.kind === 'distinct') return `count(DISTINCT nullif(${stored}, ''))${filter}`
  const money = aggregate.parts || factByName[aggregate.fact]?.money.includes(aggregate.column)
  return `sum(${rate && money ? `(${stored}) * (${rate})` : stored})${filter}`
}

const dimensionSql = (
  d: ResolvedDimension,
  stored: string,
  day: string,
  dialect: Dialect,
  text: Text,
): string => {
  const base =
    stored === '@weekday'
      ? dialect.text(dialect.weekday(day))
      : d.of === 'hour'
        ? dialect.text(stored)
        : stored.startsWith('p.')
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

const inList = (expression: string, values: readonly string[], text: Text): string =>
  values.length === 0 ? '1 = 0' : `${expression} IN (${values.map(v => text.bind(v, 'String')).join(', ')})`

/** Runs of days of a side, whatever the buckets: what tables are pruned by. */
const inSegments = (side: Side, day: string, text: Text): string => {
  const runs: { from: string; to: string }[] = []
  for (const { from, to } of [...side.segments].sort((a, b) => a.from.localeCompare(b.from))) {
    const open = runs.at(-1)
    if (open && dayNumber(from) <= dayNumber(open.to) + 1) open.to = later(open.to, to)
    else runs.push({ from, to })
  }
  const ranges = runs.map(r => `${day} BETWEEN ${text.bind(r.from, 'Date')} AND ${text.bind(r.to, 'Date')}`)
  return ranges.length === 1 ? (ranges[0] ?? '') : `(${ranges.join(' OR ')})`
}

/** Index of the bucket a day lies in: arithmetic where buckets are even, else a ladder of last days. */
const bucketSql = (window: Window, side: Side, day: string, text: Text): string => {
  const { segments } = side
  const first = segments[0]
  if (!first) return '0'
  const start = (s: { bucket: number; from: string }) => dayNumber(s.from) - s.bucket
  if (window.grain === 'day' || window.grain === 'hour') {
    const shifts = new Map<number, typeof segments>()
    for (const s of segments) shifts.set(start(s), [...(shifts.get(start(s)) ?? []), s])
    const index = (s: { bucket: number; from: string }) =>
      `${day} - ${text.bind(s.from, 'Date')} + ${s.bucket}`
    const groups = [...shifts.values()]
    const expression =
      groups.length === 1
        ? index(first)
        : `CASE ${runsOf(segments)
            .map(
              run =>
                `WHEN ${day} BETWEEN ${text.bind(run.from, 'Date')} AND ${text.bind(run.to, 'Date')} THEN ${index(run)}`,
            )
            .join(' ')} END`
    return window.grain === 'hour' ? `(${expression}) * 24 + f.hour` : `(${expression})`
  }
  const ascending =
    segments.every((s, i) => i === 0 || (segments[i - 1]?.bucket ?? 0) <= s.bucket) &&
    segments.every((s, i) => i === 0 || (segments[i - 1]?.to ?? '') < s.from)
  const weekly =
    window.grain === 'week' &&
    ascending &&
    segments.every(
      (s, i) =>
        s.bucket === first.bucket + i &&
        (i === 0 || dayNumber(s.from) === dayNumber(segments[0]?.to ?? '') + 1 + 7 * (i - 1)),
    )
  if (weekly) {
    // Counted from the first week's last day, so that a first week cut short does not shift the others.
    return `CAST(ceil((${day} - ${text.bind(first.to, 'Date')}) / 7.0) AS BIGINT) + ${first.bucket}`
  }
  if (ascending)
    return `CASE ${segments.map(s => `WHEN ${day} <= ${text.bind(s.to, 'Date')} THEN ${s.bucket}`).join(' ')} END`
  return `CASE ${segments.map(s => `WHEN ${day} BETWEEN ${text.bind(s.from, 'Date')} AND ${text.bind(s.to, 'Date')} THEN ${s.bucket}`).join(' ')} END`
}

/** One-day segments in a row with one shift, as one. */
const runsOf = (segments: Side['segments']): Side['segments'] => {
  const runs: Side['segments'] = []
  for (const s of segments) {
    const open = runs.at(-1)
    const shift = open && dayNumber(s.from) - dayNumber(open.from) === s.bucket - open.bucket
    if (open && shift && dayNumber(s.from) === dayNumber(open.to) + 1) open.to = s.to
    else runs.push({ ...s })
  }
  return runs
}

/** Conditions on metrics, order, limit; n counts the rows there are without the limit. */
const finish = (shape: Shape, text: Text, stacked: string, keys: string[]): string => {
  const { resolved, window } = shape
  const { query, sort } = resolved
  const { dialect } = shape
  const value = (formula: Formula | null, side: number) =>
    formula
      ? toSql(formula, a => {
          const name = column(
            side,
            resolved.aggregates.findIndex(b => aggregateKey(b) === aggregateKey(a)),
          )
          const counted = factByName[a.fact]?.optional.includes(a.column)
            ? dialect.float(name)
            : `coalesce(${dialect.float(name)}, 0)`
          return counted
        })
      : 'NULL'
  const conditions = resolved.conditions.flatMap(({ metric, over, under }) => [
    ...(over === undefined ? [] : [`${value(metric.expanded, 0)} > ${text.bind(over, 'Float64')}`]),
    ...(under === undefined ? [] : [`${value(metric.expanded, 0)} < ${text.bind(under, 'Float64')}`]),
  ])
  const rest = keys.map(k => `${k} ASC`)
  const order: string[] = []
  if (sort?.metric) {
    const base = sort.of ? window.sides.findIndex(s => s.name === sort.of) : -1
    const expression =
      base > 0
        ? `${value(sort.metric.expanded, 0)} - ${value(sort.metric.expanded, base)}`
        : value(sort.metric.expanded, 0)
    order.push(`${expression} ${sort.desc ? 'DESC' : 'ASC'} NULLS LAST`)
  } else if (sort?.period) order.push(`p ${sort.desc ? 'DESC' : 'ASC'}`)
  else if (sort) order.push(`d${sort.dimension} ${sort.desc ? 'DESC' : 'ASC'}`)
  else {
    if (window.grain) order.push('p ASC')
    if (keys.some(k => k !== 'p'))
      order.push(`${value(resolved.metrics[0]?.expanded ?? null, 0)} DESC NULLS LAST`)
  }
  const limit = query.limit ?? 10_000
  return `SELECT t.*, count(*) OVER () AS n FROM (
${stacked}
) t${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}
ORDER BY ${[...order, ...rest].join(', ')}
LIMIT ${limit}${query.offset ? ` OFFSET ${query.offset}` : ''}`
}
