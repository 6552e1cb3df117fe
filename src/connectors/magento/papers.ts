import type { Stream } from '../connector.ts'
import { personal } from './orders.ts'
import type { Json } from './raw.ts'
import { type Search, walk, within } from './search.ts'
import type { Session } from './session.ts'

const hour = 3_600_000

/**
 * Papers of which the granary has no rows: kept as they come. A sale is dated by its order and money paid back by its
 * credit memo; what an invoice says of an order, how much of it was invoiced, the order itself says too.
 */
const window = (name: string, label: string, every: number): Stream<Session, Json> => ({
  name,
  label,
  kind: 'window',
  tables: [],
  every,
  overlap: 10 * 60_000,
  settle: 30_000,
  slice: 180 * 24 * hour,
  personal,
  async *read(session, turn) {
    const search: Search = {
      path: name,
      along: 'updated_at',
      unique: 'entity_id',
      filters: within('updated_at', turn),
    }
    for await (const found of walk(session, search))
      if (found) yield { records: found.rows, total: found.total, remarks: found.remarks }
  },
  map: () => ({ rows: {} }),
})

const snapshot = (name: string, label: string, search: Search): Stream<Session, Json> => ({
  name,
  label,
  kind: 'snapshot',
  tables: [],
  every: 24 * hour,
  personal,
  async *read(session) {
    for await (const found of walk(session, search))
      if (found) yield { records: found.rows, total: found.total, remarks: found.remarks }
  },
  map: () => ({ rows: {} }),
})

export const papers: readonly Stream<Session, Json>[] = [
  window('invoices', 'Invoices', hour),
  snapshot('coupons', 'Coupons', { path: 'coupons/search', along: 'coupon_id', unique: 'coupon_id' }),
]
