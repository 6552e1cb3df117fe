import type { TradeOrder } from '../company/trade.ts'

/** `YYYY-MM-DD HH:MM:SS` in UTC, without a zone, as Magento tells times. */
export const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** Magento leaves out what it does not have. */
export const present = (given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined))

/** An amount in both currencies, under its name and under the name with `base_`. Given in pence. */
export const both = (order: TradeOrder, amounts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(amounts).flatMap(([name, pence]) => [
      [name, Math.round(pence * order.rate) / 100],
      [`base_${name}`, pence / 100],
    ]),
  )

/** The store view that took the order. */
export const viewOf = (order: TradeOrder): 1 | 2 => (order.account.country === 'IE' ? 2 : 1)

export const currencyOf = (order: TradeOrder): string => (order.account.country === 'IE' ? 'EUR' : 'GBP')

export const currencies = (order: TradeOrder) => ({
  base_currency_code: 'GBP',
  global_currency_code: 'GBP',
  store_currency_code: 'GBP',
  order_currency_code: currencyOf(order),
  base_to_global_rate: 1,
  base_to_order_rate: order.rate,
  store_to_base_rate: 0,
  store_to_order_rate: 0,
})

export const customerId = (order: { account: { index: number }; buyer: number }): number =>
  order.account.index * 10 + order.buyer + 1
