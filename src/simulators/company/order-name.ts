import { dayNumber } from '#kernel/day.ts'
import type { Order } from './order.ts'

/**
 * The name of an order as the shop prints it on the confirmation: `#` and a number, unique within the shop. Analytics
 * has it as the transaction's id. The day's number has five digits until 2243, so no two orders share a name.
 */
export const orderName = ({ day, number }: Pick<Order, 'day' | 'number'>): string =>
  `#${dayNumber(day)}${String(number).padStart(3, '0')}`
