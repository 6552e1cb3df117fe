import type { Fact } from '../fact.ts'
import { day, sale, soldThrough } from './shared.ts'

/** Rows of orders that name a buyer, each called by what it is one with in all systems. */
const linked = (kind: 'customer' | 'account'): Fact => ({
  name: kind === 'customer' ? 'people' : 'companies',
  label: kind === 'customer' ? 'Customers, linked over systems' : 'Accounts, linked over systems',
  table: 'sales_lines',
  means: soldThrough,
  sources: [
    {
      table: 'order_days',
      day: 'day',
      where: `f.orders = 1 AND f.${kind}_id <> ''`,
      join: `LEFT JOIN links l ON l.store = f.store AND l.kind = '${kind}' AND l.id = f.${kind}_id`,
      dimensions: { ...sale, ...day },
      columns: { entity: `coalesce(l.entity, '${kind} ' || f.store || ' ' || f.${kind}_id)` },
      across: ['entity'],
    },
  ],
  also: ['links'],
  money: [],
  optional: [],
  ranked: kind === 'customer' ? 'people' : 'companies',
  supply: 'orders of known customers',
})

export const linkedBuyers: readonly Fact[] = [linked('customer'), linked('account')]
