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
  wanted: (bucket: number | null, dimensions: Record<string, string>) => boolean = () => true,
): AnswerRow[] => {
  // What was is N/A: no condition on it holds.
  if (resolved.targets.length === 0 || resolved.conditions.length > 0) return []
  const slices = slicesOf(resolved, scoped, world, grouped)
  const buckets = window.grain ? window.buckets.map((_, n) => n) : [null]
  const rows = buckets.flatMap(bucket =>
    slices
      .filter(slice => wanted(bucket, slice))
      .map(slice => fold(bucket, slice))
      .filter(saysSomething),
  )
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

/**
 * What was planned and of which nothing happened: rows of slices that a plan the question is compared with says something
 * of and that are not among those found. None where conditions are set, or the rows found are not all there are.
 */
export function plannedBeside(
  resolved: Resolved,
  window: Window,
  scoped: Pick<Scoped, 'stores'>,
  world: World,
  grouped: readonly ResolvedDimension[],
  fold: Fold,
  found: readonly AnswerRow[],
): AnswerRow[] {
  if (grouped.length === 0 || resolved.targets.length === 0) return []
  const keyOf = (row: AnswerRow) => JSON.stringify([row.period, ...grouped.map(one => row[one.name])])
  const there = new Set(found.map(keyOf))
  const missing = (bucket: number | null, dimensions: Record<string, string>) => {
    const period = bucket === null ? undefined : window.buckets[bucket]?.key
    return !there.has(JSON.stringify([period, ...grouped.map(one => dimensions[one.name])]))
  }
  return plannedRows(resolved, window, scoped, world, grouped, fold, missing)
}

/** Puts rows in their places among others, by what the question sorts by; by nothing, at the end. */
export function among(
  rows: readonly AnswerRow[],
  more: readonly AnswerRow[],
  { sort, metrics, dimensions }: Resolved,
): AnswerRow[] {
  if (more.length === 0) return [...rows]
  const by = !sort || sort.metric ? null : sort.period ? 'period' : (dimensions[sort.dimension]?.name ?? null)
  const of = sort?.metric ?? (sort ? undefined : metrics[0])
  const figure = (row: AnswerRow) => {
    const value = of && row[of.name]
    return typeof value === 'string' ? new Exact(value) : null
  }
  const sign = sort && !sort.desc ? 1 : -1
  const compare = (a: AnswerRow, b: AnswerRow): number => {
    if (by !== null) {
      const [x, y] = [String(a[by] ?? ''), String(b[by] ?? '')]
      return x === y ? 0 : (x < y ? -1 : 1) * sign
    }
    if (!sort && a.period !== b.period) return String(a.period) < String(b.period) ? -1 : 1
    const [x, y] = [figure(a), figure(b)]
    if (!x || !y) return x ? -1 : y ? 1 : 0
    return (sort?.absolute ? x.abs().cmp(y.abs()) : x.cmp(y)) * sign
  }
  // Those found stay in the order they came in: each of the others goes before the first that it stands before.
  const placed: AnswerRow[] = []
  const waiting = [...more].sort(compare)
  for (const row of rows) {
    while (waiting[0] && compare(waiting[0], row) < 0) placed.push(waiting.shift() as AnswerRow)
    placed.push(row)
  }
  return [...placed, ...waiting]
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
