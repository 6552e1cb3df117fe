import { afterAll, beforeAll, expect, it } from 'vitest'
import { daysBetween } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { plainWorld, shop } from '../../test/small-world.ts'
import { bridge } from './bridge/bridge.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { AnswerRow, Query } from './query.ts'
import { metricTree } from './tree/tree.ts'
import type { World } from './world.ts'

/**
 * North is read newest first: of last year two orders are in that changed of late, and everything from 10 March 2026 on.
 * South, from files, and the sessions of both are whole.
 */
let granary: Warehouse
let engine: Engine
let coming: World['coming']
const scope = { stores: 'all' as const, now: new Date('2026-03-31T12:00:00Z') }
const ask = (query: Partial<Query>) =>
  engine.ask(
    { metrics: ['net_sales'], from: '2026-03-01', to: '2026-03-31', compare: ['last_year'], ...query },
    scope,
  )
const then = (row: AnswerRow | undefined, metric = 'net_sales', comparison = 'last_year') =>
  row?.compare?.[comparison]?.values[metric]
const unknown = { value: null, delta: null, ratio: null }
const north = (from: string, table: 'sales_lines' | 'traffic_days' = 'sales_lines') => ({
  ...{ store: 'north', table, from },
  words: `orders of North: read back to ${from} so far`,
})

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({
    granary,
    world: async () => ({
      ...plainWorld,
      stores: [shop('north'), shop('south')],
      targets: [
        {
          ...{ name: 'aim', metric: 'net_sales', grain: 'month' as const, store: null, currency: 'GBP' },
          values: { '2026-03-01': '1000' },
        },
      ],
      ...(coming && { coming }),
    }),
  })
  const sold = (store: string, day: string, gross: number) => ({
    order_id: `${store} ${day}`,
    day,
    store,
    gross,
  })
  const both = [...daysBetween('2025-03-01', '2025-03-31'), ...daysBetween('2026-03-01', '2026-03-31')]
  await deliverLines(granary, [
    ...['2025-03-05', '2025-03-20'].map(day => sold('north', day, 1)),
    ...daysBetween('2026-03-10', '2026-03-31').map(day => sold('north', day, 10)),
    ...both.map(day => sold('south', day, day < '2026' ? 4 : 5)),
  ])
  await deliver(
    granary,
    'traffic_days',
    both.flatMap(day =>
      ['north', 'south'].map(store => ({
        ...{ store, day, origin: 'ga4', channel: 'Direct', campaign: '', device: 'mobile', country: 'GB' },
        ...{
          landing_page: '',
          sessions: 10,
          completed_sessions: 1,
          currency: 'GBP',
          quality: '',
          source: 't',
        },
      })),
    ),
  )
})
afterAll(() => granary.close())

it('a part of last year is no base: N/A in the total, and one sentence says from which day and why', async () => {
  coming = undefined
  expect(Number(then((await ask({ stores: ['north'] })).totals)?.ratio)).toBeGreaterThan(100)
  coming = [north('2026-03-10')]
  const { totals, meta } = await ask({ metrics: ['net_sales', 'aov', 'sessions', 'orders_per_session'] })
  expect(totals.net_sales).toBe('375')
  for (const metric of ['net_sales', 'aov', 'orders_per_session'])
    expect(then(totals, metric)).toEqual(unknown)
  // What is made of whole tables alone is compared as ever.
  expect(then(totals, 'sessions')).toMatchObject({ value: '620', delta: '0' })
  expect(meta.wholeFrom).toBe('2026-03-10')
  expect(meta.warnings).toEqual([
    {
      code: 'coming',
      stores: ['north'],
      message:
        'Orders of North: read back to 2026-03-10 so far. Figures are whole from 10 Mar 2026 on: nothing is compared with earlier days.',
    },
  ])
})

