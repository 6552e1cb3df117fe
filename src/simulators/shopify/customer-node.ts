import { addDays, type Day, dayNumber, later } from '#kernel/day.ts'
import type { Company } from '../company/company.ts'
import { dayPlan } from '../company/day-plan.ts'
import { unitOf } from '../company/draw.ts'
import { personOf, type ShopCompany, shopCompanyOf } from '../company/people.ts'
import { localDay, type StoreFacts } from '../company/stores.ts'
import { customerId, gid, isoOf } from './ids.ts'
import type { Node } from './node.ts'
import type { Sight } from './order-node.ts'
import { livesOf, type Span } from './past.ts'

export interface CustomerLife {
  day: Day
  number: number
  createdAt: number
  /** A change of the record long after. */
  touchedAt: number | null
  deletedAt: number | null
}

const chanceOf = (company: Company, shop: StoreFacts, day: Day, number: number, what: number): number =>
  unitOf(company.seed, 82, shop.index, dayNumber(day), number, what)

/** Everybody who became a customer on a day. */
function* newcomersOf(company: Company, shop: StoreFacts, day: Day): Generator<CustomerLife> {
  const { newcomers } = dayPlan(company, shop, day)
  const lives = livesOf(company, shop, day)
  for (let number = 0; number < newcomers; number++) {
    const order = lives[number]?.order
    // The counter's customers give no name.
    if (!order?.customer) continue
    const unit = (what: number) => chanceOf(company, shop, day, number, what)
    const later = (share: number, what: number, low: number, high: number) =>
      unit(what) < share
        ? order.createdAt + Math.floor((low + (high - low) * unit(what + 1)) * 86_400) * 1000
        : null
    yield {
      day,
      number,
      createdAt: order.createdAt,
      touchedAt: later(0.05, 1, 1, 60),
      deletedAt: later(0.003, 3, 61, 90),
    }
  }
}

export const customerChangedAt = (one: CustomerLife, now: number): number =>
  one.touchedAt !== null && one.touchedAt <= now ? one.touchedAt : one.createdAt

const days = function* (company: Company, shop: StoreFacts, now: number, span: Span, back: number) {
  const first = later(addDays(localDay(shop.timezone, Math.max(0, span.from)), -back), company.start)
  const last = localDay(shop.timezone, Math.min(span.to, now + 1))
  for (let day = first; day <= last; day = addDays(day, 1)) yield* newcomersOf(company, shop, day)
}

/** A company that buys in the shop, since when, and its main contact while that is a customer. */
export interface CompanyLife {
  company: ShopCompany
  createdAt: number
  contact: CustomerLife | null
}

/** Every company the shop has by now, in order of its first order. */
export function* companiesAt(company: Company, shop: StoreFacts, now: number): Generator<CompanyLife> {
  const last = localDay(shop.timezone, now)
  for (let day = company.start; shop.trade && day <= last; day = addDays(day, 1)) {
    const { newcomers } = dayPlan(company, shop, day)
    for (let number = 0; number < newcomers; number++) {
      const found = shopCompanyOf(company, shop, { day, number })
      const createdAt = found && livesOf(company, shop, day)[number]?.order.createdAt
      if (!found || createdAt === undefined || createdAt === null || createdAt > now) continue
      const contact = [...newcomersOf(company, shop, day)].find(one => one.number === number)
      const isThere = contact && (contact.deletedAt === null || contact.deletedAt > now)
      yield { company: found, createdAt, contact: isThere ? contact : null }
    }
  }
}

/** Customers that are known now and changed within a span. */
export function* customersChanged(
  company: Company,
  shop: StoreFacts,
  now: number,
  span: Span,
): Generator<CustomerLife> {
  for (const one of days(company, shop, now, span, 82)) {
    if (one.createdAt > now || (one.deletedAt !== null && one.deletedAt <= now)) continue
    const at = customerChangedAt(one, now)
    if (at >= span.from && at < span.to) yield one
  }
}

export function* customersDeleted(
  company: Company,
  shop: StoreFacts,
  now: number,
  span: Span,
): Generator<CustomerLife> {
  for (const one of days(company, shop, now, span, 112))
    if (one.deletedAt !== null && one.deletedAt >= span.from && one.deletedAt < Math.min(span.to, now + 1))
      yield one
}

export function customerNode(sight: Sight, shop: StoreFacts, one: CustomerLife): Node {
  const { company, now, personal } = sight
  const person = personOf(company, shop, one)
  const life = livesOf(company, shop, one.day)[one.number]
  const market = life?.order.market
  const wants = chanceOf(company, shop, one.day, one.number, 5) < 0.4
  return {
    __typename: 'Customer',
    id: gid('Customer', customerId(one)),
    legacyResourceId: String(customerId(one)),
    createdAt: isoOf(one.createdAt),
    updatedAt: isoOf(customerChangedAt(one, now)),
    firstName: personal ? person.first : null,
    lastName: personal ? person.last : null,
    displayName: personal ? `${person.first} ${person.last}` : '',
    state: 'ENABLED',
    tags: customerChangedAt(one, now) > one.createdAt ? ['reviewed'] : [],
    verifiedEmail: true,
    taxExempt: false,
    locale: 'en',
    defaultEmailAddress: personal
      ? {
          __typename: 'CustomerEmailAddress',
          emailAddress: person.email,
          marketingState: wants ? 'SUBSCRIBED' : 'NOT_SUBSCRIBED',
          validFormat: true,
        }
      : null,
    defaultAddress:
      personal && market
        ? {
            __typename: 'MailingAddress',
            id: gid('MailingAddress', customerId(one)),
            city: null,
            countryCodeV2: market.country,
            provinceCode: market.region,
          }
        : null,
  }
}
