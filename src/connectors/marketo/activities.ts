import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { samePlace } from '../http.ts'
import { lettersOf } from './assets.ts'
import { exported } from './bulk.ts'
import { dateText, type EventName, get, instantOf, type Session } from './session.ts'

/** What somebody did with a letter, or what became of it. */
export interface ActivityRecord {
  guid: string
  lead: string
  at: string
  event: EventName
  letter: string
  flow: boolean
  /** A machine looked: no person did anything. */
  bot: boolean
}

/** One event of one person. Those of machines are none. Pure. */
export function mapActivity(record: ActivityRecord, place: Place): Mapped {
  const { guid, lead, event, letter, flow, bot } = record
  if (bot) return { rows: {} }
  const at = instantOf(record.at)
  if (at === null) throw new Error(`Activity ${guid} does not say when it happened.`)
  const { store, currency, timezone } = place.home
  const { day, text } = wallClock(timezone, at)
  return {
    rows: {
      message_events: [
        {
          store,
          platform: 'marketo',
          person: lead,
          event_id: guid,
          event,
          kind: flow ? 'flow' : 'campaign',
          message: letter,
          happened_at: text,
          day,
          currency,
        },
      ],
    },
  }
}

/** Kinds of activities by their usual names: their numbers differ from account to account. */
const eventByName: Readonly<Record<string, EventName>> = {
  'send email': 'sent',
  'email delivered': 'delivered',
  'email bounced': 'bounced',
  'email bounced soft': 'bounced',
  'unsubscribe email': 'unsubscribed',
  'open email': 'opened',
  'click email': 'clicked',
}

/** Kinds of activities as the account names them, by their numbers. */
async function namesOf(session: Session): Promise<ReadonlyMap<number, string>> {
  if (session.kinds) return session.kinds
  const { result = [] } = await get<{ result?: { id: number; name: string }[] }>(
    session,
    '/rest/v1/activities/types.json',
    [],
  )
  session.kinds = new Map(result.map(({ id, name }) => [id, name.toLowerCase()]))
  return session.kinds
}

/** Which numbers stand for what happens to letters, as the account says. */
async function kindsOf(session: Session): Promise<ReadonlyMap<number, EventName>> {
  return new Map(
    [...(await namesOf(session))].flatMap(([id, name]) => {
      const event = eventByName[name]
      return event ? [[id, event] as const] : []
    }),
  )
}

/** The number that stands for merging people; null where the account has none. */
export const mergeKind = async (session: Session): Promise<number | null> =>
  [...(await namesOf(session))].find(([, name]) => name === 'merge leads')?.[0] ?? null

export interface Activity {
  id?: number | string
  marketoGUID?: string
  leadId: number | string
  activityDate: string
  activityTypeId: number | string
  primaryAttributeValueId?: number | string | null
  primaryAttributeValue?: string | null
  attributes?: { name: string; value: unknown }[] | Record<string, unknown> | null
}

/** What is noted beside an activity: a list from the API, an object in a file. */
export const pairsOf = (attributes: Activity['attributes']): (readonly [string, unknown])[] =>
  Array.isArray(attributes)
    ? attributes.map(({ name, value }) => [name, value] as const)
    : Object.entries(attributes ?? {})

const botFlag = (attributes: Activity['attributes']): boolean =>
  pairsOf(attributes).some(
    ([name, value]) => /^is bot activity$/i.test(name) && /^(true|1)$/i.test(String(value)),
  )

const told = async (session: Session, some: readonly Activity[]): Promise<ActivityRecord[]> => {
  const kinds = await kindsOf(session)
  const letters = await lettersOf(session)
  return some.flatMap((one): ActivityRecord[] => {
    const event = kinds.get(Number(one.activityTypeId))
    if (!event) return []
    const id = Number(one.primaryAttributeValueId)
    const letter = letters.get(id)
    return [
      {
        guid: String(one.marketoGUID ?? one.id),
        lead: String(one.leadId),
        at: one.activityDate,
        event,
        letter: `${letter?.name ?? one.primaryAttributeValue ?? ''} (${id})`,
        flow: letter?.flow ?? false,
        bot: botFlag(one.attributes),
      },
    ]
  })
}

/** Where reading goes on: history up to an instant, exported range by range; then page by page. */
type Cursor = { reached: number; edge: number } | { page: string }

/** Kept by the vendor at the very most, ms. */
const longest = 37 * 31 * 86_400_000

/** A place in the stream of activities, by time (ms). */
export async function pageFrom(session: Session, at: number): Promise<string> {
  const { nextPageToken } = await get<{ nextPageToken: string }>(
    session,
    '/rest/v1/activities/pagingtoken.json',
    [['sinceDatetime', dateText(at)]],
  )
  return nextPageToken
}

/** When the first there is happened: years without any need no exports. As far as a few pages tell; `from` where they do not. */
async function oldest(session: Session, types: readonly number[], from: number, to: number): Promise<number> {
  let page = await pageFrom(session, from)
  for (let looked = 0; looked < 5; looked++) {
    const answer = await pageOf(session, page, types)
    const first = instantOf(answer.result?.[0]?.activityDate)
    if (first !== null) return Math.max(from, Math.min(first, to) - 1000)
    if (!answer.moreResult) return to
    page = answer.nextPageToken
  }
  return from
}

/** Where a list goes on that is not at its end. @throws Failure where it leads to the same page. */
export function nextPage(page: string, { nextPageToken }: { nextPageToken: string }, list: string): string {
  if (nextPageToken === page) throw samePlace('Marketo', list)
  return nextPageToken
}

export interface ActivityPage {
  result?: Activity[] | null
  nextPageToken: string
  moreResult?: boolean
}
/** A page of what happened of some kinds. */
export const pageOf = (session: Session, page: string, types: readonly number[]): Promise<ActivityPage> =>
  get(session, '/rest/v1/activities.json', [
    ['nextPageToken', page],
    ...types.map((id): [string, string] => ['activityTypeIds', String(id)]),
  ])

export const activities: Stream<Session, ActivityRecord> = {
  name: 'activities',
  label: 'Activities with e-mails',
  kind: 'token',
  tables: ['message_events'],
  every: 30 * 60_000,
  async *read(session, turn) {
    const types = [...(await kindsOf(session)).keys()]
    let at: Cursor = turn.cursor
      ? (JSON.parse(turn.cursor) as Cursor)
      : {
          reached: await oldest(session, types, Math.max(turn.from, turn.to - longest), turn.to),
          edge: turn.to,
        }
    if ('edge' in at) {
      const { edge } = at
      for await (const { records, reached } of exported(session, types, at.reached, edge)) {
        const plain = records.map(
          (one): Activity => ({
            ...(one as unknown as Activity),
            attributes: attributesOf(one.attributes),
          }),
        )
        yield {
          records: await told(session, plain),
          ...(reached !== null && { cursor: JSON.stringify({ reached, edge } satisfies Cursor) }),
        }
      }
      at = { page: await pageFrom(session, edge) }
    }
    for (let page = at.page; ; ) {
      const answer = await pageOf(session, page, types)
      // A page may be empty though more is to come: only the vendor's word ends it.
      yield {
        records: await told(session, answer.result ?? []),
        cursor: JSON.stringify({ page: answer.nextPageToken } satisfies Cursor),
      }
      if (!answer.moreResult) return
      page = nextPage(page, answer, 'activities')
    }
  },
  map: mapActivity,
}

const attributesOf = (text: string | null | undefined): Record<string, unknown> => {
  if (!text) return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
