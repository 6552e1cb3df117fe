import { afterAll, beforeAll, expect, it } from 'vitest'
import { settings } from '#features/settings/operations.ts'
import { openForecastPool } from '#forecast/pool.ts'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { calendarOf } from './course.ts'
import { knownOf } from './drivers.ts'
import { makeForecasts } from './make.ts'

/** A shop of fourteen months whose sales rise by a quarter where it spends two and a half times as much, as it planned. */
const [from, last] = ['2025-02-03', '2026-03-31']
const until = addDays(last, 91)
const pool = openForecastPool(2)
let room: WatchRoom

const days = daysBetween(from, until)
const isFlight = (day: Day) => Math.floor(days.indexOf(day) / 21) % 3 === 1
const spendOf = (day: Day) => (isFlight(day) ? 250 : 100) * (weekday(day) > 5 ? 0.5 : 1)
let state = 7
const noise = () => {
  state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
  return state / 2 ** 32 - 0.5
}
const carry = (id: string, table: string, rows: readonly object[]) =>
  carryRows(room, { id, table: table as 'sales_lines', rows: rows as never, source: 'test' })
const sold = (day: Day) =>
  Math.round(30 * (weekday(day) > 5 ? 1.5 : 1) * (isFlight(day) ? 1.35 : 1) * (1 + 0.2 * noise()))

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  const past = daysBetween(from, last)
  await carry(
    'sales',
    'sales_lines',
    past.flatMap(day =>
      Array.from({ length: sold(day) }, (_, n) =>
        lineRow({ order_id: `${day} ${n}`, day, store: 'shop', currency: 'GBP', gross: 20, product_id: 'p' }),
      ),
    ),
  )
  await carry(
    'spend',
    'spend_days',
    past.map(day => ({
      ...{
        store: 'shop',
        platform: 'google',
        account: 'a',
        channel: 'paid search',
        campaign: 'c',
        country: '',
      },
      ...{ day, currency: 'GBP', cost: spendOf(day).toFixed(2), impressions: 1, clicks: 1 },
    })),
  )
  // The plan says weeks: each day of one the same.
  const weekly = (day: Day) => {
    const monday = addDays(day, 1 - weekday(day))
    return daysBetween(monday, addDays(monday, 6)).reduce((sum, one) => sum + spendOf(one), 0) / 7
  }
  await carry(
    'plan',
    'budget_lines',
    days.map(day => ({
      ...{ store: 'shop', version: 'budget', line: 'spend', slice: '', grain: 'day', currency: 'GBP', day },
      amount: weekly(day).toFixed(4),
    })),
  )
  room.at(`${addDays(last, 1)}T05:00:00Z`)
}, 120_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

const course = () => ({
  metric: 'net_sales' as const,
  store: 'shop',
  currency: 'GBP',
  start: from,
  values: daysBetween(from, last).map(() => 1),
})
const latest = async (metric: string) =>
  (await room.open.ledger.select().from(forecasts)).find(one => one.metric === metric && one.store === 'shop')

it('take planned media into the forecast, as their plans did well before, and say so', async () => {
  await makeForecasts(room.context(), pool, { weeks: 0 })
  const made = await latest('net_sales')
  expect(made?.why).toMatch(/Planned media is taken in: in \d+ backtests it made the error \d+ % smaller\./)
  const mean = (flight: boolean) => {
    const own = (made?.points ?? []).flatMap((point, h) =>
      isFlight(addDays(last, h + 1)) === flight ? [point[2] ?? 0] : [],
    )
    return own.reduce((sum, value) => sum + value, 0) / own.length
  }
  expect(mean(true) / mean(false)).toBeGreaterThan(1.2)
})

it('spread the weeks of a plan over their days as days were of late', async () => {
  const { drivers } = await knownOf(room.context(), course(), 91)
  const values = drivers?.[0]?.values.slice(-91) ?? []
  daysBetween(addDays(last, 1), until).forEach((day, h) => {
    // The first and the last week are there in part.
    if (h > 6 && h < 84) expect(values[h]).toBeCloseTo(spendOf(day), 0)
  })
})

it('close days for sales and not for visits, promise as much as a discount, and follow prices by the events of the log', async () => {
  const add = (event: object) => room.run(settings.saveEvent, { stores: [], ...event } as never)
  const [shut, dear] = [addDays(last, 10), addDays(last, 20)]
  await add({ name: 'Stocktake', series: 'stocktake', kind: 'closed', from: shut, to: shut })
  await add({
    name: 'Prices up',
    series: 'prices',
    kind: 'price',
    from: '2025-09-01',
    to: '2025-09-01',
    percent: 4,
  })
  await add({ name: 'Prices up', series: 'prices', kind: 'price', from: dear, to: dear, percent: 5 })
  await add({
    name: 'Sale',
    series: 'sale',
    kind: 'promotion',
    from: '2025-07-01',
    to: '2025-07-03',
    percent: 20,
  })
  await add({
    name: 'Sale',
    series: 'sale',
    kind: 'promotion',
    from: addDays(last, 5),
    to: addDays(last, 6),
    percent: 30,
  })
  const known = await knownOf(room.context(), course(), 91)
  expect(known.closed).toEqual([shut])
  expect((await knownOf(room.context(), { ...course(), metric: 'sessions' }, 91)).closed).toBeUndefined()
  expect(known.promotions?.map(one => one.strength).sort()).toEqual([0.8, 1.2])
  const prices = known.drivers?.find(one => one.name === 'Changes of prices')?.values ?? []
  expect([prices[0], prices.at(-91), prices.at(-1)].map(value => Math.exp(value ?? 9).toFixed(6))).toEqual([
    '1.000000',
    '1.040000',
    '1.092000',
  ])
  room.at(`${addDays(last, 1)}T12:00:00Z`)
  await makeForecasts(room.context(), pool, { weeks: 0 })
  const all = (await room.open.ledger.select().from(forecasts)).filter(one => one.metric === 'net_sales')
  const made = all.toSorted((a, b) => b.madeAt.localeCompare(a.madeAt))[0]
  expect(made?.points[9]).toEqual([0, 0, 0, 0, 0])
  expect(made?.points[8]?.[2]).toBeGreaterThan(0)
  expect(made?.why).toContain('Changes of prices')
  // What watches for the unusual is told of closed days, and of no change of prices: those it is to find.
  const watched = await calendarOf(room.context(), 'shop')
  expect(watched.closed).toEqual([shut])
  expect(watched.drivers).toBeUndefined()
})
