import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import type { Variant } from './catalogue.ts'
import { type Company, dayIndex } from './company.ts'
import { type Cell, cellOf, type DayPlan, dayPlan } from './day-plan.ts'
import { type Draw, draw } from './draw.ts'
import { promotionOn } from './facts.ts'
import { costOn, priceOn, productOf, sellable } from './prices.ts'
import { instant, type Market, type StoreFacts } from './stores.ts'

/** Who ordered: known by the day and number of the first order. */
export interface CustomerRef {
  day: Day
  number: number
}

export interface Discount {
  kind: 'code' | 'automatic'
  title: string
  code: string
  /** Share of each line taken off, or null for an amount off the order. */
  rate: number | null
  /** Smallest coin off the order where there is no rate. */
  amount: number
}

/** A line as it was sold. Amounts in the smallest coin, as the buyer saw the shelf: with tax where the shop includes it. */
export interface Line {
  number: number
  variant: Variant
  giftCard: boolean
  quantity: number
  unitPrice: number
  discount: number
  taxRate: number
  tax: number
  /** Cost of one unit on the day it was sold; null where not recorded. */
  unitCost: number | null
  /** When it was added by an edit; null for a line of the order as placed. */
  addedAt: number | null
}

export interface Order {
  shop: StoreFacts
  /** Day it was placed, and its number within the day. */
  day: Day
  number: number
  placedAt: number
  /** When the shop's system first knew it: later than placed for the few that were imported. */
  createdAt: number
  market: Market
  /** How it came; null at the counter. */
  cell: Cell | null
  customer: CustomerRef | null
  test: boolean
  lines: readonly Line[]
  discount: Discount | null
  shippingPrice: number
  shippingDiscount: number
  shippingTax: number
  /** Bank transfers come in days later. */
  gateway: 'shopify_payments' | 'paypal' | 'bank_deposit' | 'cash'
}

/** Tax that is in an amount, or comes on top of it. Halves are rounded up. */
export const taxOf = (shop: StoreFacts, amount: number, rate: number): number =>
  Math.round(shop.taxesIncluded ? (amount * rate) / (1 + rate) : amount * rate)

/** Every order of a shop's day, in no order of time. */
export function ordersOf(company: Company, shop: StoreFacts, day: Day): Order[] {
  const plan = dayPlan(company, shop, day)
  const shelf = shelfOn(company, day)
  return Array.from({ length: plan.orders }, (_, number) => make(company, shop, plan, number, shelf))
}

interface Shelf {
  variants: readonly Variant[]
  /** Running sum of the weights, so that a draw is a search. */
  upTo: readonly number[]
}

const shelves = new WeakMap<Company, Map<Day, Shelf>>()

/** What can be bought on a day and how likely each is, in the season and after the price rise. */
function shelfOn(company: Company, day: Day): Shelf {
  const own = shelves.get(company) ?? new Map<Day, Shelf>()
  shelves.set(company, own)
  const known = own.get(day)
  if (known) return known
  const { priceRise } = company.facts
  const month = Number(day.slice(5, 7))
  const variants = company.catalogue.variants.filter(one => one.weight > 0 && sellable(company, one, day))
  let sum = 0
  const upTo = variants.map(variant => {
    const { category } = productOf(company, variant)
    let weight = variant.weight
    if (category === 'Garden') weight *= month >= 3 && month <= 7 ? 1.8 : 0.6
    if (category === 'Lighting' || category === 'Textiles') weight *= month >= 10 || month <= 1 ? 1.4 : 0.85
    if (category === priceRise.category && day >= priceRise.day) weight *= priceRise.units
    sum += weight
    return sum
  })
  const shelf = { variants, upTo }
  if (own.size >= 128) own.delete(own.keys().next().value ?? '')
  own.set(day, shelf)
  return shelf
}

function takeFrom({ upTo, variants }: Shelf, chance: Draw): Variant {
  const aim = chance.unit() * (upTo[upTo.length - 1] ?? 0)
  let low = 0
  let high = upTo.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((upTo[middle] ?? 0) > aim) high = middle
    else low = middle + 1
  }
  return variants[low] as Variant
}

/** How many of the day's orders come in each hour: quiet nights, a lunch, a long evening. */
export const hours = [
  1, 0.5, 0.3, 0.2, 0.3, 0.7, 1.8, 3.2, 4.3, 5, 5.4, 5.6, 6, 5.6, 5.2, 5.1, 5.2, 5.6, 6.2, 7, 7.6, 7.2, 5.4,
  3,
]

