import type { Target } from '../target.ts'
import { accounts, customers, productCosts, products, receivables, stock } from './catalogue.ts'
import { events } from './events.ts'
import { budgetLines, ledgerEntries } from './finance.ts'
import { messages, searches, spend, traffic } from './marketing.ts'
import { orderLines } from './order-lines.ts'
import { orders, refunds } from './orders.ts'
import { salesLines } from './sales-lines.ts'
import { exchangeRates, purchaseOrders, receipts } from './supply.ts'

/** What a file can be turned into, most common first. */
export const targets: readonly Target[] = [
  salesLines,
  orderLines,
  refunds,
  orders,
  customers,
  accounts,
  receivables,
  products,
  productCosts,
  stock,
  traffic,
  spend,
  messages,
  searches,
  purchaseOrders,
  receipts,
  exchangeRates,
  budgetLines,
  ledgerEntries,
  events,
]
