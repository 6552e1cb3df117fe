import { earlier, later } from '#kernel/day.ts'
import type { Row, Warehouse } from '#warehouse/warehouse.ts'
import { withCosts } from './compile/costs-sql.ts'
import type { Reached } from './compile/covers.ts'
import { folder } from './compile/fold.ts'
import { comparisonsOf, costSources, missingOf, runningOf, targetsFrom, warningsOf } from './compile/meta.ts'
import { plannedRows, withPlanned } from './compile/planned.ts'
import { type Resolved, type ResolvedDimension, resolve } from './compile/resolve.ts'
import { hourIn, momentsOf, type Scoped, scopeOf, todayIn } from './compile/scope.ts'
import {
  type Branch,
  type Cut,
  chooseSources,
  knowsHours,
  type Sourced,
  withHours,
} from './compile/source.ts'
import { isFilled, type Shape, type Written, writeStatement } from './compile/sql.ts'
import { type Place, targetsOf } from './compile/targets.ts'
import { onDay } from './compile/today-sql.ts'
import { type Whole, wholeFrom, wholeOf } from './compile/whole.ts'
import { cutWindow, dense, type Running, type Window, wholePeriods, wholeWindow } from './compile/window.ts'
import type { Contents } from './contents.ts'
import type { Parts, Scope } from './engine.ts'
import { factByName } from './facts.ts'
import { aggregateKey } from './formula.ts'
import type { HoursOf } from './hours.ts'
import type { Answer, AnswerRow, Query } from './query.ts'
import { type LoadLog, tableOf } from './reach.ts'
import { definitionOf, type Vocabulary, vocabulary } from './vocabulary.ts'
import type { World } from './world.ts'

/** One statement of a plan and what it gives rows of. */
interface Level extends Written {
  sourced: Sourced
  window: Window
  grouped: ResolvedDimension[]
}

/** The window in one as a place of a row. */
const inAllOf: Place = { bucket: null, hour: null }

/** Everything decided about a question before anything is read. */
export interface Plan {
  resolved: Resolved
  window: Window
  /** Day that named windows are counted from. */
  today: string
  /** Of an answer by the hour: the last one begun where any of the stores is. */
  hour: string | null
  scoped: Scoped
  whole: Whole
  main: Level
  totals: Level
  subtotals: Level[]
}

export interface Deps {
  granary: Warehouse
  log: LoadLog
  contents: Contents
  world: World
  scope: Scope
  /** Rows of a plan's totals: questions of one screen often differ in their dimensions alone, and share them. */
  totalsOf(made: Plan): Promise<Row[]>
  /** How days of plans go over hours, for questions that reach them. */
  hours?: HoursOf
}

/** The passes in order: names, stores, days, tables, statements. Reads nothing but rates, where money must be converted. */
export const plan = async (
  query: Query,
  { granary, log, contents, world, scope }: Omit<Deps, 'totalsOf'>,
  known: Vocabulary = vocabulary(world.metrics, world),
  least?: number,
): Promise<Plan> => {
  const resolved = resolve(query, known, world)
  const scoped = scopeOf(resolved, world, scope, contents)
  const { convertTo, bases } = scoped.reach
  const rates = convertTo === null ? null : await contents.rates([convertTo, ...bases])
  const spans = tablesOf(resolved).flatMap(t => contents.span(t, scoped.reach.stores) ?? [])
  const data = spans.reduce<{ from: string; to: string } | null>(
    (all, s) => (all ? { from: earlier(s.from, all.from), to: later(s.to, all.to) } : s),
    null,
  )
  const today = todayIn(world, scoped.stores, scope.now)
  const lasts = tablesOf(resolved).flatMap(t => {
    const span = contents.span(t, scoped.reach.stores)
    return span ? [[t, span.to] as const] : []
  })
  const running = (until: string): Running => {
    const loaded = log.loaded('sales_lines', scoped.reach.stores, until)
    const moments = loaded ? momentsOf(world, scoped.stores, loaded, until) : []
    return {
      moments,
      ...(moments.length > 0 ? byDayAlone(resolved, new Map(lasts), until, scoped) : inHours),
    }
  }
  const window = cutWindow(resolved, world, today, data, new Map(lasts), running)
  const inOne = wholeWindow(window)
  const whole = wholeOf(resolved, scoped, world)
  const periodic = resolved.aggregates.some(a => factByName[a.fact]?.sources.some(s => s.period))
  const write = (of: Shape['of'], grouped: ResolvedDimension[], over: Window, about: string): Level => {
    const cut: Cut = {
      periods: periodic
        ? wholePeriods(over, contents.span('traffic_users', scoped.reach.stores)?.to ?? null)
        : [],
      several: scoped.reach.several,
    }
    const chosen = chooseSources(resolved, grouped, over.grain === 'hour', cut)
    const branches =
      over.moments.length > 0 ? withHours(resolved, chosen.branches, grouped, cut) : chosen.branches
    const sourced = { ...chosen, branches: onDay(costed(branches, world), today) }
    const { dialect } = granary
    const shape = {
      resolved,
      window: over,
      branches: sourced.branches,
      apart: sourced.apart,
      grouped,
      reach: scoped.reach,
      rates,
      reached: reachedIn(contents, scoped),
      whole,
      dialect,
      of,
      ...(least !== undefined && { least }),
    }
    return { sourced, ...writeStatement(shape, about), window: over, grouped }
  }
  const timed = window.grain !== undefined
  const levels = query.subtotals
    ? resolved.dimensions.map((_, count) => resolved.dimensions.slice(0, count))
    : []
  return {
    resolved,
    window,
    today,
    hour: window.grain === 'hour' ? hourIn(world, scoped.stores, scope.now) : null,
    scoped,
    whole,
    main: write('rows', resolved.dimensions, window, 'rows of the answer'),
    totals: write('totals', [], inOne, 'totals'),
    subtotals: levels
      .filter(grouped => timed || grouped.length > 0)
      .map(grouped => {
        const names = [...(timed ? ['period'] : []), ...grouped.map(d => d.name)]
        return write('subtotals', grouped, window, `subtotals by ${names.join(', ')}`)
      }),
  }
}

