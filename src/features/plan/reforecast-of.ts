import { and, asc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addDays, addYears, type Day, dayCount, later } from '#kernel/day.ts'
import { invalid } from '#kernel/error.ts'
import { exact, ratio, sum } from '#kernel/money.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { caseResult } from '#kernel/plan/cases.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { expecting, type Weighted, weighed } from '#kernel/plan/reforecast.ts'
import { rolled } from '#kernel/plan/roll.ts'
import type { SheetPeriod } from '#kernel/plan/sheet.ts'
import { forecastComparison } from '#kernel/view.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs, yearBefore } from './actuals.ts'
import { lapsedWords, standingOf } from './approvals.ts'
import { casesIn } from './case-plan.ts'
import { closedIn, rowsOf, versionOf } from './cells.ts'
import { signedPrint } from './fingerprint.ts'
import { conflictsOf, inputsOf, resultsOf } from './model.ts'
import { type Check, checksOf } from './reforecast-checks.ts'
import { latestDay, ruleOf } from './versions.ts'

/** Where a reforecast stands: its landing, what may come beside it, what it is held against, and what blocks its lock. */

type Version = typeof tables.versions.$inferSelect
type Risk = typeof tables.risks.$inferSelect
/** `lapsed`: what was signed has changed since. */
type Signed = { byName: string; at: string; note: string; lapsed: boolean }

/** Steps a person signs; the checks answer for themselves. */
export const signedSteps = ['baseline', 'expectations', 'risks'] as const
export type SignedStep = (typeof signedSteps)[number]

export interface Accepted extends Check {
  accepted: { why: string; byName: string; at: string } | null
}

export interface Reforecast {
  version: Version
  line: { name: string; label: string }
  lines: { name: string; label: string }[]
  periods: { key: string; label: string; closed: boolean; baseline: string | null; landing: string | null }[]
  baseline: string | null
  landing: string | null
  /** The version it was made from, over the same line. */
  before: { name: string; total: string | null } | null
  expectations: number
  /** What owners expect that could not be carried through the plan. */
  notes: string[]
  risks: Risk[]
  weighed: Weighted
  checks: Accepted[]
  capacity: string | null
  steps: Partial<Record<SignedStep, Signed>>
  blockers: { step: 'baseline' | 'expectations' | 'checks' | 'risks' | 'lock'; says: string }[]
}

/**
 * A reforecast as it stands, told over one of its lines (its result where none is named).
 * @throws Failure('invalid') for a line that is not among the plan's results.
 */
