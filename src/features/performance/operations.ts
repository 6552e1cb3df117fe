import { z } from 'zod'
import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { assortment } from '#metrics/assortment/assortment.ts'
import { ProductsAsked, ProductsTold } from '#metrics/assortment/shape.ts'
import { bridge } from '#metrics/bridge/bridge.ts'
import { Bridge, BridgeQuery } from '#metrics/bridge/shape.ts'
import type { Scope } from '#metrics/engine.ts'
import { everyRow, firstRowsWords } from '#metrics/every-row.ts'
import { NamesAsked, NamesTold, namesOf, withNames } from '#metrics/names.ts'
import { Answer, Definition, Query } from '#metrics/query.ts'
import { stores as shops } from '#postgres/tables/settings.ts'
import { alertOperations } from './attention/operations.ts'
import { readUpTo } from './attention/read-up-to.ts'
import { channelOperations } from './delivery/operations.ts'
import { csvOf, sheetOf, xlsxOf } from './export.ts'
import { ForecastAsked, ForecastTold } from './forecasts/shape.ts'
import { tellForecast } from './forecasts/tell.ts'
import { StabilityAsked, StabilityTold } from './stability/shape.ts'
import { stabilityOf } from './stability/stability.ts'
import { tradeAccounts } from './trading/accounts.ts'
import { launches } from './trading/launches.ts'
import { minutesOf, paceOf } from './trading/pace.ts'
import { peakHours } from './trading/peak.ts'
import { planNames } from './trading/plans.ts'
import {
  AccountsAsked,
  AccountsTold,
  LaunchesAsked,
  LaunchesTold,
  PeakAsked,
  PeakTold,
} from './trading/shape.ts'
import { treeOperations } from './tree/operations.ts'

/** Everybody asks within the stores they may see. */
const scopeOf = ({ actor, clock }: Context): Scope => ({ stores: actor.stores, now: clock() })

const Nothing = z.object({}).optional()

const Explanation = z.object({
  metrics: z.record(
    z.string(),
    z.object({ definition: Definition, expanded: z.string(), uses: z.array(z.string()) }),
  ),
  passes: z.array(z.object({ name: z.string(), about: z.string(), result: z.unknown() })),
  statements: z.array(
    z.object({ about: z.string(), sql: z.string(), parameters: z.record(z.string(), z.unknown()) }),
  ),
})

const RowsRequest = z.object({
  query: Query,
  metric: z.string().describe('Which number of the cell'),
  period: z.string().optional().describe('The row’s period, as the answer names it'),
  values: z.record(z.string(), z.string()).optional().describe('One value of each dimension'),
  limit: z.int().min(1).max(1000).optional(),
  offset: z.int().min(0).optional(),
})

const Dimension = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  metrics: z.array(z.string()),
  held: z.boolean().describe('Whether the list its values are of has any'),
})

