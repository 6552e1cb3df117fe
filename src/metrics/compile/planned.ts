import { planComparison } from '#kernel/plan-comparison.ts'
import { Exact } from '../formula.ts'
import type { AnswerRow } from '../query.ts'
import type { World } from '../world.ts'
import { periodKey } from './fold.ts'
import type { DimensionFilter, Resolved, ResolvedDimension } from './resolve.ts'
import type { Scoped } from './scope.ts'
import type { Place } from './targets.ts'
import type { Window } from './window.ts'

/** A question at one level of its rows: what it is split by there, and how a row that no table has is folded. */
interface Level {
  resolved: Resolved
  window: Window
  scoped: Pick<Scoped, 'stores'>
  world: World
  grouped: readonly ResolvedDimension[]
  fold(place: Place, dimensions: Record<string, string>): AnswerRow
}

/** Rows beside those that happened at most: as many as an answer holds. */
const mostBeside = 10_000

/**
 * Rows of a question that no table can answer, as one of lines of plans alone: one for each period and slice that a plan
 * it is compared with says something of, in the order asked for. Without an order: by period, then the most first.
 */
export const plannedRows = (level: Level): AnswerRow[] => {
  const byPlan = orderOf(level, plannedFigure(level.resolved))
  return placesOf(level)
    .map(([place, slice]) => level.fold(place, slice))
    .filter(saysSomething)
    .sort((a, b) => byPlan(a, b) || byKeys(a, b, keysOf(level)))
}

/**
 * All rows that were found, and in their places among them those of slices that a plan says something of and of which
 * nothing happened. Without an order these come after what happened in their period, the most planned first. Where a plan
 * has more places than an answer has rows, what happened stands alone.
 */
export function withPlanned(found: readonly AnswerRow[], level: Level): AnswerRow[] {
  const { grouped, window } = level
  if (grouped.length === 0 || level.resolved.targets.length === 0) return [...found]
  const keyOf = (period: unknown, of: Readonly<Record<string, unknown>>) =>
    JSON.stringify([period, ...grouped.map(one => of[one.name])])
  const there = new Set(found.map(row => keyOf(row.period, row)))
  const missing = placesOf(level).filter(
    ([place, slice]) => !there.has(keyOf(periodKey(window, place) ?? undefined, slice)),
  )
  if (missing.length > mostBeside) return [...found]
  const byPlan = orderOf(level, plannedFigure(level.resolved))
  const before = orderOf(level, figureOf(level.resolved))
  const more = missing
    .map(([place, slice]) => level.fold(place, slice))
    .filter(saysSomething)
    .sort((a, b) => before(a, b) || byPlan(a, b) || byKeys(a, b, keysOf(level)))
  // Those found stay in the order they came in: each of the others goes before the first that it stands before.
  const placed: AnswerRow[] = []
  let next = 0
  for (const row of found) {
    for (let one = more[next]; one && before(one, row) < 0; one = more[next]) {
      placed.push(one)
      next += 1
    }
    placed.push(row)
  }
  return [...placed, ...more.slice(next)]
}

/** Periods and slices that plans of the question say something of. None on a condition: what was is N/A or nothing, and meets none. */
const placesOf = ({ resolved, window, scoped, world, grouped }: Level) => {
  if (resolved.targets.length === 0 || resolved.conditions.length > 0) return []
  const slices = slicesOf(resolved, scoped, world, grouped)
  const hours = window.grain === 'hour' ? Array.from({ length: 24 }, (_, hour) => hour) : [null]
  const buckets = window.grain ? window.buckets.map((_, n) => n) : [null]
  const places = buckets.flatMap(bucket => hours.map((hour): Place => ({ bucket, hour })))
  return places.flatMap(place => slices.map(slice => [place, slice] as const))
}

type Figure = (row: AnswerRow) => InstanceType<typeof Exact> | null
/** The metric rows stand in order of: the one asked for, else the first. */
const ordering = ({ sort, metrics }: Resolved) => (sort?.metric ?? metrics[0])?.name ?? ''

const figureOf = (resolved: Resolved): Figure => {
  const metric = ordering(resolved)
  return row => {
    const value = row[metric]
    return typeof value === 'string' ? new Exact(value) : null
  }
}

/** The same of what was planned: by the first of the plans that says something. */
const plannedFigure = (resolved: Resolved): Figure => {
  const metric = ordering(resolved)
  return row => {
    const said = resolved.targets.map(name => row.compare?.[planComparison(name)]?.values[metric]?.value)
    const value = said.find(one => one != null)
    return value == null ? null : new Exact(value)
  }
}

const keysOf = ({ grouped }: Level) => ['period', ...grouped.map(one => one.name)]

const byKeys = (a: AnswerRow, b: AnswerRow, keys: readonly string[]): number => {
  for (const key of keys) {
    const [x, y] = [String(a[key] ?? ''), String(b[key] ?? '')]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

/** The order a question asks for, its metric told by a figure; what has none comes last. */
const orderOf = ({ resolved: { sort }, grouped }: Level, figure: Figure) => {
  const known = new Map<AnswerRow, ReturnType<Figure>>()
  const of = (row: AnswerRow) => {
    const seen = known.get(row)
    if (seen !== undefined) return seen
    const value = figure(row)
    const read = sort?.absolute && value ? value.abs() : value
    known.set(row, read)
    return read
  }
  const byFigure = (a: AnswerRow, b: AnswerRow, sign = -1) => {
    const [x, y] = [of(a), of(b)]
    if (!x || !y) return x ? -1 : y ? 1 : 0
    return x.cmp(y) * sign
  }
  const sign = sort?.desc ? -1 : 1
  if (sort?.metric) return (a: AnswerRow, b: AnswerRow) => byFigure(a, b, sign)
  const key = sort && (sort.period ? 'period' : grouped[sort.dimension]?.name)
  if (key) return (a: AnswerRow, b: AnswerRow) => byKeys(a, b, [key]) * sign
  return (a: AnswerRow, b: AnswerRow) => byKeys(a, b, ['period']) || byFigure(a, b)
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
