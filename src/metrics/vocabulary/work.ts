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
  metric(
    'task_lead_time',
    'Lead time of tasks',
    'days',
    'down',
    'sum(done_tasks.lead_days) / sum(done_tasks.dated)',
    'Days from making a task or card to its being done, on average over those done in the period.',
  ),
  metric(
    'task_cycle_time',
    'Cycle time of tasks',
    'days',
    'down',
    'sum(done_tasks.cycle_days) / sum(done_tasks.begun)',
    'Days from the beginning of work, the first move into a section or list of work in progress, to its being done, on average over the tasks and cards done in the period whose beginning is known.',
  ),
  metric(
    'task_moves',
    'Moves of tasks',
    'count',
    'none',
    "sum(task_moves.moves where kind = 'section')",
    'Times a task or card went from one section or list into another.',
  ),
  metric(
    'tasks_put_off',
    'Due days put off',
    'count',
    'down',
    'sum(task_moves.put_off)',
    'Times a due day was moved to a later one.',
  ),
]
