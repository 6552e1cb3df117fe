import { localDay } from '../company/stores.ts'
import {
  blank,
  type WorkChange,
  type WorkSeen,
  type WorkState,
  type WorkTask,
  workOf,
  workSeen,
  workZone,
} from '../company/work.ts'
import { projectsOf, team } from '../company/work-plan.ts'
import type { World } from '../world.ts'

/** 24 hex digits as Trello gives them: the second of making, then what sort of thing, then its number. */
export const idOf = (at: number, sort: number, number: number): string =>
  Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0') +
  sort.toString(16).padStart(4, '0') +
  number.toString(16).padStart(12, '0')

const long = Date.UTC(2022, 0, 10, 9)
export const members = team.map((fullName, index) => ({
  id: idOf(long, 1, index + 1),
  fullName,
  username: fullName.toLowerCase().replace(' ', ''),
}))

/** Something that happened to a card. */
export interface Action {
  id: string
  type: string
  /** Narrower name by which it can be asked for, such as `updateCard:idList`. */
  kind: string
  at: number
  card: string
  data: Record<string, unknown>
}

/** Numbers of what is made through the API begin here. */
const firstMade = 500_000

export const dueOf = (day: string | null) => (day === null ? null : `${day}T16:00:00.000Z`)

/** The trading board with what was written on top of it; the writes live as long as the simulator. */
export function createDesk(world: World) {
  const { company } = world
  const made: WorkTask[] = []
  const edits = new Map<number, WorkChange[]>()
  const said = new Map<number, { at: number; by: string; text: string }[]>()
  const boards = projectsOf(company, 'trello').map((project, index) => {
    const id = idOf(long, 2, index + 1)
    return {
      id,
      name: project.name,
      closed: project.until !== null && project.until <= localDay(workZone, world.now()),
      lists: project.sections.map((name, nth) => ({
        id: idOf(long, 3, index * 100 + nth + 1),
        name,
        closed: false,
        pos: 65_536 * (nth + 1),
        idBoard: id,
      })),
    }
  })
  const board = boards[0] as (typeof boards)[number]
  const list = (name: string) => board.lists.find(one => one.name === name) ?? board.lists[0]

  const withEdits = (task: WorkTask): WorkTask => {
    const own = edits.get(task.number)
    const words = said.get(task.number)
    if (!own && !words) return task
    return {
      ...task,
      changes: [...task.changes, ...(own ?? [])],
      comments: [...task.comments, ...(words ?? [])],
    }
  }
  const all = function* (): Generator<WorkTask> {
    for (const task of workOf(company).trello) yield withEdits(task)
    for (const task of made) yield withEdits(task)
  }
  const cardId = (task: WorkTask) => idOf(task.changes[0]?.at ?? 0, 4, task.number)
  const find = (id: string): WorkSeen | null => {
    const number = Number.parseInt(id.slice(12), 16)
    const task = number > firstMade ? made[number - firstMade - 1] : workOf(company).trello[number - 1]
    return task && cardId(task) === id ? workSeen(withEdits(task), world.now()) : null
  }

  /** What happened to a card up to `to`, oldest first. */
  function* actionsOf(task: WorkTask, to: number): Generator<Action> {
    const card = cardId(task)
    const id = (at: number, nth: number) => idOf(at, 5, task.number * 1000 + nth)
    const end = task.deletedAt ?? Number.POSITIVE_INFINITY
    const about = { id: card, idShort: task.number, name: task.changes[0]?.set.name ?? '' }
    let state = blank
    let nth = 0
    for (const { at, set } of task.changes) {
      if (at > to || at >= end) break
      const before = state
      state = { ...state, ...set }
      const next = (type: string, kind: string, data: Record<string, unknown>): Action => {
        nth += 1
        return { id: id(at, nth), type, kind, at, card, data: { card: about, ...data } }
      }
      const brief = (name: string) => ({ id: list(name)?.id, name })
      if (nth === 0) {
        yield next('createCard', 'createCard', { list: brief(state.section) })
        continue
      }
      const stands = { list: brief(state.section) }
      if (state.section !== before.section)
        yield next('updateCard', 'updateCard:idList', {
          card: { ...about, idList: list(state.section)?.id },
          old: { idList: list(before.section)?.id },
          listBefore: brief(before.section),
          listAfter: brief(state.section),
        })
      else if (state.done !== before.done)
        yield next('updateCard', 'updateCard:dueComplete', {
          card: { ...about, dueComplete: state.done },
          old: { dueComplete: before.done },
          ...stands,
        })
      if (state.archived !== before.archived)
        yield next('updateCard', 'updateCard:closed', {
          card: { ...about, closed: state.archived },
          old: { closed: before.archived },
          ...stands,
        })
      if (state.due !== before.due)
        yield next('updateCard', 'updateCard:due', {
          card: { ...about, due: dueOf(state.due) },
          old: { due: dueOf(before.due) },
          ...stands,
        })
      for (const [who, type] of [
        [before.assignee, 'removeMemberFromCard'],
        [state.assignee, 'addMemberToCard'],
      ] as const)
        if (who !== '' && state.assignee !== before.assignee) {
          const member = members.find(one => one.fullName === who)
          yield next(type, type, { idMember: member?.id, member: { id: member?.id, name: who } })
        }
      if (set.fields !== undefined) yield next('updateCustomFieldItem', 'updateCustomFieldItem', {})
      if (state.name !== before.name || state.notes !== before.notes)
        yield next('updateCard', 'updateCard:name', { card: about, old: { name: before.name }, ...stands })
    }
    for (const { at, text } of task.comments)
      if (at <= to && at < end) {
        nth += 1
        yield {
          id: id(at, nth),
          type: 'commentCard',
          kind: 'commentCard',
          at,
          card,
          data: { card: about, text },
        }
      }
    if (end <= to)
      yield {
        id: id(end, nth + 1),
        type: 'deleteCard',
        kind: 'deleteCard',
        at: end,
        card,
        data: { card: { id: card, idShort: task.number } },
      }
  }

  return {
    boards,
    list,
    cardId,
    find,
    cards: (): WorkSeen[] => [...all()].flatMap(task => workSeen(task, world.now()) ?? []),
    actions: function* (to: number): Generator<Action> {
      for (const task of all()) yield* actionsOf(task, to)
    },
    actionsOf,
    create(set: Partial<WorkState>): WorkSeen {
      const task: WorkTask = {
        platform: 'trello',
        number: firstMade + made.length + 1,
        project: board.name,
        also: '',
        parent: null,
        changes: [{ at: world.now(), by: team[0], set: { ...blank, ...set } }],
        comments: [],
        deletedAt: null,
      }
      made.push(task)
      return workSeen(task, world.now()) as WorkSeen
    },
    edit(number: number, set: Partial<WorkState>) {
      edits.set(number, [...(edits.get(number) ?? []), { at: world.now(), by: team[0], set }])
    },
    say(number: number, text: string) {
      said.set(number, [...(said.get(number) ?? []), { at: world.now(), by: team[0], text }])
    },
  }
}
export type Desk = ReturnType<typeof createDesk>