export async function reforecastOf(
  context: Context,
  id: string,
  lineName: string | undefined,
): Promise<Reforecast> {
  const { ledger, clock } = context
  const version = await versionOf(context, id)
  const { sheet } = version
  const rows = await rowsOf(context, id)
  const plan = calculate(sheet, inputsOf(sheet, rows))
  const lines = resultsOf(sheet)
  const line =
    lineName === undefined
      ? (lines.find(one => one.name === caseResult(sheet)?.name) ?? lines[0])
      : lines.find(one => one.name === lineName)
  if (!line)
    throw invalid(
      lineName === undefined
        ? `${version.name} has no result in money to land on.`
        : `${version.name} has no result "${lineName}".`,
      `It has ${lines.map(one => one.name).join(', ') || 'none: add a line that is worked out in money'}.`,
    )
  const closed = new Set(await closedIn(context, version))
  const open = sheet.periods.flatMap((period, n) => (closed.has(period.key) ? [] : [n]))
  const [from, to] = [0, sheet.periods.length - 1]
  const byPeriod = () =>
    sheet.periods.map((_, n) => plainOrNull(rolled(plan, line.name, { members: {}, first: n, last: n })))
  const total = () => plainOrNull(rolled(plan, line.name, { members: {}, first: from, last: to }))
  const problem = plan.problems[0]
  const [baselines, baseline] = [byPeriod(), total()]
  const overlays = await ledger
    .select()
    .from(tables.overlays)
    .where(eq(tables.overlays.version, id))
    .orderBy(asc(tables.overlays.at))
  const expected = overlays.flatMap(({ metric, period, value }) => {
    const of = sheet.lines.find(one => one.metric === metric)
    return of && !closed.has(period) && sheet.periods.some(one => one.key === period)
      ? [{ line: of.name, period, value }]
      : []
  })
  const notes = expecting(plan, expected)
  const [landings, landing] = [byPeriod(), total()]
  const risks = await ledger
    .select()
    .from(tables.risks)
    .where(eq(tables.risks.version, id))
    .orderBy(tables.risks.title)
  const own = risks.filter(one => one.line === line.name && one.open === 1)
  const [state] = await ledger.select().from(tables.reforecasts).where(eq(tables.reforecasts.version, id))
  const checks = await checksOf(context, {
    version,
    plan,
    open,
    capacity: state?.capacity ?? null,
    lastDay: await latestDay(context),
    today: clock().toISOString().slice(0, 10),
  })
  const accepted = checks.map((check): Accepted => {
    const one = state?.accepted[check.name]
    return {
      ...check,
      // What was accepted was what it said then; said otherwise, it is to be looked at again.
      accepted:
        check.state !== 'passes' && one && one.says === check.says
          ? { why: one.why, byName: one.byName, at: one.at }
          : null,
    }
  })
  const steps: Reforecast['steps'] = {}
  for (const step of signedSteps) {
    const by = state?.steps[step]
    if (!by) continue
    const { content, ...signed } = by
    const now = await signedPrint[step](context, version, rows)
    steps[step] = { ...signed, lapsed: content !== undefined && content !== now }
  }
  const unsigned = (step: SignedStep, nobody: string, changed: string) => {
    const by = steps[step]
    return by && !by.lapsed
      ? []
      : [{ step, says: by ? `${changed} after ${by.byName} signed: it is to be signed again.` : nobody }]
  }
  const lapsed =
    version.state === 'approved' ? lapsedWords(version, await standingOf(context, version)) : null
  const gone = (await casesIn(context, version)).cases.filter(one => one.state !== 'approved')
  return {
    version,
    line,
    lines,
    periods: sheet.periods.map((period, n) => ({
      key: period.key,
      label: period.label,
      closed: closed.has(period.key),
      baseline: baselines[n] ?? null,
      landing: landings[n] ?? null,
    })),
    baseline,
    landing,
    before: await beforeOf(context, version, line.name),
    expectations: expected.length,
    notes,
    risks,
    weighed: weighed(own),
    checks: accepted,
    capacity: state?.capacity ?? null,
    steps,
    blockers: [
      ...(problem
        ? [{ step: 'baseline' as const, says: `A line cannot be worked out: ${problem.message}` }]
        : []),
      ...(conflictsOf(rows).size > 0
        ? [{ step: 'baseline' as const, says: 'Cells were filled in differently by two people.' }]
        : []),
      ...(closed.size === 0
        ? [
            {
              step: 'baseline' as const,
              says: 'No month of it is closed: begin it from a version, with closed months.',
            },
          ]
        : []),
      ...gone.map(one => ({
        step: 'baseline' as const,
        says: `The business case “${one.title}” is not approved any more.`,
      })),
      ...unsigned('baseline', 'Nobody has signed the baseline.', 'The baseline changed'),
      ...unsigned(
        'expectations',
        'Nobody has signed that the owners are done.',
        'What owners expect changed',
      ),
      ...notes.map(says => ({ step: 'expectations' as const, says })),
      ...accepted
        .filter(check => check.state !== 'passes' && !check.accepted)
        .map(check => ({
          step: 'checks' as const,
          says: `${check.label} ${check.state === 'fails' ? 'fails' : 'is not known'}, and nobody has accepted that.`,
        })),
      ...risks
        .filter(one => one.open === 1 && one.owner.trim() === '')
        .map(one => ({ step: 'risks' as const, says: `“${one.title}” has no owner.` })),
      ...unsigned('risks', 'Nobody has signed the risks.', 'The risks changed'),
      ...(lapsed ? [{ step: 'lock' as const, says: lapsed }] : []),
    ],
  }
}

