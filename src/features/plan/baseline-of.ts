import { ruleOf } from '#features/company-days.ts'
import { companyEvents } from '#features/company-events.ts'
import type { Context } from '#features/context.ts'
import { type SeasonAhead, seasonAhead } from '#forecast/season-ahead.ts'
import { addDays, addYears, type Day, dayCount, daysBetween, later } from '#kernel/day.ts'
import { ratio, sum } from '#kernel/money.ts'
import { calculate } from '#kernel/plan/calculate.ts'
import { plainOrNull } from '#kernel/plan/fixed.ts'
import { rolled } from '#kernel/plan/roll.ts'
import { inputsOf } from '#kernel/plan/rows.ts'
import type { SheetPeriod } from '#kernel/plan/sheet.ts'
import { forecastComparison } from '#kernel/view.ts'
import type * as tables from '#postgres/tables/plan.ts'
import { askAs, yearBefore } from './actuals.ts'
import { closedIn, rowsOf } from './cells.ts'
import { type Learnt, shapeOf } from './shapes.ts'
import { lastWholeDay } from './versions.ts'

/** Net sales of an open period as the plan, the forecast and the simplest rule there is say them. */
interface Baseline {
  period: string
  label: string
  plan: string | null
  /** What happened so far and what is forecast of the rest; null where nothing looks so far. */
  forecast: string | null
  /** The forecast's 80 % interval. */
  low: string | null
  high: string | null
  /** Share of the days to come that only the carried-on season speaks of; null where none is to come. */
  season: number | null
  /** The same period last year at this year's level: times how sales went against the year before. */
  naive: string | null
}

export interface Baselines {
  metric: string
  line: string | null
  periods: Baseline[]
  growth: string | null
  /** How many days of a year were compared for the growth. */
  days: number
  /** How the season is carried on beyond the models; null without a year of history. */
  ahead: { until: string; levelDays: number; tried: number; error: number | null; notes: string[] } | null
}

/** Seasons carried on, by the days they were learnt from and the length of a period: worked out once for both. */
const carriedOn = new WeakMap<Learnt, Map<number, SeasonAhead | null>>()

async function aheadOf(context: Context, learnt: Learnt, block: number): Promise<SeasonAhead | null> {
  const own = carriedOn.get(learnt) ?? new Map<number, SeasonAhead | null>()
  carriedOn.set(learnt, own)
  if (!own.has(block)) own.set(block, seasonAhead(learnt.days, await companyEvents(context), block))
  return own.get(block) ?? null
}

/**
 * Open periods of a version beside their statistical baseline: Quarterdeck's forecast as far as it looks, then the shop's
 * season at its present level. The seasonal-naïve reference is the same period of last year × (rolling twelve months ÷ the
 * twelve before).
 */
export async function baselineOf(
  context: Context,
  version: typeof tables.versions.$inferSelect,
): Promise<Baselines> {
  const { sheet } = version
  const metric = 'net_sales'
  const line = sheet.lines.find(one => one.metric === metric)
  const last = await lastWholeDay(context)
  const learnt = line && last ? await shapeOf(context, metric, last, { currency: sheet.currency }) : null
  if (!line || !last || !learnt)
    return { metric, line: null, periods: [], growth: null, days: 0, ahead: null }
  const rule = await ruleOf(context)
  const plan = calculate(sheet, inputsOf(sheet, await rowsOf(context, version.id)))
  const closed = new Set(await closedIn(context, version))
  const open = sheet.periods.flatMap((period, n) => (closed.has(period.key) ? [] : [{ ...period, n }]))
  const sold = new Map(learnt.days.map(one => [one.day, one.value]))
  const sales = (from: Day, to: Day) =>
    daysBetween(from, to)
      .reduce((all, day) => all + (sold.get(day) ?? 0), 0)
      .toFixed(2)
  const first = learnt.days[0]?.day ?? last
  // Twelve months against the twelve before; of a shorter history the same days of both years, four weeks at least.
  const then = {
    from: later(addDays(addYears(last, -2), 1), first),
    to: addYears(last, -1),
  }
  const days = Math.max(0, dayCount(then.from, then.to))
  const growth = days < 28 ? null : ratio(sales(addYears(then.from, 1), last), sales(then.from, then.to), 8)
  const near = await forecastOf(context, metric, sheet.currency, open)
  const ahead = await aheadOf(context, learnt, usualLength(sheet.periods))
  const periods = open.map(period => {
    const before = yearBefore(rule, period)
    return {
      period: period.key,
      label: period.label,
      plan: plainOrNull(rolled(plan, line.name, { members: {}, first: period.n, last: period.n })),
      ...expectedOf(period, last, near, ahead),
      naive:
        before.to <= last && before.from >= first && growth !== null
          ? (Number(sales(before.from, before.to)) * Number(growth)).toFixed(2)
          : null,
    }
  })
  const { until, levelDays, tried, error, notes } = ahead ?? {}
  return {
    metric,
    line: line.name,
    periods,
    growth,
    days,
    ahead:
      until === undefined || levelDays === undefined || tried === undefined
        ? null
        : { until, levelDays, tried, error: error ?? null, notes: notes ?? [] },
  }
}

/** Days of the middle one of the periods. */
const usualLength = (periods: readonly SheetPeriod[]): number =>
  periods.map(one => dayCount(one.from, one.to)).sort((a, b) => a - b)[periods.length >> 1] ?? 30

/** What the days of the open periods came to, or are forecast to; days nothing is said of are not among them. */
async function forecastOf(
  context: Context,
  metric: string,
  currency: string,
  open: readonly SheetPeriod[],
): Promise<Map<Day, { actual: string | null; forecast: string | null }>> {
  const [first, last] = [open[0], open.at(-1)]
  if (!first || !last) return new Map()
  const { rows } = await askAs(context, {
    metrics: [metric],
    from: first.from,
    to: last.to,
    grain: 'day',
    currency,
    compare: [forecastComparison],
    wholeDays: true,
  })
  return new Map(
    rows.map(row => [
      String(row.period),
      {
        actual: (row[metric] as string | null) ?? null,
        forecast: row.compare?.[forecastComparison]?.values[metric]?.value ?? null,
      },
    ]),
  )
}

/** A period as it is expected: days that are over as they were, the next by the forecast, the others by the season. */
function expectedOf(
  { from, to }: SheetPeriod,
  last: Day,
  near: Awaited<ReturnType<typeof forecastOf>>,
  ahead: SeasonAhead | null,
): Pick<Baseline, 'forecast' | 'low' | 'high' | 'season'> {
  const days = daysBetween(from, to)
  const came = sum(days.filter(day => day <= last).map(day => near.get(day)?.actual ?? '0')) ?? '0'
  const toCome = days.filter(day => day > last)
  const [firstDay, lastDay] = [toCome[0], toCome.at(-1)]
  if (!firstDay || !lastDay) return { forecast: came, low: null, high: null, season: null }
  const said = toCome.map(day => near.get(day)?.forecast ?? null)
  const bySeason = said.filter(one => one === null).length
  if (bySeason > 0 && (!ahead || lastDay > ahead.until))
    return { forecast: null, low: null, high: null, season: null }
  const rest = toCome.reduce((all, day, n) => all + Number(said[n] ?? ahead?.day(day) ?? 0), 0)
  const width = ahead?.width(addDays(firstDay, toCome.length >> 1))
  const of = (z: number) => (Number(came) + rest * Math.exp(z * (width ?? 0))).toFixed(2)
  return {
    forecast: of(0),
    low: width === undefined ? null : of(-1),
    high: width === undefined ? null : of(1),
    season: bySeason / toCome.length,
  }
}
