import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { ratesOf } from '#warehouse/rates.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../test/small-ledger.ts'
import { everyone, over, plainWorld, shop } from '../../test/small-world.ts'
import { createEngine } from './create-engine.ts'
import type { Engine, Scope } from './engine.ts'
import { Query } from './query.ts'
import type { World } from './world.ts'

const days = ['2011-10-30', '2011-10-31', '2011-11-01', '2011-11-15', '2011-12-01', '2011-12-09']
const line = fc.record({
  order_id: fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5', 'o6'),
  day: fc.constantFrom(...days),
  hour: fc.integer({ min: 0, max: 23 }),
  kind: fc.constantFrom('sale', 'sale', 'sale', 'reversal'),
  cents: fc.integer({ min: 1, max: 99_999 }),
  product_id: fc.constantFrom('p1', 'p2', 'p3'),
  customer: fc.constantFrom('', 'c1', 'c2', 'c3'),
  channel: fc.constantFrom('web', 'shop'),
})

/** Random lines made a possible ledger: an order has one customer, country and channel, and one day it was placed. */
const ledger = fc.array(line, { minLength: 1, maxLength: 40 }).map(drawn => {
  const orders = new Map<string, (typeof drawn)[number]>()
  return drawn.map((one): Line => {
    const order = orders.get(one.order_id) ?? one
    orders.set(one.order_id, order)
    const sale = one.kind === 'sale'
    return {
      order_id: one.order_id,
      day: sale ? order.day : one.day,
      hour: one.hour,
      kind: one.kind,
      gross: sale ? one.cents / 100 : 0,
      discounts: sale && one.cents % 3 === 0 ? -0.01 : 0,
      reversals: sale ? 0 : -one.cents / 100,
      product_id: one.product_id,
      customer_id: order.customer,
      country: order.channel === 'web' ? 'UK' : 'FR',
      channel: order.channel,
      ordered_day: order.day,
    }
  })
})

const cents = (lines: Line[]) =>
  lines.reduce(
    (sum, l) => sum + Math.round((Number(l.gross) + Number(l.discounts) + Number(l.reversals)) * 100),
    0,
  )
const orderIds = (lines: Line[]) => new Set(lines.filter(l => l.kind === 'sale').map(l => l.order_id))

