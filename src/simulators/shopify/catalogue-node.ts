import { type Day, later } from '#kernel/day.ts'
import type { Product, Variant } from '../company/catalogue.ts'
import type { Company } from '../company/company.ts'
import { costOn, priceOn, productOf } from '../company/prices.ts'
import { localDay, midnight, type StoreFacts } from '../company/stores.ts'
import { gid, isoOf } from './ids.ts'
import { amountOf, money } from './money.ts'
import type { Node } from './node.ts'
import { stockOf } from './stock.ts'

interface Moment {
  company: Company
  now: number
}

export const productGid = (index: number): string => gid('Product', index + 1)
export const variantGid = (variant: Variant): string => gid('ProductVariant', variant.index + 1)
const itemGid = (variant: Variant): string => gid('InventoryItem', variant.index + 1)

/** Products in the catalogue now: launched and not withdrawn. */
export function productsAt({ company, now }: Moment, shop: StoreFacts): Product[] {
  const day = localDay(shop.timezone, now)
  return company.catalogue.products.filter(
    ({ launched, deleted }) => launched <= day && (deleted === null || day < deleted),
  )
}

export const createdAt = ({ company }: Moment, shop: StoreFacts, product: Product): number =>
  midnight(shop.timezone, later(product.launched, company.start))

/** When the product was last changed: its prices rose, or it was made. */
export function productChangedAt(moment: Moment, shop: StoreFacts, product: Product): number {
  const { category, day } = moment.company.facts.priceRise
  const made = createdAt(moment, shop, product)
  return product.category === category ? since(moment, shop, made, day) : made
}

/** When the item was last changed: its cost rose, or it was made. */
export function itemChangedAt(moment: Moment, shop: StoreFacts, variant: Variant): number {
  const { category, day } = moment.company.facts.costRise
  const product = productOf(moment.company, variant)
  const made = createdAt(moment, shop, product)
  return product.category === category ? since(moment, shop, made, day) : made
}

const since = ({ now }: Moment, shop: StoreFacts, made: number, day: Day): number => {
  const at = midnight(shop.timezone, day)
  return at <= now ? Math.max(made, at) : made
}

export function productNode(moment: Moment, shop: StoreFacts, product: Product): Node {
  return {
    __typename: 'Product',
    id: productGid(product.index),
    legacyResourceId: String(product.index + 1),
    title: product.title,
    handle: product.handle,
    vendor: product.vendor,
    productType: product.category,
    status: 'ACTIVE',
    tags: [],
    isGiftCard: product.giftCard,
    createdAt: isoOf(createdAt(moment, shop, product)),
    updatedAt: isoOf(productChangedAt(moment, shop, product)),
    publishedAt: isoOf(createdAt(moment, shop, product)),
    category: product.giftCard
      ? null
      : { __typename: 'TaxonomyCategory', id: gid('TaxonomyCategory', 1), fullName: product.category },
    totalInventory: () =>
      product.variants.reduce((sum, variant) => sum + stockOf(moment, shop, variant).available, 0),
    variants: () => product.variants.map((variant, n) => variantNode(moment, shop, product, variant, n + 1)),
  }
}

function variantNode(
  moment: Moment,
  shop: StoreFacts,
  product: Product,
  variant: Variant,
  position: number,
): Node {
  const day = localDay(shop.timezone, moment.now)
  return {
    __typename: 'ProductVariant',
    id: variantGid(variant),
    legacyResourceId: String(variant.index + 1),
    title: variant.title,
    displayName: `${product.title} - ${variant.title}`,
    sku: variant.sku,
    barcode: variant.barcode || null,
    price: amountOf(priceOn(moment.company, shop, variant, day)),
    compareAtPrice: null,
    position,
    inventoryQuantity: () => stockOf(moment, shop, variant).available,
    createdAt: isoOf(createdAt(moment, shop, product)),
    updatedAt: isoOf(productChangedAt(moment, shop, product)),
    selectedOptions: variant.options.map(one => ({ __typename: 'SelectedOption', ...one })),
    inventoryItem: () => inventoryItemNode(moment, shop, variant),
  }
}

export function inventoryItemNode(moment: Moment, shop: StoreFacts, variant: Variant): Node {
  const cost = costOn(moment.company, shop, variant, localDay(shop.timezone, moment.now))
  const product = productOf(moment.company, variant)
  const changed = isoOf(itemChangedAt(moment, shop, variant))
  return {
    __typename: 'InventoryItem',
    id: itemGid(variant),
    legacyResourceId: String(variant.index + 1),
    sku: variant.sku,
    tracked: !product.giftCard,
    requiresShipping: !product.giftCard,
    createdAt: isoOf(createdAt(moment, shop, product)),
    updatedAt: changed,
    unitCost: cost === null ? null : money(cost, shop.currency),
    inventoryLevels: () => (product.giftCard ? [] : [levelNode(moment, shop, variant)]),
  }
}

function levelNode(moment: Moment, shop: StoreFacts, variant: Variant): Node {
  const stock = stockOf(moment, shop, variant)
  const at = isoOf(moment.now)
  return {
    __typename: 'InventoryLevel',
    id: `gid://shopify/InventoryLevel/${shop.index}?inventory_item_id=${variant.index + 1}`,
    updatedAt: at,
    isActive: true,
    location: { __typename: 'Location', id: gid('Location', 1), name: 'Warehouse' },
    quantities: ({ names }: { names: readonly string[] }) =>
      names.map(name => ({
        __typename: 'InventoryQuantity',
        id: `gid://shopify/InventoryQuantity/${shop.index}?inventory_item_id=${variant.index + 1}&name=${name}`,
        name,
        quantity: (stock as unknown as Record<string, number>)[name] ?? 0,
        updatedAt: at,
      })),
  }
}
