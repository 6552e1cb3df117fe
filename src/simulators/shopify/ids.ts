import { type Day, dayNumber, dayOf } from '#kernel/day.ts'
import type { Line, Order } from '../company/order.ts'
import { orderName } from '../company/order-name.ts'

/** Numbers the vendor gives things, unique within a shop. An order's is its name without `#`, so that it can be found again. */
export const orderId = (order: Pick<Order, 'day' | 'number'>): number => Number(orderName(order).slice(1))

export const lineId = (order: Order, line: Pick<Line, 'number'>): number => orderId(order) * 100 + line.number

/** Day and number of an order (or customer) by its id. */
export const placedBy = (id: number): { day: Day; number: number } => {
  const text = String(id)
  return { day: dayOf(Number(text.slice(0, 5))), number: Number(text.slice(5)) }
}

/** A customer is known by the first order. */
export const customerId = (one: { day: Day; number: number }): number =>
  Number(`${dayNumber(one.day)}${String(one.number).padStart(3, '0')}`)

export const gid = (type: string, id: number | string): string => `gid://shopify/${type}/${id}`

/** Type and number of a gid; null for what is none. */
export const readGid = (text: string): { type: string; id: number } | null => {
  const [, type, id] = /^gid:\/\/shopify\/(\w+)\/(\d+)/.exec(text) ?? []
  return type && id ? { type, id: Number(id) } : null
}

export const isoOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`
export const isoOrNull = (at: number | null): string | null => (at === null ? null : isoOf(at))
