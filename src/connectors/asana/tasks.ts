import { wallClock } from '#kernel/zone.ts'
import type { Mapped, Place, Stream, Turn } from '../connector.ts'
import { unlessGone } from '../http.ts'
import { allOf, type Named, pages, projectsOf, type Session } from './session.ts'

interface CustomField {
  name?: string
  resource_subtype?: string
  number_value?: number | null
  text_value?: string | null
  enum_value?: { name?: string } | null
  multi_enum_values?: { name?: string }[] | null
  date_value?: { date?: string | null; date_time?: string | null } | null
  people_value?: { name?: string }[] | null
  display_value?: string | null
}
export interface Task {
  gid: string
  name?: string
  assignee?: { gid: string; name?: string } | null
  completed?: boolean
  completed_at?: string | null
  created_at?: string
  modified_at?: string
  due_on?: string | null
  due_at?: string | null
  memberships?: { project?: Named; section?: Named | null }[]
  parent?: { gid: string } | null
  num_subtasks?: number
  tags?: { name?: string }[]
  custom_fields?: CustomField[]
  permalink_url?: string
}
/** A task with what its row says in words. */
export interface TaskRecord {
  task: Omit<Task, 'assignee'>
  assignee: string
  project: string
  section: string
  /** gid of the task it is a part of, ''. */
  parent: string
  /** Its project was put away. */
  archived: boolean
}

const fields = [
  'name',
  'assignee.name',
  'completed',
  'completed_at',
  'created_at',
  'modified_at',
  'due_on',
  'due_at',
  'memberships.project.name',
  'memberships.section.name',
  'parent.name',
  'num_subtasks',
  'tags.name',
  'permalink_url',
  'custom_fields.name',
  'custom_fields.resource_subtype',
  'custom_fields.number_value',
  'custom_fields.text_value',
  'custom_fields.enum_value.name',
  'custom_fields.multi_enum_values.name',
  'custom_fields.date_value',
  'custom_fields.people_value.name',
  'custom_fields.display_value',
].join(',')

/** How deep parts of parts are followed. */
const deepest = 5

async function* read(session: Session, turn: Turn, all: boolean) {
  const projects = await projectsOf(session)
  if (projects.length === 0)
    yield { records: [], unread: 'The token’s owner sees no project of the workspace: no tasks are read.' }
  const byGid = new Map(projects.map(one => [one.gid, one]))
  for (const { gid: project, name, archived } of projects) {
    // What was put away is looked at in whole only.
    if (archived && !all) continue
    const since: Readonly<Record<string, string>> = all
      ? {}
      : { modified_since: new Date(turn.from).toISOString() }
    for await (const page of pages<Task>(session, '/tasks', { project, ...since, opt_fields: fields })) {
      const records: TaskRecord[] = []
      for (const task of page) {
        // Of several projects it stands where it was put first, in whichever list it is met.
        const [first] = task.memberships ?? []
        const home = {
          project: first?.project?.name ?? name,
          section: first?.section?.name ?? '',
          archived: byGid.get(first?.project?.gid ?? project)?.archived ?? archived,
        }
        records.push(recordOf(task, home, ''))
        for await (const part of parts(session, task, 1)) records.push(recordOf(part.task, home, part.of))
      }
      yield { records }
    }
  }
}

/** Parts of a task: no project's list has them. */
async function* parts(
  session: Session,
  whole: Task,
  depth: number,
): AsyncGenerator<{ task: Task; of: string }> {
  if (!whole.num_subtasks || depth > deepest) return
  const own = allOf<Task>(session, `/tasks/${whole.gid}/subtasks`, { opt_fields: fields })
  for (const task of (await unlessGone(own)) ?? []) {
    yield { task, of: whole.gid }
    yield* parts(session, task, depth + 1)
  }
}

const recordOf = (
  { assignee, ...task }: Task,
  home: Pick<TaskRecord, 'project' | 'section' | 'archived'>,
  parent: string,
): TaskRecord => ({ task, assignee: assignee?.name ?? '', ...home, parent })

const hour = 3_600_000
const shared = {
  tables: ['tasks'],
  personal: ['assignee', 'people_value'],
  vocabulary: {
    'task.custom_fields[].resource_subtype': [
      'text',
      'number',
      'enum',
      'multi_enum',
      'date',
      'people',
      'reference',
    ],
  },
  map: mapTask,
} as const

/** What changed. Deletions, parts alone and moves out of a project are not told here: see `everyTask`. */
export const changedTasks: Stream<Session, TaskRecord> = {
  ...shared,
  name: 'tasks',
  label: 'Tasks',
  kind: 'window',
  every: 15 * 60_000,
  overlap: 5 * 60_000,
  async *read(session, turn) {
    // The first time everything is read whole by the other stream.
    if (!turn.history) yield* read(session, turn, false)
  },
}

/** All tasks, so that what was deleted or moved away is seen to be gone. */
export const everyTask: Stream<Session, TaskRecord> = {
  ...shared,
  name: 'tasks_whole',
  label: 'All tasks',
  kind: 'snapshot',
  every: 24 * hour,
  whole: true,
  read: (session, turn) => read(session, turn, true),
}

/** Pure. Archived goes before done: the day it was done is told all the same. */
export function mapTask(
  { task, assignee, project, section, parent, archived }: TaskRecord,
  place: Place,
): Mapped {
  const { store, timezone } = place.home
  const clock = (text: string | null | undefined) => {
    const at = Date.parse(text ?? '')
    return Number.isNaN(at) ? null : wallClock(timezone, at)
  }
  return {
    rows: {
      tasks: [
        {
          store,
          platform: 'asana',
          task_id: task.gid,
          project,
          section,
          parent_id: parent,
          title: task.name ?? '',
          assignee: place.privacy ? '' : (assignee ?? ''),
          state: archived ? 'archived' : task.completed ? 'done' : 'open',
          created_day: clock(task.created_at)?.day ?? null,
          due_day: task.due_on ?? clock(task.due_at)?.day ?? null,
          done_day: task.completed ? (clock(task.completed_at)?.day ?? null) : null,
          labels: (task.tags ?? [])
            .flatMap(one => (one.name ? [one.name.replaceAll(',', ' ')] : []))
            .join(','),
          fields: JSON.stringify(Object.fromEntries((task.custom_fields ?? []).flatMap(valued))),
          url: task.permalink_url ?? '',
          changed_at: clock(task.modified_at)?.text ?? null,
        },
      ],
    },
  }
}

const names = (some: readonly { name?: string }[]) => some.flatMap(one => one.name ?? []).join(', ')

/** Name and value of a field that has one; a kind not known here is taken as it is shown. */
function valued(field: CustomField): [string, string | number][] {
  const { name, resource_subtype: kind } = field
  if (!name) return []
  const value =
    kind === 'number'
      ? field.number_value
      : kind === 'text'
        ? field.text_value
        : kind === 'enum'
          ? field.enum_value?.name
          : kind === 'multi_enum'
            ? names(field.multi_enum_values ?? [])
            : kind === 'date'
              ? (field.date_value?.date ?? field.date_value?.date_time)
              : kind === 'people'
                ? names(field.people_value ?? [])
                : field.display_value
  return value === null || value === undefined || value === '' ? [] : [[name, value]]
}
