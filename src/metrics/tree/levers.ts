import type { Driver } from '../bridge/drivers.ts'

/** What figures follow and what moves them, where no formula says it: data of the tree. */

/** A figure as more and less of others, where its own formula reads the tables. */
export const alsoSums: Readonly<Record<string, string>> = {
  net_sales_costed: 'net_sales - net_sales_uncosted',
}

const follows = (quantity: string, cost: string, rate: string): readonly Driver[] => [
  { name: quantity, label: quantity, sum: [quantity], alone: quantity, ratio: quantity, metric: quantity },
  { name: rate, label: rate, sum: [cost], alone: cost, ratio: rate, metric: rate },
]

/** Costs as what they follow times their rate, as a plan works them out. */
export const costChains: Readonly<Record<string, readonly Driver[]>> = {
  cost_of_goods: follows('net_sales_costed', 'cost_of_goods', 'cogs_rate'),
  fulfilment_cost: follows('orders', 'fulfilment_cost', 'fulfilment_per_order'),
  payment_fees: follows('sales_after_discounts', 'payment_fees', 'payment_fee_rate'),
}

/** Inputs somebody can set or work on, by the figure they move. An output without two of them cannot be managed. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  sessions: ['spend', 'messages_sent', 'cpc'],
  orders_per_session: ['cart_abandonment', 'stockout_rate'],
  aov: ['units_per_order', 'discount_rate'],
  return_rate: ['unit_return_rate', 'defect_rate'],
  accounts: ['new_leads', 'deals_won'],
  active_account_rate: ['account_penetration', 'accounts_due'],
  orders_per_account: ['reorder_rate', 'quote_to_order'],
  cogs_rate: ['ppv', 'discount_rate'],
  return_handling_cost: ['units_returned', 'return_handling_rate'],
  deals_closed: ['new_sqls', 'quotes_issued'],
  close_rate: ['quote_to_order', 'sales_cycle'],
}

/** Factors and costs that are decided, not only observed. */
const decided = [
  'media_cost',
  'discount_rate',
  'price_before_discounts',
  'fulfilment_per_order',
  'payment_fee_rate',
  'return_handling_rate',
]

const levers = new Set([...decided, ...Object.values(inputs).flat()])

/** Whether somebody can set a figure. */
export const isLever = (metric: string): boolean => levers.has(metric)

/** Every figure the tree may name beyond formulas and drivers. */
export const beside = (metric: string): readonly string[] => inputs[metric] ?? []
