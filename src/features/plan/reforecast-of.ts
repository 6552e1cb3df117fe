import { and, asc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { caseResult } from '#kernel/plan/cases.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { expecting, type Weighted, weighed } from '#kernel/plan/reforecast.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { conflictsOf, inputsOf } from '#kernel/plan/rows.ts'
import * as tables from '#postgres/tables/plan.ts'
import { askAs } from './actuals.ts'
import { lapsedWords, standingOf } from './approvals.ts'
import { casesIn } from './case-plan.ts'
import { closedIn, rowsOf, versionOf } from './cells.ts'
import { keptOf } from './copies.ts'
import { signedPrint } from './fingerprint.ts'
import { resultsOf } from './model.ts'
import { type Check, checksOf } from './reforecast-checks.ts'
import { latestDay } from './versions.ts'

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
  /** `known`: something is known of its sales; a closed period without holds what was planned. */
  periods: {
    key: string
    label: string
    closed: boolean
    known: boolean
    baseline: string | null
    landing: string | null
  }[]
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

/** Keys of the periods of which any sales are known. */
async function knownIn(
  context: Context,
  periods: readonly { key: string; from: string; to: string }[],
): Promise<Set<string>> {
  const asked = periods.map(async ({ key, from, to }) => {
    const { totals } = await askAs(context, { metrics: ['net_sales'], from, to })
    return totals.net_sales === null ? [] : [key]
  })
  return new Set((await Promise.all(asked)).flat())
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
  const known = await knownIn(
    context,
    sheet.periods.filter(one => closed.has(one.key)),
  )
  const gone = (await casesIn(context, version, await keptOf(context, version))).cases.filter(
    one => one.state !== 'approved',
  )
  return {
    version,
    line,
    lines,
    periods: sheet.periods.map((period, n) => ({
      key: period.key,
      label: period.label,
      closed: closed.has(period.key),
      known: known.has(period.key),
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
