import { describe, expect, it } from 'vitest'
import type { CanonicalRow } from '#connectors/connector.ts'
import { shopify } from '#connectors/shopify/index.ts'
import { addDays } from '#kernel/day.ts'
import { exact } from '#kernel/money.ts'
import { smallEngine } from '../../../test/small-engine.ts'
import { createCompany } from '../company/company.ts'
import { dayPlan } from '../company/day-plan.ts'
import { personOf, shopCompanyOf } from '../company/people.ts'
import { localDay } from '../company/stores.ts'
import { truth } from '../company/truth.ts'
import { createWorld, type World } from '../world.ts'
import { codesOf, discountsAt, usesOf } from './discount-node.ts'
import { customerId, orderId } from './ids.ts'
import { shopifySimulator } from './index.ts'
import { livesOf } from './past.ts'

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
    180_000,
  )

  it('has every order as it is in the end, though many are edited and refunded while their exports are read', async () => {
    const { world, company, simulator, reach } = stage(7, 50, 0.5)
    let files = 0
    let between = 0
    let isBusy = true
    // Hours pass between an export and its file, and between its lines and the refunds they are completed with.
    const busy = (async (url: string, init?: RequestInit) => {
      const isFile = !url.includes('graphql.json')
      if (isBusy && isFile && ++files <= 4) world.advance(7 * 3_600_000)
      if (isBusy && /refundLineItems/.test(String(init?.body)) && ++between <= 6) world.advance(5 * 3_600_000)
      return reach(url, init)
    }) as typeof fetch
    const credentials = { ...simulator.connections[0]?.credentials, base_url: address }
    const engine = await smallEngine(shopify, credentials, { fetch: busy, back: 55 * day })
    await engine.round(['orders', 'deletions'])
    expect(files).toBeGreaterThan(0)
    expect(between).toBeGreaterThan(0)
    isBusy = false
    world.advance(15 * 60_000)
    await engine.round(['orders', 'deletions'])
    expect(engine.problems).toEqual([])
    expectTruth(world, company.shops[0]?.store ?? '', engine.rows('sales_lines'))
  }, 120_000)
})

