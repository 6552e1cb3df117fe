import type { Context } from '#features/context.ts'
import { landing, spansBefore } from '#forecast/landing.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import { type CalendarRule, type Period, periodOf } from '#kernel/period.ts'
import { periodLabel } from '#kernel/period-words.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import type { Query } from '#metrics/query.ts'
import { events } from '#postgres/tables/settings.ts'
import { askAs } from './decks.ts'
import type { Monday } from './pack-shape.ts'

/** Years of days a landing is learnt from, as the plan's screen does. */
const learnFrom = 3 * 366

/**
 * What landings have learnt by the rows they were learnt from, with the events: the language gives the very same rows again
 * until a load touches a day of them.
 */
const learnt = new WeakMap<object, Map<string, ReturnType<typeof landing>>>()

/** Where the month and the quarter of the week will end by what was sold until its last day, beside the target. */
export async function landingsOf(
  context: Context,
  { rule, until, target }: { rule: CalendarRule; until: Day; target: string | null },
): Promise<Monday['landings']> {
  const { rows } = await askAs(context, {
    metrics: ['net_sales'],
    grain: 'day',
    from: addDays(until, -learnFrom),
    to: until,
  })
  const days = rows
    .map(row => ({ day: String(row.period), value: Number(row.net_sales ?? 0) }))
    .filter(one => Number.isFinite(one.value))
  const first = days.findIndex(one => one.value !== 0)
  if (first < 0) return []
  const feasts = (await context.ledger.select().from(events))
    .filter(event => event.kind === 'promotion' || event.kind === 'holiday')
    .map(({ series, name, from, to }) => ({ series, name, from, to }))
  const kept = learnt.get(rows) ?? new Map<string, ReturnType<typeof landing>>()
  learnt.set(rows, kept)
  return Promise.all(
    (['month', 'quarter'] as const).map(async grain => {
      const span = periodOf(rule, until, grain)
      const plan = target === null ? null : await wholeTarget(context, target, span)
      const key = `${span.from} ${span.to} ${JSON.stringify(feasts)}`
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
