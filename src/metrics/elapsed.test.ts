import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { daysBetween } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'

/** Ten sessions and £5 a day in both years; sessions are known to 15 March 2026, sales to the 20th. */
let granary: Warehouse
let engine: Engine
const ask = (query: Partial<Query> & Pick<Query, 'metrics'>) =>
  engine.ask(
    { window: 'month_to_date', compare: ['last_year'], ...query },
    { stores: 'all', now: new Date('2026-03-20T12:00:00Z') },
  )
const [first, before] = ['2026-01-01', '2025-01-01']

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
  const days = (to: string) => [...daysBetween(before, '2025-12-31'), ...daysBetween(first, to)]
  await deliver(
    granary,
    'traffic_days',
    days('2026-03-15').map(day => ({
      store: 'shop',
      day,
      origin: 'ga4',
      channel: 'Direct',
      campaign: '',
      device: 'mobile',
      country: 'GB',
      landing_page: '',
      sessions: 10,
      completed_sessions: 1,
      currency: 'GBP',
      quality: '',
      source: 'test',
    })),
  )
  await deliverLines(
    granary,
    days('2026-03-20').map(day => ({ order_id: day, day, gross: 5 })),
  )
})
afterAll(() => granary.close())

describe('a period that is not over', () => {
  const change = (row: { compare?: unknown } | undefined, metric: string) =>
    (row?.compare as Record<string, { values: Record<string, { value: string; delta: string }> }> | undefined)
      ?.last_year?.values[metric]

  it('is compared with the same days of each thing it asks, also where one ends before another', async () => {
    const { totals, meta } = await ask({ metrics: ['sessions', 'net_sales', 'conversion_rate'] })
    expect(totals).toMatchObject({ sessions: '150', net_sales: '100' })
    expect(change(totals, 'sessions')).toMatchObject({ value: '150', delta: '0' })
    expect(change(totals, 'net_sales')).toMatchObject({ value: '100', delta: '0' })
    expect(meta.warnings.map(one => one.message)).toContain(
      'Sessions end on 15 Mar 2026: what is made of them is compared with the same days.',
    )
    // As it is without sales beside it.
    const alone = await ask({ metrics: ['sessions'] })
    expect(change(alone.totals, 'sessions')).toMatchObject({ value: '150', delta: '0' })
    expect(alone.meta.warnings.map(one => one.message).join()).not.toContain('Sessions end')
  })

  it('also line by line, and week by week', async () => {
    const { rows, totals } = await ask({ metrics: ['sessions', 'orders_per_session'], by: ['device'] })
    expect([change(rows[0], 'sessions'), change(totals, 'sessions')]).toMatchObject([
      { value: '150', delta: '0' },
      { value: '150', delta: '0' },
    ])
    const weeks = await ask({ metrics: ['sessions', 'net_sales'], grain: 'week' })
    // The week of 9 March: to Sunday the 15th; the one after has no sessions yet.
    expect(weeks.rows.map(row => change(row, 'sessions')?.value ?? null)).toEqual(['10', '70', '70', null])
  })
})

it('deals are known up to the last that was closed, not only made', async () => {
  const deal = (deal_id: string, created_day: string, close_day: string, state = 'won') => ({
    store: 'shop',
    platform: 'hubspot',
    deal_id,
    kind: 'deal',
    name: deal_id,
    pipeline: 'New',
    stage: state,
    state,
    amount: '10',
    currency: 'GBP',
    probability: 1,
    owner: '',
    account_id: '',
    created_day,
    close_day,
    order_id: '',
    source: 'test',
  })
  await deliver(granary, 'deals', [
    deal('a', '2025-03-01', '2025-03-04'),
    deal('b', '2025-03-01', '2025-03-12'),
    deal('c', '2026-02-20', '2026-03-03'),
    deal('d', '2026-03-02', '2026-03-14'),
    deal('e', '2026-03-02', '2026-06-30', 'open'),
  ])
  const { totals } = await ask({ metrics: ['deals_won'] })
  // Closed to the 14th of either year; what is expected in June says nothing of how far deals are known.
  expect(totals).toMatchObject({ deals_won: '2' })
  expect(totals.compare?.last_year?.values.deals_won).toMatchObject({ value: '2', delta: '0' })
})

it('a week to date stands beside the same days of the week before', async () => {
  const { totals, meta } = await ask({
    metrics: ['net_sales'],
    window: 'week_to_date',
    compare: ['previous_period'],
  })
  expect(meta.comparisons.previous_period).toMatchObject({ from: '2026-03-09', to: '2026-03-13' })
  expect(totals.compare?.previous_period?.values.net_sales).toMatchObject({ value: '25', delta: '0' })
})
