import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { deliver, type Line } from '../../test/small-ledger.ts'
import { over, shop } from '../../test/small-world.ts'
import type { Query } from './query.ts'

/** Shops of three currencies with rates that begin late, stop early or were never given: ranked, kept and cut like a plain loop would. */

const home: Record<string, string> = { north: 'GBP', trade: 'GBP', paris: 'EUR', tokyo: 'JPY' }
const days = ['2010-11-15', '2011-10-03', '2011-10-31', '2011-11-02', '2011-11-15', '2011-12-04']

const drawn = fc.record({
  store: fc.constantFrom(...Object.keys(home)),
  order: fc.integer({ min: 1, max: 5 }),
  day: fc.constantFrom(...days),
  kind: fc.constantFrom('sale', 'sale', 'sale', 'free', 'reversal', 'shipping'),
  pence: fc.integer({ min: 1, max: 99_999 }),
  product_id: fc.constantFrom('p1', 'p2', 'p3'),
})
/** What came back did so whenever, also before its order as some systems date it. */
const ledger = fc.array(drawn, { minLength: 1, maxLength: 40 }).map(all => {
  const placed = new Map<string, (typeof all)[number]>()
  return all.map((one): Line => {
    const order = placed.get(`${one.store} ${one.order}`) ?? one
    placed.set(`${one.store} ${one.order}`, order)
    const amount = one.pence / 100
    return {
      store: one.store,
      order_id: `o${one.order}`,
      day: one.kind === 'reversal' ? one.day : order.day,
      ordered_day: order.day,
      kind: one.kind === 'free' ? 'sale' : one.kind,
      gross: one.kind === 'sale' ? amount : 0,
      discounts: one.kind === 'sale' && one.pence % 2 ? -0.05 : 0,
      reversals: one.kind === 'reversal' ? -amount : 0,
      shipping: one.kind === 'shipping' ? amount : 0,
      quantity: ['sale', 'free'].includes(one.kind) ? 1 : one.kind === 'reversal' ? -1 : 0,
      cost: one.kind === 'sale' && one.pence % 3 ? amount / 2 : null,
      currency: home[one.store] ?? '',
      product_id: one.product_id,
      customer_id: order.order % 3 ? `c${order.order % 3}` : '',
      account_id: order.order % 2 ? `a${order.order}` : '',
      country: order.order % 2 ? 'UK' : 'FR',
      channel: order.pence % 2 ? 'web' : 'shop',
    }
  })
})

const pairs = ['GBP', 'EUR', 'JPY'].flatMap(base =>
  ['GBP', 'EUR', 'JPY'].filter(quote => quote !== base).map(quote => [base, quote] as const),
)
const worth: Record<string, number> = { GBP: 1, EUR: 0.8, JPY: 0.005 }
const ratesGiven = fc.uniqueArray(
  fc.record({
    pair: fc.constantFrom(...pairs),
    day: fc.constantFrom('2010-11-01', '2011-10-20', '2011-11-02', '2011-11-10'),
    swing: fc.constantFrom(0.9, 1, 1.1),
  }),
  { maxLength: 6, selector: ({ pair, day }) => `${pair} ${day}` },
)
interface Rate {
  base: string
  quote: string
  day: string
  rate: string
}
const asRate = ({
  pair: [base, quote],
  day,
  swing,
}: {
  pair: readonly [string, string]
  day: string
  swing: number
}): Rate => ({
  base,
  quote,
  day,
  rate: (((worth[base] ?? 0) / (worth[quote] ?? 1)) * swing).toFixed(8),
})

/** The last rate of the two on or before a day, the given one before the one turned round. */
const own = (rates: Rate[], from: string, to: string, day: string): number | null => {
  const series = rates.flatMap(r =>
    r.base === from && r.quote === to
      ? [{ day: r.day, turned: 0, rate: Number(r.rate) }]
      : r.base === to && r.quote === from
        ? [{ day: r.day, turned: 1, rate: 1 / Number(r.rate) }]
        : [],
  )
  const known = series
    .filter(r => r.day <= day)
    .sort((a, b) => b.day.localeCompare(a.day) || a.turned - b.turned)
  return known[0]?.rate ?? null
}
const rateOn = (rates: Rate[], from: string, to: string, day: string): number | null => {
  if (from === to) return 1
  const direct = own(rates, from, to, day)
  if (direct !== null) return direct
  const [third] = ['GBP', 'EUR', 'JPY'].filter(c => c !== from && c !== to)
  const [near, far] = [own(rates, from, third ?? '', day), own(rates, third ?? '', to, day)]
  return near === null || far === null ? null : near * far
}

