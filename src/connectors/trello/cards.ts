import { isFinal } from '#kernel/work-stage.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { unlessGone } from '../http.ts'
import { type Board, backwards, boardsOf, get, type List, listsOf, type Session } from './session.ts'

export interface Card {
  id: string
  name?: string
  closed?: boolean
  idBoard?: string
  idList?: string
  due?: string | null
  dueComplete?: boolean
  dateLastActivity?: string | null
  url?: string
  labels?: { name?: string; color?: string | null }[]
  members?: { fullName?: string }[]
  customFieldItems?: {
    idCustomField: string
    idValue?: string | null
    value?: { number?: string; text?: string; date?: string; checked?: string } | null
  }[]
}
interface CustomField {
  id: string
  name: string
  type: string
  options?: { id: string; value?: { text?: string } }[] | null
}
interface Action {
  id: string
  type: string
  date: string
  data: {
    card?: { id?: string; dueComplete?: boolean }
    list?: { name?: string }
    listBefore?: { name?: string }
    listAfter?: { name?: string }
    old?: { dueComplete?: boolean }
  }
}
/** A card with what its row says in words, or one that was deleted. */
export type CardRecord =
  | {
      card: Omit<Card, 'members' | 'customFieldItems'>
      assignee: string
      board: string
      list: string
      archived: boolean
      done: boolean
      /** Since when it has been done; null where the actions do not tell. */
      doneAt: string | null
      fields: Record<string, string | number | boolean>
      /** Of what kinds those fields are. */
      kinds: string[]
    }
  | { deleted: string }

const cardQuery = {
  fields: 'name,closed,idBoard,idList,due,dueComplete,dateLastActivity,url,labels',
  customFieldItems: 'true',
  members: 'true',
  member_fields: 'fullName',
}
/** Actions by which a card comes into a list or out of it, or is ticked off. */
const moves =
  'createCard,copyCard,convertToCardFromCheckItem,moveCardToBoard,updateCard:idList,updateCard:dueComplete'
/** Actions that change what is read of a card. */
const changes =
  'createCard,copyCard,convertToCardFromCheckItem,moveCardToBoard,moveCardFromBoard,updateCard,deleteCard,' +
  'addMemberToCard,removeMemberFromCard,addLabelToCard,removeLabelFromCard,updateCustomFieldItem,commentCard'

interface Surroundings {
  board: Board
  lists: ReadonlyMap<string, List>
  fields: ReadonlyMap<string, CustomField>
}
async function around(session: Session, board: Board): Promise<Surroundings> {
  const lists = await listsOf(session, board.id)
  const fields = await get<CustomField[]>(session, `/boards/${board.id}/customFields`)
  return {
    board,
    lists: new Map(lists.map(one => [one.id, one])),
    fields: new Map(fields.map(one => [one.id, one])),
  }
}

/** A board's cards, all of them. */
async function* wholeBoard(session: Session, here: Surroundings) {
  const ways = new Map<string, Action[]>()
  const path = `/boards/${here.board.id}`
  for await (const page of backwards<Action>(session, `${path}/actions`, { filter: moves }))
    for (const action of page) {
      const id = action.data.card?.id
      if (id) ways.set(id, [...(ways.get(id) ?? []), { ...action, data: slim(action.data) }])
    }
  for await (const page of backwards<Card>(session, `${path}/cards/all`, cardQuery))
    yield { records: page.map(card => recordOf(card, here, ways.get(card.id) ?? [])) }
}

const slim = ({ card, list, listBefore, listAfter, old }: Action['data']): Action['data'] => ({
  ...(card && { card }),
  ...(list && { list }),
  ...(listBefore && { listBefore }),
  ...(listAfter && { listAfter }),
  ...(old && { old }),
})

/** With more cards changed than this a board is read whole: it takes fewer requests. */
const many = 200

async function* changedOnBoard(session: Session, here: Surroundings, boards: readonly Board[], from: number) {
  const since = new Date(from).toISOString()
  const touched = new Set<string>()
  const query = { filter: changes, since }
  for await (const page of backwards<Action>(session, `/boards/${here.board.id}/actions`, query))
    for (const { data } of page) if (data.card?.id) touched.add(data.card.id)
  if (touched.size > many)
    for await (const batch of wholeBoard(session, here)) {
      for (const record of batch.records) if ('card' in record) touched.delete(record.card.id)
      yield batch
    }
  for (const id of touched) {
    const card = await unlessGone(get<Card>(session, `/cards/${id}`, cardQuery))
    if (!card) yield { records: [{ deleted: id }] }
    else if (card.idBoard !== undefined && card.idBoard !== here.board.id) {
      // It left for another board: told there, unless nobody here sees that board.
      if (!boards.some(one => one.id === card.idBoard)) yield { records: [{ deleted: id }] }
    } else {
      const ways = await unlessGone(waysOf(session, id))
      yield { records: [ways ? recordOf(card, here, ways) : { deleted: id }] }
    }
  }
}

async function waysOf(session: Session, card: string): Promise<Action[]> {
  const ways: Action[] = []
  for await (const page of backwards<Action>(session, `/cards/${card}/actions`, { filter: moves }))
    ways.push(...page)
  return ways
}

