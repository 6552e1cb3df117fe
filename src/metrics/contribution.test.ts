import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usualWaterfall } from '#kernel/plan/templates.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../test/small-ledger.ts'
import { bridge } from './bridge/bridge.ts'
import { BridgeQuery } from './bridge/shape.ts'
import { coins } from './bridge/split.ts'
import { createEngine } from './create-engine.ts'
import type { Engine } from './engine.ts'
import type { Query } from './query.ts'
import { TreeQuery } from './tree/shape.ts'
import { metricTree } from './tree/tree.ts'
import type { CostRate, World } from './world.ts'

const scope = { stores: 'all' as const, now: new Date('2026-06-20T12:00:00Z') }
const none = { perOrder: '0', perUnit: '0', ofSales: '0', perReturn: '0', ofReturns: '0' }
const rate = (cost: CostRate['cost'], more: Partial<CostRate>): CostRate => ({
  ...none,
  cost,
  store: null,
  currency: 'GBP',
  from: '2000-01-01',
  ...more,
})
const rates = [
  rate('fulfilment', { perOrder: '3.00', perUnit: '0.50' }),
  rate('payment_fees', { perOrder: '0.20', ofSales: '0.02' }),
  rate('return_handling', { perReturn: '2.00' }),
]

const over = (granary: Warehouse, told: Partial<World> = {}) =>
  createEngine({
    granary,
    world: async () => ({
      stores: [
        { store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
        { store: 'trade', name: 'Trade', currency: 'GBP', timezone: 'Europe/London', kind: 'b2b' },
        { store: 'bare', name: 'Bare', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' },
        { store: 'eu', name: 'Europe', currency: 'EUR', timezone: 'Europe/Paris', kind: 'b2c' },
      ],
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
      costRates: rates,
      ...told,
    }),
  })
const spent = (day: string, cost: number, store = 'shop') => ({
  store,
  day,
  platform: 'ads',
  account: '',
  channel: 'Paid Search',
  campaign: `c${cost}`,
  country: '',
  cost,
  currency: 'GBP',
  source: 'test',
})
const tiers = ['cm1', 'cm2', 'cm3']

describe('contribution worked by hand', () => {
  let granary: Warehouse
  let engine: Engine
  const march = { from: '2026-03-01', to: '2026-03-31', stores: ['shop'] }
  const ask = (more: Partial<Query>, of = engine) => of.ask({ ...march, metrics: tiers, ...more }, scope)
  const cents = (value: unknown) => (typeof value === 'string' ? Math.round(Number(value) * 100) / 100 : null)
  /** Tiers by the values of a dimension. */
  const by = async (dimension: string) =>
    Object.fromEntries(
      (await ask({ by: [dimension] })).rows.map(row => [row[dimension], tiers.map(name => cents(row[name]))]),
    )

  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    engine = over(granary)
    const one = { order_id: 'one', day: '2026-03-02', channel: 'web', country: 'UK' }
    await deliverLines(granary, [
      { ...one, product_id: 'A', gross: 60, cost: 20 },
      { ...one, product_id: 'B', gross: 40, discounts: -10, cost: 15 },
      { ...one, order_id: 'two', channel: 'till', country: 'FR', product_id: 'A', gross: 60, cost: 20 },
      {
        ...one,
        day: '2026-03-04',
        ordered_day: one.day,
        kind: 'reversal',
        product_id: 'B',
        reversals: -30,
        cost: -15,
      },
      { order_id: 'bare', day: '2026-03-05', store: 'bare', product_id: 'A', gross: 10, cost: 4 },
      { order_id: 'bare', day: '2026-03-05', store: 'bare', product_id: 'C', gross: 25, cost: null },
      {
        order_id: 'far',
        day: '2026-03-02',
        store: 'eu',
        currency: 'EUR',
        product_id: 'A',
        gross: 100,
        cost: 40,
      },
    ])
    // Two campaigns on the day that sold, and one on a day that sold nothing.
    await deliver(granary, 'spend_days', [
      spent('2026-03-02', 20),
      spent('2026-03-02', 10),
      spent('2026-03-03', 6),
    ])
    await deliver(granary, 'exchange_rates', [
      { base: 'EUR', quote: 'GBP', day: '2026-01-01', rate: 0.8, source: 'test' },
    ])
  })
  afterAll(() => granary.close())

  it('takes off goods, then what orders cost, then media', async () => {
    const { totals, meta } = await ask({
      metrics: [
        ...tiers,
        'fulfilment_cost',
        'payment_fees',
        'return_handling_cost',
        'media_cost',
        'cm2_share',
      ],
    })
    // 120 − 40 of goods; 2 × 3 + 3 × 0.50; 2 % of 150 + 2 × 0.20; one unit back.
    expect(totals).toMatchObject({
      cm1: '80',
      fulfilment_cost: '7.5',
      payment_fees: '3.4',
      return_handling_cost: '2',
      cm2: '67.1',
      media_cost: '36',
      cm3: '31.1',
    })
    expect(Number(totals.cm2_share)).toBeCloseTo(67.1 / 120, 9)
    expect(meta.definitions.cm2?.description).toMatch(
      /^contribution margin 1 − fulfilment − payment fees − return handling\./,
    )
  })
  it('shares what an order costs among its products, and a day’s media among all that was sold', async () => {
    expect(await by('product')).toEqual({
      A: [80, 71.27, 47.27],
      B: [0, -4.17, -10.17],
      // A day that sold nothing has nobody to bear its media: it stands apart, and the parts are the whole.
      '': [0, 0, -6],
    })
    expect(await by('order')).toEqual({ one: [40, 32, 14], two: [40, 35.1, 23.1], '': [0, 0, -6] })
    expect(await by('channel')).toEqual({ web: [40, 32, 14], till: [40, 35.1, 23.1], '': [0, 0, -6] })
  })
  it('says what media must bring back: 1 ÷ contribution before media', async () => {
    const { totals } = await ask({ metrics: ['break_even_roas'] })
    expect(Number(totals.break_even_roas)).toBeCloseTo(120 / 67.1, 9)
    const bare = await ask({ metrics: ['break_even_roas'] }, over(granary, { costRates: [] }))
    expect(Number(bare.totals.break_even_roas)).toBeCloseTo(120 / 80, 9)
  })
  it('is N/A, and says what would supply it, where an order has no rate', async () => {
    const missing = async (told: CostRate[]) => (await ask({}, over(granary, { costRates: told }))).totals.cm2
    expect(await missing([])).toBeNull()
    expect(await missing(rates.slice(1))).toBeNull()
    // From the day after the orders on; of another store; of another currency.
    expect(
      await missing([rate('fulfilment', { ...rates[0], from: '2026-03-03' }), ...rates.slice(1)]),
    ).toBeNull()
    expect(await missing(rates.map(one => ({ ...one, store: 'eu' })))).toBeNull()
    expect(await missing(rates.map(one => ({ ...one, currency: 'EUR' })))).toBeNull()
    const { meta, totals } = await ask({}, over(granary, { costRates: [] }))
    expect(totals.cm1).toBe('80')
    expect(meta.missing.cm2).toContain(
      'rates for fulfilment, payment fees and return handling would supply it',
    )
  })
  it('goes by a store’s own rate from its day on, before that by the company’s', async () => {
    const dearer = rate('fulfilment', { store: 'shop', perOrder: '10', from: '2026-03-02' })
    const cost = async (told: CostRate[]) =>
      (await ask({ metrics: ['fulfilment_cost'] }, over(granary, { costRates: told }))).totals.fulfilment_cost
    expect(await cost([...rates, dearer])).toBe('20')
    expect(await cost([...rates, { ...dearer, from: '2026-03-05' }])).toBe('7.5')
  })
  it('takes rates of any size: an order in rupiah costs a hundred thousand and more', async () => {
    const cost = async (told: CostRate[], name: string) =>
      (await ask({ metrics: [name] }, over(granary, { costRates: told }))).totals[name]
    const dear = (name: CostRate['cost'], more: Partial<CostRate>) => [rate(name, { store: 'shop', ...more })]
    expect(await cost(dear('fulfilment', { perOrder: '150000.0001' }), 'fulfilment_cost')).toBe('300000.0002')
    expect(await cost(dear('fulfilment', { perUnit: '999999999.9999' }), 'fulfilment_cost')).toBe(
      '2999999999.9997',
    )
    expect(await cost(dear('payment_fees', { perOrder: '2500000', ofSales: '0.02' }), 'payment_fees')).toBe(
      '5000003',
    )
  })
  it('of a store abroad is worked out in its money and read in the asker’s', async () => {
    const euros = rates.map(one => ({ ...one, store: 'eu', currency: 'EUR' }))
    const both = over(granary, { costRates: [...rates, ...euros] })
    const { rows } = await ask({ stores: ['shop', 'eu'], by: ['store'], metrics: ['cm1', 'cm2'] }, both)
    // (100 − 40 − 3.50 − 2.20) × 0.8
    expect(rows.find(row => row.store === 'eu')).toMatchObject({ cm1: '48', cm2: '43.44' })
    const { totals } = await ask({ stores: ['shop', 'eu'] }, engine)
    expect(totals.cm2).toBeNull()
  })
  it('is layered as the company says, by the names it gives', async () => {
    const waterfall = [
      { name: 'cm1', label: 'After goods and delivery', less: ['cogs', 'fulfilment'] },
      { name: 'left', label: 'After everything', less: ['media', 'payment_fees', 'return_handling'] },
    ]
    const { totals, meta } = await ask({ metrics: ['cm1', 'left', 'cm2'] }, over(granary, { waterfall }))
    expect(totals).toMatchObject({ cm1: '72.5', left: '31.1', cm2: null })
    expect(meta.definitions.left).toMatchObject({ label: 'After everything' })
    expect(meta.definitions.left?.description).toMatch(/^after goods and delivery − media − payment fees/)
    expect(meta.missing.cm2).toContain('a tier of this name')
  })
  it('of a product whose cost is not recorded is not known, and its sales stand beside it', async () => {
    const { rows, totals } = await ask({
      stores: ['bare'],
      by: ['product'],
      metrics: ['cm1', 'net_sales_uncosted'],
    })
    expect(rows.map(row => [row.product, row.cm1])).toEqual([
      ['A', '6'],
      ['C', null],
    ])
    expect(totals).toMatchObject({ cm1: '6', net_sales_uncosted: '25' })
  })
  it('opens into the rows of the ledger', async () => {
    const found = await engine.rows(
      { query: { ...march, metrics: ['cm2'], by: ['order'] }, metric: 'cm2', values: { order: 'one' } },
      scope,
    )
    expect([found.table, found.count]).toEqual(['sales_lines', 3])
  })
})