type Rated = (l: Line, amount: number) => number | null
const money = (
  lines: Line[],
  rated: Rated,
  ...columns: ('gross' | 'discounts' | 'reversals' | 'shipping')[]
) =>
  lines.reduce<number | null>((sum, l) => {
    const amount = rated(
      l,
      columns.reduce((s, c) => s + Number(l[c] ?? 0), 0),
    )
    return sum === null || amount === null ? null : sum + amount
  }, 0)
const sells = (l: Line) => l.kind === 'sale' && Number(l.gross) > 0
const ordersIn = (lines: Line[]) => new Set(lines.filter(sells).map(l => `${l.store} ${l.order_id}`)).size
const over0 = (a: number | null, b: number | null) => (a === null || !b ? null : a / b)
const oracle: Record<string, (lines: Line[], rated: Rated) => number | null> = {
  gross_sales: (lines, rated) => money(lines, rated, 'gross'),
  net_sales: (lines, rated) => money(lines, rated, 'gross', 'discounts', 'reversals'),
  total_sales: (lines, rated) => money(lines, rated, 'gross', 'discounts', 'reversals', 'shipping'),
  orders: ordersIn,
  units_sold: lines => lines.reduce((n, l) => n + (l.kind === 'sale' ? (l.quantity ?? 0) : 0), 0),
  aov: (lines, rated) => over0(money(lines, rated, 'gross', 'discounts'), ordersIn(lines)),
  return_rate: (lines, rated) => {
    const [back, sold] = [money(lines, rated, 'reversals'), money(lines, rated, 'gross', 'discounts')]
    return over0(back === null ? null : -back, sold)
  },
}
const dimension: Record<string, (l: Line) => string> = {
  store: l => String(l.store),
  country: l => String(l.country),
  channel: l => String(l.channel),
  product: l => String(l.product_id),
  customer: l => String(l.customer_id),
  account: l => String(l.account_id),
  weekday: l => String(new Date(`${l.day}T00:00:00Z`).getUTCDay() || 7),
}
const monday = (day: string) => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() || 7) - 1))

const question = fc.record({
  metrics: fc.uniqueArray(fc.constantFrom(...Object.keys(oracle)), { minLength: 1, maxLength: 4 }),
  by: fc.uniqueArray(fc.constantFrom(...Object.keys(dimension)), { minLength: 1, maxLength: 2 }),
  grain: fc.option(fc.constantFrom('day' as const, 'week' as const, 'month' as const), { nil: undefined }),
  stores: fc.option(fc.subarray(Object.keys(home), { minLength: 1 }), { nil: undefined }),
  currency: fc.constantFrom('GBP', 'EUR', 'JPY'),
  condition: fc.option(
    fc.record({
      metric: fc.constantFrom(...Object.keys(oracle)),
      way: fc.constantFrom('over' as const, 'under' as const),
      level: fc.constantFrom(-100.123, 0.4567, 1.5001, 100.123, 50_000.123),
    }),
    { nil: undefined },
  ),
  sort: fc.option(
    fc.record({ n: fc.nat(3), desc: fc.boolean(), absolute: fc.boolean(), change: fc.boolean() }),
    { nil: undefined },
  ),
  compare: fc.option(fc.constantFrom('last_year' as const, 'previous_period' as const), { nil: undefined }),
  limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  offset: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  subtotals: fc.boolean(),
})
const window = { from: '2011-10-01', to: '2011-12-31' }

const near = (value: unknown, expected: number | null, what: string) => {
  if (expected === null) return expect(value, what).toBeNull()
  const off = Math.abs(Number(value ?? 0) - expected)
  expect(off, `${what}: ${String(value)} for ${expected}`).toBeLessThan(1e-6 + Math.abs(expected) * 1e-5)
}

