import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines } from '../../test/small-ledger.ts'
import { plainWorld, shop } from '../../test/small-world.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'

/** The day stock is read for the first time, by a shop that has sold for longer. */
const first = '2026-03-02'
const on = (n: number) => addDays(first, n)
const scope = { stores: 'all' as const, now: new Date('2026-08-30T12:00:00Z') }

const opened: Warehouse[] = []
let granary: Warehouse
let metrics: Engine
beforeEach(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  opened.push(granary)
  metrics = createEngine({
    granary,
    world: async () => ({
      ...plainWorld,
      stores: ['shop', 'trade'].map(store => shop(store)),
      currency: 'GBP',
    }),
  })
})
afterAll(async () => {
  for (const one of opened) await one.close()
})

const sells = (product_id: string, n: number, gross: number, more: object = {}) => ({
  order_id: `${product_id}-${n}`,
  day: on(n),
  product_id,
  gross,
  ...more,
})
const level = (product_id: string, n: number, on_hand: number) => ({
  store: 'shop',
  day: on(n),
  location: 'here',
  product_id,
  on_hand,
  currency: 'GBP',
  source: 'test',
})
const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const lost = async (from: number, to: number, more: Partial<Query> = {}) => {
  const asked = { metrics: ['lost_sales', 'stockout_days'], from: on(from), to: on(to), ...more }
  return metrics.ask(asked, scope)
}

