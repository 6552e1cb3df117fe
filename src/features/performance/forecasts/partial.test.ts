import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectors } from '#connectors/index.ts'
import { performance } from '#features/performance/operations.ts'
import { openForecastPool } from '#forecast/pool.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { makeForecasts } from './make.ts'
import { isOfPartialPast } from './past.ts'

/** Two shops, of which the smaller comes in first. */
const pool = openForecastPool(1)
let room: WatchRoom
const [from, last, weeks] = ['2025-11-01', '2026-03-31', 2]
const make = () => makeForecasts(room.context(), pool, { weeks })
const sell = (store: string, level: number, first = from, until = last) => {
  const rows = daysBetween(first, until).map((day, t) =>
    lineRow({
      ...{ order_id: `${store} ${day}`, day, store, product_id: 'p' },
      gross: level * (weekday(day) > 5 ? 2 : 1) + ((t * 7) % 11),
    }),
  )
  return carryRows(room, {
    id: `${store} ${first}`,
    table: 'sales_lines',
    rows: rows as never,
    source: 'test',
  })
}
const company = async () =>
  (await room.open.ledger.select().from(forecasts)).filter(
    one => one.metric === 'net_sales' && one.store === '' && one.slice === '',
  )

beforeAll(async () => {
  room = await watchRoom([
    { store: 'small', currency: 'GBP' },
    { store: 'large', currency: 'GBP' },
  ])
  room.at(`${addDays(last, 1)}T05:00:00Z`)
  await sell('small', 50)
}, 60_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

it('is known by a last week that came to something else, by half as many days again, and by ranges it has not', () => {
  const past = Array.from({ length: 60 }, (_, t) => 100 + (t % 7))
  const then = { naive: past.slice(-7), days: 60, points: [[1, 2, 3, 4, 5]] }
  expect(isOfPartialPast(then, past)).toBe(false)
  expect(
    isOfPartialPast(
      then,
      past.map(value => value * 1.05),
    ),
  ).toBe(false)
  expect(
    isOfPartialPast(
      then,
      past.map(value => value * 3),
    ),
  ).toBe(true)
  expect(isOfPartialPast({ ...then, days: 30 }, past)).toBe(true)
  expect(isOfPartialPast({ ...then, points: [[1, null, 3, 4, 5]] }, past)).toBe(true)
})

it('waits for a shop whose vendor only wants to be left alone for a while, and for one that fails a few times', async () => {
  await room.open.ledger.insert(connections).values({
    ...{ id: 'c', vendor: 'magento', account: 'Large', credentials: '', given: {}, facts: {}, limits: [] },
    ...{ home: 'large', backDays: 400, by: 'ada' },
    shops: [
      ...[{ key: 's', name: 'Large', currency: 'GBP', timezone: 'UTC', kind: 'b2c', hosts: [] } as const].map(
        one => ({ ...one, store: 'large' }),
      ),
    ],
  })
  const { streams: known } = connectors.find(one => one.vendor === 'magento') ?? { streams: [] }
  const ms = (day: string) => Date.parse(`${day}T00:00:00Z`)
  await room.open.ledger
    .insert(streams)
    .values(known.map(({ name }) => ({ connection: 'c', stream: name, bookmark: ms(addDays(last, 1)) })))
  const orders = (set: Partial<typeof streams.$inferInsert>) =>
    room.open.ledger.update(streams).set(set).where(eq(streams.stream, 'orders'))
  await orders({ edge: ms('2026-01-01'), start: ms('2025-01-01') })
  const trouble = { code: 'unavailable', message: 'Too many requests.', at: '2026-04-01T04:00:00Z' }
  await orders({ trouble: { ...trouble, until: '2026-04-01T06:00:00Z' }, failures: 9 })
  await make()
  expect(await company()).toEqual([])
  await orders({ trouble, failures: 2 })
  await make()
  expect(await company()).toEqual([])
  await room.open.ledger.delete(connections)
  await room.open.ledger.delete(streams)
})

it('is set aside and made anew once the rest is in, and only what was made of all of it is graded', async () => {
  await make()
  const before = await company()
  expect(before).toHaveLength(weeks + 1)
  await sell('large', 500)
  await make()
  const after = await company()
  expect(
    after
      .filter(one => one.inputs.partial)
      .map(one => one.id)
      .sort(),
  ).toEqual(before.map(one => one.id).sort())
  const fresh = after.filter(one => !one.inputs.partial)
  expect(fresh.map(one => one.asOf).sort()).toEqual([-14, -7, 0].map(days => addDays(last, days)))
  const told = await room.run(performance.forecast, {})
  expect(told.forecasts).toBe(weeks)
  expect(told.grades[0].wape).toBeLessThan(0.1)
  expect(told.grades[0].cover80).toBeGreaterThan(0.5)
  // What one compares with is what was made last.
  const answer = await room.context().metrics.ask(
    {
      ...{ metrics: ['net_sales'], from: addDays(last, -6), to: last },
      compare: ['plan.forecast' as never],
    },
    { stores: 'all', now: new Date(`${addDays(last, 1)}T05:00:00Z`) },
  )
  expect(Math.abs(Number(answer.totals.compare?.['plan.forecast']?.values.net_sales?.ratio))).toBeLessThan(
    0.1,
  )
  expect(await make()).toBe(0)
})
