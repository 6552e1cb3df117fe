import { invalid } from '#kernel/error.ts'
import type { Act } from '../connector.ts'
import { markOf, surely, withMark } from '../once.ts'
import { get, type Named, pages, projectsOf, type Session, send, workspacesOf } from './session.ts'

type Done = { id: string; url: string }
interface Made extends Named {
  permalink_url?: string
  notes?: string
  memberships?: { project?: Named; section?: Named | null }[]
}
const seen = 'name,permalink_url,notes,memberships.project.name,memberships.section.name'

/** Does one act. What makes something is looked for first, by its mark, and again after every try that was not answered. */
export async function act(session: Session, wanted: Act): Promise<Done> {
  switch (wanted.do) {
    case 'create':
      return create(session, wanted)
    case 'change':
      return change(session, wanted)
    case 'comment':
      return comment(session, wanted)
    case 'measure': {
      const value = Number(wanted.value)
      if (wanted.value.trim() === '' || !Number.isFinite(value))
        throw invalid(`${wanted.value} is no number a goal can be at.`, 'Give digits with a point.')
      const path = `/goals/${encodeURIComponent(wanted.goal)}/setMetricCurrentValue`
      const data = { current_number_value: value }
      const goal = await send<Named>(session, 'POST', path, data, { again: true })
      return { id: goal.gid, url: `https://app.asana.com/0/goal/${goal.gid}` }
    }
  }
}

async function create(session: Session, wanted: Extract<Act, { do: 'create' }>): Promise<Done> {
  const project = await projectNamed(session, wanted.project)
  const section = wanted.section === undefined ? null : await sectionNamed(session, project, wanted.section)
  const assignee = await person(session, wanted.assignee)
  const mark = markOf(wanted.key)
  const task = await surely<Made>(
    async () => {
      for await (const page of pages<Made>(session, '/tasks', { project, opt_fields: seen }))
        for (const one of page) if (one.notes?.includes(mark)) return one
      return null
    },
    () =>
      send<Made>(
        session,
        'POST',
        '/tasks',
        {
          name: wanted.title,
          notes: withMark(wanted.notes ?? '', mark),
          projects: [project],
          ...(wanted.due && { due_on: wanted.due }),
          ...(assignee && { assignee }),
        },
        { query: { opt_fields: seen } },
      ),
  )
  // Moved on by somebody since, it is left there: a new task stands in the first section.
  const now = task.memberships?.find(one => one.project?.gid === project)?.section?.gid
  const [first] = section === null ? [] : await sectionsOf(session, project)
  if (section !== null && now !== section && (now === undefined || now === first?.gid))
    await send(session, 'POST', `/sections/${section}/addTask`, { task: task.gid }, { again: true })
  return doneOf(task)
}

async function change(session: Session, wanted: Extract<Act, { do: 'change' }>): Promise<Done> {
  const path = `/tasks/${encodeURIComponent(wanted.task)}`
  const before = await get<Made>(session, path, { opt_fields: seen })
  const { title, notes, due, done } = wanted
  // The mark of its making is kept.
  const mark = /Quarterdeck [0-9a-f]{20}/.exec(before.notes ?? '')?.[0]
  const assignee = wanted.assignee === null ? null : await person(session, wanted.assignee)
  const data = {
    ...(title !== undefined && { name: title }),
    ...(notes !== undefined && { notes: mark ? withMark(notes, mark) : notes }),
    ...(due !== undefined && { due_on: due }),
    ...(done !== undefined && { completed: done }),
    ...(assignee !== undefined && { assignee }),
  }
  if (Object.keys(data).length > 0)
    await send(session, 'PUT', path, data, { again: true, query: { opt_fields: seen } })
  if (wanted.section !== undefined) {
    const [home] = before.memberships ?? []
    if (!home?.project)
      throw invalid('The task is in no project, so it has no sections.', 'Add it to a project in Asana.')
    const section = await sectionNamed(session, home.project.gid, wanted.section)
    await send(session, 'POST', `/sections/${section}/addTask`, { task: wanted.task }, { again: true })
  }
  return doneOf(before)
}

async function comment(session: Session, wanted: Extract<Act, { do: 'comment' }>): Promise<Done> {
  const path = `/tasks/${encodeURIComponent(wanted.task)}`
  const task = await get<Made>(session, path, { opt_fields: seen })
  const mark = markOf(wanted.key)
  const story = await surely<{ gid: string }>(
    async () => {
      for await (const page of pages<{ gid: string; text?: string }>(session, `${path}/stories`, {
        opt_fields: 'text',
      }))
        for (const one of page) if (one.text?.includes(mark)) return one
      return null
    },
    () => send(session, 'POST', `${path}/stories`, { text: withMark(wanted.text, mark) }),
  )
  return { id: story.gid, url: task.permalink_url ?? '' }
}

const doneOf = ({ gid, permalink_url: url = '' }: Made): Done => ({ id: gid, url })

const one = (what: string, all: readonly Named[], wanted: string): string => {
  const found = all.find(it => it.gid === wanted) ?? all.find(it => it.name === wanted)
  if (!found)
    throw invalid(
      `Asana has no ${what} “${wanted}”.`,
      `There are ${all.map(it => it.name).join(', ') || 'none'}.`,
    )
  return found.gid
}

const projectNamed = async (session: Session, wanted: string) =>
  one(
    'project',
    (await projectsOf(session)).filter(it => !it.archived),
    wanted,
  )

async function sectionsOf(session: Session, project: string): Promise<Named[]> {
  const all: Named[] = []
  for await (const page of pages<Named>(session, `/projects/${project}/sections`, { opt_fields: 'name' }))
    all.push(...page)
  return all
}
const sectionNamed = async (session: Session, project: string, wanted: string) =>
  one('section', await sectionsOf(session, project), wanted)

/** Who is meant: a gid and an address are taken as they are, a name is looked up. */
async function person(session: Session, wanted: string | null | undefined): Promise<string | undefined> {
  if (!wanted) return undefined
  if (/^\d+$|@|^me$/.test(wanted)) return wanted
  const all: Named[] = []
  for (const { gid: workspace } of await workspacesOf(session))
    for await (const page of pages<Named>(session, '/users', { workspace, opt_fields: 'name' }))
      all.push(...page)
  return one('person', all, wanted)
}
