import { afterAll, beforeAll, expect, it } from 'vitest'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../test/watch-room.ts'
import { performance } from './operations.ts'

/**
 * Two Mays of two shops. North turns one visit in ten into an order, south one in fifty; in the second May both did better,
 * and most visits came to south. Desks convert as north does, phones as south, and they went the same way.
 */
let room: WatchRoom
const visits = [
  { year: 2025, store: 'north', device: 'desktop', sessions: 9_000, orders: 900 },
  { year: 2025, store: 'south', device: 'mobile', sessions: 1_000, orders: 20 },
  { year: 2026, store: 'north', device: 'desktop', sessions: 1_000, orders: 115 },
  { year: 2026, store: 'south', device: 'mobile', sessions: 9_000, orders: 215 },
]
const put = (table: 'sales_lines' | 'traffic_days', rows: Record<string, unknown>[]) =>
  carryRows(room, { id: table, table, rows: rows as never, source: 'test' })

beforeAll(async () => {
  room = await watchRoom([
    { store: 'north', currency: 'GBP' },
    { store: 'south', currency: 'GBP' },
  ])
  room.at('2026-06-10T12:00:00Z')
  const day = (year: number, n: number) => `${year}-05-${String(1 + (n % 28)).padStart(2, '0')}`
  await put(
    'sales_lines',
    visits.flatMap(({ year, store, orders }) =>
      Array.from({ length: orders }, (_, n) =>
        lineRow({ order_id: `${store} ${year} ${n}`, day: day(year, n), store, gross: 40, product_id: 'p' }),
      ),
    ),
  )
  await put(
    'traffic_days',
    visits.flatMap(({ year, store, device, sessions, orders }) =>
      Array.from({ length: 28 }, (_, n) => ({
        ...{ store, day: day(year, n), origin: 'ga4', channel: 'Direct', campaign: '', device, country: '' },
        ...{ landing_page: '', currency: 'GBP', quality: '' },
        sessions: Math.floor(sessions / 28) + Number(n < sessions % 28),
        completed_sessions: Math.floor(orders / 28) + Number(n < orders % 28),
      })),
    ),
  )
}, 60_000)
afterAll(() => room.close())

const may = { from: '2026-05-01', to: '2026-05-28', compare: 'last_year' }

it("names Simpson's paradox by store, where the ledger sees it, and by device, which only analytics knows", async () => {
  const { illusions } = await room.run(performance.bridge, { ...may, metric: 'net_sales' })
  expect(illusions).toEqual(
    ['store', 'device'].map(dimension => ({
      dimension,
      driver: 'Conversion',
      words: `Conversion fell in total but rose in every ${dimension}: the mix of them moved it (Simpson's paradox).`,
    })),
  )
})

it('names none within a store, where nothing is mixed', async () => {
  const { illusions } = await room.run(performance.bridge, { ...may, metric: 'net_sales', stores: ['south'] })
  expect(illusions).toEqual([])
})

it('says which figures it can explain: of deals only where any was won, of an average none', async () => {
  const { figures } = await room.run(performance.bridge, { ...may, metric: 'orders' })
  const names = figures.map((one: { name: string }) => one.name)
  expect(names).toEqual(expect.arrayContaining(['net_sales', 'orders', 'gross_profit', 'cm3']))
  for (const none of ['won_amount', 'aov', 'net_sales_uncosted']) expect(names).not.toContain(none)
})
