import { blank, type WorkTask } from '../company/work.ts'
import { type Desk, people, taskGid } from './desk.ts'

type Json = Record<string, unknown>

/** What is told of a task up to `to`, oldest first: comments and changes. A task of two projects moves in both. */
export function storiesOf(desk: Desk, task: WorkTask, to: number): Json[] {
  const user = (name: string) => {
    const found = people.find(one => one.name === name)
    return found ? { gid: found.gid, resource_type: 'user', name: found.name } : null
  }
  const projects = desk.projects().filter(one => one.name === task.project || one.name === task.also)
  const dates = (due: string | null) => ({
    start_on: null,
    due_at: null,
    ...(due !== null && { due_on: due }),
  })
  const found: Json[] = []
  const tell = (at: number, sort: number, nth: number, type: 'comment' | 'system', more: Json) =>
    found.push({
      // In order of time, so that a place in the list is one in time.
      gid: `${taskGid(task.number)}${Math.floor(at / 1000)}${sort}${String(nth).padStart(3, '0')}`,
      resource_type: 'story',
      created_at: new Date(at).toISOString(),
      created_by: null,
      type,
      ...more,
    })
  let state = blank
  for (const [nth, { at, by, set }] of task.changes.entries()) {
    if (at > to) continue
    const before = state
    state = { ...state, ...set }
    const system = (sort: number, resource_subtype: string, more: Json) =>
      tell(at, sort, nth, 'system', { resource_subtype, text: `${by} changed it`, ...more })
    if (nth === 0) {
      for (const [index, { gid, name }] of projects.entries())
        system(index, 'added_to_project', { project: { gid, resource_type: 'project', name } })
      continue
    }
    if (state.section !== before.section)
      for (const [index, { sections }] of projects.entries()) {
        const section = (name: string) => {
          const one = sections.find(it => it.name === name) ?? sections[0]
          return one && { gid: one.gid, resource_type: 'section', name: one.name }
        }
        system(index, 'section_changed', {
          old_section: section(before.section),
          new_section: section(state.section),
        })
      }
    if (state.due !== before.due)
      system(3, 'due_date_changed', { old_dates: dates(before.due), new_dates: dates(state.due) })
    if (state.assignee !== before.assignee)
      system(4, state.assignee === '' ? 'unassigned' : 'assigned', { assignee: user(state.assignee) })
    if (state.done !== before.done) system(5, state.done ? 'marked_complete' : 'marked_incomplete', {})
    if (state.name !== before.name) system(6, 'name_changed', { old_name: before.name, new_name: state.name })
  }
  for (const [nth, { at, text }] of task.comments.entries())
    if (at <= to) tell(at, 9, nth, 'comment', { resource_subtype: 'comment_added', text })
  return found.sort((a, b) => (String(a.gid) < String(b.gid) ? -1 : 1))
}
