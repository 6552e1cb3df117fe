import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { earlier, later } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { deliverLines, type Line } from '../../test/small-ledger.ts'
import { createEngine } from './create-engine.ts'
import type { Query } from './query.ts'
import type { StoreSetting, World } from './world.ts'

/** Every answer beside what a plain loop over the lines gives: two shops that use the same numbers for other things. */

const shop = (store: string): StoreSetting => ({
  store,
  name: store,
  currency: 'GBP',
  timezone: 'Europe/London',
  kind: 'both',
})
const world: World = {
  stores: [shop('north'), shop('south')],
  calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
  currency: null,
  events: [],
  targets: [],
  metrics: [],
  dimensions: [],
}
const scope = { stores: 'all' as const, now: new Date('2011-12-20T12:00:00Z') }

const drawn = fc.record({
  store: fc.constantFrom('north', 'south'),
  order: fc.integer({ min: 1, max: 6 }),
  day: fc.constantFrom('2010-11-15', '2010-12-02', '2011-11-02', '2011-11-15', '2011-12-02', '2011-12-05'),
  hour: fc.integer({ min: 0, max: 23 }),
  kind: fc.constantFrom('sale', 'sale', 'sale', 'reversal', 'shipping'),
  pence: fc.integer({ min: 0, max: 99_999 }),
  product_id: fc.constantFrom('p1', 'p2', "p'3"),
})
/** An order is of one shop, placed on one day by one customer; what it lost came back whenever. */
const ledger = fc.array(drawn, { minLength: 1, maxLength: 40 }).map(all => {
  const placed = new Map<string, (typeof all)[number]>()
  return all.map((one): Line => {
    const key = `${one.store} ${one.order}`
    const order = placed.get(key) ?? one
    placed.set(key, order)
    const amount = one.pence / 100
    return {
      store: one.store,
      order_id: `o${one.order}`,
      day: one.kind === 'reversal' ? one.day : order.day,
      ordered_day: order.day,
      hour: one.kind === 'reversal' ? one.hour : order.hour,
      kind: one.kind,
      gross: one.kind === 'sale' ? amount : 0,
      discounts: one.kind === 'sale' && one.pence % 2 ? -0.05 : 0,
      reversals: one.kind === 'reversal' ? -amount : 0,
      shipping: one.kind === 'shipping' ? amount : 0,
      quantity: one.kind === 'sale' ? 1 + (one.pence % 3) : one.kind === 'reversal' ? -1 : 0,
      product_id: one.product_id,
      customer_id: order.order % 3 ? `c${order.order % 3}` : '',
      country: order.order % 2 ? 'UK' : 'FR',
      channel: order.pence % 2 ? 'web' : 'shop',
    }
  })
})

const pounds = (lines: Line[], ...columns: ('gross' | 'discounts' | 'reversals' | 'shipping')[]) =>
  lines.reduce((sum, l) => sum + columns.reduce((s, c) => s + Math.round(Number(l[c]) * 100), 0), 0) / 100
const sells = (l: Line) => l.kind === 'sale' && Number(l.gross) > 0
const ordersIn = (lines: Line[]) => new Set(lines.filter(sells).map(l => `${l.store} ${l.order_id}`)).size

const oracle: Record<string, (lines: Line[]) => number | null> = {
  gross_sales: lines => pounds(lines, 'gross'),
  net_sales: lines => pounds(lines, 'gross', 'discounts', 'reversals'),
  total_sales: lines => pounds(lines, 'gross', 'discounts', 'reversals', 'shipping'),
  orders: ordersIn,
  customers: lines =>
    new Set(lines.filter(l => sells(l) && l.customer_id).map(l => `${l.store} ${l.customer_id}`)).size,
  units_sold: lines => lines.reduce((n, l) => n + (l.kind === 'sale' ? (l.quantity ?? 0) : 0), 0),
  aov: lines => (ordersIn(lines) === 0 ? null : pounds(lines, 'gross', 'discounts') / ordersIn(lines)),
  return_rate: lines => {
    const demand = pounds(lines, 'gross', 'discounts')
    return demand === 0 ? null : -pounds(lines, 'reversals') / demand
  },
}
const dimension: Record<string, (l: Line) => string> = {
  store: l => String(l.store),
  country: l => String(l.country),
  channel: l => String(l.channel),
  product: l => String(l.product_id),
  customer: l => String(l.customer_id),
  hour: l => String(l.hour),
  weekday: l => String(new Date(`${l.day}T00:00:00Z`).getUTCDay() || 7),
}
const grains = {
  day: (d: string) => d,
  month: (d: string) => d.slice(0, 7),
  year: (d: string) => d.slice(0, 4),
}

const question = fc.record({
  metrics: fc.subarray(Object.keys(oracle), { minLength: 1, maxLength: 5 }),
  by: fc.subarray(Object.keys(dimension), { maxLength: 2 }),
  grain: fc.option(fc.constantFrom('day' as const, 'month' as const, 'year' as const), { nil: undefined }),
  stores: fc.option(fc.subarray(['north', 'south'], { minLength: 1 }), { nil: undefined }),
  filter: fc.option(
    fc.record({
      dimension: fc.constantFrom('country', 'product', 'customer', 'store', 'weekday'),
      is: fc.subarray(['UK', 'p1', "p'3", 'c1', '', 'north', '2', '3'], { minLength: 1, maxLength: 4 }),
    }),
    { nil: undefined },
  ),
  subtotals: fc.boolean(),
  compare: fc.boolean(),
})

