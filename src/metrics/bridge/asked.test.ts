import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../../test/small-ledger.ts'
import { plainWorld, shop } from '../../../test/small-world.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { Query } from '../query.ts'
import { bridge } from './bridge.ts'

/**
 * Two shops over two Mays of 28 days. In `mixed` every order is of a lamp and a vase, in `single` of one of them; in both,
 * lamps' orders halve. `wide` sells a chair in two channels and a little of each of 1,500 other products, as much as of the
 * chair together: the chair moves from the one channel to the other, and by the web less of the rest is sold.
 */
let granary: Warehouse
const stores = ['mixed', 'single', 'wide']
const days = Array.from({ length: 28 }, (_, n) => n)

const lines = (): Line[] =>
  ['2025-05-01', '2026-05-01'].flatMap((first, side) => {
    const own = (store: string, n: number, of: Omit<Line, 'store' | 'day' | 'order_id'>): Line => ({
      ...{ store, day: addDays(first, n % 28), order_id: `${side}-${store}-${n}`, ...of },
    })
    const lamps = side === 0 ? 6 : 3
    return [
      ...days.flatMap(n => [
        own('mixed', n, { product_id: 'lamp', gross: 10 * lamps }),
        own('mixed', n, { product_id: 'vase', gross: 40 }),
      ]),
      ...days.flatMap(day =>
        Array.from({ length: lamps + 4 }, (_, n) =>
          own('single', 28 * n + day, { product_id: n < lamps ? 'lamp' : 'vase', gross: 10 }),
        ),
      ),
      ...Array.from({ length: 1_500 }, (_, n) =>
        own('wide', n, { product_id: `other ${n}`, channel: n % 2 ? 'web' : 'shop', gross: 10 }),
      ),
      ...Array.from({ length: 150 }, (_, n) =>
        own('wide', 1_500 + n, {
          ...{ product_id: 'chair', gross: 100 },
          channel: n < 30 === (side === 0) ? 'web' : 'shop',
        }),
      ),
    ]
  })

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  await deliverLines(granary, lines())
  await deliver(
    granary,
    'products',
    ['mixed', 'single'].flatMap(store =>
      ['lamp', 'vase'].map(product => ({
        ...{ store, product_id: product, parent_id: '', title: product, category: `${product}s` },
        ...{ brand: '', vendor: '', status: '', currency: 'GBP', source: 'test' },
      })),
    ),
  )
})
afterAll(() => granary.close())

/** The bridge of a shop, and what was asked by category on the way: metrics and days. */
const explained = async (store: string, mayAddUp = false) => {
  const engine = createEngine({
    granary,
    world: async () => ({ ...plainWorld, stores: stores.map(store => shop(store)), currency: 'GBP' }),
  })
  const asked: string[] = []
  const note = ({ by, metrics, from, to }: Query) => {
    if (by?.join() === 'category') asked.push(`${metrics.includes('orders')} ${from}–${to}`)
  }
  const heard: Engine = {
    ...engine,
    ask: async (query, scope) => {
      note(query)
      const answer = await engine.ask(query, scope)
      return mayAddUp && query.by?.join() === 'category' && query.from === query.to
        ? { ...answer, rows: [] }
        : answer
    },
    parts: (query, least, scope) => {
      note(query)
      return engine.parts(query, least, scope)
    },
  }
  const query = { metric: 'net_sales', from: '2026-05-01', to: '2026-05-28', compare: 'last_year' } as const
  const scope = { stores: 'all', now: new Date('2026-06-20T12:00:00Z') } as const
  return { found: await bridge(heard, { ...query, stores: [store] }, scope), asked }
}

it('orders by category are not counted over a period where a day of it says that they do not add up', async () => {
  const { asked, found } = await explained('mixed')
  expect(asked).toEqual(['true 2026-05-01–2026-05-01', 'false 2026-05-01–2026-05-28'])
  // As if they had been: what does not add up is told by no segment.
  const counted = await explained('mixed', true)
  expect(counted.asked).toContain('true 2026-05-01–2026-05-28')
  expect(found).toEqual(counted.found)
  const single = await explained('single')
  expect(single.asked).toContain('true 2026-05-01–2026-05-28')
  const [orders] = single.found.drivers
  expect(orders?.name).toBe('orders')
  expect(orders?.behind?.words).toBe('lamp −£840')
})

it('of too many products the large ones are found, and what they did where', async () => {
  const { found } = await explained('wide')
  const told = found.causes.map(({ where }) => where.map(one => one.value).join(' × '))
  expect(told.join(', ')).toMatch(/chair × (web|shop)|(web|shop) × chair/)
  expect(found.warnings.map(one => one.code)).toContain('partly')
})
