import type { Day } from '#kernel/day.ts'
import type { Company } from './company.ts'
import { localDay } from './stores.ts'
import { type WorkSeen, workOf, workSeen, workZone } from './work.ts'
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
