import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'

/** A shop with analytics: sessions by way and again by landing page, advertising, and purchases to match. */

let granary: Warehouse
let engine: Engine
const scope = { stores: 'all' as const, now: new Date('2026-03-20T12:00:00Z') }
const march = { from: '2026-03-01', to: '2026-03-31' }
const ask = (query: Omit<Query, 'from' | 'to'> & Partial<Query>) => engine.ask({ ...march, ...query }, scope)

const traffic = (more: Record<string, unknown>) => ({
  store: 'shop',
  day: '2026-03-02',
  origin: 'ga4',
  channel: 'Paid Search',
  campaign: 'UK Brand',
  device: 'mobile',
  country: 'GB',
  landing_page: '',
  sessions: 0,
  currency: 'GBP',
  quality: '',
  source: 'test',
  ...more,
})

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({
    granary,
    world: async () => ({
      stores: [{ store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }],
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
    }),
  })
  await deliver(granary, 'traffic_days', [
    traffic({ sessions: 60, cart_sessions: 12, checkout_sessions: 6, completed_sessions: 3 }),
    traffic({
      sessions: 40,
      cart_sessions: 4,
      checkout_sessions: 3,
      completed_sessions: 2,
      channel: 'Direct',
      campaign: '(direct)',
      device: 'desktop',
    }),
    traffic({ sessions: 70, campaign: '', landing_page: '/' }),
    traffic({ sessions: 28, campaign: '', landing_page: '/mugs', channel: 'Direct', device: 'desktop' }),
    traffic({ origin: 'shopify', sessions: 130, cart_sessions: 20, channel: '', campaign: '' }),
    // Days of a file that knows landing pages only.
    traffic({ day: '2026-03-01', sessions: 11, landing_page: '/', campaign: '' }),
  ])
  await deliver(granary, 'spend_days', [
    {
      store: 'shop',
      day: '2026-03-02',
      platform: 'google-ads',
      account: '',
      channel: 'Paid Search',
      campaign: 'UK Brand',
      country: '',
      cost: '20',
      clicks: 50,
      impressions: 1000,
      currency: 'GBP',
      source: 'test',
    },
  ])
  await deliverLines(granary, [
    { order_id: '20512001', day: '2026-03-02', gross: 60, customer_id: 'a' },
    { order_id: '20512002', day: '2026-03-02', gross: 40, customer_id: 'b' },
    { order_id: '20513001', day: '2026-03-03', gross: 100, customer_id: 'a' },
    { order_id: '20513002', day: '2026-03-03', gross: 20, customer_id: 'c' },
  ])
  const seen = (transaction_id: string, day: string, purchases = 1) => ({
    store: 'shop',
    origin: 'ga4',
    day,
    transaction_id,
    channel: 'Direct',
    campaign: '(direct)',
    source_medium: '(direct) / (none)',
    device: 'mobile',
    country: 'GB',
    purchases,
    revenue: '50',
    currency: 'GBP',
    quality: '',
    source: 'test',
  })
  await deliver(granary, 'analytics_orders', [
    seen('#20512001', '2026-03-02'),
    seen('#20513001', '2026-03-04', 2),
    seen('#99', '2026-03-02'),
  ])
  const item = { store: 'shop', day: '2026-03-02', origin: 'ga4', title: 'Mug', currency: 'GBP', quality: '' }
  await deliver(granary, 'item_days', [
    { ...item, product_id: 'MUG', items_viewed: 50, items_added: 10, items_purchased: 4, source: 'test' },
  ])
  const search = {
    store: 'shop',
    day: '2026-03-02',
    origin: 'ga4',
    channel: 'Direct',
    device: 'mobile',
    country: 'GB',
    quality: '',
    source: 'test',
  }
  await deliver(granary, 'search_days', [
    { ...search, term: 'mug', sessions: 30, engaged_sessions: 24, searches: 40 },
    { ...search, term: 'mug', channel: 'Email', sessions: 10, engaged_sessions: 8, searches: 10 },
    { ...search, term: 'returns', sessions: 5, engaged_sessions: 1, searches: 5 },
  ])
})
afterAll(() => granary.close())

