import type { Context } from '#features/context.ts'
import { type JudgedLimits, type Signal, seasonalLimits, signals } from '#forecast/control-limits.ts'
import { earlier } from '#kernel/day.ts'
import { type CalendarRule, civilYear, isWhole, periodsBetween, ruleNamed } from '#kernel/period.ts'
import { periodLabel } from '#kernel/period-words.ts'
import type { Scope } from '#metrics/engine.ts'
import type { AnswerRow } from '#metrics/query.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { StabilityAsked, StabilityTold, StablePoint } from './shape.ts'

/** Fewer values than these make no limits. */
const fewest = 6

/**
 * The XmR chart of a figure: its whole periods, the limits that they make by themselves, and what is not their own noise.
 * Periods that are cut by the window, not over or not all read yet are left out: a part is no value of the same process.
 */
export async function stabilityOf(
  { ledger, metrics }: Pick<Context, 'ledger' | 'metrics'>,
  asked: StabilityAsked,
  scope: Scope,
): Promise<StabilityTold> {
  const [metric = ''] = asked.metrics
  const { rows, meta } = await metrics.ask({ ...asked, compare: ['last_year_event'], limit: 1000 }, scope)
  const [company] = await ledger.select({ calendar: settings.company.calendar }).from(settings.company)
  const rule = ruleNamed((company?.calendar as CalendarRule | undefined) ?? civilYear, asked.calendar)
  const last = earlier(meta.to, meta.lastDay ?? meta.to)
  const whole = new Set(
    periodsBetween(rule, meta.from, last, asked.grain)
      .filter(one => one.from >= (meta.wholeFrom ?? '') && isWhole(rule, one.from, one.to, asked.grain))
      .map(one => one.key),
  )
  const seen = rows.filter(row => whole.has(String(row.period)))
  const known = seen.filter(row => row[metric] != null)
  const before = known.map(row => Number(lastYear(row, metric) ?? Number.NaN))
  const judged =
    known.length < fewest
      ? null
      : seasonalLimits(
          known.map(row => Number(row[metric])),
          before,
          known.length,
        )
  const points = pointsOf(seen, known, metric, judged)
  return {
    metric,
    currency: meta.currency,
    from: meta.from,
    to: meta.to,
    points,
    basis: judged?.basis ?? null,
    meanRange: judged?.limits.movingRange ?? null,
    rangeHigh: judged?.limits.rangeHigh ?? null,
    words: wordsOf(points, judged, asked.grain),
    definitions: meta.definitions,
  }
}

const lastYear = (row: AnswerRow, metric: string) =>
  row.compare?.last_year_event?.values[metric]?.value ?? null

function pointsOf(
  seen: readonly AnswerRow[],
  known: readonly AnswerRow[],
  metric: string,
  judged: JudgedLimits | null,
): StablePoint[] {
  const found = judged ? signals(judged.judged, judged.limits) : []
  const kinds = known.map((_, n) => kindsAt(found, n, judged))
  return seen.map(row => {
    const n = known.indexOf(row)
    const at = judged && n >= 0
    return {
      period: String(row.period),
      value: row[metric] ?? null,
      usual: at ? judged.usual(n) : null,
      low: at ? judged.low(n) : null,
      high: at ? judged.high(n) : null,
      range: at && n > 0 ? Math.abs((judged.judged[n] ?? 0) - (judged.judged[n - 1] ?? 0)) : null,
      signals: n < 0 ? [] : (kinds[n] ?? []),
    }
  })
}

/** What a value is told for; a run is told of every value in it, as long as it lasts. */
function kindsAt(found: readonly Signal[], n: number, judged: JudgedLimits | null): StablePoint['signals'] {
  const kinds = new Set(found.filter(one => one.index === n).map(one => one.kind))
  if (judged && found.some(one => one.kind === 'run' && one.from <= n && n <= endOf(one, judged)))
    kinds.add('run')
  return [...kinds]
}

/** Last value of a run: it is told when it is eight long, and may go on. */
function endOf({ index, above }: Signal, { judged, limits }: JudgedLimits): number {
  let end = index
  while (end + 1 < judged.length && (above ? 1 : -1) * ((judged[end + 1] ?? 0) - limits.mean) > 0) end++
  return end
}

function wordsOf(points: readonly StablePoint[], judged: JudgedLimits | null, grain: string): string {
  if (!judged)
    return `Limits need at least ${fewest} whole periods with a value: choose a longer time or a finer step.`
  const season =
    judged.basis === 'year_before'
      ? `each as a ratio to the same ${grain} a year before, moving feasts aligned: the season is taken out`
      : 'as they are: no season is taken out'
  const out = points.filter(one => one.signals.includes('beyond_limits'))
  const runs = points.filter(one => one.signals.includes('run'))
  const steps = points.filter(one => one.signals.includes('range'))
  const span = (those: readonly StablePoint[]) =>
    those.length === 1
      ? periodLabel(those[0]?.period ?? '')
      : `${those.length}, last ${periodLabel(those.at(-1)?.period ?? '')}`
  const said = [
    out.length > 0 && `outside the limits: ${span(out)}`,
    runs.length > 0 && `eight or more in a row on one side: to ${periodLabel(runs.at(-1)?.period ?? '')}`,
    steps.length > 0 && `too large a step: ${span(steps)}`,
  ].filter(Boolean)
  const stands = said.length === 0 ? 'Nothing but its own noise.' : `Not its own noise: ${said.join('; ')}.`
  return `${stands} Control limits (XmR) of ${judged.learn} periods, ${season}.`
}
