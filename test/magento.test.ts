import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { magento } from '#connectors/magento/index.ts'
import { dayNumber } from '#kernel/day.ts'
import { sum } from '#kernel/money.ts'
import type { TruthRow } from '#simulators/company/books.ts'
import { tradeRules } from '#simulators/company/trade-basket.ts'
import { stockTruth } from '#simulators/company/trade-stock.ts'
import { accountTruth, quoteTruth, shipmentTruth, tradeTruth } from '#simulators/company/trade-truth.ts'
import { buyersOf, usesOfRules } from '#simulators/magento/accounts.ts'
import type { World } from '#simulators/world.ts'
import { magentoScene as scene } from './magento-scene.ts'
import { type SmallEngine, smallEngine } from './small-engine.ts'

/** The ledger's rows as sums by day and country, in the manner of the truth. */
function sums(rows: readonly CanonicalRow[]): Map<string, Record<string, string>> {
  const cells = new Map<string, CanonicalRow[]>()
  for (const row of rows) {
    const key = `${row.store} ${row.day} ${row.country}`
    cells.set(key, [...(cells.get(key) ?? []), row])
  }
  return new Map(
    [...cells].map(([key, own]) => {
      const add = (of: (row: CanonicalRow) => unknown) =>
        Number(sum(own.map(row => String(of(row) ?? 0))) ?? 0).toFixed(2)
      const net = (row: CanonicalRow) =>
        sum([String(row.gross), String(row.discounts), String(row.reversals)])
      return [
        key,
        {
          gross: add(row => row.gross),
          discounts: add(row => row.discounts),
          reversals: add(row => row.reversals),
          net: add(net),
          shipping: add(row => row.shipping),
          taxes: add(row => row.taxes),
          cogs: add(row => row.cost),
          net_costed: add(row => (row.cost === null ? 0 : net(row))),
          orders: String(new Set(own.filter(row => row.kind === 'sale').map(row => row.order_id)).size),
          units_sold: add(row => (row.kind === 'sale' ? row.quantity : 0)),
          units_returned: add(row => (row.kind === 'reversal' ? -Number(row.quantity) : 0)),
        },
      ]
    }),
  )
}

function expectTruth(engine: SmallEngine, world: World): void {
  const given = sums(engine.rows('sales_lines'))
  const truth = new Map(
    [...tradeTruth(world.company, world.now())].map(row => [`${row.store} ${row.day} ${row.market}`, row]),
  )
  const wrong: string[] = []
  for (const key of new Set([...given.keys(), ...truth.keys()])) {
    const figures = truth.get(key)?.figures
    for (const [name, value] of Object.entries(given.get(key) ?? { orders: '0' })) {
      const right = figures?.[name as keyof TruthRow['figures']] ?? '0'
      if (Number(right) !== Number(value)) wrong.push(`${key} ${name}: ${value} is not ${right}`)
    }
    if (figures && !given.has(key) && Object.values(figures).some(one => Number(one) !== 0))
      wrong.push(`${key} is missing`)
  }
  expect(wrong.slice(0, 10)).toEqual([])
  expect(truth.size).toBeGreaterThan(50)
  expect(sent(engine)).toEqual(
    Object.fromEntries(
      shipmentTruth(world.company, world.now()).map(({ day, country, shipments, units, first }) => [
        `${day} ${country}`,
        [shipments, units, first.orders, first.days, first.units, first.ordered],
      ]),
    ),
  )
}

/** What left by day and country: shipments, units, and of first ones orders, days since, units of units ordered. */
function sent(engine: SmallEngine): Record<string, number[]> {
  const found: Record<string, number[]> = {}
  for (const row of engine.rows('shipments')) {
    const key = `${row.day} ${row.country}`
    const first = row.number === 1
    const days = dayNumber(String(row.day)) - dayNumber(String(row.ordered_day))
    const more = [
      1,
      Number(row.quantity),
      ...(first ? [1, days, Number(row.quantity), Number(row.ordered)] : []),
    ]
    found[key] = (found[key] ?? [0, 0, 0, 0, 0, 0]).map((value, index) => value + (more[index] ?? 0))
  }
  return found
}

