import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'
import type { StoreSetting, TargetSetting, World } from './world.ts'

/** A company of two shops in two currencies with stock, media and sessions. */

const shop = (store: string, currency: string): StoreSetting => ({
  store,
  name: store,
  currency,
  timezone: 'Europe/London',
  kind: 'both',
})
const world: World = {
  stores: [shop('shop', 'GBP'), shop('paris', 'EUR')],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: 'GBP',
  events: [],
  targets: [],
  metrics: [],
  dimensions: [
    { name: 'region', label: 'Region', of: 'country', groups: { Islands: ['UK'] }, otherwise: 'Mainland' },
  ],
}
const scope = { stores: 'all' as const, now: new Date('2026-03-20T12:00:00Z') }
const march = { from: '2026-03-01', to: '2026-03-31' }

let granary: Warehouse
let engine: Engine
let settings: World
const ask = (query: Query) => engine.ask(query, scope)
const totals = async (query: Query) => (await ask(query)).totals

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({ granary, world: async () => settings })
  const paris = { store: 'paris', currency: 'EUR', country: 'FR' }
  // Both shops have an order 1 of a customer c1: two orders of two people.
  await deliverLines(granary, [
    {
      order_id: '1',
      day: '2026-03-02',
      hour: 9,
      gross: 100,
      customer_id: 'c1',
      country: 'UK',
      product_id: 'p1',
    },
    {
      order_id: '2',
      day: '2026-03-09',
      hour: 10,
      gross: 50,
      customer_id: 'c2',
      country: 'UK',
      product_id: 'p2',
    },
    {
      order_id: '3',
      day: '2026-03-10',
      hour: 21,
      gross: 30,
      customer_id: 'c2',
      country: 'UK',
      product_id: 'p2',
    },
    { order_id: '1', day: '2026-03-02', hour: 9, gross: 100, customer_id: 'c1', ...paris, product_id: 'p1' },
    {
      order_id: '3',
      day: '2026-03-11',
      kind: 'reversal',
      reversals: -30,
      customer_id: 'c2',
      country: 'UK',
      ordered_day: '2026-03-10',
      product_id: 'p2',
    },
  ])
  await deliver(granary, 'exchange_rates', [
    { base: 'GBP', quote: 'EUR', day: '2026-03-01', rate: '1.25', source: 'test' },
    { base: 'USD', quote: 'GBP', day: '2026-03-05', rate: '0.75', source: 'test' },
  ])
})
afterAll(() => granary.close())
beforeEach(() => {
  settings = world
})

describe('two shops', () => {
  it('have customers and orders of their own, whatever their numbers', async () => {
    const metrics = ['orders', 'customers', 'new_customers', 'repeat_customers']
    expect(await totals({ metrics, ...march })).toMatchObject({
      orders: '4',
      customers: '3',
      new_customers: '3',
      repeat_customers: '1',
    })
    const titled = await ask({ metrics: ['orders', 'customers'], by: ['category'], ...march })
    expect(titled.rows).toEqual([{ category: '', orders: '4', customers: '3' }])
    const compared = await ask({ metrics: ['customers'], by: ['channel'], ...march, compare: ['last_year'] })
    expect(compared.rows[0]?.customers).toBe('3')
  })
  it('are added up in one currency, also where only the opposite rate is known', async () => {
    const { totals: all, meta } = await ask({ metrics: ['gross_sales'], ...march })
    expect([all.gross_sales, meta.currency]).toEqual(['260', 'GBP'])
    expect(meta.warnings.map(w => w.code)).toContain('converted')
  })
  it('say N/A rather than leave out money that has no rate', async () => {
    const {
      totals: all,
      rows,
      meta,
    } = await ask({
      metrics: ['gross_sales', 'orders', 'aov'],
      by: ['store'],
      currency: 'JPY',
      ...march,
    })
    expect(all).toMatchObject({ gross_sales: null, orders: '4', aov: null })
    expect(rows.every(row => row.gross_sales === null && row.orders !== null)).toBe(true)
    expect(meta.warnings.map(w => w.code)).toContain('rates')
  })
})

