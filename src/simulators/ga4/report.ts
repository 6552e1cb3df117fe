import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { localDay } from '../company/stores.ts'
import { peopleOf } from '../company/traffic-users.ts'
import { property } from '../company/traffic-ways.ts'
import {
  adRows,
  eventRows,
  fieldOf,
  hostRows,
  itemRows,
  type Numbers,
  searchRows,
  sessionRows,
  transactionRows,
} from './base-rows.ts'
import { type FilterExpression, fieldsOf, passes } from './filter.ts'
import { dimensions, metrics, misfit } from './schema.ts'

export interface ReportRequest {
  dimensions?: { name?: string }[]
  metrics?: { name?: string }[]
  dateRanges?: { startDate?: string; endDate?: string; name?: string }[]
  dimensionFilter?: FilterExpression
  metricAggregations?: string[]
  orderBys?: { desc?: boolean; dimension?: { dimensionName?: string }; metric?: { metricName?: string } }[]
  limit?: string
  offset?: string
  keepEmptyRows?: boolean
  currencyCode?: string
  returnPropertyQuota?: boolean
  property?: string
}

/** A request that cannot be answered, in Google's words: HTTP 400, INVALID_ARGUMENT. */
export class Refusal extends Error {}

export interface ReportRow {
  dims: string[]
  n: Numbers
}

/** A report before it is paged: all its rows, in order. */
export interface Report {
  dims: string[]
  mets: string[]
  rows: ReportRow[]
  /** Days of the longest range asked for. */
  days: number
}

const earliest = '2015-08-14'

/** `YYYY-MM-DD`, `today`, `yesterday` or `NdaysAgo` as a day of the property. @throws Refusal */
function dayOf(text: string | undefined, at: number): Day {
  const today = localDay(property.timezone, at)
  if (text === 'today') return today
  if (text === 'yesterday') return addDays(today, -1)
  const ago = /^(\d+)daysAgo$/.exec(text ?? '')?.[1]
  if (ago) return addDays(today, -Number(ago))
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text ?? ''))
    throw new Refusal(
      `Invalid startDate or endDate: ${text}. Dates must be YYYY-MM-DD, NdaysAgo, yesterday or today.`,
    )
  if ((text as string) < earliest) throw new Refusal(`Date ${text} must be after 2015-08-13.`)
  return text as string
}

/** Checks a request as the API does. @throws Refusal */
export function checked(
  request: ReportRequest,
  without: ReadonlySet<string>,
): { dims: string[]; mets: string[] } {
  const dims = (request.dimensions ?? []).map(one => one.name ?? '')
  const mets = (request.metrics ?? []).map(one => one.name ?? '')
  if (dims.length > 9) throw new Refusal('Requests are limited to 9 dimensions.')
  if (mets.length > 10) throw new Refusal('Requests are limited to 10 metrics.')
  if (dims.length + mets.length === 0) throw new Refusal('At least one dimension or metric is required.')
  const guide =
    'For a list of valid dimensions and metrics, see https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema'
  for (const name of [...dims, ...fieldsOf(request.dimensionFilter)])
    if (!dimensions.some(one => one.name === name))
      throw new Refusal(`Field ${name} is not a valid dimension. ${guide}`)
  for (const name of mets)
    if (!metrics.some(one => one.name === name))
      throw new Refusal(`Field ${name} is not a valid metric. ${guide}`)
  const wrong = misfit([...dims, ...fieldsOf(request.dimensionFilter)], mets, without)
  if (wrong)
    throw new Refusal(
      `Please remove ${wrong} to make the request compatible. The request's dimensions & metrics are incompatible. To learn more, see https://ga-dev-tools.web.app/ga4/dimensions-metrics-explorer/`,
    )
  for (const one of request.orderBys ?? []) {
    const name = one.dimension?.dimensionName ?? one.metric?.metricName ?? ''
    if (![...dims, ...mets].includes(name))
      throw new Refusal(`The field ${name} is used in orderBys but is not in the request.`)
  }
  if (request.metricAggregations?.includes('COUNT'))
    throw new Refusal('The metric aggregation COUNT is not supported in this request.')
  return { dims, mets }
}

const perHost = new Set(['date', 'yearMonth', 'year', 'hostName'])

const rowsFor = (dims: readonly string[], mets: readonly string[]) => {
  const scopes = [
    ...dims.map(name => dimensions.find(one => one.name === name)),
    ...mets.map(name => metrics.find(one => one.name === name)),
  ].map(one => one?.scope)
  if (scopes.includes('ad')) return adRows
  if (scopes.includes('item')) return itemRows
  if (dims.includes('transactionId')) return transactionRows
  if (dims.includes('searchTerm')) return searchRows
  if (dims.includes('eventName')) return eventRows
  // Nothing finer than the host is asked for: sums of its days will do.
  return dims.every(name => perHost.has(name)) ? hostRows : sessionRows
}

