import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { shopify } from '#connectors/shopify/index.ts'
import { exact } from '#kernel/money.ts'
import { smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { truth } from '../company/truth.ts'
import { createWorld, type World } from '../world.ts'
import { shopifySimulator } from './index.ts'

const day = 86_400_000
const address = 'http://simulators.test/shopify'

const stage = (seed: number, days = 50, scale = 0.5) => {
  const company = createCompany({ seed, days, scale, until: '2026-11-20' })
  const world = createWorld(company, 'http://simulators.test')
  const simulator = shopifySimulator(world)
  const reach = ((url: string, init?: RequestInit) =>
    simulator.app.request(String(url).replace(address, ''), init)) as typeof fetch
  const connect = (shop: number) =>
    smallEngine(
      shopify,
      { ...simulator.connections[shop]?.credentials, base_url: address },
      { fetch: reach, back: (days + 5) * day },
    )
  return { company, world, simulator, reach, connect }
}

const figures = ['gross', 'discounts', 'reversals', 'shipping', 'taxes', 'gift_cards'] as const

/** Ledger rows summed by day and market as the truth is. */
function summed(rows: readonly CanonicalRow[]): Map<string, Record<string, string>> {
  const cells = new Map<string, Map<string, ReturnType<typeof exact>>>()
  const add = (key: string, name: string, value: unknown) => {
    const cell = cells.get(key) ?? new Map()
    cells.set(key, cell)
    cell.set(name, (cell.get(name) ?? exact('0')).plus(exact(String(value))))
  }
  const counted = new Set<string>()
  for (const row of rows) {
    const key = `${row.store} ${row.day} ${row.country}`
    for (const name of figures) add(key, name, row[name])
    const net = exact(String(row.gross)).plus(String(row.discounts)).plus(String(row.reversals))
    add(key, 'net', net)
    if (row.cost !== null) {
      add(key, 'cogs', row.cost)
      add(key, 'net_costed', net)
    }
    if (row.kind === 'sale') add(key, 'units_sold', row.quantity)
    if (row.kind === 'reversal') add(key, 'units_returned', exact(String(row.quantity)).neg())
    const first = `${row.store} ${row.order_id}`
    if (
      (row.kind === 'sale' || row.kind === 'gift_card') &&
      Number(row.quantity) > 0 &&
      !counted.has(first)
    ) {
      counted.add(first)
      add(`${row.store} ${row.ordered_day} ${row.country}`, 'orders', 1)
    }
  }
  return new Map(
    [...cells].map(([key, cell]) => [
      key,
      Object.fromEntries([...cell].map(([name, value]) => [name, value.toFixed(2)])),
    ]),
  )
}

const compared = [...figures, 'net', 'cogs', 'net_costed', 'units_sold', 'units_returned', 'orders'] as const

function expectTruth(world: World, store: string, rows: readonly CanonicalRow[]): void {
  const own = summed(rows)
  const wrong: string[] = []
  let cells = 0
  for (const row of truth(world.company, world.now(), { store })) {
    const key = `${row.store} ${row.day} ${row.market}`
    const mine = own.get(key) ?? {}
    own.delete(key)
    cells += 1
    for (const name of compared)
      if (!exact(mine[name] ?? '0').eq(exact(row.figures[name])))
        wrong.push(`${key} ${name}: ${mine[name] ?? '0'} is not ${row.figures[name]}`)
  }
  expect(wrong.slice(0, 10)).toEqual([])
  expect([...own.keys()]).toEqual([])
  expect(cells).toBeGreaterThan(50)
}

describe('a shop of Shopify, connected', () => {
  it.each([7, 11])(
    'gives the truth of every shop, day and market, and again 40 days later (seed %i)',
    async seed => {
      const { world, company, connect } = stage(seed)
      const engines = await Promise.all(company.shops.map((_, n) => connect(n)))
      const check = async () => {
        for (const [n, engine] of engines.entries()) {
          await engine.round()
          expect(engine.problems).toEqual([])
          expectTruth(world, company.shops[n]?.store ?? '', engine.rows('sales_lines'))
        }
      }
      await check()
      expect(engines[0]?.remarks).toEqual([])
      world.advance(40 * day)
      await check()
      world.advance(15 * 60_000)
      await check()
    },
  )
})
