import type { Fact } from '../fact.ts'
import { day } from './shared.ts'

const task = {
  store: 'f.store',
  ...day,
  platform: 'f.platform',
  project: 'f.project',
  section: 'f.section',
  task_state: 'f.state',
}
const columns = {
  tasks: '1',
  state: 'f.state',
  due: 'CASE WHEN f.due_day IS NULL THEN 0 ELSE 1 END',
  in_time: 'CASE WHEN f.done_day <= f.due_day THEN 1 ELSE 0 END',
}
const rest = {
  table: 'tasks',
  means: { platform: 'who keeps the tasks' },
  money: [],
  optional: [],
  supply: 'Asana or Trello',
} as const

export const work: readonly Fact[] = [
  {
    ...rest,
    name: 'tasks',
    label: 'Tasks and cards by the day they were made',
    sources: [{ table: 'tasks', day: 'created_day', dimensions: task, columns }],
    ranked: 'tasks_created',
  },
  {
    ...rest,
    name: 'done_tasks',
    label: 'Tasks and cards by the day they were done',
    sources: [{ table: 'tasks', day: 'done_day', dimensions: task, columns }],
    ranked: 'tasks_done',
  },
]
