import { addDays, dayNumber, daysBetween } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { businessOf } from './crm-business.ts'
import { dayPlan } from './day-plan.ts'
import { draw } from './draw.ts'
import { personOf } from './people.ts'
import { instant } from './stores.ts'

/** The account's own clock: days of its reports and of its daily limit are cut in it. */
export const crmZone = 'Europe/London'
export const crmCurrency = 'GBP'

export const crmTypes = ['contacts', 'companies', 'deals', 'orders', 'line_items'] as const
export type CrmType = (typeof crmTypes)[number]

/** Some properties that were set at an instant, ms UTC. */
export interface CrmChange {
  at: number
  set: Readonly<Record<string, string>>
}

/** A record of the CRM with everything that ever happens to it. `crmSeen` shows what is visible at an instant. */
export interface CrmObject {
  type: CrmType
  id: number
  /** In order of time; the first makes it. */
  changes: readonly CrmChange[]
  /** In the bin from then on. */
  archivedAt: number | null
  /** Gone without a trace: somebody asked to be forgotten. */
  erasedAt: number | null
  /** Became part of another record of its type. */
  merged: { into: number; at: number } | null
  links: readonly { to: CrmType; id: number; at: number }[]
}

/** A record as it is at an instant. */
export interface CrmSeen {
  object: CrmObject
  properties: Readonly<Record<string, string>>
  createdAt: number
  updatedAt: number
  archivedAt: number | null
}

/** How far beyond the history people go on working in it. */
export const crmAhead = 400

const known = new WeakMap<Company, Readonly<Record<CrmType, readonly CrmObject[]>>>()

/**
 * Every record there ever is, by type and in order of their ids. A CRM of business customers is small whatever the
 * trade: it grows with the company's scale up to fifty, and is kept.
 */
export function crmOf(company: Company): Readonly<Record<CrmType, readonly CrmObject[]>> {
  const found = known.get(company)
  if (found) return found
  const all: Record<CrmType, CrmObject[]> = {
    contacts: [],
    companies: [],
    deals: [],
    orders: [],
    line_items: [],
  }
  for (const object of businessOf(company)) all[object.type].push(object)
  all.contacts.push(...callers(company))
  for (const type of crmTypes) all[type].sort((a, b) => a.id - b.id)
  known.set(company, all)
  return all
}

/** Customers of the shops who asked something: known to the CRM by the address they bought with. */
function* callers(company: Company): Generator<CrmObject> {
  const last = addDays(company.until, crmAhead)
  let id = 700_000
  for (const day of daysBetween(company.start, last))
    for (const shop of company.shops) {
      const chance = draw(company.seed, 303, shop.index, dayNumber(day))
      const count = chance.poisson(0.35 * Math.min(company.scale, 50))
      for (let n = 0; n < count; n++) {
        id += 1
        const first = addDays(day, -chance.below(30))
        const { newcomers } = dayPlan(company, shop, first)
        if (newcomers === 0) continue
        const person = personOf(company, shop, { day: first, number: chance.below(newcomers) })
        const at = instant(crmZone, day, chance.between(0.35, 0.8))
        const forgotten = chance.chance(0.006)
        yield {
          type: 'contacts',
          id,
          changes: [
            {
              at,
              set: {
                email: person.email,
                firstname: person.first,
                lastname: person.last,
                country: shop.markets[0]?.country ?? '',
                lifecyclestage: 'customer',
                hs_analytics_source: 'OFFLINE',
              },
            },
            ...(chance.chance(0.2)
              ? [{ at: at + 86_400_000 * (1 + chance.below(60)), set: { hs_lead_status: 'CONNECTED' } }]
              : []),
          ],
          archivedAt: chance.chance(0.01) ? at + 86_400_000 * (5 + chance.below(90)) : null,
          erasedAt: forgotten ? at + 86_400_000 * (10 + chance.below(200)) : null,
          merged: null,
          links: [],
        }
      }
    }
}

/** What is visible of a record at an instant; null before it is made and once it is merged or forgotten. */
export function crmSeen(object: CrmObject, at: number): CrmSeen | null {
  const [made] = object.changes
  if (!made || made.at > at) return null
  if (object.erasedAt !== null && object.erasedAt <= at) return null
  if (object.merged && object.merged.at <= at) return null
  const archivedAt = object.archivedAt !== null && object.archivedAt <= at ? object.archivedAt : null
  const properties: Record<string, string> = {}
  let updatedAt = made.at
  for (const change of object.changes) {
    if (change.at > (archivedAt ?? at)) break
    Object.assign(properties, change.set)
    updatedAt = change.at
  }
  return { object, properties, createdAt: made.at, updatedAt: archivedAt ?? updatedAt, archivedAt }
}

/** Every value a property had up to an instant, oldest first. */
export const crmHistory = (
  object: CrmObject,
  property: string,
  at: number,
): { at: number; value: string }[] =>
  object.changes.flatMap(change => {
    const value = change.set[property]
    return value === undefined || change.at > at ? [] : [{ at: change.at, value }]
  })
