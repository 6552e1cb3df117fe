import type { WorkSeen } from '../company/work.ts'
import { workLabels } from '../company/work-plan.ts'
import { type Action, type Desk, dueOf, idOf, members } from './desk.ts'

type Json = Record<string, unknown>
const made = Date.UTC(2022, 0, 10, 9)
const colours = ['green', 'yellow_dark', 'red_light', 'sky', 'lime']
const efforts = ['S', 'M', 'L']
const optionOf = (value: string) => idOf(made, 7, efforts.indexOf(value) + 1)
const fieldId = (nth: number) => idOf(made, 6, nth)

/** Definitions of the board's custom fields. */
export const customFields = (board: string): Json[] =>
  [
    { name: 'Store', type: 'text' },
    { name: 'Uplift', type: 'number' },
    {
      name: 'Effort',
      type: 'list',
      options: efforts.map(text => ({
        id: optionOf(text),
        idCustomField: fieldId(3),
        value: { text },
        pos: 1,
      })),
    },
  ].map((one, index) => ({
    id: fieldId(index + 1),
    idModel: board,
    modelType: 'board',
    fieldGroup: 'x',
    pos: index,
    ...one,
  }))

const item = (card: string, nth: number, value: Json): Json => ({
  id: idOf(made, 8, nth),
  idCustomField: fieldId(nth),
  idModel: card,
  modelType: 'card',
  ...value,
})

/** A card with everything it has; `fields` chooses among its plain members, the rest comes where it is asked for. */
export function cardNode(
  desk: Desk,
  { task, state, changedAt }: WorkSeen,
  query: Record<string, string>,
): Json {
  const id = desk.cardId(task)
  const list = desk.list(state.section)
  const member = members.find(one => one.fullName === state.assignee)
  const { Store, Uplift, Effort } = state.fields
  const plain: Json = {
    name: state.name,
    desc: state.notes,
    closed: state.archived,
    dueComplete: state.done && task.number % 2 === 0,
    dateLastActivity: new Date(changedAt).toISOString(),
    due: dueOf(state.due),
    dueReminder: -1,
    start: null,
    idBoard: list?.idBoard,
    idList: list?.id,
    idMembers: member ? [member.id] : [],
    idShort: task.number,
    labels: state.labels.map(name => {
      const nth = (workLabels as readonly string[]).indexOf(name)
      return { id: idOf(made, 9, nth + 1), idBoard: list?.idBoard, name, color: colours[nth] ?? null }
    }),
    pos: 65_536,
    shortLink: `c${task.number}`,
    url: `https://trello.com/c/c${task.number}/${task.number}`,
    agent: null,
  }
  const wanted = query.fields && query.fields !== 'all' ? query.fields.split(',') : Object.keys(plain)
  return {
    id,
    ...Object.fromEntries(wanted.flatMap(name => (name in plain ? [[name, plain[name]]] : []))),
    ...(query.members === 'true' && {
      members: member ? [{ id: member.id, fullName: member.fullName }] : [],
    }),
    ...(query.customFieldItems === 'true' && {
      customFieldItems: [
        ...(Store === undefined ? [] : [item(id, 1, { value: { text: String(Store) }, idValue: null })]),
        ...(Uplift === undefined ? [] : [item(id, 2, { value: { number: String(Uplift) }, idValue: null })]),
        ...(Effort === undefined ? [] : [item(id, 3, { value: null, idValue: optionOf(String(Effort)) })]),
      ],
    }),
  }
}

export const actionNode = (desk: Desk, { id, type, at, data }: Action): Json => ({
  id,
  idMemberCreator: members[0]?.id,
  type,
  date: new Date(at).toISOString(),
  data: { ...data, board: { id: desk.boards[0]?.id, name: desk.boards[0]?.name } },
  memberCreator: { id: members[0]?.id, fullName: members[0]?.fullName, username: members[0]?.username },
  appCreator: null,
})
