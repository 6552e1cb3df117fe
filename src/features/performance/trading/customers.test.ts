import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { performance } from '#features/performance/operations.ts'
import { addDays } from '#kernel/day.ts'
import * as settings from '#postgres/tables/settings.ts'
import { deliver, deliverLines } from '../../../../test/small-ledger.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { accountState, gaps } from './model.ts'

let room: WatchRoom
const day = (n: number) => addDays('2026-01-01', n)
const bought = (customer_id: string, n: number, gross: number, more: object = {}) => ({
  order_id: `${customer_id} ${n}`,
  customer_id,
  day: day(n),
  gross,
  ...more,
})
const ordered = (account_id: string, days: readonly number[], gross: number) =>
  days.map(n => ({ order_id: `${account_id} ${n}`, account_id, day: day(n), gross, product_id: 'p' }))
const ask = (query: object) =>
  room.context().metrics.ask({ window: 'all_time', ...query } as never, {
    stores: 'all',
    now: new Date('2026-03-10T12:00:00Z'),
  })

beforeAll(async () => {
  room = await watchRoom([
    { store: 'shop', currency: 'GBP' },
    { store: 'trade', currency: 'GBP' },
    { store: 'newest', currency: 'GBP' },
  ])
  room.at('2026-03-10T12:00:00Z')
  await deliverLines(room.granary, [
    bought('ann', 1, 100),
    bought('ann', 20, 100),
    bought('ann', 50, 100),
    bought('bob', 10, 50),
    bought('bob', 40, 50),
    bought('cy', 30, 50),
    bought('di', 5, 20),
    bought('eve', 45, 10),
    // What comes back lessens what a customer was worth, and is no order.
    { ...bought('ann', 60, 0), order_id: 'ann 50', ordered_day: day(50), kind: 'reversal', reversals: -30 },
    ...[
      ...ordered('7', [0, 10, 20, 30, 40, 50, 60], 100),
      ...ordered('8', [0, 10, 20, 30, 40], 70),
      ...ordered('9', [0, 10, 20], 60),
      ...ordered('10', [55], 500),
    ].map(line => ({ ...line, store: 'trade' })),
    ...(
      [
        ['OLD', 0, 900],
        ['OLD', 81, 10],
        ['MUG', 60, 100],
        ['MUG', 70, 50],
        ['JUG', 60, 40],
        ['CUP', 63, 60],
      ] as const
    ).map(([product_id, n, gross]) => ({
      order_id: `${product_id} ${n}`,
      product_id,
      day: day(n),
      gross,
      store: 'newest',
    })),
  ])
  await deliver(room.granary, 'accounts', [
    {
      store: 'trade',
      account_id: '8',
      name: 'Old Mill Hotels',
      segment: 'Hotels',
      owner: '',
      country: 'GB',
      currency: 'GBP',
      source: 'test',
    },
  ])
})
afterAll(() => room.close())

describe('customer groups', () => {
  it('are made of fifths by recency, frequency and money, equals together', async () => {
    const { rows, totals } = await ask({
      metrics: ['grouped_customers', 'grouped_orders', 'grouped_sales'],
      by: ['customer_group', 'recency', 'frequency', 'monetary'],
    })
    const found = rows.map(row => [
      row.customer_group,
      `${row.recency}${row.frequency}${row.monetary}`,
      row.grouped_customers,
      row.grouped_orders,
      row.grouped_sales,
    ])
    expect(found.toSorted()).toEqual([
      ['About to lapse', '213', '1', '1', '50'],
      ['Champions', '555', '1', '3', '270'],
      ['Lapsed', '112', '1', '1', '20'],
      ['Loyal', '344', '1', '2', '100'],
      ['New', '411', '1', '1', '10'],
    ])
    expect(totals).toMatchObject({ grouped_customers: '5', grouped_orders: '8', grouped_sales: '450' })
  })
  it('stay those of today, whatever the period', async () => {
    const { rows } = await ask({
      metrics: ['grouped_customers'],
      by: ['customer_group'],
      window: undefined,
      from: day(0),
      to: day(4),
    })
    expect(rows).toMatchObject([{ customer_group: 'Champions', grouped_customers: '1' }])
  })
})

it('days between orders are told as they are, and by their median', async () => {
  const { rows } = await ask({ metrics: ['orders_again'], by: ['days_since_order'] })
  expect(rows.map(row => [row.days_since_order, row.orders_again]).toSorted()).toEqual([
    ['19', '1'],
    ['30', '2'],
  ])
  expect(gaps(rows)).toMatchObject({ median: 30, orders: 3 })
  expect(gaps(rows)?.spans.filter(one => one.orders > 0)).toEqual([{ name: '15 to 30 days', orders: 3 }])
  expect(gaps([])).toBeNull()
})