function make(company: Company, shop: StoreFacts, plan: DayPlan, number: number, shelf: Shelf): Order {
  const { day } = plan
  const chance = draw(company.seed, 41, shop.index, dayNumber(day), number)
  const cell = cellOf(plan, number)
  const market = cell?.market ?? (shop.markets[0] as Market)
  const placedAt = instant(shop.timezone, day, (chance.weighted(hours) + chance.unit()) / 24)
  // A few come from a marketplace's file days later, dated back to when they were placed.
  const late = chance.chance(0.004) ? Math.floor(chance.between(2, 20) * 86_400) * 1000 : 0
  const customer = cell || chance.chance(0.4) ? customerOf(company, shop, plan, number, chance) : null
  const test = chance.chance(0.003)
  const discount = discountOf(company, day, number < plan.newcomers, chance)
  const lines = linesOf(company, shop, market, day, shelf, discount, chance)
  const goods = lines.reduce((sum, line) => sum + line.unitPrice * line.quantity - line.discount, 0)
  const delivered = cell !== null && lines.some(line => !line.giftCard)
  const shippingPrice = delivered && goods < shop.shipping.freeFrom ? shop.shipping.price : 0
  const free = discount?.code === 'FREESHIP'
  return {
    shop,
    day,
    number,
    placedAt,
    createdAt: placedAt + late,
    market,
    cell,
    customer,
    test,
    lines,
    discount,
    shippingPrice,
    shippingDiscount: free ? shippingPrice : 0,
    shippingTax: free ? 0 : taxOf(shop, shippingPrice, market.tax),
    gateway: gatewayOf(shop, cell, chance),
  }
}

function gatewayOf(shop: StoreFacts, cell: Cell | null, chance: Draw): Order['gateway'] {
  if (!cell) return 'cash'
  if (shop.store === 'larkfield-de' && chance.chance(0.1)) return 'bank_deposit'
  return chance.chance(0.22) ? 'paypal' : 'shopify_payments'
}

/** A newcomer is known by this order; others come back after some weeks from a day that had newcomers. */
function customerOf(
  company: Company,
  shop: StoreFacts,
  plan: DayPlan,
  number: number,
  chance: Draw,
): CustomerRef | null {
  if (number < plan.newcomers) return { day: plan.day, number }
  const since = dayIndex(company, plan.day)
  if (since <= 0) return null
  const gap = 1 + (Math.floor(-Math.log(1 - chance.unit()) * 75) % since)
  for (let back = gap; back <= since; back++) {
    const first = dayPlan(company, shop, addDays(plan.day, -back))
    if (first.newcomers > 0) return { day: first.day, number: chance.below(first.newcomers) }
  }
  return null
}

function discountOf(company: Company, day: Day, newcomer: boolean, chance: Draw): Discount | null {
  const promotion = promotionOn(company.facts, day)
  const coded = (code: string, rate: number | null, amount = 0): Discount => ({
    kind: 'code',
    title: code,
    code,
    rate,
    amount,
  })
  if (promotion && chance.chance(promotion.use)) {
    const { name, code, rate } = promotion
    return code ? coded(code, rate) : { kind: 'automatic', title: name, code, rate, amount: 0 }
  }
  if (newcomer && chance.chance(0.25)) return coded('WELCOME10', 0.1)
  if (chance.chance(0.03)) return coded('THANKS5', null, 500)
  return chance.chance(0.02) ? coded('FREESHIP', 0) : null
}

function linesOf(
  company: Company,
  shop: StoreFacts,
  market: Market,
  day: Day,
  shelf: Shelf,
  discount: Discount | null,
  chance: Draw,
): Line[] {
  const count = 1 + chance.weighted([0.52, 0.28, 0.13, 0.07])
  const chosen = new Set<Variant>()
  for (let n = 0; n < count; n++) chosen.add(takeFrom(shelf, chance))
  const cards = company.catalogue.products.at(-1)?.variants ?? []
  if (chance.chance(0.012)) {
    if (chance.chance(0.6)) chosen.clear()
    chosen.add(chance.pick(cards))
  }
  const drafts = [...chosen].map(variant => ({
    variant,
    giftCard: cards.includes(variant),
    quantity: 1 + chance.weighted([0.82, 0.13, 0.03, 0.02]),
    unitPrice: priceOn(company, shop, variant, day),
  }))
  const values = drafts.map(one => (one.giftCard ? 0 : one.unitPrice * one.quantity))
  const off = shareOut(values, discount)
  return drafts.map((draft, number) => {
    const taken = off[number] ?? 0
    const taxRate = draft.giftCard ? 0 : market.tax
    return {
      ...draft,
      number,
      discount: taken,
      taxRate,
      tax: taxOf(shop, draft.unitPrice * draft.quantity - taken, taxRate),
      unitCost: costOn(company, shop, draft.variant, day),
      addedAt: null,
    }
  })
}

/** A discount over the lines: a rate line by line, an amount by their values, so that the parts are the whole. */
function shareOut(values: readonly number[], discount: Discount | null): number[] {
  const { rate, amount } = discount ?? { rate: 0, amount: 0 }
  if (rate !== null) return values.map(value => Math.round(value * rate))
  const whole = values.reduce((sum, value) => sum + value, 0)
  const off = Math.min(amount, whole)
  let given = 0
  let past = 0
  return values.map(value => {
    past += value
    const due = whole === 0 ? 0 : Math.round((off * past) / whole) - given
    given += due
    return due
  })
}