async function beforeOf(
  context: Context,
  version: Version,
  line: string,
): Promise<{ name: string; total: string | null } | null> {
  if (version.basedOn === null) return null
  const [before] = await context.ledger
    .select()
    .from(tables.versions)
    .where(and(eq(tables.versions.id, version.basedOn)))
  if (!before) return null
  const plan = calculate(before.sheet, inputsOf(before.sheet, await rowsOf(context, before.id)))
  return {
    name: before.name,
    total:
      plan.lineNumber(line) === undefined
        ? null
        : plainOrNull(rolled(plan, line, { members: {}, first: 0, last: before.sheet.periods.length - 1 })),
  }
}

/** Net sales of an open period as the plan, the forecast and the simplest rule there is say them. */
export interface Baseline {
  period: string
  label: string
  plan: string | null
  /** What happened so far and Quarterdeck's forecast of the rest; null where it does not look so far. */
  forecast: string | null
  /** The same period last year at this year's level: times how sales went against the year before. */
  naive: string | null
}

/**
 * Open periods of a version beside their statistical baseline. The seasonal-naïve reference is the same month of last
 * year × (rolling twelve months ÷ the twelve before).
 */
export async function baselineOf(
  context: Context,
  version: Version,
): Promise<{
  metric: string
  line: string | null
  periods: Baseline[]
  growth: string | null
  days: number
}> {
  const { sheet } = version
  const metric = 'net_sales'
  const line = sheet.lines.find(one => one.metric === metric)
  const last = await latestDay(context)
  if (!line || !last) return { metric, line: null, periods: [], growth: null, days: 0 }
  const rule = await ruleOf(context)
  const plan = calculate(sheet, inputsOf(sheet, await rowsOf(context, version.id)))
  const closed = new Set(await closedIn(context, version))
  const sales = async (span: { from: Day; to: Day }) => {
    const answer = await askAs(context, { metrics: [metric], ...span, currency: sheet.currency })
    const value = answer.totals[metric]
    return typeof value === 'string' ? value : null
  }
  // Twelve months against the twelve before; of a shorter history the same days of both years, four weeks at least.
  const whole = await askAs(context, { metrics: [metric], window: 'all_time' })
  const then = {
    from: later(addDays(addYears(last, -2), 1), whole.meta.from),
    to: addYears(last, -1),
  }
  const days = Math.max(0, dayCount(then.from, then.to))
  const growth =
    days < 28 ? null : ratio(await sales({ from: addYears(then.from, 1), to: last }), await sales(then), 8)
  const periods: Baseline[] = []
  for (const [n, period] of sheet.periods.entries()) {
    if (closed.has(period.key)) continue
    const before = yearBefore(rule, period)
    const was = before.to <= last ? await sales(before) : null
    periods.push({
      period: period.key,
      label: period.label,
      plan: plainOrNull(rolled(plan, line.name, { members: {}, first: n, last: n })),
      forecast: await forecastIn(context, metric, sheet.currency, period, last),
      naive: was !== null && growth !== null ? exact(was).times(exact(growth)).toFixed(2) : null,
    })
  }
  return { metric, line: line.name, periods, growth, days }
}

/** What happened of a period, and what is forecast of the rest; null where a day to come is not forecast. */
async function forecastIn(
  context: Context,
  metric: string,
  currency: string,
  period: SheetPeriod,
  last: Day,
): Promise<string | null> {
  const answer = await askAs(context, {
    metrics: [metric],
    from: period.from,
    to: period.to,
    grain: 'day',
    currency,
    compare: [forecastComparison],
  })
  const days = answer.rows.map(row => {
    if (String(row.period) <= last) return (row[metric] as string | null) ?? '0'
    return row.compare?.[forecastComparison]?.values[metric]?.value ?? null
  })
  const wanted = Math.round((Date.parse(period.to) - Date.parse(period.from)) / 86_400_000) + 1
  return days.length < wanted || days.some(day => day === null) ? null : sum(days)
}
