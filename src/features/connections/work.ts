import { z } from 'zod'
import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { seesAll } from '#kernel/actor.ts'
import { connections } from '#postgres/tables/connections.ts'
import { WorkInput as Wanted, WorkFound, type WorkInput } from './work-model.ts'

/** Tasks of the stores one may see: open ones by the day they are due, then the others, those due last first. */
export async function findWork(
  { granary, actor }: Pick<Context, 'granary' | 'actor'>,
  { platform, project, state, search, asOf, limit = 200 }: WorkInput,
): Promise<WorkFound> {
  const { dialect } = granary
  const from = dialect.from('tasks')
  const parameters: Record<string, string> = {}
  const where: string[] = []
  const only = (condition: string, name: string, value: string) => {
    where.push(condition)
    parameters[name] = value
  }
  if (actor.stores !== 'all') {
    const names = actor.stores.map((store, index) => {
      parameters[`store${index}`] = store
      return `{store${index}:String}`
    })
    where.push(names.length > 0 ? `store IN (${names.join(', ')})` : '1 = 0')
  }
  const seen = [...where]
  const own = { ...parameters }
  if (platform) only('platform = {platform:String}', 'platform', platform)
  if (project) only('project = {project:String}', 'project', project)
  if (state) only('state = {state:String}', 'state', state)
  if (search) {
    const needle = '{search:String}'
    only(
      `(${dialect.contains('title', needle)} OR ${dialect.contains('assignee', needle)})`,
      'search',
      search,
    )
  }
  const such = (some: readonly string[]) => (some.length > 0 ? `WHERE ${some.join(' AND ')}` : '')
  const [rows, [total], projects] = await Promise.all([
    granary.query(
      `SELECT store, platform, task_id, project, section, parent_id, title, assignee, state, created_day, due_day,
         done_day, labels, url
       FROM ${from} ${such(where)}
       ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, due_day IS NULL, CASE WHEN state = 'open' THEN due_day END,
         due_day DESC, platform, task_id
       LIMIT ${Math.trunc(limit)}`,
      parameters,
    ),
    granary.query(
      `SELECT count(*) AS n, ${asOf ? "count(CASE WHEN state = 'open' AND due_day < {asOf:Date} THEN 1 END)" : '0'} AS late
       FROM ${from} ${such(where)}`,
      { ...parameters, ...(asOf && { asOf }) },
    ),
    granary.query(`SELECT DISTINCT platform, project FROM ${from} ${such(seen)} ORDER BY 1, 2`, own),
  ])
  const day = (value: unknown) => (value === null ? null : String(value))
  return {
    rows: rows.map(row => ({
      store: String(row.store),
      platform: String(row.platform),
      task: String(row.task_id),
      project: String(row.project),
      section: String(row.section),
      parent: String(row.parent_id),
      title: String(row.title),
      assignee: String(row.assignee),
      state: String(row.state),
      created: day(row.created_day),
      due: day(row.due_day),
      done: day(row.done_day),
      labels: String(row.labels),
      url: String(row.url),
    })),
    count: Number(total?.n ?? 0),
    late: Number(total?.late ?? 0),
    projects: projects.map(row => ({ platform: String(row.platform), project: String(row.project) })),
  }
}

export const work = read({ role: 'viewer', summary: 'Tasks and cards of the connected task systems' })
  .input(Wanted)
  .output(WorkFound)
  .handler(({ input, context }) => findWork(context, input))

/** Projects and boards of the task systems one may see, by connection: where a task can be made. */
export const taskPlaces = read({ role: 'contributor', summary: 'Where a task can be made, by connection' })
  .input(z.object({}).optional())
  .output(
    z.array(
      z.object({
        connection: z.string(),
        platform: z.string(),
        account: z.string(),
        projects: z.array(z.string()),
      }),
    ),
  )
  .handler(async ({ context: { ledger, granary, syncs, actor } }) => {
    const makers = new Set(syncs.vendors().flatMap(one => (one.act ? one.vendor : [])) as string[])
    const own = (await ledger.select().from(connections).orderBy(connections.id)).filter(
      one => makers.has(one.vendor) && one.state === 'active' && seesAll(actor, [one.home]),
    )
    if (own.length === 0) return []
    const rows = await granary.query(
      `SELECT DISTINCT source, project FROM ${granary.dialect.from('tasks')} WHERE state <> 'archived' ORDER BY 1, 2`,
    )
    return own.map(({ id, vendor, account }) => ({
      connection: id,
      platform: vendor,
      account,
      projects: rows.filter(row => row.source === id).map(row => String(row.project)),
    }))
  })
