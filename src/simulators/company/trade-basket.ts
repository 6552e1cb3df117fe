import { addDays, type Day, dayNumber, weekday } from '#kernel/day.ts'
import type { Variant } from './catalogue.ts'
import { type Company, dayIndex } from './company.ts'
import { type Draw, unitOf } from './draw.ts'
import type { Account } from './people.ts'
import { costOn, priceOn, productOf, sellable } from './prices.ts'
import type { StoreFacts } from './stores.ts'
import { type Bundle, bundlesOf } from './trade-bundles.ts'

/** The B2B arm: it sells to accounts at contract prices without tax. Its base currency is the pound; Irish accounts see euros. */
export const tradeShop: StoreFacts = {
  index: 4,
  store: 'larkfield-trade',
  name: 'Larkfield Trade',
  currency: 'GBP',
  timezone: 'Europe/London',
  taxesIncluded: false,
  base: 0,
  growth: 0.12,
  pound: 1,
  conversion: 0,
  returnRate: 0.05,
  shipping: { price: 1250, freeFrom: 75_000 },
  markets: [
    { country: 'GB', region: 'ENG', share: 0.85, currency: 'GBP', rate: 1, tax: 0.2 },
    // Goods sent to a business abroad bear no tax.
    { country: 'IE', region: 'D', share: 0.15, currency: 'EUR', rate: 1.17, tax: 0 },
  ],
  mothersDay: 'mothers_day_uk',
  host: 'trade.larkfield.example',
}

/** What an account pays of the list price by its contract. */
const contract = { Independent: 0.95, Chain: 0.86, Hospitality: 0.9, Healthcare: 0.885 } as const

/** A discount of an order: of a coupon, or of a rule that needs none. */
export interface TradeRule {
  id: number
  name: string
  /** '' for a rule without one. */
  coupon: string
  rate: number
  /** Pence off the order. */
  amount: number
  freeShipping: boolean
}

const rule = (
  id: number,
  name: string,
  coupon: string,
  more: Partial<Pick<TradeRule, 'rate' | 'amount' | 'freeShipping'>>,
): TradeRule => ({ id, name, coupon, rate: 0, amount: 0, freeShipping: false, ...more })

export const tradeRules: readonly TradeRule[] = [
  rule(1, 'Five per cent for the trade', 'TRADE5', { rate: 0.05 }),
  rule(2, 'First order', 'HELLO25', { amount: 2500 }),
  rule(3, 'Carriage paid', 'CARRIAGE', { freeShipping: true }),
  rule(4, 'Spring order book', '', { rate: 0.03 }),
]

/** A thing that is counted once: a variant, a part of a bundle priced by its parts, or a bundle with a price of its own. */
export interface TradeLine {
  number: number
  sku: string
  title: string
  /** null for a bundle with a price of its own. */
  variant: Variant | null
  bundle: Bundle | null
  /** Number of the bundle within the order whose part the line is; null for what stands alone. */
  group: number | null
  quantity: number
  /** List price in pence. */
  listed: number
  /** Price of one by contract and tier, in hundredths of a penny. */
  price: number
  /** Pence, without tax and before discounts. */
  row: number
  discount: number
  taxRate: number
  tax: number
  /** Cost of one in pence; null where not recorded. */
  unitCost: number | null
}

export const marketOf = (account: Account) =>
  tradeShop.markets.find(one => one.country === account.country) ?? (tradeShop.markets[0] as never)

/** Ids grow with the days, a thousand for each. */
export const idOn = (company: Company, day: Day, number: number): number =>
  (dayIndex(company, day) + 1) * 1000 + number + 1
export const dayOfId = (company: Company, id: number): Day =>
  addDays(company.start, Math.floor(id / 1000) - 1)

/** Euros for a pound on a day: they wander a little. */
export const euros = (day: Day): number =>
  Math.round((1.17 + 0.02 * Math.sin(dayNumber(day) / 40)) * 10_000) / 10_000

const weekdays = [1.4, 1.35, 1.3, 1.25, 1.2, 0.25, 0.15]