const inHours = { byDay: new Set<string>(), mixed: false }

/** Costs are written into a branch, and into what tells its hours. */
const costed = (branches: readonly Branch[], world: World): Branch[] =>
  withCosts(
    branches.map(one => (one.hourly ? { ...one, hourly: withCosts(one.hourly, world) } : one)),
    world,
  )

/**
 * Metrics with a part that is known by whole days alone, and up to the running day: their parts are all of whole days, for
 * orders until two o'clock over the sessions of a day are no rate. A part whose data end before it takes nothing from the day.
 */
const byDayAlone = (
  resolved: Resolved,
  lasts: ReadonlyMap<string, string>,
  until: string,
  { reach }: Scoped,
): Omit<Running, 'moments'> => {
  const { dimensions, metrics } = resolved
  const cut = { several: reach.several }
  const chosen = chooseSources(resolved, dimensions, false, cut).branches
  const inTime = new Set(
    withHours(resolved, chosen, dimensions, cut)
      .filter(knowsHours)
      .flatMap(({ aggregates }) => aggregates.map(aggregateKey)),
  )
  const known = [...metrics, ...resolved.conditions.map(({ metric }) => metric)]
  const ends = (fact: string) => dense.has(tableOf(fact)) && (lasts.get(tableOf(fact)) ?? '') < until
  const whole = known.filter(({ aggregates }) =>
    aggregates.some(one => !inTime.has(aggregateKey(one)) && !ends(one.fact)),
  )
  return {
    byDay: new Set(whole.map(({ name }) => name)),
    mixed: whole.some(({ aggregates }) => aggregates.some(one => inTime.has(aggregateKey(one)))),
  }
}

export const tablesOf = (resolved: Resolved) => [...new Set(resolved.aggregates.map(a => tableOf(a.fact)))]

/** The days facts speak of in the stores of a question. */
const reachedIn =
  (contents: Contents, { reach: { stores } }: Scoped): Reached =>
  fact => {
    const needs = factByName[fact]?.needs
    return needs && !contents.span(needs, stores) ? null : contents.span(tableOf(fact), stores)
  }

/** Runs a plan: the statements together, then the fold. */
export const run = async (made: Plan, deps: Deps): Promise<Answer> => {
  const { granary, contents, world } = deps
  const { resolved, window, scoped, whole, main, totals } = made
  const started = performance.now()
  const reached = reachedIn(contents, scoped)
  const ask = async ({ statement, sourced, wide }: Level): Promise<Row[]> =>
    sourced.branches.length === 0 ? [] : wide(await granary.query(statement.sql, statement.parameters))
  const inAll = async ({ sourced, wide }: Level): Promise<Row[]> =>
    sourced.branches.length === 0 ? [] : wide(await deps.totalsOf(made))
  // One row that conditions may leave out is not the total.
  const same =
    window.grain === undefined && resolved.dimensions.length === 0 && resolved.conditions.length === 0
  const [rows, [total], ...subs] = await Promise.all([
    same ? Promise.resolve([]) : ask(main),
    inAll(totals),
    ...made.subtotals.map(ask),
  ])
  const fold = ({ window: over, sourced }: Level) =>
    folder(
      resolved,
      over,
      reached,
      sourced,
      targetsOf(resolved, over, scoped, world, reached, deps.hours),
      whole,
    )
  const totalRow = fold(totals)(total ?? null, inAllOf, {})
  const since = targetsFrom(resolved, window, reached, totalRow)
  const bare = (level: Level) => {
    const { window: over, grouped } = level
    const folded = fold(level)
    return {
      ...{ resolved, scoped, world, window: over, grouped },
      fold: (place: Place, slice: Record<string, string>) => folded(null, place, slice),
    }
  }
  const { offset = 0, limit = 10_000 } = resolved.query
  // No table tells of any of it: what there is to show is what was planned.
  const alone =
    !same && !isFilled(made) && main.sourced.branches.length === 0 ? plannedRows(bare(main)) : null
  const told = alone || same ? [] : rowsOf(made, rows, fold(main))
  const count = isFilled(made)
    ? told.length
    : rows.length === 0 && offset > 0
      ? await countOf(resolved.query, deps)
      : Number(rows[0]?.n ?? 0)
  // Of a page of the rows nobody knows which slices the others are of.
  const all = alone ?? (offset === 0 && count === told.length ? withPlanned(told, bare(main)) : null)
  const found = same ? [totalRow] : (all?.slice(offset, offset + limit) ?? told)
  const subtotals = made.subtotals.flatMap((level, i) =>
    alone
      ? plannedRows(bare(level))
      : withPlanned((subs[i] ?? []).map(asAnswered(level, fold(level))), bare(level)),
  )
  const tables = tablesOf(resolved)
  const spans = tables.flatMap(t => contents.span(t, scoped.reach.stores) ?? [])
  const from = wholeFrom(whole, window)
  return {
    rows: found,
    ...(made.subtotals.length > 0 && { subtotals }),
    totals: totalRow,
    meta: {
      from: window.from,
      to: window.to,
      ...(window.grain && { grain: window.grain }),
      calendar: window.rule.calendar,
      currency: scoped.currency,
      stores: scoped.stores,
      ...storeNames(scoped.stores, world),
      ...freshness(made, deps),
      ...runningOf(resolved, window, world),
      ...(from !== undefined && { wholeFrom: from }),
      rowsBehind: Number(total?.behind ?? 0),
      count: same ? 1 : (all?.length ?? count),
      definitions: Object.fromEntries(resolved.metrics.map(m => [m.name, definitionOf(m)])),
      comparisons: comparisonsOf(resolved, window, since, world),
      missing: missingOf(resolved, main.sourced, totalRow, reached, { window, scoped, row: total, spans }),
      ...costSources(resolved, window, world),
      warnings: warningsOf(resolved, window, since, { scoped, whole, total, spans, world }),
      cached: false,
      ms: Math.round((performance.now() - started) * 10) / 10,
    },
  }
}

