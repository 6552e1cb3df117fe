import { closedDay, ruleOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { addDays, type Day, earlier } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import type { Answer } from '#metrics/query.ts'
import { events } from '#postgres/tables/settings.ts'
import { askAs, knownDays } from './decks.ts'
import { exceptionsOf, judge, limitsOf } from './exceptions.ts'
import { mattersOf, type Strange } from './matters.ts'
import { type Five, lastWholeWeek, parts, questionsOf, sixTwelve, spansOf, yearBeforeOf } from './model.ts'
import type { Block, Content, Deck, Difference } from './shape.ts'
import { comingIn } from './trust.ts'

/** Metrics a question may name. */
const most = 24

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most))

/** The last whole week there are data for: it is over in every store. */
export async function latestWeek(context: Context, deck: Pick<Deck, 'stores'>) {
  const rule = await ruleOf(context)
  const { lastDay } = await knownDays(context, deck.stores)
  return lastWholeWeek(rule, earlier(lastDay, await closedDay(context)))
}

/**
 * A deck with its figures, for the week that ends on `weekEnd`.
 * @throws Failure('invalid') for a week that is not over, or a day that ends none.
 */
export async function contentOf(context: Context, deck: Deck, weekEnd: Day): Promise<Content> {
  const rule = await ruleOf(context)
  const { firstDay, lastDay } = await knownDays(context, deck.stores)
  const spans = spansOf(rule, weekEnd, firstDay)
  const last = await latestWeek(context, deck)
  if (spans.week.to !== weekEnd || weekEnd > last.to)
    throw invalid(
      `No whole week with data ends on ${weekEnd}.`,
      `The last that can be reviewed ends on ${last.to}.`,
    )
  const ground = { rule, spans, target: deck.target, firstDay }
  const blocks = deck.sections.flatMap(section => section.blocks).filter(block => block.kind !== 'text')
  const content: Content = {
    deck,
    week: { key: spans.week.key, label: spans.week.label, from: spans.week.from, to: spans.week.to },
    currency: null,
    asOf: null,
    lastDay,
    charts: [],
    exceptions: [],
    definitions: {},
    missing: {},
    events: await eventsIn(context, deck.stores, spans.months.from, addDays(weekEnd, 28)),
  }
  const strange: Strange[] = []
  // Blocks of the same slice are asked for together.
  for (const group of Map.groupBy(blocks, block => JSON.stringify(block.filters)).values()) {
    const filters = group[0]?.filters ?? []
    const charts = new Map<string, { answers: Five<Answer> }>()
    for (const metrics of chunks([...new Set(group.flatMap(block => block.metrics))])) {
      const questions = questionsOf(rule, spans, {
        metrics,
        target: deck.target,
        ...(filters.length > 0 && { filters }),
        ...(deck.stores.length > 0 && { stores: deck.stores }),
      })
      const answered = await Promise.all(
        parts.map(async part => [part, await askAs(context, questions[part])] as const),
      )
      const answers = Object.fromEntries(answered) as Five<Answer>
      const { meta } = answers.weeks
      content.currency ??= meta.currency
      content.asOf = meta.asOf
      content.coming ??= comingIn(answers.weeks)
      Object.assign(content.definitions, meta.definitions)
      Object.assign(content.missing, meta.missing)
      for (const metric of metrics) charts.set(metric, { answers })
    }
    for (const block of group)
      for (const metric of block.metrics) {
        const found = charts.get(metric)
        const definition = content.definitions[metric]
        if (!found || !definition) continue
        const chart = sixTwelve(found.answers, metric, ground)
        const yearBefore = yearBeforeOf(found.answers, metric, ground)
        const seen = judge(chart, yearBefore)
        content.charts.push({ block: block.id, chart: { ...chart, limits: limitsOf(seen, yearBefore) } })
        if (block.kind !== 'months')
          strange.push(...exceptionsOf(block, chart, seen, definition, content.currency, deck.rule))
      }
  }
  const place = (block: Pick<Block, 'id'>['id']) => blocks.findIndex(one => one.id === block)
  content.charts.sort((a, b) => place(a.block) - place(b.block))
  strange.sort((a, b) => place(a.block) - place(b.block))
  content.exceptions = mattersOf(strange, content.definitions)
  return content
}

/** Events of these stores (none: all one may see) that touch a span, in order. */
export async function eventsIn(
  { ledger, actor }: Pick<Context, 'ledger' | 'actor'>,
  stores: readonly string[],
  from: Day,
  to: Day,
): Promise<Content['events']> {
  const all = await ledger.select().from(events).orderBy(events.from, events.name)
  const wanted = stores.length > 0 ? stores : actor.stores
  return all
    .filter(event => event.from <= to && event.to >= from)
    .filter(
      event => wanted === 'all' || event.stores.length === 0 || event.stores.some(s => wanted.includes(s)),
    )
    .map(({ name, kind, from, to }) => ({ name, kind, from, to }))
}

/** What data loaded since say otherwise than a deck as it was issued. */
export function differencesOf(issued: Content, now: Content): Difference[] {
  const later = new Map(now.charts.map(one => [`${one.block} ${one.chart.metric}`, one.chart]))
  return issued.charts.flatMap(({ block, chart }) => {
    const fresh = later.get(`${block} ${chart.metric}`)
    const pairs: [string, string | null, string | null][] = [
      ...(['weeks', 'months'] as const).flatMap(part =>
        chart[part].map((point): [string, string | null, string | null] => [
          point.label,
          point.value,
          fresh?.[part].find(one => one.period === point.period)?.value ?? null,
        ]),
      ),
      ...(['month', 'quarter', 'year'] as const).map((part): [string, string | null, string | null] => [
        `${part} to date`,
        chart[part].value,
        fresh?.[part].value ?? null,
      ]),
    ]
    return pairs
      .filter(([, was, is]) => was !== is)
      .map(([where, was, is]) => ({ block, metric: chart.metric, where, issued: was, now: is }))
  })
}
