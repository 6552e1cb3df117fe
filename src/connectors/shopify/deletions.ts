import type { Stream } from '../connector.ts'
import { type Page, paged } from './by-id.ts'
import * as documents from './documents.ts'
import { numberOf } from './order-map.ts'
import type { Session } from './session.ts'

interface EventRecord {
  id: string
  action: string
  createdAt: string
  subjectId?: string
  subjectType?: string
}

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

/**
 * No list gives what was deleted: the shop's events do, for a year. A turn looks back a day, since an export that began
 * before a deletion may bring the order once more after it. (Products are read whole, so theirs need no event.)
 */
export const deletionStream: Stream<Session, EventRecord> = {
  name: 'deletions',
  label: 'Deletions',
  kind: 'window',
  tables: ['sales_lines', 'return_requests', 'customers'],
  every: 15 * 60_000,
  overlap: 86_400_000,
  async *read(session, { from, to }) {
    const query = `action:destroy AND created_at:>='${iso(from)}' AND created_at:<'${iso(Math.ceil(to / 1000) * 1000)}'`
    type Answer = { events: Page<EventRecord> | null }
    for await (const page of paged(
      session,
      documents.deletionsPage,
      { query },
      data => (data as Answer).events,
    )) {
      const records = page.filter(one => one.subjectType === 'ORDER' || one.subjectType === 'CUSTOMER')
      if (records.length > 0) yield { records }
    }
  },
  map({ action, subjectId, subjectType }, { home }) {
    if (!subjectId || action !== 'destroy') return { rows: {} }
    const id = numberOf(subjectId)
    const order = { store: home.store, order_id: id }
    if (subjectType === 'ORDER') return { rows: {}, gone: { sales_lines: [order], return_requests: [order] } }
    if (subjectType === 'CUSTOMER')
      return { rows: {}, gone: { customers: [{ store: home.store, customer_id: id }] } }
    return { rows: {} }
  },
}
