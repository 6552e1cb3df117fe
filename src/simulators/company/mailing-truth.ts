import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { decimal } from './books.ts'
import type { Company } from './company.ts'
import type { MarketingTruth } from './crm-truth.ts'
import { happenings, isFound, programsOf } from './mailing-events.ts'
import { isThere, leadsOn } from './mailing-leads.ts'
import { localDay } from './stores.ts'

/** Days are cut in this zone, whichever shop a letter is of: one house sends them all. */
export const mailingZone = 'Europe/London'

/**
 * What is true of the letters to customers at an instant, from the company's own books: letters by the day of what
 * happened (an opening, a click or a goodbye once for each person, on the day of the first; machines do not count),
 * people by the day they first had a status, programmes by the month of their costs. Deleted people count nowhere.
 */
export function* mailingTruth(company: Company, at: number): Generator<MarketingTruth> {
  yield* letters(company, at)
  yield* people(company, at)
  for (const program of programsOf(company, at))
    for (const { month, coins } of program.costs)
      yield {
        system: 'marketo',
        topic: 'spend',
        day: month,
        of: program.name,
        figures: { cost: decimal(coins) },
      }
}

const figureOf = {
  sent: 'sent',
  delivered: 'delivered',
  bounced: 'bounces',
  soft: 'bounces',
  opened: 'opens',
  clicked: 'clicks',
  unsubscribed: 'unsubscribes',
} as const

function* letters(company: Company, at: number): Generator<MarketingTruth> {
  const counts = new Map<string, Record<string, number>>()
  // Who did what with which letter; a letter's is forgotten once nothing more can come of it.
  const done = new Map<string, Day>()
  for (const day of daysBetween(company.start, new Date(at).toISOString().slice(0, 10))) {
    for (const one of happenings(company, day)) {
      if (one.what.is !== 'letter' || one.what.bot || !isFound(one, at)) continue
      const { event, letter } = one.what
      const figure = figureOf[event]
      const key = `${localDay(mailingZone, one.at)} ${letter.name} (${letter.id})`
      const unique = figure !== 'sent' && figure !== 'delivered'
      const who = `${letter.id} ${one.lead.id} ${figure}`
      if (unique && done.has(who)) continue
      if (unique) done.set(who, day)
      const into = counts.get(key) ?? {
        sent: 0,
        delivered: 0,
        opens: 0,
        clicks: 0,
        bounces: 0,
        unsubscribes: 0,
      }
      into[figure] = (into[figure] ?? 0) + 1
      counts.set(key, into)
    }
    const old = addDays(day, -40)
    if (day.endsWith('1')) for (const [who, when] of done) if (when < old) done.delete(who)
  }
  for (const [key, figures] of counts)
    yield {
      system: 'marketo',
      topic: 'messages',
      day: key.slice(0, 10),
      of: key.slice(11),
      figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
    }
}

function* people(company: Company, at: number): Generator<MarketingTruth> {
  const counts = new Map<string, number>()
  for (const day of daysBetween(company.start, addDays(new Date(at).toISOString().slice(0, 10), 1)))
    for (const shop of company.shops)
      for (const lead of leadsOn(company, shop, day)) {
        if (!isThere(lead, at)) continue
        const seen = new Set<string>()
        for (const [status, time] of [
          ['Lead', lead.at] as const,
          ...lead.moves.map(one => [one.to, one.at] as const),
        ]) {
          if (time > at || seen.has(status)) continue
          seen.add(status)
          const key = `${localDay(mailingZone, time)} ${status.toLowerCase()}`
          counts.set(key, (counts.get(key) ?? 0) + 1)
        }
      }
  for (const [key, count] of counts)
    yield {
      system: 'marketo',
      topic: 'leads',
      day: key.slice(0, 10),
      of: key.slice(11),
      figures: { people: String(count) },
    }
}
