import type { Context } from '#features/context.ts'
import { landing, spansBefore } from '#forecast/landing.ts'
import { addDays, type Day, earlier } from '#kernel/day.ts'
import { tradingEvents } from '#kernel/event-kind.ts'
import { sum } from '#kernel/money.ts'
import { type CalendarRule, type Period, periodOf } from '#kernel/period.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Query } from '#metrics/query.ts'
import { events, stores } from '#postgres/tables/settings.ts'
import { askAs, calendarOf, knownDays, targetOf } from './decks.ts'
import { landingWords } from './model.ts'
import type { LandingTold, Monday } from './pack-shape.ts'
import { todayOf } from './trust.ts'

/** Years of days a landing is learnt from, as the plan's screen does. */
const learnFrom = 3 * 366

/**
 * What landings have learnt by the rows they were learnt from, with the events: the language gives the very same rows again
 * until a load touches a day of them.
 */
const learnt = new WeakMap<object, Map<string, ReturnType<typeof landing>>>()

/** Where the month and the quarter of a day will end by what was sold until its end, beside the target. */
export async function landingsOf(
  context: Context,
  asked: { rule: CalendarRule; until: Day; target: string | null; grains?: readonly ('month' | 'quarter')[] },
): Promise<Monday['landings']> {
  const { rule, until, target, grains = ['month', 'quarter'] } = asked
  const { rows, meta } = await askAs(context, {
    metrics: ['net_sales'],
    grain: 'day',
    from: addDays(until, -learnFrom),
    to: until,
  })
  // A day that cannot be told in the currency is no day without sales.
  if (meta.warnings.some(one => one.code === 'rates')) return []
  const days = rows
    .map(row => ({ day: String(row.period), value: Number(row.net_sales ?? 0) }))
    .filter(one => one.day >= (meta.wholeFrom ?? '') && Number.isFinite(one.value))
  const first = days.findIndex(one => one.value !== 0)
  if (first < 0) return []
  const feasts = tradingEvents(
    await context.ledger.select().from(events),
    (await context.ledger.select().from(stores)).map(one => one.store),
  )
  const kept = learnt.get(rows) ?? new Map<string, ReturnType<typeof landing>>()
  learnt.set(rows, kept)
  // Of a period that has come in part nobody knows where it ends.
  const spans = grains
    .map(grain => ({ grain, span: periodOf(rule, until, grain) }))
    .filter(({ span }) => span.from >= (meta.wholeFrom ?? ''))
  return Promise.all(
    spans.map(async ({ grain, span }) => {
      const plan = target === null ? null : await wholeTarget(context, target, span)
      const key = `${span.from} ${span.to} ${meta.wholeFrom} ${JSON.stringify(feasts)}`
      const course =
        kept.get(key) ??
        landing({
          history: days.slice(first),
          span,
          events: feasts,
          earlier: spansBefore(rule, span.from, grain),
        })
      kept.set(key, course)
      const { actual, p10, p50, p90, probability, requiredPerDay, daysLeft, backtest } = course.at(
        until,
        plan ?? undefined,
      )
      return {
        grain,
        ...{ label: periodLabel(span.key), from: span.from, to: span.to, until },
        ...{ actual, plan, p10, p50, p90, probability, requiredPerDay, daysLeft },
        error: backtest.error,
      }
    }),
  )
}

/** Where the month heads by the last whole day, in a sentence; what a sale of today would still change is not in it. */
export async function landingTold(context: Context): Promise<LandingTold> {
  const [rule, target, { lastDay }] = await Promise.all([
    calendarOf(context),
    targetOf(context),
    knownDays(context, []),
  ])
  const until = earlier(lastDay, addDays(await todayOf(context), -1))
  const [month] = await landingsOf(context, { rule, until, target, grains: ['month'] })
  const { meta } = await askAs(context, { metrics: ['net_sales'], from: until, to: until })
  return month
    ? { landing: month, currency: meta.currency, words: landingWords(month, meta.currency) }
    : { landing: null, currency: meta.currency, words: '' }
}

/** The target over a whole period, days to come among them; null where it does not say all of them. */
async function wholeTarget(context: Context, target: string, { from, to }: Period): Promise<number | null> {
  const comparison = planComparison(target)
  const { rows } = await askAs(context, {
    metrics: ['net_sales'],
    from,
    to,
    grain: 'day',
    compare: [comparison] as Query['compare'],
  })
  const values = rows.map(row => row.compare?.[comparison]?.values.net_sales?.value ?? null)
  return values.length === 0 || values.includes(null) ? null : Number(sum(values))
}
