import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { type Draw, draw, unitOf } from './draw.ts'
import { type Account, accountsOf } from './people.ts'
import { instant } from './stores.ts'
import {
  buys,
  euros,
  idOn,
  linesOf,
  marketOf,
  type TradeLine,
  type TradeRule,
  tradeRules,
  tradeShop,
  urge,
} from './trade-basket.ts'
import { quotesOrderedOn, type TradeQuote } from './trade-quotes.ts'

export interface TradeOrder {
  day: Day
  number: number
  /** Id in Magento. */
  id: number
  account: Account
  buyer: number
  placedAt: number
  /** When Magento first knew it: later for the few that an older system handed over. */
  createdAt: number
  lines: readonly TradeLine[]
  rule: TradeRule | null
  shipping: number
  shippingDiscount: number
  shippingTax: number
  /** Euros or pounds for a pound. */
  rate: number
  /** Placed by one of our sales people rather than by the account itself. */
  byRep: boolean
  quote: TradeQuote | null
  payment: 'companycredit' | 'banktransfer' | 'checkmo'
}

interface Plan {
  account: Account
  quote: TradeQuote | null
}

const kept = new WeakMap<
  Company,
  { plans: Map<Day, readonly Plan[]>; orders: Map<Day, readonly TradeOrder[]> }
>()

const shelfOf = (company: Company) => {
  const found = kept.get(company) ?? { plans: new Map(), orders: new Map() }
  kept.set(company, found)
  return found
}

/** Takes it from what is kept, or makes and keeps it; what was kept first goes when there are too many. */
function keeping<T>(map: Map<Day, T>, day: Day, most: number, make: () => T): T {
  const known = map.get(day)
  if (known) return known
  const made = make()
  if (map.size >= most) map.delete(map.keys().next().value ?? '')
  map.set(day, made)
  return made
}

/** Who orders on a day, and out of which quote: light, so that years of days can be looked through. */
const plansOn = (company: Company, day: Day): readonly Plan[] =>
  day < company.start
    ? []
    : keeping(shelfOf(company).plans, day, Math.max(500, 20_000 / Math.max(1, company.scale)), () => [
        ...accountsOf(company)
          .filter(
            account =>
              buys(company, account, day) &&
              unitOf(company.seed, 401, dayNumber(day), account.index) <
                1 - Math.exp(-urge(company, account, day)),
          )
          .map(account => ({ account, quote: null })),
        ...quotesOrderedOn(company, day).map(quote => ({ account: quote.account, quote })),
      ])

/** How many orders a day has. */
export const tradeCountOn = (company: Company, day: Day): number => plansOn(company, day).length

/** One order of a day by its number; null where there is none. */
export function tradeOrderAt(company: Company, day: Day, number: number): TradeOrder | null {
  const plan = plansOn(company, day)[number]
  return plan ? orderOf(company, plan.account, day, number, plan.quote) : null
}

/** Every order of a day. Some hundred days are kept, the rest made again. */
export const tradeOrdersOf = (company: Company, day: Day): readonly TradeOrder[] =>
  // Large companies have large days.
  keeping(shelfOf(company).orders, day, Math.max(60, 500 / Math.max(1, company.scale)), () =>
    plansOn(company, day).map(({ account, quote }, number) => orderOf(company, account, day, number, quote)),
  )

function orderOf(
  company: Company,
  account: Account,
  day: Day,
  number: number,
  quote: TradeQuote | null,
): TradeOrder {
  const chance = draw(company.seed, 403, dayNumber(day), account.index, quote?.id ?? 0)
  const byRep = chance.chance(0.35)
  const placedAt = quote?.orderedAt ?? instant(tradeShop.timezone, day, chance.between(0.33, 0.75))
  const late = !quote && chance.chance(0.006) ? Math.floor(chance.between(2, 20) * 86_400) * 1000 : 0
  const given = quote ? null : ruleOf(day, account, chance)
  const { tax } = marketOf(account)
  const lines = discountedBy(given, tax, quote?.lines ?? linesOf(company, account, day, 1, chance))
  const goods = lines.reduce((sum, line) => sum + line.row - line.discount, 0)
  const shipping = goods < tradeShop.shipping.freeFrom ? tradeShop.shipping.price : 0
  const shippingDiscount = given?.freeShipping ? shipping : 0
  return {
    day,
    number,
    id: idOn(company, day, number),
    account,
    buyer: chance.below(account.buyers.length),
    placedAt,
    createdAt: placedAt + late,
    lines,
    rule: given,
    shipping,
    shippingDiscount,
    shippingTax: Math.round((shipping - shippingDiscount) * tax),
    rate: account.country === 'IE' ? euros(day) : 1,
    byRep,
    quote,
    payment: chance.pick(['companycredit', 'companycredit', 'banktransfer', 'checkmo'] as const),
  }
}

function ruleOf(day: Day, account: Account, chance: Draw): TradeRule | null {
  const [five, first, carriage, spring] = tradeRules as [TradeRule, TradeRule, TradeRule, TradeRule]
  if (day.slice(5) >= '03-01' && day.slice(5) <= '03-21' && chance.chance(0.5)) return spring
  if (day < addDays(account.since, 40) && chance.chance(0.2)) return first
  const luck = chance.unit()
  return luck < 0.1 ? five : luck < 0.14 ? carriage : null
}

/** The discount over the lines, so that the parts are the whole, and the tax of what is left. */
function discountedBy(given: TradeRule | null, taxRate: number, lines: readonly TradeLine[]): TradeLine[] {
  const whole = lines.reduce((sum, line) => sum + line.row, 0)
  const off = Math.min(given?.amount ?? 0, whole)
  let past = 0
  let taken = 0
  return lines.map(line => {
    past += line.row
    const due = whole === 0 ? 0 : Math.round((off * past) / whole) - taken
    taken += due
    const discount = due + Math.round(line.row * (given?.rate ?? 0))
    return { ...line, discount, taxRate, tax: Math.round((line.row - discount) * taxRate) }
  })
}