describe('any ledger', () => {
  it('adds up over every partition, and counts each grain exactly', async () => {
    await fc.assert(
      fc.asyncProperty(ledger, async lines => {
        const { ask, granary } = await over(lines)
        const window = { from: '2011-10-30', to: '2011-12-09' }
        const whole = Math.round(
          Number((await ask({ metrics: ['net_sales'], ...window })).totals.net_sales) * 100,
        )
        expect(whole).toBe(cents(lines))
        for (const by of [
          'country',
          'channel',
          'product',
          'customer',
          'hour',
          'weekday',
          'customer_kind',
          'kind',
          'store',
        ]) {
          const { rows, totals } = await ask({ metrics: ['net_sales'], by: [by], ...window })
          expect(
            rows.reduce((sum, row) => sum + Math.round(Number(row.net_sales) * 100), 0),
            by,
          ).toBe(whole)
          expect(Math.round(Number(totals.net_sales) * 100)).toBe(whole)
        }
        for (const grain of ['day', 'week', 'month', 'year'] as const) {
          const { rows } = await ask({
            metrics: ['net_sales', 'orders', 'aov', 'customers'],
            grain,
            ...window,
          })
          expect(
            rows.reduce((sum, row) => sum + Math.round(Number(row.net_sales ?? 0) * 100), 0),
            grain,
          ).toBe(whole)
          expect(
            rows.reduce((sum, row) => sum + Number(row.orders ?? 0), 0),
            grain,
          ).toBe(orderIds(lines).size)
        }
        const monthly = await ask({
          metrics: ['customers', 'orders', 'gross_sales', 'discounts', 'aov'],
          grain: 'month',
          ...window,
        })
        for (const row of monthly.rows) {
          const inMonth = lines.filter(l => l.kind === 'sale' && l.day.startsWith(String(row.period)))
          expect(Number(row.customers ?? 0)).toBe(
            new Set(inMonth.map(l => l.customer_id).filter(Boolean)).size,
          )
          // A ratio is the ratio of its parts' sums, N/A where there is nothing to divide by.
          if (Number(row.orders ?? 0) === 0) expect(row.aov).toBeNull()
          else
            expect(Number(row.aov)).toBeCloseTo(
              (Number(row.gross_sales) + Number(row.discounts)) / Number(row.orders),
              6,
            )
        }
        const products = await ask({ metrics: ['orders'], by: ['product'], ...window })
        for (const row of products.rows)
          expect(Number(row.orders)).toBe(orderIds(lines.filter(l => l.product_id === row.product)).size)
        await granary.close()
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  it('compares with the days somebody chose', async () => {
    const on = (day: string, cents: number): Line => ({
      order_id: day,
      day,
      kind: 'sale',
      gross: cents / 100,
    })
    const { ask, granary } = await over([
      on('2011-03-08', 500),
      on('2011-03-20', 900),
      on('2011-11-02', 700),
      on('2011-11-10', 100),
    ])
    const asked = { metrics: ['net_sales'], from: '2011-11-01', to: '2011-11-10' }
    const { totals, meta } = await ask({ ...asked, compare: ['from.2011-03-07'] })
    expect(totals.compare?.['from.2011-03-07']?.values.net_sales).toMatchObject({ value: '5', delta: '3' })
    expect(meta.comparisons['from.2011-03-07']).toMatchObject({
      label: 'the days from 7 Mar 2011',
      from: '2011-03-07',
      to: '2011-03-16',
    })
    for (const wrong of ['from.2011-02-30', 'from.', 'from.yesterday'])
      expect(Query.safeParse({ ...asked, compare: [wrong] }).success).toBe(false)
    await granary.close()
  })

  it('filters as a plain filter would', async () => {
    await fc.assert(
      fc.asyncProperty(ledger, fc.constantFrom('p1', 'p2'), async (lines, product) => {
        const { ask, granary } = await over(lines)
        const { totals } = await ask({
          metrics: ['net_sales', 'orders'],
          window: 'all_time',
          filters: [{ dimension: 'product', is: [product] }],
        })
        const kept = lines.filter(l => l.product_id === product)
        expect(Math.round(Number(totals.net_sales) * 100)).toBe(cents(kept))
        expect(Number(totals.orders)).toBe(orderIds(kept).size)
        const rest = await ask({
          metrics: ['net_sales'],
          window: 'all_time',
          filters: [{ dimension: 'product', not: [product] }],
        })
        expect(Math.round(Number(rest.totals.net_sales) * 100)).toBe(cents(lines) - cents(kept))
        await granary.close()
      }),
      { numRuns: 10 },
    )
  }, 60_000)
})

describe('a small shop', () => {
  let granary: Warehouse
  let engine: Engine
  let world: World
  const ask = (query: Query, scope = everyone) => engine.ask(query, scope)
  const from = '2011-11-01'
  const to = '2011-11-30'

  beforeAll(async () => {
    world = {
      ...plainWorld,
      stores: [shop('shop'), shop('paris', 'EUR')],
      targets: [
        {
          name: 'plan',
          metric: 'net_sales',
          grain: 'month',
          values: { '2011-11-01': '300' },
          store: null,
          currency: null,
        },
      ],
      metrics: [
        {
          name: 'take',
          label: 'Take',
          description: '',
          formula: 'net_sales * 2 / orders',
          good: 'up',
          owner: '',
        },
      ],
      dimensions: [
        {
          name: 'region',
          label: 'Region',
          of: 'country',
          groups: { Islands: ['UK', 'IE'] },
          otherwise: 'Mainland',
        },
      ],
    }
    granary = await openDuckdb({ folder: ':memory:' })
    engine = createEngine({ granary, world: async () => world })
    await deliverLines(granary, [
      { order_id: 'a', day: '2010-11-03', gross: 50, customer_id: 'c1', country: 'UK', product_id: 'p1' },
      { order_id: 'b', day: '2010-11-28', gross: 70, customer_id: 'c2', country: 'FR', product_id: 'p2' },
      { order_id: 'c', day: '2011-10-10', gross: 40, customer_id: 'c1', country: 'UK', product_id: 'p1' },
      {
        order_id: 'd',
        day: '2011-11-02',
        gross: 100,
        customer_id: 'c1',
        country: 'UK',
        product_id: 'p1',
        cost: 60,
      },
      { order_id: 'e', day: '2011-11-09', gross: 60, customer_id: 'c3', country: 'IE', product_id: 'p2' },
      { order_id: 'f', day: '2011-11-10', gross: 30, customer_id: '', country: 'FR', product_id: 'p1' },
      {
        order_id: 'd',
        day: '2011-11-12',
        kind: 'reversal',
        reversals: -20,
        customer_id: 'c1',
        country: 'UK',
        product_id: 'p1',
        ordered_day: '2011-11-02',
      },
    ])
  })
  afterAll(() => granary.close())

  it('answers several comparisons at once, to date like for like', async () => {
    const answer = await ask({
      metrics: ['net_sales', 'orders'],
      from,
      to,
      compare: ['previous_period', 'last_year', 'plan.plan'],
    })
    const { compare } = answer.totals
    expect(answer.totals.net_sales).toBe('170')
    expect(compare?.previous_period?.values.net_sales).toEqual({ value: '40', delta: '130', ratio: '3.25' })
    // The data end on 12 November: last year counts to the 12th, the target for twelve of thirty days.
    expect(compare?.last_year?.values.net_sales?.value).toBe('50')
    expect(compare?.['plan.plan']?.values.net_sales).toEqual({
      value: '120',
      delta: '50',
      ratio: '0.4166666667',
    })
    expect(answer.meta.warnings.map(w => w.code)).toContain('partial')
  })
  it('compares with a plan version that came in as budget lines', async () => {
    const lines = [
      ['shop', '2011-11-01', '240'],
      ['shop', '2011-12-01', '310'],
    ].map(([store, day, amount]) => ({
      store,
      day,
      amount,
      version: 'budget',
      grain: 'month',
      line: 'net_sales',
      slice: '',
      currency: 'GBP',
      source: 'test',
    }))
    await deliver(granary, 'budget_lines', lines)
    const { totals } = await ask({
      metrics: ['net_sales'],
      stores: ['shop'],
      from,
      to,
      compare: ['plan.budget'],
    })
    // Twelve of thirty days: the data end on the 12th.
    expect(totals.compare?.['plan.budget']?.values.net_sales?.value).toBe('96')
  })
  it('fills days without sales with 0, and days after the data with N/A', async () => {
    const { rows } = await ask({
      metrics: ['net_sales', 'aov'],
      grain: 'day',
      from: '2011-11-08',
      to: '2011-11-14',
    })
    expect(rows.map(r => [r.period, r.net_sales, r.aov])).toEqual([
      ['2011-11-08', '0', null],
      ['2011-11-09', '60', '60'],
      ['2011-11-10', '30', '30'],
      ['2011-11-11', '0', null],
      ['2011-11-12', '-20', null],
      ['2011-11-13', null, null],
      ['2011-11-14', null, null],
    ])
  })
  it('says what would supply what it does not know', async () => {
    const { totals, meta } = await ask({ metrics: ['sessions', 'mer', 'cm2', 'gross_margin'], from, to })
    expect(totals).toMatchObject({ sessions: null, mer: null, cm2: null })
    expect(meta.missing.sessions).toContain('Google Analytics')
    expect(meta.missing.cm2).toContain('rates for fulfilment, payment fees and return handling')
    // Only the line with a cost is in the margin: (100 − 60) ÷ 100; its refund has none recorded.
    expect(totals.gross_margin).toBe('0.4')
  })
  it('counts new and returning customers over the whole history', async () => {
    const { totals } = await ask({ metrics: ['customers', 'new_customers', 'returning_customers'], from, to })
    expect(totals).toMatchObject({ customers: '2', new_customers: '1', returning_customers: '1' })
  })
  it('groups by what people added, and computes their metrics', async () => {
    const { rows } = await ask({ metrics: ['net_sales', 'take'], by: ['region'], from, to })
    expect(rows).toEqual([
      { region: 'Islands', net_sales: '140', take: '140' },
      { region: 'Mainland', net_sales: '30', take: '60' },
    ])
  })
  it('keeps rows by a metric, sorts, pages, and still totals everything', async () => {
    const query: Query = {
      metrics: ['net_sales'],
      by: ['country'],
      from,
      to,
      filters: [{ metric: 'net_sales', over: 50 }],
      sort: { by: 'country' },
    }
    const { rows, meta } = await ask(query)
    expect(rows.map(r => r.country)).toEqual(['IE', 'UK'])
    const paged = await ask({ ...query, filters: [], limit: 1, offset: 1 })
    expect(paged.rows.map(r => r.country)).toEqual(['IE'])
    expect([meta.count, paged.meta.count, paged.totals.net_sales]).toEqual([2, 3, '170'])
  })
  it('gives subtotals of the first dimensions', async () => {
    const { subtotals } = await ask({
      metrics: ['net_sales'],
      by: ['country', 'product'],
      from,
      to,
      subtotals: true,
    })
    expect(subtotals).toContainEqual({ country: 'UK', net_sales: '80' })
  })
  it('shows the rows behind a cell', async () => {
    const query: Query = { metrics: ['net_sales'], by: ['country'], grain: 'month', from, to }
    const { rows, columns, count } = await engine.rows(
      { query, metric: 'net_sales', period: '2011-11', values: { country: 'UK' } },
      everyone,
    )
    expect(count).toBe(2)
    expect(rows.map(r => r[columns.indexOf('order_id')])).toEqual(['d', 'd'])
    // The order of the answer is not theirs.
    const sorted: Query = { ...query, metrics: ['net_sales', 'orders'], sort: { by: 'country' }, limit: 1 }
    const cell = { metric: 'net_sales', period: '2011-11', values: { country: 'UK' } }
    expect((await engine.rows({ query: sorted, ...cell }, everyone)).rows).toEqual(rows)
  })
  it('counts its rows on a page behind the last of them too', async () => {
    const query: Query = { metrics: ['net_sales'], by: ['country'], from, to, limit: 1 }
    const count = async (offset: number) => (await ask({ ...query, offset })).meta.count
    expect([await count(0), await count(1), await count(7)]).toEqual([3, 3, 3])
  })
  it('names what was meant, and refuses stores the asker may not see', async () => {
    await expect(ask({ metrics: ['nett_sales'] })).rejects.toMatchObject({
      code: 'invalid',
      next: expect.stringContaining('net_sales'),
    })
    await expect(ask({ metrics: ['net_sales'], by: ['contry'] })).rejects.toMatchObject({
      next: expect.stringContaining('country'),
    })
    const scope: Scope = { ...everyone, stores: ['paris'] }
    await expect(ask({ metrics: ['net_sales'], stores: ['shop'] }, scope)).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect((await ask({ metrics: ['net_sales'], from, to }, scope)).totals.net_sales).toBeNull()
  })
  it('keeps an answer until a load touches what it rests on', async () => {
    const november: Query = { metrics: ['orders'], from, to }
    await ask(november)
    expect((await ask(november)).meta.cached).toBe(true)
    await deliverLines(granary, [{ order_id: 'z', day: '2011-10-12', gross: 5, customer_id: 'c9' }])
    expect((await ask(november)).meta.cached).toBe(true)
    await deliverLines(granary, [{ order_id: 'y', day: '2011-11-11', gross: 5, customer_id: 'c8' }])
    const after = await ask(november)
    expect([after.meta.cached, after.totals.orders]).toEqual([false, '4'])
  })
  it('adds up a period once for questions that split it differently, and again after a load', async () => {
    const asked: string[] = []
    const query: Warehouse['query'] = (sql, parameters) => {
      asked.push(sql)
      return granary.query(sql, parameters)
    }
    const counting = createEngine({ granary: { ...granary, query }, world: async () => plainWorld })
    const split = async (by: string) => {
      asked.length = 0
      const { totals } = await counting.ask({ metrics: ['orders'], by: [by], from, to }, everyone)
      return [asked.filter(sql => /sum\(/.test(sql)).length, totals.orders]
    }
    const [, before] = await split('country')
    expect(await split('channel')).toEqual([1, before])
    await deliverLines(granary, [{ order_id: 'x', day: '2011-11-12', gross: 5 }])
    expect(await split('customer')).toEqual([2, String(Number(before) + 1)])
  })
  it('converts money at the rate of each day', async () => {
    await deliverLines(granary, [
      { order_id: 'p', day: '2011-11-05', gross: 10, store: 'paris', currency: 'EUR', country: 'FR' },
      { order_id: 'q', day: '2011-11-11', gross: 10, store: 'paris', currency: 'EUR', country: 'FR' },
    ])
    const rates = [
      { base: 'EUR', quote: 'GBP', day: '2011-11-01', rate: '0.8', source: 'test' },
      { base: 'EUR', quote: 'GBP', day: '2011-11-10', rate: '0.9', source: 'test' },
    ]
    const query: Query = { metrics: ['gross_sales', 'orders'], from, to, stores: ['paris'], currency: 'GBP' }
    const without = await ask(query)
    expect(without.totals.orders).toBe('2')
    expect(without.meta.warnings.map(w => w.code)).toContain('rates')
    expect(without.meta.missing.gross_sales).toContain('without an exchange rate into GBP')
    await deliver(granary, 'exchange_rates', rates)
    const { totals, meta } = await ask(query)
    expect(totals).toMatchObject({ gross_sales: '17', orders: '2' })
    expect(meta.currency).toBe('GBP')
  })
  it('converts through a third currency where two have no rate, each leg at its last rate, and says so', async () => {
    await deliver(granary, 'exchange_rates', [
      { base: 'USD', quote: 'GBP', day: '2011-11-03', rate: '0.625', source: 'test' },
      { base: 'USD', quote: 'GBP', day: '2011-11-12', rate: '0.5', source: 'test' },
    ])
    const query: Query = { metrics: ['gross_sales'], from, to, stores: ['paris'], currency: 'USD' }
    const { totals, meta } = await ask(query)
    // EUR → GBP → USD: 10 × 0.8 ÷ 0.625 on the 5th, 10 × 0.9 ÷ 0.625 on the 11th.
    expect(totals.gross_sales).toBe('27.2')
    expect(meta.warnings).toContainEqual({
      code: 'crossed',
      message: 'EUR is converted into USD through GBP (EUR → GBP → USD): no rate between the two is known.',
    })
    await deliver(granary, 'exchange_rates', [
      { base: 'EUR', quote: 'USD', day: '2011-11-08', rate: '1.5', source: 'test' },
    ])
    // A rate of its own holds from its day on: 12.8 before it, 10 × 1.5 after.
    const after = await ask(query)
    expect(after.totals.gross_sales).toBe('27.8')
    expect(after.meta.warnings.map(w => w.message).join()).toContain('Before 8 Nov 2011 EUR is converted')
    const { on } = await ratesOf(granary, ['EUR', 'USD'])
    expect(on('EUR', 'USD', '2011-11-05')).toBe('1.28')
    expect(Number(on('EUR', 'USD', '2011-11-11'))).toBe(1.5)
    expect(on('EUR', 'USD', '2011-11-02')).toBeNull()
  })
  it('explains itself down to the statement', async () => {
    const { metrics, statements, passes } = await engine.explain({ metrics: ['aov'], from, to }, everyone)
    expect(metrics.aov?.expanded).toBe('sum(sales.gross + discounts) / sum(orders.orders)')
    expect(statements[0]?.sql).toContain('sales_hours')
    expect(passes.map(p => p.name)).toEqual(['resolve', 'window', 'scope', 'source', 'fold'])
  })
})
