import type { Context } from '#features/context.ts'
import { addDays, addYears, type Day, dayCount } from '#kernel/day.ts'
import { type CalendarRule, isRetail } from '#kernel/period.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import { fixed, over, plainOf, times } from '#kernel/plan/fixed.ts'
import type { Line, Sheet, SheetDimension } from '#kernel/plan/sheet.ts'
import type { Query } from '#metrics/query.ts'

/** Days of a plan's period a year before: by date in civil years, by week in retail ones. */
export const yearBefore = (rule: CalendarRule, span: { from: Day; to: Day }): { from: Day; to: Day } =>
  isRetail(rule) || rule.calendar === 'iso'
    ? { from: addDays(span.from, -364), to: addDays(span.to, -364) }
    : { from: addYears(span.from, -1), to: addDays(addYears(addDays(span.to, 1), -1), -1) }

/**
 * Days a plan's period is begun from: those a year before; where they are not over yet, as in the 53rd week of a year to
 * come, the same days of the last year in which they are.
 */
export function lastOver(
  rule: CalendarRule,
  span: { from: Day; to: Day },
  until: Day | null,
): { from: Day; to: Day } {
  let found = yearBefore(rule, span)
  // Nobody plans further ahead than ten years.
  for (let years = 1; until !== null && found.to > until && years < 10; years += 1)
    found = yearBefore(rule, found)
  return found
}

export const askAs = ({ metrics, actor, clock }: Context, query: Query) =>
  metrics.ask(query, { stores: actor.stores, now: clock() })

/** A metric actuals are read from, of a part of the trade where one is named. */
interface Source {
  metric: string
  filters: { dimension: string; is: string[] }[]
  /** What the filters are, as text. */
  part: string
}

/**
 * What a line's actuals are read from, and how: one metric, or the first divided by the second. "orders where business is
 * B2C / sessions" takes the first of consumers alone.
 */
const sourcesOf = (line: Line): Source[] =>
  (line.actual ?? line.metric ?? '')
    .split('/')
    .map(text => text.trim())
    .filter(Boolean)
    .map(text => {
      const [, metric = text, dimension, member] = /^(\w+) where (\w+) is (.+)$/.exec(text) ?? []
      const filters = dimension && member ? [{ dimension, is: [member] }] : []
      return { metric, filters, part: JSON.stringify(filters) }
    })

/** Members a dimension has had, most sold first; beyond `most` the rest are left to be added by hand. */
export async function membersOf(
  context: Context,
  names: readonly string[],
  span: { from: Day; to: Day },
  most = 40,
): Promise<SheetDimension[]> {
  const { dimensions } = await context.metrics.definitions()
  return Promise.all(
    names.map(async name => {
      const answer = await askAs(context, {
        metrics: ['net_sales'],
        by: [name],
        ...span,
        sort: { by: 'net_sales', desc: true },
        limit: most,
      })
      const members = answer.rows.map(row => String(row[name] ?? '')).filter(Boolean)
      return {
        name,
        label: dimensions.find(one => one.name === name)?.label ?? name,
        members: members.length > 0 ? members : ['All'],
      }
    }),
  )
}

/** Which of the metrics have data in a span; what has none is left empty and said so. */
export async function known(
  context: Context,
  names: readonly string[],
  span: { from: Day; to: Day },
): Promise<Set<string>> {
  const found = new Set<string>()
  for (let n = 0; n < names.length; n += 20) {
    const part = names.slice(n, n + 20)
    const answer = await askAs(context, { metrics: part, ...span })
    for (const name of part)
      if (answer.totals[name] !== null && !(name in answer.meta.missing)) found.add(name)
  }
  return found
}

/** Metrics a question may ask for. */
const mostAsked = 24

/**
 * Actuals for a sheet's filled-in lines: for each period, what `base` says of its days. Amounts, and amounts per account,
 * are brought to the length of the period and grown, rounded so that their sum is; other rates are taken as they were.
 * A line without a metric, or without data, stays empty; so does a period of which more is still to be read.
 */
