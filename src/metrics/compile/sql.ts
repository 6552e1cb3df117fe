import type { Rates } from '#warehouse/rates.ts'
import type { Dialect, Row } from '#warehouse/warehouse.ts'
import { aggregateKey } from '../formula.ts'
import { tableOf } from '../reach.ts'
import type { Reached } from './covers.ts'
import { bucketSql, inSegments, lateSql, onLateDays, startSql } from './days-sql.ts'
import { codeSql, dimensionSql, fromSql } from './from.ts'
import { gathered, groupBy, type Part, spelt, united } from './gather.ts'
import {
  aggregateSql,
  column,
  isMoney,
  isOfStore,
  isStock,
  stockByStore,
  storeByStore,
  unrated,
} from './measures.ts'
import { finish } from './order.ts'
import { type Conversion, conversionSql } from './rates-sql.ts'
import type { Resolved, ResolvedDimension } from './resolve.ts'
import type { Reach } from './scope.ts'
import { type Branch, hasHours } from './source.ts'
import { type Places, placesOf, type Sided, sideBySide, stackedSides } from './stack.ts'
import { type Statement, Text } from './text.ts'
import type { Whole } from './whole.ts'
import type { Side, Window } from './window.ts'

export interface Shape {
  resolved: Resolved
  window: Window
  branches: Branch[]
  grouped: ResolvedDimension[]
  reach: Reach
  /** Rates between the currencies of `reach`, where money must be converted. */
  rates: Rates | null
  reached: Reached
  whole: Whole
  dialect: Dialect
  /** Rows are kept by metrics, ordered and cut; subtotals are all there; totals also count the rows behind them. */
  of: 'rows' | 'subtotals' | 'totals'
  /** Metrics without an answer by these dimensions: see `Sourced`. */
  apart: ReadonlyMap<string, string>
  /** Of rows sorted by a change: what their figures have to come to on its two sides together. */
  least?: number
}

/** A statement, and what makes its rows rows that hold all sides. */
export interface Written {
  statement: Statement
  wide(rows: Row[]): Row[]
}

/**
 * Whether every period of the window has a row, whether anything happened in it or not: then rows are neither ordered
 * nor cut nor left out.
 */
export const isFilled = ({ resolved, window }: Pick<Shape, 'resolved' | 'window'>): boolean =>
  window.grain !== undefined &&
  resolved.dimensions.length === 0 &&
  resolved.conditions.length === 0 &&
  !resolved.sort &&
  !resolved.query.limit &&
  !resolved.query.offset

/** Fourth pass: one statement. Each table and side is a part; parts are stacked, and grouped again where they are cut. */
export const writeStatement = (shape: Shape, about: string): Written => {
  const { window, branches, grouped } = shape
  const text = new Text()
  const keys = [...(window.grain ? ['p'] : []), ...grouped.map((_, i) => `d${i}`)]
  const written = (sql: string, wide: Written['wide'] = rows => rows): Written => ({
    statement: { about, sql, parameters: text.parameters },
    wide,
  })
  if (isOneScan(shape)) {
    const parts = branches.flatMap(branch => writeSides(shape, text, branch))
    return written(finish(shape, text, stacked(shape, parts, keys), keys))
  }
  const kept = shape.of === 'rows' && shape.resolved.conditions.length > 0
  const open = (keys.length === 0 && !kept) || (shape.of === 'rows' && isFilled(shape))
  const days = open ? placesOf(window) : null
  const parts = days
    ? writeDays(shape, text, days)
    : window.sides.flatMap((side, s): Sided[] =>
        side.segments.length === 0
          ? []
          : branches.map(branch => ({
              part: writeBranch(shape, text, branch, sidesOf(window, branch)[s] ?? side, s),
              side: s,
            })),
      )
  if (open) return written(stackedSides(parts, keys), rows => sideBySide(rows, days))
  const wide = stacked(
    shape,
    parts.map(({ part }) => part),
    keys,
  )
  return written(finish(shape, text, wide, keys))
}

/** Sides as far as the data of a branch's table reach. */
const sidesOf = (window: Window, { aggregates: [first] }: Branch): readonly Side[] =>
  (first && window.own.get(tableOf(first.fact))?.sides) ?? window.sides