describe('Magento, from the simulator to the rows', () => {
  it.each([[1], [2]])('gives exactly the truth of company %i, and again forty days later', async seed => {
    const { world, credentials, fetch } = scene(seed, 200)
    const engine = await smallEngine(magento, credentials, { fetch, back: 230 * 86_400_000 })
    await engine.round()
    expect(engine.problems).toEqual([])
    expectTruth(engine, world)
    world.advance(40 * 86_400_000)
    await engine.round()
    expect(engine.problems).toEqual([])
    expectTruth(engine, world)
    const accounts = new Map(engine.rows('accounts').map(row => [row.account_id, row]))
    for (const one of accountTruth(world.company, world.now()))
      expect(accounts.get(one.id)).toMatchObject({
        name: one.name,
        segment: one.segment,
        owner: one.owner,
        country: one.country,
        payment_terms_days: one.termsDays,
        credit_limit: String(Number(one.creditLimit)),
        created_day: one.since,
      })
    const promotions = new Map(engine.rows('promotions').map(row => [row.code, row]))
    const uses = usesOfRules(world.company, world.now())
    for (const { id, name, coupon, rate, amount } of tradeRules)
      expect(promotions.get(coupon || name)).toMatchObject({
        ...{ title: name, kind: coupon ? 'code' : 'automatic', status: 'active', used: uses.get(id) ?? 0 },
        share: rate > 0 ? String(rate) : null,
        amount: amount > 0 ? String(amount / 100) : null,
      })
    const named = new Set(engine.rows('sales_lines').map(row => row.discount_code))
    expect([...named].filter(code => code !== '' && !promotions.has(code ?? ''))).toEqual([])
    const quotes = [...quoteTruth(world.company, world.now())]
    const deals = new Map(engine.rows('deals').map(row => [row.deal_id, row]))
    expect(deals.size).toBe(quotes.length)
    for (const one of quotes)
      expect(deals.get(one.id)).toMatchObject({
        stage: one.stage,
        state: one.state,
        amount: String(Number(one.amount)),
        account_id: one.account,
        created_day: one.created,
        order_id: one.order,
      })
    // A stage stands once, where the quote was last seen in it; orders of quotes are told by their own number.
    const entered = engine.rows('deal_stages').map(row => `${row.deal_id} ${row.stage}`)
    expect(new Set(entered).size).toBe(entered.length)
    expect(entered.length).toBeGreaterThan(deals.size)
    const products = new Map(engine.rows('products').map(row => [row.product_id, row]))
    const gone = world.company.catalogue.products.filter(one => one.deleted !== null && !one.giftCard)
    expect(gone.length).toBeGreaterThan(0)
    for (const one of gone) for (const variant of one.variants) expect(products.has(variant.sku)).toBe(false)
    const left = world.company.catalogue.products[0]
    expect(products.get(left?.variants[0]?.sku ?? '')).toMatchObject({
      category: 'Kitchen',
      vendor: 'Ashdown Ceramics',
      title: expect.stringContaining(left?.title ?? ''),
    })
    // The rise of costs after the history is a second cost, from its day.
    const rises = engine
      .rows('product_costs')
      .filter(row => row.from_day === world.company.facts.costRise.day)
    expect(rises.length).toBeGreaterThan(0)
    const people = buyersOf(world.company, world.now())
    expect(engine.rows('customers').length).toBe(people.length)
    const stock = engine.rows('stock_days').filter(row => row.day === '2026-12-31')
    const truth = stockTruth(world.company, world.now())
    expect(stock.length).toBe(truth.length)
    expect(sum(stock.map(row => String(row.on_hand)))).toBe(
      String(truth.reduce((all, one) => all + one.onHand, 0)),
    )
  })
})