export async function filledFrom(
  context: Context,
  sheet: Sheet,
  base: (period: Sheet['periods'][number]) => { from: Day; to: Day },
  growth: string,
): Promise<Input[]> {
  const lines = sheet.lines.filter(line => line.formula === null && sourcesOf(line).length > 0)
  const { metrics } = await context.metrics.definitions()
  const there = new Set(metrics.map(metric => metric.name))
  const grown = fixed('1') + fixed(growth)
  const inputs: Input[] = []
  /** What adds up, so far: exactly, and as it was rounded. */
  const soFar = new Map<string, { exactly: bigint; rounded: bigint }>()
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const key = line.over.join('|')
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  for (const period of sheet.periods) {
    const span = base(period)
    const length = over(
      fixed(String(dayCount(period.from, period.to))),
      fixed(String(dayCount(span.from, span.to))),
    )
    for (const [key, own] of groups) {
      const by = key === '' ? [] : key.split('|')
      /** Figures of each slice, by part of the trade and metric. */
      const found = new Map<string, { slice: string[]; figures: Map<string, unknown> }>()
      const sources = own.flatMap(sourcesOf).filter(source => there.has(source.metric))
      for (const those of Map.groupBy(sources, source => source.part).values()) {
        const [{ filters, part } = { filters: [], part: '' }] = those
        const wanted = [...new Set(those.map(source => source.metric))]
        for (let n = 0; n < wanted.length; n += mostAsked) {
          const names = wanted.slice(n, n + mostAsked)
          const answer = await askAs(context, {
            metrics: names,
            ...(by.length > 0 && { by, limit: 10_000 }),
            ...(filters.length > 0 && { filters }),
            ...span,
            currency: sheet.currency,
          })
          // A part of what was sold is no figure to plan by, or to close a period with.
          if (answer.meta.wholeFrom !== undefined) continue
          for (const row of by.length > 0 ? answer.rows : [answer.totals]) {
            const slice = by.map(name => String(row[name] ?? ''))
            const place = JSON.stringify(slice)
            const one = found.get(place) ?? { slice, figures: new Map() }
            for (const name of names) one.figures.set(`${part} ${name}`, row[name])
            found.set(place, one)
          }
        }
      }
      for (const { slice, figures } of found.values())
        for (const line of own) {
          if (
            !by.every((name, n) =>
              sheet.dimensions.find(d => d.name === name)?.members.includes(slice[n] as string),
            )
          )
            continue
          const [first, second] = sourcesOf(line).map(({ part, metric }) => figures.get(`${part} ${metric}`))
          if (typeof first !== 'string') continue
          let value: bigint | null = fixed(first)
          if (sourcesOf(line).length > 1)
            value = typeof second === 'string' ? over(value, fixed(second)) : null
          else if ((line.roll === 'sum' || perAccount(line)) && length !== null)
            value = times(times(value, length), grown)
          if (value === null || (value < 0n && !line.negative)) continue
          const digits = line.unit === 'money' ? 2 : line.roll === 'sum' ? 0 : 6
          if (line.roll === 'sum') {
            // Rounded as it runs on: six orders a week and five percent more would stay six in every week of the year.
            const key = [line.name, ...slice].join('\u001f')
            const { exactly, rounded } = soFar.get(key) ?? { exactly: 0n, rounded: 0n }
            const upTo = rounding(exactly + value, digits)
            soFar.set(key, { exactly: exactly + value, rounded: upTo })
            value = upTo - rounded
          } else value = rounding(value, digits)
          inputs.push({ line: line.name, slice, period: period.key, value: plainOf(value) })
        }
    }
  }
  return inputs
}

/** Whether a line counts over time for each account there is, as orders per account do: twice the time, twice as many. */
export const perAccount = (line: Line): boolean => line.unit.endsWith('/accounts')

const rounding = (value: bigint, digits: number): bigint => {
  const unit = 10n ** BigInt(12 - digits)
  const half = value < 0n ? -unit / 2n : unit / 2n
  return ((value + half) / unit) * unit
}
