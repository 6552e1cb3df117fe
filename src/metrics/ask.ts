import { earlier, later } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Row, Warehouse } from '#warehouse/warehouse.ts'
import { folder } from './compile/fold.ts'
import { type Resolved, type ResolvedDimension, resolve } from './compile/resolve.ts'
import { chooseSources, type Sourced } from './compile/source.ts'
import { type Reach, type Statement, writeStatement } from './compile/sql.ts'
import { cutWindow, type Window, wholeWindow } from './compile/window.ts'
import type { Scope } from './engine.ts'
import { factByName } from './facts.ts'
import { aggregateKey } from './formula.ts'
import type { Answer, AnswerRow, Query } from './query.ts'
import { type LoadLog, tableOf } from './reach.ts'
import { definitionOf, type Vocabulary, vocabulary } from './vocabulary.ts'
import type { World } from './world.ts'

/** Everything decided about a question before anything is read. */
export interface Plan {
  resolved: Resolved
  window: Window
  reach: Reach
  currency: string | null
  stores: string[]
  main: { sourced: Sourced; statement: Statement }
  totals: { sourced: Sourced; statement: Statement; window: Window }
  subtotals: { sourced: Sourced; statement: Statement; window: Window; grouped: ResolvedDimension[] }[]
  warnings: Answer['meta']['warnings']
}

interface Deps {
  granary: Warehouse
  log: LoadLog
  world: World
  scope: Scope
}

/** The passes in order: names, stores, days, tables, statements. */
export const plan = (
  query: Query,
  { granary, log, world, scope }: Deps,
  known: Vocabulary = vocabulary(world.metrics),
): Plan => {
  const resolved = resolve(query, known, world)
  const stores = storesOf(query, world, scope)
  const only = query.stores || scope.stores !== 'all' ? stores : null
  const { currency, convertTo, warnings } = currencyOf(query, world, stores)
  const reach: Reach = { stores: only, convertTo }
  const spans = [...new Set(resolved.aggregates.map(a => tableOf(a.fact)))].flatMap(
    t => log.span(t, only) ?? [],
  )
  const data =
    spans.length === 0
      ? null
      : {
          from: spans.reduce((d, s) => earlier(s.from, d), spans[0]?.from ?? ''),
          to: spans.reduce((d, s) => later(s.to, d), spans[0]?.to ?? ''),
        }
  const window = cutWindow(resolved, world, todayIn(world, stores, scope.now), data)
  const whole = wholeWindow(window)
  const write = (grouped: ResolvedDimension[], over: Window, about: string, totals: boolean) => {
    const sourced = chooseSources(resolved, grouped, over.grain === 'hour')
    const statement = writeStatement(
      {
        resolved,
        window: over,
        branches: sourced.branches,
        grouped,
        reach,
        dialect: granary.dialect,
        whole: totals,
      },
      about,
    )
    return { sourced, statement }
  }
  const levels = query.subtotals ? subtotalLevels(resolved, window) : []
  return {
    resolved,
    window,
    reach,
    currency,
    stores,
    main: write(resolved.dimensions, window, 'rows of the answer', false),
    totals: { ...write([], whole, 'totals', true), window: whole },
    subtotals: levels.map(({ grouped, timed }) => {
      const over = timed ? window : whole
      return {
        ...write(
          grouped,
          over,
          `subtotals by ${['period', ...grouped.map(d => d.name)].slice(timed ? 0 : 1).join(', ')}`,
          false,
        ),
        window: over,
        grouped,
      }
    }),
    warnings,
  }
}

const subtotalLevels = (resolved: Resolved, window: Window) => {
  const timed = window.grain !== undefined
  const levels: { grouped: ResolvedDimension[]; timed: boolean }[] = []
  for (let count = timed ? 0 : 1; count < resolved.dimensions.length; count += 1)
    levels.push({ grouped: resolved.dimensions.slice(0, count), timed })
  return levels
}

