import type { Stream } from '../connector.ts'
import { personal } from './orders.ts'
import type { Json } from './raw.ts'
import { walk, within } from './search.ts'
import type { Session } from './session.ts'

/**
 * Kept as they come: the granary has no rows of them. A sale is dated by its order and money paid back by its credit memo;
 * what invoices say of an order, how much of it was invoiced, the order itself says too.
 */
export const invoiceStream: Stream<Session, Json> = {
  name: 'invoices',
  label: 'Invoices',
  kind: 'window',
  tables: [],
  every: 3_600_000,
  overlap: 10 * 60_000,
  settle: 30_000,
  slice: 180 * 86_400_000,
  personal,
  async *read(session, turn) {
    for await (const found of walk(session, {
      path: 'invoices',
      along: 'updated_at',
      unique: 'entity_id',
      filters: within('updated_at', turn),
    }))
      if (found) yield { records: found.rows, total: found.total, remarks: found.remarks }
  },
  map: () => ({ rows: {} }),
}
