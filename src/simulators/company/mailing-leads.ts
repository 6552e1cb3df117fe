import { addDays, type Day, dayNumber } from '#kernel/day.ts'
import { type Company, dayIndex } from './company.ts'
import { dayPlan } from './day-plan.ts'
import { draw, unitOf } from './draw.ts'
import { personOf } from './people.ts'
import { instant, type StoreFacts } from './stores.ts'

const dayMs = 86_400_000

/** Somebody who gets our mail: a customer of a shop who agreed to it, or one who only left an address. */
export interface MailingLead {
  id: number
  shop: StoreFacts
  day: Day
  at: number
  email: string
  first: string
  last: string
  country: string
  source: string
  /** How far marketing thinks he is, changes in order of time. */
  moves: readonly { at: number; from: LeadStatus; to: LeadStatus }[]
  /** Another address he gave later, and when; null for none. */
  renamed: { at: number; email: string } | null
  /** Which newsletter since he came makes him leave; null for none. */
  leavesAt: number | null
  deletedAt: number | null
}

export const leadStatuses = ['Lead', 'MQL', 'SQL'] as const
export type LeadStatus = (typeof leadStatuses)[number]

/** A status moves no later than this after somebody came, and nobody is deleted later than `goneDays`. */
export const moveDays = 90
export const goneDays = 260

/** Ids are counted from the day, the shop and the number within them, so that any of them can be made from its id. */
const idOf = (company: Company, shop: StoreFacts, day: Day, number: number): number =>
  ((dayIndex(company, day) + 1) * 4 + shop.index) * 32_768 + number

const kept = new WeakMap<Company, Map<string, readonly MailingLead[]>>()

/** Everybody who came on a day by way of a shop. Some hundred days are kept, others are made again. */
export function leadsOn(company: Company, shop: StoreFacts, day: Day): readonly MailingLead[] {
  if (day < company.start) return []
  const own = kept.get(company) ?? new Map<string, readonly MailingLead[]>()
  kept.set(company, own)
  const key = `${shop.index} ${day}`
  const known = own.get(key)
  if (known) return known
  const { newcomers } = dayPlan(company, shop, day)
  const made: MailingLead[] = []
  for (let number = 0; number < Math.min(newcomers, 16_000); number++)
    if (unitOf(company.seed, 351, shop.index, dayNumber(day), number) < 0.12)
      made.push(
        make(company, shop, day, number * 2, { ...personOf(company, shop, { day, number }), source: 'Shop' }),
      )
  const others = Math.min(
    16_000,
    draw(company.seed, 352, shop.index, dayNumber(day)).poisson(0.8 * company.scale),
  )
  for (let number = 0; number < others; number++) {
    const tail = `${dayNumber(day).toString(36)}${number.toString(36)}`
    const email = `reader.${tail}@post-${shop.index}.example`
    made.push(
      make(company, shop, day, number * 2 + 1, {
        first: 'Reader',
        last: tail,
        email,
        source: 'Newsletter form',
      }),
    )
  }
  if (own.size > 1500) own.delete(own.keys().next().value ?? '')
  own.set(key, made)
  return made
}

function make(
  company: Company,
  shop: StoreFacts,
  day: Day,
  number: number,
  who: { first: string; last: string; email: string; source: string },
): MailingLead {
  const id = idOf(company, shop, day, number)
  const chance = draw(company.seed, 353, id)
  const at = instant(shop.timezone, day, chance.between(0.3, 0.95))
  const moves: { at: number; from: LeadStatus; to: LeadStatus }[] = []
  let time = at
  const move = (from: LeadStatus, to: LeadStatus, low: number, high: number) => {
    time = Math.floor((time + chance.between(low, high) * dayMs) / 1000) * 1000
    moves.push({ at: time, from, to })
  }
  if (chance.chance(0.35)) {
    move('Lead', 'MQL', 0.5, 25)
    let still = true
    if (chance.chance(0.12)) {
      move('MQL', 'Lead', 1, 12)
      still = chance.chance(0.5)
      if (still) move('Lead', 'MQL', 1, 18)
    }
    if (still && chance.chance(0.35)) move('MQL', 'SQL', 0.5, 20)
  }
  return {
    id,
    shop,
    day,
    at,
    ...who,
    country: shop.markets[0]?.country ?? '',
    moves,
    renamed: renamedOf(company, id, at, who),
    leavesAt: chance.chance(0.12) ? chance.below(8) : null,
    deletedAt: chance.chance(0.02)
      ? Math.floor((at + chance.between(15, goneDays - 5) * dayMs) / 1000) * 1000
      : null,
  }
}

/** Readers who moved house; whose address is also a shop's stay who they are. */
function renamedOf(company: Company, id: number, at: number, who: { email: string; source: string }) {
  const chance = draw(company.seed, 356, id)
  if (who.source === 'Shop' || !chance.chance(0.2)) return null
  return {
    at: Math.floor((at + chance.between(1, moveDays - 5) * dayMs) / 1000) * 1000,
    email: who.email.replace('reader.', 'moved.'),
  }
}

/** Address of somebody at an instant. */
export const emailAt = ({ email, renamed }: MailingLead, at: number): string =>
  renamed && renamed.at <= at ? renamed.email : email

/** Somebody by his id; null where there never is such a one. */
export function leadById(company: Company, id: number): MailingLead | null {
  const slot = Math.floor(id / 32_768)
  const shop = company.shops.find(one => one.index === slot % 4)
  const index = Math.floor(slot / 4) - 1
  if (!shop || index < 0) return null
  return leadsOn(company, shop, addDays(company.start, index)).find(one => one.id === id) ?? null
}

/** Whether somebody is in the system at an instant. */
export const isThere = (lead: MailingLead, at: number): boolean =>
  lead.at <= at && (lead.deletedAt === null || lead.deletedAt > at)
