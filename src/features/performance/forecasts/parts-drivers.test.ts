import { afterAll, beforeAll, expect, it } from 'vitest'
import { settings } from '#features/settings/operations.ts'
import { openForecastPool } from '#forecast/pool.ts'
import { addDays, type Day, daysBetween, weekday } from '#kernel/day.ts'
import { forecasts } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { isOfPart, knownOfPart } from './drivers.ts'
import { makeForecasts } from './make.ts'

/**
 * A shop of fourteen months that sells kitchens in its own shop and lighting on a marketplace. A kitchen week sells two thirds
 * more of kitchens every seven weeks; the marketplace sells a third more where it spends two and a half times as much on it.
 */
const [from, last] = ['2025-02-03', '2026-03-31']
const until = addDays(last, 91)
const days = daysBetween(from, until)
const past = daysBetween(from, last)
const isKitchenWeek = (day: Day) => Math.floor(days.indexOf(day) / 7) % 7 === 5
const isFlight = (day: Day) => Math.floor(days.indexOf(day) / 21) % 3 === 1
const spendOf = (day: Day) => (isFlight(day) ? 250 : 100) * (weekday(day) > 5 ? 0.5 : 1)
let state = 11
const noise = () => {
  state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0
  return 1 + 0.1 * (state / 2 ** 32 - 0.5)
}
const pool = openForecastPool(2)
let room: WatchRoom
const carry = (table: string, rows: readonly object[]) =>
  carryRows(room, { id: table, table: table as 'sales_lines', rows: rows as never, source: 'test' })
const add = (event: object) => room.run(settings.saveEvent, { stores: [], ...event } as never)

beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
  await carry(
    'products',
    [
      ['mug', 'Kitchen'],
      ['lamp', 'Lighting'],
    ].map(([product_id, category]) => ({
      ...{ store: 'shop', product_id, parent_id: '', title: product_id, category, brand: '', vendor: '' },
      ...{ status: 'active', price: '10', currency: 'GBP' },
    })),
  )
  await carry(
    'sales_lines',
    past.flatMap(day => {
      const usual = 1000 * (weekday(day) > 5 ? 1.4 : 1)
      const line = (product_id: string, channel: string, gross: number) =>
        lineRow({ order_id: `${product_id} ${day}`, day, product_id, channel, gross: gross.toFixed(2) })
      return [
        line('mug', 'web', usual * (isKitchenWeek(day) ? 1.67 : 1) * noise()),
        line('lamp', 'bazaar', usual * (isFlight(day) ? 1.35 : 1) * noise()),
      ]
    }),
  )
  const spent = {
    store: 'shop',
    platform: 'bazaar',
    account: 'a',
    channel: 'bazaar',
    campaign: 'c',
    country: '',
  }
  await carry(
    'spend_days',
    past.map(day => ({
      ...spent,
      day,
      currency: 'GBP',
      cost: spendOf(day).toFixed(2),
      impressions: 1,
      clicks: 1,
    })),
  )
  await carry(
    'budget_lines',
    ['', '{"channel":"bazaar"}'].flatMap(slice =>
      days.map(day => ({
        ...{ store: 'shop', version: 'budget', line: 'spend', slice, grain: 'day' },
        ...{ currency: 'GBP', day, amount: spendOf(day).toFixed(4) },
      })),
    ),
  )
  for (const day of days.filter(one => isKitchenWeek(one) && weekday(one) === 1))
    await add({
      name: 'Kitchen week',
      series: 'kitchen week',
      kind: 'promotion',
      from: day,
      to: addDays(day, 6),
    })
  await add({
    name: 'Lighting dearer',
    series: 'lighting prices',
    kind: 'price',
    from: '2025-09-01',
    to: '2025-09-01',
    percent: 4,
  })
  room.at(`${addDays(last, 1)}T05:00:00Z`)
}, 120_000)
afterAll(async () => {
  await pool.close()
  await room.close()
})

const cuts = [
  { by: 'category' as const, told: ['Kitchen', 'Lighting', 'Garden lighting', 'Sale'] },
  { by: 'channel' as const, told: ['web', 'bazaar'] },
]
const part = (category: string | null, channel: string | null) => ({ at: [null, category, channel], cuts })
const placed = (category: string | null, channel: string | null) => ({
  ...{ store: '', places: [[null, category, channel]], cuts },
})

