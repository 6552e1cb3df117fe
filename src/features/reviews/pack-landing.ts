import { closedDay, ruleOf } from '#features/company-days.ts'
import { companyEvents } from '#features/company-events.ts'
import type { Context } from '#features/context.ts'
import { contributionLanding } from '#forecast/contribution.ts'
import { landing, spansBefore } from '#forecast/landing.ts'
import { addDays, type Day, earlier } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { type CalendarRule, type Period, periodOf } from '#kernel/period.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Query } from '#metrics/query.ts'
import { costWaterfall } from '#postgres/tables/settings.ts'
import { askAs, knownDays, targetOf } from './decks.ts'
import { landingWords, soFarWords } from './model.ts'
import type { LandingTold, Monday } from './pack-shape.ts'

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
  const feasts = await companyEvents(context)
  const kept = learnt.get(rows) ?? new Map<string, ReturnType<typeof landing>>()
  learnt.set(rows, kept)
  // Of a period that has come in part nobody knows where it ends.
  const spans = grains
    .map(grain => ({ grain, span: periodOf(rule, until, grain) }))
    .filter(({ span }) => span.from >= (meta.wholeFrom ?? ''))
  return Promise.all(
    spans.map(async ({ grain, span }) => {
      const plan = target === null ? null : await planOf(context, 'net_sales', target, span, until)
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
        plan?.whole,
      )
      return {
        grain,
        ...{ label: periodLabel(span.key), from: span.from, to: span.to, until },
        ...{ actual, plan: plan?.whole ?? null, planToDate: plan?.toDate ?? null },
        ...{ p10, p50, p90, probability, requiredPerDay, daysLeft },
        error: backtest.error,
      }
    }),
  )
}

/** Where the month heads by the last day that is over in every store, in a sentence. */
export async function landingTold(context: Context, of: 'net_sales' | 'contribution'): Promise<LandingTold> {
  const [rule, target, { lastDay }] = await Promise.all([
    ruleOf(context),
    targetOf(context),
    knownDays(context, []),
  ])
  const until = earlier(lastDay, await closedDay(context))
  if (of === 'contribution') return contributionTold(context, { rule, until, target })
  const [month] = await landingsOf(context, { rule, until, target, grains: ['month'] })
  const { meta } = await askAs(context, { metrics: ['net_sales'], from: until, to: until })
  const same = { currency: meta.currency, metric: 'net_sales' }
  return month
    ? {
        ...same,
        landing: month,
        words: landingWords(month, meta.currency),
        soFar: soFarWords(month, meta.currency),
      }
    : { ...same, landing: null, words: '', soFar: '' }
}

/** What landings of contribution have learnt, as those of sales. */
const learntOfCosts = new WeakMap<object, Map<string, ReturnType<typeof contributionLanding>>>()

/** Where the month's contribution heads: of the last tier whose costs are known over the month; else why nothing can be said. */
async function contributionTold(
  context: Context,
  { rule, until, target }: { rule: CalendarRule; until: Day; target: string | null },
): Promise<LandingTold> {
  const [waterfall] = await context.ledger.select().from(costWaterfall)
  const tiers = waterfall?.tiers ?? usualWaterfall
  const span = periodOf(rule, until, 'month')
  const metrics = tiers.map(one => one.name)
  const { totals, meta } = await askAs(context, { metrics, from: span.from, to: until })
  const tier = tiers.findLast(one => typeof totals[one.name] === 'string') ?? tiers.at(-1)
  const { currency } = meta
  const without = (label: string, why: string): LandingTold => ({
    ...{ landing: null, currency, metric: tier?.name ?? '', soFar: '' },
    words: why && `${label} of ${periodLabel(span.key)} is N/A: ${why.replace(/\.$/, '')}.`,
  })
  if (!tier) return without('', '')
  const missing = meta.missing[tier.name]
  if (missing !== undefined) return without(tier.label, missing)
  const answer = await askAs(context, {
    metrics: ['net_sales', tier.name],
    grain: 'day',
    from: addDays(until, -learnFrom),
    to: until,
  })
  // From the last day whose costs are not known on; a day without any sale costs nothing.
  const rows = answer.rows.filter(row => String(row.period) >= (answer.meta.wholeFrom ?? ''))
  const gap = rows.findLastIndex(row => row[tier.name] === null && Number(row.net_sales ?? 0) !== 0)
  const days = rows.slice(gap + 1).map(row => ({
    day: String(row.period),
    value: Number(row.net_sales ?? 0),
    contribution: Number(row[tier.name] ?? 0),
  }))
  const first = days.findIndex(one => one.value !== 0)
  const history = first < 0 ? [] : days.slice(first)
  if (gap >= 0 && String(rows[gap]?.period) >= span.from)
    return without(tier.label, 'its costs are not known for every day of the month')
  if (history.length < leastDays) return without(tier.label, `costs are known of ${history.length} days only`)
  const plan = target === null ? null : await planOf(context, tier.name, target, span, until)
  const feasts = await companyEvents(context)
  const key = `${tier.name} ${span.from} ${answer.meta.wholeFrom} ${JSON.stringify(feasts)}`
  const kept = learntOfCosts.get(answer.rows) ?? new Map<string, ReturnType<typeof contributionLanding>>()
  learntOfCosts.set(answer.rows, kept)
  const earlierSpans = spansBefore(rule, span.from, 'month')
  const course =
    kept.get(key) ?? contributionLanding({ history, span, events: feasts, earlier: earlierSpans })
  kept.set(key, course)
  const at = course.at(until, plan?.whole)
  const month = {
    grain: 'month' as const,
    ...{ label: periodLabel(span.key), from: span.from, to: span.to, until, requiredPerDay: null },
    ...{ plan: plan?.whole ?? null, planToDate: plan?.toDate ?? null },
    ...{ actual: at.actual, p10: at.p10, p50: at.p50, p90: at.p90 },
    ...{ probability: at.probability, daysLeft: at.daysLeft, error: at.error },
  }
  return {
    ...{ landing: month, currency, metric: tier.name, soFar: soFarWords(month, currency) },
    words: landingWords({ ...month, label: tier.label }, currency),
  }
}

/** Days whose costs are known, fewer than which say nothing of a rate. */
const leastDays = 28

/** The target over a whole period, days to come among them, and of its days to `until`; null where it does not say all of them. */
async function planOf(
  context: Context,
  metric: string,
  target: string,
  { from, to }: Period,
  until: Day,
): Promise<{ whole: number; toDate: number } | null> {
  const comparison = planComparison(target)
  const { rows } = await askAs(context, {
    metrics: [metric],
    from,
    to,
    grain: 'day',
    compare: [comparison] as Query['compare'],
    // Of the day that is not over its whole plan, too: days are added up.
    wholeDays: true,
  })
  const values = rows.map(row => row.compare?.[comparison]?.values[metric]?.value ?? null)
  if (values.length === 0 || values.includes(null)) return null
  const due = values.filter((_, n) => String(rows[n]?.period) <= until)
  return { whole: Number(sum(values)), toDate: Number(sum(due)) }
}
