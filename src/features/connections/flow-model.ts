import { z } from 'zod'
import { quantileOf } from '#kernel/plan/simulate.ts'

/** How work moves through its sections and lists: how long it stands in each, and how long it takes from start to done. */

export const FlowInput = z.object({
  platform: z.string().optional().describe('asana or trello'),
  project: z.string().optional().describe('Project or board'),
  days: z.int().min(7).max(730).optional().describe('How far back, days up to today; 90 when absent'),
})
export type FlowInput = z.infer<typeof FlowInput>

const Place = { platform: z.string(), project: z.string() }
const days = z.number().nullable()

const FlowSection = z.object({
  ...Place,
  section: z.string(),
  stage: z.string().describe('waiting or doing; work that is done stands nowhere'),
  left: z.number().describe('Tasks that left it in the period'),
  median: days.describe('Days those stood in it'),
  now: z.number().describe('Tasks that stand in it now'),
  longest: days.describe('Days the one that stands there longest has'),
})
export type FlowSection = z.infer<typeof FlowSection>

const FlowProject = z.object({
  ...Place,
  started: z.number().describe('Tasks that work began on in the period'),
  done: z.number().describe('Tasks done in the period'),
  timed: z.number().describe('Of those, how many are known to have been begun'),
  median: days.describe('Days from the beginning of work to its end, of half of them or more'),
  most: days.describe('The same of 85 of 100 of them'),
})
export type FlowProject = z.infer<typeof FlowProject>

const FlowMove = z.object({
  ...Place,
  store: z.string(),
  task: z.string(),
  title: z.string(),
  url: z.string(),
  kind: z.string().describe('made, section, state, due or assignee'),
  from: z.string(),
  to: z.string(),
  at: z.string().describe('Wall clock of the store'),
})
export type FlowMove = z.infer<typeof FlowMove>

export const Flow = z.object({
  days: z.number(),
  sections: z.array(FlowSection),
  projects: z.array(FlowProject),
  all: FlowProject.omit({ platform: true, project: true }),
  week: z
    .object({ made: z.number(), moved: z.number(), done: z.number(), putOff: z.number(), tasks: z.number() })
    .describe('What happened in the last seven days'),
  moves: z.array(FlowMove).describe('The latest of the last seven days'),
  any: z.boolean().describe('Whether any moves were read at all'),
})
export type Flow = z.infer<typeof Flow>

/** A move with its task, as the granary has it; in order of time. */
export interface MoveRow extends FlowMove {
  stage: string
  /** State of the task now, and the day it was done. */
  state: string
  doneDay: string | null
}

const ms = (wallClock: string): number => Date.parse(`${wallClock.replace(' ', 'T')}Z`)
const dayMs = 86_400_000
const rounded = (value: number): number => Math.round(value * 10) / 10
const quantile = (values: readonly number[], share: number): number | null =>
  values.length === 0
    ? null
    : rounded(
        quantileOf(
          [...values].sort((a, b) => a - b),
          share,
        ),
      )

/**
 * Pure. A stay in a section ends with the next move, or when the task is done or put away; of stays those that ended in
 * the period count, and those that have not ended. Cycle time runs in days from a task's first move into a section of
 * work in progress to the day it was done. `nowOf` gives what the wall clock of a store shows now, as moves are told.
 */
