import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, daysBetween } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../test/small-ledger.ts'
import { plainWorld, shop } from '../../test/small-world.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { AnswerRow, Query } from './query.ts'
import type { World } from './world.ts'

/** The granary with its loads at an instant. */
const loadedAt = (granary: Warehouse, at: () => string): Warehouse =>
  new Proxy(granary, {
    get: (target, name) =>
      name === 'changes'
        ? async (after: number) => (await target.changes(after)).map(one => ({ ...one, at: at() }))
        : typeof target[name as keyof Warehouse] === 'function'
          ? (target[name as keyof Warehouse] as () => unknown).bind(target)
          : target[name as keyof Warehouse],
  })

const today = '2026-03-20'
/** What a day sells by the hour: no two days alike. */
const amount = (day: string, hour: number) => Number(day.slice(8)) * 10 + Number(day.slice(5, 7)) + hour / 100
const sold = (store: string, until: string, hour: number): Line[] =>
  daysBetween('2025-01-01', until).flatMap(day =>
    [3, 9, 13, 14, 20]
      .filter(one => day < until || one < hour)
      .map(one => ({
        order_id: `${store}${day}${one}`,
        store,
        day,
        hour: one,
        gross: amount(day, one),
        product_id: one === 20 ? 'late' : 'all-day',
        customer_id: `${store}${one}`,
        country: one % 2 ? 'UK' : 'FR',
      })),
  )

