import { Failure } from '#kernel/error.ts'
import type { Batch, Stream } from '../connector.ts'
import { mapOrder } from './order-rows.ts'
import { type Json, list, text } from './raw.ts'
import { among, page, type Search, stamp, walk, within } from './search.ts'
import type { Session } from './session.ts'
import { websiteOfView } from './shops.ts'

/** An order with everything that moved its money. */
export interface OrderRecord {
  website: string
  order: Json
  memos: readonly Json[]
  /** Absent where they may not be read, and in records that were kept before they were. */
  shipments?: readonly Json[]
  /** Names of the price rules that gave its discount, where no code did. */
  rules: string
}

const hour = 3_600_000
const day = 24 * hour
const orders: Search = { path: 'orders', along: 'updated_at', unique: 'entity_id', size: 100 }
const memos: Search = { path: 'creditmemos', along: 'entity_id', unique: 'entity_id' }
const shipments: Search = { path: 'shipments', along: 'entity_id', unique: 'entity_id' }

/** Members that say who somebody is. */
export const personal = [
  'customer_email',
  'customer_firstname',
  'customer_middlename',
  'customer_lastname',
  'customer_dob',
  'customer_note',
  'customer_taxvat',
  'email',
  'firstname',
  'middlename',
  'lastname',
  'street',
  'telephone',
  'fax',
  'postcode',
  'city',
  'vat_id',
  'remote_ip',
  'x_forwarded_for',
  'cc_owner',
  'comment',
] as const

/** Puts orders together with all their credit memos and shipments, whenever those were made. */
async function whole(
  session: Session,
  found: readonly Json[],
): Promise<{ records: OrderRecord[]; remarks: string[] }> {
  const websiteOf = await websiteOfView(session)
  const remarks: string[] = []
  const ofOrders = async (search: Search, some: readonly Json[]): Promise<Map<string, Json[]>> => {
    const own = new Map<string, Json[]>()
    const ids = some.map(one => Number(one.entity_id))
    for await (const part of among(session, search, 'order_id', ids)) {
      remarks.push(...part.remarks)
      for (const paper of part.rows) {
        const id = String(paper.order_id)
        own.set(id, [...(own.get(id) ?? []), paper])
      }
    }
    return own
  }
  const paidBack = await ofOrders(memos, found)
  // Nothing has left of an order that is new.
  const begun = found.filter(one => list(one.items).some(item => Number(item.qty_shipped) > 0))
  const sent = begun.length > 0 && !(await maySeeShipments(session)) ? null : await ofOrders(shipments, begun)
  const records: OrderRecord[] = []
  for (const order of found)
    records.push({
      website: websiteOf(order.store_id),
      order: { ...order, items: list(order.items).map(withoutParent) },
      memos: paidBack.get(String(order.entity_id)) ?? [],
      ...(sent && {
        shipments: (sent.get(String(order.entity_id)) ?? []).map(({ entity_id, created_at, items }) => ({
          entity_id,
          created_at,
          items: list(items).map(({ order_item_id, qty }) => ({ order_item_id, qty })),
        })),
      }),
      rules: await rulesOf(session, order),
    })
  return { records, remarks }
}

/** Whether shipments may be read: a right of their own, without which orders are read all the same. */
const maySeeShipments = (session: Session): Promise<boolean> =>
  session.once('shipments', async () => {
    try {
      await page(session, shipments, [{ field: 'entity_id', condition: 'eq', value: '0' }], 1)
      return true
    } catch (error) {
      if (error instanceof Failure && error.code === 'forbidden') return false
      throw error
    }
  })

/** Every child carries its parent once more: the parent is in the list. */
const withoutParent = ({ parent_item: _, ...item }: Json): Json => item

/** Names of the rules of an order without a code. Rules are few: their names are asked for once. */
async function rulesOf(session: Session, order: Json): Promise<string> {
  const ids = text(order.applied_rule_ids)
  if (ids === '' || text(order.coupon_code) !== '') return ''
  const names = await session
    .once('rules', async () => {
      const found = new Map<string, string>()
      for await (const part of walk(session, {
        path: 'salesRules/search',
        along: 'rule_id',
        unique: 'rule_id',
      }))
        for (const rule of part?.rows ?? []) found.set(String(rule.rule_id), text(rule.name))
      return found
    })
    .catch(() => new Map<string, string>())
  return ids
    .split(',')
    .flatMap(id => names.get(id) ?? [])
    .join(', ')
}

/**
 * Orders that changed, each whole. Invoices, shipments, cancellations and most credit memos move an order's time of
 * change; memos entered by other systems do not, so those that changed are looked through as well and bring their orders
 * with them. One stream for both: what is read later is what holds, when it is stored and when it is replayed.
 */
export const orderStream: Stream<Session, OrderRecord> = {
  name: 'orders',
  label: 'Orders',
  kind: 'window',
  tables: ['sales_lines', 'shipments'],
  // Since the second, shipments are among them.
  edition: 2,
  every: 15 * 60_000,
  // A change is written some moments after the time it bears; clocks of several servers differ a little more.
  settle: 30_000,
  overlap: 10 * 60_000,
  slice: 90 * day,
  restates: true,
  vocabulary: {
    'order.state': [
      'new',
      'pending_payment',
      'processing',
      'complete',
      'closed',
      'canceled',
      'holded',
      'payment_review',
    ],
    'order.items[].product_type': [
      'simple',
      'virtual',
      'downloadable',
      'configurable',
      'bundle',
      'grouped',
      'giftcard',
    ],
    'memos[].state': ['1', '2', '3'],
  },
  personal,
  async *read(session, turn) {
    const window = within('updated_at', turn)
    if (turn.history) {
      // Whoever asks for days means the orders of those days, also where they changed later.
      const later = { field: 'updated_at', condition: 'gteq', value: stamp(turn.to) } as const
      const placed = { ...orders, along: 'created_at', filters: [...within('created_at', turn), later] }
      for await (const found of walk(session, placed)) {
        if (!found) return
        const { records, remarks } = await whole(session, found.rows)
        yield batch(records, [...found.remarks, ...remarks])
      }
    }
    for await (const found of walk(session, { ...orders, filters: window })) {
      if (!found) return
      const { records, remarks } = await whole(session, found.rows)
      yield batch(records, [...found.remarks, ...remarks], found.total)
    }
    for await (const found of walk(session, { ...memos, along: 'updated_at', filters: window })) {
      if (!found) return
      const ids = [...new Set(found.rows.map(one => Number(one.order_id)))]
      for await (const part of among(session, { ...orders, along: 'entity_id' }, 'entity_id', ids)) {
        // Those that changed in the window themselves have been read with all their memos above.
        const left = part.rows.filter(order => !isWithin(text(order.updated_at), turn))
        const { records, remarks } = await whole(session, left)
        if (records.length > 0 || remarks.length > 0) yield batch(records, [...part.remarks, ...remarks])
      }
      if (found.remarks.length > 0) yield batch([], found.remarks)
    }
  },
  map: mapOrder,
}

const isWithin = (time: string, { from, to }: { from: number; to: number }): boolean =>
  stamp(Math.max(0, from)) <= time && time < stamp(to)

const batch = (records: OrderRecord[], remarks: string[], total?: number): Batch<OrderRecord> => ({
  records,
  ...(total !== undefined && { total }),
  ...(remarks.length > 0 && { remarks }),
})
