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
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { makeForecasts } from './make.ts'

/** Two shops in two currencies with weekends and a summer; one pound is one euro and a quarter. */
const pool = openForecastPool(2)
let room: WatchRoom
const weeks = 2
const make = () => makeForecasts(room.context(), pool, { weeks })
const from = '2025-11-01'

/** A day's orders; a made noise that is the same each time (a linear congruence: Knuth 1997, §3.3.4). */
let state = 1
const noise = () => {
  state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
  return state / 2 ** 32 - 0.5
}
const sell = async (first: string, last: string, factor = 1) => {
  const shops = [
    { store: 'shop', currency: 'GBP', level: 10 },
    { store: 'laden', currency: 'EUR', level: 6 },
  ]
  const rows = daysBetween(first, last).flatMap(day =>
    shops.flatMap(({ store, currency, level }) => {
      const summer = 1 + 0.3 * Math.sin((2 * Math.PI * Number(day.slice(5, 7))) / 12)
      const count = Math.round(factor * level * summer * (weekday(day) > 5 ? 2 : 1) * (1 + 0.4 * noise()))
      return Array.from({ length: count }, (_, n) =>
        lineRow({ order_id: `${store} ${day} ${n}`, day, store, currency, gross: 20, product_id: 'p' }),
      )
    }),
  )
  await carryRows(room, {
    id: `sold ${first} ${factor}`,
    table: 'sales_lines',
    rows: rows as never,
    source: 'test',
  })
}

