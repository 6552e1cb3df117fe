import { type Day, daysBetween } from '#kernel/day.ts'
import type { Batch, CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { daysOf, isProvisional, replacedBy, stretches } from './days.ts'
import { readDays, type Table, type Wanted } from './report.ts'
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

/** The purchases of a day. */
export interface PurchaseDay {
  day: Day
  /** Days whose rows go before those of this record and the ones after it come. */
  replaces: Day[]
  provisional: boolean
  currency: string
  table: Table
}

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<PurchaseDay>> {
  const days = await daysOf(session, turn)
  if (!days) return
  const { timezone } = await session.property()
  const total = daysBetween(days.from, days.to).length
  let first = true
  for (const { from, to } of stretches(days)) {
    const gone = replacedBy(days, { from, to }, first, turn.history)
    first = false
    const clock = session.http.clock()
    const found = [...(await readDays(session, purchases, from, to, turn.history))]
    yield {
      total,
      remarks: found.flatMap(([, one]) => one.remarks),
      records: found.map(([day, { fields, rows, flags, currency }], index) => ({
        day,
        replaces: index === 0 ? gone : [],
        provisional: isProvisional(timezone, day, clock),
        currency,
        table: { fields, rows, flags },
      })),
    }
  }
}

function map({ day, replaces, provisional, currency, table }: PurchaseDay, place: Place): Mapped {
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

const dayMs = 86_400_000

export const purchaseStream: Stream<Session, PurchaseDay> = {
  name: 'purchases',
  label: 'purchases one by one',
  kind: 'window',
  tables: ['analytics_orders'],
  every: 6 * 3_600_000,
  overlap: 4 * dayMs,
  settle: 0,
  slice: 84 * dayMs,
  read,
  map,
}
