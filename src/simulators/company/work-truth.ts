import { type Day, dayNumber } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { localDay } from './stores.ts'
import { blank, type WorkSeen, workOf, workSeen, workZone } from './work.ts'
import { type Platform, platforms, projectsOf } from './work-plan.ts'

/** Tasks of a platform, project, section and state at the instant, and how many of them were done on which day. */
interface WorkTruth {
  platform: Platform
  project: string
  section: string
  state: 'open' | 'done' | 'archived'
  tasks: number
  /** How many became done, by day. */
  done: Readonly<Record<Day, number>>
}

/** From the team's own books: a part stands where its whole stands and goes with it; what is put away is archived whether done or not. */
export function workTruth(company: Company, at: number): WorkTruth[] {
  const found = new Map<string, WorkTruth & { done: Record<Day, number> }>()
  const today = localDay(workZone, at)
  for (const platform of platforms) {
    const away = new Set(
      projectsOf(company, platform).flatMap(one =>
        one.until !== null && one.until <= today ? [one.name] : [],
      ),
    )
    const wholes = new Map<number, WorkSeen>()
    for (const task of workOf(company)[platform]) {
      const seen = workSeen(task, at)
      if (!seen) continue
      const whole = task.parent === null ? seen : wholes.get(task.parent)
      if (!whole) continue
      wholes.set(task.number, seen)
      const state =
        seen.state.archived || away.has(task.project) ? 'archived' : seen.state.done ? 'done' : 'open'
      const { section } = whole.state
      const key = [platform, task.project, section, state].join('|')
      const row = found.get(key) ?? { platform, project: task.project, section, state, tasks: 0, done: {} }
      row.tasks += 1
      if (seen.doneAt !== null) {
        const day = localDay(workZone, seen.doneAt)
        row.done[day] = (row.done[day] ?? 0) + 1
      }
      found.set(key, row)
    }
  }
  return [...found.values()]
}

/** How tasks that stand alone moved, by platform, project, day and kind of move, and how long work on them took. */
interface MoveTruth {
  platform: Platform
  project: string
  day: Day
  /** What of a task changed, and how many did. */
  moves: Readonly<Record<string, number>>
  /** Of those done that day that work was seen to begin on: how many, and days from its beginning, in all. */
  cycles: { tasks: number; days: number }
}

export function moveTruth(company: Company, at: number): MoveTruth[] {
  type Row = MoveTruth & { moves: Record<string, number> }
  const found = new Map<string, Row>()
  for (const platform of platforms)
    for (const task of workOf(company)[platform]) {
      const seen = task.parent === null ? workSeen(task, at) : null
      if (!seen) continue
      const row = (when: number): Row => {
        const day = localDay(workZone, when)
        const key = [platform, task.project, day].join('|')
        const known = found.get(key) ?? {
          ...{ platform, project: task.project, day, moves: {} },
          cycles: { tasks: 0, days: 0 },
        }
        found.set(key, known)
        return known
      }
      const count = (when: number, kind: string, times = 1) => {
        const { moves } = row(when)
        if (times > 0) moves[kind] = (moves[kind] ?? 0) + times
      }
      let state = blank
      let began: number | null = null
      for (const [nth, { at: when, set }] of task.changes.entries()) {
        if (when > at) continue
        const before = state
        state = { ...state, ...set }
        if (state.section === 'Doing') began ??= when
        if (nth === 0) {
          count(when, 'made')
          continue
        }
        if (state.section !== before.section) count(when, 'section')
        if (state.due !== before.due) count(when, 'due')
        // A card is taken from one and given to another; a task is handed over.
        const hands = platform === 'trello' ? [before, state].filter(one => one.assignee !== '').length : 1
        if (state.assignee !== before.assignee) count(when, 'assignee', hands)
        if (state.archived !== before.archived) count(when, 'state')
        if (platform === 'asana' && state.done !== before.done) count(when, 'state')
      }
      if (seen.doneAt !== null && began !== null) {
        const { cycles, day } = row(seen.doneAt)
        cycles.tasks += 1
        cycles.days += dayNumber(day) - dayNumber(localDay(workZone, began))
      }
    }
  return [...found.values()]
}
