import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addDays, type Day } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { ratesOf } from '#warehouse/rates.ts'
import { deliver } from '../../test/small-ledger.ts'
import { over, shop } from '../../test/small-world.ts'

/** Money of several currencies, at rates that change on some days, stand still over others, or are not known yet. */
const start = '2011-01-01'
const days = 60
const on = (n: number): Day => addDays(start, n)
const currencies = ['GBP', 'EUR', 'USD', 'CHF']

const someDay = fc.integer({ min: 0, max: days - 1 })
const pair = fc.constantFrom(['EUR', 'GBP'], ['GBP', 'USD'], ['CHF', 'EUR'], ['USD', 'EUR'])
const given = fc.uniqueArray(fc.record({ pair, day: someDay, rate: fc.integer({ min: 1, max: 40_000 }) }), {
  selector: one => `${one.pair} ${one.day}`,
  maxLength: 40,
})
const sold = fc.array(
  fc.record({
    day: someDay,
    currency: fc.constantFrom(...currencies),
    coins: fc.integer({ min: 1, max: 90_000 }),
    product: fc.constantFrom('mug', 'cup'),
  }),
  { minLength: 1, maxLength: 40 },
)

it(
  'is told as each row is worth on its day, added up: by any split, over any days',
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(given, sold, fc.tuple(someDay, someDay), async (rates, sales, ends) => {
        const { granary, ask } = await over(
          sales.map(({ day, currency, coins, product }, n) => ({
            ...{ order_id: `o${n}`, store: currency, currency, day: on(day), product_id: product },
            gross: coins / 100,
          })),
          { stores: currencies.map(one => shop(one, one)) },
        )
        try {
          if (rates.length > 0)
            await deliver(
              granary,
              'exchange_rates',
              rates.map(({ pair: [base, quote], day, rate }) => ({
                ...{ base, quote, day: on(day), rate: String(rate / 10_000), source: 'test' },
              })),
            )
          const known = await ratesOf(granary, currencies)
          const [first, last] = ends.toSorted((a, b) => a - b).map(on) as [Day, Day]
          const worth = (those: typeof sales): string | null => {
            const all = those.map(({ day, currency, coins }) => {
              const rate = known.on(currency, 'GBP', on(day))
              return rate === null ? null : exact(rate).times(coins).div(100)
            })
            return all.includes(null)
              ? null
              : all.reduce<ReturnType<typeof exact>>((sum, one) => sum.plus(one ?? 0), exact('0')).toString()
          }
          const within = sales.filter(one => on(one.day) >= first && on(one.day) <= last)
          const asked = { metrics: ['gross_sales'], from: first, to: last, currency: 'GBP' }
          const daily = await ask({ ...asked, grain: 'day' })
          const rounded = (value: unknown) =>
            value === null || value === undefined ? null : exact(String(value)).toDecimalPlaces(8).toString()
          if (within.length > 0) expect(rounded(daily.totals.gross_sales)).toBe(rounded(worth(within)))
          for (const row of daily.rows) {
            const own = within.filter(one => on(one.day) === row.period)
            if (own.length > 0) expect(rounded(row.gross_sales)).toBe(rounded(worth(own)))
          }
          for (const row of (await ask({ ...asked, by: ['product'], compare: ['previous_days'] })).rows) {
            const own = within.filter(one => one.product === row.product)
            if (own.length > 0) expect(rounded(row.gross_sales)).toBe(rounded(worth(own)))
          }
        } finally {
          await granary.close()
        }
      }),
      { numRuns: 25 },
    ),
)
