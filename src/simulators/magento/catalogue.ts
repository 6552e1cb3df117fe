import { type Day, later } from '#kernel/day.ts'
import type { Product, Variant } from '../company/catalogue.ts'
import type { Company } from '../company/company.ts'
import { costOn, priceOn } from '../company/prices.ts'
import { localDay, midnight } from '../company/stores.ts'
import { tradeShop } from '../company/trade-basket.ts'
import { bundlesOf } from '../company/trade-bundles.ts'
import { reservedOn, tradeSources, tradeStockOn } from '../company/trade-stock.ts'
import { present, stamp } from './amounts.ts'
import type { Row } from './criteria.ts'
import { bundleId, configurableId, variantId } from './product-ids.ts'
import type { Shelf } from './sales.ts'

const day = (now: number): Day => localDay(tradeShop.timezone, now)
const at = (of: Day): number => midnight(tradeShop.timezone, of)

/** Things made of whole lists that are small: found by rows that carry what is shown. */
export function plainShelf(
  id: string,
  list: (now: number) => { row: Row; json: Record<string, unknown> }[],
): Shelf {
  // Made once for each instant: a page asks for many of them.
  let made: { now: number; byId: ReadonlyMap<unknown, { row: Row; json: Record<string, unknown> }> } | null =
    null
  const all = (now: number) => {
    if (made?.now !== now) made = { now, byId: new Map(list(now).map(one => [one.row[id], one])) }
    return made.byId
  }
  return {
    id,
    rows: (_, now) => [...all(now).values()].map(one => one.row),
    show: (row, now) => all(now).get(row[id])?.json ?? {},
  }
}

const categories = (company: Company): string[] => [
  ...new Set(company.catalogue.products.filter(one => !one.giftCard).map(one => one.category)),
]

/** When a product last changed: its launch, and the rises of prices and costs. */
function changedOn(company: Company, product: Product, now: number): Day {
  const { priceRise, costRise } = company.facts
  const days = [later(product.launched, company.start)]
  if (product.category === priceRise.category) days.push(priceRise.day)
  if (product.category === costRise.category) days.push(costRise.day)
  return (
    days
      .filter(one => one <= day(now))
      .sort()
      .at(-1) ?? company.start
  )
}

/** Products there are: configurables with their variants, and sets. */
function listed(company: Company, now: number): { row: Row; json: Record<string, unknown> }[] {
  const today = day(now)
  const found: { row: Row; json: Record<string, unknown> }[] = []
  const put = (
    id: number,
    sku: string,
    type: string,
    created: Day,
    changed: Day,
    json: Record<string, unknown>,
  ) =>
    found.push({
      row: {
        entity_id: id,
        sku,
        type_id: type,
        status: 1,
        created_at: stamp(at(created)),
        updated_at: stamp(at(changed)),
      },
      json: present({
        id,
        sku,
        attribute_set_id: 4,
        status: 1,
        visibility: 4,
        type_id: type,
        created_at: stamp(at(created)),
        updated_at: stamp(at(changed)),
        product_links: [],
        ...json,
      }),
    })
  for (const product of company.catalogue.products) {
    if (
      product.giftCard ||
      product.launched > today ||
      (product.deleted !== null && product.deleted <= today)
    )
      continue
    const created = later(product.launched, company.start)
    const changed = changedOn(company, product, now)
    const many = product.variants.length > 1
    const category = String(3 + categories(company).indexOf(product.category))
    const own = (variant: Variant) => {
      const cost = costOn(company, tradeShop, variant, today)
      return {
        name: many ? `${product.title} ${variant.title}` : product.title,
        price: priceOn(company, tradeShop, variant, today) / 100,
        tier_prices: [
          {
            customer_group_id: 32000,
            qty: 12,
            value: 0,
            extension_attributes: { percentage_value: 5, website_id: 0 },
          },
        ],
        extension_attributes: { website_ids: [1], category_links: [{ position: 0, category_id: category }] },
        custom_attributes: [
          { attribute_code: 'supplier', value: product.vendor },
          ...(cost === null ? [] : [{ attribute_code: 'cost', value: (cost / 100).toFixed(6) }]),
        ],
      }
    }
    const [first] = product.variants
    if (many && first)
      put(configurableId(first), product.handle.toUpperCase(), 'configurable', created, changed, {
        ...own(first),
        name: product.title,
        price: 0,
        extension_attributes: {
          website_ids: [1],
          category_links: [{ position: 0, category_id: category }],
          configurable_product_links: product.variants.map(variantId),
        },
        custom_attributes: [{ attribute_code: 'supplier', value: product.vendor }],
      })
    for (const variant of product.variants)
      put(variantId(variant), variant.sku, 'simple', created, changed, own(variant))
  }
  for (const bundle of bundlesOf(company))
    put(bundleId(bundle.index), bundle.sku, 'bundle', company.start, company.start, {
      name: bundle.title,
      price: bundle.price / 100,
      extension_attributes: { website_ids: [1] },
      custom_attributes: [{ attribute_code: 'price_type', value: bundle.fixed ? '1' : '0' }],
    })
  return found
}

