import { Failure } from '#kernel/error.ts'
import type { Batch, Stream, Turn } from '../connector.ts'
import { BulkBroken, exported, finished, gathered, partIds } from './bulk.ts'
import { byIds, paged } from './by-id.ts'
import * as documents from './documents.ts'
import { completed } from './enrich.ts'
import { mapOrder } from './order-map.ts'
import type { OrderRecord } from './order-record.ts'
import { type About, about, graph, remarksOf, type Session } from './session.ts'
import type { Shape } from './shape.ts'

export const shape: Shape = {
  root: 'Order',
  listOf: type =>
    type === 'LineItem'
      ? 'lineItems'
      : type === 'ShippingLine'
        ? 'shippingLines'
        : type.endsWith('Agreement')
          ? 'agreements'
          : 'sales',
  isMiddle: type => type.endsWith('Agreement'),
}

/** So few orders are asked for one by one; an export takes seconds to begin. */
const few = 40
/** So many orders to one export, as far as several run at once. */
const perExport = 5000
const exportsAtOnce = 4
const batchSize = 400
/** Batches that are completed side by side, so that the vendor's answers are not waited for one by one. */
const batchesAtOnce = 3

interface Window {
  from: number
  to: number
}

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

/** Times are told to the second: a window takes in the seconds it begins and ends in. */
export const changedWithin = ({ from, to }: Window): string =>
  `updated_at:>='${iso(from)}' AND updated_at:<'${iso(Math.ceil(to / 1000) * 1000)}'`

export const orders: Stream<Session, OrderRecord> = {
  name: 'orders',
  label: 'Orders',
  kind: 'window',
  tables: ['sales_lines', 'return_requests'],
  // Since the second, returns tell their reasons.
  edition: 2,
  every: 15 * 60_000,
  overlap: 5 * 60_000,
  slice: 182 * 86_400_000,
  restates: true,
  vocabulary: {
    displayFinancialStatus: [
      'AUTHORIZED',
      'EXPIRED',
      'PAID',
      'PARTIALLY_PAID',
      'PARTIALLY_REFUNDED',
      'PENDING',
      'REFUNDED',
      'VOIDED',
    ],
    'agreements[].sales[].actionType': ['ORDER', 'RETURN', 'UNKNOWN', 'UPDATE'],
    'agreements[].sales[].lineType': [
      'ADDITIONAL_FEE',
      'ADJUSTMENT',
      'DUTY',
      'FEE',
      'GIFT_CARD',
      'PRODUCT',
      'SHIPPING',
      'TIP',
      'UNKNOWN',
    ],
    'refunds[].orderAdjustments[].reason': [
      'CUSTOMER',
      'DAMAGE',
      'FULL_RETURN_BALANCING_ADJUSTMENT',
      'PENDING_REFUND_DISCREPANCY',
      'REFUND_DISCREPANCY',
      'RESTOCK',
    ],
  },
  read,
  map: mapOrder,
}

async function* read(session: Session, turn: Turn): AsyncGenerator<Batch<OrderRecord>> {
  const shop = await about(session)
  const { ordersCount } = await graph<{ ordersCount: { count: number } | null }>(
    session,
    documents.ordersCount,
    {
      query: changedWithin(turn),
    },
  )
  const total = ordersCount?.count ?? 0
  const remarks = remarksOf(session)
  if (remarks.length > 0) yield { records: [], remarks }
  if (total === 0) return
  const source = total <= few ? oneByOne(session, shop, turn) : inExports(session, shop, turn, total)
  const whole = async (records: OrderRecord[]): Promise<Batch<OrderRecord>> => {
    const said = await completed(session, shop, records, !turn.history)
    return { records, total, ...(said.length > 0 && { remarks: said }) }
  }
  const under: Promise<Batch<OrderRecord>>[] = []
  const begin = (records: OrderRecord[]) => {
    const batch = whole(records)
    // Whoever waits for it learns of its failure.
    batch.catch(() => undefined)
    under.push(batch)
  }
  let waiting: OrderRecord[] = []
  let failed: unknown
  try {
    for await (const order of source) {
      if (waiting.push(order) < batchSize) continue
      begin(waiting)
      waiting = []
      const [oldest] = under
      if (under.length < batchesAtOnce || !oldest) continue
      under.shift()
      yield await oldest
    }
  } catch (error) {
    failed = error
  }
  // What came before a failure is kept.
  if (waiting.length > 0) begin(waiting)
  for (const batch of under) yield await batch
  if (failed !== undefined) throw failed
}

