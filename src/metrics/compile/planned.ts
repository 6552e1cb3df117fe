import { planComparison } from '#kernel/plan-comparison.ts'
import { Exact } from '../formula.ts'
import type { AnswerRow } from '../query.ts'
import type { World } from '../world.ts'
import type { DimensionFilter, Resolved, ResolvedDimension } from './resolve.ts'
import type { Scoped } from './scope.ts'
import type { Window } from './window.ts'

/** Folds a row that no table has: of a bucket and slice. */
type Fold = (bucket: number | null, dimensions: Record<string, string>) => AnswerRow

/**
 * Rows of a question that no table can answer, as one of lines of plans alone: one for each period and slice that a plan
 * it is compared with says something of, in the order asked for. Without an order: by period, then the most first.
 */
export const plannedRows = (
  resolved: Resolved,
  window: Window,
  scoped: Pick<Scoped, 'stores'>,
  world: World,
  grouped: readonly ResolvedDimension[],
  fold: Fold,
): AnswerRow[] => {
  // What was is N/A: no condition on it holds.
  if (resolved.targets.length === 0 || resolved.conditions.length > 0) return []
  const slices = slicesOf(resolved, scoped, world, grouped)
  const buckets = window.grain ? window.buckets.map((_, n) => n) : [null]
  const rows = buckets.flatMap(bucket => slices.map(slice => fold(bucket, slice)).filter(saysSomething))
  const { sort, metrics } = resolved
  const value = (row: AnswerRow) => {
    const metric = sort?.metric ?? metrics[0]
    const said = resolved.targets.map(name => row.compare?.[planComparison(name)]?.values[metric?.name ?? ''])
    const found = said.find(one => one?.value != null)?.value
    return found == null ? null : new Exact(found)
  }
  const keys = ['period', ...grouped.map(one => one.name)]
  const byKeys = (a: AnswerRow, b: AnswerRow, of = keys) => {
    for (const key of of) {
      const [x, y] = [String(a[key] ?? ''), String(b[key] ?? '')]
      if (x !== y) return x < y ? -1 : 1
    }
    return 0
  }
  const byValue = (a: AnswerRow, b: AnswerRow, desc: boolean) => {
    const [x, y] = [value(a), value(b)].map(one => (sort?.absolute ? (one?.abs() ?? null) : one))
    if (!x || !y) return x ? -1 : y ? 1 : 0
    return x.cmp(y) * (desc ? -1 : 1)
  }
  const asked = sort && !sort.metric ? (sort.period ? 'period' : grouped[sort.dimension]?.name) : undefined
  const first = (a: AnswerRow, b: AnswerRow) =>
    asked
      ? byKeys(a, b, [asked]) * (sort?.desc ? -1 : 1)
      : sort?.metric
        ? byValue(a, b, sort.desc)
        : byKeys(a, b, ['period']) || byValue(a, b, true)
  return rows.sort((a, b) => first(a, b) || byKeys(a, b))
}

const saysSomething = (row: AnswerRow): boolean =>
  Object.values(row.compare ?? {}).some(({ values }) => Object.values(values).some(one => one.value !== null))

/** Slices by just the dimensions asked for (and narrowed by) that plans of the question have of any of its metrics. */
const slicesOf = (
  { targets, metrics, filters }: Resolved,
  { stores }: Pick<Scoped, 'stores'>,
  world: World,
  grouped: readonly ResolvedDimension[],
): Record<string, string>[] => {
  const names = new Set(metrics.map(one => one.name))
  const byStore = grouped.some(one => one.name === 'store')
  const needed = new Set(
    [...grouped, ...filters.map(one => one.dimension)].map(one => one.name).filter(name => name !== 'store'),
  )
  const found = new Map<string, Record<string, string>>()
  for (const { name, metric, store, slice = {} } of world.targets) {
    if (!targets.includes(name) || !names.has(metric)) continue
    if (byStore ? store === null || !stores.includes(store) : store !== null && !stores.includes(store))
      continue
    const own = Object.keys(slice)
    if (own.length !== needed.size || !own.every(one => needed.has(one))) continue
    const of: Record<string, string> = { ...slice, ...(byStore && store !== null && { store }) }
    if (!filters.every(filter => passes(filter, of[filter.dimension.name]))) continue
    const row = Object.fromEntries(grouped.map(one => [one.name, of[one.name] ?? '']))
    found.set(JSON.stringify(row), row)
  }
  return [...found.values()]
}

/** Of a dimension the row does not stand for, whoever works the figure out decides. */
const passes = ({ is, not, contains }: DimensionFilter, value: string | undefined): boolean =>
  value === undefined ||
  ((!is || is.includes(value)) &&
    !not?.includes(value) &&
    (!contains || value.toLowerCase().includes(contains.toLowerCase())))
