import type { Turn } from '../connector.ts'
import { samePlace } from '../http.ts'
import { ifAllowed, type Page, pages, post, type Session, version } from './session.ts'

export type ObjectType = 'contacts' | 'companies' | 'deals' | 'orders' | 'line_items'

/** A record of the CRM. Every value is text, or null where there is none. */
export interface CrmRecord {
  id: string
  properties: Record<string, string | null>
  propertiesWithHistory?: Record<string, { value: string; timestamp: string }[]>
  createdAt: string
  updatedAt: string
  archived?: boolean
}

/** Contacts alone call the time of their last change something else. */
const changed = (type: ObjectType): string =>
  type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'

/** Most a search gives at a time, and most a record is read with its past at a time. */
const searchPage = 200
const readPage = 50
/** Most it is read without its past at a time. */
const batchPage = 100

/** The index a search reads is behind by up to an hour: each turn begins again this far before its bookmark, ms. */
export const searchOverlap = 90 * 60_000

/** Length of a slice of history, ms. */
export const historySlice = 61 * 86_400_000

/**
 * Records that changed in a turn, with their past: what a search finds, read whole. History too: a list would give them
 * in the order they were made, and what is of today last.
 */
export async function* changedRecords(
  session: Session,
  type: ObjectType,
  turn: Turn,
  wanted: { properties: readonly string[]; history: readonly string[] },
): AsyncGenerator<CrmRecord[]> {
  let waiting: string[] = []
  for await (const ids of changedIds(session, type, turn.from, turn.to)) {
    waiting.push(...ids)
    while (waiting.length >= readPage) {
      yield await readRecords(session, type, waiting.slice(0, readPage), wanted)
      waiting = waiting.slice(readPage)
    }
  }
  if (waiting.length > 0) yield await readRecords(session, type, waiting, wanted)
}

/** Every record there is, or every one in the bin. */
export async function* allRecords(
  session: Session,
  type: ObjectType,
  { properties, history }: { properties: readonly string[]; history: readonly string[] },
  archived = false,
): AsyncGenerator<CrmRecord[]> {
  const query = {
    limit: String(history.length > 0 ? readPage : 100),
    properties: properties.join(','),
    ...(history.length > 0 && { propertiesWithHistory: history.join(',') }),
    archived: String(archived),
  }
  for await (const page of pages<CrmRecord>(session, `/crm/objects/${version}/${type}`, query))
    yield page.results
}

export interface Filter {
  propertyName: string
  operator: 'GTE' | 'GT' | 'LT' | 'EQ' | 'NOT_HAS_PROPERTY'
  value?: string
}

/**
 * Records that any of the groups of filters finds, whenever they changed, with their past. They are gone through by id:
 * pages of a search end at 10,000.
 */
export async function* foundRecords(
  session: Session,
  type: ObjectType,
  groups: readonly (readonly Filter[])[],
  wanted: { properties: readonly string[]; history: readonly string[] },
): AsyncGenerator<CrmRecord[]> {
  for (let id = '0'; ; ) {
    const after: Filter = { propertyName: 'hs_object_id', operator: 'GT', value: id }
    const { results } = await post<Page<CrmRecord>>(session, `/crm/objects/${version}/${type}/search`, {
      filterGroups: groups.map(filters => ({ filters: [...filters, after] })),
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      properties: ['hs_object_id'],
      limit: searchPage,
    })
    const ids = results.map(one => one.id)
    for (let start = 0; start < ids.length; start += readPage)
      yield await readRecords(session, type, ids.slice(start, start + readPage), wanted)
    if (ids.length < searchPage) return
    id = nextId(id, ids.at(-1), type)
  }
}

/**
 * Ids of what changed at or after `from` (ms) and before `to`. The place to go on is the last time seen, never a page
 * number: pages shift while records change under the search, and end at 10,000. Records that changed in the very same
 * millisecond, as a mass edit leaves them, are gone through by id.
 */
export async function* changedIds(
  session: Session,
  type: ObjectType,
  from: number,
  to: number,
): AsyncGenerator<string[]> {
  const time = changed(type)
  const ask = async (filters: Filter[], sort: string) => {
    const { results } = await post<Page<CrmRecord>>(session, `/crm/objects/${version}/${type}/search`, {
      filterGroups: [{ filters }],
      sorts: [{ propertyName: sort, direction: 'ASCENDING' }],
      properties: [time],
      limit: searchPage,
    })
    return results
  }
  const at = (record: CrmRecord) => Date.parse(record.properties[time] ?? record.updatedAt)
  // Searching from the beginning of time breaks the vendor's search.
  let cursor = Math.max(1, from)
  let seen = new Set<string>()
  while (cursor < to) {
    const page = await ask(
      [
        { propertyName: time, operator: 'GTE', value: String(cursor) },
        { propertyName: time, operator: 'LT', value: String(to) },
      ],
      time,
    )
    const fresh = page.filter(one => !seen.has(one.id))
    if (fresh.length > 0) yield fresh.map(one => one.id)
    if (page.length < searchPage) return
    const last = Math.max(...page.map(at))
    if (last > cursor) {
      cursor = last
      seen = new Set(page.filter(one => at(one) === last).map(one => one.id))
      continue
    }
    let id = '0'
    for (;;) {
      const same = await ask(
        [
          { propertyName: time, operator: 'EQ', value: String(cursor) },
          { propertyName: 'hs_object_id', operator: 'GT', value: id },
        ],
        'hs_object_id',
      )
      if (same.length > 0) yield same.map(one => one.id)
      if (same.length < searchPage) break
      id = nextId(id, same.at(-1)?.id, type)
    }
    cursor += 1
    seen = new Set()
  }
}

