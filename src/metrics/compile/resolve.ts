import type { ComparisonKind } from '#kernel/comparison.ts'
import { invalid } from '#kernel/error.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { forecastTarget } from '#kernel/view.ts'
import { dimensions } from '../dimensions.ts'
import { type Aggregate, aggregateKey } from '../formula.ts'
import { grains, type Query } from '../query.ts'
import { type Known, unknown, type Vocabulary } from '../vocabulary.ts'
import type { CustomDimension, World } from '../world.ts'
import { mergeSums } from './merge-sums.ts'

export interface ResolvedDimension {
  name: string
  /** The stored dimension it reads; differs for groupings people added. */
  of: string
  groups: CustomDimension | null
}

export interface DimensionFilter {
  dimension: ResolvedDimension
  is?: string[] | undefined
  not?: string[] | undefined
  contains?: string | undefined
}

/** The question with every name looked up. */
export interface Resolved {
  query: Query
  metrics: Known[]
  dimensions: ResolvedDimension[]
  filters: DimensionFilter[]
  conditions: { metric: Known; over?: number | undefined; under?: number | undefined }[]
  comparisons: ComparisonKind[]
  targets: string[]
  /** Every different aggregate the metrics and conditions rest on. */
  aggregates: Aggregate[]
  sort: {
    metric: Known | null
    dimension: number
    period: boolean
    of: string | null
    desc: boolean
    absolute: boolean
  } | null
}

/**
 * First pass: names become declarations.
 * @throws Failure('invalid') that names what was probably meant.
 */
export const resolve = (query: Query, vocabulary: Vocabulary, world: World): Resolved => {
  const metricOf = (name: string): Known => {
    const found = vocabulary.get(name)
    if (!found) throw unknown(name, vocabulary.keys(), 'metric')
    return found
  }
  const dimensionOf = (name: string): ResolvedDimension => {
    const groups = world.dimensions.find(d => d.name === name) ?? null
    if (groups) return { name, of: groups.of, groups }
    if (dimensions.some(d => d.name === name)) return { name, of: name, groups: null }
    // Periods are not values of anything: they are what an answer is cut into.
    if ((grains as readonly string[]).includes(name))
      throw invalid(
        `${name} is no dimension: it is how long a period is.`,
        `Ask with the grain ${name}: \`--grain ${name}\` on the command line, \`"grain": "${name}"\` elsewhere.`,
      )
    throw unknown(
      name,
      [...dimensions, ...world.dimensions].map(d => d.name),
      'dimension',
    )
  }
  const metrics = [...new Set(query.metrics)].map(metricOf)
  const own = [...new Set(query.by ?? [])].map(dimensionOf)
  const filters: DimensionFilter[] = []
  const conditions: Resolved['conditions'] = []
  for (const filter of query.filters ?? []) {
    if ('metric' in filter)
      conditions.push({ metric: metricOf(filter.metric), over: filter.over, under: filter.under })
    else
      filters.push({
        dimension: dimensionOf(filter.dimension),
        is: filter.is,
        not: filter.not,
        contains: filter.contains,
      })
  }
  const compare = [...new Set(query.compare ?? [])]
  const targets = compare.flatMap(c => planIn(c) ?? [])
  for (const name of targets)
    if (name !== forecastTarget && !world.targets.some(t => t.name === name))
      throw unknown(
        name,
        world.targets.map(t => t.name),
        'target or approved plan',
      )
  const used = mergeSums([...metrics, ...conditions.map(c => c.metric)])
  metrics.splice(0, metrics.length, ...used.slice(0, metrics.length))
  conditions.forEach((condition, i) => {
    condition.metric = used[metrics.length + i] ?? condition.metric
  })
  const aggregates = new Map(used.flatMap(m => m.aggregates).map(a => [aggregateKey(a), a]))
  return {
    query,
    metrics,
    dimensions: own,
    filters,
    conditions,
    comparisons: compare.filter(c => planIn(c) === null) as ComparisonKind[],
    targets,
    aggregates: [...aggregates.values()],
    sort: sortOf(query, metrics, own, compare),
  }
}

const sortOf = (
  query: Query,
  metrics: Known[],
  own: ResolvedDimension[],
  compare: string[],
): Resolved['sort'] => {
  const sort = query.sort
  if (!sort) return null
  const metric = metrics.find(m => m.name === sort.by) ?? null
  const dimension = own.findIndex(d => d.name === sort.by)
  const period = sort.by === 'period' && query.grain !== undefined
  if (!metric && dimension < 0 && !period)
    throw invalid(
      `The answer has no column ${sort.by} to sort by.`,
      `Sort by ${[...metrics, ...own].map(x => x.name).join(', ')}${query.grain ? ' or period' : ''}.`,
    )
  if (sort.of && (!metric || !compare.includes(sort.of) || planIn(sort.of) !== null))
    throw invalid(
      `The answer is not compared with ${sort.of}.`,
      'Sort by the change of a metric against a comparison of the query.',
    )
  if (sort.absolute && !metric)
    throw invalid(`${sort.by} has no size to sort by.`, 'Sort a metric by its size, or leave `absolute` out.')
  return {
    metric,
    dimension,
    period,
    of: sort.of ?? null,
    desc: sort.desc ?? metric !== null,
    absolute: sort.absolute ?? false,
  }
}
