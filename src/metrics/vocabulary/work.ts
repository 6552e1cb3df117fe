import { type Metric, metric } from '../metric.ts'

/** Tasks and cards of the task systems. */
export const work: readonly Metric[] = [
  metric(
    'tasks_created',
    'Tasks made',
    'count',
    'none',
    'sum(tasks.tasks)',
    'Tasks and cards made in the period, whatever became of them; split by state they say where those stand now.',
  ),
  metric(
    'open_tasks',
    'Open tasks',
    'count',
    'down',
    "sum(tasks.tasks where state = 'open')",
    'Of the tasks and cards made in the period, those neither done nor archived.',
  ),
  metric(
    'tasks_done',
    'Tasks done',
    'count',
    'up',
    'sum(done_tasks.tasks)',
    'Tasks and cards done in the period.',
  ),
  metric(
    'tasks_done_in_time',
    'Tasks done in time',
    'share',
    'up',
    'sum(done_tasks.in_time) / sum(done_tasks.due)',
    'Of the tasks done in the period that had a due day, the share done by it.',
  ),
]
