import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { byDay, ofDays, type ReportDay } from './by-day.ts'
import type { Wanted } from './report.ts'
import { count, money, named, origin, plus, qualityOf, storesOf } from './rows.ts'
import type { Session } from './session.ts'

export const items: Wanted = {
  label: 'items',
  dimensions: ['date', 'itemId', 'itemName', 'hostName'],
  metrics: ['itemsViewed', 'itemsAddedToCart', 'itemsCheckedOut', 'itemsPurchased', 'itemRevenue'],
}

/** For a property that does not let items be split by host: all of them are then of the connection's own store. */
export const itemsOfAllHosts: Wanted = {
  ...items,
  dimensions: items.dimensions.filter(name => name !== 'hostName'),
}

const read = (session: Session, turn: Turn) =>
  byDay(session, turn, async () =>
    (await session.fits(items.dimensions, items.metrics)) ? items : itemsOfAllHosts,
  )

const counted = {
  items_viewed: 'itemsViewed',
  items_added: 'itemsAddedToCart',
  items_checked_out: 'itemsCheckedOut',
  items_purchased: 'itemsPurchased',
} as const

function map({ day, replaces, provisional, currency, table }: ReportDay, place: Place): Mapped {
  const rows = new Map<string, CanonicalRow>()
  const hosts = new Set<string>()
  for (const { get, other } of named(table)) {
    const host = get('hostName')
    if (host !== '') hosts.add(host)
    const { store } = host === '' ? place.home : place.storeOf(host)
    const key = `${store}\u0001${get('itemId')}`
    const row: CanonicalRow = rows.get(key) ?? {
      store,
      day,
      origin,
      product_id: get('itemId'),
      title: get('itemName'),
      item_revenue: '0',
      currency,
      quality: qualityOf(table.flags, provisional, other),
    }
    rows.set(key, row)
    for (const [column, metric] of Object.entries(counted))
      row[column] = Number(row[column] ?? 0) + count(get(metric))
    row.item_revenue = plus(String(row.item_revenue), money(get('itemRevenue')))
  }
  return {
    gone: {
      item_days: [...storesOf(place, hosts).keys()].flatMap(store =>
        replaces.map(gone => ({ store, day: gone, origin })),
      ),
    },
    rows: { item_days: [...rows.values()] },
  }
}

export const itemStream: Stream<Session, ReportDay> = {
  ...ofDays,
  name: 'items',
  label: 'interest in products',
  tables: ['item_days'],
  every: 12 * 3_600_000,
  read,
  map,
}