/** Parts under one another with all sides in each row, added up by their keys. */
const stacked = ({ resolved, window }: Shape, parts: readonly Part[], keys: string[]): string => {
  const answered = new Set(parts.flatMap(part => Object.keys(part.columns)))
  const measures = window.sides.flatMap((_, side) =>
    resolved.aggregates.map((_a, index) => column(side, index)),
  )
  const wanted = [...new Set([...measures, ...answered])]
  const [single] = parts.length === 1 ? parts : []
  return single
    ? `SELECT ${select(single, keys, wanted)} ${single.rest}`
    : `SELECT ${[...keys, ...wanted.map(name => (answered.has(name) ? `sum(${name}) AS ${name}` : `NULL AS ${name}`))].join(', ')}
FROM (
${parts.map(part => `SELECT ${select(part, keys, [...answered])} ${part.rest}`).join('\nUNION ALL\n')}
) u${keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''}`
}

const select = (part: Part, keys: string[], columns: string[]) =>
  [
    ...keys.map(k => `${part.keys[k]} AS ${k}`),
    ...columns.map(name => `${part.columns[name] ?? 'NULL'} AS ${name}`),
  ].join(', ')

/**
 * Whether the sides can be told apart in one scan. Without periods they share their keys, and grouping many products
 * or customers once is what costs; without keys, or with periods, a scan for each side is the quicker way.
 */
const isOneScan = ({ window, grouped, branches }: Shape): boolean =>
  !window.grain &&
  grouped.length > 0 &&
  window.sides.length > 1 &&
  branches.every(branch => !branch.aggregates.some(isStock))

/** A branch for all sides at once: each column counts only the rows of its side's days. */
const writeSides = (shape: Shape, text: Text, branch: Branch): Part[] => {
  const { resolved, window, grouped, dialect } = shape
  const { source } = branch
  const every = sidesOf(window, branch)
  const sides = every.filter(side => side.segments.length > 0)
  const { keys, codes } = dimensionKeys(shape, source, text)
  const all = { ...(sides[0] as Side), segments: sides.flatMap(side => side.segments) }
  const money = conversionOf(shape, branch, all, text)
  const rate = money?.rate ?? null
  const columns: Record<string, string> = {}
  const beside: Part[] = []
  for (const whole of sides) {
    const s = every.indexOf(whole)
    const { side, late } = parted(branch, whole)
    if (late) beside.push(...writeLate(shape, text, branch, late, s))
    if (side.segments.length === 0) continue
    const within =
      sides.length > 1
        ? [inSegments(side, `f.${source.day}`, text), ...lateOf(branch, side, text)].join(' AND ')
        : undefined
    const since = sinceSql(shape, branch, side, text)
    for (const aggregate of branch.aggregates)
      columns[column(s, indexOf(resolved, aggregate))] = aggregateSql(branch, aggregate, rate, text, {
        within,
        since,
      })
    if (rate)
      columns[unrated(s, source.table)] =
        `sum(CASE WHEN ${[`${rate} IS NULL`, ...(within ? [within] : [])].join(' AND ')} THEN 1 ELSE 0 END)`
  }
  const rest = fromSql(shape, source, all, text, { money })
  const part = mixesStores(shape, branch)
    ? storeByStore({ keys, columns, rest })
    : { keys, columns, rest: `${rest}${groupBy(grouped.length)}` }
  return [spelt(part, codes, dialect.text), ...beside]
}

/** What converts the money of a branch over a side's days; null for what only counts, or names no currency. */
const conversionOf = (
  { reach, rates, dialect }: Shape,
  { aggregates, source }: Branch,
  side: Side,
  text: Text,
): Conversion | null =>
  aggregates.some(isMoney) && 'currency' in source.dimensions
    ? conversionSql(reach, rates, side, `f.${source.day}`, dialect, text)
    : null

/** What is left out of a side in a branch that holds hours itself. */
const lateOf = ({ source }: Branch, side: Side, text: Text): string[] =>
  hasHours(source) ? lateSql(side, `f.${source.day}`, source.dimensions.hour ?? '', text) : []

/**
 * A side of a branch without hours: its whole days, and apart the days of which only some hours count. They are read from a
 * larger table that has hours, and are a day or two.
 */
const parted = (branch: Branch, side: Side): { side: Side; late: Side | null } => {
  if (side.late.length === 0 || !branch.hourly) return { side, late: null }
  const { on, off } = onLateDays(side)
  return { side: { ...side, segments: off, late: [] }, late: { ...side, segments: on } }
}

const writeLate = (shape: Shape, text: Text, branch: Branch, late: Side, s: number): Part[] =>
  late.segments.length === 0
    ? []
    : (branch.hourly ?? []).map(hourly => writeBranch(shape, text, hourly, late, s))

