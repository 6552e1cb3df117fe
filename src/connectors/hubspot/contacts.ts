import { domainOf } from '#kernel/linking.ts'
import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import {
  allRecords,
  type CrmRecord,
  changedRecords,
  historySlice,
  ofLinked,
  searchOverlap,
} from './objects.ts'
import type { Session } from './session.ts'
import { instantOf } from './values.ts'

const wanted = {
  properties: [
    'email',
    'country',
    'lifecyclestage',
    'createdate',
    'hs_analytics_source',
    'hs_merged_object_ids',
    'lastmodifieddate',
  ],
  // The dates of entry that the vendor keeps tell of the latest entry only; a first entry is in the past of the stage.
  history: ['lifecyclestage'],
}

/** A person with the domain of the company he belongs to. */
export interface ContactRecord {
  contact: CrmRecord
  domain: string
}

const stages: Readonly<Record<string, string>> = {
  marketingqualifiedlead: 'mql',
  salesqualifiedlead: 'sql',
}

/** The stage in the words of the canonical model; stages of the account's own, subscribers and evangelists as they are called there. */
const stageName = (value: string): string => stages[value] ?? value

/** People by the day they first entered each stage. Pure. */
export function mapContact({ contact, domain }: ContactRecord, place: Place): Mapped {
  const { store, timezone } = place.home
  const { properties } = contact
  const past = (contact.propertiesWithHistory?.lifecyclestage ?? [])
    .flatMap(({ value, timestamp }) => {
      const at = instantOf(timestamp)
      return at === null || !value ? [] : [{ stage: stageName(value), at }]
    })
    .sort((a, b) => a.at - b.at)
  const made = instantOf(properties.createdate) ?? instantOf(contact.createdAt)
  if (past.length === 0 && properties.lifecyclestage && made !== null)
    past.push({ stage: stageName(properties.lifecyclestage), at: made })
  const firsts = new Map<string, number>()
  for (const { stage, at } of past) if (!firsts.has(stage)) firsts.set(stage, at)
  const since = firsts.get('lead') ?? made ?? past[0]?.at ?? 0
  const rows = [...firsts].map(([stage, at]): CanonicalRow => {
    const { day, text } = wallClock(timezone, at)
    return {
      store,
      platform: 'hubspot',
      lead_id: contact.id,
      stage,
      day,
      happened_at: text,
      created_day: wallClock(timezone, since).day,
      origin: properties.hs_analytics_source ?? '',
      country: properties.country ?? '',
      email_hash: place.hash(properties.email),
      account_id: domainOf(domain),
    }
  })
  // Those who became part of this one are nobody any more.
  const merged = (properties.hs_merged_object_ids ?? '')
    .split(';')
    .filter(id => id !== '' && id !== contact.id)
  return {
    rows: { leads: rows },
    ...(merged.length > 0 && {
      gone: { leads: merged.map(id => ({ store, platform: 'hubspot', lead_id: id })) },
    }),
  }
}

const withDomain = async (session: Session, contacts: CrmRecord[]): Promise<ContactRecord[]> => {
  const domains = await ofLinked(
    session,
    'contacts',
    'companies',
    contacts.map(one => one.id),
    'domain',
  )
  return contacts.map(contact => ({ contact, domain: domains.get(contact.id) ?? '' }))
}

const personal = ['email', 'firstname', 'lastname']

export const contacts: Stream<Session, ContactRecord> = {
  name: 'contacts',
  label: 'Contacts',
  kind: 'window',
  tables: ['leads'],
  every: 15 * 60_000,
  overlap: searchOverlap,
  slice: historySlice,
  personal,
  vocabulary: {
    'contact.properties.lifecyclestage': [
      ...['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer'],
      ...['evangelist', 'other'],
    ],
    'contact.properties.hs_analytics_source': [
      ...['ORGANIC_SEARCH', 'PAID_SEARCH', 'EMAIL_MARKETING', 'SOCIAL_MEDIA', 'PAID_SOCIAL', 'REFERRALS'],
      ...['AI_REFERRALS', 'OTHER_CAMPAIGNS', 'DIRECT_TRAFFIC', 'OFFLINE'],
    ],
  },
  async *read(session, turn) {
    for await (const some of changedRecords(session, 'contacts', turn, wanted))
      yield { records: await withDomain(session, some) }
  },
  map: mapContact,
}

/** People who asked to be forgotten leave no trace: once a week everybody is read, and who is not there is gone. */
export const everybody: Stream<Session, ContactRecord> = {
  ...contacts,
  name: 'contacts_sweep',
  label: 'Contacts, all of them',
  kind: 'snapshot',
  every: 7 * 86_400_000,
  whole: true,
  late: true,
  async *read(session) {
    for await (const some of allRecords(session, 'contacts', wanted))
      yield { records: await withDomain(session, some) }
  },
}