const window = { from: '2011-11-01', to: '2011-12-31' }
/** The data end on the last day anything happened: last year is compared to the same day. */
const lastYear = (lines: Line[]) => {
  const last = lines.reduce((day, l) => later(day, l.day), window.from)
  const until = earlier(last, window.to)
  return lines.filter(l => l.day >= '2010-11-01' && l.day <= `2010${until.slice(4)}`)
}

const near = (value: unknown, expected: number | null, what: string) => {
  if (expected === null) expect(value, what).toBeNull()
  else expect(Number(value ?? 0), what).toBeCloseTo(expected, 6)
}

it.for([
  ['later', 17],
  ['before, as some systems date it', 1],
] as const)(
  'money and orders are of their own hours, also by customer or new and returning, where what came back did so %s',
  async ([, hour]) => {
    const granary = await openDuckdb({ folder: ':memory:' })
    const day = { day: '2011-12-05', ordered_day: '2011-12-05', customer_id: 'c1', product_id: 'p1' }
    const order = { ...day, store: 'south', order_id: 'o1' }
    await deliverLines(granary, [
      { ...order, hour: 9, kind: 'sale', gross: 20, quantity: 1 },
      { ...order, hour, kind: 'reversal', reversals: -5, quantity: -1 },
    ])
    const engine = createEngine({ granary, world: async () => world })
    for (const by of [['hour'], ['customer', 'hour'], ['customer_kind', 'hour']]) {
      const { rows } = await engine.ask({ metrics: ['net_sales', 'orders'], by, ...window }, scope)
      const told = rows.map(row => [Number(row.hour), Number(row.net_sales), Number(row.orders)])
      expect(told.sort(([, a = 0], [, b = 0]) => b - a)).toEqual([
        [9, 20, 1],
        [hour, -5, 0],
      ])
    }
    await granary.close()
  },
)

describe('any question of any ledger', () => {
  it('is answered as a plain loop over the lines would', async () => {
    await fc.assert(
      fc.asyncProperty(
        ledger,
        fc.array(question, { minLength: 4, maxLength: 8 }),
        async (lines, questions) => {
          const granary = await openDuckdb({ folder: ':memory:' })
          await deliverLines(granary, lines)
          const engine = createEngine({ granary, world: async () => world })
          for (const { filter, compare, ...asked } of questions) {
            const query: Query = {
              ...asked,
              ...window,
              ...(filter && { filters: [filter] }),
              ...(compare && !asked.grain && { compare: ['last_year'] }),
            }
            const kept = lines.filter(
              l =>
                (!asked.stores || asked.stores.includes(String(l.store))) &&
                (!filter || filter.is.includes(dimension[filter.dimension]?.(l) ?? '')),
            )
            const reach = lines.filter(l => !asked.stores || asked.stores.includes(String(l.store)))
            const inside = kept.filter(l => l.day >= window.from && l.day <= window.to)
            const answer = await engine.ask(query, scope)
            const of = (row: Record<string, unknown>, from: Line[], names: string[]) =>
              from.filter(
                l =>
                  names.every(name => dimension[name]?.(l) === row[name]) &&
                  (row.period === undefined || grains[asked.grain ?? 'day'](l.day) === row.period),
              )
            const check = (row: Record<string, unknown>, from: Line[], names: string[], what: string) => {
              for (const metric of asked.metrics)
                near(
                  row[metric],
                  oracle[metric]?.(of(row, from, names)) ?? null,
                  `${what} ${metric} ${JSON.stringify(row)}`,
                )
            }
            for (const row of answer.rows) check(row, inside, asked.by, 'row')
            for (const row of answer.subtotals ?? [])
              check(
                row,
                inside,
                asked.by.filter(name => name in row),
                'subtotal',
              )
            if (reach.some(l => l.day >= window.from)) check(answer.totals, inside, [], 'total')
            // No group that has something to say is missing from the rows.
            const group = (l: Line) =>
              JSON.stringify([
                asked.grain && grains[asked.grain](l.day),
                ...asked.by.map(d => dimension[d]?.(l)),
              ])
            if (asked.by.length > 0) {
              const found = answer.rows.map(r => JSON.stringify([r.period, ...asked.by.map(d => r[d])]))
              for (const [key, own] of Map.groupBy(inside, group))
                if (asked.metrics.some(metric => oracle[metric]?.(own))) expect(found).toContain(key)
            }
            if (query.compare && reach.some(l => l.day >= window.from)) {
              const base = lastYear(reach).filter(l => kept.includes(l))
              for (const row of answer.rows)
                for (const metric of asked.metrics) {
                  const value = row.compare?.last_year?.values[metric]?.value
                  if (value !== null && value !== undefined)
                    near(value, oracle[metric]?.(of(row, base, asked.by)) ?? null, `last year ${metric}`)
                }
            }
          }
          await granary.close()
        },
      ),
      { numRuns: 20 },
    )
  }, 240_000)
})