describe('a year and the year before', () => {
  let granary: Warehouse
  let engine: Engine
  const may = { from: '2026-05-01', to: '2026-05-31', compare: 'last_year' as const }
  const pennies = (texts: readonly (string | null)[]) =>
    texts.reduce((sum, text) => sum + Math.round(Number(text) * 100), 0)

  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    engine = over(granary)
    let state = 7
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const lines: Line[] = []
    for (const year of [2025, 2026])
      for (let n = 0; n < 160; n++) {
        const trade = n % 4 === 0
        const order = {
          order_id: `${year}-${n}`,
          day: `${year}-05-${String(1 + random(31)).padStart(2, '0')}`,
          store: trade ? 'trade' : 'shop',
          account_id: trade ? `a${random(year === 2026 ? 9 : 6)}` : '',
          customer_id: `c${random(80)}`,
          country: ['UK', 'FR', ''][random(3)] ?? '',
          channel: ['web', 'till'][random(2)] ?? '',
        }
        for (let line = 0; line <= random(4); line++) {
          const gross = random(12_000) / 100
          lines.push({
            ...order,
            product_id: `p${random(7)}`,
            quantity: 1 + random(3),
            gross,
            discounts: random(3) === 0 ? -Math.round(gross * random(40)) / 100 : 0,
            cost: Math.round(gross * 45) / 100,
          })
          if (random(6) === 0)
            lines.push({
              ...order,
              day: `${year}-05-31`,
              ordered_day: order.day,
              kind: 'reversal',
              product_id: `p${random(7)}`,
              reversals: -gross,
              cost: -Math.round(gross * 45) / 100,
            })
        }
      }
    await deliverLines(granary, lines)
    await deliver(
      granary,
      'spend_days',
      [2025, 2026].flatMap(year =>
        Array.from({ length: 31 }, (_, n) =>
          spent(`${year}-05-${String(n + 1).padStart(2, '0')}`, 5 + random(900) / 100),
        ),
      ),
    )
    await deliver(
      granary,
      'accounts',
      Array.from({ length: 12 }, (_, n) => ({
        store: 'trade',
        account_id: `a${n}`,
        name: `Account ${n}`,
        segment: n % 2 ? 'Hotels' : 'Cafés',
        owner: '',
        country: 'UK',
        currency: 'GBP',
        created_day: n < 8 ? '2024-01-01' : '2026-02-01',
        source: 'test',
      })),
    )
    await deliver(
      granary,
      'deals',
      [2025, 2026].flatMap(year =>
        Array.from({ length: year === 2026 ? 10 : 8 }, (_, n) => ({
          store: 'trade',
          platform: 'crm',
          deal_id: `${year}-${n}`,
          kind: 'deal',
          name: '',
          pipeline: 'sales',
          stage: '',
          state: n === 0 ? 'open' : n % 3 === 0 ? 'lost' : 'won',
          owner: '',
          account_id: '',
          order_id: '',
          created_day: n === 0 ? `${year}-05-31` : `${year}-04-01`,
          close_day: n === 0 ? `${year}-08-01` : `${year}-05-${10 + n}`,
          amount: 1000 + 37 * n,
          probability: 0.5,
          currency: 'GBP',
          source: 'test',
        })),
      ),
    )
  })
  afterAll(() => granary.close())

  it('have parts that are the whole, whatever they are cut by', async () => {
    const whole = await engine.ask({ ...may, compare: undefined, metrics: tiers }, scope)
    for (const by of [
      ['product'],
      ['order'],
      ['channel'],
      ['country'],
      ['store'],
      ['business'],
      ['product', 'country'],
    ]) {
      const { rows } = await engine.ask(
        { ...may, compare: undefined, metrics: tiers, by, limit: 5000 },
        scope,
      )
      for (const tier of tiers) {
        const sum = rows.reduce((all, row) => all + Number(row[tier] ?? 0), 0)
        expect(Math.abs(sum - Number(whole.totals[tier])), `${tier} by ${by}`).toBeLessThan(0.005)
      }
    }
  })
  it.each(['cm3', 'won_amount'])('explain %s by its drivers, to the penny', async metric => {
    const found = await bridge(engine, BridgeQuery.parse({ ...may, metric }), scope)
    expect(found.drivers.map(one => one.label).slice(-5)).toEqual(
      metric === 'cm3'
        ? ['Gross margin', 'Fulfilment', 'Payment fees', 'Return handling', 'Media']
        : ['Deals closed', 'Win rate', 'Value of a deal'],
    )
    expect(pennies(found.drivers.map(one => one.amount))).toBe(pennies([found.totals.change]))
    for (const { amount, segments } of found.drivers)
      for (const one of segments) expect(pennies([one.rate, one.mix]), amount).toBe(pennies([one.amount]))
  })
  it('explain a trade by accounts, how many of them order, and how often', async () => {
    const found = await bridge(engine, BridgeQuery.parse({ ...may, metric: 'cm2', stores: ['trade'] }), scope)
    expect(found.drivers.slice(0, 3).map(one => [one.label, one.before, one.after])).toMatchObject([
      ['Accounts', '8', '12'],
      ['Share that orders', expect.any(String), expect.any(String)],
      ['Orders per account', expect.any(String), expect.any(String)],
    ])
    expect(pennies(found.drivers.map(one => one.amount))).toBe(pennies([found.totals.change]))
  })
  it('refuse what has no drivers, naming what has', async () => {
    await expect(bridge(engine, BridgeQuery.parse({ ...may, metric: 'aov' }), scope)).rejects.toThrow(
      'What drives Average order value is not known',
    )
  })

  describe('as a tree', () => {
    const stores = (['shop', 'trade'] as const).map(store => ({
      store,
      kind: store === 'trade' ? ('b2b' as const) : ('b2c' as const),
    }))
    const standing = { roots: ['cm3', 'won_amount'], stores, plan: null }
    const grown = (more: object = {}, who: typeof scope | { stores: string[]; now: Date } = scope) =>
      metricTree(engine, TreeQuery.parse({ ...may, ...more }), standing, who)

    it('goes from contribution through its costs to consumers and accounts, and to what moves them', async () => {
      const { nodes } = await grown()
      const under = (id: string) => nodes.filter(node => node.parent === id).map(node => node.label)
      expect(under('cm3')).toEqual(['Contribution margin 2', 'Media'])
      const net = 'cm3/cm2/cm1/net_sales_costed/net_sales'
      expect(under(net)).toEqual(['Net sales, B2C', 'Net sales, B2B'])
      expect(under(`${net}/net_sales@b2c`)[0]).toBe('Orders, B2C')
      expect(under(`${net}/net_sales@b2b`).slice(0, 3)).toEqual([
        'Accounts, B2B',
        'Share of accounts that order, B2B',
        'Orders per active account, B2B',
      ])
      expect(under('won_amount')).toEqual(['Deals closed', 'Close rate', 'Value of a won deal'])
      expect(nodes.find(node => node.id === 'cm3/media_cost')).toMatchObject({ input: true, joined: 'minus' })
    })
    it('takes a shop that may sell to both, and sells to one, for one of that kind', async () => {
      const either = stores.map(({ store }) => ({ store, kind: 'both' as const }))
      const { nodes } = await metricTree(engine, TreeQuery.parse(may), { ...standing, stores: either }, scope)
      const net = nodes.filter(
        node => node.parent?.endsWith('/net_sales') && node.label.startsWith('Net sales'),
      )
      expect(net.map(node => [node.label, node.stores])).toEqual([
        ['Net sales, consumer shops', ['shop']],
        ['Net sales, trade shops', ['trade']],
      ])
    })
    it('has parts that add up to the change above them, to the penny', async () => {
      const { nodes } = await grown()
      const changed = Map.groupBy(
        nodes.filter(node => node.of !== null && node.of === node.parent && node.moved !== null),
        node => node.of ?? '',
      )
      expect(changed.size).toBeGreaterThan(6)
      for (const [id, parts] of changed) {
        const above = nodes.find(node => node.id === id)
        expect(pennies(parts.map(one => one.moved)), id).toBe(
          Number(coins(above?.value ?? '0', 2) - coins(above?.before.value ?? '0', 2)),
        )
      }
    })
    it('shows nobody figures of stores that are not his', async () => {
      const { nodes } = await grown({}, { ...scope, stores: ['trade'] })
      const own = await engine.ask(
        { ...may, compare: undefined, metrics: ['cm3'] },
        { ...scope, stores: ['trade'] },
      )
      expect(nodes[0]?.value).toBe(own.totals.cm3)
      await expect(grown({ stores: ['shop'] }, { ...scope, stores: ['trade'] })).rejects.toMatchObject({
        code: 'forbidden',
      })
    })
  })
})

it('the usual waterfall is that of a plan', () => {
  expect(usualWaterfall.map(tier => tier.name)).toEqual(tiers)
})
