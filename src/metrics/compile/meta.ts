import type { TableName } from '#kernel/canonical.ts'
import { addDays, type Day, earlier, later } from '#kernel/day.ts'
import { planComparison } from '#kernel/plan-comparison.ts'
import { spanWords } from '#kernel/view.ts'
import type { Row } from '#warehouse/warehouse.ts'
import { factByName } from '../facts.ts'
import { aggregateKey } from '../formula.ts'
import type { Answer, AnswerRow } from '../query.ts'
import { costMetrics } from '../vocabulary/contribution.ts'
import { ratedCosts, type TargetSetting, type World } from '../world.ts'
import type { Reached } from './covers.ts'
import type { Resolved } from './resolve.ts'
import type { Scoped } from './scope.ts'
import type { Sourced } from './source.ts'
import { dataFrom, isIn } from './targets.ts'
import { comingWords, type Whole, wholeFrom } from './whole.ts'
import { shownSides, type Window } from './window.ts'

/** A day as sentences say it: 27 Nov 2026. */
const dayWords = (day: Day): string => spanWords(day, day)

type Warning = Answer['meta']['warnings'][number]

/** What the reader of an answer should know: each warning is a sentence and a code to act on. */
export const warningsOf = (
  resolved: Resolved,
  window: Window,
  since: Day,
  {
    scoped,
    whole,
    total,
    spans,
    world,
  }: {
    scoped: Scoped
    whole: Whole
    /** The totals as they came from the granary. */
    total: Row | undefined
    spans: readonly { from: string; to: string }[]
    world: World
  },
): Warning[] => {
  const kept = resolved.conditions.map(({ metric }) => metric.name)
  const last = lastOf(spans)
  const flawed = Number(total?.flawed ?? 0)
  const warnings: (Warning | false)[] = [
    ...comingWords(whole, window),
    ...scoped.warnings,
    kept.length > 0 && {
      code: 'whole',
      message: `Rows are kept by their ${kept.join(', ')}; totals are of all there are.`,
    },
    unrated(total) && {
      code: 'rates',
      message: `Some money has no exchange rate into ${scoped.currency} on or before its day, so its sums are N/A. A file of exchange rates would supply them.`,
    },
    ...crossed(window, scoped),
    flawed > 0 && {
      code: 'flawed',
      message: `${flawed} of the rows behind it are sampled, thresholded or provisional at their source.`,
    },
    window.until < window.to &&
      last !== null && {
        code: 'partial',
        message:
          last < window.from
            ? `The data end on ${dayWords(last)}, before these days.`
            : `The data end on ${dayWords(window.until)}: comparisons stop at the same day.`,
      },
    ...[...window.own].map(([table, { until }]) => ({
      code: 'partial',
      message: `${endsOf[table] ?? table} end on ${dayWords(until)}: what is made of them is compared with the same days.`,
    })),
    ...runningWords(resolved, window, world),
    ...otherMoney(resolved, window, scoped, world),
    ...incompleteBases(window, spans, wholeFrom(whole, window)),
    since > window.from && {
      code: 'partial',
      message: `The data begin on ${dayWords(since)}: targets are counted from there.`,
    },
    ...shownSides(window)
      .slice(1)
      .map(s => s.note !== null && s.caution && { code: 'comparison', message: `${s.label}: ${s.note}.` }),
  ]
  return warnings.filter(w => w !== false)
}

/** Some money of the answer has no rate into its currency. */
const unrated = (total: Row | undefined): boolean =>
  Object.entries(total ?? {}).some(([name, n]) => /^u\d+_/.test(name) && Number(n) > 0)

const lastOf = (spans: readonly { to: string }[]): string | null =>
  spans.reduce<string | null>((day, s) => (day === null ? s.to : later(day, s.to)), null)

/** What the tables with rows of every day hold, as a reader calls it. */
const endsOf: Partial<Record<TableName, string>> = {
  sales_lines: 'Sales',
  traffic_days: 'Sessions',
  spend_days: 'Figures of media',
  item_days: 'Views of products',
  search_days: 'Site searches',
  analytics_orders: 'Purchases seen by analytics',
}

/** Which money went through a third currency, on days that were asked for. */
const crossed = (window: Window, { currency, reach }: Scoped): Warning[] => {
  const first = window.sides.reduce((day, s) => earlier(day, s.from), window.from)
  const last = window.sides.reduce((day, s) => later(day, s.to), window.to)
  return reach.crossings
    .filter(({ since, until }) => since <= last && (until === null || until > first))
    .map(({ base, through, until }) => ({
      code: 'crossed',
      message: `${until === null ? '' : `Before ${dayWords(until)} `}${base} is converted into ${currency} through ${through} (${base} → ${through} → ${currency}): ${until === null ? 'no rate between the two is known' : 'the better rate is not known earlier'}.`,
    }))
}