function recordOf(
  { members, customFieldItems, ...card }: Card,
  here: Surroundings,
  ways: Action[],
): CardRecord {
  const list = here.lists.get(card.idList ?? '')
  const done = card.dueComplete === true || isFinal(list?.name ?? '')
  return {
    card,
    assignee: (members ?? []).flatMap(one => one.fullName || []).join(', '),
    board: here.board.name,
    list: list?.name ?? '',
    archived: card.closed === true || list?.closed === true || here.board.closed,
    done,
    doneAt: done ? doneSince(ways) : null,
    fields: Object.fromEntries((customFieldItems ?? []).flatMap(item => fieldOf(item, here.fields))),
    kinds: [
      ...new Set((customFieldItems ?? []).flatMap(one => here.fields.get(one.idCustomField)?.type ?? [])),
    ],
  }
}

/** When a card that is done became so for the last time, by the actions that are left. */
export function doneSince(actions: readonly Action[]): string | null {
  let [final, ticked] = [false, false]
  let since: string | null = null
  for (const { date, type, data } of [...actions].sort((a, b) => a.date.localeCompare(b.date))) {
    const before = final || ticked
    const list = data.listAfter ?? (type === 'updateCard' ? undefined : data.list)
    if (list) final = isFinal(list.name ?? '')
    if (data.old?.dueComplete !== undefined) ticked = data.card?.dueComplete ?? !data.old.dueComplete
    if (final || ticked) since = before ? since : date
    else since = null
  }
  return since
}

function fieldOf(
  { idCustomField, idValue, value }: NonNullable<Card['customFieldItems']>[number],
  known: ReadonlyMap<string, CustomField>,
): [string, string | number | boolean][] {
  const field = known.get(idCustomField)
  if (!field) return []
  if (idValue) {
    const text = field.options?.find(one => one.id === idValue)?.value?.text
    return text ? [[field.name, text]] : []
  }
  if (value?.number !== undefined) return [[field.name, Number(value.number)]]
  if (value?.checked !== undefined) return [[field.name, value.checked === 'true']]
  const plain = value?.text ?? value?.date
  return plain === undefined || plain === '' ? [] : [[field.name, plain]]
}

const shared = {
  personal: ['assignee'],
  vocabulary: { 'kinds[]': ['checkbox', 'date', 'list', 'number', 'text'] },
  map: mapCard,
} as const

/** Cards that something happened to, those deleted among them, as each board's actions tell. */
export const changedCards: Stream<Session, CardRecord> = {
  ...shared,
  tables: ['tasks', 'task_moves'],
  name: 'cards',
  label: 'Cards',
  kind: 'window',
  every: 15 * 60_000,
  overlap: 5 * 60_000,
  async *read(session, { from, history }) {
    // The first time everything is read whole by the other stream.
    if (history) return
    const boards = await boardsOf(session)
    for (const board of boards)
      if (!board.closed) yield* changedOnBoard(session, await around(session, board), boards, from)
  },
}

/** All cards, so that renamed lists, boards put away and what was deleted unheard is seen. */
export const everyCard: Stream<Session, CardRecord> = {
  ...shared,
  tables: ['tasks'],
  name: 'cards_whole',
  label: 'All cards',
  kind: 'snapshot',
  every: 24 * 3_600_000,
  whole: true,
  async *read(session) {
    const boards = await boardsOf(session)
    if (boards.length === 0)
      yield { records: [], unread: 'The token’s owner is a member of no board: no cards are read.' }
    for (const board of boards) yield* wholeBoard(session, await around(session, board))
  },
}

/** ms UTC a card was made, which its id begins with; null for an id of another make. */
const madeAt = (id: string): number | null =>
  /^[0-9a-f]{24}$/i.test(id) ? Number.parseInt(id.slice(0, 8), 16) * 1000 : null

/** Pure. Archived goes before done: the day it was done is told all the same. */
export function mapCard(record: CardRecord, place: Place): Mapped {
  const { store, timezone } = place.home
  if ('deleted' in record) {
    const gone = [{ store, platform: 'trello', task_id: record.deleted }]
    return { rows: {}, gone: { tasks: gone, task_moves: gone } }
  }
  const { card, archived, done, doneAt } = record
  const clock = (at: number | null) => (at === null || Number.isNaN(at) ? null : wallClock(timezone, at))
  const parsed = (text: string | null | undefined) => clock(Date.parse(text ?? ''))
  return {
    rows: {
      tasks: [
        {
          store,
          platform: 'trello',
          task_id: card.id,
          project: record.board,
          section: record.list,
          parent_id: '',
          title: card.name ?? '',
          assignee: place.privacy ? '' : (record.assignee ?? ''),
          state: archived ? 'archived' : done ? 'done' : 'open',
          created_day: clock(madeAt(card.id))?.day ?? null,
          due_day: parsed(card.due)?.day ?? null,
          done_day: done ? (parsed(doneAt ?? card.dateLastActivity)?.day ?? null) : null,
          labels: (card.labels ?? [])
            .flatMap(one => one.name || one.color || [])
            .map(name => name.replaceAll(',', ' '))
            .join(','),
          fields: JSON.stringify(record.fields),
          url: card.url ?? '',
          changed_at: parsed(card.dateLastActivity)?.text ?? null,
        },
      ],
    },
  }
}
