import type { CanonicalRow, Mapped, Place, Stream } from '../connector.ts'
import { unlisted } from './check.ts'
import { tradeOf } from './order-rows.ts'
import { counted } from './order-units.ts'
import { personal } from './orders.ts'
import { amount, clockOf, type Json, list, plain, text } from './raw.ts'
import { among, type Search, walk } from './search.ts'
import type { Session } from './session.ts'
import { websiteOfView } from './shops.ts'

/** A return with the order it is of, and its reasons by name. */
export interface ReturnRecord {
  website: string
  returned: Json
  /** null where it is gone. */
  order: (Json & { trade: ReturnType<typeof tradeOf> }) | null
  reasons: Readonly<Record<string, string>>
}

const returns: Search = { path: 'returns', along: 'entity_id', unique: 'entity_id' }
const orders: Search = { path: 'orders', along: 'entity_id', unique: 'entity_id', size: 100 }

/** Names of the reasons a shop gives to choose from, by number. None where they are not told. */
const reasonsOf = (session: Session): Promise<Readonly<Record<string, string>>> =>
  session.once('reasons of returns', async () => {
    const found = await session.get('returnsAttributeMetadata/reason').catch(() => null)
    return Object.fromEntries(
      list((found as Json | null)?.options).map(one => [text(one.value), text(one.label)]),
    )
  })

/** All of them each time: they have no time of change, and Open Source has none at all. */
export const returnStream: Stream<Session, ReturnRecord> = {
  name: 'returns',
  label: 'Returns',
  kind: 'snapshot',
  tables: ['return_requests'],
  every: 24 * 3_600_000,
  whole: true,
  personal: [...personal, 'customer_custom_email'],
  async *read(session) {
    const websiteOf = await websiteOfView(session)
    for await (const found of walk(session, returns)) {
      if (!found) return yield unlisted('returns')
      const reasons = await reasonsOf(session)
      const remarks = [...found.remarks]
      const byId = new Map<string, Json>()
      const ids = [...new Set(found.rows.map(one => Number(one.order_id)))]
      for await (const part of among(session, orders, 'entity_id', ids)) {
        remarks.push(...part.remarks)
        for (const order of part.rows) byId.set(text(order.entity_id), order)
      }
      yield {
        records: found.rows.map(returned => {
          const order = byId.get(text(returned.order_id))
          return {
            website: websiteOf(returned.store_id),
            returned,
            order: order ? told(order) : null,
            reasons,
          }
        }),
        total: found.total,
        remarks,
      }
    }
  },
  map: mapReturn,
}

/** What of an order its returns need: nobody's name or address is kept once more for them. */
const told = (order: Json): NonNullable<ReturnRecord['order']> => {
  const { entity_id, increment_id, created_at, items } = order
  return {
    ...{ entity_id, increment_id, created_at, trade: tradeOf(order) },
    items: list(items).map(({ parent_item: _, ...item }) => item),
  }
}

const refused = new Set(['denied', 'rejected', 'closed'])

/** Pure. Lines as the ledger counts them: of a configurable and its child one. */
export function mapReturn({ website, returned, order, reasons }: ReturnRecord, place: Place): Mapped {
  if (!order) return { rows: {} }
  const { store, timezone } = place.storeOf(website)
  const asked = clockOf(timezone, returned.date_requested)
  const units = counted(list(order.items))
  const state = text(returned.status)
  const base = {
    store,
    order_id: text(order.increment_id) || text(order.entity_id),
    return_id: text(returned.entity_id),
    happened_at: asked.text,
    day: asked.day,
    ordered_day: clockOf(timezone, order.created_at).day,
    // Magento does not tell when.
    closed_day: null,
    state: state === 'processed_closed' ? 'closed' : refused.has(state) ? 'refused' : 'open',
    ...order.trade,
  }
  return {
    rows: {
      return_requests: list(returned.items).flatMap((item): CanonicalRow[] => {
        const unit = units.find(one => one.id === text(item.order_item_id))
        const reason = text(item.reason)
        const quantity = amount(item.qty_requested)
        if (quantity.isZero()) return []
        return [
          {
            ...base,
            line_id: text(item.entity_id),
            quantity: plain(quantity),
            reason: reasons[reason] ?? (/^\d+$/.test(reason) ? '' : reason),
            product_id: unit?.sku ?? '',
            title: unit?.title ?? '',
          },
        ]
      }),
    },
  }
}
