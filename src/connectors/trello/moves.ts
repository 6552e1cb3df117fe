import { workStage } from '#kernel/work-stage.ts'
import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream } from '../connector.ts'
import { sinceForPutAway } from '../nightly.ts'
import { backwards, boardsOf, listsOf, type Session } from './session.ts'

interface Named {
  id?: string
  name?: string
}
export interface MoveAction {
  id: string
  type: string
  date: string
  member?: { fullName?: string }
  data: {
    card?: { id?: string; due?: string | null; dueComplete?: boolean; closed?: boolean }
    list?: Named
    listBefore?: Named
    listAfter?: Named
    old?: { due?: string | null; dueComplete?: boolean; closed?: boolean }
    member?: Named
  }
}
/** A card's move with what its row says. */
export interface MoveRecord {
  id: string
  at: string
  card: string
  kind: 'made' | 'section' | 'state' | 'due' | 'assignee'
  from: string
  to: string
  stage: string
  /** Whom the card was given to, or taken from. */
  assignee: string
  formerly: string
}

/** Actions that change where a card stands, when it is due or whose it is. */
const filter =
  'createCard,copyCard,convertToCardFromCheckItem,emailCard,moveCardToBoard,updateCard:idList,updateCard:closed,' +
  'updateCard:due,updateCard:dueComplete,addMemberToCard,removeMemberFromCard'

/** What an action says of where its card stands; null where it says nothing. `places` are the lists' numbers. Pure. */
export function moveOf(action: MoveAction, places: ReadonlyMap<string, number>): MoveRecord | null {
  const { id, date, type, data } = action
  const { card, list, listBefore, listAfter, old = {} } = data
  if (!card?.id) return null
  const move = (kind: MoveRecord['kind'], from: string, to: string, more: Partial<MoveRecord> = {}) => ({
    ...{ id, at: date, card: card.id ?? '', kind, from, to, stage: '', assignee: '', formerly: '' },
    ...more,
  })
  const into = (kind: 'made' | 'section', before: string, { id: listId = '', name = '' }: Named) =>
    move(kind, before, name, { stage: workStage(name, places.get(listId) ?? null) })
  const who = action.member?.fullName ?? data.member?.name ?? ''
  if (type === 'addMemberToCard') return move('assignee', '', '', { assignee: who })
  if (type === 'removeMemberFromCard') return move('assignee', '', '', { formerly: who })
  if (type === 'moveCardToBoard') return into('section', '', list ?? {})
  if (type !== 'updateCard') return into('made', '', list ?? {})
  if (listAfter) return into('section', listBefore?.name ?? '', listAfter)
  if (old.due !== undefined) return move('due', old.due ?? '', card.due ?? '')
  const states = (flag: 'closed' | 'dueComplete', name: string) => {
    if (old[flag] === undefined) return null
    const now = card[flag] ?? !old[flag]
    return move('state', now ? 'open' : name, now ? name : 'open')
  }
  return states('closed', 'archived') ?? states('dueComplete', 'done')
}

/** An id of the second: ids begin with the time. */
const idAt = (at: number): string =>
  Math.ceil(at / 1000)
    .toString(16)
    .padStart(8, '0')
    .padEnd(24, '0')

/**
 * Ways of cards through the lists, as far back as boards remember: a board keeps the actions of cards that were deleted,
 * so those that are there now are asked for too.
 */
export const moves: Stream<Session, MoveRecord> = {
  name: 'moves',
  label: 'Moves of cards',
  kind: 'window',
  tables: ['task_moves'],
  every: 3_600_000,
  overlap: 5 * 60_000,
  slice: 366 * 86_400_000,
  personal: ['assignee', 'formerly'],
  async *read(session, turn) {
    const putAway = sinceForPutAway(turn)
    const boards = (await boardsOf(session)).flatMap(({ id, closed }) => {
      const since = closed ? putAway : turn.from
      return since === null ? [] : [{ id, since: new Date(since).toISOString() }]
    })
    let there: Set<string> | null = null
    for (const { id, since } of boards) {
      let places: Map<string, number> | null = null
      const query = { filter, since, ...(turn.history && { before: idAt(turn.to) }) }
      for await (const page of backwards<MoveAction>(session, `/boards/${id}/actions`, query)) {
        places ??= new Map((await listsOf(session, id)).map((one, index) => [one.id, index]))
        there ??= await cardsOf(
          session,
          boards.map(one => one.id),
        )
        const [known, lists] = [there, places]
        const records = page.flatMap(one => moveOf(one, lists) ?? []).filter(one => known.has(one.card))
        if (records.length > 0) yield { records }
      }
    }
  },
  map: mapMove,
}

async function cardsOf(session: Session, boards: readonly string[]): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const board of boards)
    for await (const page of backwards<{ id: string }>(session, `/boards/${board}/cards/all`, {
      fields: 'id',
    }))
      for (const { id } of page) ids.add(id)
  return ids
}

/** Pure. */
export function mapMove(record: MoveRecord, { home, privacy }: Place): Mapped {
  const { store, timezone } = home
  const { id, card, kind, stage } = record
  const at = Date.parse(record.at)
  if (Number.isNaN(at)) throw new Error(`The action ${id} does not say when it happened.`)
  const { day, text } = wallClock(timezone, at)
  const value = (plain: string, person: string) =>
    kind === 'assignee'
      ? privacy
        ? ''
        : person
      : kind === 'due' && plain !== ''
        ? wallClock(timezone, Date.parse(plain)).day
        : plain
  return {
    rows: {
      task_moves: [
        {
          store,
          platform: 'trello',
          task_id: card,
          move_id: id,
          kind,
          from_value: value(record.from, record.formerly),
          to_value: value(record.to, record.assignee),
          stage,
          happened_at: text,
          day,
        },
      ],
    },
  }
}
