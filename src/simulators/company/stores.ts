import { addDays, type Day, dayOf } from '#kernel/day.ts'
import { dayStart } from '#kernel/zone.ts'

/** A country a store sells to, and the currency its buyers see. */
export interface Market {
  country: string
  region: string
  share: number
  currency: string
  /** One unit of the store's currency in the buyer's. */
  rate: number
  tax: number
}

export interface StoreFacts {
  index: number
  /** Handle: the name of its shop at the vendor. */
  store: string
  name: string
  currency: string
  timezone: string
  taxesIncluded: boolean
  /** Orders a day at scale 1 on an ordinary day of the first year. */
  base: number
  growth: number
  /** Units of the store's currency for a pound, for list prices. */
  pound: number
  conversion: number
  returnRate: number
  shipping: { price: number; freeFrom: number }
  markets: readonly Market[]
  mothersDay: string
  /** Companies buy in it too. */
  trade?: true
  /** Host its pages are on, by which analytics tells the shops apart. */
  host: string
}

const market = (
  country: string,
  region: string,
  share: number,
  currency: string,
  rate: number,
  tax: number,
): Market => ({ country, region, share, currency, rate, tax })

/** The B2C arm: one brand, three shops. Amounts are in the smallest coin. */
export const shops: readonly StoreFacts[] = [
  {
    index: 1,
    store: 'larkfield-uk',
    name: 'Larkfield UK',
    currency: 'GBP',
    timezone: 'Europe/London',
    taxesIncluded: true,
    base: 24,
    growth: 0.14,
    pound: 1,
    conversion: 0.027,
    returnRate: 0.07,
    shipping: { price: 395, freeFrom: 5000 },
    markets: [market('GB', 'ENG', 0.92, 'GBP', 1, 0.2), market('IE', 'D', 0.08, 'EUR', 1.17, 0.23)],
    mothersDay: 'mothers_day_uk',
    host: 'uk.larkfield.example',
    trade: true,
  },
  {
    index: 2,
    store: 'larkfield-us',
    name: 'Larkfield US',
    currency: 'USD',
    host: 'us.larkfield.example',
    timezone: 'America/New_York',
    taxesIncluded: false,
    base: 15,
    growth: 0.22,
    pound: 1.3,
    conversion: 0.022,
    returnRate: 0.08,
    shipping: { price: 695, freeFrom: 7500 },
    markets: [
      market('US', 'NY', 0.55, 'USD', 1, 0.08875),
      market('US', 'TX', 0.34, 'USD', 1, 0.0625),
      market('CA', 'ON', 0.11, 'CAD', 1.37, 0.13),
    ],
    mothersDay: 'mothers_day_us',
  },
  {
    index: 3,
    store: 'larkfield-de',
    name: 'Larkfield DE',
    currency: 'EUR',
    host: 'de.larkfield.example',
    timezone: 'Europe/Berlin',
    taxesIncluded: true,
    base: 11,
    growth: 0.1,
    pound: 1.17,
    conversion: 0.024,
    returnRate: 0.17,
    shipping: { price: 490, freeFrom: 6000 },
    markets: [market('DE', 'BE', 0.84, 'EUR', 1, 0.19), market('AT', '9', 0.16, 'EUR', 1, 0.2)],
    mothersDay: 'mothers_day_us',
  },
]

const midnights = new Map<string, Map<Day, number>>()

/** The instant a day begins in a zone, in ms. Found once per zone and day. */
export function midnight(timezone: string, day: Day): number {
  const own = midnights.get(timezone) ?? new Map<Day, number>()
  midnights.set(timezone, own)
  const known = own.get(day)
  if (known !== undefined) return known
  const at = dayStart(timezone, day)
  own.set(day, at)
  return at
}

/** The store's day an instant falls on. */
export function localDay(timezone: string, at: number): Day {
  const guess = dayOf(Math.floor(at / 86_400_000))
  if (at < midnight(timezone, guess)) return addDays(guess, -1)
  const next = addDays(guess, 1)
  return at >= midnight(timezone, next) ? next : guess
}

/** An instant of a store's day: `share` of the way through it, on days of 23 and 25 hours too. */
export function instant(timezone: string, day: Day, share: number): number {
  const from = midnight(timezone, day)
  const to = midnight(timezone, addDays(day, 1))
  return Math.floor((from + share * (to - from)) / 1000) * 1000
}