/** Runs a plan: the statements together, then the fold. */
export const run = async (made: Plan, { granary, log, world }: Deps): Promise<Answer> => {
  const { resolved, window, totals } = made
  const started = performance.now()
  const only = made.reach.stores
  const reached = (fact: string) => log.span(tableOf(fact), only)
  const ask = async ({ statement, sourced }: { statement: Statement; sourced: Sourced }): Promise<Row[]> =>
    sourced.branches.length === 0 ? [] : granary.query(statement.sql, statement.parameters)
  const same = window.grain === undefined && resolved.dimensions.length === 0
  const [rows, [total], ...subs] = await Promise.all([
    same ? Promise.resolve([]) : ask(made.main),
    ask(totals),
    ...made.subtotals.map(ask),
  ])
  const targets = world.targets
  const spread = folder(resolved, window, reached, made.main.sourced.unanswerable, targets)
  const whole = folder(resolved, totals.window, reached, totals.sourced.unanswerable, targets)
  const totalRow = whole.fold(total ?? null, null, null, {}, true)
  const found = same ? [totalRow] : rowsOf(resolved, window, rows, spread.fold)
  const subtotals = made.subtotals.flatMap((level, i) => {
    const { fold } = folder(resolved, level.window, reached, level.sourced.unanswerable, targets)
    return (subs[i] ?? []).map(row =>
      fold(
        row,
        bucketOf(row, level.window),
        periodOf(row, level.window),
        named(level.grouped, row),
        level.grouped.length === 0,
      ),
    )
  })
  const tables = [...new Set(resolved.aggregates.map(a => tableOf(a.fact)))]
  const unrated = Number(total?.unrated ?? 0)
  const spans = tables.flatMap(t => log.span(t, only) ?? [])
  return {
    rows: found,
    ...(made.subtotals.length > 0 && { subtotals }),
    totals: totalRow,
    meta: {
      from: window.from,
      to: window.to,
      ...(window.grain && { grain: window.grain }),
      calendar: window.rule.calendar,
      currency: made.currency,
      stores: made.stores,
      asOf: log.asOf(tables),
      lastDay: spans.reduce<string | null>((d, s) => (d === null || s.to > d ? s.to : d), null),
      rowsBehind: Number(total?.behind ?? 0),
      count: same ? 1 : resolved.dimensions.length === 0 ? found.length : Number(rows[0]?.n ?? 0),
      definitions: Object.fromEntries(resolved.metrics.map(m => [m.name, definitionOf(m)])),
      comparisons: Object.fromEntries([
        ...window.sides
          .slice(1)
          .map(
            s =>
              [s.name, { label: s.label, from: s.from, to: s.to, ...(s.note && { note: s.note }) }] as const,
          ),
        ...resolved.targets.map(
          t => [`target:${t}`, { label: `target ${t}`, from: window.from, to: window.until }] as const,
        ),
      ]),
      missing: missingOf(made, totalRow, reached),
      warnings: [
        ...made.warnings,
        ...(unrated > 0
          ? [
              {
                code: 'rates',
                message: `${unrated} groups of rows have no exchange rate into ${made.currency} on or before their day and are left out.`,
              },
            ]
          : []),
        ...(window.until < window.to && spans.length > 0
          ? [
              {
                code: 'partial',
                message: `The data end on ${window.until}: comparisons stop at the same day.`,
              },
            ]
          : []),
        ...incompleteBases(window, spans),
        ...window.sides
          .slice(1)
          .flatMap(s =>
            s.note && s.caution ? [{ code: 'comparison', message: `${s.label}: ${s.note}.` }] : [],
          ),
      ],
      cached: false,
      ms: Math.round((performance.now() - started) * 10) / 10,
    },
  }
}

/** A comparison that reaches back before the data begin compares with less than it says. */
const incompleteBases = (window: Window, spans: { from: string }[]) => {
  const first = spans.reduce<string | null>((d, s) => (d === null || s.from < d ? s.from : d), null)
  return window.sides.slice(1).flatMap(({ label, from, to }) =>
    first !== null && from < first && to >= first
      ? [
          {
            code: 'incomplete_base',
            message: `${label}: the data begin on ${first}, so its first days are missing.`,
          },
        ]
      : [],
  )
}

const named = (grouped: readonly ResolvedDimension[], row: Row) =>
  Object.fromEntries(grouped.map((d, i) => [d.name, String(row[`d${i}`] ?? '')]))