/** Where a search by id goes on. */
const nextId = (before: string, last: string | undefined, type: ObjectType): string => {
  if (last === undefined || last === before) throw samePlace('HubSpot', type)
  return last
}

interface BatchError {
  category?: string
  context?: { ids?: string[] }
}

/** Records by id. What is not there any more is left out; what was only held back is asked for again. */
export async function readRecords(
  session: Session,
  type: ObjectType,
  ids: readonly string[],
  { properties, history }: { properties: readonly string[]; history: readonly string[] },
): Promise<CrmRecord[]> {
  const found: CrmRecord[] = []
  let open = [...new Set(ids)]
  for (let round = 0; open.length > 0 && round < 4; round++) {
    const answer = await post<{ results: CrmRecord[]; errors?: BatchError[] }>(
      session,
      `/crm/objects/${version}/${type}/batch/read`,
      {
        inputs: open.map(id => ({ id })),
        properties,
        propertiesWithHistory: history,
      },
    )
    found.push(...answer.results)
    const have = new Set(answer.results.map(one => one.id))
    const lost = new Set(
      (answer.errors ?? [])
        .filter(one => one.category === 'OBJECT_NOT_FOUND')
        .flatMap(one => one.context?.ids ?? []),
    )
    // Ids that are neither given nor called missing in an answer without errors are gone too.
    open = answer.errors?.length ? open.filter(id => !have.has(id) && !lost.has(id)) : []
  }
  if (open.length > 0) throw new Error(`HubSpot holds back ${open.length} ${type}.`)
  return found
}

interface Linked {
  from: { id: string }
  to: {
    toObjectId: string | number
    associationTypes?: { category?: string; typeId?: number; label?: string | null }[]
  }[]
  paging?: { next?: { after?: string } } | null
}

/** Type of the link that says "this one above all", by pair. */
const primaryLink: Readonly<Record<string, number>> = { 'contacts companies': 1, 'deals companies': 5 }

/** What each record belongs to, the primary one first. */
export async function linkedTo(
  session: Session,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const first = new Map<string, string[]>()
  const rest = new Map<string, string[]>()
  let open: { id: string; after?: string }[] = ids.map(id => ({ id }))
  while (open.length > 0) {
    const { results } = await post<{ results: Linked[] }>(
      session,
      `/crm/associations/${version}/${from}/${to}/batch/read`,
      { inputs: open.slice(0, 1000) },
    )
    open = open.slice(1000)
    for (const one of results) {
      for (const link of one.to) {
        const primary = (link.associationTypes ?? []).some(
          type => type.typeId === primaryLink[`${from} ${to}`],
        )
        const into = primary ? first : rest
        into.set(one.from.id, [...(into.get(one.from.id) ?? []), String(link.toObjectId)])
      }
      const after = one.paging?.next?.after
      if (after !== undefined) open.push({ id: one.from.id, after })
    }
  }
  return new Map(ids.map(id => [id, [...new Set([...(first.get(id) ?? []), ...(rest.get(id) ?? [])])]]))
}

/** A property of the first record each belongs to; '' where there is none, or where the token may not see it. */
export async function ofLinked(
  session: Session,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
  property: string,
): Promise<Map<string, string>> {
  const wanted = { properties: [property], history: [] }
  const values = await ifAllowed(
    session,
    to,
    async () => {
      const links = await linkedTo(session, from, to, ids)
      const firsts = [...links.values()].flatMap(all => all.slice(0, 1))
      const byId = await recordsById(session, to, firsts, wanted)
      return [...links].map(
        ([id, [target = '']]) => [id, byId.get(target)?.properties[property] ?? ''] as const,
      )
    },
    ids.map(id => [id, ''] as const),
  )
  return new Map(values)
}

/** Records by their ids, however many. */
export async function recordsById(
  session: Session,
  type: ObjectType,
  ids: readonly string[],
  wanted: { properties: readonly string[]; history: readonly string[] },
): Promise<Map<string, CrmRecord>> {
  const all = [...new Set(ids)]
  const size = wanted.history.length > 0 ? readPage : batchPage
  const found = new Map<string, CrmRecord>()
  for (let start = 0; start < all.length; start += size)
    for (const one of await readRecords(session, type, all.slice(start, start + size), wanted))
      found.set(one.id, one)
  return found
}
