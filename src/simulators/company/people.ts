import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { draw } from './draw.ts'
import type { CustomerRef } from './order.ts'
import type { StoreFacts } from './stores.ts'

/** Somebody as every system of the company knows them. Addresses end in .example, so that no mail ever reaches anyone. */
export interface Person {
  first: string
  last: string
  email: string
}

const firsts = [
  'Amelia',
  'Oliver',
  'Isla',
  'George',
  'Maya',
  'Noah',
  'Freya',
  'Leo',
  'Hannah',
  'Felix',
  'Greta',
  'Jonas',
  'Lena',
  'Priya',
  'Omar',
  'Chloe',
  'Ethan',
  'Zoe',
  'Lucas',
  'Nora',
  'Samuel',
  'Ines',
  'Tom',
  'Ruth',
]
const lasts = [
  'Ashby',
  'Barlow',
  'Carver',
  'Dunn',
  'Ellery',
  'Frost',
  'Gale',
  'Hartley',
  'Iqbal',
  'Jansen',
  'Keller',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Prior',
  'Quinn',
  'Rossi',
  'Sato',
  'Thorne',
  'Underwood',
  'Vogel',
  'Weber',
  'Yilmaz',
]

/** A small company that buys in a shop like anyone, but on terms; it is known by the customer who opened its account. */
export interface ShopCompany {
  founder: CustomerRef
  name: string
  domain: string
  /** Places it has goods sent to. */
  places: 1 | 2
  termsDays: 7 | 15 | 30 | null
}

/** Share of customers who buy for a company, where a shop sells to companies. */
const trading = 0.04

/** The company a customer buys for; null for most, who buy for themselves. */
export function shopCompanyOf(
  company: Company,
  shop: StoreFacts,
  customer: CustomerRef | null,
): ShopCompany | null {
  if (!shop.trade || !customer) return null
  const chance = draw(company.seed, 73, shop.index, dayNumber(customer.day), customer.number)
  if (!chance.chance(trading)) return null
  const name = `${chance.pick(lasts)} ${chance.pick(['Café', 'Studio', 'Gallery', 'Guest House', 'Florist'])}`
  const tail = `${dayNumber(customer.day).toString(36)}${customer.number.toString(36)}`
  return {
    founder: customer,
    name,
    domain: `${name.toLowerCase().replaceAll('é', 'e').replaceAll(' ', '-')}-${tail}.example`,
    places: chance.chance(0.3) ? 2 : 1,
    termsDays: chance.pick([7, 15, 30, 30, null] as const),
  }
}

/** The person behind a customer of a shop: the same in the shop, the CRM and the mailings. */
export function personOf(company: Company, shop: StoreFacts, customer: CustomerRef): Person {
  const at = shopCompanyOf(company, shop, customer)?.domain ?? `${shop.store}.example`
  const chance = draw(company.seed, 71, shop.index, dayNumber(customer.day), customer.number)
  const first = chance.pick(firsts)
  const last = chance.pick(lasts)
  const tail = `${dayNumber(customer.day).toString(36)}${customer.number.toString(36)}`
  return { first, last, email: `${first}.${last}.${tail}@${at}`.toLowerCase() }
}

/** A company that buys: known to Magento as a company, to the CRM by its domain. */
export interface Account {
  /** Number from 0. */
  index: number
  name: string
  domain: string
  segment: 'Independent' | 'Chain' | 'Hospitality' | 'Healthcare'
  country: 'GB' | 'IE'
  /** Sales representative of ours who looks after it. */
  owner: string
  /** The day it became a customer; later ones join as the history goes on. */
  since: Day
  /** Orders a month when it buys as usual. */
  rate: number
  termsDays: 14 | 30 | 60
  /** In pence. */
  creditLimit: number
  /** People of it who order. */
  buyers: readonly Person[]
}

const nouns = [
  'Interiors',
  'Home',
  'Living',
  'Hotels',
  'Clinics',
  'Stores',
  'Trading',
  'Supply',
  'Rooms',
  'Gifts',
]
/** The people who sell for us. */
export const sellers = ['Nadia Clarke', 'Ben Whitlock', 'Sofia Marsh'] as const

const known = new WeakMap<Company, readonly Account[]>()

/** Every account the company ever has, those to come among them: compare `since` with the day. */
export function accountsOf(company: Company): readonly Account[] {
  const found = known.get(company)
  if (found) return found
  const count = Math.max(12, Math.round(60 * Math.min(company.scale, 50)))
  const made = Array.from({ length: count }, (_, index): Account => {
    const chance = draw(company.seed, 72, index)
    const name = `${chance.pick(lasts)} ${chance.pick(nouns)}`
    const domain = `${name.toLowerCase().replaceAll(' ', '-')}-${index}.example`
    // Half were there when the history began; the rest join through it and, a few, after it.
    const since = index % 2 === 0 ? company.start : addDays(company.start, chance.below(company.days + 60))
    return {
      index,
      name,
      domain,
      segment: chance.pick(['Independent', 'Chain', 'Hospitality', 'Healthcare'] as const),
      country: chance.chance(0.85) ? 'GB' : 'IE',
      owner: chance.pick(sellers),
      since,
      rate: chance.between(0.3, 4),
      termsDays: chance.pick([14, 30, 30, 60] as const),
      creditLimit: chance.pick([200_000, 500_000, 1_000_000, 2_500_000]),
      buyers: Array.from({ length: 1 + chance.below(3) }, () => {
        const [first, last] = [chance.pick(firsts), chance.pick(lasts)]
        return { first, last, email: `${first}.${last}@${domain}`.toLowerCase() }
      }),
    }
  })
  known.set(company, made)
  return made
}