describe('a day that is not over', () => {
  let granary: Warehouse
  let engine: Engine
  let at = `${today}T14:20:00Z`
  const world: World = {
    ...plainWorld,
    targets: [
      {
        name: 'budget',
        metric: 'net_sales',
        store: null,
        grain: 'month',
        currency: 'GBP',
        values: { '2026-03-01': '31000' },
      },
    ],
  }
  const ask = (query: Partial<Query> & Pick<Query, 'metrics'>) =>
    engine.ask({ window: 'month_to_date', ...query }, { stores: 'all', now: new Date(at) })
  const base = (row: AnswerRow | undefined, of: string, metric = 'net_sales') =>
    Number(row?.compare?.[of]?.values[metric]?.value)
  /** Sales of base days, the last only until an hour. */
  const expected = (from: string, to: string, hour: number, is: (line: Line) => boolean = () => true) =>
    sold('shop', today, 14)
      .filter(
        one => one.day >= from && (one.day < to || (one.day === to && (one.hour ?? 0) < hour)) && is(one),
      )
      .reduce((sum, one) => sum + Number(one.gross), 0)

  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    await deliverLines(granary, sold('shop', today, 14))
    await deliver(
      granary,
      'traffic_days',
      daysBetween('2025-01-01', today).map(day => ({
        ...{ store: 'shop', day, origin: 'ga4', channel: 'Direct', campaign: '', device: 'mobile' },
        ...{ country: 'UK', landing_page: '', sessions: 10, completed_sessions: 1, currency: 'GBP' },
        ...{ quality: '', source: 'test' },
      })),
    )
    engine = createEngine({ granary: loadedAt(granary, () => at), world: async () => world })
  })
  afterAll(() => granary.close())

  const kinds = [
    ['previous_period', '2026-02-01', '2026-02-20'],
    ['last_year', '2025-03-01', '2025-03-20'],
    ['last_year_weekday', '2025-03-02', '2025-03-21'],
  ] as const

  it('a week to date is compared up to the hour of the same weekday', async () => {
    const { totals } = await ask({
      metrics: ['net_sales'],
      window: 'week_to_date',
      compare: ['previous_period'],
    })
    expect(base(totals, 'previous_period')).toBeCloseTo(expected('2026-03-09', '2026-03-13', 14), 6)
  })

  it.each(kinds)('is compared up to the hour of the data: %s', async (kind, from, to) => {
    const { totals, rows, meta } = await ask({ metrics: ['net_sales'], compare: [kind], grain: 'day' })
    expect(base(totals, kind)).toBeCloseTo(expected(from, to, 14), 6)
    expect(base(rows.at(-1), kind)).toBeCloseTo(expected(to, to, 14), 6)
    expect(base(rows.at(-2), kind)).toBeCloseTo(expected(addDays(to, -1), to, 0), 6)
    expect(meta).toMatchObject({
      until: `${today} 14:00`,
      comparisons: { [kind]: { until: `${to} 14:00` } },
    })
    expect(meta.warnings.map(one => one.message)).toContain(
      '20 Mar 2026 is not over: it is compared up to 14:00.',
    )
    for (const grain of ['week', 'month', undefined] as const) {
      const own = await ask({ metrics: ['net_sales'], compare: [kind], ...(grain && { grain }) })
      expect(base(own.totals, kind)).toBeCloseTo(expected(from, to, 14), 6)
      const sum = own.rows.reduce((all, row) => all + base(row, kind), 0)
      expect(sum).toBeCloseTo(expected(from, to, 14), 6)
    }
  })

  it.each(kinds)('also where a table of days has no hours, and in subtotals: %s', async (kind, from, to) => {
    for (const grain of [undefined, 'day', 'month'] as const) {
      const { rows, subtotals, totals } = await ask({
        metrics: ['net_sales', 'gross_sales'],
        by: ['product'],
        compare: [kind],
        subtotals: true,
        ...(grain && { grain }),
      })
      const of = (product: string) =>
        rows.filter(row => row.product === product).reduce((all, row) => all + (base(row, kind) || 0), 0)
      for (const product of ['late', 'all-day'])
        expect(of(product)).toBeCloseTo(
          expected(from, to, 14, one => one.product_id === product),
          6,
        )
      expect(base(totals, kind)).toBeCloseTo(expected(from, to, 14), 6)
      if (grain)
        expect((subtotals ?? []).reduce((all, row) => all + base(row, kind), 0)).toBeCloseTo(
          expected(from, to, 14),
          6,
        )
    }
    const kinds = await ask({ metrics: ['net_sales', 'orders'], by: ['customer_kind'], compare: [kind] })
    expect(kinds.rows.reduce((all, row) => all + base(row, kind), 0)).toBeCloseTo(expected(from, to, 14), 6)
  })

  it('counts who bought until then', async () => {
    const { totals, rows } = await ask({
      metrics: ['customers', 'orders'],
      window: 'today',
      compare: ['last_year'],
      grain: 'day',
    })
    expect(
      [totals, rows[0]].map(row => [base(row, 'last_year', 'customers'), base(row, 'last_year', 'orders')]),
    ).toEqual([
      [3, 3],
      [3, 3],
    ])
  })

  it('keeps whole days where these are all that is known, and says which', async () => {
    const { totals, meta } = await ask({
      metrics: ['orders', 'sessions', 'orders_per_session'],
      compare: ['last_year'],
    })
    expect(base(totals, 'last_year', 'orders')).toBe(19 * 5 + 3)
    expect(base(totals, 'last_year', 'sessions')).toBe(200)
    // Both of whole days: a rate of the orders until two over the sessions of a day would be none.
    expect(base(totals, 'last_year', 'orders_per_session')).toBe(0.5)
    expect(meta.wholeDays).toEqual(['sessions', 'orders_per_session'])
    expect(Object.keys(meta.comparisons)).toEqual(['last_year'])
    expect(meta.warnings.map(one => one.message)).toContain(
      'Sessions and Orders per session are known by whole days alone: compared with the whole day.',
    )
    const sorted = await ask({
      metrics: ['orders_per_session', 'orders'],
      by: ['country'],
      compare: ['last_year'],
      sort: { by: 'orders_per_session', of: 'last_year', desc: true },
    })
    expect(sorted.rows.map(row => row.country)).toEqual(['UK', 'FR'])
  })

  it('takes of a target what its hours would have had', async () => {
    const { totals, rows } = await ask({ metrics: ['net_sales'], compare: ['plan.budget'], grain: 'day' })
    // Fridays of the twelve weeks before: what sold before two of what sold all day.
    const fridays = Array.from({ length: 11 }, (_, n) => addDays(today, -7 * (n + 1)))
    const part = (hour: number) => fridays.reduce((sum, day) => sum + expected(day, day, hour), 0)
    const share = part(14) / part(24)
    expect(base(rows.at(-1), 'plan.budget')).toBeGreaterThan(1000 * share * 0.9)
    expect(base(rows.at(-1), 'plan.budget')).toBeLessThan(1000 * share * 1.1)
    expect(base(rows.at(-2), 'plan.budget')).toBe(1000)
    expect(base(totals, 'plan.budget')).toBeCloseTo(19_000 + base(rows.at(-1), 'plan.budget'), 6)
    const whole = await ask({ metrics: ['net_sales'], compare: ['plan.budget'], wholeDays: true })
    expect(base(whole.totals, 'plan.budget')).toBe(20_000)
  })

  it('asked for whole days, asked by the hour, and days that are over are compared as a whole', async () => {
    const asked = { metrics: ['net_sales'], compare: ['last_year' as const] }
    const whole = Number(expected('2025-03-01', '2025-03-20', 24).toFixed(2))
    const plain = await ask({ ...asked, wholeDays: true })
    expect([base(plain.totals, 'last_year'), plain.meta.until]).toEqual([whole, undefined])
    const hours = await ask({ ...asked, window: 'today', grain: 'hour' })
    expect(base(hours.rows[20], 'last_year')).toBe(amount('2025-03-20', 20))
    const before = await ask({ ...asked, window: 'yesterday' })
    expect(before.meta.until).toBeUndefined()
    expect(base(before.totals, 'last_year')).toBeCloseTo(expected('2025-03-19', '2025-03-19', 24), 6)
    // Loaded on the next day, the last one is over.
    at = '2026-03-21T08:00:00Z'
    const fresh = createEngine({ granary: loadedAt(granary, () => at), world: async () => world })
    const over = await fresh.ask(
      { ...asked, from: '2026-03-01', to: today },
      { stores: 'all', now: new Date(at) },
    )
    at = `${today}T14:20:00Z`
    expect([base(over.totals, 'last_year'), over.meta.until]).toEqual([whole, undefined])
  })

  it('explains what it leaves out', async () => {
    const made = await engine.explain(
      { metrics: ['net_sales'], window: 'month_to_date', compare: ['last_year'] },
      { stores: 'all', now: new Date(at) },
    )
    expect(made.passes.find(one => one.name === 'window')?.result).toMatchObject({
      moments: [{ stores: null, day: today, hour: 14 }],
    })
  })
})

