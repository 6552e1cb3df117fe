import { addDays, type Day, dayNumber, dayOf, daysBetween, earlier, later, monthEnd } from '#kernel/day.ts'
import { type Company, dayIndex } from './company.ts'
import { draw } from './draw.ts'
import { goneDays, leadsOn, type MailingLead, moveDays } from './mailing-leads.ts'
import { instant, midnight, type StoreFacts } from './stores.ts'

const dayMs = 86_400_000

/** A letter as marketing made it: a newsletter goes out once, a welcome to everybody who comes. */
export interface Letter {
  id: number
  name: string
  program: number
  flow: boolean
  shop: StoreFacts
  /** Day a newsletter goes out; of a welcome, the first day. */
  day: Day
}

export type LetterEvent = 'sent' | 'delivered' | 'bounced' | 'soft' | 'opened' | 'clicked' | 'unsubscribed'

/** Something that happened with a letter, or with somebody. */
export interface Happening {
  guid: string
  at: number
  lead: MailingLead
  what:
    | { is: 'letter'; event: LetterEvent; letter: Letter; bot: boolean }
    | { is: 'came' }
    | { is: 'moved'; from: string; to: string }
    | { is: 'renamed'; from: string; to: string }
    | { is: 'deleted' }
}

/** Days between newsletters, and how many somebody gets before we let him be. */
const rhythm = 14
const most = 10
/** Nothing comes of a letter later than this. */
const echoDays = 14

/** The newsletter of a shop on a day, where there is one. */
export function newsletterOn(company: Company, shop: StoreFacts, day: Day): Letter | null {
  const index = dayIndex(company, day)
  if (index < 0 || index % rhythm !== shop.index * 3) return null
  const number = Math.floor(index / rhythm)
  return {
    id: 10_000 + number * 4 + shop.index,
    name: `${shop.name} newsletter ${day}`,
    program: programId(company, shop, day),
    flow: false,
    shop,
    day,
  }
}

/** The two letters of welcome of a shop. */
export const welcomes = (company: Company, shop: StoreFacts): readonly [Letter, Letter] => {
  const make = (n: number, name: string): Letter => ({
    id: 500 + n * 10 + shop.index,
    name: `${shop.name} ${name}`,
    program: 100 + shop.index,
    flow: true,
    shop,
    day: company.start,
  })
  return [make(0, 'welcome'), make(1, 'second look')]
}

export interface MailingProgram {
  id: number
  name: string
  type: 'Default' | 'Engagement'
  channel: string
  from: Day
  to: Day
  /** Cost in the smallest coin by the first day of its month, as seen at an instant. */
  costs: readonly { month: Day; coins: number }[]
  updatedAt: number
}

/** Quarter of a day, by its first month. */
const quarterStart = (day: Day): Day =>
  `${day.slice(0, 4)}-${String(Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, '0')}-01`
const programId = (company: Company, shop: StoreFacts, day: Day): number => {
  const first = quarterStart(day)
  const quarters =
    (Number(first.slice(0, 4)) - Number(company.start.slice(0, 4))) * 4 +
    Math.floor((Number(first.slice(5, 7)) - 1) / 3)
  return 1000 + quarters * 4 + shop.index
}

/** Programmes at an instant: a welcome for each shop, and each quarter's newsletters. Costs come with their month; some are put right later. */
export function programsOf(company: Company, at: number): MailingProgram[] {
  const today = earlier(new Date(at).toISOString().slice(0, 10), addDays(company.until, 400))
  const made: MailingProgram[] = []
  for (const shop of company.shops) {
    const add = (
      id: number,
      name: string,
      type: MailingProgram['type'],
      channel: string,
      from: Day,
      to: Day,
      size: number,
    ) => {
      const costs: { month: Day; coins: number }[] = []
      let updatedAt = midnight('UTC', from) + 7 * 3_600_000
      for (
        let month: Day = `${from.slice(0, 7)}-01`;
        month <= earlier(to, today);
        month = addDays(monthEnd(month), 1)
      ) {
        const chance = draw(company.seed, 355, id, dayNumber(month))
        const typedAt = midnight('UTC', month) + Math.floor(chance.between(2, 20)) * dayMs
        const coins = Math.round(size * chance.between(0.6, 1.5))
        const rightAt = chance.chance(0.2) ? typedAt + Math.floor(chance.between(3, 45)) * dayMs : null
        if (typedAt > at) continue
        const right = rightAt !== null && rightAt <= at
        costs.push({ month, coins: right ? coins + 1234 : coins })
        updatedAt = Math.max(updatedAt, right ? rightAt : typedAt)
      }
      made.push({ id, name, type, channel, from, to, costs, updatedAt })
    }
    add(
      100 + shop.index,
      `${shop.name} welcome`,
      'Engagement',
      'Nurture',
      company.start,
      '9999-12-31',
      12_000,
    )
    for (let first = quarterStart(company.start); first <= today; first = quarterStart(addDays(first, 100)))
      add(
        programId(company, shop, first),
        `${shop.name} newsletters ${first.slice(0, 7)}`,
        'Default',
        'Newsletter',
        later(first, company.start),
        addDays(quarterStart(addDays(first, 100)), -1),
        45_000,
      )
  }
  return made.sort((a, b) => a.id - b.id)
}