describe('sessions', () => {
  it('are counted once, though landing pages split them again', async () => {
    const { totals } = await ask({ metrics: ['sessions', 'cart_rate', 'conversion_rate'] })
    expect(totals).toMatchObject({ sessions: '111', cart_rate: '0.1441441441' })
    const day = await ask({ metrics: ['sessions'], from: '2026-03-02', to: '2026-03-02', by: ['channel'] })
    expect(day.rows.map(row => [row.channel, row.sessions])).toEqual([
      ['Paid Search', '60'],
      ['Direct', '40'],
    ])
  })
  it('are split by landing page by the rows that know it', async () => {
    const { rows, totals } = await ask({ metrics: ['sessions'], by: ['landing_page'] })
    expect(rows.map(row => [row.landing_page, row.sessions])).toEqual([
      ['/', '81'],
      ['/mugs', '28'],
    ])
    expect(totals.sessions).toBe('111')
    const one = await ask({ metrics: ['sessions'], filters: [{ dimension: 'landing_page', is: ['/mugs'] }] })
    expect(one.totals.sessions).toBe('28')
  })
  it('have rates by device and channel, and money each of them', async () => {
    const { rows } = await ask({
      metrics: ['cart_rate', 'checkout_rate', 'conversion_rate', 'cart_abandonment'],
      by: ['device'],
      from: '2026-03-02',
      to: '2026-03-02',
    })
    expect(rows.find(row => row.device === 'mobile')).toMatchObject({
      cart_rate: '0.2',
      checkout_rate: '0.1',
      conversion_rate: '0.05',
      cart_abandonment: '0.75',
    })
    const { totals } = await ask({
      metrics: ['revenue_per_session', 'orders_per_session'],
      from: '2026-03-02',
      to: '2026-03-02',
    })
    expect(totals).toMatchObject({ revenue_per_session: '1', orders_per_session: '0.02' })
  })
  it('and sales go by channels of different kinds: together they have no answer by them', async () => {
    const metrics = ['revenue_per_session', 'mer', 'net_sales', 'sessions', 'cpc']
    const { rows, totals, meta } = await ask({ metrics, by: ['channel'], subtotals: true, grain: 'month' })
    const paid = rows.find(row => row.channel === 'Paid Search')
    expect(paid).toMatchObject({ revenue_per_session: null, mer: null, sessions: '71', cpc: '0.4' })
    expect(rows.every(row => row.revenue_per_session === null)).toBe(true)
    expect(meta.missing.revenue_per_session).toBe(
      'channel is where it was sold in Sales ledger and what brought the visit in Sessions: what belongs together cannot be told by it',
    )
    expect(meta.missing.mer).toContain('Media spend')
    expect(meta.missing).not.toHaveProperty('cpc')
    // Over all channels there is one.
    expect(totals.mer).toBe('11')
    const one = await ask({
      metrics: ['revenue_per_session'],
      filters: [{ dimension: 'channel', is: ['Paid Search'] }],
    })
    expect(one.totals.revenue_per_session).toBeNull()
    const kept = await ask({
      metrics: ['sessions'],
      by: ['channel'],
      filters: [{ metric: 'mer', under: 100 }],
    })
    expect(kept.rows).toEqual([])
    const { dimensions } = await engine.definitions()
    const offered = dimensions.find(one => one.name === 'channel')?.metrics
    expect(offered).toContain('sessions')
    expect(offered).not.toContain('revenue_per_session')
  })
  it('of two counters are never in one ratio', async () => {
    const of = async (origin: string) =>
      (await ask({ metrics: ['sessions', 'cart_rate'], filters: [{ dimension: 'origin', is: [origin] }] }))
        .totals
    expect(await of('shopify')).toMatchObject({ sessions: '130', cart_rate: '0.1538461538' })
    expect(await of('ga4')).toMatchObject({ sessions: '111' })
  })
})

describe('advertising', () => {
  it('has its rates by campaign, and blended over all sales', async () => {
    const { totals } = await ask({ metrics: ['spend', 'ctr', 'cpc', 'cpm', 'mer', 'ncac', 'amer'] })
    expect(totals).toMatchObject({
      spend: '20',
      ctr: '0.05',
      cpc: '0.4',
      cpm: '20',
      mer: '11',
      ncac: '6.6666666667',
    })
    const { rows } = await ask({ metrics: ['spend', 'sessions'], by: ['campaign'] })
    expect(rows.find(row => row.campaign === 'UK Brand')).toMatchObject({ spend: '20', sessions: '60' })
  })
})

