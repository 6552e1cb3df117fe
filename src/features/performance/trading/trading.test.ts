import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { assortment } from '#metrics/assortment/assortment.ts'
import { productOrders } from '#metrics/assortment/model.ts'
import { ProductsAsked } from '#metrics/assortment/shape.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Answer, AnswerRow } from '#metrics/query.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../../../test/small-ledger.ts'
import {
  abc,
  breakEvenIs,
  daySoFar,
  daysOver,
  dayTitle,
  layers,
  mostLost,
  paidBack,
  partIn,
  triangle,
  untilNow,
  weeklyDemand,
  yearBefore,
} from './model.ts'

let granary: Warehouse
let metrics: Engine
const scope = { stores: 'all' as const, now: new Date('2026-03-29T12:00:00Z') }
const period = { from: '2026-03-01', to: '2026-03-28' }
const ask = (asked: object = {}) => assortment(metrics, ProductsAsked.parse({ ...period, ...asked }), scope)

const product = (product_id: string, title: string, category: string) => ({
  store: 'shop',
  product_id,
  parent_id: '',
  title,
  category,
  brand: 'House',
  vendor: '',
  status: 'active',
  currency: 'GBP',
  source: 'test',
})
const sold = (day: string, product_id: string, quantity: number, gross: number) => ({
  order_id: `${day}-${product_id}`,
  day,
  product_id,
  quantity,
  gross,
})
const bought = (customer_id: string, day: string, gross: number, cost: number) => ({
  order_id: `${customer_id}-${day}`,
  customer_id,
  day,
  gross,
  cost,
})
/** Four weeks of closing stock: the mug runs out for the last two, the bag only ever at one of two places. */
const stock = Array.from({ length: 28 }, (_, n) => addDays(period.from, n)).flatMap((day, n) =>
  (
    [
      ['MUG', 'north', n < 14 ? 30 : 0],
      ['MUG', 'south', 0],
      ['BAG', 'north', 0],
      ['BAG', 'south', 5],
      ['HAT', 'north', 7],
    ] as const
  ).map(([product_id, location, on_hand]) => ({
    store: 'shop',
    day,
    location,
    product_id,
    on_hand,
    ...(product_id === 'BAG' && { unit_cost: 2 }),
    currency: 'GBP',
    source: 'test',
  })),
)

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  metrics = createEngine({
    granary,
    world: async () => ({
      stores: [{ store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }],
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
      // An order costs a pound, whatever it is.
      costRates: (['fulfilment', 'payment_fees', 'return_handling'] as const).map(cost => ({
        cost,
        store: null,
        currency: 'GBP',
        from: '2000-01-01',
        perOrder: cost === 'fulfilment' ? '1' : '0',
        perUnit: '0',
        ofSales: '0',
        perReturn: '0',
        ofReturns: '0',
      })),
    }),
  })
  await deliver(granary, 'products', [
    product('BAG', 'Jumbo bag', 'Bags'),
    product('MUG', 'Harbour mug', 'Mugs'),
    product('PEN', 'Pen', 'Paper'),
    product('HAT', 'Straw hat', 'Hats'),
  ])
  await deliverLines(granary, [
    { ...sold('2026-03-03', 'BAG', 20, 800), cost: 40 },
    sold('2026-03-04', 'MUG', 10, 150),
    sold('2026-03-20', 'PEN', 5, 50),
    // Last year bags went on to sell twice as many in the four weeks after.
    sold('2025-03-10', 'BAG', 50, 500),
    sold('2025-04-10', 'BAG', 100, 1000),
    // Ann and Bob come in October, Ann again twice; Cy in December. Bob returns half of what he bought.
    bought('ann', '2025-10-05', 60, 40),
    bought('bob', '2025-10-09', 40, 10),
    bought('ann', '2025-10-20', 20, 10),
    bought('ann', '2025-12-24', 100, 20),
    bought('cy', '2025-12-01', 30, 15),
    {
      order_id: 'bob-2025-10-09',
      customer_id: 'bob',
      day: '2025-11-02',
      ordered_day: '2025-10-09',
      kind: 'reversal',
      gross: 0,
      reversals: -20,
    },
  ])
  await deliver(granary, 'stock_days', stock)
  const way = {
    store: 'shop',
    day: '2026-03-02',
    channel: 'Paid Search',
    campaign: 'Brand',
    country: 'GB',
    currency: 'GBP',
    source: 'test',
  }
  const visits = { origin: 'ga4', device: 'mobile', landing_page: '', sessions: 50, quality: '' }
  await deliver(granary, 'traffic_days', [{ ...way, ...visits, purchase_revenue: 80 }])
  await deliver(granary, 'spend_days', [{ ...way, platform: 'google-ads', account: '', cost: 20 }])
})
afterAll(() => granary.close())

