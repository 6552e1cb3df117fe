import type { Target, TargetColumn } from '../target.ts'
import { products } from './catalogue.ts'

type Columns = Readonly<Record<string, TargetColumn>>

/** What a file of sales may say of its products beside their code and title, by what it is called there. */
const said = {
  parent_id: 'parent_id',
  category: 'category',
  brand: 'brand',
  vendor: 'vendor',
  product_status: 'status',
  list_price: 'price',
} as const

/** Headings that in a file of sales are of the order or the payment, in a list of products of the product. */
const ofSales = 'type status state published visibility'.split(' ')
const strangers = 'customer client kunde order ship payment price account card'

/**
 * Product columns for a target of sales lines with columns `own`: they go by the headings the products target knows, save
 * those that mean something else in a file of sales.
 */
export const productColumns = (own: Columns): Columns => {
  const taken = new Set([...Object.values(own).flatMap(one => one.names.split(/\s+/)), ...ofSales])
  return Object.fromEntries(
    Object.entries(said).map(([name, product]) => {
      const column = products.columns[product] as TargetColumn
      const names = column.names.split(/\s+/).filter(word => !taken.has(word))
      return [
        name,
        { ...column, about: `${column.about} of the product`, names: names.join(' '), strangers, product },
      ]
    }),
  )
}

/** Column of the products' table that each given column of sales fills; null where none is given, or no code of the product. */
export const productsNamed = (target: Target, given: readonly string[]): Record<string, string> | null => {
  const named = given.flatMap(name => {
    const { product } = target.columns[name] ?? {}
    return product ? [[product, name] as const] : []
  })
  const titled = given.includes('title') && Object.values(target.columns).some(one => one.product)
  if (!given.includes('sku') || !(titled || named.length > 0)) return null
  return Object.fromEntries([...(titled ? [['title', 'title'] as const] : []), ...named])
}