/** What is sold and where it lies. */
export function catalogueShelves(company: Company): Record<string, Shelf> {
  const stock = (now: number) =>
    tradeStockOn(company, day(now)).map(({ source, variant, onHand }, n) => ({
      row: {
        source_item_id: n + 1,
        sku: variant.sku,
        source_code: source,
        quantity: onHand,
        status: onHand > 0 ? 1 : 0,
      },
      json: { sku: variant.sku, source_code: source, quantity: onHand, status: onHand > 0 ? 1 : 0 },
    }))
  const plain = (id: string, list: readonly Record<string, unknown>[]) =>
    plainShelf(id, () => list.map(json => ({ row: json as Row, json })))
  return {
    '/V1/products': plainShelf('entity_id', now => listed(company, now)),
    '/V1/categories/list': plain(
      'entity_id',
      categories(company).map((name, n) => ({
        entity_id: n + 3,
        id: n + 3,
        parent_id: 2,
        name,
        is_active: true,
        level: 2,
        path: `1/2/${n + 3}`,
        children: '',
      })),
    ),
    '/V1/inventory/source-items': plainShelf('source_item_id', stock),
    '/V1/inventory/sources': plain(
      'source_code',
      tradeSources.map(({ code, name, enabled }) => ({
        source_code: code,
        name,
        enabled,
        country_id: 'GB',
        postcode: 'LS1 4AP',
      })),
    ),
    '/V1/inventory/stocks': plain('stock_id', [
      { stock_id: 1, name: 'Default Stock', extension_attributes: { sales_channels: [] } },
      {
        stock_id: 2,
        name: 'Trade',
        extension_attributes: { sales_channels: [{ type: 'website', code: 'larkfield_trade' }] },
      },
    ]),
    '/V1/inventory/stock-source-links': plain('source_code', [
      { stock_id: 1, source_code: 'default', priority: 1 },
      { stock_id: 2, source_code: 'leeds_3pl', priority: 1 },
      { stock_id: 2, source_code: 'showroom', priority: 2 },
    ]),
    '/V1/inventory/export-stock-salable-qty/website/larkfield_trade': plainShelf('sku', now => {
      const sums = new Map<string, { variant: Variant; qty: number }>()
      for (const { variant, onHand } of tradeStockOn(company, day(now))) {
        const qty = sums.get(variant.sku)?.qty ?? -reservedOn(company, variant, day(now))
        sums.set(variant.sku, { variant, qty: qty + onHand })
      }
      return [...sums].map(([sku, { qty }]) => ({
        row: { sku, qty, is_salable: qty > 0 ? 1 : 0 },
        json: { sku, qty, is_salable: qty > 0 },
      }))
    }),
  }
}

const stockItem = (id: number, product: number, qty: number) => ({
  item_id: id,
  product_id: product,
  stock_id: 1,
  qty,
  is_in_stock: qty > 0,
  is_qty_decimal: false,
  show_default_notification_message: false,
  use_config_min_qty: true,
  min_qty: 0,
  use_config_min_sale_qty: 1,
  min_sale_qty: 1,
  use_config_max_sale_qty: true,
  max_sale_qty: 10_000,
  use_config_backorders: true,
  backorders: 0,
  use_config_notify_stock_qty: true,
  notify_stock_qty: 1,
  use_config_qty_increments: true,
  qty_increments: 0,
  use_config_enable_qty_inc: true,
  enable_qty_increments: false,
  use_config_manage_stock: true,
  manage_stock: true,
  low_stock_date: '',
  is_decimal_divided: false,
  stock_status_changed_auto: 0,
})

/** Stock as it was kept before there were sources: one number for each product, whatever lies where. */
export function stockItems(company: Company, now: number): { sku: string; json: Record<string, unknown> }[] {
  const sums = new Map<string, { variant: Variant; qty: number }>()
  for (const { variant, onHand } of tradeStockOn(company, day(now)))
    sums.set(variant.sku, { variant, qty: (sums.get(variant.sku)?.qty ?? 0) + onHand })
  return [...sums].map(([sku, { variant, qty }]) => ({
    sku,
    json: stockItem(variant.index + 1, variantId(variant), qty),
  }))
}