describe('stock-outs', () => {
  it('cost what a product took a day in stock, times its days out: half of four weeks out costs as much as was sold', async () => {
    const { rows } = await metrics.ask(
      { ...period, metrics: ['stockout_days', 'lost_sales'], by: ['product'] },
      scope,
    )
    const of = (name: string) => rows.find(row => row.product === name)
    expect(of('MUG')?.stockout_days).toBe('14')
    expect(Number(of('MUG')?.lost_sales)).toBeCloseTo(150, 2)
    // Empty at one place, there at the other: never out.
    expect(of('BAG')).toMatchObject({ stockout_days: '0', lost_sales: '0' })
  })
  it('are added over products, each at its own pace', async () => {
    const { totals } = await metrics.ask({ ...period, metrics: ['lost_sales'] }, scope)
    expect(Number(totals.lost_sales)).toBeCloseTo(150, 2)
  })
})

describe('the assortment', () => {
  it('grades every product by its part of the whole', async () => {
    const { rows, grades } = await ask()
    expect(rows.map(row => [row.title, row.grade])).toEqual([
      ['Jumbo bag', 'A'],
      ['Harbour mug', 'B'],
      ['Pen', 'C'],
      ['Straw hat', 'U'],
    ])
    expect(grades.map(one => [one.grade, one.products, one.share])).toEqual([
      ['A', 1, '0.8'],
      ['B', 1, '0.15'],
      ['C', 1, '0.05'],
      ['U', 1, '0'],
    ])
  })
  it('says how long stock lasts at the pace of days in stock, as last year went on from there', async () => {
    const { rows, demand } = await ask()
    const cover = Object.fromEntries(rows.map(row => [row.product, row.weeks_of_cover]))
    // 20 bags in 28 days are 5 a week, twice that ahead: 5 bags last half a week. Nobody wants the hat.
    expect(cover).toEqual({ BAG: '0.5', MUG: '0', PEN: null, HAT: null })
    expect(demand).toEqual({ ...period, seasonal: true })
    // Of a month that is not over demand is told by the days that are: the others are no days without a sale.
    const month = await ask({ to: '2026-03-31' })
    expect(month.demand).toEqual(demand)
    expect(Object.fromEntries(month.rows.map(row => [row.product, row.weeks_of_cover]))).toEqual(cover)
  })
  it('says the same cover as the language does, product by product, by category and in all', async () => {
    const asked = { ...period, metrics: ['weeks_of_cover'] }
    const covers = async (by: 'product' | 'category') => {
      const [told, spoken] = await Promise.all([ask({ by }), metrics.ask({ ...asked, by: [by] }, scope)])
      expect(spoken.totals.weeks_of_cover).toBe(told.totals.weeks_of_cover)
      const of = (rows: AnswerRow[]) => Object.fromEntries(rows.map(row => [row[by], row.weeks_of_cover]))
      const [screen, language] = [of(told.rows), of(spoken.rows)]
      for (const [name, cover] of Object.entries(language)) expect(cover, name).toBe(screen[name] ?? null)
      return language
    }
    expect(await covers('product')).toMatchObject({ BAG: '0.5', MUG: '0', HAT: null })
    expect(await covers('category')).toMatchObject({ Bags: '0.5', Mugs: '0', Hats: null })
    // At a day's end in the middle, of what was known by then: 30 mugs, 10 sold in the four weeks up to it, and last year 50 went
    // on to nothing in the store, which says no season.
    const { rows } = await metrics.ask({ ...asked, by: ['product'], to: '2026-03-10' }, scope)
    expect(rows.find(row => row.product === 'MUG')?.weeks_of_cover).toBe('12')
  })
  it('is told in days at the pace of the last four weeks, and as the turn of a year', async () => {
    const names = ['days_of_stock', 'stock_turn', 'days_inventory_outstanding', 'gmroi', 'gmroi_annual']
    const { rows } = await metrics.ask({ ...period, metrics: names, by: ['product'] }, scope)
    const of = (product: string) => rows.find(row => row.product === product)
    // 20 bags in 28 days: 5 last a week. 10 of stock at cost stand against 40 of goods sold in 28 days.
    expect(of('BAG')).toMatchObject({ days_of_stock: '7', days_inventory_outstanding: '7', gmroi: '76' })
    expect(Number(of('BAG')?.stock_turn)).toBeCloseTo(365 / 7, 9)
    expect(Number(of('BAG')?.gmroi_annual)).toBeCloseTo((76 * 365) / 28, 9)
    expect([of('MUG')?.days_of_stock, of('HAT')?.days_of_stock]).toEqual(['0', null])
    expect(of('MUG')?.stock_turn).toBeNull()
  })
  it('adds lost sales up over products, and rolls up to categories', async () => {
    const { totals, stockDays, unpaced } = await ask()
    expect(Number(totals.lost_sales)).toBeCloseTo(150, 2)
    expect([stockDays, unpaced]).toEqual([28, 0])
    const { rows } = await ask({ by: 'category', sort: { by: 'lost_sales', desc: true } })
    expect(rows[0]).toMatchObject({ category: 'Mugs', products: '1', net_sales: '150' })
    expect(Number(rows[0]?.lost_sales)).toBeCloseTo(150, 2)
  })
  it('is narrowed by grade and search without grading anew, and sorted with the unknown last', async () => {
    const one = await ask({ grades: ['B'] })
    expect(one.rows.map(row => row.product)).toEqual(['MUG'])
    expect(one.grades[0]?.products).toBe(1)
    expect((await ask({ search: 'straw' })).rows.map(row => row.product)).toEqual(['HAT'])
    const { rows } = await ask({ sort: { by: 'weeks_of_cover', desc: false } })
    expect(rows.map(row => row.product)).toEqual(['MUG', 'BAG', 'HAT', 'PEN'])
    // A column there is not would be another order than was asked for, without a word.
    expect(ProductsAsked.safeParse({ ...period, sort: { by: 'profit', desc: true } }).success).toBe(false)
    for (const by of productOrders) expect((await ask({ sort: { by, desc: true } })).rows).toHaveLength(4)
  })
  it('shows nobody the products of stores that are not his', async () => {
    const { rows } = await assortment(metrics, ProductsAsked.parse(period), { ...scope, stores: ['other'] })
    expect(rows).toEqual([])
  })
})

