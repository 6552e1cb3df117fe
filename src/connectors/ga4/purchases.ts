import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { byDay, ofDays, type ReportDay } from './by-day.ts'
import type { Wanted } from './report.ts'
import { count, country, money, named, origin, plus, qualityOf, storesOf } from './rows.ts'
import type { Session } from './session.ts'

export const purchases: Wanted = {
  label: 'purchases',
  dimensions: [
    'date',
    'transactionId',
    'hostName',
    'countryId',
    'sessionDefaultChannelGroup',
    'sessionSourceMedium',
    'sessionCampaignName',
    'deviceCategory',
  ],
  metrics: ['ecommercePurchases', 'purchaseRevenue'],
}

const read = (session: Session, turn: Turn) => byDay(session, turn, async () => purchases)

function map({ day, replaces, provisional, currency, table }: ReportDay, place: Place): Mapped {
  const rows = new Map<string, CanonicalRow>()
  const hosts = new Set<string>()
  for (const { get, other } of named(table)) {
    hosts.add(get('hostName'))
    const { store } = place.storeOf(get('hostName'))
    const key = `${store}\u0001${get('transactionId')}`
    const found = rows.get(key)
    const told = count(get('ecommercePurchases'))
    const revenue = money(get('purchaseRevenue'))
    if (found) {
      // The same purchase told from two sessions: the first that is told keeps its way in.
      found.purchases = Number(found.purchases) + told
      found.revenue = plus(String(found.revenue), revenue)
      continue
    }
    rows.set(key, {
      store,
      origin,
      day,
      transaction_id: get('transactionId'),
      channel: get('sessionDefaultChannelGroup'),
      campaign: get('sessionCampaignName'),
      source_medium: get('sessionSourceMedium'),
      device: get('deviceCategory'),
      country: country(get('countryId')),
      purchases: told,
      revenue,
      currency,
      quality: qualityOf(table.flags, provisional, other),
    })
  }
  return {
    gone: {
      analytics_orders: [...storesOf(place, hosts).keys()].flatMap(store =>
        replaces.map(gone => ({ store, origin, day: gone })),
      ),
    },
    rows: { analytics_orders: [...rows.values()] },
  }
}

export const purchaseStream: Stream<Session, ReportDay> = {
  ...ofDays,
  name: 'purchases',
  label: 'purchases one by one',
  tables: ['analytics_orders'],
  every: 6 * 3_600_000,
  read,
  map,
}
