import type { WorkSeen } from '../company/work.ts'
import { type Desk, type DeskProject, people, taskGid, workspaceGid } from './desk.ts'

type Json = Record<string, unknown>
const iso = (at: number) => new Date(at).toISOString()

const fieldGids: Readonly<Record<string, string>> = {
  Store: '1207000000000801',
  Uplift: '1207000000000802',
  Effort: '1207000000000803',
  'Go live': '1207000000000804',
}

/** Every field of a project has its place in each task, filled or not. */
const customFields = (fields: WorkSeen['state']['fields']): Json[] =>
  Object.entries(fieldGids).map(([name, gid]) => {
    const value = fields[name] ?? null
    const type =
      name === 'Uplift' ? 'number' : name === 'Effort' ? 'enum' : name === 'Go live' ? 'date' : 'text'
    return {
      gid,
      resource_type: 'custom_field',
      name,
      type,
      resource_subtype: type,
      enabled: true,
      display_value: value === null ? null : String(value),
      ...(type === 'number' && { number_value: value, precision: 1 }),
      ...(type === 'text' && { text_value: value }),
      ...(type === 'date' && { date_value: value === null ? null : { date: value, date_time: null } }),
      ...(type === 'enum' && {
        enum_value:
          value === null
            ? null
            : {
                gid: `${gid}${value}`,
                resource_type: 'enum_option',
                name: value,
                enabled: true,
                color: 'aqua',
              },
      }),
    }
  })

/** A task with everything it has; what is shown of it is chosen by `shown`. */
export function taskNode(desk: Desk, { task, state, createdAt, changedAt, doneAt }: WorkSeen): Json {
  const user = (name: string) => {
    const found = people.find(one => one.name === name || one.gid === name || one.email === name)
    return found ? { gid: found.gid, resource_type: 'user', name: found.name } : null
  }
  const projects = desk.projects()
  const memberships =
    task.parent !== null
      ? []
      : [task.project, task.also]
          .flatMap(name => projects.find(one => one.name === name) ?? [])
          .map(project => {
            const section = project.sections.find(one => one.name === state.section) ?? project.sections[0]
            return {
              project: { gid: project.gid, resource_type: 'project', name: project.name },
              section: { gid: section?.gid, resource_type: 'section', name: section?.name },
            }
          })
  const whole = task.parent === null ? null : desk.find(taskGid(task.parent))
  return {
    gid: taskGid(task.number),
    resource_type: 'task',
    resource_subtype: 'default_task',
    name: state.name,
    notes: state.notes,
    assignee: user(state.assignee),
    completed: state.done,
    completed_at: doneAt === null ? null : iso(doneAt),
    completed_by: null,
    created_at: iso(createdAt),
    modified_at: iso(changedAt),
    due_on: state.due,
    due_at: null,
    start_on: null,
    memberships,
    projects: memberships.map(one => one.project),
    parent: whole && { gid: taskGid(whole.task.number), resource_type: 'task', name: whole.state.name },
    num_subtasks: task.parent === null ? desk.partsOf(task.number).length : 0,
    tags: [],
    custom_fields: task.parent === null ? customFields(state.fields) : [],
    permalink_url: `https://app.asana.com/1/${workspaceGid}/task/${taskGid(task.number)}`,
    workspace: { gid: workspaceGid, resource_type: 'workspace', name: 'Larkfield' },
  }
}

export const projectNode = (project: DeskProject): Json => ({
  gid: project.gid,
  resource_type: 'project',
  name: project.name,
  archived: project.archived,
  color: 'aqua',
  owner: null,
  current_status: null,
})

/** Without `opt_fields` a record is compact; with it, its gid and the members named, through lists too. */
export function shown(node: Json, optFields: string | undefined): Json {
  if (!optFields) {
    const { gid, resource_type, resource_subtype, name } = node
    return { gid, resource_type, ...(resource_subtype !== undefined && { resource_subtype }), name }
  }
  const tree: Tree = {}
  for (const path of optFields.split(',')) {
    let at = tree
    for (const part of path
      .trim()
      .replace(/^this\./, '')
      .split('.')) {
      at[part] ??= {}
      at = at[part]
    }
  }
  return cut(node, tree) as Json
}

interface Tree {
  [name: string]: Tree
}
function cut(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map(one => cut(one, tree))
  if (typeof value !== 'object' || value === null || Object.keys(tree).length === 0) return value
  const from = value as Json
  return {
    ...(from.gid !== undefined && { gid: from.gid }),
    ...Object.fromEntries(
      Object.entries(tree).flatMap(([name, inner]) => (name in from ? [[name, cut(from[name], inner)]] : [])),
    ),
  }
}
