import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../../test/small-ledger.ts'
import { matchPurchases } from './purchases.ts'

const told = (transaction_id: string, day: string, more: Record<string, unknown> = {}) => ({
  store: 'shop',
  origin: 'ga4',
  day,
  transaction_id,
  ...Object.fromEntries(
    ['channel', 'campaign', 'source_medium', 'device', 'country', 'currency', 'quality'].map(c => [c, '']),
  ),
  purchases: 1,
  revenue: 10,
  source: 'ga4-main',
  ...more,
})

let granary: Warehouse
beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  const order = (order_id: string, day: string, channel = 'Online') => ({ order_id, day, channel, gross: 10 })
  await deliverLines(granary, [
    order('#1', '2026-03-01'),
    order('#2', '2026-03-01'),
    order('#3', '2026-03-01'),
    order('#4', '2026-03-01', 'Till'),
    // Refunded the week after.
    { order_id: '#2', day: '2026-03-08', kind: 'reversal', ordered_day: '2026-03-01', reversals: -10 },
    order('#5', '2026-03-02'),
    { ...order('#1', '2026-03-01'), store: 'other' },
  ])
  await deliver(granary, 'analytics_orders', [
    told('1', '2026-03-01', { purchases: 3 }),
    told('#2', '2026-02-28'),
    told('9', '2026-03-01'),
    told('10', '2026-03-05'),
    told('5', '2026-03-02', { source: 'ga4-second' }),
  ])
})
afterAll(() => granary.close())

const match = (stores: string[] = ['shop']) =>
  matchPurchases(granary, { connection: 'ga4-main', from: '2026-03-01', to: '2026-03-31', stores })

it('puts every order and every purchase in one place, by its likely cause', async () => {
  const days = await match()
  const first = days.find(day => day.day === '2026-03-01')
  expect(first).toEqual({
    store: 'shop',
    day: '2026-03-01',
    orders: 4,
    seen: 1,
    otherDay: 1,
    notOnline: 1,
    unseen: 1,
    reversed: 1,
    transactions: 2,
    fromOtherDay: 0,
    notYetRead: 0,
    noOrder: 1,
    repeated: 2,
  })
  // Another connection's purchase is none of this one's; after the last order that is known, nothing can be said to be missing.
  expect(days.find(day => day.day === '2026-03-02')).toMatchObject({ orders: 1, unseen: 1, transactions: 0 })
  expect(days.find(day => day.day === '2026-03-05')).toMatchObject({ notYetRead: 1, noOrder: 0 })
  for (const day of days) {
    expect(day.seen + day.otherDay + day.notOnline + day.unseen).toBe(day.orders)
    expect(day.seen + day.fromOtherDay + day.noOrder + day.notYetRead).toBe(day.transactions)
  }
})
it('tells only of the stores asked for, newest day first', async () => {
  expect((await match()).map(day => day.day)).toEqual(['2026-03-05', '2026-03-02', '2026-03-01'])
  expect((await match(['other'])).map(({ store, orders, seen }) => ({ store, orders, seen }))).toEqual([
    { store: 'other', orders: 1, seen: 0 },
  ])
  expect(await match([])).toEqual([])
})
