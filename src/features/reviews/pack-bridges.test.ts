import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays } from '#kernel/day.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import type { Query } from '#metrics/query.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliverLines } from '../../../test/small-ledger.ts'
import { plainWorld } from '../../../test/small-world.ts'
import { bridgesOf, partsOf } from './pack-bridges.ts'

let granary: Warehouse
let engine: Engine
const week = { from: '2026-03-09', to: '2026-03-15' }
const bases = ['previous_days', 'last_year_weekday']

beforeAll(async () => {
  granary = await openDuckdb({ folder: ':memory:' })
  engine = createEngine({
    granary,
    world: async () => ({ ...plainWorld, currency: 'GBP' }),
  })
  const days = (from: string, size: (country: string, n: number) => number) =>
    Array.from({ length: 7 }, (_, n) => addDays(from, n)).flatMap(day =>
      ['GB', 'DE', 'FR'].flatMap(country =>
        Array.from({ length: size(country, 0) }, (_, n) => ({
          order_id: `${day}-${country}-${n}`,
          day,
          country,
          channel: n % 3 === 0 ? 'Amazon' : 'Online Store',
          product_id: `P${n % 4}`,
          customer_id: `${country}${n}`,
          quantity: 1 + (n % 2),
          gross: 20 + n + (country === 'DE' ? 15 : 0),
        })),
      ),
    )
  await deliverLines(granary, [
    ...days('2025-03-10', country => (country === 'GB' ? 20 : country === 'DE' ? 4 : 0)),
    ...days('2026-03-02', country => (country === 'GB' ? 16 : country === 'DE' ? 14 : 3)),
    ...days(week.from, country => (country === 'GB' ? 18 : country === 'DE' ? 5 : 9)),
  ])
})
afterAll(() => granary.close())

/** The language with how often it was asked. */
const counting = () => {
  const asked: Query[] = []
  const metrics: Engine = {
    ...engine,
    ask(query, scope) {
      asked.push(query)
      return engine.ask(query, scope)
    },
    parts(query, least, scope) {
      asked.push(query)
      return engine.parts(query, least, scope)
    },
  }
  const actor = { kind: 'person', id: 'bo', name: 'Bo', role: 'director', stores: 'all' } as const
  return { asked, context: { metrics, granary, actor, clock: () => new Date('2026-03-16T08:00:00Z') } }
}

it('bridges against several bases are those against each, asked together', async () => {
  const [apart, one] = [counting(), counting()]
  const alone = [
    ...(await bridgesOf(apart.context, week, bases.slice(0, 1))),
    ...(await bridgesOf(apart.context, week, bases.slice(1))),
  ]
  const all = await bridgesOf(one.context, week, bases)
  const said = ({ against, bridge: { warnings: _, ...bridge } }: (typeof all)[number]) => [against, bridge]
  expect(all.map(said)).toEqual(alone.map(said))
  expect(alone.map(made => made.bridge.causes.length > 0)).toEqual([true, true])
  expect(one.asked.length).toBeLessThan(0.7 * apart.asked.length)
})

it('what the sentence names leads to its rows in the days and against the base of the bridge: a driver to its own figure, what is in brackets to its slice', async () => {
  const [first] = await bridgesOf(counting().context, week, bases.slice(0, 1))
  const parts = first ? partsOf(first.bridge) : []
  expect(parts.length).toBeGreaterThan(0)
  let rest = first?.bridge.sentence ?? ''
  const slices: (string | null)[] = []
  for (const { words, href } of parts) {
    const { pathname, searchParams } = new URL(href, 'http://shop')
    const at = rest.indexOf(words)
    expect(at).toBeGreaterThan(0)
    const bracketed = rest[at - 1] === '('
    rest = rest.slice(at + words.length)
    const driver = first?.bridge.drivers.find(one =>
      bracketed ? one.behind?.words === words : words.toLowerCase().startsWith(one.label.toLowerCase()),
    )
    const measure = bracketed ? driver?.behind?.measure : driver?.measure
    expect([pathname, searchParams.get('metrics')]).toEqual(['/explore', measure ?? 'net_sales'])
    expect(searchParams.get('period')).toBe(`${week.from}..${week.to}`)
    expect(searchParams.get('compare')).toBe(first?.bridge.comparison.name)
    if (bracketed) slices.push(searchParams.get('where'))
  }
  // Nothing with an amount is left that leads nowhere.
  expect(rest).not.toMatch(/[+−]/)
  expect(slices).toEqual(['country=DE', 'country=DE'])
})