describe('what a shop of Shopify says of itself', () => {
  it('agrees with the truth: totals by day, sessions by market, catalogue, stock and customers', async () => {
    const { world, company, simulator, reach, connect } = stage(9, 40, 0.3)
    const engine = await connect(0)
    await engine.round()
    world.advance(3 * day)
    await engine.round()
    const sessions = new Map<string, Record<string, number>>()
    for (const row of engine.rows('traffic_days')) {
      const key = `${row.day} ${row.country}`
      const cell = sessions.get(key) ?? {}
      for (const name of ['sessions', 'cart_sessions', 'checkout_sessions', 'completed_sessions'])
        cell[name] = (cell[name] ?? 0) + Number(row[name])
      sessions.set(key, cell)
    }
    const byDay = new Map<string, Record<string, string>>()
    for (const row of truth(company, world.now(), { store: 'larkfield-uk' })) {
      const { sessions: all, cart_sessions, checkout_sessions, completed_sessions } = row.figures
      const told = sessions.get(`${row.day} ${row.market}`) ?? {}
      expect([
        told.sessions ?? 0,
        told.cart_sessions ?? 0,
        told.checkout_sessions ?? 0,
        told.completed_sessions ?? 0,
      ]).toEqual([all, cart_sessions, checkout_sessions, completed_sessions].map(Number))
      const sum = byDay.get(row.day) ?? {}
      for (const [name, value] of Object.entries(row.figures))
        sum[name] = exact(sum[name] ?? '0')
          .plus(value)
          .toString()
      byDay.set(row.day, sum)
    }
    const session = shopify.open(
      { ...simulator.connections[0]?.credentials, base_url: address },
      {
        fetch: reach,
        now: () => world.now(),
        sleep: async () => undefined,
        signal: new AbortController().signal,
        allowed: new Set(['simulators.test']),
      },
    )
    let days = 0
    for await (const { shop, day, values } of shopify.totals?.(session, {
      from: company.start,
      to: '2026-11-22',
    }) ?? []) {
      const { gross, discounts, reversals, net, shipping, taxes, total, orders } = byDay.get(day) ?? {}
      const own = [
        values.gross_sales,
        values.discounts,
        values.sales_reversals,
        values.net_sales,
        values.shipping_charges,
        values.taxes,
        values.total_sales,
        values.orders,
      ]
      expect([shop, ...own.map(Number)]).toEqual([
        'larkfield-uk',
        ...[gross, discounts, reversals, net, shipping, taxes, total, orders].map(one => Number(one ?? 0)),
      ])
      days += 1
    }
    expect(days).toBe(42)
    // One product left the catalogue in the meantime; what is sold is found in it by its SKU.
    const products = engine.rows('products')
    const today = '2026-11-24'
    const there = company.catalogue.products.filter(
      one => one.launched <= today && (one.deleted === null || today < one.deleted),
    )
    expect(new Set(products.map(row => row.product_id))).toEqual(
      new Set(there.flatMap(one => one.variants.map(variant => variant.sku))),
    )
    const names = new Set([...company.catalogue.variants.map(one => one.sku), ''])
    for (const row of engine.rows('sales_lines')) expect(names.has(String(row.product_id))).toBe(true)
    expect(new Set(engine.rows('stock_days').map(row => row.day))).toEqual(new Set(['2026-11-21', today]))
    expect(engine.rows('customers').length).toBeGreaterThan(50)
    const customers = new Set(engine.rows('customers').map(row => row.customer_id))
    const known = engine.rows('sales_lines').filter(row => row.customer_id !== '')
    expect(known.filter(row => !customers.has(row.customer_id ?? '')).length / known.length).toBeLessThan(
      0.05,
    )
  })

  it('tells the companies that buy, and whose order each is; a shop without B2B tells none', async () => {
    const { world, company, connect } = stage(9, 50, 0.4)
    const [uk, us] = [await connect(0), await connect(1)]
    expect([uk, us].map(one => one.checked.shops[0]?.kind)).toEqual(['both', 'b2c'])
    for (const step of [0, 20]) {
      world.advance(step * day)
      await uk.round(['orders', 'companies'])
      await us.round(['companies'])
      const [shop] = company.shops
      if (!shop) throw new Error('no shop')
      const accounts = new Map<string, object>()
      const buyers = new Map<string, string>()
      for (let on = company.start; on <= localDay(shop.timezone, world.now()); on = addDays(on, 1)) {
        const { newcomers } = dayPlan(company, shop, on)
        for (const { order } of livesOf(company, shop, on)) {
          if (order.createdAt > world.now()) continue
          const buyer = shopCompanyOf(company, shop, order.customer)
          buyers.set(String(orderId(order)), buyer ? String(customerId(buyer.founder)) : '')
          const own = { day: on, number: order.number }
          const made = order.number < newcomers ? shopCompanyOf(company, shop, own) : null
          if (!made) continue
          const email = order.customer ? personOf(company, shop, own).email : null
          accounts.set(String(customerId(own)), {
            name: made.name,
            country: 'GB',
            currency: 'GBP',
            payment_terms_days: made.termsDays,
            created_day: localDay(shop.timezone, order.createdAt),
            ...(email && { domain: made.domain }),
          })
        }
      }
      expect(accounts.size).toBeGreaterThan(4)
      expect(
        uk
          .rows('accounts')
          .map(row => row.account_id)
          .sort(),
      ).toEqual([...accounts.keys()].sort())
      for (const row of uk.rows('accounts'))
        if (row.domain) expect(row).toMatchObject(accounts.get(String(row.account_id)) ?? {})
      const bought = new Map(uk.rows('sales_lines').map(row => [String(row.order_id), row.account_id]))
      expect(new Set(bought.values()).size).toBeGreaterThan(4)
      for (const [order, account] of bought) expect([order, account]).toEqual([order, buyers.get(order)])
      expect(us.rows('accounts')).toEqual([])
    }
    expect(uk.problems).toEqual([])
    world.faults.arm('shopify:no_read_customers')
    const blind = await connect(0)
    expect(blind.checked.limits.join()).toContain('companies that buy are not known')
    await blind.round(['companies'])
    expect(blind.rows('accounts')).toEqual([])
  })

  it('tells what its discounts are called, give and run for, so that codes of orders have names', async () => {
    const { world, company, connect } = stage(9, 60, 0.4)
    const uk = await connect(0)
    await uk.round(['discounts', 'orders'])
    const [shop] = company.shops
    if (!shop) throw new Error('no shop')
    const set = discountsAt(company, shop, world.now())
    expect(set.length).toBeGreaterThan(3)
    const given = new Map(uk.rows('promotions').map(row => [row.code, row]))
    expect(given.size).toBe(set.flatMap(one => codesOf(one).slice(1)).length + set.length)
    expect(given.size).toBeGreaterThan(600)
    const uses = usesOf(company, shop, world.now())
    expect([...uses.values()].filter(n => n > 0).length).toBeGreaterThan(2)
    for (const [name, row] of given) expect([name, row.used]).toEqual([name, uses.get(String(name)) ?? 0])
    expect(given.get('BACK-0620')).toMatchObject({ title: 'Come back soon', share: '0.15', status: 'active' })
    for (const { title, code, rate, amount, from, to } of set)
      expect(given.get(code || title)).toMatchObject({
        title,
        kind: code === '' ? 'automatic' : 'code',
        gives: rate === 0 ? 'shipping' : rate === null ? 'amount' : 'share',
        share: rate ? String(rate) : null,
        amount: rate === null ? (amount / 100).toFixed(2) : null,
        from_day: localDay(shop.timezone, from),
        to_day: to === null ? null : addDays(localDay(shop.timezone, to), -1),
      })
    const used = new Set(uk.rows('sales_lines').map(row => String(row.discount_code)))
    expect([...used].filter(code => code !== '' && !given.has(code))).toEqual([])
    expect(used.size).toBeGreaterThan(3)
    expect(uk.problems).toEqual([])
  })

  it('tells what companies owe: what their unpaid orders come to, and nothing of those who may pay later', async () => {
    const { world, company, connect } = stage(9, 50, 0.4)
    const uk = await connect(0)
    const [shop] = company.shops
    if (!shop) throw new Error('no shop')
    let owing = 0
    for (const step of [0, 3, 3, 3, 3, 3]) {
      world.advance(step * day)
      const now = world.now()
      await uk.round(['orders', 'companies', 'receivables'])
      const unpaid = new Set<string>()
      for (
        let on = addDays(localDay(shop.timezone, now), -40);
        on <= localDay(shop.timezone, now);
        on = addDays(on, 1)
      )
        for (const life of livesOf(company, shop, on))
          if (
            life.order.createdAt <= now &&
            (life.paidAt ?? 0) > now &&
            (life.cancelledAt === null || life.cancelledAt > now)
          )
            unpaid.add(String(orderId(life.order)))
      const expected = new Map<string, number>()
      for (const row of uk.rows('accounts'))
        if (row.payment_terms_days !== null) expected.set(String(row.account_id), 0)
      for (const row of uk.rows('sales_lines')) {
        if (!row.account_id || !unpaid.has(String(row.order_id))) continue
        const sums = [row.gross, row.discounts, row.reversals, row.shipping, row.taxes, row.duties, row.fees]
        const all = sums.reduce<number>((sum, one) => sum + Number(one ?? 0), 0)
        expected.set(String(row.account_id), (expected.get(String(row.account_id)) ?? 0) + all)
      }
      const today = uk.rows('receivable_days').filter(row => row.day === localDay(shop.timezone, now))
      const told = Object.fromEntries(today.map(row => [row.account_id, Number(row.owed).toFixed(2)]))
      expect(told).toEqual(Object.fromEntries([...expected].map(([id, owed]) => [id, owed.toFixed(2)])))
      owing += [...expected.values()].filter(owed => owed > 0).length
    }
    expect(owing).toBeGreaterThan(0)
    expect(uk.problems).toEqual([])
  })

  it('keeps nothing personal in privacy mode', async () => {
    const { simulator, reach } = stage(9, 20, 0.2)
    const options = { fetch: reach, back: 30 * day }
    const credentials = { ...simulator.connections[0]?.credentials, base_url: address }
    const open = await smallEngine(shopify, credentials, options)
    const closed = await smallEngine(shopify, credentials, { ...options, privacy: true })
    await open.round(['customers'])
    await closed.round(['customers'])
    expect(closed.rows('customers').every(row => row.name === '')).toBe(true)
    const hashes = (engine: typeof open) => engine.rows('customers').map(row => row.email_hash)
    expect(hashes(closed)).toEqual(hashes(open))
    expect(JSON.stringify(closed.rows('customers'))).not.toContain('@')
  })
})
