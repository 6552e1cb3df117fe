import { and, eq, ne } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { openForecastPool } from '#forecast/pool.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { makeForecasts } from './make.ts'

/**
 * A shop that sells mugs online on weekdays and lamps over the counter at weekends, since ten days tents (online, as the
 * shop sells), and now and then something of no category. Another, in euros of 80 pence, sells mugs and tents online.
 */
const pool = openForecastPool(2)
let room: WatchRoom
const [from, last] = ['2025-12-01', '2026-03-31']
const born = addDays(last, -9)
const make = () => makeForecasts(room.context(), pool, { weeks: 0 })
const sell = (first: string, until: string) => {
  const rows = daysBetween(first, until).flatMap((day, t) => {
    const weekend = weekday(day) > 5
    const line = (product_id: string, channel: string, gross: number) =>
      lineRow({ order_id: `${product_id} ${day}`, day, product_id, channel, gross })
    const restless = (t * 7) % 11
    const laden = (product_id: string, gross: number) =>
      lineRow({
        ...{ order_id: `laden ${product_id} ${day}`, day, product_id, channel: 'online', gross },
        ...{ store: 'laden', currency: 'EUR' },
      })
    return [
      line('mug', 'online', (weekend ? 50 : 100) + restless),
      line('lamp', 'pos', (weekend ? 160 : 40) + restless),
      ...(day >= born ? [line('tent', 'online', weekend ? 60 : 40)] : []),
      ...(day >= born ? [laden('tent', weekend ? 30 : 20)] : []),
      laden('mug', (weekend ? 25 : 50) + restless),
      ...(t % 5 === 0 ? [line('odd', 'phone', 1)] : []),
    ]
  })
  return carryRows(room, { id: first, table: 'sales_lines', rows: rows as never, source: 'test' })
}
const parts = (store = '') =>
  room.open.ledger
    .select()
    .from(forecasts)
    .where(and(eq(forecasts.metric, 'net_sales'), eq(forecasts.store, store), ne(forecasts.slice, '')))
const wholeOf = async (store: string, asOf: string) =>
  (await room.open.ledger.select().from(forecasts)).find(
    one => one.metric === 'net_sales' && one.store === store && one.slice === '' && one.asOf === asOf,
  )

