import type { Mapped, Place, Stream } from '../connector.ts'
import { unlisted } from './check.ts'
import { amount, attribute, clockOf, type Json, known, list, member, plain, text } from './raw.ts'
import { type Search, walk, within } from './search.ts'
import type { Session } from './session.ts'
import { keysOfWebsites } from './shops.ts'

/** A product with what it refers to by number. */
export interface ProductRecord {
  product: Json
  /** Websites it is sold on; empty where Magento does not say: the home store. */
  websites: readonly string[]
  category: string
  brand: string
  supplier: string
  /** Sku of the configurable it is a variant of. */
  parent: string
}

const hour = 3_600_000
const products: Search = { path: 'products', along: 'entity_id', unique: 'entity_id', id: 'id' }

/** Attributes that hold a supplier or a brand; shops name them themselves. */
const supplierCodes = ['supplier', 'vendor', 'supplier_name']
const brandCodes = ['brand', 'manufacturer']

const categoriesOf = (session: Session): Promise<ReadonlyMap<string, string>> =>
  session.once('categories', async () => {
    const names = new Map<string, string>()
    for await (const found of walk(session, {
      path: 'categories/list',
      along: 'entity_id',
      unique: 'entity_id',
      id: 'id',
    }))
      for (const one of found?.rows ?? []) names.set(text(one.id), text(one.name))
    return names
  })

/** Names of a select's options by their numbers: attributes of that kind hold numbers. */
const optionsOf = (session: Session, code: string): Promise<ReadonlyMap<string, string>> =>
  session.once(`options of ${code}`, async () => {
    const given = await session.get(`products/attributes/${encodeURIComponent(code)}/options`)
    return new Map(list(given).map(one => [text(one.value), text(one.label)]))
  })

async function firstOf(session: Session, product: Json, codes: readonly string[]): Promise<string> {
  for (const code of codes) {
    const value = text(attribute(product, code))
    if (value === '') continue
    if (!/^\d+$/.test(value)) return value
    return (await optionsOf(session, code)).get(value) ?? value
  }
  return ''
}

const websitesOfProduct = (product: Json, keys: ReadonlyMap<number, string>): string[] => {
  const ids = member(product, 'extension_attributes', 'website_ids')
  return Array.isArray(ids) ? ids.flatMap(id => keys.get(Number(id)) ?? []) : []
}

/** Everything in the catalogue, each time: a product that was deleted leaves no trace but its absence. */
export const productStream: Stream<Session, ProductRecord> = {
  name: 'products',
  label: 'Products',
  kind: 'snapshot',
  tables: ['products'],
  every: 6 * hour,
  whole: true,
  async *read(session) {
    const keys = await keysOfWebsites(session)
    const categories = await categoriesOf(session)
    const parents = new Map<number, string>()
    for await (const found of walk(session, {
      ...products,
      filters: [{ field: 'type_id', condition: 'eq', value: 'configurable' }],
    }))
      for (const one of found?.rows ?? []) {
        const links = member(one, 'extension_attributes', 'configurable_product_links')
        if (Array.isArray(links)) for (const id of links) parents.set(Number(id), text(one.sku))
      }
    for await (const found of walk(session, products)) {
      if (!found) return yield unlisted('products')
      const records: ProductRecord[] = []
      for (const product of found.rows) {
        const [link] = list(member(product, 'extension_attributes', 'category_links'))
        const own = attribute(product, 'category_ids')
        const category = text(link?.category_id) || text(Array.isArray(own) ? own[0] : own)
        records.push({
          product,
          websites: websitesOfProduct(product, keys),
          category: categories.get(category) ?? '',
          brand: await firstOf(session, product, brandCodes),
          supplier: await firstOf(session, product, supplierCodes),
          parent: parents.get(Number(product.id)) ?? '',
        })
      }
      yield { records, total: found.total, remarks: found.remarks }
    }
  },
  map: mapProduct,
}

/** What can be sold: configurables and groups are only where their variants are found. */
export function mapProduct(
  { product, websites, category, brand, supplier, parent }: ProductRecord,
  place: Place,
): Mapped {
  if (['configurable', 'grouped'].includes(text(product.type_id))) return { rows: {} }
  const price = known(product.price)
  return {
    rows: {
      products: storesOf(websites, place).map(({ store, currency }) => ({
        store,
        product_id: text(product.sku),
        parent_id: parent,
        title: text(product.name),
        category,
        brand,
        vendor: supplier,
        status: Number(product.status) === 2 ? 'disabled' : 'active',
        price: price === null ? null : plain(price),
        currency,
      })),
    },
  }
}

const storesOf = (websites: readonly string[], place: Place) =>
  websites.length === 0 ? [place.home] : websites.map(key => place.storeOf(key))

/** A product's cost as it was when the product last changed. */
export interface CostRecord {
  product: Json
  websites: readonly string[]
}

/** Costs of products that changed: old ones stay, so that what a thing cost is known for every day. */
export const costStream: Stream<Session, CostRecord> = {
  name: 'product_costs',
  label: 'Product costs',
  kind: 'window',
  tables: ['product_costs'],
  every: 6 * hour,
  overlap: 10 * 60_000,
  settle: 30_000,
  async *read(session, turn) {
    const keys = await keysOfWebsites(session)
    for await (const found of walk(session, {
      ...products,
      along: 'updated_at',
      filters: within('updated_at', turn),
    })) {
      if (!found) return
      yield {
        records: found.rows.map(product => ({ product, websites: websitesOfProduct(product, keys) })),
        total: found.total,
        remarks: found.remarks,
      }
    }
  },
  map({ product, websites }, place) {
    const cost = attribute(product, 'cost')
    if (cost === undefined || cost === null || cost === '') return { rows: {} }
    return {
      rows: {
        product_costs: storesOf(websites, place).map(({ store, currency, timezone }) => ({
          store,
          product_id: text(product.sku),
          from_day: clockOf(timezone, product.updated_at).day,
          unit_cost: plain(amount(cost)),
          currency,
        })),
      },
    }
  },
}
