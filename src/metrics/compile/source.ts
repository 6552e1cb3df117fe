import { dimensions } from '../dimensions.ts'
import { factByName, type Source } from '../facts.ts'
import { type Aggregate, aggregateKey } from '../formula.ts'
import type { Resolved, ResolvedDimension } from './resolve.ts'

/** Aggregates that are asked of one table together. */
export interface Branch {
  fact: string
  source: Source
  aggregates: Aggregate[]
}

export interface Sourced {
  branches: Branch[]
  /** Aggregates nothing can answer, and why. */
  unanswerable: Map<string, string>
}

/** Third pass: for each aggregate the smallest table that holds every dimension and filter of the question. */
export const chooseSources = (resolved: Resolved, grouped: ResolvedDimension[], hourly: boolean): Sourced => {
  const branches: Branch[] = []
  const unanswerable = new Map<string, string>()
  const needed = new Set([...grouped.map(d => d.of), ...resolved.filters.map(f => f.dimension.of)])
  if (hourly) needed.add('hour')
  const fixed = new Set([
    ...grouped.filter(d => !d.groups).map(d => d.of),
    ...resolved.filters.filter(f => f.is?.length === 1 && !f.dimension.groups).map(f => f.dimension.of),
  ])
  for (const aggregate of resolved.aggregates) {
    const fact = factByName[aggregate.fact]
    const source = fact?.sources.find(s => answers(s, aggregate, needed, fixed))
    if (!fact || !source) {
      unanswerable.set(aggregateKey(aggregate), why(aggregate, needed))
      continue
    }
    const branch = branches.find(b => b.source === source && b.fact === fact.name)
    if (branch) branch.aggregates.push(aggregate)
    else branches.push({ fact: fact.name, source, aggregates: [aggregate] })
  }
  return { branches, unanswerable }
}

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

const why = (aggregate: Aggregate, needed: Set<string>): string => {
  const fact = factByName[aggregate.fact]
  const held = new Set(fact?.sources.flatMap(s => Object.keys(s.dimensions)))
  const labels = [...needed]
    .filter(d => !held.has(d))
    .map(d => dimensions.find(x => x.name === d)?.label.toLowerCase() ?? d)
  return labels.length > 0
    ? `${fact?.label ?? aggregate.fact} cannot be split by ${labels.join(' and ')}`
    : `${fact?.label ?? aggregate.fact} cannot be split by these dimensions together`
}
