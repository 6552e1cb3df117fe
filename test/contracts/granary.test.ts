/**
 * Both granaries answer alike: the same deliveries, then every kind of statement the product issues, row by row.
 * ClickHouse runs in this process, through its official client; the engine is big, so it is installed apart.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customersBeginning, ordersBeginning } from '#metrics/begins.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Query } from '#metrics/query.ts'
import type { World } from '#metrics/world.ts'
import { ordersByDay } from '#sync/missing.ts'
import { openClickhouse } from '#warehouse/clickhouse.ts'
import { clickhouseSchema } from '#warehouse/clickhouse-schema.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Delivery, Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../small-ledger.ts'
import { deliverOperations } from '../small-operations.ts'
import { rankTheSame, takeOutTheSame } from './gone-and-coming.ts'
import { loseTheSame } from './lost-sales.ts'
import { knowTheSameProducts } from './named-products.ts'

const place = join(import.meta.dirname, 'clickhouse')
const installed = existsSync(join(place, 'node_modules/chdb'))
if (!installed)
  console.warn('conformance: the ClickHouse engine is not installed (npm run conformance:install): skipped')

type Connect = (options: { path: string }) => unknown
const connection = () => {
  const { createChdbConnection } = createRequire(join(place, 'package.json'))('chdb/connection') as {
    createChdbConnection: Connect
  }
  return createChdbConnection({ path: ':memory:' })
}

const store = (name: string, currency: string) => ({
  store: name,
  name,
  currency,
  timezone: 'Europe/London',
  kind: 'both' as const,
})
const world: World = {
  stores: [store('shop', 'GBP'), store('paris', 'EUR')],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: 'GBP',
  events: [],
  targets: [],
  metrics: [],
  dimensions: [
    { name: 'region', label: 'Region', of: 'country', groups: { Islands: ['UK'] }, otherwise: 'Mainland' },
  ],
}

const derivedTables = {
  sales_lines:
    'store, order_id, line_key, kind, day, quantity, gross, discounts, reversals, cost, customer_id',
  order_days:
    'store, order_id, day, happened_at, orders, discounted_orders, customer_orders, nth, first_orders, before_day, gross, reversals, cost, net_costed, lines',
  sales_hours:
    'store, day, hour, currency, country, channel, orders, first_orders, gross, reversals, units_sold, units_returned, cost, lines',
  buyer_days:
    'store, day, currency, country, channel, customer_kind, business, discount_code, orders, first_orders, gross, reversals, units_sold, cost, net_costed, lines',
  product_days: 'store, day, product_id, currency, orders, gross, cost, lines',
  message_days: 'store, day, platform, kind, message, sent, delivered, opens, clicks, unsubscribes, currency',
}

const anyLine = fc.record({
  store: fc.constantFrom('shop', 'shop', 'paris'),
  order: fc.integer({ min: 1, max: 8 }),
  line_key: fc.integer({ min: 1, max: 5 }),
  day: fc.constantFrom('2010-11-28', '2011-10-31', '2011-11-01', '2011-11-26', '2011-12-09'),
  hour: fc.integer({ min: 0, max: 23 }),
  kind: fc.constantFrom('sale', 'sale', 'reversal'),
  pence: fc.integer({ min: 0, max: 9_999 }),
  cost: fc.option(fc.integer({ min: 0, max: 50 })),
  product_id: fc.constantFrom('p1', "o'p2", 'p"3,'),
})
const someLines = fc.array(anyLine, { minLength: 1, maxLength: 25 }).map(drawn =>
  drawn.map(
    ({ order, pence, store: shop, ...one }): Line => ({
      ...one,
      store: shop,
      currency: shop === 'paris' ? 'EUR' : 'GBP',
      order_id: `o${order}`,
      gross: one.kind === 'sale' ? pence / 100 : 0,
      discounts: one.kind === 'sale' && pence % 2 ? -0.5 : 0,
      reversals: one.kind === 'reversal' ? -pence / 100 : 0,
      customer_id: order % 4 ? `c${order % 4}` : '',
      account_id: order === 7 ? 'acme' : '',
      country: order % 2 ? 'UK' : 'FR',
      channel: order % 3 ? 'web' : 'shop',
    }),
  ),
)

const question = fc.record({
  metrics: fc.subarray(
    [
      'net_sales',
      'orders',
      'aov',
      'customers',
      'new_customers',
      'gross_margin',
      'return_rate',
      'cohort_return_rate',
      'units_sold',
      'sessions',
      'repeat_customers',
      'amer',
      'stock_value',
      'stockout_rate',
      'stockout_days',
      'lost_sales',
      'otif',
      'lead_time',
      'defect_rate',
      'ppv',
      'messages_sent',
      'open_rate',
      'lead_to_mql',
      'win_rate',
      'won_amount',
    ],
    { minLength: 1, maxLength: 6 },
  ),
  by: fc.subarray(
    [
      'country',
      'channel',
      'product',
      'customer',
      'customer_kind',
      'business',
      'hour',
      'weekday',
      'store',
      'kind',
      'region',
      'category',
      'vendor',
    ],
    { maxLength: 2 },
  ),
  grain: fc.option(
    fc.constantFrom(
      'hour' as const,
      'day' as const,
      'week' as const,
      'month' as const,
      'quarter' as const,
      'year' as const,
    ),
    { nil: undefined },
  ),
  calendar: fc.option(fc.constantFrom('iso' as const, '4-5-4' as const), { nil: undefined }),
  compare: fc.subarray(
    [
      'previous_period' as const,
      'last_year' as const,
      'last_year_weekday' as const,
      'last_year_event' as const,
    ],
    { maxLength: 2 },
  ),
  filters: fc.constantFrom<NonNullable<Query['filters']>>(
    [],
    [{ dimension: 'country', is: ['UK'] }],
    [{ dimension: 'country', is: ["D'E", 'FR', 'IE', 'IT', 'NO', 'PL', 'SE', 'UK'] }],
    [{ dimension: 'product', not: ['p1'] }],
    [{ dimension: 'channel', contains: 'WE' }],
    [{ metric: 'net_sales', over: 5 }],
  ),
  limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  // By one of its metrics, as it is or by its change against one of its comparisons.
  order: fc.option(
    fc.record({
      metric: fc.nat(),
      against: fc.integer({ min: 0, max: 2 }),
      desc: fc.boolean(),
      absolute: fc.boolean(),
    }),
    { nil: undefined },
  ),
  subtotals: fc.boolean(),
  currency: fc.constantFrom('GBP', 'EUR', 'USD'),
})

/** How many random questions are asked of both: ClickHouse in this process takes a second for each. */
const questions = Number(process.env.QUESTIONS ?? 45)