export function flowOf(
  rows: readonly MoveRow[],
  nowOf: (store: string) => string,
  length: number,
): Omit<Flow, 'any'> {
  const clocks = new Map<
    string,
    { end: number; start: number; first: string; week: number; weekDay: string }
  >()
  const clockOf = ({ store }: MoveRow) => {
    const known = clocks.get(store)
    if (known) return known
    const end = ms(nowOf(store))
    const [start, week] = [end - length * dayMs, end - 7 * dayMs]
    const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
    const made = { end, start, first: dayOf(start), week, weekDay: dayOf(week) }
    clocks.set(store, made)
    return made
  }
  const sections = new Map<string, { of: FlowSection; stays: number[]; open: number[] }>()
  const projects = new Map<string, { of: FlowProject; cycles: number[] }>()
  const projectOf = ({ platform, project }: MoveRow) => {
    const key = `${platform} ${project}`
    const known = projects.get(key) ?? {
      of: { platform, project, started: 0, done: 0, timed: 0, median: null, most: null },
      cycles: [],
    }
    projects.set(key, known)
    return known
  }
  for (const own of Map.groupBy(rows, row => `${row.store} ${row.platform} ${row.task}`).values()) {
    const task = own[0] as MoveRow
    const { end, start, first } = clockOf(task)
    const stands = own.filter(row => row.kind === 'made' || row.kind === 'section')
    const over = own.findLast(row => row.kind === 'state' && row.to !== 'open')
    for (const [index, { section, stage, at }] of stands
      .map(row => ({ ...row, section: row.to }))
      .entries()) {
      if (stage === 'done') continue
      const next =
        stands[index + 1]?.at ?? (task.state === 'open' ? null : (over?.at ?? `${task.doneDay} 00:00:00`))
      const left = next === null ? null : ms(next)
      // Put away and nobody says when.
      if (left !== null && Number.isNaN(left)) continue
      const { platform, project } = task
      const key = `${platform} ${project} ${section}`
      const known = sections.get(key) ?? {
        of: { platform, project, section, stage, left: 0, median: null, now: 0, longest: null },
        stays: [],
        open: [],
      }
      sections.set(key, known)
      if (left === null) known.open.push(Math.max(0, end - ms(at)) / dayMs)
      else if (left >= start) known.stays.push(Math.max(0, left - ms(at)) / dayMs)
    }
    const began = stands.find(row => row.stage === 'doing')?.at
    const project = projectOf(task)
    if (began !== undefined && ms(began) >= start) project.of.started += 1
    if (task.doneDay === null || task.doneDay < first) continue
    project.of.done += 1
    if (began === undefined || began.slice(0, 10) > task.doneDay) continue
    project.cycles.push((Date.parse(task.doneDay) - Date.parse(began.slice(0, 10))) / dayMs)
  }
  const timed = (cycles: readonly number[]) => ({
    timed: cycles.length,
    median: quantile(cycles, 0.5),
    most: quantile(cycles, 0.85),
  })
  const byProject = [...projects.values()]
    .map(({ of, cycles }) => ({ ...of, ...timed(cycles) }))
    .filter(one => one.started + one.done > 0)
    .sort((a, b) => b.done - a.done || a.project.localeCompare(b.project))
  const week = rows.filter(row => ms(row.at) >= clockOf(row).week && ms(row.at) <= clockOf(row).end)
  const count = (is: (row: MoveRow) => boolean) => week.filter(is).length
  const doneTasks = new Set(
    rows
      .filter(row => row.doneDay !== null && row.doneDay > clockOf(row).weekDay)
      .map(row => `${row.store} ${row.platform} ${row.task}`),
  )
  return {
    days: length,
    sections: [...sections.values()]
      .map(({ of, stays, open }) => ({
        ...of,
        left: stays.length,
        median: quantile(stays, 0.5),
        now: open.length,
        longest: open.length === 0 ? null : rounded(Math.max(...open)),
      }))
      .filter(one => one.left + one.now > 0)
      .sort(
        (a, b) =>
          a.platform.localeCompare(b.platform) ||
          a.project.localeCompare(b.project) ||
          // Waiting comes before doing.
          b.stage.localeCompare(a.stage) ||
          a.section.localeCompare(b.section),
      ),
    projects: byProject,
    all: {
      started: byProject.reduce((sum, one) => sum + one.started, 0),
      done: byProject.reduce((sum, one) => sum + one.done, 0),
      ...timed([...projects.values()].flatMap(one => one.cycles)),
    },
    week: {
      made: count(row => row.kind === 'made'),
      moved: count(row => row.kind === 'section'),
      done: doneTasks.size,
      putOff: count(row => row.kind === 'due' && row.from !== '' && row.to > row.from),
      tasks: new Set(week.map(row => `${row.store} ${row.platform} ${row.task}`)).size,
    },
    moves: week
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, 100)
      .map(({ stage: _, state: __, doneDay: ___, ...move }) => move),
  }
}
