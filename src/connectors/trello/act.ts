import { invalid } from '#kernel/error.ts'
import { isFinal } from '#kernel/work-stage.ts'
import type { Act } from '../connector.ts'
import { markOf, surely, withMark } from '../once.ts'
import { backwards, boardsOf, get, type List, listsOf, type Query, type Session, send } from './session.ts'

type Done = { id: string; url: string }
interface Made {
  id: string
  url?: string
  desc?: string
  idBoard?: string
  idList?: string
}
const seen = 'url,desc,idBoard,idList'

/** A day as the instant Trello wants: at noon in Greenwich it is that day nearly everywhere. */
const instantOf = (day: string) => `${day}T12:00:00.000Z`

/** Does one act. What makes something is looked for first, by its mark, and again after every try that was not answered. */
export async function act(session: Session, wanted: Act): Promise<Done> {
  switch (wanted.do) {
    case 'create':
      return create(session, wanted)
    case 'change':
      return change(session, wanted)
    case 'comment':
      return comment(session, wanted)
    case 'measure':
      throw invalid('Trello keeps no goals.', 'Write the figure as a comment, or keep the goal in Asana.')
  }
}

async function create(session: Session, wanted: Extract<Act, { do: 'create' }>): Promise<Done> {
  const board = named(
    'board',
    (await boardsOf(session)).filter(one => !one.closed),
    wanted.project,
  ).id
  const lists = (await listsOf(session, board)).filter(one => !one.closed)
  const list = wanted.section === undefined ? lists[0] : named('list', lists, wanted.section)
  if (!list) throw invalid('The board has no list to put a card into.', 'Add one in Trello.')
  const member = wanted.assignee ? await memberOf(session, board, wanted.assignee) : null
  const mark = markOf(wanted.key)
  const card = await surely<Made>(
    async () => {
      for await (const page of backwards<Made>(session, `/boards/${board}/cards/all`, { fields: seen }))
        for (const one of page) if (one.desc?.includes(mark)) return one
      return null
    },
    () =>
      send<Made>(session, 'POST', '/cards', {
        idList: list.id,
        name: wanted.title,
        desc: withMark(wanted.notes ?? '', mark),
        ...(wanted.due && { due: instantOf(wanted.due) }),
        ...(member && { idMembers: member }),
      }),
  )
  return doneOf(card)
}

async function change(session: Session, wanted: Extract<Act, { do: 'change' }>): Promise<Done> {
  const path = `/cards/${encodeURIComponent(wanted.task)}`
  const before = await get<Made>(session, path, { fields: seen })
  const board = before.idBoard ?? ''
  const { title, notes, due, done, section, assignee } = wanted
  // The mark of its making is kept.
  const mark = /Quarterdeck [0-9a-f]{20}/.exec(before.desc ?? '')?.[0]
  const list = await listAfter(session, board, before.idList, section, done)
  const query: Query = {
    ...(title !== undefined && { name: title }),
    ...(notes !== undefined && { desc: mark ? withMark(notes, mark) : notes }),
    ...(due !== undefined && { due: due === null ? 'null' : instantOf(due) }),
    ...(done !== undefined && { dueComplete: String(done) }),
    ...(list && { idList: list.id }),
    ...(assignee !== undefined && {
      idMembers: assignee === null ? '' : await memberOf(session, board, assignee),
    }),
  }
  if (Object.keys(query).length > 0) await send(session, 'PUT', path, query, true)
  return doneOf(before)
}

/** Where a card goes: the list that is named, else one of finished work for what is done and one before it for what is not. */
async function listAfter(
  session: Session,
  board: string,
  now: string | undefined,
  section: string | undefined,
  done: boolean | undefined,
): Promise<List | null> {
  if (section === undefined && done === undefined) return null
  const lists = (await listsOf(session, board)).filter(one => !one.closed)
  if (section !== undefined) return named('list', lists, section)
  const isDone = isFinal(lists.find(one => one.id === now)?.name ?? '')
  if (isDone === done) return null
  if (done) return lists.find(one => isFinal(one.name)) ?? null
  return lists.filter(one => !isFinal(one.name)).at(-1) ?? null
}

async function comment(session: Session, wanted: Extract<Act, { do: 'comment' }>): Promise<Done> {
  const path = `/cards/${encodeURIComponent(wanted.task)}`
  const card = await get<Made>(session, path, { fields: seen })
  const mark = markOf(wanted.key)
  type Comment = { id: string; data?: { text?: string } }
  const made = await surely<Comment>(
    async () => {
      for await (const page of backwards<Comment>(session, `${path}/actions`, { filter: 'commentCard' }))
        for (const one of page) if (one.data?.text?.includes(mark)) return one
      return null
    },
    () => send<Comment>(session, 'POST', `${path}/actions/comments`, { text: withMark(wanted.text, mark) }),
  )
  return { id: made.id, url: card.url ?? '' }
}

const doneOf = ({ id, url = '' }: Made): Done => ({ id, url })

function named<T extends { id: string; name: string }>(what: string, all: readonly T[], wanted: string): T {
  const found = all.find(one => one.id === wanted) ?? all.find(one => one.name === wanted)
  if (!found)
    throw invalid(
      `Trello has no ${what} “${wanted}”.`,
      `There are ${all.map(one => one.name).join(', ') || 'none'}.`,
    )
  return found
}

async function memberOf(session: Session, board: string, wanted: string): Promise<string> {
  const all = await get<{ id: string; fullName: string; username: string }[]>(
    session,
    `/boards/${board}/members`,
    {
      fields: 'fullName,username',
    },
  )
  const found = all.find(one => [one.id, one.fullName, one.username].includes(wanted))
  if (!found)
    throw invalid(
      `The board has no member “${wanted}”.`,
      `There are ${all.map(one => one.fullName).join(', ')}.`,
    )
  return found.id
}