/** Plans whose money in these days is not, or not all, in the currency of the answer: it is not converted, and so N/A. */
const otherMoney = (
  { targets, metrics }: Resolved,
  { from, to }: Window,
  { currency }: Scoped,
  world: World,
): Warning[] =>
  targets.flatMap(name => {
    const without = metrics.flatMap(({ name: metric, label, unit }) => {
      const all = unit === 'money' ? world.targets.filter(t => t.name === name && t.metric === metric) : []
      const speaks = ({ values }: TargetSetting) => Object.keys(values).some(day => day >= from && day <= to)
      const others = all.filter(one => !isIn(one, currency) && speaks(one))
      return others.some(one => one.part) || (others.length > 0 && others.length === all.length)
        ? [{ label, currencies: others.map(one => one.currency ?? '') }]
        : []
    })
    const names = [...new Set(without.flatMap(one => one.currencies))].sort()
    return without.length === 0
      ? []
      : [
          {
            code: 'plan_currency',
            message: `The plan ${world.planNames?.[name] ?? name} has ${without.map(one => one.label.toLowerCase()).join(', ')} in ${names.join(' and ')}: plans are not converted into ${currency}, so there is no figure for these days.`,
          },
        ]
  })

/** A comparison that reaches back before the data begin compares with less than it says. */
const incompleteBases = (
  window: Window,
  spans: readonly { from: string }[],
  /** What begins before it is not compared at all. */
  whole: Day = '',
): Warning[] => {
  const first = spans.reduce<string | null>((d, s) => (d === null || s.from < d ? s.from : d), null)
  return shownSides(window)
    .slice(1)
    .flatMap(({ label, from, to }) =>
      first !== null && from < first && to >= first && from >= whole
        ? [
            {
              code: 'incomplete_base',
              message: `${label}: the data begin on ${dayWords(first)}, so its first days are missing.`,
            },
          ]
        : [],
    )
}

/** What an answer without a value may lack. */
interface Missed {
  window: Window
  scoped: Scoped
  /** The totals as they came from the granary. */
  row: Row | undefined
  spans: readonly { from: string; to: string }[]
}

/** Metrics that answer N/A, and why. */
export const missingOf = (
  resolved: Resolved,
  sourced: Sourced,
  total: AnswerRow,
  reached: Reached,
  { window, scoped, row, spans }: Missed,
): Record<string, string> => {
  const missing: Record<string, string> = {}
  const last = lastOf(spans)
  const past = last !== null && last < window.from && `the data end on ${dayWords(last)}, before these days`
  const rateless =
    unrated(row) && `money without an exchange rate into ${scoped.currency}: a file of rates would supply it`
  for (const metric of resolved.metrics) {
    if (metric.awaits || !metric.expanded)
      missing[metric.name] = `waits for ${metric.awaits ?? 'a metric it is made of'}`
    else {
      const apart = sourced.apart.get(metric.name)
      const reasons = metric.aggregates.flatMap(a => {
        const why = sourced.unanswerable.get(aggregateKey(a))
        if (why) return [why]
        return reached(a.fact)
          ? []
          : [`no data yet: ${factByName[a.fact]?.supply ?? 'a file'} would supply it`]
      })
      if (reasons.length > 0) missing[metric.name] = [...new Set(reasons)].join('; ')
      else if (apart) missing[metric.name] = apart
      else if (total[metric.name] === null)
        missing[metric.name] =
          // What is dated by a day to come has rows beyond the last that came in.
          (!metric.aggregates.some(a => factByName[a.fact]?.dated) && past) ||
          (metric.unit === 'money' && rateless) ||
          (metric.supply ?? 'nothing to compute it from in this window')
    }
  }
  return missing
}

/** The day targets of a question are counted from: where the data of the last of the figures that have one begin. */
export const targetsFrom = (
  { targets, metrics }: Resolved,
  window: Window,
  reached: Reached,
  total: AnswerRow,
): Day => {
  const has = (metric: string) =>
    targets.some(name => (total.compare?.[planComparison(name)]?.values[metric]?.value ?? null) !== null)
  return metrics
    .filter(metric => has(metric.name))
    .map(metric => dataFrom(metric, window, reached))
    .reduce(later, window.from)
}

/** An hour as answers spell it. */
const hourWords = ({ day, hour }: { day: Day; hour: number }) => `${day} ${String(hour).padStart(2, '0')}:00`

/** The hour comparisons of an answer stop at, where the last day of it is not over in the first of its stores. */
const untilOf = ({ moments: [first] }: Window): { until?: string } =>
  first ? { until: hourWords(first) } : {}

