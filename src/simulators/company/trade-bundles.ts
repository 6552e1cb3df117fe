import type { Variant } from './catalogue.ts'
import type { Company } from './company.ts'

/** Several things sold together: at a price of its own (fixed) or at the sum of its parts. */
export interface Bundle {
  index: number
  sku: string
  title: string
  fixed: boolean
  /** Pence by list, where it has a price of its own. */
  price: number
  parts: readonly { variant: Variant; per: number }[]
}

const known = new WeakMap<Company, readonly Bundle[]>()

/** The sets of the B2B catalogue, made of the first products. */
export function bundlesOf(company: Company): readonly Bundle[] {
  const found = known.get(company)
  if (found) return found
  const first = (product: number) => company.catalogue.products[product]?.variants[0] as Variant
  const bundle = (
    index: number,
    title: string,
    fixed: boolean,
    parts: readonly [number, number][],
  ): Bundle => {
    const own = parts.map(([product, per]) => ({ variant: first(product), per }))
    const sum = own.reduce((all, { variant, per }) => all + variant.price * per, 0)
    return {
      index,
      sku: `SET-${index + 1}`,
      title,
      fixed,
      price: fixed ? Math.round(sum * 0.009) * 100 - 5 : 0,
      parts: own,
    }
  }
  // Product 5 really costs nothing and of product 7 nobody wrote down the cost: a set knows only what its parts do.
  const made = [
    bundle(0, 'Welcome set', true, [
      [0, 2],
      [2, 1],
    ]),
    bundle(1, 'Counter set', true, [
      [5, 1],
      [7, 1],
    ]),
    bundle(2, 'Room set', false, [
      [1, 1],
      [2, 2],
      [4, 1],
    ]),
  ]
  known.set(company, made)
  return made
}