describe('cohorts', () => {
  const span = { from: '2025-10-01', to: '2025-12-31' }
  const rows = async () => {
    const names = [
      'cohort_customers',
      'cohort_orders',
      'cohort_sales',
      'cohort_profit',
      'cohort_contribution',
    ]
    const answer = await metrics.ask(
      { ...span, metrics: names, by: ['cohort'], grain: 'month', calendar: 'gregorian' },
      scope,
    )
    return answer.rows
  }
  it('follow customers from their first order: who came back, and what each brought to date', async () => {
    const [october, december] = triangle(await rows(), '2025-10', '2025-12')
    expect(october).toEqual({
      month: '2025-10',
      size: 2,
      ages: [
        { retained: 1, orders: 1.5, sales: 60, profit: 30, contribution: 28.5 },
        // Nobody ordered, and what came back counts; its cost is not recorded, so profit leaves it out.
        { retained: 0, orders: 1.5, sales: 50, profit: 30, contribution: 28.5 },
        { retained: 0.5, orders: 2, sales: 100, profit: 70, contribution: 68 },
      ],
    })
    expect(december?.ages).toEqual([{ retained: 1, orders: 1, sales: 30, profit: 15, contribution: 14 }])
  })
  it('have no contribution from the month on whose orders have no rate', () => {
    const row = (period: string, cohort_contribution: string | null) => ({
      period,
      cohort: '2025-10',
      cohort_customers: '1',
      cohort_orders: '1',
      cohort_profit: '10',
      cohort_contribution,
    })
    const [found] = triangle(
      [row('2025-10', '8'), row('2025-11', null), row('2025-12', '8')],
      '2025-10',
      '2025-12',
    )
    expect(found?.ages.map(one => one.contribution)).toEqual([8, null, null])
  })
  it('that began before the first month are left out', async () => {
    expect(triangle(await rows(), '2025-11', '2025-12').map(one => one.month)).toEqual(['2025-12'])
  })
  it('have paid back in the first month whose profit to date covers the cost', () => {
    const age = (profit: number | null) => ({ retained: 0, orders: 0, sales: 0, profit, contribution: null })
    const cohort = { month: '2025-10', size: 2, ages: [age(10), age(24), age(31)] }
    expect([paidBack(cohort, 10), paidBack(cohort, 25), paidBack(cohort, 40)]).toEqual([0, 2, null])
  })
  it('are twelve, the last that of the day', () => {
    expect([yearBefore('2026-11-25'), yearBefore('2026-12-31')]).toEqual(['2025-12-01', '2026-01-01'])
  })
})

