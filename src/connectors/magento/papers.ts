import type { Stream } from '../connector.ts'
import { personal } from './orders.ts'
import type { Json } from './raw.ts'
import { type Search, walk, within } from './search.ts'
import type { Session } from './session.ts'

const hour = 3_600_000

/** Papers that move no money of their own: kept as they come, for what may be asked of them later. */
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

/** Returns have no time of change, and Open Source has none at all. */
export const papers: readonly Stream<Session, Json>[] = [
  window('invoices', 'Invoices', hour),
  snapshot('returns', 'Returns', { path: 'returns', along: 'entity_id', unique: 'entity_id' }),
  snapshot('coupons', 'Coupons', { path: 'coupons/search', along: 'coupon_id', unique: 'coupon_id' }),
]
