import { ruleOf, todayOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { addDays, type Day, later } from '#kernel/day.ts'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { valueName } from '#kernel/value-names.ts'
import { comparisonName } from '#kernel/view.ts'
import type { Answer, AnswerRow, Query } from '#metrics/query.ts'
import { costWaterfall } from '#postgres/tables/settings.ts'
import { eventsIn, latestWeek } from './content.ts'
import { actionsOf } from './deck-operations.ts'
import { askAs, knownDays, targetOf } from './decks.ts'
import {
  basesOf,
  type Five,
  type Moved,
  parts,
  questionsOf,
  type SixTwelve,
  sixTwelve,
  spansOf,
} from './model.ts'
import { bridgesOf, driversOf, partsOf } from './pack-bridges.ts'
import { campaignsOf } from './pack-campaigns.ts'
import { landingsOf } from './pack-landing.ts'
import { leversOf } from './pack-levers.ts'
import { productsOf } from './pack-products.ts'
import type { Monday, PackFigure } from './pack-shape.ts'
import { goodsOf, stockOf } from './pack-stock.ts'
import { comingIn, trustOf } from './trust.ts'

/** What the week came to; contribution is the company's second tier, its first where no more is known. */
const headlineOf = (tiers: readonly { name: string }[]) => [
  'net_sales',
  ...tiers.slice(0, 2).map(one => one.name),
  'orders',
  'orders_per_session',
  'aov',
  'sessions',
  'mer',
]
/** What is known of a headline; of contribution the deepest tier, once. */
export const told = <One extends Pick<SixTwelve, 'metric' | 'week'>>(
  charts: readonly One[],
  [first, second]: readonly { name: string }[],
): One[] => {
  const known = charts.filter(one => one.week.value !== null)
  const deeper = second !== undefined && known.some(one => one.metric === second.name)
  return known.filter(one => !(deeper && one.metric === first?.name))
}

const tabs = [
  { id: 'stock', name: 'Stock', metrics: ['stock_value', 'stockout_rate', 'sell_through', 'gmroi'] },
  {
    id: 'marketing',
    name: 'Marketing',
    metrics: ['spend', 'ncac', 'marketing_share', 'new_customers', 'campaign_revenue_per_recipient'],
  },
  {
    id: 'service',
    name: 'Site and service',
    metrics: [
      'cart_abandonment',
      'engagement_rate',
      'search_no_result_rate',
      'return_rate',
      'tracked_share',
      'otif',
    ],
  },
]
const dimensions = ['channel', 'country', 'device'] as const
/** Two of them at a time, as rows and columns. */
const pairs = [
  ['channel', 'country'],
  ['device', 'country'],
  ['channel', 'device'],
] as const
/** What no system that can be connected tells; said, so that nobody looks for it. */
const untold = {
  tab: 'service',
  words:
    'Site speed, delivery promise and contact rate: no connected system tells them; a page-speed monitor, a carrier and a service desk would.',
}
const nothing: Moved = { value: null, delta: null, ratio: null }
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const figureOf = (chart: SixTwelve): PackFigure => ({
  metric: chart.metric,
  value: chart.week.value,
  before: chart.week.before,
  lastYear: chart.week.lastYear,
  target: chart.week.target,
})

/** The Monday trading pack of a week: what it was, why, where, and what is to be done. The latest whole week when absent. */
export async function mondayOf(context: Context, weekEnd?: Day): Promise<Monday> {
  const rule = await ruleOf(context)
  const { firstDay } = await knownDays(context, [])
  const latest = (await latestWeek(context, { stores: [] })).to
  const end = weekEnd ?? latest
  // Of stock the meeting needs what there is now: most shops tell no other.
  const shelved = end === latest ? later(end, await todayOf(context)) : end
  const spans = spansOf(rule, end, firstDay)
  const target = await targetOf(context)
  const [waterfall] = await context.ledger.select().from(costWaterfall)
  const tiers = (waterfall?.tiers ?? usualWaterfall).slice(0, 2)
  const headline = headlineOf(tiers)
  const metrics = [...headline, ...tabs.flatMap(tab => tab.metrics)]
  const questions = questionsOf(rule, spans, { metrics, target })
  const answered = parts.map(async part => [part, await askAs(context, questions[part])] as const)
  const answers = Object.fromEntries(await Promise.all(answered)) as Five<Answer>
  const chart = (metric: string) => sixTwelve(answers, metric, { rule, spans, target, firstDay })
  const week = { from: spans.week.from, to: spans.week.to }
  const base = basesOf(rule).week
  const fair = addDays(week.from, -364) >= firstDay
  const compare: Query['compare'] = ['previous_days', base]
  const known = new Map((await context.metrics.definitions()).dimensions.map(one => [one.name, one]))
  const stores = answers.weeks.meta.storeNames
  const cellOf = (row: AnswerRow, dimension: string, metric = 'net_sales') => ({
    name: valueName(dimension, text(row[dimension]) ?? '', stores) || 'Not given',
    of: text(row[dimension]) ?? '',
    value: text(row[metric]),
    before: row.compare?.previous_days?.values[metric] ?? nothing,
    lastYear: (fair && row.compare?.[base]?.values[metric]) || nothing,
  })
  const grids = await Promise.all(
    dimensions.map(async dimension => {
      const metric = known.get(dimension)?.metrics.includes('net_sales') ? 'net_sales' : 'sessions'
      const { rows, meta } = await askAs(context, {
        ...week,
        metrics: [metric],
        by: [dimension],
        compare,
        sort: { by: metric, desc: true },
        limit: 12,
      })
      const label = `${meta.definitions[metric]?.label ?? metric} by ${known.get(dimension)?.label.toLowerCase() ?? dimension}`
      return { dimension, metric, label, rows: rows.map(row => cellOf(row, dimension, metric)) }
    }),
  )
  const heatOf = async ([row, column]: (typeof pairs)[number]) => {
    const both = (metric: string) => [row, column].every(one => known.get(one)?.metrics.includes(metric))
    const metric = both('net_sales') ? 'net_sales' : 'sessions'
    if (!both(metric)) return null
    const { rows, meta } = await askAs(context, {
      ...week,
      metrics: [metric],
      by: [row, column],
      compare,
      sort: { by: metric, desc: true },
      limit: 200,
    })
    const cells = rows
      .filter(one => text(one[metric]) !== null)
      .map(one => {
        const { name, of, ...cell } = cellOf(one, row, metric)
        const across = cellOf(one, column, metric)
        const where = [
          { dimension: row, value: of },
          { dimension: column, value: across.of },
        ]
        return { ...cell, row: name, column: across.name, where }
      })
    const names = (of: 'row' | 'column') => [...new Set(cells.map(cell => cell[of]))].slice(0, 8)
    const [rowNames, columnNames] = [names('row'), names('column')]
    if (rowNames.length * columnNames.length < 2) return null
    const label = (name: string) => known.get(name)?.label.toLowerCase() ?? name
    return {
      metric,
      label: `${meta.definitions[metric]?.label ?? metric} by ${label(row)} and ${label(column)}`,
      rows: rowNames,
      columns: columnNames,
      cells: cells.filter(cell => rowNames.includes(cell.row) && columnNames.includes(cell.column)),
    }
  }
  const [heats, goods, landings, bridges, sends] = await Promise.all([
    Promise.all(pairs.map(pair => heatOf(pair))),
    goodsOf(context, shelved),
    landingsOf(context, { rule, until: end, target }),
    bridgesOf(context, week, [
      ...(target ? [planComparison(target)] : []),
      'previous_days',
      ...(fair ? [base] : []),
    ]),
    campaignsOf(context, week),
  ])
  const [products, stock] = await Promise.all([
    productsOf(context, week, { compare, cellOf, goods: goods.rows, tiers }),
    stockOf(context, { ...week, asOf: shelved }, goods.rows),
  ])
  const { currency, missing } = answers.weeks.meta
  const tabOf = new Map(tabs.flatMap(tab => tab.metrics.map(metric => [metric, tab.id] as const)))
  return {
    week: { key: spans.week.key, label: spans.week.label, ...week },
    trust: { ...(await trustOf(context, end)), coming: comingIn(answers.weeks) },
    currency,
    target,
    headline: told(headline.map(chart), tiers).map(one => ({
      ...figureOf(one),
      month: one.month.value,
      monthTarget: one.month.target,
      monthLastYear: one.month.lastYear,
      quarter: one.quarter.value,
      quarterTarget: one.quarter.target,
      quarterLastYear: one.quarter.lastYear,
    })),
    landings,
    // Where one sees no figures of the target, there is nothing to say against it.
    bridges: bridges
      .filter(({ bridge }) => bridge.sentence !== '')
      .map(({ against, bridge }) => ({
        against,
        // Its heading says against what.
        sentence: bridge.sentence.replace(
          ` ${comparisonName(bridge.comparison.name, bridge.comparison).short}`,
          '',
        ),
        parts: partsOf(bridge),
        drivers: driversOf(bridge),
      })),
    levers: await leversOf(context, {
      ...{ week, currency, stock, bridges },
      stores: stores ?? {},
      heats: heats.flatMap(heat => heat ?? []),
      worst: products.products.find(one => one.list === 'worst')?.rows ?? [],
    }),
    grids: grids.filter(grid => grid.rows.some(row => row.value !== null)),
    heats: heats.flatMap(heat => heat ?? []),
    contribution: products.contribution,
    products: products.products,
    stock,
    campaigns: sends.campaigns,
    tabs: tabs
      .map(({ id, name, metrics }) => ({
        id,
        name,
        figures: metrics.map(metric => figureOf(chart(metric))).filter(one => one.value !== null),
      }))
      .filter(tab => tab.figures.length > 0),
    missing: [
      ...Object.entries(missing).flatMap(([metric, why]) => {
        const tab = tabOf.get(metric)
        if (!tab) return []
        const of = answers.weeks.meta.definitions[metric]
        // The language says that nothing lies in the days; from where it would come is what a reader can act on.
        const source =
          why.startsWith('nothing to compute') && of
            ? `none of its data lie in the week (${of.sources.join(', ').toLowerCase()})`
            : why
        return [{ tab, words: `${of?.label ?? metric}: ${source}.` }]
      }),
      untold,
    ],
    actions: context.actor.stores === 'all' ? await actionsOf(context, 'weekly', end) : [],
    events: await eventsIn(context, [], addDays(end, 1), addDays(end, 28)),
    definitions: { ...products.definitions, ...sends.definitions, ...answers.weeks.meta.definitions },
  }
}
