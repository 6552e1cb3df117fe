import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { civilYear, periodsBetween } from '#kernel/period.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { deliverLines } from '../../test/small-ledger.ts'
import { plainWorld, shop } from '../../test/small-world.ts'
import { createEngine } from './create-engine.ts'

/** Customers are counted on their first order of a period, and not as a set: any days must give what a set would. */

const world = { ...plainWorld, stores: [shop('north'), shop('south')] }
const scope = { stores: 'all' as const, now: new Date('2012-03-31T12:00:00Z') }
const first = '2012-01-20'

const order = fc.record({
  store: fc.constantFrom('north', 'south'),
  customer: fc.constantFrom('', 'a', 'b', 'c'),
  after: fc.integer({ min: 0, max: 25 }),
  hour: fc.integer({ min: 0, max: 23 }),
})
const asked = fc.record({
  from: fc.integer({ min: 0, max: 25 }),
  days: fc.integer({ min: 1, max: 25 }),
  grain: fc.constantFrom(undefined, 'day' as const, 'week' as const, 'month' as const),
  by: fc.subarray(['store']),
  compare: fc.boolean(),
})

it('counts the customers of any days and periods as a set of them would, whatever order they came in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(order, { minLength: 1, maxLength: 25 }),
      fc.array(asked, { minLength: 6, maxLength: 10 }),
      async (orders, questions) => {
        const lines = orders.map(({ store, customer, after, hour }, i) => ({
          store,
          order_id: `o${i}`,
          customer_id: customer,
          day: addDays(first, after),
          hour,
          gross: 10,
        }))
        const granary = await openDuckdb({ folder: ':memory:' })
        // In two deliveries: what comes second may lie before what came first.
        const half = Math.floor(lines.length / 2)
        for (const part of [lines.slice(half), lines.slice(0, half)])
          if (part.length > 0) await deliverLines(granary, part)
        const engine = createEngine({ granary, world: async () => world })
        const people = (from: string, to: string, store?: unknown) =>
          new Set(
            lines
              .filter(l => l.customer_id && l.day >= from && l.day <= to && (!store || l.store === store))
              .map(l => `${l.store} ${l.customer_id}`),
          ).size
        for (const { from: after, days, grain, by, compare } of questions) {
          const from = addDays(first, after)
          const to = addDays(from, days - 1)
          const answer = await engine.ask(
            {
              metrics: ['customers'],
              from,
              to,
              by,
              ...(grain && { grain }),
              ...(compare && { compare: ['previous_period'] }),
            },
            scope,
          )
          const what = JSON.stringify({ from, to, grain, by })
          expect(Number(answer.totals.customers ?? 0), what).toBe(people(from, to))
          for (const row of answer.rows) {
            const period =
              grain && periodsBetween(civilYear, from, to, grain).find(({ key }) => key === row.period)
            const [start, end] = period ? [period.from, period.to] : [from, to]
            if (row.customers === null) continue
            expect(Number(row.customers), `${what} ${row.period}`).toBe(people(start, end, row.store))
          }
          const before = answer.totals.compare?.previous_period
          const base = answer.meta.comparisons.previous_period
          if (before?.values.customers?.value && base)
            expect(Number(before.values.customers.value), `before ${what}`).toBe(people(base.from, base.to))
        }
        await granary.close()
      },
    ),
    { numRuns: 12 },
  )
}, 240_000)

it('is not known before the data begin, in the totals as in the rows', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, [
    { order_id: 'a', day: first, customer_id: 'c', gross: 10 },
    { order_id: 'b', day: addDays(first, 3), gross: 10 },
  ])
  const engine = createEngine({ granary, world: async () => plainWorld })
  const query = { metrics: ['customers', 'new_customers'], compare: ['previous_period' as const] }
  const ask = async (from: string, grain?: 'day') =>
    engine.ask({ ...query, from, to: addDays(from, 1), ...(grain && { grain }) }, scope)
  for (const grain of [undefined, 'day'] as const) {
    const { rows, totals } = await ask(first, grain)
    for (const row of [totals, rows[0]]) {
      expect(row?.customers).toBe('1')
      expect(row?.compare?.previous_period?.values.customers).toMatchObject({ value: null, delta: null })
    }
    // Days within the data on which nobody known bought anything had none.
    const after = await ask(addDays(first, 2), grain)
    expect([after.totals.customers, after.totals.new_customers]).toEqual(['0', '0'])
    expect(after.totals.compare?.previous_period?.values.customers?.value).toBe('1')
  }
  await granary.close()
})
