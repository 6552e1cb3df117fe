import { wallClock } from '#kernel/zone.ts'
import type { Stream } from '../connector.ts'
import { amount, type Json, list, member, plain, text } from './raw.ts'
import { among, type Search, walk } from './search.ts'
import type { Session } from './session.ts'
import { keyOf, websitesOf } from './shops.ts'

/** What lies at one place of one product, when it was read. */
export interface StockRecord {
  /** ms UTC by the vendor's clock. */
  at: number
  website: string
  source: string
  sku: string
  quantity: unknown
  /** What can be sold, where all of a product lies in one place; null elsewhere, because Magento tells it for a website. */
  salable: unknown
}

const hour = 3_600_000
const sourceItems: Search = {
  path: 'inventory/source-items',
  along: 'sku',
  unique: 'source_code',
  id: ['sku', 'source_code'],
}

/** The website each source serves: that of the first stock it is linked to that has one. */
async function websitesOfSources(session: Session): Promise<ReadonlyMap<string, string>> {
  const channels = new Map<number, string>()
  for await (const found of walk(session, {
    path: 'inventory/stocks',
    along: 'stock_id',
    unique: 'stock_id',
  }))
    for (const stock of found?.rows ?? []) {
      const own = list(member(stock, 'extension_attributes', 'sales_channels')).find(
        one => one.type === 'website',
      )
      if (own) channels.set(Number(stock.stock_id), text(own.code))
    }
  const sources = new Map<string, string>()
  for await (const found of walk(session, {
    path: 'inventory/stock-source-links',
    along: 'stock_id',
    unique: 'source_code',
    id: ['stock_id', 'source_code'],
  }))
    for (const link of found?.rows ?? []) {
      const code = channels.get(Number(link.stock_id))
      if (code !== undefined && !sources.has(text(link.source_code)))
        sources.set(text(link.source_code), code)
    }
  return sources
}

/** What can be sold on a website by sku; empty where this release does not tell. */
async function salableOn(session: Session, website: string): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  const path = `inventory/export-stock-salable-qty/website/${encodeURIComponent(website)}`
  for await (const part of walk(session, { path, along: 'sku', unique: 'sku' }))
    for (const one of part?.rows ?? []) found.set(text(one.sku), one.qty)
  return found
}

export const stockStream: Stream<Session, StockRecord> = {
  name: 'stock',
  label: 'Stock',
  kind: 'snapshot',
  tables: ['stock_days'],
  every: 6 * hour,
  async *read(session) {
    const sources = await websitesOfSources(session)
    const salable = new Map<string, ReadonlyMap<string, unknown>>()
    for (const website of new Set(sources.values())) salable.set(website, await salableOn(session, website))
    // All rows of a product stand together: those at a page's end wait for the next one.
    let open: Json[] = []
    const close = (rows: readonly Json[]): StockRecord[] =>
      rows.map(row => {
        const website = sources.get(text(row.source_code)) ?? ''
        return {
          at: session.http.clock(),
          website: website && keyOf(website),
          source: text(row.source_code),
          sku: text(row.sku),
          quantity: row.quantity,
          salable: rows.length === 1 ? (salable.get(website)?.get(text(row.sku)) ?? null) : null,
        }
      })
    for await (const found of walk(session, sourceItems)) {
      if (!found) {
        yield* legacy(session)
        return
      }
      const records: StockRecord[] = []
      for (const row of found.rows) {
        if (open.length > 0 && open[0]?.sku !== row.sku) {
          records.push(...close(open))
          open = []
        }
        open.push(row)
      }
      yield { records, total: found.total, remarks: found.remarks }
    }
    yield { records: close(open) }
  },
  map({ at, website, source, sku, quantity, salable }, place) {
    const { store, timezone, currency } = place.storeOf(website)
    return {
      rows: {
        stock_days: [
          {
            store,
            day: wallClock(timezone, at).day,
            location: source,
            product_id: sku,
            on_hand: plain(amount(quantity)),
            available: salable === null || salable === undefined ? null : plain(amount(salable)),
            currency,
          },
        ],
      },
    }
  },
}

/** Shops that took the sources out have one number for each product, under the product's id. */
async function* legacy(session: Session): AsyncGenerator<{ records: StockRecord[]; remarks?: string[] }> {
  const [website] = await websitesOf(session)
  const size = 200
  let before = ''
  for (let number = 1; ; number++) {
    const answer = (await session.get('stockItems/lowStock/', [
      ['scopeId', '0'],
      // Everything is below this.
      ['qty', '99999999'],
      ['currentPage', String(number)],
      ['pageSize', String(size)],
    ])) as Json | null
    if (answer === null) {
      yield { records: [], remarks: ['This Magento tells no stock.'] }
      return
    }
    const items = list(answer.items)
    const ids = items.map(one => Number(one.product_id))
    // Past its end the last page comes again.
    if (items.length === 0 || ids.join(',') === before) return
    before = ids.join(',')
    const skus = new Map<number, string>()
    for await (const found of among(
      session,
      { path: 'products', along: 'entity_id', unique: 'entity_id', id: 'id' },
      'entity_id',
      ids,
    ))
      for (const one of found.rows) skus.set(Number(one.id), text(one.sku))
    yield {
      records: items.flatMap(item => {
        const sku = skus.get(Number(item.product_id))
        return sku === undefined
          ? []
          : [
              {
                at: session.http.clock(),
                website: website?.key ?? '',
                source: 'default',
                sku,
                quantity: item.qty,
                salable: null,
              },
            ]
      }),
    }
    if (number * size >= Number(answer.total_count ?? 0) && items.length < size) return
  }
}
