import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { wallClock } from '#kernel/zone.ts'
import { stores } from '#postgres/tables/settings.ts'
import { Flow, FlowInput, flowOf, type MoveRow } from './flow-model.ts'

/** As many moves as are looked at: some years of a large team. */
const mostMoves = 200_000

/** How work moved, in the stores one may see. `zones`: time zones by store, as moves are told by its wall clock. */
export async function findFlow(
  { granary, actor, clock }: Pick<Context, 'granary' | 'actor' | 'clock'>,
  { platform, project, days = 90 }: FlowInput,
  zones: ReadonlyMap<string, string>,
): Promise<Flow> {
  const { from } = granary.dialect
  const at = clock().getTime()
  const nowOf = (store: string) => wallClock(zones.get(store) ?? 'UTC', at).text
  // A day more than asked for: some stores' clocks are that far ahead or behind.
  const start = new Date(at - (days + 1) * 86_400_000).toISOString().slice(0, 10)
  const parameters: Record<string, string> = { start }
  const where: string[] = []
  if (actor.stores !== 'all') {
    const names = actor.stores.map((store, index) => {
      parameters[`store${index}`] = store
      return `{store${index}:String}`
    })
    where.push(names.length > 0 ? `m.store IN (${names.join(', ')})` : '1 = 0')
  }
  if (platform) {
    where.push('m.platform = {platform:String}')
    parameters.platform = platform
  }
  if (project) {
    where.push('t.project = {project:String}')
    parameters.project = project
  }
  // Of work that was over before the period nothing is told.
  where.push(`(t.state = 'open' OR coalesce(t.done_day, m.day) >= {start:Date} OR m.day >= {start:Date})`)
  const rows = await granary.query(
    `SELECT m.store, m.platform, m.task_id, m.kind, m.from_value, m.to_value, m.stage, m.happened_at, t.project, t.title,
       t.url, t.state, t.done_day
     FROM ${from('task_moves')} m
     JOIN ${from('tasks')} t ON t.store = m.store AND t.platform = m.platform AND t.task_id = m.task_id
     WHERE ${where.join(' AND ')}
     ORDER BY m.happened_at DESC, m.move_id DESC
     LIMIT ${mostMoves}`,
    parameters,
  )
  // Where there are more than can be looked at, the latest count.
  const moves = rows.reverse().map(
    (row): MoveRow => ({
      store: String(row.store),
      platform: String(row.platform),
      task: String(row.task_id),
      project: String(row.project),
      title: String(row.title),
      url: String(row.url),
      kind: String(row.kind),
      from: String(row.from_value),
      to: String(row.to_value),
      at: String(row.happened_at),
      stage: String(row.stage),
      state: String(row.state),
      doneDay: row.done_day === null ? null : String(row.done_day),
    }),
  )
  return { ...flowOf(moves, nowOf, days), any: moves.length > 0 }
}

export const workFlow = read({
  role: 'viewer',
  summary:
    'How tasks and cards move: time in each section, time from start to done, and what moved this week',
})
  .input(FlowInput.optional())
  .output(Flow)
  .handler(async ({ input, context }) => {
    const rows = await context.ledger.select({ store: stores.store, timezone: stores.timezone }).from(stores)
    return findFlow(context, input ?? {}, new Map(rows.map(one => [one.store, one.timezone])))
  })
