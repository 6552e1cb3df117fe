import { afterAll, beforeAll, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { openForecastPool } from '#forecast/pool.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { costWaterfall } from '#postgres/tables/settings.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { makeForecasts } from './make.ts'

/** Two shops whose goods cost two fifths and half of what they sell for. */
const pool = openForecastPool(2)
let room: WatchRoom
const [from, last] = ['2025-11-01', '2026-03-31']
const make = () => makeForecasts(room.context(), pool, { weeks: 0 })
const sell = () => {
  const rows = daysBetween(from, last).flatMap((day, t) =>
    [
      { store: 'shop', level: 100, share: 0.4 },
      { store: 'other', level: 60, share: 0.5 },
    ].map(({ store, level, share }) => {
      const gross = level * (weekday(day) > 5 ? 2 : 1) + ((t * 7) % 11)
      return lineRow({ order_id: `${store} ${day}`, day, store, product_id: 'p', gross, cost: share * gross })
    }),
  )
  return carryRows(room, { id: 'sold', table: 'sales_lines', rows: rows as never, source: 'test' })
}

beforeAll(async () => {
  room = await watchRoom([
    { store: 'shop', currency: 'GBP' },
    { store: 'other', currency: 'GBP' },
  ])
  await sell()
  room.at(`${addDays(last, 1)}T05:00:00Z`)
}, 60_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

it('is none where no costs are known', async () => {
  const tiers = [{ name: 'left', label: 'Left over', less: ['cogs', 'fulfilment'] }]
  await room.open.ledger.insert(costWaterfall).values({ id: 'company', tiers } as never)
  room.context().settled?.()
  expect(await make()).toBeGreaterThan(0)
  await expect(room.run(performance.forecast, { metric: 'left' })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect((await room.open.ledger.select().from(forecasts)).map(one => one.metric)).not.toContain('left')
  await room.open.ledger.delete(costWaterfall)
  room.context().settled?.()
}, 60_000)

it('is what is sold times what it leaves, adds up to the company, and is a comparison', async () => {
  await make()
  const of = async (metric: string, store?: string) =>
    (await room.run(performance.forecast, { metric, ...(store && { store }) })).course.filter(
      (one: { actual: number | null }) => one.actual === null,
    ) as { p10: number; p50: number; p90: number }[]
  const [sales, shop, other, whole] = [
    await of('net_sales', 'shop'),
    await of('cm1', 'shop'),
    await of('cm1', 'other'),
    await of('cm1'),
  ]
  expect(shop).toHaveLength(91)
  const all = (days: readonly { p50: number }[]) => days.reduce((sum, one) => sum + one.p50, 0)
  expect(all(shop) / all(sales)).toBeGreaterThan(0.57)
  expect(all(shop) / all(sales)).toBeLessThan(0.63)
  shop.forEach((one, h) => {
    expect(one.p50 + (other[h]?.p50 ?? 0)).toBeCloseTo(whole[h]?.p50 ?? 0, 1)
    expect(one.p10).toBeLessThanOrEqual(one.p50)
    expect(one.p50).toBeLessThanOrEqual(one.p90)
  })
  const answer = await room.context().metrics.ask(
    {
      ...{ metrics: ['cm1'], from: addDays(last, 1), to: addDays(last, 7) },
      compare: ['plan.forecast' as never],
    },
    { stores: 'all', now: new Date(`${addDays(last, 7)}T05:00:00Z`) },
  )
  const week = whole.slice(0, 7).reduce((sum, one) => sum + one.p50, 0)
  expect(Number(answer.totals.compare?.['plan.forecast']?.values.cm1?.value)).toBeCloseTo(week, 1)
  expect(await make()).toBe(0)
}, 60_000)
