import { addDays, type Day, dayNumber, weekday } from '#kernel/day.ts'
import type { Variant } from './catalogue.ts'
import type { Company } from './company.ts'
import { unitOf } from './draw.ts'
import { productOf } from './prices.ts'
import { localDay } from './stores.ts'
import { tradeShop } from './trade-basket.ts'

/** Where goods lie: the third party's warehouse, and a showroom with some of the catalogue. */
export const tradeSources = [
  { code: 'default', name: 'Default source', enabled: true },
  { code: 'leeds_3pl', name: 'Leeds warehouse', enabled: true },
  { code: 'showroom', name: 'London showroom', enabled: true },
] as const

export interface StockRow {
  source: string
  variant: Variant
  onHand: number
}

/** What lies where on a day: it runs down through the week and is filled up on Mondays, save while it is out of stock. */
export function tradeStockOn(company: Company, day: Day): StockRow[] {
  const rows: StockRow[] = []
  for (const variant of company.catalogue.variants) {
    const product = productOf(company, variant)
    if (product.giftCard || product.launched > day || (product.deleted !== null && product.deleted <= day))
      continue
    const monday = addDays(day, 1 - weekday(day))
    const full = 40 + Math.floor(160 * unitOf(company.seed, 408, variant.index, dayNumber(monday)))
    const out = company.facts.stockOuts.some(
      one => one.variant === variant.index && one.from <= day && day <= one.to,
    )
    const left = Math.floor(full * (1 - 0.1 * (weekday(day) - 1)))
    rows.push({ source: 'leeds_3pl', variant, onHand: out ? 0 : left })
    if (variant.index % 3 === 0) rows.push({ source: 'showroom', variant, onHand: 1 + (variant.index % 4) })
  }
  return rows
}

/** Units that are ordered and not yet sent, of a variant, on a day. */
export const reservedOn = (company: Company, variant: Variant, day: Day): number =>
  Math.floor(6 * unitOf(company.seed, 409, variant.index, dayNumber(day)))

/** What lies where at an instant. */
export const stockTruth = (company: Company, at: number): { source: string; sku: string; onHand: number }[] =>
  tradeStockOn(company, localDay(tradeShop.timezone, at)).map(({ source, variant, onHand }) => ({
    source,
    sku: variant.sku,
    onHand,
  }))
