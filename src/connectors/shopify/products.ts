import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Stream } from '../connector.ts'
import { steady } from './bulk.ts'
import * as documents from './documents.ts'
import { numberOf } from './order-map.ts'
import { changedWithin } from './orders.ts'
import { without } from './scopes.ts'
import { about, type Session } from './session.ts'
import type { Shape } from './shape.ts'

interface Cost {
  amount: string
}

interface Variant {
  id: string
  title?: string | null
  sku?: string | null
  price?: string | null
}

interface ProductRecord {
  id: string
  title: string
  vendor?: string | null
  productType?: string | null
  status?: string
  category?: { fullName?: string | null } | null
  variants?: Variant[]
}

const products: Shape = { root: 'Product', listOf: () => 'variants', isMiddle: () => false }
const items: Shape = { root: 'InventoryItem', listOf: () => 'inventoryLevels', isMiddle: () => false }

const batchSize = 500

async function* batches<R>(source: AsyncIterable<R>): AsyncGenerator<{ records: R[] }> {
  let records: R[] = []
  for await (const one of source) {
    records.push(one)
    if (records.length >= batchSize) {
      yield { records }
      records = []
    }
  }
  if (records.length > 0) yield { records }
}

/** The catalogue as it is: what was withdrawn is gone. */
export const productStream: Stream<Session, ProductRecord> = {
  name: 'products',
  label: 'Products',
  kind: 'snapshot',
  tables: ['products'],
  every: 6 * 3_600_000,
  whole: true,
  async *read(session) {
    const { scopes } = await about(session)
    if (!scopes.has('read_products')) return yield* without('read_products')
    yield* batches(steady<ProductRecord>(session, documents.productsExport(scopes), products))
  },
  map(product, { home }) {
    const rows = (product.variants ?? []).map((variant): CanonicalRow => {
      const plain = !variant.title || variant.title === 'Default Title'
      return {
        store: home.store,
        // As the sales ledger names it.
        product_id: variant.sku || numberOf(variant.id),
        parent_id: numberOf(product.id),
        title: plain ? product.title : `${product.title} - ${variant.title}`,
        category: product.productType || (product.category?.fullName ?? ''),
        brand: product.vendor ?? '',
        vendor: product.vendor ?? '',
        status: (product.status ?? '').toLowerCase(),
        price: variant.price ?? null,
        currency: home.currency,
      }
    })
    return { rows: { products: rows } }
  },
}

interface ItemRecord {
  id: string
  sku?: string | null
  tracked?: boolean
  updatedAt: string
  unitCost?: Cost | null
  inventoryLevels?: {
    location?: { id: string; name?: string | null } | null
    quantities?: { name: string; quantity: number }[]
  }[]
  /** Added here: when it was read, by the vendor's clock. */
  readAt?: string
}

const itemId = (item: ItemRecord): string => item.sku || numberOf(item.id)

/** What items cost, from the day they were changed on: what a cost was before a change that nobody saw is not known. */
export const costStream: Stream<Session, ItemRecord> = {
  name: 'costs',
  label: 'Product costs',
  kind: 'window',
  tables: ['product_costs'],
  every: 3_600_000,
  overlap: 5 * 60_000,
  async *read(session, turn) {
    const { scopes } = await about(session)
    if (!scopes.has('read_inventory') && !scopes.has('read_products')) return yield* without('read_inventory')
    yield* batches(steady<ItemRecord>(session, documents.itemsExport(changedWithin(turn)), items))
  },
  map(item, { home }) {
    if (!item.unitCost) return { rows: {} }
    return {
      rows: {
        product_costs: [
          {
            store: home.store,
            product_id: itemId(item),
            from_day: wallClock(home.timezone, Date.parse(item.updatedAt)).day,
            unit_cost: item.unitCost.amount,
            currency: home.currency,
          },
        ],
      },
    }
  },
}

/** Levels of every item at every location, once a day and a few times more: a level may change without its item. */
export const stockStream: Stream<Session, ItemRecord> = {
  name: 'stock',
  label: 'Stock',
  kind: 'snapshot',
  tables: ['stock_days'],
  every: 6 * 3_600_000,
  async *read(session) {
    const { scopes } = await about(session)
    if (!scopes.has('read_inventory')) return yield* without('read_inventory')
    for await (const { records } of batches(steady<ItemRecord>(session, documents.stockExport, items))) {
      const readAt = new Date(session.http.clock()).toISOString()
      yield { records: records.map(one => ({ ...one, readAt })) }
    }
  },
  map(item, { home }) {
    if (item.tracked === false) return { rows: {} }
    const { day } = wallClock(home.timezone, Date.parse(item.readAt ?? item.updatedAt))
    const rows = (item.inventoryLevels ?? []).map((level): CanonicalRow => {
      const of = (name: string): string | null => {
        const found = level.quantities?.find(one => one.name === name)
        return found ? String(found.quantity) : null
      }
      return {
        store: home.store,
        day,
        location: level.location?.name ?? (level.location ? numberOf(level.location.id) : ''),
        product_id: itemId(item),
        on_hand: of('on_hand') ?? of('available') ?? '0',
        available: of('available'),
        incoming: of('incoming'),
        unit_cost: item.unitCost?.amount ?? null,
        currency: home.currency,
      }
    })
    return { rows: { stock_days: rows } }
  },
}
