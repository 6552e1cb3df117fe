import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { alerts, looks } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { evaluate, sowRules } from './evaluate.ts'

const [first, opened, last] = ['2025-10-01', '2026-05-10', '2026-05-12']
let room: WatchRoom

beforeAll(async () => {
  room = await watchRoom([
    { store: 'north', currency: 'GBP' },
    { store: 'zug', currency: 'CHF', timezone: 'Europe/Zurich' },
  ])
  room.at(`${addDays(last, 1)}T09:00:00Z`)
  const rows = daysBetween(first, last).flatMap((day, t) =>
    [
      ...Array.from({ length: 10 + ((t * 7) % 3) }, (_, n) => ({ store: 'north', currency: 'GBP', n })),
      ...(day >= opened ? [{ store: 'zug', currency: 'CHF', n: 0 }] : []),
    ].map(({ n, ...of }) => lineRow({ order_id: `${of.store} ${day} ${n}`, day, gross: 50, ...of })),
  )
  await carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
  await sowRules(room.context())
}, 120_000)
afterAll(() => room.close())

it('a company whose money cannot be told for want of a rate has not fallen to nothing', async () => {
  await evaluate(room.context())
  expect(await room.open.ledger.select().from(alerts)).toEqual([])
  expect((await room.open.ledger.select().from(looks)).length).toBeGreaterThan(0)
}, 120_000)
