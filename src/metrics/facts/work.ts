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
/** When work on a task began: its first move into a section of work in progress. */
const beginnings = `LEFT JOIN (SELECT store, platform, task_id, min(day) AS began FROM task_moves
    WHERE stage = 'doing' GROUP BY store, platform, task_id) j
  ON j.store = f.store AND j.platform = f.platform AND j.task_id = f.task_id`
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
    sources: [
      {
        table: 'tasks',
        day: 'done_day',
        join: beginnings,
        dimensions: task,
        columns: {
          ...columns,
          dated: 'CASE WHEN f.created_day <= f.done_day THEN 1 ELSE 0 END',
          lead_days: 'CASE WHEN f.created_day <= f.done_day THEN f.done_day - f.created_day ELSE 0 END',
          begun: 'CASE WHEN j.began <= f.done_day THEN 1 ELSE 0 END',
          cycle_days: 'CASE WHEN j.began <= f.done_day THEN f.done_day - j.began ELSE 0 END',
        },
      },
    ],
    whenever: true,
    also: ['task_moves'],
    ranked: 'tasks_done',
  },
  {
    ...rest,
    name: 'task_moves',
    label: 'Moves of tasks and cards',
    table: 'task_moves',
    sources: [
      {
        table: 'task_moves',
        day: 'day',
        join: 'JOIN tasks t ON t.store = f.store AND t.platform = f.platform AND t.task_id = f.task_id',
        dimensions: {
          store: 'f.store',
          ...day,
          platform: 'f.platform',
          project: 't.project',
          // Where it came to; of what stays where it is, where it stands.
          section: "CASE WHEN f.stage = '' THEN t.section ELSE f.to_value END",
          task_state: 't.state',
        },
        columns: {
          kind: 'f.kind',
          stage: 'f.stage',
          moves: '1',
          put_off:
            "CASE WHEN f.kind = 'due' AND f.from_value <> '' AND f.to_value > f.from_value THEN 1 ELSE 0 END",
        },
      },
    ],
    also: ['tasks'],
    ranked: 'task_moves',
  },
]