/** Whether an account still buys: one in eight goes elsewhere some day. */
export function buys(company: Company, account: Account, day: Day): boolean {
  if (day < account.since) return false
  if (unitOf(company.seed, 402, account.index) >= 0.125) return true
  const left = Math.floor((0.3 + 0.9 * unitOf(company.seed, 402, account.index, 1)) * company.days)
  return dayIndex(company, day) < left
}

/** How often the account turns to us on a day. */
export const urge = (company: Company, account: Account, day: Day): number =>
  (account.rate / 30.4) *
  (weekdays[weekday(day) - 1] ?? 1) *
  (1 + tradeShop.growth) ** (dayIndex(company, day) / 365.25)

/** Prices fall with the number of units: 12 and 48 are the steps. */
export const tier = (quantity: number): number => (quantity >= 48 ? 0.9 : quantity >= 12 ? 0.95 : 1)

const shelves = new WeakMap<Company, Map<Day, { variants: readonly Variant[]; weights: readonly number[] }>>()

/** What can be bought on a day, and how likely each is. */
function shelfOn(company: Company, day: Day) {
  const own = shelves.get(company) ?? new Map()
  shelves.set(company, own)
  const known = own.get(day)
  if (known) return known
  const variants = company.catalogue.variants.filter(one => one.weight > 0 && sellable(company, one, day))
  const shelf = { variants, weights: variants.map(one => one.weight) }
  if (own.size >= 64) own.delete(own.keys().next().value ?? '')
  own.set(day, shelf)
  return shelf
}

/** Lines without their discount: what an account puts into an order or a quote; `factor` is what was agreed beyond the contract. */
export function linesOf(
  company: Company,
  account: Account,
  day: Day,
  factor: number,
  chance: Draw,
): TradeLine[] {
  const on = shelfOn(company, day)
  const lines: TradeLine[] = []
  const priced = (listed: number, quantity: number) => {
    const price = Math.round(listed * 100 * contract[account.segment] * tier(quantity) * factor)
    return { listed, quantity, price, row: Math.round((price * quantity) / 100) }
  }
  const blank = { variant: null, bundle: null, group: null, discount: 0, taxRate: 0, tax: 0 }
  const add = (line: Omit<TradeLine, 'number'>) => lines.push({ number: lines.length, ...line })
  const single = (variant: Variant, quantity: number, more: Partial<TradeLine>) =>
    add({
      ...blank,
      ...priced(priceOn(company, tradeShop, variant, day), quantity),
      sku: variant.sku,
      title: titleOf(company, variant),
      variant,
      unitCost: costOn(company, tradeShop, variant, day),
      ...more,
    })
  const quantity = () => chance.pick([4, 6, 6, 12, 12, 24, 48])
  const had = new Set<Variant>()
  for (let n = 1 + chance.below(4); n > 0; n--) {
    const variant = on.variants[chance.weighted(on.weights)]
    if (variant && !had.has(variant)) single(variant, quantity(), {})
    if (variant) had.add(variant)
  }
  for (const bundle of bundlesOf(company)) {
    const parts = bundle.parts.map(part => part.variant)
    if (!chance.chance(0.06) || !parts.every(one => sellable(company, one, day))) continue
    const count = chance.pick([2, 4, 6])
    if (bundle.fixed) {
      const costs = bundle.parts.map(part => {
        const cost = costOn(company, tradeShop, part.variant, day)
        return cost === null ? null : cost * part.per
      })
      add({
        ...blank,
        ...priced(bundle.price, count),
        sku: bundle.sku,
        title: bundle.title,
        bundle,
        unitCost: costs.includes(null) ? null : costs.reduce<number>((sum, one) => sum + (one ?? 0), 0),
      })
    } else
      for (const { variant, per } of bundle.parts)
        single(variant, count * per, { bundle, group: bundle.index })
  }
  return lines
}

export const titleOf = (company: Company, variant: Variant): string => {
  const product = productOf(company, variant)
  return product.variants.length > 1 ? `${product.title} ${variant.title}` : product.title
}