const bucketOf = (row: Row, window: Window) =>
  window.grain ? Math.floor(Number(row.p) / (window.grain === 'hour' ? 24 : 1)) : null

const periodOf = (row: Row, window: Window): string | null => {
  if (!window.grain) return null
  const bucket = window.buckets[bucketOf(row, window) ?? -1]
  return window.grain === 'hour'
    ? `${bucket?.key} ${String(Number(row.p) % 24).padStart(2, '0')}:00`
    : (bucket?.key ?? null)
}

/** Rows in order; without dimensions every period of the window is there, whether anything happened in it or not. */
const rowsOf = (
  resolved: Resolved,
  window: Window,
  rows: Row[],
  fold: ReturnType<typeof folder>['fold'],
): AnswerRow[] => {
  const filled =
    window.grain &&
    resolved.dimensions.length === 0 &&
    resolved.conditions.length === 0 &&
    !resolved.sort &&
    !resolved.query.limit
  if (!filled)
    return rows.map(row =>
      fold(
        row,
        bucketOf(row, window),
        periodOf(row, window),
        named(resolved.dimensions, row),
        resolved.dimensions.length === 0,
      ),
    )
  const hourly = window.grain === 'hour' ? 24 : 1
  const byIndex = new Map(rows.map(row => [Number(row.p), row]))
  return window.buckets.flatMap((bucket, i) =>
    Array.from({ length: hourly }, (_, hour) => {
      const key = hourly === 24 ? `${bucket.key} ${String(hour).padStart(2, '0')}:00` : bucket.key
      return fold(byIndex.get(i * hourly + hour) ?? null, i, key, {}, hourly === 1)
    }),
  )
}

const missingOf = (
  made: Plan,
  total: AnswerRow,
  reached: (fact: string) => unknown,
): Record<string, string> => {
  const missing: Record<string, string> = {}
  for (const metric of made.resolved.metrics) {
    if (metric.awaits || !metric.expanded)
      missing[metric.name] = `waits for ${metric.awaits ?? 'a metric it is made of'}`
    else {
      const reasons = metric.aggregates.flatMap(a => {
        const why = made.main.sourced.unanswerable.get(aggregateKey(a))
        if (why) return [why]
        return reached(a.fact) ? [] : [`no data yet: ${supply(a.fact)} would supply it`]
      })
      if (reasons.length > 0) missing[metric.name] = [...new Set(reasons)].join('; ')
      else if (total[metric.name] === null) missing[metric.name] = 'nothing to compute it from in this window'
    }
  }
  return missing
}

const supply = (fact: string) => factByName[fact]?.supply ?? 'a file'

const storesOf = (query: Query, world: World, scope: Scope): string[] => {
  const all = world.stores.map(s => s.store)
  const may = scope.stores === 'all' ? all : all.filter(s => scope.stores.includes(s))
  if (!query.stores) return may
  for (const store of query.stores) {
    if (!all.includes(store))
      throw invalid(
        `There is no store ${store}.`,
        `There ${all.length === 1 ? 'is' : 'are'} ${all.join(', ') || 'none yet: import a file or connect a shop'}.`,
      )
    if (!may.includes(store))
      throw new Failure('forbidden', `You may not see the store ${store}.`, {
        next: 'Ask an owner to widen your store scope.',
      })
  }
  return [...query.stores]
}

const currencyOf = (query: Query, world: World, stores: string[]) => {
  const own = [...new Set(world.stores.filter(s => stores.includes(s.store)).map(s => s.currency))]
  const warnings: Answer['meta']['warnings'] = []
  const currency =
    query.currency?.toUpperCase() ??
    (own.length === 1 ? (own[0] ?? null) : (world.currency ?? own[0] ?? null))
  const convert = currency !== null && own.some(c => c !== currency)
  if (convert)
    warnings.push({
      code: 'converted',
      message: `Money is converted into ${currency} at the rate of each day.`,
    })
  return { currency, convertTo: convert ? currency : null, warnings }
}

/** Today in the first store's time zone. */
const todayIn = (world: World, stores: string[], now: Date): string => {
  const timeZone = world.stores.find(s => stores.includes(s.store))?.timezone ?? 'UTC'
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(now)
}
