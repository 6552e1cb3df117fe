import { inArray } from 'drizzle-orm'
import { z } from 'zod'
import { seesAll } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { connections } from '#postgres/tables/connections.ts'
import { madeTasks } from '#postgres/tables/reviews.ts'
import type { Context } from './context.ts'

/** Tasks and cards made of what a room agreed or found. The room says who may, and what it is called. */

/** Where a task is made. */
export const TaskPlace = z.object({
  connection: z.string().describe('A connection of a task system: see connections.taskPlaces'),
  project: z.string().min(1).max(200).describe('Project or board, by name'),
  section: z.string().min(1).max(200).optional().describe('Section or list; the first when absent'),
})
export type TaskPlace = z.infer<typeof TaskPlace>

export const MadeTask = z.object({
  platform: z.string().describe('asana or trello'),
  project: z.string(),
  url: z.string(),
  state: z
    .enum(['open', 'done', 'archived', 'unread'])
    .describe('As the task system said when it was last read; unread: not since it was made'),
  done: z.string().nullable().describe('Day it was done there'),
})
export type MadeTask = z.infer<typeof MadeTask>

/** What a task is made of. */
export interface TaskWanted {
  /** `action <id>` or `alert <id>`. */
  subject: string
  title: string
  notes: string
  due: string | null
}

type Row = typeof madeTasks.$inferInsert

/** The tasks made of these subjects, with the state the task system gave them last. */
export async function tasksOf(
  { ledger, granary }: Pick<Context, 'ledger' | 'granary'>,
  subjects: readonly string[],
): Promise<Map<string, MadeTask>> {
  if (subjects.length === 0) return new Map()
  const made = await ledger
    .select()
    .from(madeTasks)
    .where(inArray(madeTasks.subject, [...subjects]))
  if (made.length === 0) return new Map()
  const parameters = Object.fromEntries(made.map(({ task }, n) => [`task${n}`, task]))
  const rows = await granary.query(
    `SELECT platform, task_id, state, done_day FROM ${granary.dialect.from('tasks')}
     WHERE task_id IN (${made.map((_, n) => `{task${n}:String}`).join(', ')})`,
    parameters,
  )
  return new Map(
    made.map(({ subject, platform, project, task, url }) => {
      const now = rows.find(row => row.platform === platform && row.task_id === task)
      const state = MadeTask.shape.state.catch('open').parse(now?.state ?? 'unread')
      const done = now?.done_day == null ? null : String(now.done_day)
      return [subject, { platform, project, url, state, done }]
    }),
  )
}

/**
 * Makes the task at the task system, before the transaction that keeps its link: made twice, or cut short between the two,
 * it is found again by its subject.
 * @throws Failure where there is one already, the connection is not the reader's to see, or the system refuses
 */
export async function makeTask(context: Context, wanted: TaskWanted, place: TaskPlace): Promise<Row> {
  const { ledger, actor, syncs, clock } = context
  const [own] = await ledger
    .select()
    .from(connections)
    .where(inArray(connections.id, [place.connection]))
  if (!own || !seesAll(actor, [own.home]))
    throw new Failure('not_found', `There is no connection ${place.connection}.`, {
      next: 'See which there are with connections.taskPlaces.',
    })
  if ((await tasksOf(context, [wanted.subject])).has(wanted.subject))
    throw new Failure('conflict', 'There is a task of this already.', { next: 'Open it by its link.' })
  const { subject, title, notes, due } = wanted
  const { connection, project, section } = place
  const made = await syncs.act(connection, {
    do: 'create',
    key: subject,
    project,
    title,
    notes,
    due,
    ...(section && { section }),
  })
  return {
    ...{ subject, connection, project, platform: own.vendor, task: made.id, url: made.url },
    ...{ byId: actor.id, byName: actor.name, at: clock().toISOString() },
  }
}

/** Keeps the link of a task that was made; inside the write. What another kept meanwhile is the same task. */
export async function keepTask(context: Context, made: Row): Promise<MadeTask> {
  await context.ledger.insert(madeTasks).values(made).onConflictDoNothing()
  // It is read back before long rather than at the next full hour.
  context.enqueue('sync', { id: made.connection })
  const { platform, project, url } = made
  return { platform, project, url, state: 'unread', done: null }
}