it('money of shops of several currencies is told, kept, ranked and cut like a plain loop over the lines would', async () => {
  await fc.assert(
    fc.asyncProperty(
      ledger,
      ratesGiven,
      fc.array(question, { minLength: 4, maxLength: 8 }),
      async (lines, given, questions) => {
        const rates = given.map(asRate)
        const { granary, ask } = await over(lines, {
          stores: Object.entries(home).map(([store, currency]) => shop(store, currency)),
        })
        if (rates.length > 0)
          await deliver(
            granary,
            'exchange_rates',
            rates.map(rate => ({ ...rate, source: 'test' })),
          )
        for (const { condition, sort, compare, ...asked } of questions) {
          const by = asked.metrics[(sort?.n ?? 0) % asked.metrics.length] ?? ''
          const query: Query = {
            ...asked,
            ...window,
            ...(condition && { filters: [{ metric: condition.metric, [condition.way]: condition.level }] }),
            ...(compare && { compare: [compare] }),
            ...(sort && {
              sort: {
                by,
                desc: sort.desc,
                absolute: sort.absolute,
                ...(sort.change && compare && { of: compare }),
              },
            }),
          }
          const rated: Rated = (l, amount) => {
            const rate = rateOn(rates, String(l.currency), asked.currency, l.day)
            return rate === null ? null : amount * rate
          }
          const answer = await ask(query)
          const told = JSON.stringify({ query, rates, lines })
          const reach = lines.filter(l => !asked.stores || asked.stores.includes(String(l.store)))
          const inside = reach.filter(l => l.day >= window.from && l.day <= window.to)
          const periodOf = (day: string) =>
            asked.grain === 'day' ? day : asked.grain === 'month' ? day.slice(0, 7) : monday(day)
          const periodIn = (row: Record<string, unknown>) => {
            if (asked.grain !== 'week' || row.period === undefined) return row.period
            const [year, week] = String(row.period).split('-W').map(Number)
            return addDays(monday(`${year}-01-04`), 7 * ((week ?? 1) - 1))
          }
          const of = (row: Record<string, unknown>, from: Line[], names: string[]) =>
            from.filter(
              l =>
                names.every(name => dimension[name]?.(l) === row[name]) &&
                (row.period === undefined || periodOf(l.day) === periodIn(row)),
            )
          const check = (row: Record<string, unknown>, from: Line[], names: string[], what: string) => {
            for (const metric of asked.metrics)
              near(
                row[metric],
                oracle[metric]?.(of(row, from, names), rated) ?? null,
                `${what} ${metric} ${JSON.stringify(row)} ${told}`,
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
          if (inside.length > 0) check(answer.totals, inside, [], 'total')
          // Conditions hold of each row.
          if (condition)
            for (const row of answer.rows) {
              const value = oracle[condition.metric]?.(of(row, inside, asked.by), rated) ?? null
              expect(value, `kept ${JSON.stringify(row)} ${told}`).not.toBeNull()
              if (condition.way === 'over') expect(Number(value), told).toBeGreaterThan(condition.level)
              else expect(Number(value), told).toBeLessThan(condition.level)
            }
          // None that meets them is missing, without limit and offset.
          const found = new Set(
            answer.rows.map(r => JSON.stringify([periodIn(r), ...asked.by.map(d => r[d])])),
          )
          expect(found.size, told).toBe(answer.rows.length)
          const groups = Map.groupBy(inside, l =>
            JSON.stringify([asked.grain && periodOf(l.day), ...asked.by.map(d => dimension[d]?.(l))]),
          )
          const wanted = [...groups].filter(([, lines]) => {
            const meets = (value: number | null) =>
              value !== null &&
              condition &&
              (condition.way === 'over' ? value > condition.level : value < condition.level)
            const says = asked.metrics.some(metric => oracle[metric]?.(lines, rated))
            return says && (!condition || meets(oracle[condition.metric]?.(lines, rated) ?? null))
          })
          if (asked.limit === undefined && !asked.offset) {
            for (const [key] of wanted) expect([...found], `missing ${key} ${told}`).toContain(key)
            expect(answer.meta.count, told).toBe(answer.rows.length)
          } else {
            const left = Math.max(0, answer.meta.count - (asked.offset ?? 0))
            expect(answer.rows.length, told).toBe(Math.min(asked.limit ?? 10_000, left))
            expect(answer.meta.count, told).toBeGreaterThanOrEqual(wanted.length)
          }
          // In the order asked for; what is not known comes last.
          const figure = (row: (typeof answer.rows)[number]) => {
            const value = query.sort?.of ? row.compare?.[query.sort.of]?.values[by]?.delta : row[by]
            return value === null || value === undefined
              ? null
              : sort?.absolute
                ? Math.abs(Number(value))
                : Number(value)
          }
          if (sort)
            answer.rows.forEach((row, i) => {
              const next = answer.rows[i + 1]
              if (!next) return
              const [a, b] = [figure(row), figure(next)]
              if (a === null)
                expect(b, `known after unknown ${JSON.stringify([row, next])} ${told}`).toBeNull()
              else if (b !== null)
                expect(
                  sort.desc ? a - b : b - a,
                  `order ${JSON.stringify([row, next])} ${told}`,
                ).toBeGreaterThanOrEqual(-1e-6)
            })
          if (compare && !asked.grain && answer.meta.comparisons[compare]) {
            const { from, to } = answer.meta.comparisons[compare]
            const base = reach.filter(l => l.day >= from && l.day <= to)
            for (const row of answer.rows)
              for (const metric of asked.metrics) {
                const value = row.compare?.[compare]?.values[metric]?.value
                if (value !== null && value !== undefined)
                  near(
                    value,
                    oracle[metric]?.(of(row, base, asked.by), rated) ?? null,
                    `${compare} ${metric} ${JSON.stringify(row)} ${told}`,
                  )
              }
          }
        }
        await granary.close()
      },
    ),
    { numRuns: 12 },
  )
}, 240_000)