it('what a channel brought by analytics stands over what it cost', async () => {
  const { rows } = await metrics.ask({ ...period, metrics: ['analytics_roas'], by: ['channel'] }, scope)
  expect(rows.find(row => row.channel === 'Paid Search')?.analytics_roas).toBe('4')
})

it('a day is compared with the same hours of another, up to the last that has an order', async () => {
  const answer = await metrics.ask(
    {
      from: '2025-12-24',
      to: '2025-12-24',
      metrics: ['net_sales', 'orders'],
      grain: 'hour',
      compare: ['previous_period'],
    },
    scope,
  )
  // Orders of the ledger are placed at ten; the evening of the day before has none of its own here.
  expect(daySoFar(answer, 'previous_period')).toMatchObject({
    until: 10,
    lastOrders: 1,
    sales: { value: '100.0000' },
    orders: { value: '1.0000' },
  })
  // Where stores are at different hours each counts by its own clock, whatever the hours of all come to.
  const moved = { value: '60', delta: '40', ratio: '0.6667' }
  const fair = {
    net_sales: '100',
    orders: '1',
    compare: { previous_period: { values: { net_sales: moved } } },
  }
  expect(daySoFar(answer, 'previous_period', fair as never)).toMatchObject({
    until: 10,
    sales: { value: '100.0000', delta: '40', ratio: '0.6667' },
    orders: { value: '1.0000', delta: null },
  })
})

describe('the title of a peak day', () => {
  const of = {
    day: '27 Nov 2026',
    until: 16,
    sales: '£14,991',
    change: '123 %',
    below: false,
    base: 'the plan for these hours',
  }
  it('says how the day goes so far, and against what', () => {
    expect(dayTitle(of)).toBe(
      'Net sales £14,991 by 17:00 on 27 Nov 2026, 123 % above the plan for these hours',
    )
    expect(dayTitle({ ...of, until: 23, change: null })).toBe(
      'Net sales £14,991 on 27 Nov 2026, level with the plan for these hours',
    )
    expect(dayTitle({ ...of, apart: true, base: '' })).toBe('Net sales £14,991 so far on 27 Nov 2026')
    expect(dayTitle({ ...of, base: '' })).toBe('Net sales £14,991 by 17:00 on 27 Nov 2026')
    expect(dayTitle({ ...of, until: null })).toBe('No orders yet on 27 Nov 2026')
  })
  it('says how much of a day is in, or that it is passed', () => {
    expect(partIn('200', '100')).toBe('50 % of it is in')
    expect(partIn('200', '250')).toBe('passed by 25 %')
    expect([partIn(null, '5'), partIn('5', null), partIn('0', '5')]).toEqual(['', '', ''])
  })
})

