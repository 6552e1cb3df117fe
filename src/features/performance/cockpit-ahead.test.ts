import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../test/watch-room.ts'
import { cockpitAhead } from './cockpit-ahead.ts'
import { performance } from './operations.ts'

let room: WatchRoom
beforeAll(async () => {
  room = await watchRoom([{ store: 'north', currency: 'GBP' }])
  room.at('2026-06-10T12:00:00Z')
})
afterAll(() => room.close())

it('has what the first screen asks of a change in memory for who opens it; of no data nothing', async () => {
  await cockpitAhead(room.context())
  const days = Array.from({ length: 9 }, (_, n) => `06-0${n + 1}`)
  await carryRows(room, {
    id: 'sales',
    table: 'sales_lines',
    rows: ['2025', '2026'].flatMap(year =>
      days.map(day =>
        lineRow({ order_id: `${year} ${day}`, day: `${year}-${day}`, store: 'north', gross: 40 }),
      ),
    ) as never,
    source: 'test',
  })
  await cockpitAhead(room.context())
  const asked = vi.spyOn(room.granary, 'query')
  const opened = { window: 'month_to_date', metric: 'net_sales', compare: 'last_year' }
  await room.run(performance.bridge, opened)
  const named = asked.mock.calls.filter(([sql]) => /sum\(/.test(sql))
  expect(named).toEqual([])
  await room.run(performance.bridge, { ...opened, compare: 'previous_period' })
  expect(asked.mock.calls.filter(([sql]) => /sum\(/.test(sql)).length).toBeGreaterThan(3)
})
