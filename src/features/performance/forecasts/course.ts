import { createHash } from 'node:crypto'
import { closedDay } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import type { Calendar } from '#forecast/forecast.ts'
import { median } from '#forecast/numbers.ts'
import { addDays, type Day, dayCount, daysBetween, earlier, later } from '#kernel/day.ts'
import { tradingEvents } from '#kernel/event-kind.ts'
import type { Query } from '#metrics/query.ts'
import * as settings from '#postgres/tables/settings.ts'

/** The figures that are forecast, for each store and the company. */
export const forecastMetrics = ['net_sales', 'orders', 'sessions'] as const
export type ForecastMetric = (typeof forecastMetrics)[number]

/** Days ahead: thirteen weeks. */
export const horizon = 91

/** The company, as the store of a forecast. */
export const company = ''

/** Days of a figure in a store, up to the last day that is over and whole. */
export interface Course {
  metric: ForecastMetric
  store: string
  /** '' where it is no money. */
  currency: string
  start: Day
  /** Null where nothing is known: a store that was not read yet, analytics that is provisional. */
  values: (number | null)[]
}

/** Days of history a forecast looks at. */
export const history = 3 * 366
/** A store without data for so long has left: its silence holds nobody up. */
const gone = 14

export const askAll = ({ metrics, clock }: Context, query: Query) =>
  metrics.ask(query, { stores: 'all', now: clock() })

/** The same context, whose questions are answered in the company's currency. */
export async function inHomeCurrency(context: Context): Promise<Context> {
  const [home] = await context.ledger.select().from(settings.company)
  const currency = home?.currency
  if (!currency) return context
  const { metrics } = context
  return {
    ...context,
    metrics: { ...metrics, ask: (query, scope) => metrics.ask({ currency, ...query }, scope) },
  }
}

/** First day of each store whose analytics may still change. */
export async function provisionalFrom({ granary }: Context): Promise<Map<string, Day>> {
  const rows = await granary.query(
    `SELECT store, min(day) AS first_day FROM ${granary.dialect.from('traffic_days')}
     WHERE ${granary.dialect.contains('quality', "'provisional'")} GROUP BY store`,
  )
  return new Map(rows.map(row => [String(row.store), String(row.first_day)]))
}

/**
 * The courses of a figure in every store that has it, and in the company, all up to the same last day. The company's money
 * is in the company's currency, each store's in its own.
 */
export async function coursesOf(context: Context, metric: ForecastMetric): Promise<Course[]> {
  const stores = await context.ledger.select().from(settings.stores).orderBy(settings.stores.store)
  const closed = await closedDay(context)
  const provisional = metric === 'sessions' ? await provisionalFrom(context) : new Map<string, Day>()
  const own: { store: string; course: Omit<Course, 'values'>; last: Day; rows: [Day, number | null][] }[] = []
  const read = async (store: string) => {
    const answer = await askAll(context, {
      metrics: [metric],
      grain: 'day',
      from: addDays(closed, 1 - history),
      to: closed,
      calendar: 'gregorian',
      ...(store !== company && { stores: [store] }),
    })
    const { lastDay, currency, definitions } = answer.meta
    const first = answer.rows.findIndex(row => row[metric] !== null && Number(row[metric]) !== 0)
    if (lastDay === null || first < 0) return
    const unsure = provisional.get(store)
    const rows = answer.rows.slice(first).map((row): [Day, number | null] => {
      const [day, value] = [String(row.period), row[metric]]
      return [day, value === null || day > lastDay || (unsure && day >= unsure) ? null : Number(value)]
    })
    const money = definitions[metric]?.unit === 'money'
    const course = { metric, store, currency: money ? (currency ?? '') : '', start: rows[0]?.[0] ?? closed }
    own.push({ store, course, last: rows.findLast(([, value]) => value !== null)?.[0] ?? lastDay, rows })
  }
  for (const { store } of stores) await read(store)
  if (own.length === 0) return []
  await read(company)
  const whole = own.find(one => one.store === company)
  const last = own.map(one => one.last).reduce(later)
  // The company is known as far as every store that still trades is.
  const parts = own.filter(one => one.store !== company && one.last >= addDays(last, -gone))
  const known = parts.map(one => one.last).reduce(earlier, last)
  return own
    .filter(one => one === whole || parts.includes(one))
    .map(({ course, rows }) => ({
      ...course,
      values: rows
        .filter(([day]) => day <= last)
        .map(([day, value]) => (course.store === company && day > known ? null : value)),
    }))
}

/** The last day of a course. */
export const lastOf = ({ start, values }: Pick<Course, 'start' | 'values'>): Day =>
  addDays(start, values.length - 1)

/** The same course as it was known on an earlier day; null where that is before its beginning. */
export const upTo = (course: Course, day: Day): Course | null => {
  const count = dayCount(course.start, day)
  return count < 1 ? null : { ...course, values: course.values.slice(0, count) }
}

/**
 * What is known of the days of a store: public holidays of the country whose time zone it keeps, promotions past and
 * planned, each as strong as what it takes off, and days on which it is closed. What another store does is none of its; the company has the holidays that all of its stores have.
 * @param isOf whether a promotion is of what is looked at; all are when absent.
 */
export async function calendarOf(
  { ledger }: Context,
  store: string,
  isOf: (event: { name: string; series: string }) => boolean = () => true,
): Promise<Calendar> {
  const events = await ledger.select().from(settings.events).orderBy(settings.events.id)
  const { store: name, timezone } = settings.stores
  const all = await ledger.select({ store: name, timezone }).from(settings.stores)
  const [zone, ...others] = new Set(
    all.filter(one => store === company || one.store === store).map(one => one.timezone),
  )
  const own = events.filter(one => store === company || one.stores.length === 0 || one.stores.includes(store))
  const shut = tradingEvents(events, store === company ? all.map(one => one.store) : [store])
  return {
    ...(zone !== undefined && others.length === 0 && { timezone: zone }),
    closed: shut.filter(one => one.closed).flatMap(({ from, to }) => daysBetween(from, to)),
    promotions: own
      .filter(one => one.kind === 'holiday' || (one.kind === 'promotion' && isOf(one)))
      .map(({ series, from, to, percent }) => ({
        series,
        from,
        to,
        ...(percent && { strength: percent / usualPercent(own, series) }),
      })),
  }
}

/** What promotions of a series usually take off, of those that say it. */
const usualPercent = (events: readonly { series: string; percent: number | null }[], series: string) =>
  median(events.flatMap(one => (one.series === series && one.percent ? [one.percent] : []))) || 1

/** What a forecast was made of: equal inputs, equal hash. */
export const hashOf = (course: Course, calendar: Calendar): string =>
  createHash('sha256')
    .update(JSON.stringify([course, calendar]))
    .digest('hex')

/** Units of the company's currency (`home`) for one of each store's, by the sales of the four weeks to a day; null where one is not known. */
export async function ratesOf(
  context: Context,
  stores: readonly { store: string; currency: string }[],
  home: string,
  day: Day,
): Promise<Map<string, number> | null> {
  const rates = new Map<string, number>()
  for (const { store, currency: own } of stores) {
    if (own === home || store === company) {
      rates.set(store, 1)
      continue
    }
    const sold = async (currency: string) => {
      const query = { metrics: ['gross_sales'], from: addDays(day, -27), to: day, stores: [store] }
      return Number((await askAll(context, { ...query, currency })).totals.gross_sales ?? Number.NaN)
    }
    const rate = (await sold(home)) / (await sold(own))
    if (!(rate > 0 && Number.isFinite(rate))) return null
    rates.set(store, rate)
  }
  return rates
}
