import { and, eq, sql } from 'drizzle-orm'
import { ruleOf } from '#features/company-days.ts'
import { companyEvents } from '#features/company-events.ts'
import type { Context } from '#features/context.ts'
import { type Landing, landing, spansBefore } from '#forecast/landing.ts'
import { addDays, type Day, dayCount, daysBetween, earlier, later } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { asKept, sum } from '#kernel/money.ts'
import { periodOf } from '#kernel/period.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { askAs } from './actuals.ts'
import { conversion } from './rates.ts'
import { shapeOf } from './shapes.ts'
import { elsewhereOf } from './unbudgeted.ts'
import { lastWholeDay } from './versions.ts'

export interface Pacing extends Landing {
  metric: string
  label: string
  unit: string
  currency: string | null
  from: Day
  to: Day
  until: Day
  plan: number | null
  /** Cumulative by day: what was, what the plan phased says, where it heads (P10, P50, P90). */
  course: {
    day: Day
    actual: number | null
    plan: number | null
    p10: number | null
    p50: number | null
    p90: number | null
  }[]
}

/** Where a period is heading: actual to date against the phased plan, landing with its range, run-rate and chance. */
export async function pacing(
  context: Context,
  asked: {
    metric: string
    grain: 'week' | 'month' | 'quarter'
    day?: Day
    version?: string
    stores?: string[]
  },
): Promise<Pacing> {
  const last = await lastWholeDay(context)
  if (!last)
    throw new Failure('not_found', 'There are no sales yet, so there is nothing to pace.', {
      next: 'Import orders or connect a shop.',
    })
  const rule = await ruleOf(context)
  const wanted = periodOf(rule, asked.day ?? last, asked.grain)
  if (wanted.from > last)
    throw new Failure(
      'invalid',
      `The ${asked.grain} of ${asked.day} begins on ${wanted.from}, and sales are known up to ${last}: there is nothing to pace yet.`,
      { next: `Ask for a day up to ${last}, or for the plan of ${wanted.from} to ${wanted.to}.` },
    )
  const within = earlier(asked.day ?? last, last)
  const { from, to } = periodOf(rule, within, asked.grain)
  const until = earlier(within, to)
  const stores = asked.stores ? { stores: asked.stores } : {}
  const found = await shapeOf(context, asked.metric, until, stores)
  const comparison = asked.version && planComparison(asked.version)
  const answer = await askAs(context, {
    metrics: [asked.metric],
    from,
    to,
    ...stores,
    // The whole of each day's plan: its days are added up, the one that is not over among them.
    ...(comparison && { compare: [comparison], grain: 'day', wholeDays: true }),
  })
  const definition = answer.meta.definitions[asked.metric]
  // A day that cannot be told in the currency is no day without sales.
  const noRate = answer.meta.warnings.find(one => one.code === 'rates')
  if (noRate)
    throw new Failure('invalid', `What there is up to ${until} cannot be added up: ${noRate.message}`, {
      next: 'Add the rate, or ask for the stores of one currency.',
    })
  const coming = answer.meta.warnings.find(one => one.code === 'coming')
  if (coming)
    throw new Failure('not_found', `What there is up to ${until} is not whole yet: ${coming.message}`, {
      next: 'It is told here by itself once it is.',
    })
  if (!found)
    throw new Failure('not_found', `There is no ${asked.metric} up to ${until}.`, {
      next: 'Choose a metric that has data.',
    })
  const plans = comparison
    ? answer.rows.map(row => row.compare?.[comparison]?.values[asked.metric]?.value ?? null)
    : []
  // The answer stands beside the elapsed days; the whole of the plan is its days added up, those to come among them.
  const planned = plans.length > 0 && plans.every(one => one !== null) ? Number(sum(plans)) : null
  const events = await companyEvents(context)
  const booked =
    asked.metric === 'spend' && asked.version && !asked.stores
      ? await bookedMedia(context, asked.version, answer.meta.currency, addDays(until, 1), to)
      : 0
  const course = landing({
    history: found.days,
    span: { from, to },
    events,
    earlier: spansBefore(rule, from, asked.grain),
  })
  const outlook = course.at(until, planned ?? undefined, booked)
  const days = daysBetween(from, to)
  const sold = new Map(found.days.map(one => [one.day, one.value]))
  const rest = 1 - outlook.elapsed
  let [actual, plan, share] = [0, 0, 0]
  const points = days.map((day, n) => {
    share += course.shares[n] as number
    if (day <= until) actual += sold.get(day) ?? 0
    plan += Number(plans[n] ?? 0)
    const ahead = rest > 0 ? Math.min(1, Math.max(0, (share - outlook.elapsed) / rest)) : 1
    const heads = (end: number) =>
      day < until ? null : asKept(outlook.actual + (end - outlook.actual) * (day === until ? 0 : ahead))
    return {
      day,
      actual: day <= until ? asKept(actual) : null,
      plan: planned === null ? null : asKept(plan),
      p10: heads(outlook.p10),
      p50: heads(outlook.p50),
      p90: heads(outlook.p90),
    }
  })
  // As its own days say, where the plan does, so that the line and the word are one.
  const planToDate = points.findLast(one => one.day <= until)?.plan ?? null
  return {
    ...outlook,
    planToDate,
    pace: planToDate ? outlook.actual / planToDate : null,
    metric: asked.metric,
    label: definition?.label ?? asked.metric,
    unit: definition?.unit ?? 'count',
    currency: answer.meta.currency,
    from,
    to,
    until,
    plan: planned,
    course: points,
  }
}

/** Media that is booked on budget lines of a version for days to come, in a currency; evenly over each booking's days to come. */
async function bookedMedia(
  context: Context,
  version: string,
  currency: string | null,
  from: Day,
  to: Day,
): Promise<number> {
  if (from > to || currency === null) return 0
  const { ledger, granary } = context
  const rows = await ledger
    .select({
      amount: tables.commitments.amount,
      currency: tables.commitments.currency,
      from: tables.commitments.from,
      to: tables.commitments.to,
    })
    .from(tables.commitments)
    .innerJoin(
      tables.items,
      eq(sql`coalesce(${tables.items.origin}, ${tables.items.id})`, tables.commitments.item),
    )
    .where(
      and(eq(tables.items.version, version), eq(tables.items.kind, 'media'), eq(tables.commitments.open, 1)),
    )
  // Booked on a line this version lacks it is booked all the same.
  const [own] = await ledger.select().from(tables.versions).where(eq(tables.versions.id, version))
  for (const { item, commitments } of own ? await elsewhereOf(context, own) : [])
    if (item.kind === 'media') rows.push(...commitments.filter(one => one.open === 1))
  const rates = await ratesOf(granary, [currency, ...rows.map(row => row.currency)])
  const into = conversion(rates, { currency, from, rates: {} }, 'actual')
  return rows.reduce((all, row) => {
    const [first, last] = [later(row.from, from), earlier(row.to, to)]
    const amount = into.spent(row.amount, row.currency, from)
    if (first > last || amount === null) return all
    // A booking is what is still to be spent: over the days it has left.
    return all + (Number(amount) * dayCount(first, last)) / dayCount(later(row.from, from), row.to)
  }, 0)
}