describe('accounts', () => {
  const period = { from: day(0), to: day(67) }
  const accounts = (more: object = {}, actor = someone('ada', 'viewer')) =>
    room.run(performance.accounts, { ...period, ...more }, actor)
  it('are called by their name, and told active from lapsing and lapsed by their own interval', async () => {
    const { rows, counts } = await accounts()
    expect(
      rows.map((row: Record<string, unknown>) => [row.name, row.state, row.interval, row.daysSince]),
    ).toEqual([
      ['7', 'active', 10, 0],
      ['10', 'new', null, 5],
      ['Old Mill Hotels', 'lapsing', 10, 20],
      ['9', 'lapsed', 10, 40],
    ])
    expect(counts).toEqual({ active: 1, lapsing: 1, lapsed: 1, new: 1, once: 0 })
    expect(rows[2].figures).toMatchObject({ net_sales: '350', orders: '5', aov: '70' })
  })
  it('are narrowed by state, and keep those that bought nothing in the period', async () => {
    const { rows } = await accounts({ state: 'lapsed', from: day(60), to: day(67) })
    expect(rows).toMatchObject([{ account: '9', figures: { net_sales: null } }])
  })
  it('are those of stores one may see', async () => {
    const clerk = someone('bo', 'viewer', ['shop'])
    expect((await accounts({}, clerk)).rows).toEqual([])
    await expect(accounts({ stores: ['trade'] }, clerk)).rejects.toMatchObject({ code: 'forbidden' })
  })
  it('that ordered once long ago never came back', () => {
    const one = { interval: 10, days: 1, age: 200 }
    expect(accountState({ ...one, since: 200 })).toBe('once')
    expect(accountState({ ...one, since: 12 })).toBe('active')
    expect(accountState({ since: 400, interval: null, days: 3, age: 500 })).toBe('active')
  })
})

describe('new products', () => {
  const told = (more: object = {}, actor = someone('ada', 'viewer')) =>
    room.run(performance.launches, { to: day(90), stores: ['newest'], ...more }, actor)
  it('are followed by whole weeks since their first sale, against the middle of all at the same age', async () => {
    const { items, middle } = await told()
    expect(items.map((one: Record<string, unknown>) => [one.product, one.launched, one.curve])).toEqual([
      ['CUP', day(63), [60, 60]],
      ['JUG', day(60), [40, 40, 40]],
      ['MUG', day(60), [100, 150, 150]],
    ])
    // Two are no middle; and what sold when the data began may be older.
    expect(middle).toEqual([
      { low: 50, half: 60, high: 80, products: 3 },
      { low: 50, half: 60, high: 105, products: 3 },
      null,
    ])
    expect(items.map((one: { against: number | null }) => one.against)).toEqual([1, null, null])
  })
  it('are those of stores one may see', async () => {
    await expect(told({}, someone('bo', 'viewer', ['shop']))).rejects.toMatchObject({ code: 'forbidden' })
    expect((await told({ stores: undefined }, someone('bo', 'viewer', ['shop']))).items).toEqual([])
  })
})

describe('a day by the hour', () => {
  const peak = (more: object = {}) =>
    room.run(performance.peakDay, { day: day(60), stores: ['trade'], ...more })
  it('is held against its plan, shared out to hours as its weekday ran, to the penny', async () => {
    expect((await peak()).plan).toBeNull()
    const target = (name: string, metric: string, value: string) => ({
      id: `${name} ${metric}`,
      name,
      metric,
      grain: 'day' as const,
      values: { [day(60)]: value },
      store: 'trade',
      currency: metric === 'orders' ? null : 'GBP',
    })
    await room.open.ledger
      .insert(settings.targets)
      .values([target('plan', 'net_sales', '240.05'), target('ceiling', 'orders', '40')])
    room.context().settled?.()
    const told = await peak()
    expect(told).toMatchObject({
      plan: 'plan',
      planned: { net_sales: '240.05', orders: null },
      ceiling: '40',
      // The day is over: its hours are all there.
      soFar: null,
    })
    const hours = told.rows.map(
      (row: { compare: Record<string, { values: Record<string, { value: string; delta: string }> }> }) =>
        row.compare['plan.plan']?.values.net_sales,
    )
    expect(hours).toHaveLength(24)
    // All was ever sold at ten.
    expect(hours[10]).toMatchObject({ value: '240.05', delta: '-140.05' })
    expect(hours[11]?.value).toBe('0')
    expect(told.record).toEqual({ period: expect.stringMatching(/ 10:00$/), orders: '3' })
  })
  it('says orders a minute of the stores asked for, once each, and none of filtered ones', async () => {
    // All else was sold on the hour.
    expect((await peak()).pace).toBeNull()
    const line = (store: string, order_id: string, minute: number) => ({
      ...{ store, order_id, day: day(62), gross: 5 },
      happened_at: `${day(62)} 10:${minute}:30`,
    })
    await deliverLines(room.granary, [
      line('trade', 'a', 11),
      line('trade', 'a', 11),
      line('trade', 'b', 14),
      ...Array.from({ length: 40 }, (_, n) => line('shop', `s${n}`, 14)),
    ])
    const asked = { day: day(62) }
    expect((await peak(asked)).pace).toMatchObject({ until: '10:15', five: 2 / 5, fifteen: 2 / 15 })
    expect((await peak({ ...asked, stores: undefined })).pace).toMatchObject({ five: 42 / 5 })
    // What is added to an order of the day before is no order of this one.
    const before = { day: day(61), happened_at: `${day(61)} 09:12:30` }
    await deliverLines(room.granary, [
      { ...line('trade', 'c', 13), ...before },
      { ...line('trade', 'c', 13), ordered_day: day(61) },
    ])
    expect((await peak(asked)).pace).toMatchObject({ until: '10:15', five: 2 / 5 })
    const own = someone('bo', 'viewer', ['trade'])
    expect((await room.run(performance.peakDay, { ...asked }, own)).pace).toMatchObject({ five: 2 / 5 })
    expect((await peak({ ...asked, filters: [{ dimension: 'country', is: ['GB'] }] })).pace).toBeNull()
  })
  it('has no plan of stores one may not see', async () => {
    await expect(
      room.run(performance.peakDay, { day: day(60), stores: ['trade'] }, someone('bo', 'viewer', ['shop'])),
    ).rejects.toMatchObject({ code: 'forbidden' })
  })
})
