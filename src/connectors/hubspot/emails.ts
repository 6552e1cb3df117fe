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
  /** What HubSpot calls its kind and where it stands: by these it is told whether it is a flow. */
  type: string
  state: string
  days: {
    start: string
    /** The day the account counted it as, where it counted a day; absent in records that were kept before it was told. */
    day?: Day
    counters: Record<string, number>
  }[]
}

/** Results of a message by the day it was sent; whatever people did later counts on that day. Pure. */
export function mapEmail({ id, name, flow, days }: EmailRecord, place: Place): Mapped {
  const { store, currency, timezone } = place.home
  const rows = days.flatMap(({ start, day, counters }): CanonicalRow[] => {
    const at = instantOf(start)
    if (at === null || !(Number(counters.sent) > 0)) return []
    const count = (key: string) => counters[key] ?? null
    return [
      {
        store,
        // A day that begins at the account's midnight is still the day before in a store further west.
        day: day ?? wallClock(timezone, at).day,
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

/** From the enumerations of HubSpot's own client libraries. */
const vocabulary = {
  type: [
    ...['AB_EMAIL', 'AUTOMATED_AB_EMAIL', 'AUTOMATED_EMAIL', 'BATCH_EMAIL', 'BLOG_EMAIL', 'BLOG_EMAIL_CHILD'],
    ...['FEEDBACK_CES_EMAIL', 'FEEDBACK_CUSTOM_EMAIL', 'FEEDBACK_CUSTOM_SURVEY_EMAIL', 'FEEDBACK_NPS_EMAIL'],
    ...['FOLLOWUP_EMAIL', 'LEADFLOW_EMAIL', 'LOCALTIME_EMAIL', 'MANAGE_PREFERENCES_EMAIL', 'OPTIN_EMAIL'],
    ...['MARKETING_SINGLE_SEND_API', 'MEMBERSHIP_EMAIL_VERIFICATION_EMAIL', 'MEMBERSHIP_FOLLOW_UP_EMAIL'],
    ...['MEMBERSHIP_OTP_LOGIN_EMAIL', 'MEMBERSHIP_PASSWORD_RESET_EMAIL', 'MEMBERSHIP_PASSWORD_SAVED_EMAIL'],
    ...[
      'MEMBERSHIP_PASSWORDLESS_AUTH_EMAIL',
      'MEMBERSHIP_REGISTRATION_EMAIL',
      'MEMBERSHIP_VERIFICATION_EMAIL',
    ],
    ...['MEMBERSHIP_REGISTRATION_FOLLOW_UP_EMAIL', 'OPTIN_FOLLOWUP_EMAIL', 'RESUBSCRIBE_EMAIL', 'RSS_EMAIL'],
    ...['RSS_EMAIL_CHILD', 'SINGLE_SEND_API', 'SMTP_TOKEN', 'TICKET_EMAIL'],
  ],
  state: [
    ...['AGENT_GENERATED', 'AUTOMATED', 'AUTOMATED_AB', 'AUTOMATED_AB_VARIANT', 'AUTOMATED_DRAFT'],
    ...['AUTOMATED_DRAFT_AB', 'AUTOMATED_DRAFT_ABVARIANT', 'AUTOMATED_FOR_FORM', 'AUTOMATED_FOR_FORM_BUFFER'],
    ...['AUTOMATED_FOR_FORM_DRAFT', 'AUTOMATED_FOR_FORM_LEGACY', 'AUTOMATED_LOSER_ABVARIANT'],
    ...[
      'AUTOMATED_SENDING',
      'BLOG_EMAIL_DRAFT',
      'BLOG_EMAIL_PUBLISHED',
      'DRAFT',
      'DRAFT_AB',
      'DRAFT_AB_VARIANT',
    ],
    ...[
      'ERROR',
      'LOSER_AB_VARIANT',
      'PAGE_STUB',
      'PRE_PROCESSING',
      'PROCESSING',
      'PUBLISHED',
      'PUBLISHED_AB',
    ],
    ...['PUBLISHED_AB_VARIANT', 'PUBLISHED_OR_SCHEDULED', 'RSS_TO_EMAIL_DRAFT', 'RSS_TO_EMAIL_PUBLISHED'],
    ...['SCHEDULED', 'SCHEDULED_AB', 'SCHEDULED_OR_PUBLISHED'],
  ],
}

export const emails: Stream<Session, EmailRecord> = {
  name: 'emails',
  label: 'Marketing e-mails',
  kind: 'snapshot',
  tables: ['message_days'],
  every: 3 * 3_600_000,
  vocabulary,
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
          const counted = await results(session, email.id, zone, first, flow ? dayAt(zone, now) : first)
          const once = { start: new Date(sentAt).toISOString() }
          days.push(...(flow ? counted : counted.map(({ counters }) => ({ ...once, counters }))))
        }
        const { id, name, type, state } = email
        yield { records: [{ id, name: name ?? id, flow, type: type ?? '', state: state ?? '', days }] }
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
    for (const { interval, aggregations } of page.results) {
      const at = instantOf(interval.start)
      const day = at === null ? {} : { day: dayAt(zone, at) }
      days.push({ start: interval.start, ...day, counters: aggregations?.counters ?? {} })
    }
  }
  return days
}
