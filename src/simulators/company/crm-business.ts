import { addDays, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import type { CrmChange, CrmObject } from './crm.ts'
import { type DealPlan, dealsOf } from './crm-deals.ts'
import { formerSeller, ownerId } from './crm-owners.ts'
import { type Draw, draw } from './draw.ts'
import { accountsOf, sellers } from './people.ts'
import { midnight } from './stores.ts'

const dayMs = 86_400_000
const zone = 'Europe/London'

/** Stages a person entered, in order of time; some twice. */
export type Journey = readonly { stage: string; at: number }[]

const second = (at: number): number => Math.floor(at / 1000) * 1000

/** From lead towards opportunity: most stop on the way, some go back a step and a few of those come again. */
function towards(
  chance: Draw,
  from: number,
): { journey: { stage: string; at: number }[]; opportunity: number | null } {
  const journey: { stage: string; at: number }[] = []
  let at = from
  const enter = (stage: string, low: number, high: number) => {
    at = second(at + chance.between(low, high) * dayMs)
    journey.push({ stage, at })
  }
  if (chance.chance(0.3)) journey.push({ stage: 'subscriber', at })
  else journey.push({ stage: 'lead', at })
  if (journey[0]?.stage === 'subscriber') {
    if (!chance.chance(0.6)) return { journey, opportunity: null }
    enter('lead', 2, 40)
  }
  if (!chance.chance(0.55)) return { journey, opportunity: null }
  enter('marketingqualifiedlead', 1, 25)
  if (chance.chance(0.12)) {
    enter('lead', 3, 20)
    if (!chance.chance(0.5)) return { journey, opportunity: null }
    enter('marketingqualifiedlead', 5, 40)
  }
  if (!chance.chance(0.6)) return { journey, opportunity: null }
  enter('salesqualifiedlead', 1, 18)
  if (!chance.chance(0.7)) return { journey, opportunity: null }
  enter('opportunity', 1, 14)
  return { journey, opportunity: at }
}

const changesOf = (base: Readonly<Record<string, string>>, journey: Journey): CrmChange[] =>
  journey.map(({ stage, at }, index) => ({ at, set: { ...(index === 0 && base), lifecyclestage: stage } }))

const sources = ['ORGANIC_SEARCH', 'PAID_SEARCH', 'EMAIL_MARKETING', 'REFERRALS', 'OFFLINE', 'DIRECT_TRAFFIC']

/** Business customers and those who may become one: companies, their people, deals, orders and lines. */
export function* businessOf(company: Company): Generator<CrmObject> {
  yield* customers(company)
  yield* prospects(company)
}

function* customers(company: Company): Generator<CrmObject> {
  for (const account of accountsOf(company)) {
    const chance = draw(company.seed, 301, account.index)
    const since = midnight(zone, account.since) + 9 * 3_600_000
    const early = account.since === company.start
    const met = early
      ? since
      : second(Math.max(midnight(zone, company.start), since - chance.between(15, 80) * dayMs))
    const id = 500_000 + account.index
    const contacts = account.buyers.map((_, n) => 600_000 + account.index * 8 + n)
    const changes: CrmChange[] = [
      {
        at: met,
        set: {
          name: account.name,
          // As people type it.
          domain: chance.chance(0.1) ? account.domain.toUpperCase() : account.domain,
          industry: account.segment.toUpperCase(),
          country: account.country,
          lifecyclestage: early ? 'customer' : 'opportunity',
          hubspot_owner_id: String(ownerId(account.owner)),
        },
      },
      ...(early || since <= met ? [] : [{ at: since, set: { lifecyclestage: 'customer' } }]),
      ...(chance.chance(0.3)
        ? [{ at: second(since + chance.between(30, 500) * dayMs), set: { phone: '+44 20 7946 0000' } }]
        : []),
    ]
    yield {
      type: 'companies',
      id,
      changes: changes.sort((a, b) => a.at - b.at),
      archivedAt: null,
      erasedAt: null,
      merged: null,
      links: contacts.map(contact => ({ to: 'contacts' as const, id: contact, at: met })),
    }
    for (const [n, buyer] of account.buyers.entries()) {
      const step = Math.max(1000, second((since - met) / 4))
      const journey: Journey =
        early || since - met < dayMs
          ? [{ stage: 'customer', at: since }]
          : [
              { stage: 'lead', at: met },
              { stage: 'marketingqualifiedlead', at: met + step },
              { stage: 'salesqualifiedlead', at: met + 2 * step },
              { stage: 'opportunity', at: met + 3 * step },
              { stage: 'customer', at: since },
            ]
      yield {
        type: 'contacts',
        id: contacts[n] ?? 0,
        changes: changesOf(
          {
            email: buyer.email,
            firstname: buyer.first,
            lastname: buyer.last,
            country: account.country,
            hs_analytics_source: chance.pick(sources),
            hubspot_owner_id: String(ownerId(account.owner)),
          },
          journey,
        ),
        archivedAt: chance.chance(0.03) ? second(since + chance.between(60, 700) * dayMs) : null,
        erasedAt: null,
        merged: null,
        links: [{ to: 'companies', id, at: met }],
      }
    }
    // Known business is kept and grown: a deal every few months.
    const plans: DealPlan[] = []
    const end = midnight(zone, addDays(company.until, 400))
    for (let at = since + chance.between(5, 60) * dayMs; at < end; at += chance.between(60, 220) * dayMs)
      plans.push({
        id: 800_000 + account.index * 64 + plans.length,
        name: `${account.name}: range ${plans.length + 1}`,
        pipeline: plans.length === 0 ? 'default' : 'growth',
        at: second(at),
        currency: account.country === 'IE' ? 'EUR' : 'GBP',
        size: account.creditLimit / 4,
        owner: account.owner,
        company: id,
        contact: contacts[0] ?? 0,
        keys: [company.seed, 304, account.index, plans.length],
        goods: company.catalogue.variants,
      })
    for (const plan of plans) yield* dealsOf(plan).objects
  }
}

const places = [
  'Rooms',
  'House',
  'Garden',
  'Clinic',
  'Hotel',
  'Bazaar',
  'Gallery',
  'Deli',
  'Florist',
  'Nursery',
]
const people = ['Alex', 'Robin', 'Sam', 'Charlie', 'Kim', 'Jo', 'Max', 'Toni', 'Pat', 'Lou']
const families = ['Archer', 'Baker', 'Cole', 'Drew', 'Ellis', 'Ford', 'Grant', 'Hale', 'Irwin', 'Kent']

function* prospects(company: Company): Generator<CrmObject> {
  const span = company.days + 400
  const count = Math.round(0.6 * Math.min(company.scale, 50) * span)
  const zero = dayNumber(company.start) * dayMs
  for (let index = 0; index < count; index++) {
    const chance = draw(company.seed, 302, index)
    const at = second(zero + ((index + chance.unit()) / count) * span * dayMs + 3_600_000)
    const id = 1_000_000 + index
    const contactId = 2_000_000 + index * 2
    const name = `${chance.pick(families)} ${chance.pick(places)}`
    const domain = `${name.toLowerCase().replaceAll(' ', '-')}-p${index}.example`
    const owner = chance.chance(0.05) ? formerSeller : chance.pick(sellers)
    const { journey, opportunity } = towards(chance, at)
    const country = chance.chance(0.8) ? 'GB' : 'IE'
    const deal =
      opportunity === null
        ? null
        : dealsOf({
            id: 3_000_000 + index,
            name: `${name}: first range`,
            pipeline: 'default',
            at: opportunity,
            currency: country === 'IE' ? 'EUR' : 'GBP',
            size: chance.pick([80_000, 150_000, 400_000]),
            owner,
            company: id,
            contact: contactId,
            keys: [company.seed, 305, index],
            goods: company.catalogue.variants,
          })
    const won = deal?.wonAt ?? null
    const whole = [...journey, ...(won === null ? [] : [{ stage: 'customer', at: won }])]
    const [first, last] = [chance.pick(people), chance.pick(families)]
    const email = `${first}.${last}@${domain}`.toLowerCase()
    yield {
      type: 'companies',
      id,
      changes: changesOf(
        { name, domain, country, industry: 'RETAIL', hubspot_owner_id: String(ownerId(owner)) },
        whole,
      ),
      archivedAt: chance.chance(0.01) ? second(at + chance.between(100, 400) * dayMs) : null,
      erasedAt: null,
      merged: null,
      links: [{ to: 'contacts', id: contactId, at }],
    }
    const double = chance.chance(0.05)
    const mergedAt = second(at + chance.between(10, 90) * dayMs)
    const person = changesOf(
      {
        email,
        firstname: first,
        lastname: last,
        country,
        hs_analytics_source: chance.pick(sources),
        hubspot_owner_id: String(ownerId(owner)),
      },
      whole,
    )
    yield {
      type: 'contacts',
      id: contactId,
      changes: [
        ...person,
        ...(double ? [{ at: mergedAt, set: { hs_merged_object_ids: String(contactId + 1) } }] : []),
      ].sort((a, b) => a.at - b.at),
      archivedAt: chance.chance(0.02) ? second(at + chance.between(30, 300) * dayMs) : null,
      erasedAt: chance.chance(0.01) ? second(at + chance.between(30, 300) * dayMs) : null,
      merged: null,
      links: [{ to: 'companies', id, at }],
    }
    // The same person came in again with another address, and was put together later.
    if (double)
      yield {
        type: 'contacts',
        id: contactId + 1,
        changes: [
          {
            at: second(at + chance.between(1, 9) * dayMs),
            set: {
              email: `${first}@${domain}`.toLowerCase(),
              firstname: first,
              lastname: last,
              country,
              lifecyclestage: 'lead',
            },
          },
        ],
        archivedAt: null,
        erasedAt: null,
        merged: { into: contactId, at: mergedAt },
        links: [],
      }
    if (deal) yield* deal.objects
  }
}