it('is as far as each store’s own clock says', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  const stores = [
    shop('shop'),
    { ...shop('west'), timezone: 'America/Los_Angeles' },
    { ...shop('east'), timezone: 'Pacific/Auckland' },
  ]
  // 14:20 in London is 7:20 in Los Angeles and 3:20 of the next day in Auckland.
  const all = [...sold('shop', today, 14), ...sold('west', today, 7), ...sold('east', addDays(today, 1), 3)]
  await deliverLines(granary, all)
  const at = `${today}T14:20:00Z`
  const engine = createEngine({
    granary: loadedAt(granary, () => at),
    world: async () => ({ ...plainWorld, stores }),
  })
  const ask = (query: Partial<Query>) =>
    engine.ask(
      { metrics: ['net_sales', 'orders'], compare: ['last_year'], ...query },
      { stores: 'all', now: new Date(at) },
    )
  const until = (ends: Record<string, [string, number]>) =>
    all
      .filter(one => {
        const [day, hour] = ends[one.store ?? ''] ?? ['', 0]
        return one.day >= '2025-03-01' && (one.day < day || (one.day === day && (one.hour ?? 0) < hour))
      })
      .reduce((sum, one) => sum + Number(one.gross), 0)
  const value = (row: AnswerRow | undefined) => Number(row?.compare?.last_year?.values.net_sales?.value)
  // To the day it is in London: in Auckland that day is over.
  const days = await ask({ from: '2026-03-01', to: today })
  expect(value(days.totals)).toBeCloseTo(
    until({ shop: ['2025-03-20', 14], west: ['2025-03-20', 7], east: ['2025-03-20', 24] }),
    6,
  )
  expect(days.meta.warnings.map(one => one.message)).toContain(
    '20 Mar 2026 is not over: it is compared up to 14:00 in shop and 07:00 in west.',
  )
  // One hour would not be that of all.
  expect(days.meta).toMatchObject({ until: '2026-03-20 14:00', clocks: '14:00 in shop and 07:00 in west' })
  expect(days.meta.comparisons.last_year).not.toHaveProperty('until')
  // Of one store it is its own clock, whichever of all is the first.
  const west = await ask({ from: '2026-03-01', to: today, stores: ['west'] })
  expect(west.meta.warnings.map(one => one.message)).toContain(
    '20 Mar 2026 is not over: it is compared up to 07:00.',
  )
  expect(west.meta).not.toHaveProperty('clocks')
  // To the day it is in Auckland: the others have nothing of it.
  for (const by of [[], ['product'], ['store', 'country']]) {
    const next = await ask({ from: '2026-03-01', to: addDays(today, 1), by })
    const ends = until({ shop: ['2025-03-20', 14], west: ['2025-03-20', 7], east: ['2025-03-21', 3] })
    expect(value(next.totals)).toBeCloseTo(ends, 6)
    expect(next.rows.reduce((sum, row) => sum + (value(row) || 0), 0)).toBeCloseTo(ends, 6)
  }
  await granary.close()
})