/** Every letter there is at an instant. */
export function lettersOf(company: Company, at: number): Letter[] {
  const today = earlier(new Date(at).toISOString().slice(0, 10), addDays(company.until, 400))
  const made = company.shops.flatMap(shop => [...welcomes(company, shop)])
  for (const day of daysBetween(company.start, today))
    for (const shop of company.shops) {
      const letter = newsletterOn(company, shop, day)
      if (letter) made.push(letter)
    }
  return made.sort((a, b) => a.id - b.id)
}

/** What comes of one letter to one person, whether or not he is deleted later. */
function* eventsOf(
  company: Company,
  letter: Letter,
  lead: MailingLead,
  sentAt: number,
  leaves: boolean,
): Generator<Happening> {
  const chance = draw(company.seed, 354, letter.id, lead.id)
  let count = 0
  const happen = (event: LetterEvent, at: number, bot = false): Happening => ({
    guid: `${letter.id.toString(36)}-${lead.id.toString(36)}-${count++}`,
    at: Math.floor(Math.min(at, sentAt + echoDays * dayMs) / 1000) * 1000,
    lead,
    what: { is: 'letter', event, letter, bot },
  })
  yield happen('sent', sentAt)
  if (chance.chance(0.015)) {
    yield happen('bounced', sentAt + 20_000)
    return
  }
  if (chance.chance(0.006)) {
    yield happen('soft', sentAt + 30_000)
    return
  }
  const delivered = sentAt + 10_000 + chance.below(500) * 1000
  yield happen('delivered', delivered)
  // Gateways look at letters before people do.
  if (chance.chance(0.12)) yield happen('opened', delivered + 3000, true)
  if (chance.chance(0.05)) yield happen('clicked', delivered + 4000, true)
  let at = delivered
  if (chance.chance(letter.flow ? 0.5 : 0.36)) {
    at += 60_000 - Math.log(1 - chance.unit()) * 1.1 * dayMs
    yield happen('opened', at)
    const again = chance.weighted([0.6, 0.25, 0.15])
    for (let n = 0; n < again; n++) yield happen('opened', at + (n + 1) * chance.between(0.02, 2) * dayMs)
    if (chance.chance(0.2)) {
      yield happen('clicked', at + 30_000)
      if (chance.chance(0.3)) yield happen('clicked', at + 90_000)
    }
  }
  if (leaves) yield happen('unsubscribed', at + 120_000)
}

const letters = new WeakMap<Company, Map<number, readonly Happening[]>>()

/** All that comes of a newsletter. The latest few are kept. */
function newsletterEvents(company: Company, letter: Letter): readonly Happening[] {
  const own = letters.get(company) ?? new Map<number, readonly Happening[]>()
  letters.set(company, own)
  const known = own.get(letter.id)
  if (known) return known
  const made: Happening[] = []
  const sentDay = dayNumber(letter.day)
  for (const day of daysBetween(addDays(letter.day, -rhythm * most + 1), letter.day))
    for (const lead of leadsOn(company, letter.shop, day)) {
      const sentAt = instant(letter.shop.timezone, letter.day, 0.4 + (lead.id % 97) / 5000)
      const nth = Math.floor((sentDay - dayNumber(lead.day)) / rhythm)
      if (lead.at >= sentAt || (lead.leavesAt !== null && nth > lead.leavesAt)) continue
      if (lead.deletedAt !== null && lead.deletedAt <= sentAt) continue
      made.push(...eventsOf(company, letter, lead, sentAt, nth === lead.leavesAt))
    }
  if (own.size > 15) own.delete(own.keys().next().value ?? -1)
  own.set(letter.id, made)
  return made
}

