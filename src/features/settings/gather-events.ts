import { and, eq, inArray, ne } from 'drizzle-orm'
import type { Ledger } from '#postgres/open.ts'
import * as rows from '#postgres/tables/settings.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

type EventRow = Omit<typeof rows.events.$inferInsert, 'version' | 'updatedAt'>

const day = (value: unknown): string => String(value).slice(0, 10)

/** Events that came in by file. */
async function fromFiles(granary: Warehouse): Promise<EventRow[]> {
  const found = await granary.query(
    `SELECT store, event_id, name, series, kind, from_day, to_day, percent FROM ${granary.dialect.from('calendar_events')}`,
    {},
  )
  return found.map(row => ({
    id: `file:${row.store}:${row.event_id}`,
    name: String(row.name),
    series: String(row.series),
    kind: String(row.kind) as EventRow['kind'],
    from: day(row.from_day),
    to: day(row.to_day),
    stores: [String(row.store)],
    percent: row.percent === null ? null : Number(row.percent),
    origin: 'file',
  }))
}

/** Tasks and cards that a rule makes events of: on the day they are due, or were done where none was set. */
async function fromTasks(
  granary: Warehouse,
  rules: readonly (typeof rows.eventRules.$inferSelect)[],
): Promise<EventRow[]> {
  if (rules.length === 0) return []
  const found = await granary.query(
    `SELECT store, platform, task_id, title, labels, coalesce(due_day, done_day) AS on_day
     FROM ${granary.dialect.from('tasks')}
     WHERE labels <> '' AND state <> 'archived' AND coalesce(due_day, done_day) IS NOT NULL`,
    {},
  )
  return found.flatMap(row => {
    const labels = String(row.labels)
      .split(',')
      .map(label => label.trim().toLowerCase())
    const rule = rules.find(
      one =>
        (one.platform === 'any' || one.platform === row.platform) &&
        labels.includes(one.label.trim().toLowerCase()),
    )
    if (!rule) return []
    const name = String(row.title)
    const on = day(row.on_day)
    return [
      {
        id: `task:${row.platform}:${row.store}:${row.task_id}`,
        name,
        series: name,
        kind: rule.kind,
        from: on,
        to: on,
        stores: [String(row.store)],
        percent: null,
        origin: String(row.platform),
      },
    ]
  })
}

/**
 * Brings the event log up to what files and task systems say now: new ones are added, changed ones changed, those that are
 * no more taken out. What people wrote, or changed by hand, stays theirs. Gives whether anything changed.
 */
export async function gatherEvents(ledger: Ledger, granary: Warehouse): Promise<boolean> {
  const rules = await ledger.select().from(rows.eventRules).orderBy(rows.eventRules.id)
  const wanted = new Map(
    [...(await fromFiles(granary)), ...(await fromTasks(granary, rules))].map(one => [one.id, one]),
  )
  const kept = await ledger.select().from(rows.events)
  const gone: string[] = []
  let changed = false
  for (const { version, updatedAt: _, ...event } of kept) {
    const now = wanted.get(event.id)
    wanted.delete(event.id)
    if (event.origin === 'hand') continue
    if (!now) gone.push(event.id)
    else if (JSON.stringify(Object.entries(now).sort()) !== JSON.stringify(Object.entries(event).sort())) {
      changed = true
      await ledger
        .update(rows.events)
        .set({ ...now, version: version + 1 })
        // Changed by hand since it was read, it is theirs.
        .where(and(eq(rows.events.id, event.id), eq(rows.events.version, version)))
    }
  }
  if (gone.length > 0)
    await ledger.delete(rows.events).where(and(inArray(rows.events.id, gone), ne(rows.events.origin, 'hand')))
  const added = [...wanted.values()]
  for (let at = 0; at < added.length; at += 500)
    await ledger
      .insert(rows.events)
      .values(added.slice(at, at + 500))
      .onConflictDoNothing()
  return changed || gone.length > 0 || added.length > 0
}
