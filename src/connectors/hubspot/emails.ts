import { addDays, type Day, earlier } from '#kernel/day.ts'
import { dayAt, dayStart, wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { get, type Page, pages, type Session, version } from './session.ts'
import { instantOf } from './values.ts'

interface Statistics {
  counters?: Record<string, number>
}
interface Email {
  id: string
  name?: string | null
  type?: string | null
  subcategory?: string | null
  state?: string | null
  publishDate?: string | null
  publishedAt?: string | null
  stats?: Statistics | null
}

/** A message with what came of it: of each day it was sent on. */
export interface EmailRecord {
  id: string
  name: string
  flow: boolean
  days: { start: string; counters: Record<string, number> }[]
}

/** Results of a message by the day it was sent; whatever people did later counts on that day. Pure. */
export function mapEmail({ id, name, flow, days }: EmailRecord, place: Place): Mapped {
  const { store, currency, timezone } = place.home
  const rows = days.flatMap(({ start, counters }): CanonicalRow[] => {
    const at = instantOf(start)
    if (at === null || !(Number(counters.sent) > 0)) return []
    const count = (key: string) => counters[key] ?? null
    return [
      {
        store,
        day: wallClock(timezone, at).day,
        platform: 'hubspot',
        kind: flow ? 'flow' : 'campaign',
        // Names are not unique; the number is.
        message: `${name} (${id})`,
        sent: counters.sent ?? 0,
        delivered: count('delivered'),
        opens: count('open'),
        clicks: count('click'),
        bounces: count('bounce'),
        unsubscribes: count('unsubscribed'),
        spam_reports: count('spamreport'),
        orders: null,
        revenue: null,
        currency,
      },
    ]
  })
  return { rows: { message_days: rows } }
}

/** Messages that go to people as they come, and go on as long as they are on. */
const isFlow = ({ type, subcategory, state }: Email): boolean =>
  /AUTOMATED|FOLLOWUP|RSS/i.test(`${type} ${subcategory} ${state}`)

/** Days of results that are asked for at a time. */
const stretch = 365

export const emails: Stream<Session, EmailRecord> = {
  name: 'emails',
  label: 'Marketing e-mails',
  kind: 'snapshot',
  tables: ['message_days'],
  every: 3 * 3_600_000,
  async *read(session) {
    const now = session.http.clock()
    for (const archived of ['false', 'true']) {
      // Asked with their statistics some are left out of the list: those without are asked for a second time.
      const given = new Map<string, Email>()
      for (const includeStats of ['true', 'false'])
        for await (const page of pages<Email>(session, `/marketing/emails/${version}`, {
          limit: '300',
          includeStats,
          archived,
        }))
          for (const email of page.results) if (!given.has(email.id)) given.set(email.id, email)
      for (const email of given.values()) {
        const sentAt = instantOf(email.publishDate) ?? instantOf(email.publishedAt)
        if (sentAt === null || sentAt > now) continue
        const flow = isFlow(email)
        const days: EmailRecord['days'] = []
        if (!flow && email.stats?.counters)
          days.push({ start: new Date(sentAt).toISOString(), counters: email.stats.counters })
        else {
          const zone = session.zone ?? 'UTC'
          const first = dayAt(zone, sentAt)
          // A single send counts on its one day, a flow on every day since: people open late, and turns may be far apart.
          days.push(...(await results(session, email.id, zone, first, flow ? dayAt(zone, now) : first)))
        }
        yield { records: [{ id: email.id, name: email.name ?? email.id, flow, days }] }
      }
    }
  },
  map: mapEmail,
}

/** What came of a message, by days of sending. Days are asked for from midnight to midnight: a part of one would be taken for all of it. */
async function results(
  session: Session,
  id: string,
  zone: string,
  from: Day,
  to: Day,
): Promise<EmailRecord['days']> {
  const days: EmailRecord['days'] = []
  for (let first = from; first <= to; first = addDays(first, stretch)) {
    const last = earlier(to, addDays(first, stretch - 1))
    const page = await get<Page<{ interval: { start: string }; aggregations?: Statistics }>>(
      session,
      `/marketing/emails/${version}/statistics/histogram`,
      {
        interval: 'DAY',
        startTimestamp: new Date(dayStart(zone, first)).toISOString(),
        endTimestamp: new Date(dayStart(zone, addDays(last, 1))).toISOString(),
        emailIds: id,
      },
    )
    for (const one of page.results)
      days.push({ start: one.interval.start, counters: one.aggregations?.counters ?? {} })
  }
  return days
}
