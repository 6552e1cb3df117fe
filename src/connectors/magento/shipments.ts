import type { Decimal } from 'decimal.js'
import { exact } from '#kernel/money.ts'
import type { CanonicalRow } from '../connector.ts'
import type { Unit } from './order-units.ts'
import { amount, clockOf, instant, type Json, list, plain, text } from './raw.ts'

const zero = exact('0')

/**
 * Units that left with a shipment, counted as the ledger counts them: Magento ships a set as one row or by its parts,
 * however it is priced. Pure.
 */
export function unitsSent(shipment: Json, items: readonly Json[], units: readonly Unit[]): Decimal {
  const byId = new Map(items.map(item => [text(item.item_id), item]))
  const charged = new Map(units.map(unit => [unit.id, unit]))
  const sent = new Set(list(shipment.items).map(one => text(one.order_item_id)))
  const partsOf = (id: string) => items.filter(item => text(item.parent_item_id) === id)
  return list(shipment.items).reduce((sum, { order_item_id, qty }) => {
    const id = text(order_item_id)
    const quantity = amount(qty)
    const item = byId.get(id)
    if (charged.has(id)) return sum.plus(quantity)
    if (!item) return sum
    const parent = text(item.parent_item_id)
    const set = charged.get(parent)
    const own = amount(item.qty_ordered)
    // A part of a set that is priced as one: the set is there when all its parts are.
    if (set && !sent.has(parent) && !own.isZero())
      return sum.plus(quantity.times(set.quantity).div(own.times(partsOf(parent).length)))
    // The row of a set whose parts are priced.
    const parts = partsOf(id).flatMap(part => charged.get(text(part.item_id)) ?? [])
    if (parts.length === 0 || own.isZero() || parts.some(part => sent.has(part.id))) return sum
    return sum.plus(
      parts
        .reduce((all, part) => all.plus(part.quantity), zero)
        .times(quantity)
        .div(own),
    )
  }, zero)
}

/** Shipments of an order as rows, in the order they left. Pure. */
export function sentRows(
  order: Json,
  shipments: readonly Json[],
  units: readonly Unit[],
  base: CanonicalRow,
  timezone: string,
): CanonicalRow[] {
  const items = list(order.items)
  const virtual = new Set(items.filter(item => Number(item.is_virtual) === 1).map(item => text(item.item_id)))
  const ordered = units
    .filter(unit => !virtual.has(unit.id))
    .reduce((sum, unit) => sum.plus(unit.quantity).minus(unit.cancelled), zero)
  const { store, order_id, ordered_day, account_id, country, channel } = base
  return [...shipments]
    .sort(
      (a, b) => instant(a.created_at) - instant(b.created_at) || Number(a.entity_id) - Number(b.entity_id),
    )
    .map((shipment, index) => {
      const { day, text: happened_at } = clockOf(timezone, shipment.created_at)
      return {
        ...{ store, order_id, shipment_id: text(shipment.entity_id), number: index + 1, happened_at, day },
        ...{ ordered_day, account_id, country, channel },
        quantity: plain(unitsSent(shipment, items, units).toDecimalPlaces(4)),
        ordered: plain(ordered.toDecimalPlaces(4)),
      } as CanonicalRow
    })
}