it('is held against its plan to the hour, and days to come whole, also beside media that are booked ahead', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, sold('shop', today, 14))
  const ahead = addDays(today, 2)
  await deliver(granary, 'spend_days', [
    {
      ...{
        store: 'shop',
        day: ahead,
        platform: 'google',
        account: '',
        channel: '',
        campaign: '',
        country: '',
      },
      ...{ cost: 5, currency: 'GBP', source: 'test' },
    },
  ])
  const at = `${today}T14:20:00Z`
  const days = daysBetween(today, addDays(today, 3))
  const budget = { name: 'budget', metric: 'net_sales', store: null, grain: 'day', currency: 'GBP' } as const
  const engine = createEngine({
    granary: loadedAt(granary, () => at),
    world: async () => ({
      ...plainWorld,
      targets: [{ ...budget, values: Object.fromEntries(days.map(day => [day, '24'])) }],
    }),
  })
  const planned = async (...metrics: string[]) => {
    const { rows } = await engine.ask(
      { metrics, grain: 'day', from: today, to: addDays(today, 3), compare: ['plan.budget'] } as Query,
      { stores: 'all', now: new Date(at) },
    )
    return rows.map(row => Number(row.compare?.['plan.budget']?.values.net_sales?.value))
  }
  const alone = await planned('net_sales')
  expect(alone[0]).toBeLessThan(24)
  expect(alone.slice(1)).toEqual([24, 24, 24])
  expect(await planned('net_sales', 'mer')).toEqual(alone)
  await granary.close()
})

it('a plan of the company as one runs by its clock, though a store far west still trades', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, [...sold('shop', today, 24), ...sold('west', today, 14)])
  const at = `${addDays(today, 1)}T00:13:00Z`
  const budget = { name: 'budget', metric: 'net_sales', grain: 'day', currency: 'GBP' } as const
  const west = { ...shop('west'), timezone: 'America/New_York' }
  const planned = async (store: string | null) => {
    const engine = createEngine({
      granary: loadedAt(granary, () => at),
      world: async () => ({
        ...plainWorld,
        stores: [west, shop('shop'), shop('two')],
        targets: [{ ...budget, store, values: { [today]: '24' } }],
      }),
    })
    const { totals } = await engine.ask(
      {
        ...{ metrics: ['net_sales'], from: today, to: today, compare: ['plan.budget'] },
        ...(store && { stores: [store] }),
      } as Query,
      { stores: 'all', now: new Date(at) },
    )
    return Number(totals.compare?.['plan.budget']?.values.net_sales?.value)
  }
  expect(await planned(null)).toBe(24)
  expect(await planned('shop')).toBe(24)
  expect(await planned('west')).toBeLessThan(24)
  await granary.close()
})
