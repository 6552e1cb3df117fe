import { afterAll, beforeAll, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { daysBetween } from '#kernel/day.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../test/watch-room.ts'
import { closedDay, todayOf } from './company-days.ts'

/** A British company whose first store by name is German; one of its stores is in New York. */
let room: WatchRoom
beforeAll(async () => {
  room = await watchRoom([
    { store: 'de', currency: 'EUR', timezone: 'Europe/Berlin' },
    { store: 'uk', currency: 'GBP' },
    { store: 'us', currency: 'USD', timezone: 'America/New_York' },
  ])
  const rows = daysBetween('2026-11-01', '2026-11-29').map(day =>
    lineRow({ order_id: day, day, store: 'uk', gross: 50 }),
  )
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
})
afterAll(() => room.close())

it('reviews a week once it is over in every store', async () => {
  for (const [moment, week] of [
    ['2026-11-30T03:00:00Z', '2026-11-22'],
    ['2026-11-30T06:00:00Z', '2026-11-29'],
  ] as const) {
    room.at(moment)
    expect((await room.run(operations.reviews.monday, {})).week.to).toBe(week)
  }
})

it.each([
  ['2026-11-28T23:30:00Z', '2026-11-28', '2026-11-27', 'it is tomorrow already in Berlin'],
  ['2026-11-29T03:00:00Z', '2026-11-29', '2026-11-27', 'New York still trades'],
  ['2026-11-29T06:00:00Z', '2026-11-29', '2026-11-28', 'the day is over everywhere'],
])('at %s it is %s, and the flash is of %s: %s', async (moment, today, judged) => {
  room.at(moment)
  expect(await todayOf(room.context())).toBe(today)
  expect(await closedDay(room.context())).toBe(judged)
  expect((await room.run(operations.reviews.flash, {})).day).toBe(judged)
  expect((await room.run(operations.reviews.landing, { of: 'net_sales' })).landing?.until).toBe(judged)
  const pacing = await room.run(operations.plan.pacing, { metric: 'net_sales', grain: 'month' })
  expect(pacing.until).toBe(judged)
  const { meta } = await room
    .context()
    .metrics.ask({ metrics: ['net_sales'] }, { stores: 'all', now: new Date(moment) })
  expect(meta.today).toBe(today)
})
