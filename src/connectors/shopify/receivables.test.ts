import { expect, it } from 'vitest'
import type { Place } from '../connector.ts'
import type { OpenOrder } from './receivables.ts'
import { mapOwed, owedBy } from './receivables.ts'

const home = { store: 'shop', currency: 'USD', timezone: 'America/New_York', hosts: [] }
const place: Place = { home, storeOf: () => home, privacy: false, hash: email => email ?? '', facts: {} }

/** As the vendor answers: an order of a customer, paid; the others are what its contract says of companies. */
const paid: OpenOrder = {
  id: 'gid://shopify/Order/18697849798701',
  purchasingEntity: {},
  totalOutstandingSet: { shopMoney: { amount: '0.0', currencyCode: 'USD' } },
}
const of = (company: number, amount: string): OpenOrder => ({
  id: `gid://shopify/Order/${amount}`,
  purchasingEntity: { company: { id: `gid://shopify/Company/${company}` } },
  totalOutstandingSet: { shopMoney: { amount, currencyCode: 'USD' } },
})

it('what a company owes is what is outstanding of its orders, less what is owed to it, on the day of the reading', () => {
  const open = new Map<string, number>()
  owedBy([paid, of(7, '120.50'), of(8, '10.00')], open)
  owedBy([of(7, '-20.25'), { ...of(7, '5'), totalOutstandingSet: null }], open)
  expect([...open.keys()]).toEqual(['gid://shopify/Company/7', 'gid://shopify/Company/8'])
  expect(open.get('gid://shopify/Company/7')).toBe(1_002_500)
  const record = { company: 'gid://shopify/Company/7', owed: '100.2500', currency: 'USD' }
  // Two in the morning in London is the day before in New York.
  expect(mapOwed({ ...record, at: Date.parse('2026-06-12T02:00:00Z') }, place).rows).toEqual({
    receivable_days: [
      { store: 'shop', day: '2026-06-11', account_id: '7', owed: '100.2500', currency: 'USD' },
    ],
  })
})
