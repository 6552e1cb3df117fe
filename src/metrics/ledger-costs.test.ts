import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Query } from './query.ts'
import type { CostRate, World } from './world.ts'

const scope = { stores: 'all' as const, now: new Date('2026-06-20T12:00:00Z') }
const rate = (cost: CostRate['cost'], more: Partial<CostRate>): CostRate => ({
  cost,
  store: null,
  currency: 'GBP',
  from: '2000-01-01',
  perOrder: '0',
  perUnit: '0',
  ofSales: '0',
  perReturn: '0',
  ofReturns: '0',
  ...more,
})
const ofBritain = [
  rate('fulfilment', { perOrder: '3.00', perUnit: '0.50' }),
  rate('payment_fees', { perOrder: '0.20', ofSales: '0.02' }),
  rate('return_handling', { perReturn: '2.00' }),
]
const costRates = [...ofBritain, rate('fulfilment', { store: 'eu', currency: 'EUR', perOrder: '4' })]
const booked = {
  costAccounts: [{ cost: 'fulfilment' as const, accounts: ['5100', '5110'] }],
  closed: [{ from: '2026-03-01', to: '2026-03-31' }],
}
const posting = (entry_id: string, day: string, account: string, amount: number, currency = 'GBP') => ({
  store: 'shop',
  entry_id,
  day,
  account,
  department: '',
  cost_centre: '',
  vendor: '',
  words: '',
  amount,
  currency,
  source: 'test',
})
const cents = (value: unknown) => Math.round(Number(value) * 100) / 100

describe('a cost of a month whose books are closed', () => {
  let granary: Warehouse
  const over = (told: Partial<World>) =>
    createEngine({
      granary,
      world: async () => ({
        stores: [
          { store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
          { store: 'bare', name: 'Bare', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
          { store: 'eu', name: 'Europe', currency: 'EUR', timezone: 'Europe/Paris', kind: 'b2c' },
        ],
        calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
        currency: 'GBP',
        events: [],
        targets: [],
        metrics: [],
        dimensions: [],
        ...told,
      }),
    })
  const ask = (engine: ReturnType<typeof over>, more: Partial<Query> = {}) =>
    engine.ask({ metrics: ['fulfilment_cost'], from: '2026-03-01', to: '2026-03-31', ...more }, scope)
  const byStore = async (engine: ReturnType<typeof over>) => {
    const { rows, totals } = await ask(engine, { by: ['store'] })
    return {
      ...Object.fromEntries(rows.map(row => [row.store, cents(row.fulfilment_cost)])),
      all: cents(totals.fulfilment_cost),
    }
  }

  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    const day = '2026-03-02'
    await deliverLines(granary, [
      { order_id: 'one', day, product_id: 'A', gross: 60, cost: 20 },
      { order_id: 'one', day, product_id: 'B', gross: 40, discounts: -10, cost: 15 },
      { order_id: 'two', day, product_id: 'A', gross: 60, cost: 20 },
      { order_id: 'bare', day, store: 'bare', product_id: 'A', gross: 10, cost: 4 },
      { order_id: 'bare', day, store: 'bare', product_id: 'B', gross: 25, cost: 5 },
      { order_id: 'far', day, store: 'eu', currency: 'EUR', product_id: 'A', gross: 100, cost: 40 },
    ])
    await deliver(granary, 'exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2026-01-01', rate: 0.8, source: 'test' },
    ])
    await deliver(granary, 'ledger_entries', [
      posting('1', '2026-03-10', '5100', 25),
      posting('2', '2026-03-31', '5110', 4.4),
      posting('3', '2026-04-02', '5100', 1000),
      posting('4', '2026-03-20', '7000', 1000),
    ])
  })
  afterAll(() => granary.close())

  it('is what was posted, shared as the rates share it, to the last order', async () => {
    const engine = over({ ...booked, costRates })
    // By rates: 7.50 in the shop, 4 in the bare one, €4 at 0.8 in Europe: 14.70; posted were 29.40.
    expect(await byStore(engine)).toEqual({ shop: 15, bare: 8, eu: 6.4, all: 29.4 })
    const orders = await ask(engine, { by: ['order'], stores: ['shop'] })
    expect(orders.rows.map(row => [row.order, cents(row.fulfilment_cost)]).toSorted()).toEqual([
      ['one', 8],
      ['two', 7],
    ])
    expect(orders.meta.sources).toEqual({ fulfilment_cost: 'general ledger (5100, 5110) for Mar 2026' })
    // Contribution follows, and what is not mapped keeps its rate.
    const cm2 = async (of: typeof engine) =>
      Number((await ask(of, { metrics: ['cm2'], stores: ['shop'] })).totals.cm2)
    expect((await cm2(over({ costRates }))) - (await cm2(engine))).toBeCloseTo(7.5)
    const fees = await ask(engine, { metrics: ['payment_fees'], stores: ['shop'] })
    expect(fees.meta.sources).toEqual({ payment_fees: 'the company’s rates' })
    expect(cents(fees.totals.payment_fees)).toBe(3.4)
  })

  it('is shared as sales are where no rates are known for all of it', async () => {
    // Europe has no rate: 29.40 over sales of 150, 35 and €100 at 0.8.
    const engine = over({ ...booked, costRates: ofBritain })
    expect(await byStore(engine)).toEqual({ shop: 16.64, bare: 3.88, eu: 8.88, all: 29.4 })
  })

  it('goes by its rate while the books are open, and follows what is posted late', async () => {
    const open = await ask(over({ ...booked, closed: [], costRates }))
    expect(cents(open.totals.fulfilment_cost)).toBe(14.7)
    expect(open.meta.sources).toEqual({ fulfilment_cost: 'the company’s rates' })
    const engine = over({ ...booked, costRates })
    await ask(engine)
    await deliver(granary, 'ledger_entries', [posting('5', '2026-03-31', '5100', 0.6)])
    expect(cents((await ask(engine)).totals.fulfilment_cost)).toBe(30)
    const { meta } = await ask(engine, { from: '2026-02-01', to: '2026-06-30' })
    expect(meta.sources?.fulfilment_cost).toContain('for Mar 2026; the company’s rates else')
  })

  it('posted in several currencies is each of the stores that trade in it', async () => {
    await deliver(granary, 'ledger_entries', [posting('6', '2026-03-31', '5110', 10, 'EUR')])
    // £30 to the shops of £11.50 by rates, €10 at 0.8 to the one in Europe.
    const engine = over({ ...booked, costRates })
    expect(await byStore(engine)).toEqual({ shop: 19.57, bare: 10.43, eu: 8, all: 38 })
  })
})
