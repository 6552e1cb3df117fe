import type { Day } from '#kernel/day.ts'
import type { Product, Variant } from './catalogue.ts'
import type { Company } from './company.ts'
import type { StoreFacts } from './stores.ts'

export const productOf = (company: Company, variant: Variant): Product =>
  company.catalogue.products[variant.product] as Product

/** List price of a variant in a shop on a day, in the smallest coin. */
export function priceOn(company: Company, shop: StoreFacts, variant: Variant, day: Day): number {
  const { category, giftCard } = productOf(company, variant)
  if (giftCard) return variant.price
  const { priceRise } = company.facts
  const risen = category === priceRise.category && day >= priceRise.day ? 1 + priceRise.rise : 1
  return shop.pound === 1 && risen === 1
    ? variant.price
    : Math.round((variant.price * shop.pound * risen) / 5) * 5
}

/** Landed unit cost on a day in the smallest coin; null where it is not recorded. */
export function costOn(company: Company, shop: StoreFacts, variant: Variant, day: Day): number | null {
  if (variant.cost === null) return null
  const { costRise } = company.facts
  const { category } = productOf(company, variant)
  const risen = category === costRise.category && day >= costRise.day ? 1 + costRise.rise : 1
  return Math.round(variant.cost * shop.pound * risen)
}

/** Whether a variant can be bought on a day: launched, not withdrawn, not out of stock. */
export function sellable(company: Company, variant: Variant, day: Day): boolean {
  const { launched, deleted } = productOf(company, variant)
  const out = company.facts.stockOuts.some(
    one => one.variant === variant.index && one.from <= day && day <= one.to,
  )
  return launched <= day && (deleted === null || day < deleted) && !out
}