describe('rows and values', () => {
  it('are the new customers’ own when a cell of new customers is opened', async () => {
    const query: Query = { metrics: ['gross_sales'], by: ['customer_kind'], stores: ['shop'], ...march }
    const open = (kind: string) =>
      engine.rows({ query, metric: 'gross_sales', values: { customer_kind: kind } }, scope)
    expect((await open('new')).count).toBe(2)
    const { rows, columns } = await open('returning')
    // The sale, and what came back of it.
    expect(rows.map(r => r[columns.indexOf('order_id')])).toEqual(['3', '3'])
  })
  it('are told page by page, none twice and none left out', async () => {
    const query: Query = { metrics: ['net_sales'], ...march }
    const seen: string[] = []
    for (let offset = 0; offset < 5; offset += 1) {
      const { rows, columns } = await engine.rows({ query, metric: 'net_sales', limit: 1, offset }, scope)
      seen.push(['store', 'order_id', 'kind'].map(c => rows[0]?.[columns.indexOf(c)]).join(' '))
    }
    expect(new Set(seen).size).toBe(5)
  })
  it('can be chosen of groupings too, and an unknown one is named', async () => {
    expect(await engine.values('region', '', scope)).toEqual(['Islands', 'Mainland'])
    expect(await engine.values('product', '1', scope)).toEqual(['p1'])
    await expect(engine.values('regoin', '', scope)).rejects.toMatchObject({
      next: expect.stringContaining('region'),
    })
  })
  it('that no row has are said, with the nearest: the figure would be 0 without a word', async () => {
    const said = async (filter: object, more: object = {}) =>
      (await ask({ metrics: ['net_sales'], filters: [filter as never], ...march, ...more })).meta.warnings
        .filter(one => one.code === 'unknown_value')
        .map(one => one.message)
    const uk = { dimension: 'country' }
    expect(await said({ ...uk, is: ['U.K.'] })).toEqual(["No rows have country = 'U.K.'; nearest: UK."])
    expect(await said({ ...uk, is: ['UK', 'FRA'] })).toEqual(["No rows have country = 'FRA'; nearest: FR."])
    expect(await said({ ...uk, not: ['fr'] })).toEqual([
      "No rows have country = 'fr', so nothing is left out by it; nearest: FR.",
    ])
    expect(await said({ ...uk, contains: 'zz' })).toHaveLength(1)
    expect(await said({ dimension: 'region', is: ['Iles'] })).toEqual([
      "No rows have region = 'Iles'; nearest: Islands.",
    ])
    // Known, only not of these days, or not of these stores: 0 is the answer.
    expect(await said({ ...uk, is: ['UK'] }, { from: '2026-03-20', to: '2026-03-20' })).toEqual([])
    expect(await said({ ...uk, is: ['UK'] }, { stores: ['paris'] })).toEqual([])
    expect(await said({ ...uk, contains: 'k' }, { stores: ['paris'] })).toEqual([])
  })
  it('of hours stand in the order of the clock', async () => {
    const { rows } = await ask({
      metrics: ['gross_sales'],
      by: ['hour'],
      sort: { by: 'hour', desc: false },
      ...march,
    })
    expect(rows.map(r => r.hour)).toEqual(['9', '10', '21'])
  })
  it('keep their subtotals when they are cut, filtered and sorted', async () => {
    const { rows, subtotals } = await ask({
      metrics: ['orders'],
      by: ['store', 'product'],
      subtotals: true,
      limit: 1,
      sort: { by: 'product' },
      filters: [{ metric: 'orders', under: 2 }],
      ...march,
    })
    expect(rows).toHaveLength(1)
    expect(subtotals).toEqual([
      { store: 'shop', orders: '3' },
      { store: 'paris', orders: '1' },
    ])
  })
  it('stand by the size of their change, whichever way it went', async () => {
    const query: Query = { metrics: ['gross_sales'], by: ['product'], compare: ['previous_period'], ...march }
    const sorted = await ask({
      ...query,
      sort: { by: 'gross_sales', of: 'previous_period', absolute: true },
    })
    const size = (row: (typeof sorted.rows)[number]) =>
      Math.abs(Number(row.gross_sales) - Number(row.compare?.previous_period?.values.gross_sales?.value))
    const sizes = sorted.rows.map(size)
    expect(sizes.length).toBeGreaterThan(1)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    await expect(ask({ ...query, sort: { by: 'product', absolute: true } })).rejects.toMatchObject({
      code: 'invalid',
      next: expect.stringContaining('size'),
    })
  })
  it('are not sorted by periods they do not have', async () => {
    await expect(
      ask({ metrics: ['orders'], by: ['store'], sort: { by: 'period' }, ...march }),
    ).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('targets', () => {
  const target = (values: Partial<TargetSetting>): TargetSetting => ({
    name: 'plan',
    metric: 'net_sales',
    grain: 'month',
    values: { '2026-03-01': '310', '2026-04-01': '300' },
    store: null,
    currency: null,
    ...values,
  })
  const against = async (query: Partial<Query>, of: TargetSetting[]) => {
    settings = { ...world, targets: of }
    const answer = await ask({ metrics: ['net_sales'], compare: ['plan.plan'], ...march, ...query })
    const value = (row: typeof answer.totals | undefined) =>
      row?.compare?.['plan.plan']?.values.net_sales?.value
    return { total: value(answer.totals), rows: answer.rows.map(value) }
  }
  it('count to the last day of the data', async () => {
    expect((await against({}, [target({})])).total).toBe('110')
  })
  it('of single shops add up to the whole only where each has one', async () => {
    const london = target({ store: 'shop', values: { '2026-03-01': '62' } })
    const paris = target({ store: 'paris', values: { '2026-03-01': '31' } })
    expect(await against({ by: ['store'] }, [london, paris])).toEqual({ total: '33', rows: ['22', '11'] })
    expect((await against({}, [london])).total).toBeNull()
    expect((await against({ stores: ['shop'] }, [london, target({})])).total).toBe('22')
  })
  it('stand beside nothing they were not set for', async () => {
    const uk = { filters: [{ dimension: 'country', is: ['UK'] }] }
    expect((await against(uk, [target({})])).total).toBeNull()
    expect((await against({ by: ['country'] }, [target({})])).rows).toEqual([null, null])
    expect((await against({}, [target({ currency: 'EUR' })])).total).toBeNull()
  })
  it('show whole periods that are still to come', async () => {
    const { rows } = await against({ grain: 'month', to: '2026-04-30' }, [target({})])
    expect(rows).toEqual(['110', '300'])
  })
})

describe('stock', () => {
  beforeAll(async () => {
    const level = (store: string, day: string, product_id: string, on_hand: number) => ({
      store,
      day,
      location: 'main',
      product_id,
      on_hand,
      available: on_hand,
      incoming: null,
      unit_cost: 2,
      currency: store === 'paris' ? 'EUR' : 'GBP',
      source: 'test',
    })
    await deliver(granary, 'stock_days', [
      level('shop', '2026-03-01', 'p1', 10),
      level('shop', '2026-03-02', 'p1', 8),
      level('shop', '2026-03-02', 'p2', 0),
      level('paris', '2026-03-01', 'p1', 5),
    ])
  })
  it('is the last count of each shop, not the last count anywhere', async () => {
    const days = { from: '2026-03-01', to: '2026-03-02' }
    expect(await totals({ metrics: ['stock_units', 'stock_value'], ...days })).toMatchObject({
      stock_units: '13',
      // 8 × £2 and 5 × €2 at 1 ÷ 1.25
      stock_value: '24',
    })
    const daily = await ask({ metrics: ['stock_units'], grain: 'day', stores: ['shop'], ...days })
    expect(daily.rows.map(r => r.stock_units)).toEqual(['10', '8'])
    expect((await totals({ metrics: ['stockout_rate'], stores: ['shop'], ...days })).stockout_rate).toBe(
      '0.3333333333',
    )
  })
})

describe('media and sessions', () => {
  beforeAll(async () => {
    const cost = {
      platform: 'ads',
      account: 'a',
      channel: 'paid',
      campaign: 'x',
      country: 'UK',
      source: 'test',
    }
    await deliver(granary, 'spend_days', [
      { store: 'shop', day: '2026-03-06', ...cost, cost: 40, currency: 'USD' },
    ])
    const counted = (origin: string, day: string, sessions: number, quality = '') => ({
      store: 'shop',
      day,
      origin,
      channel: 'search',
      campaign: '',
      device: 'mobile',
      country: 'UK',
      landing_page: '/',
      sessions,
      currency: '',
      quality,
      source: 'test',
    })
    await deliver(granary, 'traffic_days', [
      counted('ga4', '2026-03-02', 30, 'sampled'),
      counted('ga4', '2026-03-09', 10),
      counted('shopify', '2026-03-09', 15),
    ])
  })
  it('are billed in a currency no shop sells in', async () => {
    const { totals: all } = await ask({ metrics: ['spend', 'mer'], stores: ['shop'], ...march })
    // £150 net for $40 at 0.75.
    expect(all).toMatchObject({ spend: '30', mer: '5' })
  })
  it('are never counted by two counters at once', async () => {
    const { totals: all, meta } = await ask({ metrics: ['sessions'], stores: ['shop'], ...march })
    expect(all.sessions).toBe('40')
    expect(meta.warnings.map(w => w.code)).toEqual(expect.arrayContaining(['counters', 'flawed']))
    const other = await totals({
      metrics: ['sessions', 'orders_per_session'],
      stores: ['shop'],
      filters: [{ dimension: 'origin', is: ['shopify'] }],
      ...march,
    })
    expect(other).toMatchObject({ sessions: '15', orders_per_session: null })
    const each = await ask({ metrics: ['sessions'], by: ['origin'], stores: ['shop'], ...march })
    expect(each.rows.map(r => [r.origin, r.sessions])).toEqual([
      ['ga4', '40'],
      ['shopify', '15'],
    ])
    expect(each.totals.sessions).toBe('40')
  })
})

describe('a kept answer', () => {
  const kept = async (query: Query) => (await ask(query)).meta.cached
  const early: Query = { metrics: ['orders'], from: '2026-03-12', to: '2026-03-14' }
  it('knows how far the data reach, though no load touched its days', async () => {
    expect((await totals(early)).orders).toBeNull()
    expect(await kept(early)).toBe(true)
    await deliverLines(granary, [
      { order_id: '9', day: '2026-03-16', store: 'shop', gross: 1, customer_id: 'c9' },
    ])
    expect((await totals(early)).orders).toBe('0')
  })
  it('outlives loads of other tables, shops and days, and says when data were last loaded', async () => {
    const query: Query = { metrics: ['orders'], from: '2026-03-01', to: '2026-03-05', stores: ['shop'] }
    const before = (await ask(query)).meta
    await deliver(granary, 'products', [
      {
        store: 'shop',
        product_id: 'p1',
        parent_id: '',
        title: 'Mug',
        category: 'Home',
        brand: '',
        vendor: 'acme',
        status: '',
        currency: 'GBP',
        source: 'test',
      },
    ])
    await deliverLines(granary, [
      { order_id: '8', day: '2026-03-16', store: 'paris', currency: 'EUR', gross: 1 },
    ])
    const after = (await ask(query)).meta
    expect(after.cached).toBe(true)
    expect(String(after.asOf) > String(before.asOf)).toBe(true)
  })
  it('is asked anew when what it was split by changes', async () => {
    const query: Query = { metrics: ['orders'], by: ['category'], stores: ['shop'], ...march }
    expect((await ask(query)).rows.map(r => r.category)).toContain('Home')
    const mug = { store: 'shop', product_id: 'p1', parent_id: '', title: 'Mug', category: 'Kitchen' }
    await deliver(granary, 'products', [
      { ...mug, brand: '', vendor: '', status: '', currency: 'GBP', source: 'test' },
    ])
    expect((await ask(query)).rows.map(r => r.category)).toContain('Kitchen')
  })
  it('follows a customer who comes back after its days, and a return of what it sold', async () => {
    const query: Query = {
      metrics: ['repeat_customers', 'cohort_return_rate'],
      from: '2026-03-02',
      to: '2026-03-02',
    }
    const at = () => totals({ ...query, stores: ['shop'] })
    expect(await at()).toMatchObject({ repeat_customers: '0', cohort_return_rate: '0' })
    await deliverLines(granary, [
      { order_id: '7', day: '2026-03-15', store: 'shop', gross: 5, customer_id: 'c1', country: 'UK' },
      {
        order_id: '1',
        day: '2026-03-15',
        store: 'shop',
        kind: 'reversal',
        reversals: -25,
        customer_id: 'c1',
        country: 'UK',
        ordered_day: '2026-03-02',
      },
    ])
    expect(await at()).toMatchObject({ repeat_customers: '1', cohort_return_rate: '0.25' })
  })
  it('is one run for many who ask at once', async () => {
    const query: Query = { metrics: ['net_sales'], from: '2026-03-03', to: '2026-03-17' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(query)))
    expect(answers.filter(a => !a.meta.cached)).toHaveLength(1)
    expect(new Set(answers.map(a => a.totals.net_sales)).size).toBe(1)
  })
})