/** Dimensions to group by, and which of them are numbers that are still to be told as text. */
const dimensionKeys = ({ grouped, dialect }: Shape, source: Branch['source'], text: Text) => {
  const keys: Record<string, string> = {}
  const codes: string[] = []
  grouped.forEach((d, i) => {
    const code = codeSql(d, source, dialect)
    if (code) codes.push(`d${i}`)
    keys[`d${i}`] = code ?? dimensionSql(d, source, dialect, text)
  })
  return { keys, codes }
}

/** A part for each table, whose rows are days: what several sides ask of a table is read once. */
const writeDays = (shape: Shape, text: Text, days: Places): Sided[] => {
  const segments = [...days.keys()].map(day => ({ bucket: 0, from: day, to: day }))
  const all = { ...(shape.window.sides[0] as Side), segments }
  return shape.branches.map(branch => ({
    part: writeBranch(shape, text, branch, all, 0, `f.${branch.source.day}`),
    side: 'day',
  }))
}

const writeBranch = (
  shape: Shape,
  text: Text,
  branch: Branch,
  asked: Side,
  s: number,
  period?: string,
): Part => {
  const { resolved, window, dialect } = shape
  const { side, late } = parted(branch, asked)
  if (late) {
    const whole = side.segments.length > 0 ? [writeBranch(shape, text, branch, side, s)] : []
    const parts = [...whole, ...writeLate(shape, text, branch, late, s)]
    const [only] = parts
    return only && parts.length === 1 ? only : united(parts)
  }
  const { source } = branch
  // A period's parameters stand before those of the dimensions.
  const p = window.grain && (period ?? bucketSql(window, side, `f.${source.day}`, text))
  const { keys: dimensions, codes } = dimensionKeys(shape, source, text)
  const keys = { ...(p && { p }), ...dimensions }
  const money = conversionOf(shape, branch, side, text)
  const rest = fromSql(shape, source, side, text, { also: lateOf(branch, side, text), money })
  const rate = money?.rate ?? null
  const columns: Record<string, string> = {}
  const since = sinceSql(shape, branch, side, text, period)
  for (const aggregate of branch.aggregates)
    columns[column(s, indexOf(resolved, aggregate))] = aggregateSql(branch, aggregate, rate, text, { since })
  if (rate) columns[unrated(s, source.table)] = `sum(CASE WHEN ${rate} IS NULL THEN 1 ELSE 0 END)`
  const kinds = Object.fromEntries(
    branch.aggregates.map(a => [column(s, indexOf(resolved, a)), a.kind] as const),
  )
  if (shape.of === 'totals' && s === 0) {
    if (branch === shape.branches[0]) columns.behind = source.derived ? 'sum(f.lines)' : 'count(*)'
    if (source.flawed) columns.flawed = `sum(CASE WHEN ${source.flawed} THEN 1 ELSE 0 END)`
  }
  const plain = (): Part =>
    !rate && branch.aggregates.every(a => a.kind === 'sum' && !isOfStore(branch, a))
      ? gathered({ keys, columns, rest }, codes)
      : { keys, columns, rest: `${rest}${groupBy(Object.keys(keys).length)}` }
  const part = branch.aggregates.some(isStock)
    ? stockByStore({ keys, columns, rest }, kinds)
    : mixesStores(shape, branch)
      ? storeByStore({ keys, columns, rest })
      : plain()
  return spelt(part, codes, dialect.text)
}

const indexOf = (resolved: Resolved, aggregate: Branch['aggregates'][number]) =>
  resolved.aggregates.findIndex(a => aggregateKey(a) === aggregateKey(aggregate))

/** Whether all of a store's rows are asked for, of the days that are: a value's first row is then the first there is. */
const wholeStores = ({ resolved, grouped }: Shape): boolean =>
  [...grouped, ...resolved.filters.map(f => f.dimension)].every(d => d.of === 'store')

/**
 * First day of the period a row is counted in, where distinct values can be counted on their first row in it; `day` where
 * each day is a period.
 */
const sinceSql = (shape: Shape, { source }: Branch, side: Side, text: Text, day?: string): string | null =>
  source.firstSince && wholeStores(shape)
    ? (day ?? startSql(shape.window, side, `f.${source.day}`, text))
    : null

/** Whether ids of several stores would be counted as one. */
const mixesStores = ({ reach, grouped }: Shape, branch: Branch): boolean =>
  reach.several &&
  !grouped.some(d => d.name === 'store') &&
  branch.aggregates.some(aggregate => isOfStore(branch, aggregate))