describe('sales lost by being out of stock', () => {
  it('are told by the sales before stock was known, of a product that lay at nothing when it first was', async () => {
    await deliverLines(granary, [
      // £5 off £35 on every seventh day of eight weeks: £30 a week. What was sold before them is no longer its pace.
      ...days(1, 8).map(week => sells('LAMP', -7 * week, 35, { discounts: -5 })),
      sells('LAMP', -80, 900),
      // Neither what came back nor what another shop sells of it is demand met from this stock.
      { ...sells('LAMP', -3, 0), order_id: 'back', kind: 'reversal', reversals: -30 },
      { ...sells('LAMP', -2, 700), order_id: 'other', store: 'trade' },
    ])
    await deliver(granary, 'stock_days', [...days(0, 6).map(n => level('LAMP', n, 0))])
    const { totals, rows } = await lost(0, 6, { by: ['store'] })
    expect(Number(totals.lost_sales)).toBeCloseTo(30, 2)
    expect(rows.find(row => row.store === 'shop')).toMatchObject({ stockout_days: '7' })
    // No stock is read of the other shop's: it lost nothing that anybody knows of, which is not nothing.
    expect(rows.find(row => row.store === 'trade')?.lost_sales ?? null).toBeNull()
    // Of days before anybody looked nothing is told either.
    expect((await lost(-7, -1)).totals.lost_sales).toBeNull()
  })

  it('are not known, rather than nothing, where no pace is known, and say what would supply it', async () => {
    await deliverLines(granary, [
      // New: thirteen days of sales are too few.
      sells('NEW', -13, 130),
      // Nothing sold for eight weeks, of stock nobody read: perhaps it was not there to be sold.
      sells('OLD', -57, 500),
    ])
    await deliver(granary, 'stock_days', [level('NEW', 0, 0), level('OLD', 0, 0), level('NEVER', 0, 0)])
    const { totals, rows, meta } = await lost(0, 0, { by: ['product'] })
    expect(rows.map(row => [row.product, row.lost_sales])).toEqual(
      expect.arrayContaining([
        ['NEW', null],
        ['OLD', null],
        ['NEVER', null],
      ]),
    )
    expect(totals).toMatchObject({ lost_sales: null, stockout_days: '3' })
    expect(meta.missing.lost_sales).toContain('two weeks of sales or stock')
  })

  it('begin with a fortnight of sales, and are nothing of what lay there unsold', async () => {
    await deliverLines(granary, [sells('NEW', -14, 140)])
    await deliver(granary, 'stock_days', [
      level('NEW', 0, 0),
      ...days(0, 13).map(n => level('DUST', n, 5)),
      level('DUST', 14, 0),
    ])
    const { rows } = await lost(0, 14, { by: ['product'] })
    expect(Object.fromEntries(rows.map(row => [row.product, row.lost_sales]))).toEqual({
      NEW: '10',
      DUST: '0',
    })
  })

  it('are less by what was sold all the same, and end after eight weeks', async () => {
    await deliverLines(granary, [
      ...days(1, 4).map(n => sells('CUP', -14 * n, 140)),
      // The last four are sold on the day it runs out; later more than usual, of stock that is nobody's.
      sells('CUP', 0, 4),
      sells('CUP', 1, 50),
    ])
    await deliver(granary, 'stock_days', [...days(0, 79).map(n => level('CUP', n, 0))])
    const daily = await lost(0, 79, { grain: 'day' })
    const of = (n: number) => daily.rows.find(row => row.period === on(n))?.lost_sales
    expect([of(0), of(1), of(2), of(55), of(56) ?? null]).toEqual(['6', '0', '10', '10', null])
    expect(daily.totals.lost_sales).toBe(String(6 + 54 * 10))
  })

  it('are of days it could be had: an earlier stock-out does not slow the pace of the next', async () => {
    await deliverLines(granary, [
      ...days(0, 19).map(n => sells('TOY', n, 10)),
      ...[30, 31].map(n => sells('TOY', n, 10)),
    ])
    await deliver(granary, 'stock_days', [
      ...days(0, 19).map(n => level('TOY', n, 5)),
      ...days(20, 29).map(n => level('TOY', n, 0)),
      ...days(30, 31).map(n => level('TOY', n, 5)),
      level('TOY', 32, 0),
    ])
    expect((await lost(32, 32)).totals.lost_sales).toBe('10')
    expect((await lost(0, 32)).totals).toMatchObject({ lost_sales: '110', stockout_days: '11' })
  })

  it('are none without a stock-out, and never less the longer it lasts', async () => {
    const one = fc.record({
      before: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 20, maxLength: 70 }),
      held: fc.nat({ max: 20 }),
      after: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
    })
    const [cases = []] = fc.sample(fc.array(one, { minLength: 40, maxLength: 40 }), { numRuns: 1, seed: 5 })
    const all = cases.map((drawn, n) => ({ ...drawn, product: `P${n}` }))
    // Each runs out on the same day, after as many days in stock as it was looked at on.
    const out = 30
    await deliverLines(
      granary,
      all.flatMap(({ product, before, after }) => [
        ...before.flatMap((gross, k) => (gross > 0 ? [sells(product, out - 1 - k, gross)] : [])),
        ...after.flatMap((gross, k) => (gross > 0 ? [sells(product, out + k, gross)] : [])),
      ]),
    )
    await deliver(
      granary,
      'stock_days',
      all.flatMap(({ product, held }) => [
        ...days(out - held, out - 1).map(n => level(product, n, 1)),
        ...days(out, out + 70).map(n => level(product, n, 0)),
      ]),
    )
    const upTo = async (n: number) => {
      const { rows } = await lost(0, n, { by: ['product'], limit: 100 })
      return all.map(({ product }) => rows.find(row => row.product === product)?.lost_sales ?? null)
    }
    const [none, short, long, longest] = [
      await upTo(out - 1),
      await upTo(out + 3),
      await upTo(out + 30),
      await upTo(out + 70),
    ]
    all.forEach(({ held }, n) => {
      expect(none[n]).toBe(held > 0 ? '0' : null)
      expect(Number(short[n])).toBeGreaterThanOrEqual(0)
      expect(Number(long[n])).toBeGreaterThan(Number(short[n]))
      expect(Number(longest[n])).toBeGreaterThanOrEqual(Number(long[n]))
    })
    // Days and products add up to the whole.
    const { rows, totals } = await lost(0, out + 70, { grain: 'day' })
    const sum = (values: readonly unknown[]) => values.reduce<number>((a, b) => a + Number(b ?? 0), 0)
    expect(sum(rows.map(row => row.lost_sales))).toBeCloseTo(Number(totals.lost_sales), 3)
    expect(sum(longest)).toBeCloseTo(Number(totals.lost_sales), 3)
  })

  it('are of a day what they are of it in any period, and so is cover: what lies before is read as far as it tells', async () => {
    // Sold out for days or months, stock read now and then; `n` days from the first.
    const one = fc.record({
      sold: fc.array(fc.nat({ max: 3 }), { minLength: 260, maxLength: 260 }),
      held: fc.array(fc.record({ days: fc.integer({ min: 1, max: 90 }), some: fc.boolean() }), {
        minLength: 12,
        maxLength: 12,
      }),
      readFrom: fc.nat({ max: 120 }),
      every: fc.integer({ min: 1, max: 3 }),
    })
    const [cases = []] = fc.sample(fc.array(one, { minLength: 25, maxLength: 25 }), { numRuns: 1, seed: 11 })
    const all = cases.map(({ sold, held, readFrom, every }, n) => ({
      sales: sold.flatMap((units, day) =>
        units === 3 ? [sells(`P${n}`, day, 10 + n, { quantity: units })] : [],
      ),
      levels: held
        .flatMap(({ days: long, some }) => Array.from({ length: long }, () => (some ? 4 : 0)))
        .slice(0, 260)
        .flatMap((on_hand, day) =>
          day >= readFrom && day % every === 0 ? [level(`P${n}`, day, on_hand)] : [],
        ),
    }))
    await deliverLines(
      granary,
      all.flatMap(({ sales }) => sales),
    )
    await deliver(
      granary,
      'stock_days',
      all.flatMap(({ levels }) => levels),
    )
    const metrics = ['lost_sales', 'weeks_of_cover']
    const whole = await lost(0, 259, { metrics, grain: 'day' })
    const told = days(0, 259).filter(n => n % 17 === 5)
    expect(told.filter(n => Number(whole.rows[n]?.lost_sales ?? 0) > 0).length).toBeGreaterThan(8)
    for (const n of told) {
      const { totals } = await lost(n, n, { metrics })
      expect(totals).toEqual(
        Object.fromEntries(metrics.map(metric => [metric, whole.rows[n]?.[metric] ?? null])),
      )
    }
  })
})
