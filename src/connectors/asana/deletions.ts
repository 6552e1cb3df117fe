import type { Mapped, Place, Stream } from '../connector.ts'
import { getWhole, projectsOf, type Session } from './session.ts'

interface Event {
  action?: string
  resource?: { gid?: string; resource_type?: string } | null
}
interface Page {
  data?: Event[]
  sync?: string
  has_more?: boolean
}
export interface Deletion {
  deleted: string
}

/** Most pages taken in one turn of a project; the rest comes with the next. */
const most = 50

/**
 * Deleted tasks as each project's events tell them. A token lives for a day; where it died Asana answers 412 with a new
 * one, and what was deleted in between is seen by the next whole reading.
 */
export const deletions: Stream<Session, Deletion> = {
  name: 'deletions',
  label: 'Deleted tasks',
  kind: 'token',
  tables: ['tasks', 'task_moves'],
  every: 15 * 60_000,
  async *read(session, { cursor }) {
    const before = (cursor === null ? {} : JSON.parse(cursor)) as Record<string, string>
    const tokens: Record<string, string> = {}
    for (const { gid: resource, archived } of await projectsOf(session)) {
      if (archived) continue
      let sync = before[resource]
      for (let turn = 0; turn < most; turn++) {
        const { status, body } = await getWhole<Page>(session, '/events', { resource, ...(sync && { sync }) })
        sync = body.sync ?? sync
        if (sync) tokens[resource] = sync
        if (status === 412) break
        const gone = (body.data ?? []).flatMap(({ action, resource: it }) =>
          action === 'deleted' && it?.resource_type === 'task' && it.gid ? [{ deleted: it.gid }] : [],
        )
        yield { records: gone, cursor: JSON.stringify({ ...before, ...tokens }) }
        if (!body.has_more) break
      }
    }
    yield { records: [], cursor: JSON.stringify(tokens) }
  },
  map: ({ deleted }: Deletion, { home }: Place): Mapped => ({
    rows: {},
    gone: {
      // Its parts went with it.
      tasks: [
        { store: home.store, platform: 'asana', task_id: deleted },
        { store: home.store, platform: 'asana', parent_id: deleted },
      ],
      task_moves: [{ store: home.store, platform: 'asana', task_id: deleted }],
    },
  }),
}
