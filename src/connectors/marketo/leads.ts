import { wallClock } from '#kernel/zone.ts'
import type { CanonicalRow, Mapped, Place, Stream, Turn } from '../connector.ts'
import { type Activity, mergeKind, nextPage, pageFrom, pageOf, pairsOf } from './activities.ts'
import { get, instantOf, type Session } from './session.ts'

/** A person with every change of his status, so that a first entry is known whatever came before or after. */
export interface LeadRecord {
  id: string
  email: string | null
  createdAt: string
  country: string | null
  source: string | null
  status: string | null
  changes: { at: string; was: string | null; is: string | null }[]
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^(mql|marketing[ _-]?qualified.*)$/i, 'mql'],
  [/^(sal|sales[ _-]?accepted.*)$/i, 'sal'],
  [/^(sql|sales[ _-]?qualified.*)$/i, 'sql'],
  [/^opportunity$/i, 'opportunity'],
  [/^(customer|won)$/i, 'customer'],
  [/^(disqualified|unqualified|rejected)$/i, 'disqualified'],
  [/^(lead|new|open|)$/i, 'lead'],
]

/** The stage in the words of the canonical model; a status of the account's own as it is called there. */
const stageOf = (status: string | null): string => {
  const plain = (status ?? '').trim()
  return names.find(([pattern]) => pattern.test(plain))?.[1] ?? plain
}

/** A person by the day he first had each status. Pure. */
export function mapLead(lead: LeadRecord, place: Place): Mapped {
  const { store, timezone } = place.home
  const made = instantOf(lead.createdAt)
  if (made === null) throw new Error(`Lead ${lead.id} does not say when he came.`)
  const changes = lead.changes
    .flatMap(({ at, was, is }) => {
      const time = instantOf(at)
      return time === null ? [] : [{ time, was, is }]
    })
    .sort((a, b) => a.time - b.time)
  const firsts = new Map([[stageOf(changes[0] ? changes[0].was : lead.status), made]])
  for (const { time, is } of changes) {
    const stage = stageOf(is)
    if (!firsts.has(stage)) firsts.set(stage, time)
  }
  const created_day = wallClock(timezone, made).day
  return {
    rows: {
      leads: [...firsts].map(([stage, at]): CanonicalRow => {
        const { day, text } = wallClock(timezone, at)
        return {
          store,
          platform: 'marketo',
          lead_id: lead.id,
          stage,
          day,
          happened_at: text,
          created_day,
          origin: lead.source ?? '',
          country: lead.country ?? '',
          email_hash: place.hash(lead.email),
          account_id: '',
        }
      }),
    },
  }
}

interface Change {
  leadId: number
  activityDate: string
  fields?: { name: string; newValue?: string | null; oldValue?: string | null }[] | null
}
interface Changes {
  result?: Change[] | null
  nextPageToken: string
  moreResult?: boolean
}

/** What changes without a change of status and stands in a row all the same. */
const alone = ['email', 'country', 'leadSource'] as const

/** Before it nobody was in the system. */
const firstOfAll = 946_684_800_000

/** Most people whose changes are asked for at once, and who are read at once. */
const together = 30
const batch = 300

async function* changes(session: Session, from: string, ids: readonly number[]): AsyncGenerator<Changes> {
  for (let page = from; ; ) {
    const answer = await get<Changes>(session, '/rest/v1/activities/leadchanges.json', [
      ['nextPageToken', page],
      ...[session.stageField, ...alone].map((name): [string, string] => ['fields', name]),
      ...ids.map((id): [string, string] => ['leadIds', String(id)]),
    ])
    yield answer
    if (!answer.moreResult) return
    page = nextPage(page, answer, 'changes of leads')
  }
}

/** People by their numbers, as they are now; those who were deleted are not among them. */
async function people(session: Session, ids: readonly number[]): Promise<Map<number, LeadRecord>> {
  const found = new Map<number, LeadRecord>()
  for (let start = 0; start < ids.length; start += batch) {
    const fields = ['id', 'createdAt', ...alone, session.stageField]
    const { result } = await get<{ result?: Record<string, string | null>[] | null }>(
      session,
      '/rest/v1/leads.json',
      [
        ['filterType', 'id'],
        ['filterValues', ids.slice(start, start + batch).join(',')],
        ['fields', fields.join(',')],
      ],
    )
    for (const one of result ?? [])
      found.set(Number(one.id), {
        id: String(one.id),
        email: one.email ?? null,
        createdAt: one.createdAt ?? '',
        country: one.country ?? null,
        source: one.leadSource ?? null,
        status: one[session.stageField] ?? null,
        changes: [],
      })
  }
  return found
}

const keep = (session: Session, some: ReadonlyMap<number, LeadRecord>, told: readonly Change[]) => {
  for (const { leadId, activityDate, fields } of told)
    for (const { name, newValue, oldValue } of fields ?? [])
      if (name === session.stageField)
        some.get(leadId)?.changes.push({ at: activityDate, was: oldValue ?? null, is: newValue ?? null })
}