it('of a funnel the step where most visits end is named', () => {
  const totals = {
    product_view_rate: '0.467',
    cart_rate: '0.084',
    checkout_rate: '0.047',
    conversion_rate: '0.024',
  }
  expect(mostLost(totals as never)).toBe('most visits, 53.3 %, are lost before they see a product')
  expect(mostLost({ ...totals, product_view_rate: '0.7' } as never)).toBe(
    'most visits, 61.6 %, are lost after a product, before the cart',
  )
  expect(mostLost({ ...totals, product_view_rate: '0.57', cart_rate: '0.2' } as never)).toBe(
    'the most visits, 43.0 %, are lost before they see a product',
  )
  expect(mostLost({ cart_rate: '0.1' } as never)).toBe('')
})

describe('grades', () => {
  const of = (amounts: (number | null)[]) => [
    ...abc(amounts.map((amount, n) => ({ key: String(n), amount, units: amount === null ? 0 : 1 }))).values(),
  ]
  it('end at 80 and 95 %, and the largest is A whatever it makes', () => {
    expect(of([90, 6, 4])).toEqual(['A', 'C', 'C'])
    expect(of([40, 40, 15, 5])).toEqual(['A', 'A', 'B', 'C'])
  })
  it('are not upset by losses and by what was not sold', () => {
    expect(of([80, -5, null, 15, 5])).toEqual(['A', 'C', 'U', 'B', 'C'])
  })
})

it('demand of a product that could not be bought on any day is not known', () => {
  expect(weeklyDemand(3, 28, 1)).toBeNull()
  expect(weeklyDemand(10, 14, 1)).toBe(5)
})

it('gives the hours to come no value, and the quiet ones before now theirs', () => {
  const hours = ['00', '01', '02', '03'].map(hour => ({
    period: `2026-11-26T${hour}`,
    net_sales: hour === '02' ? '-12.00' : '0.00',
    orders: '0',
    compare: {
      last_year: { values: { net_sales: { value: '40.00', delta: '-40.00', ratio: '-1' } } },
    },
  }))
  const { rows } = untilNow({ rows: hours } as unknown as Answer, ['net_sales', 'orders'])
  expect(rows.map(row => row.net_sales)).toEqual(['0.00', '0.00', '-12.00', null])
  expect(rows.map(row => row.compare?.last_year?.values.net_sales?.ratio)).toEqual(['-1', '-1', '-1', null])
  expect(rows[3]?.compare?.last_year?.values.net_sales?.value).toBe('40.00')
})

it('the break-even ROAS says in the same words everywhere what it is worked out from', () => {
  expect(breakEvenIs({ contribution_before_media: '12' } as never)).toContain('1 ÷ contribution before media')
  expect(breakEvenIs({ contribution_before_media: null } as never)).toContain('1 ÷ gross margin')
})

it('the layers of contribution begin with the sales whose cost is recorded, and are called net sales only where that is all', () => {
  const tiers = [{ name: 'cm1', label: 'Contribution margin 1', less: ['cogs'] }]
  const row = { net_sales: '100', net_sales_costed: '80', cost_of_goods: '30', cm1: '50' }
  const all = { ...row, net_sales_costed: '100', net_sales_uncosted: '0', cm1: '70' }
  expect(layers({ ...row, net_sales_uncosted: '20' }, tiers)).toMatchObject({
    base: { label: 'Sales with cost', value: 80 },
    steps: [{ label: 'Goods', value: -30 }],
    end: { label: 'CM1', value: 50 },
  })
  expect(layers(all, tiers).base).toEqual({ label: 'Net sales', value: 100 })
})

it('contribution goes up to the last day that is over, unless nothing but one that is not was asked for', () => {
  const over = (from: string, to: string) => daysOver({ from, to }, '2026-11-29')
  expect(over('2026-11-01', '2026-11-29')).toEqual({ from: '2026-11-01', to: '2026-11-28' })
  expect(over('2026-11-01', '2026-11-30')).toEqual({ from: '2026-11-01', to: '2026-11-28' })
  expect(over('2026-11-01', '2026-11-28')).toBeNull()
  expect(over('2026-11-29', '2026-11-29')).toBeNull()
})