export const performance = {
  ...alertOperations,
  ...channelOperations,
  ...treeOperations,

  query: read({ role: 'viewer', summary: 'Ask for metrics, split, compared and filtered' })
    .input(Query)
    .output(Answer)
    .handler(({ input, context }) => context.metrics.ask(input, scopeOf(context))),

  explain: read({ role: 'viewer', summary: 'How an answer is found: definitions, passes, SQL' })
    .input(Query)
    .output(Explanation)
    .handler(({ input, context }) => context.metrics.explain(input, scopeOf(context))),

  bridge: read({
    role: 'viewer',
    agents: true,
    summary: 'Why a figure changed: drivers that add up, segments behind them, and causes',
  })
    .input(BridgeQuery)
    .output(Bridge)
    .handler(async ({ input, context }) =>
      withNames(await bridge(context.metrics, input, scopeOf(context)), context.granary, scopeOf(context)),
    ),

  forecast: read({
    role: 'viewer',
    summary: 'What is forecast of a figure day by day, and how good earlier forecasts of it were',
  })
    .input(ForecastAsked)
    .output(ForecastTold)
    .handler(({ input, context }) => tellForecast(context, input)),

  stability: read({
    role: 'viewer',
    summary: 'The XmR chart of a figure: whole periods, control limits, and what is not its own noise',
  })
    .input(StabilityAsked)
    .output(StabilityTold)
    .handler(({ input, context }) => stabilityOf(context, input, scopeOf(context))),

  products: read({
    role: 'viewer',
    summary: 'Products, categories or brands: sales, margin, returns, stock, cover, lost sales, ABC grades',
  })
    .input(ProductsAsked)
    .output(ProductsTold)
    .handler(({ input, context }) => assortment(context.metrics, input, scopeOf(context))),

  launches: read({
    role: 'viewer',
    summary:
      'New products: net sales by week since the launch, against the middle of all launches of the year',
  })
    .input(LaunchesAsked)
    .output(LaunchesTold)
    .handler(({ input, context }) => launches(context, input, scopeOf(context))),

  accounts: read({
    role: 'viewer',
    summary: 'B2B accounts by name: what they bought, when they last ordered, and whether they are lapsing',
  })
    .input(AccountsAsked)
    .output(AccountsTold)
    .handler(({ input, context }) => tradeAccounts(context, input, scopeOf(context))),

  names: read({ role: 'viewer', summary: 'What accounts or customers are called, by their ids' })
    .input(NamesAsked)
    .output(NamesTold)
    .handler(({ input, context }) => namesOf(context.granary, input, scopeOf(context))),

  peakDay: read({
    role: 'viewer',
    summary:
      'One day hour by hour against another day and the plan, its ceiling, and the busiest hour of the year',
  })
    .input(PeakAsked)
    .output(PeakTold)
    .handler(async ({ input, context }) => {
      const known = {
        sales: await planNames(context, 'net_sales'),
        orders: await planNames(context, 'orders'),
      }
      const scope = scopeOf(context)
      const zones = await context.ledger.select().from(shops)
      const [hours, minutes, read] = await Promise.all([
        peakHours(context.metrics, input, known, scope),
        input.filters?.length ? [] : minutesOf(context.granary, input, scope),
        readUpTo(context),
      ])
      const clocks = new Map(zones.map(one => [one.store, one.timezone]))
      const upTo = new Map([...read].map(([store, { at }]) => [store, at]))
      return { ...hours, pace: paceOf(minutes, clocks, upTo) }
    }),

  rows: read({ role: 'viewer', summary: 'The rows behind one number' })
    .input(RowsRequest)
    .output(
      z.object({
        table: z.string(),
        columns: z.array(z.string()),
        rows: z.array(z.array(z.string().nullable())),
        count: z.number(),
      }),
    )
    .handler(({ input, context }) => context.metrics.rows(input, scopeOf(context))),

  definitions: read({ role: 'viewer', summary: 'All metrics and dimensions with their definitions' })
    .input(Nothing)
    .output(z.object({ metrics: z.array(Definition), dimensions: z.array(Dimension) }))
    .handler(({ context }) => context.metrics.definitions()),

  values: read({ role: 'viewer', summary: 'Values of a dimension, most sold first' })
    .input(z.object({ dimension: z.string(), search: z.string().max(200).default('') }))
    .output(z.array(z.string()))
    .handler(({ input, context }) => context.metrics.values(input.dimension, input.search, scopeOf(context))),

  export: read({ role: 'viewer', summary: 'An answer as a CSV or XLSX file' })
    .input(z.object({ query: Query, format: z.enum(['csv', 'xlsx']).default('csv') }))
    .output(z.file())
    .handler(async ({ input, context }) => {
      const ask = (query: Query) => context.metrics.ask(query, scopeOf(context))
      // Who says no number wants what there is.
      const all = input.query.limit === undefined && input.query.offset === undefined
      const answer = await (all ? everyRow(ask, input.query) : ask(input.query))
      const sheet = sheetOf(input.query, answer)
      const cut = all ? firstRowsWords(answer.rows.length, answer.meta.count) : null
      const name = `${input.query.metrics.slice(0, 3).join('-')}-${answer.meta.from}-${answer.meta.to}`
      return input.format === 'xlsx'
        ? new File([(await xlsxOf(sheet, answer, cut)) as BlobPart], `${name}.xlsx`, {
            type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
          })
        : // The mark lets spreadsheets see that the text is UTF-8.
          new File([`\ufeff${csvOf(sheet, 'labels')}${cut ? `"${cut}"\r\n` : ''}`], `${name}.csv`, {
            type: 'text/csv;charset=utf-8',
          })
    }),
}
