import { addDays, type Day, daysBetween, earlier, monthOf } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { crmAhead, crmZone } from './crm.ts'
import { draw } from './draw.ts'
import { instant, midnight } from './stores.ts'

/** What came of the messages sent on a day; unique people, each counted on the day of the message. */
export interface Counters {
  sent: number
  delivered: number
  open: number
  click: number
  bounce: number
  unsubscribed: number
  spamreport: number
}

export interface Mailing {
  id: number
  name: string
  /** batch goes out once; automated goes to people as they come. */
  type: 'BATCH_EMAIL' | 'AUTOMATED_EMAIL'
  createdAt: number
  publishedAt: number
  /** In the archive from then on: what it did stays true. */
  archivedAt: number | null
}

const dayMs = 86_400_000

/** Every message to trade customers there ever is, in order of publication. */
export function mailingsOf(company: Company): Mailing[] {
  const made: Mailing[] = [
    { id: 90_001, name: 'Welcome to trade', type: 'AUTOMATED_EMAIL' as const },
    { id: 90_002, name: 'Quote follow-up', type: 'AUTOMATED_EMAIL' as const },
  ].map(one => {
    const publishedAt = midnight(crmZone, company.start) + 9 * 3_600_000
    return { ...one, createdAt: publishedAt, publishedAt, archivedAt: null }
  })
  let id = 91_000
  const last = addDays(company.until, crmAhead)
  for (const day of daysBetween(company.start, last)) {
    const date = day.slice(8)
    if (date !== '06' && date !== '20') continue
    id += 1
    const chance = draw(company.seed, 306, id)
    const publishedAt = instant(crmZone, day, chance.between(0.38, 0.46))
    made.push({
      id,
      name: `Trade news ${day.slice(0, 7)}${date === '20' ? ' second' : ''}`,
      type: 'BATCH_EMAIL',
      createdAt: publishedAt - 3 * dayMs,
      publishedAt,
      archivedAt: chance.chance(0.1) ? publishedAt + Math.floor(chance.between(40, 200)) * dayMs : null,
    })
  }
  return made.sort((a, b) => a.publishedAt - b.publishedAt || a.id - b.id)
}

/** How many of those who ever will have done so after some time. */
const risen = (whole: number, since: number): number =>
  since <= 0 ? 0 : Math.floor(whole * (1 - Math.exp(-since / (0.9 * dayMs))) + 1e-9)

const none: Counters = { sent: 0, delivered: 0, open: 0, click: 0, bounce: 0, unsubscribed: 0, spamreport: 0 }

/** When a mailing goes out on a day, ms UTC. */
export const sentOn = (mailing: Mailing, day: Day): number =>
  mailing.type === 'BATCH_EMAIL' ? mailing.publishedAt : instant(crmZone, day, 0.5)

/** What the messages a mailing sent on a day had brought about at an instant. */
export function countersOf(company: Company, mailing: Mailing, day: Day, at: number): Counters {
  const batch = mailing.type === 'BATCH_EMAIL'
  const chance = draw(company.seed, 307, mailing.id, Number(day.replaceAll('-', '')))
  const sentAt = sentOn(mailing, day)
  if (sentAt > at || (!batch && mailing.publishedAt > at)) return none
  const people = batch
    ? 150 * Math.min(company.scale, 50) * (1 + (sentAt - midnight(crmZone, company.start)) / (700 * dayMs))
    : 1.6 * Math.min(company.scale, 50)
  const sent = chance.poisson(people)
  const bounce = Math.min(sent, chance.poisson(sent * 0.015))
  const delivered = sent - bounce
  const open = Math.min(delivered, chance.poisson(delivered * chance.between(0.25, 0.42)))
  const click = Math.min(open, chance.poisson(delivered * chance.between(0.02, 0.07)))
  return {
    sent,
    delivered,
    bounce,
    open: risen(open, at - sentAt),
    click: risen(click, at - sentAt),
    unsubscribed: risen(Math.min(delivered, chance.poisson(delivered * 0.004)), at - sentAt),
    spamreport: risen(Math.min(delivered, chance.poisson(delivered * 0.0006)), at - sentAt),
  }
}

/** One bill or plan of a campaign. Amount in pence. */
export interface CampaignItem {
  id: number
  name: string
  at: number
  updatedAt: number
  coins: number
}

export interface Campaign {
  id: string
  name: string
  createdAt: number
  updatedAt: number
  from: Day
  to: Day
  budget: readonly CampaignItem[]
  spend: readonly CampaignItem[]
}

/** Campaigns to trade as they are at an instant: one a quarter; bills come in monthly, some are put right, one is withdrawn. */
export function campaignsOf(company: Company, at: number): Campaign[] {
  const made: Campaign[] = []
  const last = earlier(addDays(company.until, crmAhead), new Date(at).toISOString().slice(0, 10))
  for (const from of daysBetween(company.start, last)) {
    if (from.slice(8) !== '01' || monthOf(from) % 3 !== 1) continue
    const key = Number(from.replaceAll('-', ''))
    const chance = draw(company.seed, 308, key)
    const createdAt = midnight(crmZone, from) + 8 * 3_600_000
    const withdrawn = createdAt + Math.floor(chance.between(100, 200)) * dayMs
    const gone = chance.chance(0.08)
    if (createdAt > at || (gone && withdrawn <= at)) continue
    const planned = 100_000 * (3 + chance.below(6))
    const spend: CampaignItem[] = [0, 1, 2].flatMap(n => {
      const itemAt = createdAt + Math.floor((n * 30 + chance.between(4, 26)) * 86_400) * 1000
      const coins = Math.round((planned / 3) * chance.between(0.6, 1.3))
      const putRight = chance.chance(0.25) ? itemAt + Math.floor(chance.between(3, 40)) * dayMs : null
      if (itemAt > at) return []
      const right = putRight !== null && putRight <= at
      return [
        {
          id: key * 10 + n,
          name: ['Agency', 'Trade press', 'Samples'][n] ?? '',
          at: itemAt,
          updatedAt: right ? putRight : itemAt,
          coins: right ? Math.round(coins * 0.9) : coins,
        },
      ]
    })
    made.push({
      id: `4c0f${key}-0000-4000-8000-${String(key).padStart(12, '0')}`,
      name: `Trade campaign ${from.slice(0, 7)}`,
      createdAt,
      updatedAt: Math.max(createdAt, ...spend.map(one => one.updatedAt)),
      from,
      to: addDays(from, 89),
      budget: [{ id: key * 10 + 9, name: 'Plan', at: createdAt, updatedAt: createdAt, coins: planned }],
      spend,
    })
  }
  return made
}