beforeAll(async () => {
  room = await watchRoom([
    { store: 'laden', currency: 'EUR' },
    { store: 'shop', currency: 'GBP' },
  ])
  const rate = { base: 'EUR', quote: 'GBP', day: '2024-01-01', rate: 0.8, source: 'test' }
  await carryRows(room, { id: 'r', table: 'exchange_rates', rows: [rate] as never, source: 'test' })
  const products = [
    ['mug', 'Kitchen'],
    ['lamp', 'Lighting'],
    ['tent', 'Garden'],
    ['odd', ''],
    ['mug', 'Kitchen', 'laden'],
    ['tent', 'Garden', 'laden'],
  ].map(([product_id, category, store = 'shop']) => ({
    ...{ store, product_id, parent_id: '', title: product_id, category, brand: '', vendor: '' },
    ...{ status: 'active', price: '10', currency: 'GBP' },
  }))
  await carryRows(room, { id: 'p', table: 'products', rows: products as never, source: 'test' })
  await sell(from, last)
  room.at(`${addDays(last, 1)}T05:00:00Z`)
  await make()
}, 120_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

it('are made of each category and channel with sales enough, and add up to the company with the little that is left', async () => {
  const made = await parts()
  const names = made.map(one => Object.values(JSON.parse(one.slice) as object).join(' × '))
  expect(names.sort()).toEqual([
    ...['Garden', 'Garden × online', 'Kitchen', 'Kitchen × online', 'Lighting', 'Lighting × pos'],
    ...['online', 'pos'],
  ])
  const whole = await wholeOf('', last)
  for (const by of ['category', 'channel'])
    for (const h of [0, 4, 5, 40, 90]) {
      const sum = made
        .filter(one => Object.keys(JSON.parse(one.slice)).join() === by)
        .reduce((all, one) => all + (one.points[h]?.[2] ?? 0), 0)
      const all = whole?.points[h]?.[2] ?? 0
      // What is of no category, and sold by phone, is a pound in five days.
      expect(sum / all).toBeGreaterThan(0.985)
      expect(sum).toBeLessThanOrEqual(all + 0.05)
    }
})

it('are made of each category, channel and crossing in each store, adding up to the store to the penny, and to the category', async () => {
  const [shop, laden, company] = [await parts('shop'), await parts('laden'), await parts()]
  expect(laden.map(one => [one.slice, one.currency]).sort()).toEqual([
    ['{"category":"Garden","channel":"online"}', 'EUR'],
    ['{"category":"Garden"}', 'EUR'],
    ['{"category":"Kitchen","channel":"online"}', 'EUR'],
    ['{"category":"Kitchen"}', 'EUR'],
    ['{"channel":"online"}', 'EUR'],
  ])
  expect(shop).toHaveLength(3 + 3 + 2)
  const of = (rows: typeof shop, category: string, h: number) =>
    rows.find(one => one.slice === JSON.stringify({ category }))?.points[h]?.[2] ?? 0
  const store = await wholeOf('laden', last)
  for (const h of [0, 4, 5, 40, 90]) {
    // The other shop sells nothing else.
    expect(of(laden, 'Garden', h) + of(laden, 'Kitchen', h)).toBeCloseTo(store?.points[h]?.[2] ?? 0, 6)
    for (const category of ['Garden', 'Kitchen'])
      expect(of(shop, category, h) + 0.8 * of(laden, category, h)).toBeCloseTo(of(company, category, h), 1)
    expect(of(shop, 'Lighting', h)).toBeCloseTo(of(company, 'Lighting', h), 2)
  }
  expect(laden.find(one => one.slice === '{"category":"Garden"}')?.why).toMatch(/borrowed from 2 other lines/)
})

it('add up at every node: what is told and what is left come to the penny', async () => {
  for (const store of ['shop', 'laden', '']) {
    const made = await parts(store)
    const at = (slice: object, h: number) =>
      made.find(one => one.slice === JSON.stringify(slice))?.points[h]?.[2] ?? 0
    const whole = await wholeOf(store, last)
    for (let h = 0; h < 91; h++) {
      const crossed = (pick: Record<string, string>) =>
        made
          .map(one => ({ ...one, of: JSON.parse(one.slice) as Record<string, string> }))
          .filter(one => one.of.category !== undefined && one.of.channel !== undefined)
          .filter(one => Object.entries(pick).every(([by, value]) => one.of[by] === value))
          .reduce((sum, one) => sum + (one.points[h]?.[2] ?? 0), 0)
      // Nothing of these is in the rest: it is sold by phone, of no category.
      for (const category of ['Garden', 'Kitchen', 'Lighting'])
        expect(crossed({ category })).toBeCloseTo(at({ category }, h), 6)
      for (const channel of ['online', 'pos']) expect(crossed({ channel })).toBeCloseTo(at({ channel }, h), 6)
      expect(crossed({})).toBeLessThanOrEqual((whole?.points[h]?.[2] ?? 0) + 1e-6)
    }
    for (const { points } of made)
      for (const point of points) expect(point).toEqual(point.toSorted((a, b) => a - b))
  }
})

it('know the week of each: weekends are for lamps', async () => {
  const told = await room.run(performance.forecast, { slice: { category: 'Lighting' } })
  const ahead = told.course.filter((one: { actual: number | null }) => one.actual === null)
  const on = (weekdayWanted: number) =>
    ahead.find((one: { day: string }) => weekday(one.day) === weekdayWanted)?.p50
  expect(on(6) / on(3)).toBeGreaterThan(2.5)
  expect(told.course.find((one: { day: string }) => one.day === '2026-03-28').actual).toBeGreaterThan(150)
})

it('lend a line of ten days the week of the company', async () => {
  const garden = (await parts()).find(one => one.slice === '{"category":"Garden"}')
  expect(garden?.why).toMatch(/borrow|shape|lent|parent/i)
  const middles = garden?.points.map(one => one[2] ?? 0) ?? []
  for (const one of [middles[0], middles[30], middles[90]]) {
    expect(one).toBeGreaterThan(20)
    expect(one).toBeLessThan(100)
  }
})

it('are a comparison by their category like any target, and are graded as the days come', async () => {
  const next = addDays(last, 1)
  const ask = (more: object = {}) =>
    room.context().metrics.ask(
      {
        ...more,
        ...{ metrics: ['net_sales'], from: addDays(next, 1), to: addDays(next, 7) },
        filters: [{ dimension: 'category', is: ['Kitchen'] }],
        compare: ['plan.forecast' as never],
      },
      { stores: 'all', now: new Date(`${addDays(next, 7)}T05:00:00Z`) },
    )
  await sell(next, next)
  room.at(`${addDays(next, 1)}T05:00:00Z`)
  expect(await make()).toBeGreaterThan(5)
  expect(await make()).toBe(0)
  const week = Number((await ask()).totals.compare?.['plan.forecast']?.values.net_sales?.value)
  expect(week).toBeGreaterThan(750)
  expect(week).toBeLessThan(1000)
  const told = await ask({ currency: 'EUR', stores: ['laden'] })
  const laden = Number(told.totals.compare?.['plan.forecast']?.values.net_sales?.value)
  expect(laden).toBeGreaterThan(280)
  expect(laden).toBeLessThan(400)
  // The same at the bottom: the shop sells its Kitchen online only.
  const split = await ask({ by: ['store', 'channel', 'category'], currency: 'EUR', stores: ['laden'] })
  const bottom = split.rows.find(row => row.channel === 'online')?.compare?.['plan.forecast']?.values
    .net_sales
  expect(Number(bottom?.value)).toBeCloseTo(laden, 2)
  const before = (await parts()).find(one => one.asOf === last && one.slice === '{"category":"Kitchen"}')
  expect(before?.actuals).toHaveLength(1)
  const kitchen = { slice: { category: 'Kitchen' } }
  expect((await room.run(performance.forecast, kitchen)).grades).toHaveLength(1)
  const own = await room.run(performance.forecast, { ...kitchen, store: 'laden' })
  expect(own).toMatchObject({ currency: 'EUR', store: 'laden' })
  expect(own.grades).toHaveLength(1)
  const [graded] = (await parts('laden')).filter(
    one => one.asOf === last && one.slice === '{"category":"Kitchen"}',
  )
  expect(graded?.actuals[0]).toBeGreaterThan(40)
  expect(graded?.actuals[0]).toBeLessThan(70)
})
