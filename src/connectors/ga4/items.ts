import { type Day, daysBetween } from '#kernel/day.ts'
import type { Batch, CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { daysOf, isProvisional, replacedBy, stretches } from './days.ts'
import { readDays, type Table, type Wanted } from './report.ts'
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

/** The items of a day. */
export interface ItemDay {
  day: Day
  /** Days whose rows go before those of this record and the ones after it come. */
  replaces: Day[]
  provisional: boolean
  currency: string
  table: Table
}

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<ItemDay>> {
  const days = await daysOf(session, turn)
  if (!days) return
  const { timezone } = await session.property()
  const wanted = (await session.fits(items.dimensions, items.metrics)) ? items : itemsOfAllHosts
  const total = daysBetween(days.from, days.to).length
  let first = true
  for (const { from, to } of stretches(days)) {
    const gone = replacedBy(days, { from, to }, first, turn.history)
    first = false
    const clock = session.http.clock()
    const found = [...(await readDays(session, wanted, from, to, turn.history))]
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

const counted = {
  items_viewed: 'itemsViewed',
  items_added: 'itemsAddedToCart',
  items_checked_out: 'itemsCheckedOut',
  items_purchased: 'itemsPurchased',
} as const

function map({ day, replaces, provisional, currency, table }: ItemDay, place: Place): Mapped {
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

const dayMs = 86_400_000

export const itemStream: Stream<Session, ItemDay> = {
  name: 'items',
  label: 'interest in products',
  kind: 'window',
  tables: ['item_days'],
  every: 12 * 3_600_000,
  overlap: 4 * dayMs,
  settle: 0,
  slice: 84 * dayMs,
  read,
  map,
}