/** A few orders: their ids in pages, then themselves. */
async function* oneByOne(session: Session, shop: About, window: Window): AsyncGenerator<OrderRecord> {
  const ids: string[] = []
  type Answer = {
    orders: { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: { id: string }[] }
  }
  for await (const page of paged(
    session,
    documents.orderIds,
    { query: changedWithin(window) },
    data => (data as Answer).orders,
  ))
    ids.push(...page.map(one => one.id))
  yield* ordersOf(session, shop, [...new Set(ids)])
}

type Connection<T> = { pageInfo: { hasNextPage: boolean }; nodes: T[] }
interface Paged {
  id: string
  lineItems: Connection<unknown>
  shippingLines: Connection<unknown>
  agreements: Connection<{ sales: Connection<unknown> }>
}

/** Orders by id. One with more lines than a page holds is exported by itself. */
async function* ordersOf(session: Session, shop: About, ids: readonly string[]): AsyncGenerator<OrderRecord> {
  for (const one of await byIds<Paged>(session, 'orders', documents.ordersById(shop), ids, 4)) {
    const { lineItems, shippingLines, agreements } = one
    const sales = agreements.nodes.map(agreement => agreement.sales)
    if ([lineItems, shippingLines, agreements, ...sales].some(list => list.pageInfo.hasNextPage)) {
      const search = `id:${one.id.split('/').at(-1)}`
      yield* filled(exported<OrderRecord>(session, documents.ordersExport(shop, search), shape))
      continue
    }
    yield {
      ...one,
      lineItems: lineItems.nodes,
      shippingLines: shippingLines.nodes,
      agreements: agreements.nodes.map(agreement => ({ ...agreement, sales: agreement.sales.nodes })),
    } as unknown as OrderRecord
  }
}

/** Many orders: the window in parts that are exported side by side, the latest first. */
async function* inExports(
  session: Session,
  shop: About,
  window: Window,
  total: number,
): AsyncGenerator<OrderRecord> {
  const count = Math.min(exportsAtOnce, Math.max(1, Math.ceil(total / perExport)))
  const step = (window.to - window.from) / count
  const parts = Array.from(
    { length: count },
    (_, n): Window => ({
      from: Math.floor(window.to - step * (n + 1)),
      to: Math.floor(window.to - step * n),
    }),
  )
  const begun = parts.map(part => {
    const run = finished(session, documents.ordersExport(shop, changedWithin(part)))
    // Whoever waits for it learns of its failure; until then it is nobody's.
    run.catch(() => undefined)
    return { part, run }
  })
  for (const { part, run } of begun) {
    try {
      yield* filled(gathered<OrderRecord>(session, await run, shape))
    } catch (error) {
      if (!(error instanceof BulkBroken)) throw error
      yield* smaller(session, shop, part, error, 0)
    }
  }
}

const halvings = 3

/** After a broken export: its window in halves. What stays broken gives what there is, and ends the turn without moving on. */
async function* smaller(
  session: Session,
  shop: About,
  window: Window,
  broken: BulkBroken,
  depth: number,
): AsyncGenerator<OrderRecord> {
  if (depth >= halvings || window.to - window.from < 60_000) {
    if (broken.partial) {
      const ids: string[] = []
      for await (const id of partIds(session, broken.partial, 'Order')) ids.push(id)
      // The file may lack some of their lines: they are asked for themselves.
      yield* ordersOf(session, shop, ids)
    }
    throw new Failure('unavailable', `Shopify cannot export orders: ${broken.message}.`, {
      next: 'What it could give is kept; the rest is asked for again at the next turn.',
    })
  }
  const middle = Math.floor((window.from + window.to) / 2)
  for (const half of [
    { from: middle, to: window.to },
    { from: window.from, to: middle },
  ])
    try {
      yield* filled(exported<OrderRecord>(session, documents.ordersExport(shop, changedWithin(half)), shape))
    } catch (error) {
      if (!(error instanceof BulkBroken)) throw error
      yield* smaller(session, shop, half, error, depth + 1)
    }
}

/** Lists that had nothing in them are absent from an export. */
export async function* filled(source: AsyncGenerator<OrderRecord>): AsyncGenerator<OrderRecord> {
  for await (const order of source) {
    order.lineItems ??= []
    order.shippingLines ??= []
    order.agreements ??= []
    for (const agreement of order.agreements) agreement.sales ??= []
    yield order
  }
}