interface Own {
  /** Within `moveDays` of the day they came. */
  near: readonly Happening[]
  deleted: readonly Happening[]
}
const owns = new WeakMap<Company, Map<string, Own>>()

/** What happens to those who came on a day (by its number) by way of a shop, but for newsletters. Some hundred days are kept. */
export function ownEvents(company: Company, shop: StoreFacts, number: number): Own {
  const kept = owns.get(company) ?? new Map<string, Own>()
  owns.set(company, kept)
  const key = `${shop.index} ${number}`
  const known = kept.get(key)
  if (known) return known
  const [hello, second] = welcomes(company, shop)
  const near: Happening[] = []
  const deleted: Happening[] = []
  for (const lead of leadsOn(company, shop, dayOf(number))) {
    const tail = lead.id.toString(36)
    near.push({ guid: `c-${tail}`, at: lead.at, lead, what: { is: 'came' } })
    for (const [n, { at, from, to }] of lead.moves.entries())
      near.push({ guid: `m-${tail}-${n}`, at, lead, what: { is: 'moved', from, to } })
    if (lead.renamed)
      near.push({
        guid: `n-${tail}`,
        at: lead.renamed.at,
        lead,
        what: { is: 'renamed', from: lead.email, to: lead.renamed.email },
      })
    near.push(...eventsOf(company, hello, lead, lead.at + 3_600_000, false))
    near.push(...eventsOf(company, second, lead, lead.at + 5 * dayMs, false))
    if (lead.deletedAt !== null)
      deleted.push({ guid: `d-${tail}`, at: lead.deletedAt, lead, what: { is: 'deleted' } })
  }
  if (kept.size > 1200) kept.delete(kept.keys().next().value ?? '')
  const made = { near, deleted }
  kept.set(key, made)
  return made
}

/** Of what happens, that of a day of UTC, in order; nothing happens to somebody who was deleted. */
function onDay(day: Day, all: Iterable<Happening>): Happening[] {
  const from = midnight('UTC', day)
  const made: Happening[] = []
  for (const one of all)
    if (
      one.at >= from &&
      one.at < from + dayMs &&
      (one.lead.deletedAt === null || one.at <= one.lead.deletedAt)
    )
      made.push(one)
  return made.sort((a, b) => a.at - b.at || (a.guid < b.guid ? -1 : 1))
}

function* newslettersAround(company: Company, day: Day): Generator<Happening> {
  for (const shop of company.shops)
    for (const sent of daysBetween(addDays(day, -echoDays - 1), addDays(day, 1))) {
      const letter = newsletterOn(company, shop, sent)
      if (letter) yield* newsletterEvents(company, letter)
    }
}

function* ownAround(company: Company, day: Day): Generator<Happening> {
  const today = dayNumber(day)
  for (const shop of company.shops)
    for (let came = today - goneDays; came <= today + 1; came++) {
      const { near, deleted } = ownEvents(company, shop, came)
      if (came >= today - moveDays) yield* near
      yield* deleted
    }
}

const days = new WeakMap<Company, Map<Day, readonly Happening[]>>()

/** All that happened on a day of UTC, in order, whoever was deleted since among them. Some days are kept. */
export function happenings(company: Company, day: Day): readonly Happening[] {
  const own = days.get(company) ?? new Map<Day, readonly Happening[]>()
  days.set(company, own)
  const known = own.get(day)
  if (known) return known
  const made = onDay(day, [...newslettersAround(company, day), ...ownAround(company, day)])
  if (own.size > 60) own.delete(own.keys().next().value ?? '')
  own.set(day, made)
  return made
}

/** The same without letters: who came, whose status moved, who was deleted. */
export const movements = (company: Company, day: Day): readonly Happening[] =>
  onDay(
    day,
    [...ownAround(company, day)].filter(one => one.what.is !== 'letter'),
  )

/** Whether somebody who looks at an instant finds a happening: of deleted people nothing is left but that they were. */
export const isFound = (one: Happening, at: number): boolean =>
  one.at <= at && (one.what.is === 'deleted' || one.lead.deletedAt === null || one.lead.deletedAt > at)