/** The rows of a plan without what stands over them. Rows of plans alone are none of these. */
export const runParts = async (made: Plan, { granary, contents, world, hours }: Deps): Promise<Parts> => {
  const { resolved, window, scoped, whole, main } = made
  const { statement, sourced, wide } = main
  if (sourced.branches.length === 0) return { rows: [], count: 0 }
  const reached = reachedIn(contents, scoped)
  const targets = targetsOf(resolved, window, scoped, world, reached, hours)
  const rows = wide(await granary.query(statement.sql, statement.parameters))
  const fold = folder(resolved, window, reached, sourced, targets, whole, 'values')
  return { rows: rowsOf(made, rows, fold), count: Number(rows[0]?.n ?? 0) }
}

/** How many rows there are, where a page lies behind the last: no row of it could tell. */
const countOf = async (query: Query, deps: Deps): Promise<number> => {
  const { main } = await plan({ ...query, offset: 0, limit: 1, subtotals: false }, deps)
  const { sql, parameters } = main.statement
  const [row] = main.sourced.branches.length === 0 ? [] : await deps.granary.query(sql, parameters)
  return Number(row?.n ?? 0)
}

const storeNames = (asked: readonly string[], { stores }: World): { storeNames?: Record<string, string> } => {
  const named = stores.filter(one => asked.includes(one.store) && one.name !== '' && one.name !== one.store)
  return named.length > 0 ? { storeNames: Object.fromEntries(named.map(one => [one.store, one.name])) } : {}
}

/** How fresh an answer is: true of a kept answer too, when a load did not touch it. */
export const freshness = (made: Plan, { log, contents }: Pick<Deps, 'log' | 'contents'>) => {
  const tables = tablesOf(made.resolved)
  const days = tables.flatMap(t => contents.span(t, made.scoped.reach.stores)?.to ?? [])
  return {
    asOf: log.asOf(tables),
    lastDay: days.sort().at(-1) ?? null,
    today: made.today,
    ...(made.hour !== null && { hour: made.hour }),
  }
}

/** A row of the granary as a row of the answer. */
const asAnswered =
  ({ window, grouped }: Pick<Level, 'window' | 'grouped'>, fold: ReturnType<typeof folder>) =>
  (row: Row): AnswerRow => {
    const hourly = window.grain === 'hour'
    const at = Number(row.p)
    return fold(
      row,
      window.grain ? { bucket: Math.floor(at / (hourly ? 24 : 1)), hour: hourly ? at % 24 : null } : inAllOf,
      Object.fromEntries(grouped.map((d, i) => [d.name, String(row[`d${i}`] ?? '')])),
    )
  }

const rowsOf = (made: Plan, rows: Row[], fold: ReturnType<typeof folder>): AnswerRow[] => {
  const { window } = made
  if (!isFilled(made)) return rows.map(asAnswered(made.main, fold))
  const hours = window.grain === 'hour' ? 24 : 1
  const byIndex = new Map(rows.map(row => [Number(row.p), row]))
  return window.buckets.flatMap((_, i) =>
    Array.from({ length: hours }, (_, hour) =>
      fold(byIndex.get(i * hours + hour) ?? null, { bucket: i, hour: hours === 24 ? hour : null }, {}),
    ),
  )
}
