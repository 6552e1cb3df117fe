import { dimensions } from '../dimensions.ts'
import type { Fact, Source } from '../fact.ts'
import { factByName } from '../facts.ts'
import { type Aggregate, aggregateKey } from '../formula.ts'
import type { Resolved, ResolvedDimension } from './resolve.ts'

/** Aggregates that are asked of the same rows of one table together, whatever facts they are of. */
export interface Branch {
  source: Source
  aggregates: Aggregate[]
  /** Where its own table has no hours: tables that have, for the days of which only some hours count. */
  hourly?: Branch[]
}

export interface Sourced {
  branches: Branch[]
  /** Aggregates nothing can answer, and why. */
  unanswerable: Map<string, string>
  /** Metrics over facts whose values of a dimension are different things, and why they have no answer. */
  apart: Map<string, string>
}

/** What sources are chosen by besides dimensions. */
export interface Cut {
  /** Lengths of period the question is cut into, whole ones throughout. */
  periods?: readonly string[]
  /** Rows of more than one store are asked for. */
  several?: boolean
}

/** Third pass: for each aggregate the smallest table that holds every dimension and filter of the question. */
export const chooseSources = (
  resolved: Resolved,
  grouped: ResolvedDimension[],
  hourly: boolean,
  { periods = [], several = true }: Cut = {},
): Sourced => {
  const branches: Branch[] = []
  const unanswerable = new Map<string, string>()
  const needed = new Set([...grouped.map(d => d.of), ...resolved.filters.map(f => f.dimension.of)])
  if (hourly) needed.add('hour')
  const fixed = new Set([
    ...grouped.filter(d => !d.groups).map(d => d.of),
    ...resolved.filters.filter(f => f.is?.length === 1 && !f.dimension.groups).map(f => f.dimension.of),
    ...(several ? [] : ['store']),
  ])
  for (const aggregate of resolved.aggregates) {
    const fact = factByName[aggregate.fact]
    const source = fact?.sources.find(
      s => answers(s, aggregate, needed, fixed) && (!s.period || periods.includes(s.period)),
    )
    if (!fact || !source) {
      unanswerable.set(aggregateKey(aggregate), why(aggregate, needed))
      continue
    }
    const branch = branches.find(b => sameRows(b.source, source))
    if (branch) branch.aggregates.push(aggregate)
    else branches.push({ source, aggregates: [aggregate] })
  }
  const asked = [...resolved.metrics, ...resolved.conditions.map(c => c.metric)]
  const apart = new Map(
    asked.flatMap(metric => {
      const dimension = [...needed].find(name => isApart(metric.aggregates, name))
      return dimension === undefined ? [] : [[metric.name, whyApart(metric.aggregates, dimension)]]
    }),
  )
  return { branches: branches.filter(branch => !joined(branch, branches)), unanswerable, apart }
}

/**
 * Branches with what knows their hours, where all they are asked for is known by the hour; the others are known by whole
 * days alone. Kept by the day the figures are booked on: what happened later to an order is of no hour of its own day.
 */
export const withHours = (
  resolved: Resolved,
  branches: readonly Branch[],
  grouped: ResolvedDimension[],
  cut: Cut,
): Branch[] =>
  branches.map(branch => {
    if (hasHours(branch.source)) return branch
    const { branches: hourly, unanswerable } = chooseSources(
      { ...resolved, aggregates: branch.aggregates },
      grouped,
      true,
      cut,
    )
    const adds = branch.aggregates.every(({ kind }) => kind === 'sum' || kind === 'count')
    return adds && unanswerable.size === 0 && hourly.every(one => hasHours(one.source))
      ? { ...branch, hourly }
      : branch
  })

export const hasHours = (source: Source): boolean => source.day === 'day' && 'hour' in source.dimensions

/** Whether a branch can leave out what was later in a day. */
export const knowsHours = (branch: Branch): boolean => hasHours(branch.source) || branch.hourly !== undefined

/** Whether values of a dimension are one thing in some of the facts and another in others: rows of both never meet. */
export const isApart = (aggregates: readonly Aggregate[], dimension: string): boolean =>
  new Set(aggregates.map(a => factByName[a.fact]?.means?.[dimension])).size > 1

const whyApart = (aggregates: readonly Aggregate[], dimension: string): string => {
  const facts = [...new Set(aggregates.map(a => a.fact))].flatMap(name => factByName[name] ?? [])
  const first = facts[0]
  const other = facts.find(fact => fact.means?.[dimension] !== first?.means?.[dimension])
  const told = (fact: Fact | undefined) => `${fact?.means?.[dimension]} in ${fact?.label}`
  return `${labelOf(dimension)} is ${told(first)} and ${told(other)}: what belongs together cannot be told by it`
}

/** Hands the aggregates of a branch to one that scans all rows of the same table anyway. @returns whether it could. */
const joined = (branch: Branch, all: readonly Branch[]): boolean => {
  const { source, aggregates } = branch
  const free = aggregates.every(a => a.kind === 'sum' && source.zeroElsewhere?.includes(a.column))
  const host = free
    ? all.find(b => !b.source.where && sameRows(b.source, { ...source, where: undefined }))
    : undefined
  host?.aggregates.push(...aggregates)
  return host !== undefined
}

/** Sources that differ only in what they may be asked: one scan answers both. */
const sameRows = (a: Source, b: Source): boolean =>
  a.table === b.table &&
  a.day === b.day &&
  a.where === b.where &&
  a.columns === b.columns &&
  Object.entries(a.dimensions).every(([name, sql]) => b.dimensions[name] === sql)

const answers = (source: Source, aggregate: Aggregate, needed: Set<string>, fixed: Set<string>): boolean => {
  if (source.only && !source.only.includes(aggregate.column)) return false
  if (aggregate.kind === 'distinct' && !holds(source, aggregate.column)) return false
  const need = source.needs?.[aggregate.column]
  if (need && !fixed.has(need)) return false
  return [...needed].every(dimension => dimension in source.dimensions)
}

/** Whether a column that is counted distinctly is stored row by row in the source. */
const holds = (source: Source, column: string): boolean =>
  source.table === 'order_days' || source.table === 'sales_lines' || Boolean(source.columns?.[column])

const labelOf = (dimension: string): string =>
  dimensions.find(d => d.name === dimension)?.label.toLowerCase() ?? dimension

const why = (aggregate: Aggregate, needed: Set<string>): string => {
  const fact = factByName[aggregate.fact]
  const held = new Set(fact?.sources.flatMap(s => Object.keys(s.dimensions)))
  const labels = [...needed].filter(d => !held.has(d)).map(labelOf)
  if (labels.length === 0 && fact?.sources.every(s => s.period))
    return `${fact.label} are counted anew for each whole day, week, month, quarter and year of one store: ask for one of these, store by store`
  const within = labels.length === 0 && fact?.sources.map(s => s.needs?.[aggregate.column]).find(Boolean)
  if (within)
    return `${fact?.label ?? aggregate.fact} cannot be added over several values of ${labelOf(within)}: split by it, or choose one`
  return labels.length > 0
    ? `${fact?.label ?? aggregate.fact} cannot be split by ${labels.join(' and ')}`
    : `${fact?.label ?? aggregate.fact} cannot be split by these dimensions together`
}
