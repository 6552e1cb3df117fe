import type { Dialect } from '#warehouse/warehouse.ts'
import { type Aggregate, aggregateKey, toSql } from '../formula.ts'
import type { Known } from '../vocabulary.ts'
import { covered, type Reached } from './covers.ts'
import { column, isCounted, isMoney, unrated } from './measures.ts'
import type { Resolved, ResolvedDimension } from './resolve.ts'
import type { Reach } from './scope.ts'
import type { Branch } from './source.ts'
import type { Text } from './text.ts'
import { inBuckets, type Whole, wholeSql } from './whole.ts'
import { sideFor, type Window } from './window.ts'

interface Shape {
  resolved: Resolved
  window: Window
  grouped: readonly ResolvedDimension[]
  dialect: Dialect
  of: 'rows' | 'subtotals' | 'totals'
  apart: ReadonlyMap<string, string>
  branches: readonly Branch[]
  reach: Pick<Reach, 'convertTo'>
  reached: Reached
  whole: Whole
  least?: number
}

/** The column that counts rows whose money has no rate: a sum with any is N/A, and neither meets a condition nor ranks. */
const gapsOf = ({ branches, reach, window }: Shape, aggregate: Aggregate, side: number): string | null => {
  if (!reach.convertTo || !isMoney(aggregate) || !window.sides[side]?.segments.length) return null
  const key = aggregateKey(aggregate)
  const branch = branches.find(one => one.aggregates.some(own => aggregateKey(own) === key))
  return branch && 'currency' in branch.source.dimensions ? unrated(side, branch.source.table) : null
}

/** What nothing in a row is in SQL, as the fold reads it: 0 in the days a fact speaks of, unknown outside them. */
const filled = (shape: Shape, aggregate: Aggregate, side: number, cell: string): string => {
  const { window, reached } = shape
  const buckets = covered(window, reached, aggregate.fact, side)
  if (!isCounted(aggregate) || buckets.size === 0) return cell
  return !window.grain || buckets.size === window.buckets.length
    ? `coalesce(${cell}, 0)`
    : `CASE WHEN ${inBuckets(window, buckets)} THEN coalesce(${cell}, 0) ELSE ${cell} END`
}

/** Conditions on metrics, order, limit; n counts the rows there are without the limit, and those that are too small. */
export const finish = (shape: Shape, text: Text, stacked: string, keys: string[]): string => {
  const { resolved, window } = shape
  const { query } = resolved
  // Subtotals are for the rows to find theirs in: none is left out, and a column they lack cannot order them.
  const rowed = shape.of === 'rows'
  const sort =
    rowed || resolved.sort === null || resolved.sort.dimension < shape.grouped.length ? resolved.sort : null
  const { dialect } = shape
  const value = (metric: Known | undefined, side: number) =>
    metric?.expanded && !shape.apart.has(metric.name)
      ? toSql(metric.expanded, a => {
          const name = column(
            side,
            resolved.aggregates.findIndex(b => aggregateKey(b) === aggregateKey(a)),
          )
          const counted = filled(shape, a, side, dialect.float(name))
          const gaps = gapsOf(shape, a, side)
          return gaps === null ? counted : `CASE WHEN coalesce(${gaps}, 0) = 0 THEN ${counted} END`
        })
      : 'NULL'
  const conditions = (rowed ? resolved.conditions : []).flatMap(({ metric, over, under }) => [
    ...(over === undefined ? [] : [`${value(metric, 0)} > ${text.bind(over, 'Float64')}`]),
    ...(under === undefined ? [] : [`${value(metric, 0)} < ${text.bind(under, 'Float64')}`]),
  ])
  // Hours are text in an answer, and numbers in their order.
  const place = (key: string) => {
    const d = key === 'p' ? undefined : shape.grouped[Number(key.slice(1))]
    return d?.of === 'hour' && !d.groups ? `CAST(${key} AS BIGINT)` : key
  }
  const shops = shape.grouped.findIndex(one => one.name === 'store')
  const rest = keys.map(k => `${place(k)} ASC`)
  const order: string[] = []
  /** What keeps rows that are there from the answer, and counts them all the same. */
  const large: string[] = []
  const first = resolved.metrics[0]
  // What has no answer orders nothing.
  const isKnown = (metric: Known | undefined) => value(metric, 0) !== 'NULL'
  if (sort?.metric && isKnown(sort.metric)) {
    const of = sort.of ? window.sides.findIndex(s => s.name === sort.of) : -1
    const base = of > 0 ? sideFor(window, sort.metric.name, of) : -1
    const own = value(sort.metric, 0)
    if (rowed && shape.least && base > 0) {
      const sizes = [own, value(sort.metric, base)].map(one => `abs(coalesce(${one}, 0))`)
      large.push(`${sizes.join(' + ')} >= ${text.bind(shape.least, 'Float64')}`)
    }
    const by = (expression: string) =>
      order.push(
        `${sort.absolute ? `abs(${expression})` : expression} ${sort.desc ? 'DESC' : 'ASC'} NULLS LAST`,
      )
    const side = window.sides[of]
    const change =
      base > 0 && side
        ? wholeSql(
            `${own} - ${value(sort.metric, base)}`,
            { window, whole: shape.whole, metric: sort.metric, side },
            shops < 0 ? null : { column: `d${shops}`, bind: store => text.bind(store, 'String') },
          )
        : null
    if (change !== null) by(change)
    // Changes that are alike, or all unknown, stand by what changed.
    by(own)
  } else if (sort?.period) order.push(`p ${sort.desc ? 'DESC' : 'ASC'}`)
  else if (sort && !sort.metric) order.push(`${place(`d${sort.dimension}`)} ${sort.desc ? 'DESC' : 'ASC'}`)
  else {
    if (window.grain) order.push('p ASC')
    if (keys.some(k => k !== 'p') && isKnown(first)) order.push(`${value(first, 0)} DESC NULLS LAST`)
  }
  const cut = rowed ? `\nLIMIT ${query.limit ?? 10_000}${query.offset ? ` OFFSET ${query.offset}` : ''}` : ''
  const whereOf = (all: readonly string[]) => (all.length > 0 ? ` WHERE ${all.join(' AND ')}` : '')
  const where = whereOf(conditions)
  const by = [...order, ...rest]
  const ordered = `${by.length > 0 ? `ORDER BY ${by.join(', ')}` : ''}${cut}`
  // A window over a million customers, only to count them, takes DuckDB as long as adding them up; ClickHouse would make the rows twice.
  return dialect.engine === 'duckdb'
    ? `WITH t AS MATERIALIZED (
${stacked}
) SELECT t.*, (SELECT count(*) FROM t${where}) AS n FROM t${whereOf([...conditions, ...large])}
${ordered}`
    : large.length > 0
      ? `SELECT * FROM (SELECT t.*, count(*) OVER () AS n FROM (
${stacked}
) t${where}) t${whereOf(large)}
${ordered}`
      : `SELECT t.*, count(*) OVER () AS n FROM (
${stacked}
) t${where}
${ordered}`
}