describe.skipIf(!installed)('DuckDB and ClickHouse', () => {
  let both: [Warehouse, Warehouse]
  let session: unknown
  const work = mkdtempSync(join(tmpdir(), 'sending-'))
  beforeAll(async () => {
    session = connection()
    both = [
      await openDuckdb({ folder: ':memory:' }),
      await openClickhouse({ url: 'http://in-process', connection: session, work }),
    ]
  })
  afterAll(async () => {
    for (const granary of both) await granary.close()
    rmSync(work, { recursive: true, force: true })
  })
  const clear = async () => {
    for (const granary of both) for (const shop of ['shop', 'paris']) await granary.remove({ store: shop })
  }
  const alike = async () => {
    for (const [name, columns] of Object.entries(derivedTables)) {
      const [duck, click] = await Promise.all(
        both.map(g => g.query(`SELECT ${columns} FROM ${name} ORDER BY ${columns}`)),
      )
      const plain = (rows: Record<string, unknown>[] | undefined) =>
        rows?.map(row =>
          Object.fromEntries(Object.entries(row).map(([k, v]) => [k, v === null ? null : String(v)])),
        )
      expect(plain(click), name).toEqual(plain(duck))
    }
  }

  it('hold the same rows after any deliveries, repeated, changed and restated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            someLines,
            fc.constantFrom<Delivery['mode']>('merge', 'merge', 'replace_orders'),
            fc.boolean(),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        async deliveries => {
          await clear()
          for (const [lines, mode, more] of [...deliveries, ...deliveries.slice(0, 1)]) {
            const [duck, click] = await Promise.all(
              both.map(g => deliverLines(g, lines, mode, undefined, more)),
            )
            expect(click).toEqual(duck)
          }
          for (const granary of both) await granary.settle()
          await alike()
        },
      ),
      { numRuns: Math.ceil(questions / 12) },
    )
  }, 300_000)

  it('know the same of products that lists and rows of sales name in turn', async () => {
    await knowTheSameProducts(both, clear, Math.ceil(questions / 15))
  }, 300_000)

  it('log the same stores and days of rows that left, or moved to another day', async () => {
    await clear()
    const spent = (store: string, day: string) => ({
      ...{ store, day, platform: 'p', account: '', channel: '', campaign: '', country: '', cost: 5 },
      ...{ currency: 'GBP', source: 'ads' },
    })
    const lead = (day: string) => ({
      ...{ store: 'shop', platform: 'p', lead_id: '1', stage: 'lead', day, origin: '', country: '' },
      ...{ happened_at: `${day} 10:00:00`, created_day: day, account_id: '', email_hash: '', source: 'crm' },
    })
    for (const [id, name, rows, more] of [
      ['w1', 'spend_days', [spent('shop', '2011-03-05'), spent('paris', '2011-04-05')], { whole: 'ads' }],
      ['w2', 'spend_days', [spent('shop', '2011-03-05')], { whole: 'ads' }],
      ['w3', 'spend_days', [], { whole: 'ads' }],
      ['w4', 'leads', [lead('2011-05-05')], {}],
      ['w5', 'leads', [lead('2011-06-06')], {}],
    ] as const) {
      const [duck, click] = await Promise.all(
        both.map(async granary => {
          const receipt = await deliver(granary, name, [...rows], 'merge', id, more)
          const { stores, from, to } = (await granary.changes(-1)).find(one => one.delivery === id) ?? {}
          return { receipt, stores, from, to }
        }),
      )
      expect(click, id).toEqual(duck)
    }
  })

  it('take out the same orders that a delivery says are no more, also where it brings nothing', async () => {
    await clear()
    await takeOutTheSame(both, alike)
  })

  it('tell the same sales lost by being out of stock', async () => {
    await clear()
    await loseTheSame(both, world)
  })

  it('answer the same to any question', async () => {
    await clear()
    const [lines = []] = fc.sample(someLines, { numRuns: 1, seed: 7 })
    const more = fc.sample(someLines, { numRuns: 3, seed: 11 }).flat()
    for (const granary of both) {
      await deliverLines(
        granary,
        [...lines, ...more].map((line, i) => ({ ...line, line_key: i + 1 })),
      )
      await deliver(granary, 'products', [
        {
          store: 'shop',
          product_id: 'p1',
          parent_id: '',
          title: 'One',
          category: 'Cups',
          brand: '',
          vendor: '',
          status: '',
          price: null,
          currency: 'GBP',
          source: 'test',
        },
      ])
      await deliverOperations(granary)
      await deliver(granary, 'exchange_rates', [
        { base: 'EUR', quote: 'GBP', day: '2010-01-01', rate: '0.85', source: 'test' },
        { base: 'GBP', quote: 'EUR', day: '2010-01-01', rate: '1.17', source: 'test' },
        { base: 'GBP', quote: 'EUR', day: '2011-11-01', rate: '1.2', source: 'test' },
        // The pound reaches the dollar through the euro alone.
        { base: 'EUR', quote: 'USD', day: '2011-10-15', rate: '1.38', source: 'test' },
        { base: 'USD', quote: 'EUR', day: '2011-11-20', rate: '0.7401', source: 'test' },
      ])
    }
    const [duck, click] = both.map(granary => createEngine({ granary, world: async () => world }))
    const scope = { stores: 'all' as const, now: new Date('2011-12-20T00:00:00Z') }
    await fc.assert(
      fc.asyncProperty(question, async ({ order, ...drawn }) => {
        const by = order && drawn.metrics[order.metric % drawn.metrics.length]
        const of = order && drawn.compare[order.against]
        const sort = by && { by, ...(of && { of }), desc: order.desc, absolute: order.absolute }
        const query: Query = { ...drawn, ...(sort && { sort }), from: '2011-10-01', to: '2011-12-31' }
        const answers = await Promise.all([duck?.ask(query, scope), click?.ask(query, scope)])
        if (of) {
          const parts = await Promise.all([duck?.parts(query, 20, scope), click?.parts(query, 20, scope)])
          expect(parts[1]).toEqual(parts[0])
        }
        const [a, b] = answers.map(answer => ({
          rows: answer?.rows,
          totals: answer?.totals,
          subtotals: sorted(answer?.subtotals),
          count: answer?.meta.count,
          behind: answer?.meta.rowsBehind,
          missing: answer?.meta.missing,
        }))
        expect(b).toEqual(a)
      }),
      { numRuns: questions },
    )
  }, 300_000)

  it('put days alike that a figure says nothing about: in order of a change, and kept by a condition', async () => {
    // Visits are told from the last days of the year before on, sales from a year before that.
    const [duck, click] = both.map(granary => createEngine({ granary, world: async () => world }))
    const scope = { stores: 'all' as const, now: new Date('2012-12-20T00:00:00Z') }
    const base: Query = { metrics: ['sessions', 'net_sales'], by: ['country'], compare: ['last_year'] }
    for (const grain of ['hour', 'day', 'month'] as const)
      for (const sort of [
        { by: 'sessions', of: 'last_year', desc: true },
        { by: 'sessions', of: 'last_year', absolute: true },
        { by: 'net_sales', of: 'last_year', desc: false },
        { by: 'sessions' },
      ])
        for (const filters of [undefined, [{ metric: 'sessions', under: 5 }]]) {
          const [from, to] =
            grain === 'hour'
              ? (['2011-11-25', '2011-12-02'] as const)
              : (['2011-10-01', '2012-12-10'] as const)
          const query: Query = { ...base, grain, sort, ...(filters && { filters }), from, to }
          const answers = await Promise.all([duck?.ask(query, scope), click?.ask(query, scope)])
          const [a, b] = answers.map(answer => ({ rows: answer?.rows, count: answer?.meta.count }))
          expect(a?.rows?.length).toBeGreaterThan(0)
          expect(b, JSON.stringify(query)).toEqual(a)
        }
  }, 120_000)

  it('rank by no change from what is still to come, of a store or of all', async () => {
    await rankTheSame(both, world)
  }, 120_000)

  it('find the same customers and orders by how they begin', async () => {
    const named = ['Ärger GmbH', 'ärgerlich', 'STRASSE', 'Straße', 'Émile', "O'Hara", '50 % off', 'a_b']
    for (const granary of both)
      await deliver(
        granary,
        'customers',
        named.map((name, n) => ({
          ...{ store: n % 2 ? 'shop' : 'paris', customer_id: `K${n}`, name, city: 'Town', country: 'DE' },
          ...{ email_hash: '', account_id: '', first_seen: null, tags: '', source: 'test' },
        })),
      )
    for (const stores of ['all' as const, ['shop']])
      for (const typed of ['ÄRG', 'stra', 'STRAß', 'émi', "o'h", '50 %', 'a_b', 'A%b', 'K3', 'nobody']) {
        const [duck, click] = await Promise.all(both.map(g => customersBeginning(g, typed, { stores })))
        expect(click, typed).toEqual(duck)
      }
    const [known] = await Promise.all(both.map(g => customersBeginning(g, 'ärg', { stores: 'all' })))
    expect(known?.map(one => one.name)).toEqual(['ärgerlich', 'Ärger GmbH'])
    await clear()
    const orders = ['AB-100', 'ab-1000', 'ab-2'].map(
      (order_id): Line => ({ order_id, day: '2011-11-01', gross: 5, line_key: 1, store: 'shop' }),
    )
    for (const granary of both) await deliverLines(granary, orders)
    for (const typed of ['ab-1', 'AB-10', 'ab-2', 'b-1', 'ab-%1']) {
      const [duck, click] = await Promise.all(both.map(g => ordersBeginning(g, typed, { stores: 'all' })))
      expect(click, typed).toEqual(duck)
    }
    expect((await ordersBeginning(both[1], 'ab-1', { stores: 'all' })).map(one => one.id)).toEqual([
      'AB-100',
      'ab-1000',
    ])
  }, 120_000)

  it('are derived anew alike where another version derived them', async () => {
    await clear()
    const [lines = []] = fc.sample(someLines, { numRuns: 1, seed: 3 })
    for (const granary of both) await deliverLines(granary, lines)
    // What a version that knew neither the mark nor a column left behind.
    const client = createClient({ connection: session } as object)
    for (const query of [
      'DROP TABLE derivation SYNC',
      'ALTER TABLE order_days DROP COLUMN before_day',
      'INSERT INTO sales_hours SELECT * REPLACE (99 AS gross, row_version + 1 AS row_version) FROM sales_hours',
    ])
      await client.command({ query })
    const heard: number[] = []
    both[1] = await openClickhouse({
      url: 'http://in-process',
      connection: session,
      work,
      onDerive: done => heard.push(done),
    })
    const [stored] = await both[0].query('SELECT count(*) AS n FROM sales_lines')
    expect(heard.at(-1)).toBe(Number(stored?.n))
    await alike()
    for (const granary of both) await deliverLines(granary, lines, 'replace_orders')
    await alike()
  }, 120_000)

  it('count the orders of each day alike, to be held against a shop’s own count', async () => {
    await clear()
    const [lines = []] = fc.sample(someLines, { numRuns: 1, seed: 3 })
    for (const granary of both) await deliverLines(granary, lines)
    const asked = ordersByDay(['shop', 'paris'], '2000-01-01', '2030-12-31')
    const [duck, click] = await Promise.all(both.map(granary => granary.query(asked)))
    const told = (rows: Record<string, unknown>[] = []) =>
      rows.map(row => `${row.store} ${row.day} ${Number(row.n)}`).sort()
    expect(told(duck).length).toBeGreaterThan(0)
    expect(told(click)).toEqual(told(duck))
  }, 60_000)

  it('number a delivery that was cut short as if it had not been', async () => {
    await clear()
    const [, click] = both
    const lines: Line[] = [{ order_id: 'x', day: '2011-11-01', gross: 5, line_key: 1, store: 'shop' }]
    await deliverLines(click, lines, 'merge', 'cut')
    expect(await deliverLines(click, lines, 'merge', 'cut')).toMatchObject({ inserted: 1, repeats: 0 })
    const [row] = await click.query("SELECT count(*) AS n FROM order_days WHERE store = 'shop'")
    expect(Number(row?.n)).toBe(1)
  })
})

const sorted = (rows: object[] | undefined) => rows?.map(row => JSON.stringify(row)).sort()

describe('the tables of a cluster', () => {
  it('are replicated, sharded by order, and stand on the cluster', () => {
    const statements = clickhouseSchema('trading')
    expect(statements.every(s => s.includes("ON CLUSTER 'trading'"))).toBe(true)
    const lines = statements.filter(s => s.includes('sales_lines'))
    expect(lines[0]).toContain('ReplicatedReplacingMergeTree')
    expect(lines[1]).toContain(
      "Distributed('trading', currentDatabase(), 'sales_lines_local', cityHash64(store, order_id))",
    )
  })
})
