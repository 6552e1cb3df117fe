import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'
import type { World } from './world.ts'

const store = (name: string) => ({
  store: name,
  name,
  currency: 'GBP',
  timezone: 'Europe/London',
  kind: 'b2b' as const,
})
const world: World = {
  stores: [store('trade'), store('export')],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}

let granary: Warehouse
let engine: Engine
const ask = async (query: Partial<Query> & Pick<Query, 'metrics'>) =>
  engine.ask({ from: '2026-01-01', to: '2026-12-31', ...query } as Query, {
    stores: 'all',
    now: new Date('2027-01-31T12:00:00Z'),
  })

const order = (account_id: string, day: string, product_id: string, more = {}) => ({
  store: 'trade',
  order_id: `${account_id} ${day}`,
  day,
  account_id,
  product_id,
  gross: 100,
  ...more,
})

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({ granary, world: async () => world })
  await deliverLines(granary, [
    // Every ten days, then once after thirty: its mean is 16.7 days, so it is expected within 25.
    order('steady', '2026-03-01', 'pan'),
    order('steady', '2026-03-11', 'pan'),
    order('steady', '2026-03-21', 'rug'),
    order('steady', '2026-04-20', 'pan', { gross: 50 }),
    // A second order of the day is no reorder.
    order('steady', '2026-03-01', 'pot', { order_id: 'again' }),
    // Two orders make no habit.
    order('new', '2026-03-01', 'pan'),
    order('new', '2026-03-05', 'pan'),
    // Half a year to go by: its last order is not due yet.
    order('slow', '2026-01-01', 'lamp'),
    order('slow', '2026-07-01', 'lamp'),
    order('slow', '2026-12-28', 'lamp'),
    order('abroad', '2026-05-01', 'pan', { store: 'export' }),
    { store: 'trade', order_id: 'b2c', day: '2026-05-02', product_id: 'vase', gross: 10 },
  ])
  await deliver(
    granary,
    'products',
    ['trade', 'export'].flatMap(store =>
      Object.entries({ pan: 'Kitchen', pot: 'Kitchen', rug: 'Textiles', lamp: 'Light', vase: 'Decor' }).map(
        ([product_id, category]) => ({
          store,
          product_id,
          category,
          ...Object.fromEntries(
            ['parent_id', 'title', 'brand', 'vendor', 'status', 'currency', 'source'].map(c => [c, '']),
          ),
        }),
      ),
    ),
  )
  await deliver(
    granary,
    'accounts',
    Object.entries({ steady: 'Hotels', new: 'Hotels', slow: 'Shops' }).map(([account_id, segment]) => ({
      store: 'trade',
      account_id,
      segment,
      ...Object.fromEntries(['name', 'owner', 'country', 'currency', 'source'].map(c => [c, ''])),
    })),
  )
})
afterAll(() => granary.close())

describe('the reorder rate', () => {
  it('judges each account by its own interval, once that has passed', async () => {
    // Steady: two in time, one late, the last never followed. Slow: one in time; the others are not due yet, followed or not.
    const { totals } = await ask({ metrics: ['accounts_due', 'reorder_rate'] })
    expect(totals.accounts_due).toBe('5')
    expect(Number(totals.reorder_rate)).toBeCloseTo(3 / 5, 9)
    const { rows } = await ask({ metrics: ['accounts_due'], by: ['account'] })
    expect(Object.fromEntries(rows.map(row => [row.account, row.accounts_due]))).toEqual({
      steady: '4',
      slow: '1',
      new: '0',
      abroad: '0',
    })
  })
  it('changes when somebody orders after the period', async () => {
    const april = { metrics: ['reorder_rate'], from: '2026-04-01', to: '2026-04-30' }
    expect((await ask(april)).totals.reorder_rate).toBe('0')
    await deliverLines(granary, [order('steady', '2026-05-01', 'pan')])
    expect((await ask(april)).totals.reorder_rate).toBe('1')
  })
})

describe('account penetration', () => {
  it('is what accounts bought of the categories sold to them all, shops together', async () => {
    // Four accounts, three categories: steady bought two, the others one each. What B2C bought is no part of it.
    const { totals } = await ask({ metrics: ['account_penetration'] })
    expect(Number(totals.account_penetration)).toBeCloseTo(5 / 12, 9)
  })
  it('is of the segment’s own range where it is split by segment', async () => {
    const { rows } = await ask({ metrics: ['account_penetration'], by: ['account_segment'] })
    // Hotels: two accounts, two categories, three bought.
    expect(Object.fromEntries(rows.map(row => [row.account_segment, row.account_penetration]))).toEqual({
      Hotels: '0.75',
      Shops: '1',
      '': '1',
    })
  })
})

describe('days sales outstanding', () => {
  const balance = (day: string, account_id: string, owed: number) => ({
    store: 'trade',
    day,
    account_id,
    owed,
    currency: 'GBP',
    source: 'test',
  })
  const ending = (to: string, more: object = {}) =>
    ask({ metrics: ['receivables', 'dso'], from: to, to, ...more })
  it('says what would tell it while no balances are known', async () => {
    const { totals, meta } = await ending('2026-04-20')
    expect(totals.dso).toBeNull()
    expect(meta.missing.dso).toMatch(
      /company credit of Adobe Commerce, open orders of companies in Shopify, or a file of open balances/,
    )
  })
  it('is what is owed over the sales of ninety days to the same accounts, times ninety', async () => {
    await deliver(granary, 'receivable_days', [
      balance('2026-04-20', 'steady', 75),
      balance('2026-04-20', 'new', 50),
      balance('2026-06-03', 'steady', 75),
    ])
    // Steady bought 450 in the ninety days to 20 April, new 200.
    const april = await ending('2026-04-20')
    expect(april.totals.receivables).toBe('125')
    expect(Number(april.totals.dso)).toBeCloseTo((125 / 650) * 90, 6)
    const { rows } = await ending('2026-04-20', { by: ['account'] })
    const by = Object.fromEntries(rows.map(row => [row.account, Number(row.dso)]))
    expect(by.steady).toBeCloseTo((75 / 450) * 90, 6)
    expect(by.new).toBeCloseTo((50 / 200) * 90, 6)
    // By June what was bought up to 5 March is beyond ninety days: 350 of 550 are left.
    expect(Number((await ending('2026-06-03')).totals.dso)).toBeCloseTo((75 / 350) * 90, 6)
    // The whole half-year ends with the last day whose balances are known.
    const half = await ask({ metrics: ['receivables'], from: '2026-01-01', to: '2026-06-30' })
    expect(half.totals.receivables).toBe('75')
  })
})
