import { createHash } from 'node:crypto'
import { table as describe } from '#kernel/canonical.ts'
import { earlier, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import type { Change, Row, Warehouse } from '#warehouse/warehouse.ts'
import { type Deps, freshness, type Plan, plan, run, runParts, tablesOf } from './ask.ts'
import { answerCache, type Rest } from './cache.ts'
import { readsProducts, readsPromotions } from './compile/from.ts'
import { periodWindow, writeRows } from './compile/rows.ts'
import { isApart } from './compile/source.ts'
import { wholeFrom } from './compile/whole.ts'
import { shownSides } from './compile/window.ts'
import { contentsOf } from './contents.ts'
import { dimensions } from './dimensions.ts'
import type { Engine, Explanation, Parts, Scope } from './engine.ts'
import { listed } from './facts/shared.ts'
import { factByName, facts } from './facts.ts'
import { aggregateKey, metricsIn, print } from './formula.ts'
import { hoursAsked, hoursKnown, hoursRan, reachesHours } from './hours.ts'
import { ledgerCosts } from './ledger-costs.ts'
import { plansOf } from './plans.ts'
import type { Answer, Query } from './query.ts'
import { latest, loadLog } from './reach.ts'
import { unknownValues } from './unknown-values.ts'
import { definitionOf, unknown, vocabulary } from './vocabulary.ts'
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
  const totals = answerCache<Row[]>()
  const parts = answerCache<Parts>()
  const filled = answerCache<Set<string>>()
  const { contents, refresh } = contentsOf(granary)
  const plans = plansOf(granary)
  const booked = ledgerCosts(granary)
  /** Changes that were read and not yet followed: where following them fails, the next question does it again. */
  let unfollowed: Change[] = []
  const readLog = latest(async () => {
    unfollowed.push(...(await log.refresh()))
    cache.evict(unfollowed)
    totals.evict(unfollowed)
    parts.evict(unfollowed)
    filled.evict(unfollowed)
    await refresh(unfollowed)
    await plans.refresh(unfollowed)
    booked.evict(unfollowed)
    unfollowed = []
  })

  const totalsOf = async (made: Plan): Promise<Row[]> => {
    const { sql, parameters } = made.totals.statement
    const { answer } = await totals.through(
      JSON.stringify([sql, parameters]),
      restOf(made),
      log.version,
      () => granary.query(sql, parameters),
    )
    return answer
  }

  /** What people decided, and the plans that were carried beside it. */
  const told = async (): Promise<{ settings: World; all: World }> => {
    const [settings] = await Promise.all([world(), readLog()])
    const { targets, planLines = [] } = settings
    return {
      settings,
      all: { ...settings, targets: plans.beside(targets), planLines: plans.carried(planLines) },
    }
  }

  const fresh = async (scope: Scope): Promise<Deps & { decided: Decided }> => {
    const { settings, all } = await told()
    const deps: Deps = { granary, log, contents, world: all, scope, totalsOf }
    const costActuals = await booked.of(deps)
    return {
      ...deps,
      ...(costActuals.length > 0 && { world: { ...all, costActuals } }),
      // Carried plans stand for themselves by how often they were read: they may be many figures. What is still to come
      // counts where it is asked for.
      decided: {
        ...settings,
        coming: undefined,
        planLines: all.planLines,
        costActuals,
        plans: plans.edition(),
      },
    }
  }

  type Fresh = Awaited<ReturnType<typeof fresh>>

  const answered = async (query: Query, known: Fresh, made: Plan): Promise<Answer> => {
    const deps = reachesHours(made) ? await withHours(known, made) : known
    const { answer, cached } = await cache.through(keyOf(query, made, deps), restOf(made), log.version, () =>
      run(made, deps),
    )
    return cached ? { ...answer, meta: { ...answer.meta, ...freshness(made, deps), cached: true } } : answer
  }

  /** With how the days of plans go over hours: what stands for it decides of the answer, too. */
  const withHours = async (deps: Fresh, made: Plan): Promise<Fresh> => {
    const sold = contents.span('sales_lines', made.scoped.reach.stores)
    const asked = sold && hoursAsked(made, sold.to)
    const ran = asked && hoursRan((await answered(asked, deps, await plan(asked, deps))).rows)
    return { ...deps, hours: hoursKnown(deps.world.planHours, ran), decided: { ...deps.decided, ran } }
  }

  return {
    async ask(query, scope) {
      const deps = await fresh(scope)
      const made = await plan(query, deps)
      const answer = await answered(query, deps, made)
      const strange = await unknownValues({
        filters: made.resolved.filters,
        facts: made.resolved.aggregates.map(a => a.fact),
        rowsBehind: answer.meta.rowsBehind,
        answered: async other => answered(other, deps, await plan(other, deps)),
      })
      return strange.length === 0
        ? answer
        : { ...answer, meta: { ...answer.meta, warnings: [...answer.meta.warnings, ...strange] } }
    },
    async parts(query, least, scope) {
      const known = await fresh(scope)
      const made = await plan(query, known, undefined, least)
      const deps = reachesHours(made) ? await withHours(known, made) : known
      const key = `${least} ${keyOf(query, made, deps)}`
      return (await parts.through(key, restOf(made), log.version, () => runParts(made, deps))).answer
    },
    async explain(query, scope) {
      const deps = await fresh(scope)
      return explanation(query, await plan(query, deps), deps.world)
    },
    async rows(request, scope) {
      const deps = await fresh(scope)
      const narrowed: Query = {
        ...request.query,
        metrics: [request.metric],
        by: undefined,
        grain: undefined,
        compare: undefined,
        // Rows behind a cell have an order of their own.
        sort: undefined,
        filters: [
          ...(request.query.filters ?? []).filter(f => 'dimension' in f),
          ...Object.entries(request.values ?? {}).map(([dimension, value]) => ({ dimension, is: [value] })),
        ],
      }
      const outer = await plan(request.query, deps)
      const days = request.period ? periodWindow(outer.window, request.period) : outer.window
      const made = await plan({ ...narrowed, window: undefined, from: days.from, to: days.to }, deps)
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
      const { all: settings } = await told()
      const { answer: said } = await filled.through('', ofProducts, log.version, () =>
        filledOf(granary, contents.stores(['products'], null) > 0),
      )
      const held = (name: string) => !(name in listed) || said.has(name)
      const known = vocabulary(settings.metrics, settings)
      const splits = (name: string) =>
        [...known.values()]
          .filter(
            m =>
              m.aggregates.length > 0 &&
              !isApart(m.aggregates, name) &&
              m.aggregates.every(a => factByName[a.fact]?.sources.some(s => name in s.dimensions)),
          )
          .map(m => m.name)
      return {
        metrics: [...known.values()].map(definitionOf),
        dimensions: [
          ...dimensions.map(d => ({ ...d, metrics: splits(d.name), held: held(d.name) })),
          ...settings.dimensions.map(d => ({
            name: d.name,
            label: d.label,
            description: `Groups of ${d.of}`,
            metrics: splits(d.of),
            held: held(d.of),
          })),
        ],
      }
    },
    async planned(name, metric) {
      const { all } = await told()
      const sets = all.targets
        .filter(one => one.name === name && one.metric === metric)
        .flatMap(({ slice = {}, store }) => {
          const by = Object.keys(slice).toSorted()
          return store === null ? [by] : [by, [...by, 'store']]
        })
      return [...new Map(sets.map(by => [by.join(), by])).values()]
    },
    async values(dimension, search, scope) {
      const settings = await world()
      const stored = settings.dimensions.find(d => d.name === dimension)?.of ?? dimension
      const fact = facts.find(f => f.sources.some(s => stored in s.dimensions))
      if (!fact)
        throw unknown(
          dimension,
          [...dimensions, ...settings.dimensions].map(d => d.name),
          'dimension',
        )
      const measure = fact.ranked
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

const always = [{ from: '0000-01-01', to: '9999-12-31' }]
const ofProducts: Rest = { tables: ['products'], stores: null, windows: always }

/** What the lists of products say anything of; files of sales that name products may tell their titles alone. */
const filledOf = async (granary: Warehouse, any: boolean): Promise<Set<string>> => {
  if (!any) return new Set()
  const most = Object.entries(listed).map(([name, column]) => `max(${column}) AS ${name}`)
  const [row] = await granary.query(`SELECT ${most.join(', ')} FROM ${granary.dialect.from('products')} p`)
  return new Set(Object.keys(listed).filter(name => row?.[name]))
}

/** What people decided, and which edition of the plans stood beside it. */
interface Decided {
  plans: number
  [what: string]: unknown
}

/** Equal keys have equal answers while no load touches what they rest on. */
const keyOf = (query: Query, made: Plan, { decided, contents }: Deps & { decided: Decided }): string => {
  const { window, scoped, whole } = made
  const coming = wholeFrom(whole, window) === undefined ? [] : whole.coming
  // How far the data reach decides what is N/A and what is 0, in days no load touched.
  const reached = tablesOf(made.resolved).map(table => {
    const span = contents.span(table, scoped.reach.stores)
    return span && window.sides.map(s => [later(span.from, s.from), earlier(span.to, s.to)])
  })
  const dated = made.resolved.aggregates.some(a => factByName[a.fact]?.dated) && made.today
  const all = [
    query,
    scoped,
    window.from,
    window.to,
    window.until,
    window.moments,
    coming,
    reached,
    // Plans that are carried anew, as forecasts are, say nothing of what is held against none.
    made.resolved.targets.length > 0 ? decided : { ...decided, plans: undefined },
    dated,
  ]
  return createHash('sha256').update(JSON.stringify(all)).digest('base64')
}

/** What an answer rests on: the days of its sides, and further where a row elsewhere would change it. */
const restOf = (made: Plan): Rest => {
  const { resolved, window, scoped, main } = made
  const asked = [...resolved.dimensions, ...resolved.filters.map(f => f.dimension)]
  const products = main.sourced.branches.some(b => asked.some(d => readsProducts(b.source, d)))
  const promotions = main.sourced.branches.some(b => asked.some(d => readsPromotions(b.source, d)))
  const asks = resolved.aggregates.flatMap(a => factByName[a.fact] ?? [])
  const lifetime = resolved.aggregates.some(a => a.where.some(w => w.column === 'lifetime'))
  const whenever = lifetime || asks.some(f => f.whenever)
  return {
    tables: [
      ...tablesOf(resolved),
      ...(products ? (['products'] as const) : []),
      ...(promotions ? (['promotions'] as const) : []),
      ...asks.flatMap(f => [...(f.needs ? [f.needs] : []), ...(f.also ?? [])]),
      ...(scoped.reach.convertTo ? (['exchange_rates'] as const) : []),
    ],
    stores: scoped.reach.stores,
    windows: whenever ? always : window.sides.map(({ from, to }) => ({ from, to })),
  }
}

const explanation = (query: Query, made: Plan, world: World): Explanation => {
  const known = vocabulary(world.metrics, world)
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
          sides: shownSides(made.window).map(({ name, from, to, note, late }) => ({
            name,
            from,
            to,
            note,
            ...(late.length > 0 && { late }),
          })),
          ...(made.window.moments.length > 0 && {
            moments: made.window.moments,
            wholeDays: [...made.window.byDay],
          }),
        },
      },
      {
        name: 'scope',
        about: 'Stores asked for and allowed, and the currency',
        result: { ...made.scoped.reach, stores: made.scoped.stores, currency: made.scoped.currency },
      },
      {
        name: 'source',
        about: 'The smallest table that holds every dimension',
        result: made.main.sourced.branches.map(b => ({
          table: b.source.table,
          aggregates: b.aggregates.map(aggregateKey),
        })),
      },
      { name: 'fold', about: 'Exact decimals: ratios of sums, missing periods, comparisons', result: null },
    ],
    statements: [made.main, made.totals, ...made.subtotals].map(({ statement }) => ({
      ...statement,
      parameters: { ...statement.parameters },
    })),
  }
}
