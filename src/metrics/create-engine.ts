import { table as describe } from '#kernel/canonical.ts'
import { invalid } from '#kernel/error.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { type Plan, plan, run } from './ask.ts'
import { answerCache } from './cache.ts'
import { periodWindow, writeRows } from './compile/rows.ts'
import { dimensions } from './dimensions.ts'
import type { Engine, Explanation, Scope } from './engine.ts'
import { factByName, facts } from './facts.ts'
import { metricsIn, print } from './formula.ts'
import type { Answer, Query } from './query.ts'
import { loadLog, tableOf } from './reach.ts'
import { definitionOf, vocabulary } from './vocabulary.ts'
import type { World } from './world.ts'

/** The metric language over a granary. `world` is what people decided, read for each question. */
export const createEngine = ({
  granary,
  world,
}: {
  granary: Warehouse
  world: () => Promise<World>
}): Engine => {
  const log = loadLog(granary)
  const cache = answerCache<Answer>()

  const fresh = async (scope: Scope) => {
    const [settings, changes] = await Promise.all([world(), log.refresh()])
    cache.evict(changes)
    return { granary, log, world: settings, scope }
  }

  return {
    async ask(query, scope) {
      const deps = await fresh(scope)
      const made = plan(query, deps)
      const version = log.version()
      const key = JSON.stringify([query, made.stores, made.window.from, made.window.to, deps.world])
      const { answer, cached } = await cache.through(
        key,
        restOf(made),
        () => log.version() === version,
        () => run(made, deps),
      )
      return cached ? { ...answer, meta: { ...answer.meta, cached: true } } : answer
    },
    async explain(query, scope) {
      const deps = await fresh(scope)
      return explanation(query, plan(query, deps), deps.world)
    },
    async rows(request, scope) {
      const deps = await fresh(scope)
      const narrowed: Query = {
        ...request.query,
        metrics: [request.metric],
        by: undefined,
        grain: undefined,
        compare: undefined,
        filters: [
          ...(request.query.filters ?? []).filter(f => 'dimension' in f),
          ...Object.entries(request.values ?? {}).map(([dimension, value]) => ({ dimension, is: [value] })),
        ],
      }
      const outer = plan(request.query, deps)
      const days = request.period ? periodWindow(outer.window, request.period) : outer.window
      const made = plan({ ...narrowed, window: undefined, from: days.from, to: days.to }, deps)
      const metric = made.resolved.metrics[0]
      const fact = metric?.aggregates[0] ? factByName[metric.aggregates[0].fact] : undefined
      if (!fact)
        throw invalid(
          `${request.metric} has no rows behind it yet.`,
          metric?.awaits ? `It waits for ${metric.awaits}.` : undefined,
        )
      const statements = writeRows(made, fact, granary.dialect, {
        limit: request.limit ?? 100,
        offset: request.offset ?? 0,
        hour: 'hour' in days ? days.hour : undefined,
      })
      const [rows, [count]] = await Promise.all([
        granary.query(statements.rows.sql, statements.rows.parameters),
        granary.query(statements.count.sql, statements.count.parameters),
      ])
      const columns = Object.keys(describe(fact.table).columns).filter(
        c => c !== 'line_key' && c !== 'source',
      )
      return {
        table: fact.table,
        columns,
        rows: rows.map(row =>
          columns.map(c => (row[c] === null || row[c] === undefined ? null : String(row[c]))),
        ),
        count: Number(count?.n ?? 0),
      }
    },
    async definitions() {
      const settings = await world()
      const known = vocabulary(settings.metrics)
      const splits = (name: string) =>
        [...known.values()]
          .filter(
            m =>
              m.aggregates.length > 0 &&
              m.aggregates.every(a => factByName[a.fact]?.sources.some(s => name in s.dimensions)),
          )
          .map(m => m.name)
      return {
        metrics: [...known.values()].map(definitionOf),
        dimensions: [
          ...dimensions.map(d => ({ ...d, metrics: splits(d.name) })),
          ...settings.dimensions.map(d => ({
            name: d.name,
            label: d.label,
            description: `Groups of ${d.of}`,
            metrics: splits(d.of),
          })),
        ],
      }
    },
    async values(dimension, search, scope) {
      const fact = facts.find(f => f.sources.some(s => dimension in s.dimensions))
      const measure =
        fact?.name === 'sales' || fact?.name === 'orders'
          ? 'gross_sales'
          : fact?.name === 'traffic'
            ? 'sessions'
            : fact?.name === 'spend'
              ? 'spend'
              : fact?.name === 'messages'
                ? 'messages_sent'
                : 'stock_units'
      const answer = await this.ask(
        {
          metrics: [measure],
          by: [dimension],
          window: 'all_time',
          sort: { by: measure, desc: true },
          limit: 100,
          ...(search && { filters: [{ dimension, contains: search }] }),
        },
        scope,
      )
      return answer.rows.map(row => String(row[dimension] ?? ''))
    },
  }
}

const restOf = (made: Plan) => ({
  tables: [...new Set(made.resolved.aggregates.map(a => tableOf(a.fact)))],
  stores: made.reach.stores,
  // A first order or a return may move what was sold before: the sides' days, to the end of time for customers' numbering.
  windows: made.window.sides.map(({ from, to }) => ({ from, to })),
})

const explanation = (query: Query, made: Plan, world: World): Explanation => {
  const known = vocabulary(world.metrics)
  return {
    metrics: Object.fromEntries(
      made.resolved.metrics.map(m => [
        m.name,
        {
          definition: definitionOf(m),
          expanded: m.expanded ? print(m.expanded) : `awaits ${m.awaits}`,
          uses: m.parsed ? metricsIn(m.parsed).filter(n => known.has(n)) : [],
        },
      ]),
    ),
    passes: [
      {
        name: 'resolve',
        about: 'Names become declarations',
        result: {
          metrics: made.resolved.metrics.map(m => m.name),
          dimensions: made.resolved.dimensions,
          asked: query,
        },
      },
      {
        name: 'window',
        about: 'Days, periods, and what each is compared with',
        result: {
          from: made.window.from,
          to: made.window.to,
          until: made.window.until,
          periods: made.window.buckets.length,
          sides: made.window.sides.map(({ name, from, to, note }) => ({ name, from, to, note })),
        },
      },
      {
        name: 'scope',
        about: 'Stores asked for and allowed, and the currency',
        result: { stores: made.stores, currency: made.currency },
      },
      {
        name: 'source',
        about: 'The smallest table that holds every dimension',
        result: made.main.sourced.branches.map(b => ({ table: b.source.table, aggregates: b.aggregates })),
      },
      { name: 'fold', about: 'Exact decimals: ratios of sums, missing periods, comparisons', result: null },
    ],
    statements: [made.main, made.totals, ...made.subtotals].map(({ statement }) => ({
      ...statement,
      parameters: { ...statement.parameters },
    })),
  }
}
