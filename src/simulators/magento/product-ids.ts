import type { Variant } from '../company/catalogue.ts'

/** Ids of the catalogue: a product's own, then those of its variants. */
export const configurableId = (variant: Variant): number => 1000 + variant.product * 20
export const variantId = (variant: Variant): number => configurableId(variant) + 1 + (variant.index % 19)
export const bundleId = (index: number): number => 900_000 + index