/** Up to when an answer counts whose last day is not over, and which of its metrics are known by whole days alone. */
export const runningOf = (
  resolved: Resolved,
  window: Window,
  world: World,
): Pick<Answer['meta'], 'until' | 'clocks' | 'wholeDays'> => {
  const whole = resolved.metrics.filter(({ name }) => window.byDay.has(name)).map(({ name }) => name)
  return {
    ...untilOf(window),
    ...(window.moments.length > 1 && { clocks: clockWords(window, world) }),
    ...(whole.length > 0 && { wholeDays: whole }),
  }
}

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`
const listed = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '')
/** Stores of one clock that are named; the others are counted. */
const mostNamed = 3

/** "17:00 in Gifts DE, 16:00 in Gifts UK and 11:00 in Gifts US": how far the stores are, the furthest first. */
function clockWords({ moments }: Window, world: World): string {
  const furthest = moments.toSorted((a, b) => (a.day === b.day ? b.hour - a.hour : a.day < b.day ? 1 : -1))
  return listed(
    furthest.map(({ stores, day, hour }) => {
      const names = (stores ?? []).map(one => world.stores.find(({ store }) => store === one)?.name || one)
      const more = names.length > mostNamed + 1 ? [`${names.length - mostNamed} more`] : []
      const told = more.length > 0 ? names.slice(0, mostNamed) : names
      return `${clock(hour)}${day === furthest[0]?.day ? '' : ` on ${dayWords(day)}`} in ${listed([...told, ...more])}`
    }),
  )
}

/** The same in a sentence, where something is compared. */
const runningWords = (resolved: Resolved, window: Window, world: World): (Warning | false)[] => {
  const [first, ...others] = window.moments
  if (!first || resolved.comparisons.length + resolved.targets.length === 0) return []
  const named = resolved.metrics.filter(({ name }) => window.byDay.has(name)).map(({ label }) => label)
  const whole = named.length > 4 ? [...named.slice(0, 3), `${named.length - 3} more`] : named
  const [last, ...before] = whole.toReversed()
  const all = before.length > 0 ? `${before.toReversed().join(', ')} and ${last}` : last
  return [
    {
      code: 'running',
      message: `${dayWords(window.until)} is not over: it is compared up to ${others.length > 0 || first.stores ? clockWords(window, world) : clock(first.hour)}.`,
    },
    whole.length > 0 && {
      code: 'whole_days',
      message: `${all} ${whole.length > 1 ? 'are' : 'is'} known by whole days alone: compared with the whole day.`,
    },
  ]
}

/** The comparisons of an answer by name, with their days. */
export const comparisonsOf = (
  resolved: Resolved,
  window: Window,
  since: Day,
  { planNames = {} }: World,
): Answer['meta']['comparisons'] =>
  Object.fromEntries([
    ...shownSides(window)
      .slice(1)
      .map(s => {
        const last = s.lateWhole.flatMap(({ days }) => days.filter(({ hour }) => hour > 0))[0]
        return [
          s.name,
          {
            label: s.label,
            from: s.from,
            to: s.to,
            // Of stores at different hours none is that of all.
            ...(last && window.moments.length === 1 && { until: hourWords(last) }),
            ...(s.note && { note: s.note }),
          },
        ] as const
      }),
    ...resolved.targets.map(
      t =>
        [
          planComparison(t),
          {
            label: planNames[t] ?? t,
            from: since,
            to: window.until,
            ...(window.moments.length === 1 && untilOf(window)),
            ...(since > window.from && { note: `from ${since} on, where the data begin` }),
          },
        ] as const,
    ),
  ])

/** Where each cost of an answer is from, by the metric of the cost: the general ledger's closed periods, rates else. */
export function costSources(
  resolved: Resolved,
  { from, until }: Window,
  { costActuals = [], costAccounts = [] }: World,
): { sources?: Record<string, string> } {
  const asked = ratedCosts.filter(cost => resolved.aggregates.some(one => one.column === cost))
  if (asked.length === 0) return {}
  const words = asked.map(cost => {
    const spans: { from: string; to: string }[] = []
    const own = costActuals
      .filter(one => one.cost === cost && one.from <= until && one.to >= from)
      .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    for (const one of own) {
      const last = spans.at(-1)
      if (last && one.from <= addDays(last.to, 1)) last.to = later(last.to, one.to)
      else spans.push({ from: one.from, to: one.to })
    }
    const accounts = costAccounts.find(one => one.cost === cost)?.accounts ?? []
    const booked = `general ledger (${accounts.join(', ')}) for ${spans.map(one => spanWords(one.from, one.to)).join(' and ')}`
    const first = spans[0]
    const covered = first !== undefined && spans.length === 1 && first.from <= from && first.to >= until
    return [
      costMetrics[cost] ?? cost,
      covered ? booked : spans.length > 0 ? `${booked}; the company’s rates else` : 'the company’s rates',
    ] as const
  })
  return { sources: Object.fromEntries(words) }
}