beforeAll(async () => {
  room = await watchRoom([
    { store: 'laden', currency: 'EUR' },
    { store: 'shop', currency: 'GBP' },
  ])
  const rate = { base: 'EUR', quote: 'GBP', day: '2024-01-01', rate: 0.8, source: 'test' }
  await carryRows(room, {
    id: 'rates',
    table: 'exchange_rates',
    rows: [rate] as never,
    source: 'test',
  })
  await sell(from, '2026-03-31')
  room.at('2026-04-01T05:00:00Z')
  await make()
}, 120_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

const rows = (metric: string) =>
  room.open.ledger.select().from(forecasts).where(eq(forecasts.metric, metric)).orderBy(forecasts.asOf)

it('forecasts each store and the company thirteen weeks ahead, from the last whole day, and some weeks in hindsight', async () => {
  const made = await rows('net_sales')
  expect(made).toHaveLength(3 * (weeks + 1))
  const last = made.filter(one => one.asOf === '2026-03-31')
  expect(last.map(one => [one.store, one.currency, one.hindsight]).sort()).toEqual([
    ['', 'GBP', false],
    ['laden', 'EUR', false],
    ['shop', 'GBP', false],
  ])
  expect(last.every(one => one.points.length === 91 && one.inputs.hash.length === 64)).toBe(true)
  // Nothing is known of sessions, so nothing is said.
  expect(await rows('sessions')).toEqual([])
})

it('adds the stores up to the company, at the rate they were sold at', async () => {
  const last = (await rows('net_sales')).filter(one => one.asOf === '2026-03-31')
  const point = (store: string, h: number) =>
    last.find(one => one.store === store)?.points[h]?.[2] ?? Number.NaN
  for (const h of [0, 6, 90]) expect(point('', h)).toBeCloseTo(point('shop', h) + 0.8 * point('laden', h), 1)
  const orders = (await rows('orders')).filter(one => one.asOf === '2026-03-31')
  const of = (store: string) => orders.find(one => one.store === store)?.points[3]?.[2] ?? Number.NaN
  expect(of('')).toBe(of('shop') + of('laden'))
})

it('knew nothing of the days after its own', async () => {
  const [first] = (await rows('orders')).filter(one => one.store === 'shop')
  expect(first?.asOf).toBe(addDays('2026-03-31', -7 * weeks))
  expect(first?.inputs.days).toBe(daysBetween(from, first?.asOf ?? '').length)
})

it('grades forecasts by the days that came, by how far ahead they were, against copying the last week', async () => {
  const told = await room.run(performance.forecast, { metric: 'orders' })
  expect(told).toMatchObject({
    asOf: '2026-03-31',
    store: '',
    forecasts: weeks,
    hindsight: weeks,
    beatsNaive: true,
  })
  expect(told.course).toHaveLength(56 + 91)
  const [week, month] = told.grades
  expect([week.days, month.days]).toEqual([7 + 7, 7])
  expect(told.grades).toHaveLength(2)
  expect(week.wape).toBeLessThan(week.naiveWape)
  expect(week.cover80).toBeGreaterThan(0.6)
  expect(told.sentence).toMatch(
    /^Days a week ahead were off by [\d.]+ %, where copying the last week was off by/,
  )
})

it('is a comparison like any target, at every grain, for days past and to come', async () => {
  const ask = (query: object) =>
    room.context().metrics.ask(query as never, { stores: 'all', now: new Date('2026-04-01T05:00:00Z') })
  const april = await ask({
    metrics: ['net_sales', 'orders', 'sessions'],
    from: '2026-04-01',
    to: '2026-04-30',
    compare: ['plan.forecast'],
    grain: 'week',
  })
  const all = april.rows.map(row => Number(row.compare?.['plan.forecast']?.values.orders?.value))
  expect(all.every(value => value > 50)).toBe(true)
  const whole = Number(april.totals.compare?.['plan.forecast']?.values.orders?.value)
  expect(whole).toBe(all.reduce((sum, value) => sum + value, 0))
  const march = await ask({
    metrics: ['orders', 'sessions'],
    from: '2026-03-18',
    to: '2026-03-31',
    compare: ['plan.forecast'],
  })
  const said = march.totals.compare?.['plan.forecast']?.values
  expect(Math.abs(Number(said?.orders?.ratio))).toBeLessThan(0.1)
  expect(said?.sessions?.value).toBeNull()
  const laden = await ask({
    metrics: ['net_sales'],
    stores: ['laden'],
    from: '2026-04-01',
    to: '2026-04-07',
    compare: ['plan.forecast'],
  })
  expect(laden.meta.currency).toBe('EUR')
  expect(Number(laden.totals.compare?.['plan.forecast']?.values.net_sales?.value)).toBeGreaterThan(400)
})

it('makes nothing anew while nothing is new; a new day is forecast and graded, and the past keeps its forecast', async () => {
  expect(await make()).toBe(0)
  await sell('2026-04-01', '2026-04-01', 3)
  room.at('2026-04-02T05:00:00Z')
  expect(await make()).toBe(6)
  const [told] = (await rows('orders')).filter(one => one.asOf === '2026-03-31' && one.store === '')
  expect(told?.actuals).toHaveLength(1)
  const before = told?.points[0]?.[2]
  const answer = await room
    .context()
    .metrics.ask(
      { metrics: ['orders'], from: '2026-04-01', to: '2026-04-01', compare: ['plan.forecast'] },
      { stores: 'all', now: new Date('2026-04-02T05:00:00Z') },
    )
  expect(Number(answer.totals.compare?.['plan.forecast']?.values.orders?.value)).toBe(before)
})

it('makes one anew from a past that was changed, once it is some hours old', async () => {
  await sell('2026-03-30', '2026-03-30', 0.5)
  expect(await make()).toBe(0)
  room.at('2026-04-02T12:00:00Z')
  // Of lines added to orders that were there, their number knows nothing.
  expect(await make()).toBe(3)
})

it('tells the company to who sees it whole, a store to who sees that', async () => {
  const clerk = someone('bo', 'viewer', ['shop'])
  await expect(room.run(performance.forecast, {}, clerk)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(room.run(performance.forecast, { store: 'laden' }, clerk)).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect(await room.run(performance.forecast, { store: 'shop' }, clerk)).toMatchObject({
    store: 'shop',
    currency: 'GBP',
  })
  await expect(room.run(performance.forecast, { metric: 'sessions' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

it('waits for a store whose history is still coming in, and for nobody who stands still', async () => {
  const ms = (day: string) => Date.parse(`${day}T00:00:00Z`)
  const shop = {
    key: 's',
    name: 'Shop',
    currency: 'GBP',
    timezone: 'UTC',
    kind: 'b2c',
    hosts: [],
    store: 'shop',
  } as const
  await room.open.ledger.insert(connections).values({
    id: 'c',
    vendor: 'magento',
    account: 'Shop',
    credentials: '',
    given: {},
    shops: [shop],
    home: 'shop',
    facts: {},
    limits: [],
    backDays: 400,
    by: 'ada',
  })
  const { streams: known } = connectors.find(one => one.vendor === 'magento') ?? { streams: [] }
  const read = known.map(({ name }) => ({ connection: 'c', stream: name, bookmark: ms('2026-04-04') }))
  await room.open.ledger.insert(streams).values(read)
  const orders = (set: Partial<typeof streams.$inferInsert>) =>
    room.open.ledger.update(streams).set(set).where(eq(streams.stream, 'orders'))
  const latest = async () => {
    const made = (await rows('orders')).filter(one => one.asOf === '2026-04-02')
    return [...new Set(made.map(one => one.store))].sort()
  }
  await orders({ edge: ms('2026-01-01'), start: ms('2025-01-01') })
  await sell('2026-04-02', '2026-04-02')
  room.at('2026-04-03T05:00:00Z')
  await make()
  expect(await latest()).toEqual(['laden'])
  await room.open.ledger.update(connections).set({ state: 'paused' })
  await make()
  expect(await latest()).toEqual(['', 'laden', 'shop'])
})