it('stores that are whole are compared, asked for alone or as rows of their own', async () => {
  coming = [north('2026-03-10')]
  const south = await ask({ stores: ['south'] })
  expect(then(south.totals)).toMatchObject({ value: '124', delta: '31' })
  expect(south.meta.wholeFrom).toBeUndefined()
  // One that is behind only before the days asked for is whole in them.
  coming = [{ ...north('2024-01-01'), store: 'south' }, north('2026-03-10')]
  expect((await ask({})).meta.warnings[0]?.stores).toEqual(['north'])
  coming = [north('2026-03-10')]
  // Of several it is the one furthest behind that says why.
  const nearer = { ...north('2026-03-05'), store: 'south', words: 'orders of South: read back to 5 Mar' }
  coming = [nearer, ...coming]
  expect((await ask({})).meta.warnings[0]?.message).toMatch(
    /^Orders of North: read back to 2026-03-10 so far \(after it orders of South\)\. Figures are whole from 10 Mar/,
  )
  const behind = ['refunds of South', 'traffic of North', 'orders of West']
  coming = [...coming, ...behind.map(of => ({ ...nearer, words: `${of}: being read` }))]
  expect((await ask({})).meta.warnings[0]?.message).toContain(
    '(after it orders of South, refunds of South and 2 more)',
  )
  coming = [north('2026-03-10')]
  const filtered = await ask({ filters: [{ dimension: 'store', is: ['south'] }] })
  expect(then(filtered.totals)).toMatchObject({ value: '124' })
  const { rows } = await ask({ by: ['store'], sort: { by: 'net_sales', of: 'last_year', desc: true } })
  // The unknown change of North does not rank before the known one of South.
  expect(rows.map(row => [row.store, then(row)?.delta])).toEqual([
    ['south', '31'],
    ['north', null],
  ])
})

it('periods whose base is whole are compared beside others whose base is not', async () => {
  coming = [north('2026-03-10')]
  const { rows, totals } = await ask({ grain: 'day', compare: ['previous_days'], from: '2026-03-15' })
  const deltas = new Map(rows.map(row => [row.period, then(row, 'net_sales', 'previous_days')?.delta]))
  expect(deltas.get('2026-03-27')).toBe('0')
  expect(deltas.get('2026-03-26')).toBe(null)
  expect(then(totals, 'net_sales', 'previous_days')).toEqual(unknown)
  const sorted = await ask({
    ...{ grain: 'day', compare: ['previous_days'], from: '2026-03-15', limit: 6 },
    sort: { by: 'net_sales', of: 'previous_days', desc: true },
  })
  expect(sorted.rows.slice(0, 5).map(row => row.period)).toEqual([
    ...['2026-03-27', '2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31'],
  ])
})

it('targets stand beside the figures all the same', async () => {
  coming = [north('2026-03-10')]
  const { totals } = await ask({ compare: ['last_year', 'plan.aim'] })
  expect(then(totals, 'net_sales', 'plan.aim')).toMatchObject({ value: '1000', delta: '-625' })
})

it('nothing is explained by what has not come, and the bridge says what it waits for', async () => {
  coming = [north('2026-03-10')]
  const asked = { metric: 'net_sales' as const, compare: 'last_year' as const }
  const march = { from: '2026-03-01', to: '2026-03-31' }
  const found = await bridge(engine, { ...asked, ...march }, scope)
  expect(found).toMatchObject({ drivers: [], causes: [], sentence: '' })
  expect(found.warnings.at(-1)?.message).toContain('read back to 2026-03-10 so far')
  const standing = { roots: ['net_sales'], stores: [], plan: null }
  const { nodes, warnings } = await metricTree(engine, { ...march, compare: 'last_year' }, standing, scope)
  expect(nodes.find(node => node.metric === 'net_sales')?.before).toEqual(unknown)
  expect(nodes.map(node => node.moved).filter(moved => moved !== null)).toEqual([])
  expect(warnings.filter(one => one.code === 'coming').length).toBe(1)
})

it('comparisons come back by themselves as the past comes in, answers that were kept among them', async () => {
  coming = [north('2026-03-10')]
  const last = { from: '2026-03-28', to: '2026-03-31', compare: ['previous_days' as const] }
  const before = async () => then((await ask(last)).totals, 'net_sales', 'previous_days')?.value
  expect(await before()).toBe('60')
  expect((await ask(last)).meta.cached).toBe(true)
  coming = [north('2026-03-25')]
  expect(await before()).toBe(null)
  coming = [north('2026-03-10', 'traffic_days')]
  expect(await before()).toBe('60')
  expect(then((await ask({})).totals)).toMatchObject({ value: '126' })
  coming = undefined
  const { meta, totals } = await ask({ metrics: ['sessions'] })
  expect(then(totals, 'sessions')?.delta).toBe('0')
  expect(meta).not.toHaveProperty('wholeFrom')
  expect(meta.warnings).toEqual([])
})

it('figures of days before are told, and said to grow', async () => {
  coming = [north('2026-03-10')]
  const { totals, meta } = await ask({ compare: [] })
  expect(totals.net_sales).toBe('375')
  expect(meta.wholeFrom).toBe('2026-03-10')
  expect(meta.warnings.map(one => one.message)).toEqual([
    expect.stringContaining('whole from 10 Mar 2026 on: earlier ones grow until the rest is in.'),
  ])
})
