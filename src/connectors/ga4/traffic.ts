import type { Day } from '#kernel/day.ts'
import { daysBetween } from '#kernel/day.ts'
import type { Batch, CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { ofDays } from './by-day.ts'
import { backOf, daysOf, isProvisional, replacedBy, stretches } from './days.ts'
import { type Read, readDays, type Table, type Wanted } from './report.ts'
import { count, country, money, type Named, named, origin, plus, qualityOf, storesOf } from './rows.ts'
import type { Session } from './session.ts'

const by = ['date', 'hostName', 'countryId', 'sessionDefaultChannelGroup']
const ways = [...by, 'sessionSourceMedium', 'sessionCampaignName', 'deviceCategory']
const pages = [...by, 'landingPagePlusQueryString', 'deviceCategory']

export const traffic: Wanted = {
  label: 'traffic',
  dimensions: ways,
  metrics: [
    'sessions',
    'engagedSessions',
    'newUsers',
    'keyEvents',
    'sessionKeyEventRate',
    'screenPageViews',
    'ecommercePurchases',
    'purchaseRevenue',
    'totalRevenue',
  ],
}

/**
 * Sessions that came to each stage: the metrics addToCarts and checkouts count events, of which one session may have
 * many, and the rates of the shop are of sessions.
 */
export const funnel: Wanted = {
  label: 'the funnel',
  dimensions: [...ways, 'eventName'],
  metrics: ['sessions'],
  events: ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'],
}

export const landing: Wanted = {
  label: 'landing pages',
  dimensions: pages,
  metrics: [
    'sessions',
    'engagedSessions',
    'addToCarts',
    'checkouts',
    'ecommercePurchases',
    'purchaseRevenue',
  ],
}

/** A day as it was counted: everything of it at once, so that what is no longer there can go. */
export interface TrafficDay {
  day: Day
  /** Days whose rows go before those of this record and the ones after it come. */
  replaces: Day[]
  provisional: boolean
  currency: string
  traffic: Table
  /** Null where the property does not let sessions be split by event. */
  funnel: Table | null
  landing: Table
}

const table = ({ fields, rows, flags }: Read): Table => ({ fields, rows, flags })

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<TrafficDay>> {
  const days = await daysOf(session, turn)
  if (!days) return
  const { timezone } = await session.property()
  const staged = await session.fits(funnel.dimensions, funnel.metrics)
  const total = daysBetween(days.from, days.to).length
  let first = true
  for (const { from, to } of stretches(days)) {
    const clock = session.http.clock()
    const main = await readDays(session, traffic, from, to, turn.history)
    const stages = staged ? await readDays(session, funnel, from, to, turn.history) : null
    const landings = await readDays(session, landing, from, to, turn.history)
    const records: TrafficDay[] = []
    const gone = replacedBy(days, { from, to }, first, turn.history)
    first = false
    const remarks: string[] = []
    for (const [day, one] of main) {
      const stage = stages?.get(day)
      const pages = landings.get(day) ?? { ...one, rows: [] }
      records.push({
        day,
        replaces: records.length === 0 ? gone : [],
        provisional: isProvisional(timezone, day, clock),
        currency: one.currency,
        traffic: table(one),
        funnel: stage ? table(stage) : null,
        landing: table(pages),
      })
      remarks.push(...one.remarks, ...(stage?.remarks ?? []), ...pages.remarks)
    }
    yield { records, total, remarks, ...backOf(timezone, { from, to }, turn.history) }
  }
}

/** Rows of one key are one row, whatever hosts and sources they came from. */
class Sums {
  readonly rows = new Map<string, CanonicalRow>()

  /** The row with that key, which begins with `first`. */
  at(key: readonly string[], first: () => CanonicalRow): CanonicalRow {
    const name = key.join('\u0001')
    const found = this.rows.get(name) ?? first()
    this.rows.set(name, found)
    return found
  }
}

const add = (row: CanonicalRow, column: string, more: number): void => {
  row[column] = Number(row[column] ?? 0) + more
}
const addMoney = (row: CanonicalRow, column: string, more: string): void => {
  row[column] = plus(String(row[column] ?? '0'), more)
}

const stageColumns: Readonly<Record<string, string>> = {
  view_item: 'product_view_sessions',
  add_to_cart: 'cart_sessions',
  begin_checkout: 'checkout_sessions',
  purchase: 'completed_sessions',
}

/** What is told of a row whichever report it is of. */
const placed = (record: TrafficDay, place: Place, get: Named, page: string, campaign: string) => {
  const { store } = place.storeOf(get('hostName'))
  const channel = get('sessionDefaultChannelGroup')
  const [device, from] = [get('deviceCategory'), country(get('countryId'))]
  return {
    key: [store, channel, campaign, device, from, page],
    columns: {
      store,
      day: record.day,
      origin,
      channel,
      campaign,
      device,
      country: from,
      landing_page: page,
      currency: record.currency,
    },
  }
}

/** Where a row says so itself or its answer does; of two rows in one the worse holds. */
const worse = (a: unknown, b: string): string => (String(a ?? '').length >= b.length ? String(a ?? '') : b)

function map(record: TrafficDay, place: Place): Mapped {
  const sums = new Sums()
  const hosts = new Set<string>()
  const { provisional } = record
  const withStages = record.funnel !== null
  const flags = [...record.traffic.flags, ...(record.funnel?.flags ?? [])]
  for (const { get, other } of named(record.traffic)) {
    hosts.add(get('hostName'))
    const { key, columns } = placed(record, place, get, '', get('sessionCampaignName'))
    const row = sums.at(key, () => ({
      ...columns,
      ...(withStages && Object.fromEntries(Object.values(stageColumns).map(name => [name, 0]))),
    }))
    const sessions = count(get('sessions'))
    add(row, 'sessions', sessions)
    add(row, 'engaged_sessions', count(get('engagedSessions')))
    add(row, 'new_users', count(get('newUsers')))
    add(row, 'key_events', count(get('keyEvents')))
    add(row, 'key_event_sessions', Math.round(sessions * Number(get('sessionKeyEventRate') || 0)))
    add(row, 'page_views', count(get('screenPageViews')))
    add(row, 'transactions', count(get('ecommercePurchases')))
    addMoney(row, 'purchase_revenue', money(get('purchaseRevenue')))
    addMoney(row, 'total_revenue', money(get('totalRevenue')))
    row.quality = worse(row.quality, qualityOf(flags, provisional, other))
  }
  for (const { get, other } of named(record.funnel ?? { fields: [], rows: [], flags: [] })) {
    const column = stageColumns[get('eventName')]
    if (!column) continue
    const { key, columns } = placed(record, place, get, '', get('sessionCampaignName'))
    const row = sums.at(key, () => ({
      ...columns,
      sessions: 0,
      quality: qualityOf(flags, provisional, other),
    }))
    add(row, column, count(get('sessions')))
  }
  for (const { get, other } of named(record.landing)) {
    hosts.add(get('hostName'))
    const page = pageOf(get('landingPagePlusQueryString'), place.privacy)
    const { key, columns } = placed(record, place, get, page, '')
    const row = sums.at(key, () => columns)
    add(row, 'sessions', count(get('sessions')))
    add(row, 'engaged_sessions', count(get('engagedSessions')))
    add(row, 'transactions', count(get('ecommercePurchases')))
    addMoney(row, 'purchase_revenue', money(get('purchaseRevenue')))
    row.quality = worse(row.quality, qualityOf(record.landing.flags, provisional, other))
  }
  return {
    // What is not in the day as it is now was there only until Google knew better.
    gone: {
      traffic_days: [...storesOf(place, hosts).keys()].flatMap(store =>
        record.replaces.map(day => ({ store, day, origin })),
      ),
    },
    rows: { traffic_days: [...sums.rows.values()] },
  }
}

/** Click ids are different for every visitor, and say nothing that the channel does not. */
const clickIds =
  /^(gclid|gbraid|wbraid|gad_source|gad_campaignid|dclid|fbclid|msclkid|ttclid|twclid|srsltid|_gl|_ga|mc_eid|_kx)$/i

/** A landing page without click ids, and in privacy mode without anything that was asked of it. '' says "all pages" here. */
export function pageOf(page: string, privacy: boolean): string {
  if (page === '' || page === '(not set)') return '(not set)'
  const [path = '', query] = page.split('?')
  const kept =
    privacy || query === undefined
      ? []
      : query.split('&').filter(one => !clickIds.test(one.split('=')[0] ?? ''))
  return kept.length > 0 ? `${path}?${kept.join('&')}` : path || '/'
}

const unsaid = ['(not set)', '(other)', '(data not available)']

/**
 * Channels, which nobody can add to, and kinds of devices, as Google says them
 * (support.google.com/analytics/answer/9756891 and 11396839).
 */
const vocabulary = {
  'traffic.rows(sessionDefaultChannelGroup)': [
    ...unsaid,
    ...[
      'Direct',
      'Cross-network',
      'Display',
      'Referral',
      'Email',
      'Affiliates',
      'Audio',
      'SMS',
      'Unassigned',
    ],
    ...['Paid Search', 'Paid Shopping', 'Paid Social', 'Paid Video', 'Paid Other'],
    ...['Organic Search', 'Organic Shopping', 'Organic Social', 'Organic Video', 'Mobile Push Notifications'],
  ],
  'traffic.rows(deviceCategory)': [...unsaid, 'desktop', 'mobile', 'tablet', 'smart tv'],
}

export const trafficStream: Stream<Session, TrafficDay> = {
  ...ofDays,
  name: 'traffic',
  label: 'traffic',
  tables: ['traffic_days'],
  every: 3 * 3_600_000,
  vocabulary,
  read,
  map,
}