/** The whole report. @throws Refusal */
export function runReport(
  company: Company,
  at: number,
  request: ReportRequest,
  without: ReadonlySet<string>,
): Report {
  const { dims, mets } = checked(request, without)
  const ranges = (request.dateRanges ?? []).map(({ startDate, endDate, name }, index) => ({
    from: dayOf(startDate, at),
    to: dayOf(endDate, at),
    name: name ?? `date_range_${index}`,
  }))
  if (ranges.length === 0) throw new Refusal('A dateRange is required.')
  if (ranges.length > 4) throw new Refusal('Requests are limited to 4 dateRanges.')
  for (const { from, to } of ranges)
    if (from > to) throw new Refusal(`startDate ${from} must be before or equal to endDate ${to}.`)
  const several = ranges.length > 1
  const wanted = new Set([...dims, ...fieldsOf(request.dimensionFilter)])
  const make = rowsFor([...wanted], mets)
  const groups = new Map<string, ReportRow>()
  const names = numbersFor(mets)
  for (const { from, to, name } of ranges)
    for (const base of make(company, daysBetween(from, to), at)) {
      if (!passes(request.dimensionFilter, field => fieldOf(base, field))) continue
      const values = dims.map(dim => fieldOf(base, dim))
      if (several) values.push(name)
      group(groups, values, base.n, names)
    }
  const fields = several ? [...dims, 'dateRange'] : dims
  const rows = [...groups.values()].filter(
    row => mets.length === 0 || mets.some(met => figure(company, met, row.n) !== '0'),
  )
  return {
    dims: fields,
    mets,
    rows: ordered(company, rows, fields, request),
    days: Math.max(...ranges.map(({ from, to }) => daysBetween(from, to).length)),
  }
}

/** Numbers a group must sum for its metrics. */
const numbersFor = (mets: readonly string[]): string[] => [
  ...new Set(mets.flatMap(met => [...(numbers[met] ?? []), 'sessions'])),
]

/** Adds a row to its group: of its numbers those that are needed. */
export function group(
  groups: Map<string, ReportRow>,
  values: string[],
  n: Numbers,
  names: readonly string[],
): void {
  const key = values.join('\u0001')
  let row = groups.get(key)
  if (!row) {
    row = { dims: values, n: {} }
    groups.set(key, row)
  }
  for (const name of names) row.n[name] = (row.n[name] ?? 0) + (n[name] ?? 0)
}

function ordered(
  company: Company,
  rows: ReportRow[],
  names: string[],
  { orderBys = [] }: ReportRequest,
): ReportRow[] {
  const by = orderBys.map(({ desc, dimension, metric }) => ({
    turn: desc ? -1 : 1,
    at: names.indexOf(dimension?.dimensionName ?? ''),
    metric: metric?.metricName,
  }))
  return rows.sort((a, b) => {
    for (const { turn, at, metric } of by) {
      const difference = metric
        ? Number(figure(company, metric, a.n)) - Number(figure(company, metric, b.n))
        : (a.dims[at] ?? '') < (b.dims[at] ?? '')
          ? -1
          : (a.dims[at] ?? '') > (b.dims[at] ?? '')
            ? 1
            : 0
      if (difference !== 0) return turn * difference
    }
    return 0
  })
}

const share = (part: number, whole: number): string => (whole === 0 ? '0' : String(part / whole))
/** Money as Google gives it: a float as text, without zeros at the end. */
const money = (pence: number): string => String(pence / 100)

/** What each metric is made of. */
const numbers: Readonly<Record<string, readonly string[]>> = {
  sessions: ['sessions'],
  engagedSessions: ['engaged'],
  engagementRate: ['engaged', 'sessions'],
  bounceRate: ['engaged', 'sessions'],
  sessionKeyEventRate: ['keySessions', 'sessions'],
  totalUsers: ['sessions', 'newUsers'],
  activeUsers: ['sessions', 'newUsers'],
  newUsers: ['newUsers'],
  keyEvents: ['keyEvents'],
  eventCount: ['events'],
  screenPageViews: ['pageViews'],
  itemViewEvents: ['viewEvents'],
  addToCarts: ['cartEvents'],
  checkouts: ['checkoutEvents'],
  ecommercePurchases: ['purchases'],
  transactions: ['purchases'],
  purchaseRevenue: ['revenue'],
  totalRevenue: ['revenue'],
  itemsViewed: ['itemsViewed'],
  itemsAddedToCart: ['itemsAdded'],
  itemsCheckedOut: ['itemsChecked'],
  itemsPurchased: ['itemsBought'],
  itemRevenue: ['itemRevenue'],
  advertiserAdCost: ['cost'],
  advertiserAdClicks: ['clicks'],
  advertiserAdImpressions: ['impressions'],
}

const inMoney = new Set(['purchaseRevenue', 'totalRevenue', 'itemRevenue', 'advertiserAdCost'])

/** A metric of a group as text. People are not added up but estimated anew for each group. */
export function figure(company: Company, metric: string, n: Numbers): string {
  const of = (name: string) => n[name] ?? 0
  if (metric === 'totalUsers') return String(peopleOf(company, of('sessions'), of('newUsers')).total)
  if (metric === 'activeUsers') return String(peopleOf(company, of('sessions'), of('newUsers')).active)
  if (metric === 'bounceRate') return share(of('sessions') - of('engaged'), of('sessions'))
  const [first = '', second] = numbers[metric] ?? []
  if (second) return share(of(first), of(second))
  return inMoney.has(metric) ? money(of(first)) : String(of(first))
}