describe('purchases', () => {
  it('are matched with orders by their number, whatever sign stands before it', async () => {
    const { totals } = await ask({
      metrics: ['tracked_orders', 'tracked_share', 'purchases_not_in_ledger', 'purchases_told_twice'],
    })
    expect(totals).toMatchObject({
      tracked_orders: '2',
      tracked_share: '0.5',
      purchases_not_in_ledger: '1',
      purchases_told_twice: '1',
    })
    const { rows } = await ask({ metrics: ['tracked_revenue'], by: ['tracking'] })
    expect(new Set(rows.map(row => row.tracking))).toEqual(
      new Set(['same day', 'another day', 'not in the ledger']),
    )
  })
  it('are matched anew when an order comes late', async () => {
    await deliverLines(granary, [{ order_id: '99', day: '2026-03-02', gross: 5, customer_id: 'd' }])
    const { totals } = await ask({ metrics: ['purchases_not_in_ledger', 'tracked_share'] })
    expect(totals).toMatchObject({ purchases_not_in_ledger: '0', tracked_share: '0.6' })
  })
  it('tell what a new customer costs, and what spend brings, by the channel and campaign of the visit', async () => {
    const seen = { store: 'shop', origin: 'ga4', source_medium: '', device: 'mobile', country: 'GB' }
    const paid = { ...seen, channel: 'Paid Search', campaign: 'UK Brand', currency: 'GBP', quality: '' }
    const purchase = (transaction_id: string, day: string) => ({
      ...{ ...paid, transaction_id, day, purchases: 1, revenue: '15', source: 'test' },
    })
    await deliver(granary, 'analytics_orders', [
      // The first order of customer c; a second of a; one that no ledger has.
      purchase('20513002', '2026-03-03'),
      purchase('#20513001', '2026-03-03'),
      purchase('test-7', '2026-03-03'),
    ])
    const metrics = [
      ...['tracked_new_customers', 'analytics_ncac', 'tracked_order_revenue', 'analytics_mer'],
      ...['tracked_new_customer_revenue', 'analytics_amer'],
    ]
    for (const by of ['channel', 'campaign']) {
      const { rows } = await ask({ metrics, by: [by] })
      expect(rows.find(row => ['Paid Search', 'UK Brand'].includes(String(row[by])))).toMatchObject({
        tracked_new_customers: '1',
        analytics_ncac: '20',
        tracked_order_revenue: '30',
        analytics_mer: '1.5',
        // Of the two orders only one is a first.
        tracked_new_customer_revenue: '15',
        analytics_amer: '0.75',
      })
    }
    const { rows } = await ask({ metrics, by: ['channel'] })
    // For a and d, who came by themselves, nothing was paid.
    expect(rows.find(row => row.channel === 'Direct')).toMatchObject({
      tracked_new_customers: '2',
      analytics_ncac: '0',
      analytics_mer: null,
      analytics_amer: null,
    })
    // What no counter saw is of nobody: by platform no first order can be told.
    const platforms = await ask({ metrics: ['spend', 'analytics_amer'], by: ['platform'] })
    expect(platforms.rows.map(row => row.analytics_amer)).toEqual(platforms.rows.map(() => null))
    expect(platforms.meta.missing.analytics_amer).toMatch(/platform/i)
  })
})

describe('people', () => {
  beforeAll(async () => {
    const row = (grain: string, day: string, total_users: number, more = {}) => ({
      store: 'shop',
      origin: 'ga4',
      grain,
      day,
      dimension: '',
      value: '',
      total_users,
      active_users: total_users - 1,
      source: 'test',
      ...more,
    })
    await deliver(granary, 'traffic_users', [
      row('day', '2026-03-02', 50),
      row('day', '2026-03-03', 40),
      row('day', '2026-03-20', 10),
      row('week', '2026-03-02', 70),
      row('month', '2026-02-01', 300),
      row('month', '2026-03-01', 90),
      row('year', '2026-01-01', 350),
    ])
  })
  const users = async (query: Partial<Query>) => {
    const { rows, totals, meta } = await ask({ metrics: ['total_users'], ...query })
    return {
      rows: rows.map(row => row.total_users),
      total: totals.total_users,
      missing: meta.missing.total_users,
    }
  }
  it('are those of the period asked for, never a sum', async () => {
    expect(await users({ from: '2026-03-02', to: '2026-03-08' })).toMatchObject({ total: '70' })
    expect(await users({ from: '2026-03-02', to: '2026-03-02' })).toMatchObject({ total: '50' })
    const days = await users({ from: '2026-03-02', to: '2026-03-03', grain: 'day' })
    expect(days).toMatchObject({ rows: ['50', '40'], total: null })
    // March is not over: what is known of it reaches as far as the data.
    const months = await users({ from: '2026-02-01', to: '2026-03-20', grain: 'month' })
    expect(months.rows).toEqual(['300', '90'])
  })
  it('are not known for days that are no period, and it is said why', async () => {
    const { total, missing } = await users({ from: '2026-03-02', to: '2026-03-05' })
    expect(total).toBeNull()
    expect(missing).toContain('each whole day, week, month, quarter and year')
  })
})

describe('products', () => {
  it('are viewed, put into carts and bought', async () => {
    const { rows } = await ask({
      metrics: ['items_viewed', 'cart_to_view_rate', 'purchase_to_view_rate'],
      by: ['product'],
    })
    expect(rows).toEqual([
      { product: 'MUG', items_viewed: '50', cart_to_view_rate: '0.2', purchase_to_view_rate: '0.08' },
    ])
  })
})

describe('site search', () => {
  const metrics = ['search_sessions', 'site_searches', 'search_engagement_rate', 'search_conversion_rate']
  it('is told by term, and what the counter does not tell of it is not known', async () => {
    const { rows, totals } = await ask({ metrics, by: ['search_term'] })
    expect(rows).toEqual([
      {
        search_term: 'mug',
        search_sessions: '40',
        site_searches: '50',
        search_engagement_rate: '0.8',
        search_conversion_rate: null,
      },
      {
        search_term: 'returns',
        search_sessions: '5',
        site_searches: '5',
        search_engagement_rate: '0.2',
        search_conversion_rate: null,
      },
    ])
    expect(totals.search_sessions).toBe('45')
  })
  it('is narrowed by what brought the visit', async () => {
    const { totals } = await ask({ metrics, filters: [{ dimension: 'channel', is: ['Email'] }] })
    expect(totals.search_sessions).toBe('10')
  })
})
