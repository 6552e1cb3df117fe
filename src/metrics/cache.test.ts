import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '#warehouse/warehouse.ts'
import { deliverLines } from '../../test/small-ledger.ts'
import { over, plainWorld } from '../../test/small-world.ts'
import { answerCache, type Rest } from './cache.ts'
import { createEngine } from './create-engine.ts'
import type { Query } from './query.ts'

const change = (more: Partial<Change>): Change => ({
  ...{
    version: 1,
    delivery: 'd',
    table: 'sales_lines',
    stores: ['uk'],
    from: '2026-03-10',
    to: '2026-03-12',
  },
  ...{ rows: 1, at: '2026-03-12T00:00:00Z' },
  ...more,
})

describe('a load evicts', () => {
  const rest: Rest = {
    tables: ['sales_lines'],
    stores: ['uk'],
    windows: [{ from: '2026-03-01', to: '2026-03-10' }],
  }
  const stays = async (own: Partial<Rest>, ...changes: Change[]) => {
    const cache = answerCache<string>()
    await cache.through(
      'q',
      { ...rest, ...own },
      () => 1,
      async () => 'answer',
    )
    cache.evict(changes)
    return cache.size() === 1
  }
  it('what rests on its table, one of its stores and one of its days', async () => {
    expect(await stays({}, change({}))).toBe(false)
    expect(await stays({ stores: null }, change({}))).toBe(false)
    expect(await stays({}, change({ stores: ['de', 'uk'] }))).toBe(false)
    expect(await stays({}, change({ from: null, to: null }))).toBe(false)
    // Rates are of no store and no end.
    expect(
      await stays(
        { tables: ['sales_lines', 'exchange_rates'] },
        change({ table: 'exchange_rates', stores: [] }),
      ),
    ).toBe(false)
  })
  it('nothing else', async () => {
    expect(await stays({}, change({ table: 'products' }))).toBe(true)
    expect(await stays({}, change({ stores: ['de'] }))).toBe(true)
    expect(await stays({ stores: null }, change({ stores: [] }))).toBe(true)
    expect(await stays({}, change({ from: '2026-03-11', to: '2026-03-12' }))).toBe(true)
    expect(await stays({}, change({ from: '2026-02-01', to: '2026-02-28' }))).toBe(true)
    expect(await stays({}, change({ table: 'exchange_rates', stores: [] }))).toBe(true)
  })
  it('an answer that it overtook: that is given, and not kept', async () => {
    const cache = answerCache<string>()
    let loads = 0
    expect(
      await cache.through(
        'q',
        rest,
        () => loads++,
        async () => 'half old',
      ),
    ).toEqual({ answer: 'half old', cached: false })
    expect(cache.size()).toBe(0)
  })
})

it('whatever is loaded between, a kept answer is what a fresh one would be, for everybody within their stores', async () => {
  const day = fc.integer({ min: 1, max: 20 }).map(n => `2026-03-${String(n).padStart(2, '0')}`)
  const span = fc.tuple(day, day).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }))
  const metrics = [['net_sales'], ['orders', 'aov'], ['customers'], ['new_customers', 'return_rate']]
  const question = fc.record({
    ask: fc.record({
      metrics: fc.constantFrom(...metrics),
      by: fc.constantFrom([], ['store'], ['country']),
      compare: fc.constantFrom([], ['previous_period']),
      span,
    }),
    stores: fc.constantFrom('all' as const, ['uk'], ['de'], []),
  })
  const sale = fc.record({
    order_id: fc.integer({ min: 1, max: 9 }).map(String),
    day,
    store: fc.constantFrom('uk', 'de'),
    gross: fc.integer({ min: 1, max: 99 }),
    customer_id: fc.constantFrom('c1', 'c2', ''),
    country: fc.constantFrom('UK', 'FR'),
  })
  let [kept, asked] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ arbitrary: question, weight: 3 }, sale), { minLength: 6, maxLength: 14 }),
      async steps => {
        const { engine, granary } = await over([])
        const questions: { query: Query; stores: 'all' | string[] }[] = []
        const check = async ({ query, stores }: (typeof questions)[number]) => {
          const scope = { stores, now: new Date('2026-03-25T12:00:00Z') }
          const fresh = createEngine({ granary, world: async () => plainWorld })
          const [told, anew] = [await engine.ask(query, scope), await fresh.ask(query, scope)]
          asked += 1
          if (told.meta.cached) kept += 1
          expect({
            rows: told.rows,
            totals: told.totals,
            asOf: told.meta.asOf,
            stores: told.meta.stores,
          }).toEqual({
            rows: anew.rows,
            totals: anew.totals,
            asOf: anew.meta.asOf,
            stores: anew.meta.stores,
          })
          if (stores !== 'all') expect(stores).toEqual(expect.arrayContaining([...told.meta.stores]))
        }
        for (const step of steps) {
          if ('gross' in step) await deliverLines(granary, [step])
          else {
            const { span: days, ...ask } = step.ask
            questions.push({ query: { ...ask, ...days } as unknown as Query, stores: step.stores })
          }
          // Everything asked so far is asked again after each load.
          for (const one of questions) await check(one)
        }
        await granary.close()
      },
    ),
    { numRuns: 12 },
  )
  expect(kept).toBeGreaterThan(asked / 4)
}, 120_000)