it('are of a part where they name it, or none of those beside it', () => {
  const isOf = (words: string, category: string | null, channel: string | null = null) =>
    isOfPart(words, part(category, channel))
  expect([isOf('Kitchen week', 'Kitchen'), isOf('Kitchen week', 'Lighting')]).toEqual([true, false])
  expect([isOf('Kitchen week', ''), isOf('Kitchen week', null, 'web')]).toEqual([false, true])
  expect([isOf('Summer sale', 'Kitchen'), isOf('Summer sale', 'Sale')]).toEqual([true, true])
  expect([isOf('Garden-Lighting days', 'Lighting'), isOf('Garden-Lighting days', 'Garden lighting')]).toEqual(
    [false, true],
  )
  expect([isOf('Bazaar: kitchen', 'Kitchen', 'web'), isOf('Bazaar: kitchen', 'Kitchen', 'bazaar')]).toEqual([
    false,
    true,
  ])
  expect(isOf('Webinar', 'Kitchen', 'bazaar')).toBe(true)
})

it('are known of the category or channel they name, and of no other', async () => {
  const known = async (category: string | null, channel: string | null) => {
    const calendar = await knownOfPart(room.context(), placed(category, channel), days, past.length)
    return [(calendar.promotions ?? []).length > 0, (calendar.drivers ?? []).map(one => one.name)]
  }
  expect(await known('Kitchen', null)).toEqual([true, []])
  expect(await known('Lighting', null)).toEqual([false, ['Changes of prices']])
  expect(await known(null, 'bazaar')).toEqual([true, ['Planned media', 'Changes of prices']])
  expect(await known(null, 'web')).toEqual([true, ['Changes of prices']])
})

it('move the forecast of their category or channel alone, where backtests say they help, and all still adds up', async () => {
  await makeForecasts(room.context(), pool, { weeks: 0 })
  const all = (await room.open.ledger.select().from(forecasts)).filter(
    one => one.metric === 'net_sales' && one.store === '',
  )
  const of = (slice: object | null) => all.find(one => one.slice === (slice ? JSON.stringify(slice) : ''))
  const middle = (slice: object | null, h: number) => of(slice)?.points[h]?.[2] ?? 0
  // What a forecast says of days of one kind, beside others that differ in nothing else.
  const ratio = (slice: object, isOn: (day: Day) => boolean, isOther: (day: Day) => boolean) => {
    const mean = (on: boolean) => {
      const own = daysBetween(addDays(last, 1), until).flatMap((day, h) =>
        isOn(day) === on && !isOther(day) ? [middle(slice, h)] : [],
      )
      return own.reduce((sum, value) => sum + value, 0) / own.length
    }
    return mean(true) / mean(false)
  }
  const [kitchen, lighting] = [{ category: 'Kitchen' }, { category: 'Lighting' }]
  const told = {
    kitchenInItsWeek: ratio(kitchen, isKitchenWeek, isFlight),
    lightingInIt: ratio(lighting, isKitchenWeek, isFlight),
    bazaarInFlights: ratio({ channel: 'bazaar' }, isFlight, isKitchenWeek),
    webInThem: ratio({ channel: 'web' }, isFlight, isKitchenWeek),
  }
  expect(told.kitchenInItsWeek).toBeGreaterThan(1.35)
  expect(Math.abs(told.lightingInIt - 1)).toBeLessThan(0.1)
  expect(told.bazaarInFlights).toBeGreaterThan(1.2)
  expect(Math.abs(told.webInThem - 1)).toBeLessThan(0.1)
  expect(of({ channel: 'bazaar' })?.why).toMatch(/Planned media is taken in/)
  // The same is sold under both names.
  expect(of(lighting)?.why).toBe(of({ channel: 'bazaar' })?.why)
  expect(of({ channel: 'web' })?.why).not.toContain('Planned media')
  for (const h of [0, 10, 40, 90])
    expect(middle(kitchen, h) + middle(lighting, h)).toBeCloseTo(middle(null, h), 1)
}, 120_000)