/** Gives people all their changes since they came: a stage counts from the first time, which may be long ago. */
async function addPast(session: Session, some: readonly LeadRecord[]): Promise<void> {
  if (some.length === 0) return
  const page = await pageFrom(session, Math.min(...some.map(lead => instantOf(lead.createdAt) ?? 0)))
  for (let start = 0; start < some.length; start += together) {
    const group = new Map(some.slice(start, start + together).map(lead => [Number(lead.id), lead]))
    for await (const { result } of changes(session, page, [...group.keys()]))
      keep(session, group, result ?? [])
  }
}

export const leads: Stream<Session, LeadRecord> = {
  name: 'leads',
  label: 'Leads and their status',
  kind: 'token',
  tables: ['leads'],
  every: 30 * 60_000,
  personal: ['email'],
  async *read(session, turn) {
    const begin = turn.cursor === null ? Math.max(turn.from, firstOfAll) : null
    const from = turn.cursor ?? (await pageFrom(session, begin ?? 0))
    // In a reading from the beginning who came since then is told whole as it goes by: his past need not be asked for,
    // unless a part of it went by with people before.
    const before = new Set<number>()
    let told: Change[] = []
    const records = async (): Promise<LeadRecord[]> => {
      const found = await people(session, [...new Set(told.map(({ leadId }) => leadId))])
      // Whoever changed may have been in other stages before, and stands in the rows of all of them.
      const changed = new Set(told.flatMap(({ leadId, fields }) => (fields?.length ? [leadId] : [])))
      const whole = new Map<number, LeadRecord>()
      const asked: LeadRecord[] = []
      for (const [id, lead] of found) {
        if (begin !== null && !before.has(id) && (instantOf(lead.createdAt) ?? 0) >= begin)
          whole.set(id, lead)
        // Changes that are on later pages: who is further on than a lead has some.
        else if (changed.has(id) || stageOf(lead.status) !== 'lead') asked.push(lead)
        if (begin !== null) before.add(id)
      }
      keep(session, whole, told)
      await addPast(session, asked)
      told = []
      return [...found.values()]
    }
    let cursor = from
    for await (const { result, nextPageToken } of changes(session, from, [])) {
      told.push(...(result ?? []))
      cursor = nextPageToken
      // Many pages at once: somebody who changed several times is read once.
      if (told.length >= 10 * batch) yield { records: await records(), cursor }
    }
    yield { records: await records(), cursor }
  },
  map: mapLead,
}

/** Somebody who is in the system no longer. */
export interface DeletedRecord {
  id: string
  /** Who they became part of, where they were merged: what they did goes on as that one's. */
  into?: string
}

/** Pure. */
export function mapDeleted({ id, into }: DeletedRecord, place: Place): Mapped {
  const own = { store: place.home.store, platform: 'marketo' }
  if (into !== undefined) return { rows: {}, gone: { leads: [{ ...own, lead_id: id }] } }
  // The vendor forgets what a deleted person did; what it counts, and what the law asks for, is the same.
  return { rows: {}, gone: { leads: [{ ...own, lead_id: id }], message_events: [{ ...own, person: id }] } }
}

/** Where reading goes on among deletions, and among merges, which are no deletions to the vendor. */
interface GonePlace {
  deleted: string
  merged: string
}

/**
 * Where a turn begins. Before merges were read the place was the one of deletions alone: those of the past are read then. Who
 * was merged before the first reading was never read.
 */
async function placeOf(session: Session, { cursor, from, to }: Turn): Promise<GonePlace> {
  if (cursor?.startsWith('{')) return JSON.parse(cursor) as GonePlace
  if (cursor !== null) return { deleted: cursor, merged: await pageFrom(session, firstOfAll) }
  const deleted = await pageFrom(session, Math.max(from, firstOfAll))
  return { deleted, merged: await pageFrom(session, Math.max(from, to - 86_400_000)) }
}

/** Who went into whom. The losers stand in the winner's activity, as a list of numbers however it is written. */
export const mergedIn = ({ leadId, attributes }: Activity): DeletedRecord[] =>
  pairsOf(attributes).flatMap(([name, value]) =>
    /^merge ids$/i.test(name)
      ? (String(value).match(/\d+/g) ?? [])
          .filter(id => id !== String(leadId))
          .map(id => ({ id, into: String(leadId) }))
      : [],
  )

export const deleted: Stream<Session, DeletedRecord> = {
  name: 'deleted',
  label: 'Deleted and merged leads',
  kind: 'token',
  tables: ['leads', 'message_events'],
  every: 3_600_000,
  async *read(session, turn) {
    const at = await placeOf(session, turn)
    const cursor = () => JSON.stringify(at)
    for (;;) {
      const answer = await get<Changes>(session, '/rest/v1/activities/deletedleads.json', [
        ['nextPageToken', at.deleted],
      ])
      const before = at.deleted
      at.deleted = answer.nextPageToken
      yield { records: (answer.result ?? []).map(({ leadId }) => ({ id: String(leadId) })), cursor: cursor() }
      if (!answer.moreResult) break
      nextPage(before, answer, 'deleted leads')
    }
    const kind = await mergeKind(session)
    if (kind === null) return
    for (;;) {
      const answer = await pageOf(session, at.merged, [kind])
      const before = at.merged
      at.merged = answer.nextPageToken
      yield { records: (answer.result ?? []).flatMap(mergedIn), cursor: cursor() }
      if (!answer.moreResult) return
      nextPage(before, answer, 'merged leads')
    }
  },
  map: mapDeleted,
}
