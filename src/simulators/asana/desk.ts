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

/** What a project is known by. */
export interface DeskProject {
  gid: string
  name: string
  archived: boolean
  sections: { gid: string; name: string }[]
}
export interface Happening {
  at: number
  action: 'added' | 'changed' | 'deleted'
  task: WorkTask
  field?: string
}

export const workspaceGid = '1207000000000001'
export const people = team.map((name, index) => ({
  gid: String(1207000000000100 + index),
  name,
  email: `${name.toLowerCase().replace(' ', '.')}@larkfield.example`,
}))
export const goal = { gid: '1207000000000900', name: 'Conversion by 10 %', value: 0 }

const firstTask = 1208000000000000
export const taskGid = (number: number) => String(firstTask + number)
const numberOf = (gid: string) => Number(gid) - firstTask
/** Numbers of what is made through the API begin here. */
const firstMade = 500_000

/** The company's tasks with what was written on top of them; the writes live as long as the simulator. */
export function createDesk(world: World) {
  const { company } = world
  const made: WorkTask[] = []
  const edits = new Map<number, WorkChange[]>()
  const said = new Map<number, { at: number; by: string; text: string }[]>()
  const measured = new Map<string, number>()

  const parts = new Map<number, WorkTask[]>()
  for (const task of workOf(company).asana)
    if (task.parent !== null) parts.set(task.parent, [...(parts.get(task.parent) ?? []), task])

  const withEdits = (task: WorkTask): WorkTask => {
    const own = edits.get(task.number)
    const words = said.get(task.number)
    if (!own && !words) return task
    const changes = [...task.changes, ...(own ?? [])].sort((a, b) => a.at - b.at)
    return { ...task, changes, comments: [...task.comments, ...(words ?? [])] }
  }
  const all = function* (): Generator<WorkTask> {
    for (const task of workOf(company).asana) yield withEdits(task)
    for (const task of made) yield withEdits(task)
  }
  const byNumber = (number: number): WorkTask | undefined => {
    const task = number > firstMade ? made[number - firstMade - 1] : workOf(company).asana[number - 1]
    return task && withEdits(task)
  }
  const seen = (task: WorkTask | undefined): WorkSeen | null => {
    if (!task) return null
    // A part goes with its whole.
    if (task.parent !== null && !seen(byNumber(task.parent))) return null
    return workSeen(task, world.now())
  }

  return {
    projects: (): DeskProject[] =>
      projectsOf(company, 'asana').map((project, index) => ({
        gid: String(1207000000001000 + index * 100),
        name: project.name,
        archived: project.until !== null && project.until <= localDay(workZone, world.now()),
        sections: project.sections.map((name, nth) => ({
          gid: String(1207000000001000 + index * 100 + 1 + nth),
          name,
        })),
      })),
    /** Tasks of a project that stand alone, in order of making. */
    inProject: (name: string): WorkSeen[] =>
      [...all()].flatMap(task => {
        if (task.parent !== null || (task.project !== name && task.also !== name)) return []
        const one = seen(task)
        return one ? [one] : []
      }),
    partsOf: (number: number): WorkSeen[] =>
      (parts.get(number) ?? []).flatMap(task => seen(withEdits(task)) ?? []),
    find: (gid: string): WorkSeen | null => seen(byNumber(numberOf(gid))),
    create(project: string, set: Partial<WorkState>): WorkSeen {
      const number = firstMade + made.length + 1
      made.push({
        platform: 'asana',
        number,
        project,
        also: '',
        parent: null,
        changes: [{ at: world.now(), by: team[0], set: { ...blank, ...set } }],
        comments: [],
        deletedAt: null,
      })
      return seen(byNumber(number)) as WorkSeen
    },
    edit(number: number, set: Partial<WorkState>) {
      edits.set(number, [...(edits.get(number) ?? []), { at: world.now(), by: team[0], set }])
    },
    say(number: number, text: string): number {
      const words = [...(said.get(number) ?? []), { at: world.now(), by: team[0], text }]
      said.set(number, words)
      return words.length
    },
    measured,
    /** What happened to tasks of a project after `from` and up to `to`, in order. */
    happened(project: string, from: number, to: number): Happening[] {
      const found: Happening[] = []
      const inside = (at: number) => at > from && at <= to
      for (const task of all()) {
        if (task.parent !== null || (task.project !== project && task.also !== project)) continue
        const end = task.deletedAt ?? Number.POSITIVE_INFINITY
        for (const [index, { at, set }] of task.changes.entries())
          if (inside(at) && at < end)
            found.push({
              at,
              action: index === 0 ? 'added' : 'changed',
              task,
              field: Object.keys(set)[0] ?? 'name',
            })
        if (task.deletedAt !== null && inside(task.deletedAt))
          found.push({ at: task.deletedAt, action: 'deleted', task })
      }
      return found.sort((a, b) => a.at - b.at)
    },
  }
}
export type Desk = ReturnType<typeof createDesk>
