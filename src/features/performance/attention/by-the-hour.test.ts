import { eq, notInArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { alertRules, alerts, forecasts, outbox } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { compose } from '../delivery/compose.ts'
import { lookByTheHour } from './by-the-hour.ts'
import { evaluate, sowRules } from './evaluate.ts'

/** Two shops of one connection and a small one beside them; all sell by day, most at noon, twice as much on Saturdays. */
const [first, today] = ['2026-03-02', '2026-05-07']
const shops = ['large', 'other', 'small'] as const
type Shop = (typeof shops)[number]
const size: Record<Shop, number> = { large: 4, other: 3, small: 0.25 }
let room: WatchRoom
let orders = 0

/** Orders of an hour of a day: a little restless, and the same each time. */
const usual = (shop: Shop, day: string, hour: number) => {
  if (hour < 6) return 0
  const restless = ((hour * 7 + Number(day.slice(8)) * 5) % 5) - 2
  return Math.max(0, Math.round(size[shop] * (weekday(day) === 6 ? 2 : 1) + 0.5 * restless * size[shop]))
}
const sell = (shop: Shop, day: string, hours: { from: number; to: number }, count = usual) =>
  Array.from({ length: hours.to - hours.from }, (_, n) => hours.from + n).flatMap(hour =>
    Array.from({ length: count(shop, day, hour) }, () =>
      lineRow({ order_id: `o${++orders}`, day, hour, store: shop, gross: 50, product_id: 'p' }),
    ),
  )
const carry = (rows: unknown[]) =>
  carryRows(room, { id: `sold ${orders}`, table: 'sales_lines', rows: rows as never, source: 'test' })
const whole = { from: 0, to: 24 }

/** It is this hour, and all connections are read up to it. */
const at = async (day: string, hour: number, minutes = 20) => {
  const now = `${day}T${String(hour).padStart(2, '0')}:${minutes}:00Z`
  room.at(now)
  await room.open.ledger.update(streams).set({ bookmark: Date.parse(now) })
}
const told = async () => (await room.run(performance.alerts, {}, someone('ada', 'owner'))).rows
const connection = (id: string, stores: readonly string[]) => ({
  id,
  vendor: 'magento',
  account: `Account ${id}`,
  credentials: '',
  given: {},
  shops: stores.map(store => ({
    key: store,
    name: store,
    currency: 'GBP',
    timezone: 'UTC',
    kind: 'b2c' as const,
    hosts: [],
    store,
  })),
  home: stores[0] ?? '',
  facts: {},
  limits: [],
  backDays: 400,
  by: 'ada',
})

/** A forecast of the days ahead, as it would have been made the evening before. */
const foretell = (asOf: string) =>
  room.open.ledger.insert(forecasts).values(
    shops.flatMap(store =>
      (['orders', 'net_sales'] as const).map(metric => ({
        id: `${metric} ${store} ${asOf}`,
        metric,
        store,
        currency: '',
        asOf,
        madeAt: `${asOf}T23:00:00Z`,
        hindsight: false,
        inputs: { hash: '', from: first, days: 60, events: 0, reconciled: 'alone' as const },
        model: 'test',
        why: '',
        beatsNaive: true,
        points: daysBetween(addDays(asOf, 1), addDays(asOf, 14)).map(day => {
          const hours = Array.from({ length: 24 }, (_, hour) => usual(store, day, hour))
          const middle = hours.reduce((sum, one) => sum + one, 0) * (metric === 'orders' ? 1 : 50)
          return [0.7, 0.85, 1, 1.15, 1.3].map(times => times * middle)
        }),
        naive: [],
        actuals: [],
      })),
    ),
  )

beforeAll(async () => {
  room = await watchRoom(shops.map(store => ({ store, currency: 'GBP', timezone: 'UTC' })))
  await carry(
    daysBetween(first, addDays(today, -1)).flatMap(day => shops.flatMap(shop => sell(shop, day, whole))),
  )
  await room.open.ledger
    .insert(connections)
    .values([connection('c', ['large', 'other']), connection('d', ['small'])])
  await room.open.ledger.insert(streams).values(
    ['c', 'd'].flatMap(id =>
      ['orders', 'credit_memos'].map(stream => ({
        connection: id,
        stream,
        bookmark: Date.parse(`${today}T00:00:00Z`),
        edge: Date.parse('2025-05-01'),
        start: Date.parse('2025-05-01'),
      })),
    ),
  )
  await foretell(addDays(today, -1))
  await at(today, 0)
  const director = someone('cy', 'director')
  const channel = { id: 'desk', name: 'Desk', kind: 'mail', to: 'ada@shop.example', digestAt: null }
  await room.run(performance.saveAlertChannel, channel, director)
  // Besides the hours, whole days of orders are looked at: as soon as one is strange.
  await sowRules(room.context())
  const those = ['orders', 'hours-orders', 'hours-net-sales']
  await room.open.ledger
    .update(alertRules)
    .set({ active: false, version: 2 })
    .where(notInArray(alertRules.id, those))
  await room.open.ledger
    .update(alertRules)
    .set({ persistence: 1, version: 2 })
    .where(eq(alertRules.id, 'orders'))
}, 300_000)
afterAll(() => room.close())

describe('a shop that falls silent within the day', () => {
  it('is not told of at night, nor while it sells, nor of a slow morning, nor where it is small', async () => {
    await at(today, 7)
    expect(await lookByTheHour(room.context())).toEqual([])
    // Until nine all is as ever; then the large one sells a third less.
    await carry(shops.flatMap(shop => sell(shop, today, { from: 0, to: 9 })))
    await carry(sell('other', today, { from: 9, to: 18 }))
    const less = (shop: Shop, day: string, hour: number) => Math.round(usual(shop, day, hour) * 0.67)
    await carry(sell('large', today, { from: 9, to: 12 }, less))
    await at(today, 12)
    expect(await lookByTheHour(room.context())).toEqual([])
  })

  it('is told within hours: since when, what it costs, that its source was asked; and once', async () => {
    await at(today, 18)
    const [found, ...more] = await lookByTheHour(room.context())
    expect(more).toEqual([])
    expect(found).toMatchObject({
      rule: 'hours-orders',
      kind: 'silence',
      direction: 'below',
      slice: { store: 'large' },
      since: today,
      until: null,
      doubt: null,
    })
    expect(found?.finding.hours).toEqual({ from: `${today} 12:00`, to: `${today} 18:00` })
    expect(found?.finding.judged).toContain('read up to 18:00 from Account c')
    expect(found?.moneyPerDay).toBeLessThan(-1000)
    const [row] = await told()
    expect(row).toMatchObject({ title: 'Orders stopped in large', where: 'large' })
    expect(row.when).toMatch(/^Since 12:00 on 7 May 2026, /)
    for (let n = 0; n < 2; n++) {
      await compose(room.context())
      expect(await lookByTheHour(room.context())).toEqual([])
    }
    const sent = await room.open.ledger.select().from(outbox)
    expect(sent.map(one => one.key)).toEqual([`alert ${found?.id} desk`])
  })

  it('goes on over the night, when nobody buys anyway', async () => {
    await at(addDays(today, 1), 3)
    expect(await lookByTheHour(room.context())).toEqual([])
    expect(await told()).toMatchObject([{ until: null }])
  })

  it('has an end once it sells again, and whole days tell it no second time', async () => {
    const next = addDays(today, 1)
    await carry(sell('other', next, whole))
    await carry(sell('large', next, { from: 18, to: 24 }))
    await at(next, 23)
    expect(await lookByTheHour(room.context())).toEqual([])
    expect(await told()).toMatchObject([{ until: next, state: 'open' }])
    await at(addDays(next, 1), 9)
    expect((await evaluate(room.context())).filter(one => one.slice.store === 'large')).toEqual([])
    // Had the hours not told it, the days would.
    await room.open.ledger.delete(alerts)
    expect((await evaluate(room.context())).filter(one => one.slice.store === 'large')).toHaveLength(1)
  })
})

describe('a shop whose orders are not read', () => {
  const day = addDays(today, 3)
  it('is not judged by them: neither where the reading is late nor where it is broken', async () => {
    await at(day, 9)
    room.at(`${day}T18:20:00Z`)
    expect(await lookByTheHour(room.context())).toEqual([])
    await at(day, 18)
    const trouble = { code: 'unavailable' as const, message: 'It does not answer.', at: `${day}T08:00:00Z` }
    await room.open.ledger.update(streams).set({ trouble: trouble as never })
    expect(await lookByTheHour(room.context())).toEqual([])
    await room.open.ledger.update(streams).set({ trouble: null })
  })

  it('together with all others of its connection is told as a doubt about the data', async () => {
    await room.open.ledger.delete(alerts)
    const found = await lookByTheHour(room.context())
    expect(found.map(({ slice }) => slice.store).sort()).toEqual(['large', 'other'])
    for (const one of found) expect(one.doubt).toContain('All 2 shops of Account c fell silent')
  })
})
