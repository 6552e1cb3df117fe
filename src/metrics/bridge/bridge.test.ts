import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { deliver, deliverLines, type Line } from '../../../test/small-ledger.ts'
import { createEngine } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import type { World } from '../world.ts'
import { bridge } from './bridge.ts'
import { BridgeQuery } from './shape.ts'

/**
 * A made-up shop in two Mays. Planted: wholesale in Germany collapsed, lamps went up by half, a part of the orders of
 * dear Norway went to cheap Poland, and paid social brought a fifth of its visits. The rest is chance.
 */

const scope = { stores: 'all' as const, now: new Date('2026-06-20T12:00:00Z') }
const categories = { lamp: 'Lamps', rug: 'Rugs', vase: 'Vases', clock: 'Clocks' }
/** Each makes all of one category, so that every cause has two names. */
const makers = { lamp: 'Bright Ltd', rug: 'Weavers', vase: 'Potters', clock: 'Horologists' }

const shop = (seed: number, planted: boolean) => {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const lines: Line[] = []
  const sell = (year: number, country: string, channel: string, count: number, dear = 1) => {
    for (let n = 0; n < count; n++) {
      const kind = Object.keys(categories)[Math.floor(random() * 4)] ?? 'rug'
      const rise = planted && year === 2026 && kind === 'lamp' ? 1.5 : 1
      const gross = Math.round((20 + 40 * random()) * dear * rise * 100) / 100
      lines.push({
        order_id: `${year}-${lines.length}`,
        day: `${year}-05-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`,
        country,
        channel,
        product_id: `${kind}${1 + Math.floor(random() * 3)}`,
        customer_id: `c${lines.length}`,
        gross,
        discounts: random() < 0.2 ? -Math.round(gross * 10) / 100 : 0,
      })
    }
  }
  for (const year of [2025, 2026]) {
    const now = planted && year === 2026
    for (const country of ['UK', 'Germany', 'France']) {
      sell(year, country, 'online', 260)
      sell(year, country, 'wholesale', now && country === 'Germany' ? 20 : 180)
    }
    sell(year, 'Norway', 'online', now ? 60 : 160, 3)
    sell(year, 'Poland', 'online', now ? 160 : 60, 0.6)
  }
  const visits = (['mobile', 'desktop'] as const).flatMap(device =>
    ['Paid Social', 'Organic', 'Email', 'Direct'].flatMap(channel =>
      [2025, 2026].map(year => {
        const sessions = planted && year === 2026 && channel === 'Paid Social' ? 2_000 : 10_000
        return {
          store: 'shop',
          day: `${year}-05-01`,
          origin: 'ga4',
          channel,
          campaign: '',
          device,
          country: '',
          landing_page: '',
          sessions,
          completed_sessions: Math.round(sessions * 0.02),
          currency: 'GBP',
          quality: '',
          source: 'test',
        }
      }),
    ),
  )
  return { lines, visits }
}

const open = async (
  seed: number,
  planted = true,
  planned: World['targets'] = [],
  vendors: Partial<typeof makers> = {},
) => {
  const granary = await openDuckdb({ folder: ':memory:' })
  const { lines, visits } = shop(seed, planted)
  await deliverLines(granary, lines)
  await deliver(granary, 'traffic_days', visits)
  await deliver(
    granary,
    'products',
    Object.entries(categories).flatMap(([kind, category]) =>
      [1, 2, 3].map(n => ({
        store: 'shop',
        product_id: `${kind}${n}`,
        parent_id: '',
        status: '',
        currency: 'GBP',
        title: `${category} ${n}`,
        category,
        brand: '',
        vendor: vendors[kind as keyof typeof makers] ?? '',
        source: 'test',
      })),
    ),
  )
  const engine = createEngine({
    granary,
    world: async () => ({
      stores: [{ store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }],
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [
        {
          name: 'plan',
          metric: 'net_sales',
          grain: 'month',
          values: { '2026-05-01': '80000' },
          store: null,
          currency: 'GBP',
        },
        ...planned,
      ],
      metrics: [],
      dimensions: [],
    }),
  })
  return { granary, engine }
}

const may = { from: '2026-05-01', to: '2026-05-31', compare: 'last_year' }
const ask = (engine: Engine, more: Record<string, unknown> = {}) =>
  bridge(engine, BridgeQuery.parse({ ...may, ...more }), scope)
const pennies = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + Math.round(Number(text) * 100), 0)
const places = (found: Awaited<ReturnType<typeof bridge>>) =>
  found.causes.map(cause =>
    cause.where
      .map(w => `${w.dimension}=${w.value}`)
      .toSorted()
      .join(' '),
  )

describe('planted causes', () => {
  it.each([1, 77, 4_242])('are the first found, at the right slice (seed %i)', async seed => {
    const { granary, engine } = await open(seed)
    const found = await ask(engine, { drivers: 'orders' })
    expect(places(found).slice(0, 3).toSorted()).toEqual([
      'category=Lamps',
      'channel=wholesale country=Germany',
      'country=Poland',
    ])
    const [lamps, shift] = ['Lamps', 'Poland'].map(value =>
      found.causes.find(cause => cause.where[0]?.value === value),
    )
    expect(lamps).toMatchObject({ driver: 'Price and product mix' })
    expect(shift).toMatchObject({ kind: 'mix', from: { dimension: 'country', value: 'Norway' } })
    expect(shift?.words).toContain('from Norway to Poland')
    await granary.close()
  })

  it.each([1, 77, 4_242])('are told once each: no two causes are the same rows (seed %i)', async seed => {
    const { granary, engine } = await open(seed, true, [], makers)
    const { causes } = await ask(engine, { drivers: 'orders' })
    const kind = ({ product_id = '' }: Line) => product_id.slice(0, -1) as keyof typeof makers
    const rows = shop(seed, true).lines.map(line => ({
      ...line,
      category: categories[kind(line)],
      vendor: makers[kind(line)],
      product: line.product_id,
    }))
    const of = ({ where }: (typeof causes)[number]) =>
      rows.filter(row => where.every(one => row[one.dimension as 'country'] === one.value))
    const size = (those: typeof rows) => those.reduce((sum, row) => sum + Number(row.gross), 0)
    expect(causes.length).toBeGreaterThanOrEqual(3)
    causes.forEach((one, n) => {
      for (const other of causes.slice(n + 1)) {
        const [a, b] = [of(one), of(other)]
        expect(Math.min(a.length, b.length)).toBeGreaterThan(0)
        const both = size(a.filter(row => b.includes(row)))
        expect(both, `${one.words} / ${other.words}`).toBeLessThan(0.75 * Math.max(size(a), size(b)))
      }
    })
    await granary.close()
  })
})

describe('a bridge', () => {
  let granary: Warehouse
  let engine: Engine
  beforeAll(async () => {
    const made = await open(9)
    granary = made.granary
    engine = made.engine
  })
  afterAll(() => granary.close())

  it('adds up to the change to the penny, each driver to its steps', async () => {
    const found = await ask(engine)
    expect(found.drivers.map(driver => driver.name)).toEqual(['traffic', 'conversion', 'aov', 'returns'])
    expect(pennies(found.drivers.map(d => d.amount))).toBe(pennies([found.totals.change ?? '']))
    for (const driver of found.drivers)
      if (driver.steps.length > 0)
        expect(pennies(driver.steps.map(step => step.amount))).toBe(pennies([driver.amount]))
    // Each leads to rows of its own figure.
    const measures = found.drivers.flatMap(one => [one.measure, ...one.steps.map(step => step.measure)])
    expect(measures).toEqual([
      ...['sessions', 'orders_per_session', 'aov'],
      ...['units_per_order', 'price_before_discounts', 'discount_rate', 'return_rate'],
    ])
    for (const { segments } of found.drivers)
      for (const one of segments) expect(pennies([one.rate, one.mix])).toBe(pennies([one.amount]))
  })
  it('finds the traffic that went, which the ledger does not know', async () => {
    const found = await ask(engine)
    const social = found.causes.find(cause => cause.where.some(w => w.value === 'Paid Social'))
    expect(social).toMatchObject({ driver: 'Traffic', measure: 'sessions', before: '20000', after: '4000' })
    expect(found.sentence).toMatch(/traffic −£\d.*\(Paid Social −£/)
  })
  it('compares with a target, whose drivers nobody planned', async () => {
    const found = await ask(engine, { compare: 'plan.plan' })
    // To date: 28 of 31 days.
    expect(found.totals.before).toBe('72258.06')
    expect(found.drivers.map(driver => driver.label)).toEqual(['Net sales'])
    expect(pennies(found.drivers.map(d => d.amount))).toBe(pennies([found.totals.change ?? '']))
  })
  it('begins with what one asks, of what there are data for; with accounts it is of business customers alone', async () => {
    const { granary, engine } = await open(9)
    const sold = (year: number, account_id: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({
        ...{ order_id: `${account_id}-${year}-${n}`, day: `${year}-05-0${1 + n}`, country: 'UK' },
        ...{ channel: 'wholesale', product_id: 'rug1', customer_id: account_id, account_id, gross: 500 },
      }))
    await deliverLines(granary, [
      ...['north', 'south'].flatMap(account => sold(2025, account, 2)),
      ...sold(2026, 'north', 6),
    ])
    const account = { store: 'shop', owner: '', currency: 'GBP', source: 'test' }
    await deliver(
      granary,
      'accounts',
      ['north', 'south'].map(account_id => ({
        ...account,
        account_id,
        name: '',
        segment: '',
        country: 'UK',
      })),
    )
    const usual = await ask(engine)
    expect([usual.chain, usual.chains.map(one => one.name)]).toEqual([
      'traffic',
      ['traffic', 'orders', 'accounts'],
    ])
    const found = await ask(engine, { drivers: 'accounts' })
    expect([found.chain, found.chains, found.narrowed]).toEqual([
      'accounts',
      usual.chains,
      [{ dimension: 'business', is: ['B2B'] }],
    ])
    // What consumers bought is no part of it.
    expect(found.totals).toMatchObject({ before: '2000.00', after: '3000.00' })
    expect(found.drivers.slice(0, 3).map(one => [one.name, one.before, one.after])).toEqual([
      ['accounts', '2', '2'],
      ['active', '1', '0.5'],
      ['frequency', '2', '6'],
    ])
    expect((await ask(engine, { drivers: 'orders' })).drivers[0]?.name).toBe('orders')
    // A plan knows no accounts.
    const planned = await ask(engine, { drivers: 'accounts', compare: 'plan.plan' })
    expect([planned.chain, planned.chains.map(one => one.name), planned.narrowed]).toEqual([
      'orders',
      ['orders'],
      [],
    ])
    await granary.close()
  })
  it('stays within filters', async () => {
    const found = await ask(engine, { filters: [{ dimension: 'country', is: ['Germany'] }] })
    expect(places(found)[0]).toBe('channel=wholesale')
    expect(found.drivers.map(driver => driver.name)).toEqual(['orders', 'aov', 'returns'])
  })
  it('says that there is nothing to compare with', async () => {
    const found = await ask(engine, { from: '2025-05-01', to: '2025-05-31' })
    expect(found.drivers).toEqual([])
    expect(found.warnings.map(one => one.code)).toContain('no_base')
  })
})

describe('against a plan', () => {
  const targets: World['targets'][number][] = []
  let granary: Warehouse
  let engine: Engine
  beforeAll(async () => {
    const made = await open(9, true, targets)
    granary = made.granary
    engine = made.engine
  })
  afterAll(() => granary.close())

  /** Against a plan of May as last May went, by values of dimensions; what is left out has no figure of its own in it. */
  const against = async (bys: readonly string[][], left = '', more: Record<string, unknown> = {}) => {
    const lines = bys.map(async (by): Promise<World['targets'][number][]> => {
      const asked = { metrics: ['net_sales'], by: [...by], from: '2025-05-01', to: '2025-05-31' }
      const { rows, totals } = await engine.ask(asked, scope)
      return (by.length ? rows : [totals])
        .filter(row => !by.some(name => row[name] === left))
        .map(row => ({
          ...{ name: 'parts', metric: 'net_sales', grain: 'month', store: null, currency: 'GBP' },
          values: { '2026-05-01': String((Number(row.net_sales) * 31) / 28) },
          slice: Object.fromEntries(by.map(name => [name, String(row[name])])),
        }))
    })
    targets.splice(0, targets.length, ...(await Promise.all(lines)).flat())
    return ask(engine, { compare: 'plan.parts', ...more })
  }
  const looked = (found: Awaited<ReturnType<typeof against>>) =>
    found.warnings.find(one => one.code === 'target')?.message

  it('searches every dimension the plan has, and where two of them meet', async () => {
    const found = await against([[], ['category'], ['channel'], ['country'], ['channel', 'country']])
    expect(places(found).toSorted()).toEqual([
      'channel=wholesale country=Germany',
      'country=Norway',
      'country=Poland',
    ])
    expect(found.drivers[0]).toMatchObject({ label: 'Net sales', by: 'country' })
    expect(looked(found)).toBe(
      'The plan says what is to come by country, channel, category, so the search looks there alone.',
    )
    const driver = (await against([[], ['category']])).drivers[0]
    expect(driver?.by).toBe('category')
    expect(driver?.segments.map(one => one.where[0]?.value)).toContain('Rugs')
  })
  it('takes what the plan does not name for no cause: nobody planned it to be nothing', async () => {
    const found = await against([[], ['country']], 'Norway')
    expect(places(found)).toContain('country=Poland')
    expect(places(found)).not.toContain('country=Norway')
  })
  it('within a category searches by what the plan has of that category', async () => {
    const only = { filters: [{ dimension: 'category', is: ['Rugs'] }] }
    const found = await against([[], ['category'], ['category', 'country'], ['channel']], '', only)
    expect(looked(found)).toBe('The plan says what is to come by country, so the search looks there alone.')
    expect(found.drivers[0]?.by).toBe('country')
  })
  it.each([1, 2, 3])(
    'whose drivers were planned too, adds up to the cent, each driver to its steps (plan %i)',
    async nth => {
      // Amounts that no month of days divides evenly.
      const planned = {
        sessions: 71_003 + 977 * nth,
        orders: 1_300 + 17 * nth,
        units_sold: 1_377 + 31 * nth,
        gross_sales: `${61_234 + 7_001 * nth}.${nth}7`,
        discounts: `-${911 * nth}.0${nth}`,
        net_sales: `${59_000 + 5_003 * nth}.3${nth}`,
      }
      targets.splice(
        0,
        targets.length,
        ...Object.entries(planned).map(([metric, value]) => ({
          ...{ name: 'parts', metric, grain: 'month' as const, store: null, currency: 'GBP' },
          values: { '2026-05-01': String(value) },
        })),
      )
      const found = await ask(engine, { compare: 'plan.parts' })
      expect(found.drivers.map(one => one.name)).toEqual(['traffic', 'conversion', 'aov', 'returns'])
      expect(found.drivers[2]?.steps.map(one => one.label)).toEqual([
        'Units per order',
        'Price and product mix',
        'Discounts',
      ])
      const { before, after, change } = found.totals
      // To date: 28 of 31 days.
      expect(Number(before)).toBeCloseTo((Number(planned.net_sales) * 28) / 31, 1)
      expect(pennies([change ?? ''])).toBe(pennies([after ?? '']) - pennies([before ?? '']))
      expect(pennies(found.drivers.map(one => one.amount))).toBe(pennies([change ?? '']))
      for (const { amount, steps } of found.drivers)
        if (steps.length > 0) expect(pennies(steps.map(one => one.amount))).toBe(pennies([amount]))
      const [traffic] = found.drivers
      expect(Number(traffic?.before)).toBeCloseTo((planned.sessions * 28) / 31, 0)
    },
  )
  it('of orders and sales alone, begins with the orders that were planned', async () => {
    targets.splice(
      0,
      targets.length,
      ...Object.entries({ orders: '1301', net_sales: '61234.57' }).map(([metric, value]) => ({
        ...{ name: 'parts', metric, grain: 'month' as const, store: null, currency: 'GBP' },
        values: { '2026-05-01': value },
      })),
    )
    const found = await ask(engine, { compare: 'plan.parts' })
    expect(found.drivers.map(one => [one.label, one.figure])).toEqual([
      ['Orders', 'Orders'],
      ['AOV', 'net sales per order'],
    ])
    expect(Number(found.drivers[1]?.before)).toBeCloseTo(61234.57 / 1301, 2)
    expect(pennies(found.drivers.map(one => one.amount))).toBe(pennies([found.totals.change ?? '']))
    expect(found.warnings.map(one => one.code)).toContain('fewer_drivers')
  })
  it('has nothing to search through in a plan of the whole, and says so', async () => {
    const found = await against([[]])
    expect(found.causes).toEqual([])
    expect(looked(found)).toBe('The plan is of the whole alone, so there is nothing to search through.')
  })
})

it('a quiet month has no causes', async () => {
  const { granary, engine } = await open(5, false)
  const found = await ask(engine)
  expect(found.causes.length).toBeLessThanOrEqual(1)
  await granary.close()
})

it('a shop and the country it is for are one cause, and the other shop is none', async () => {
  const granary = await openDuckdb({ folder: ':memory:' })
  const lines = [2025, 2026].flatMap(year =>
    (['uk', 'de'] as const).flatMap(store =>
      Array.from({ length: 400 }, (_, n): Line => {
        const abroad = n % 25 === 0
        return {
          order_id: `${store}${year}${n}`,
          store,
          day: `${year}-05-${String(1 + (n % 28)).padStart(2, '0')}`,
          country: store === 'uk' && !abroad ? 'GB' : abroad ? 'FR' : 'DE',
          customer_id: `${store}${n}`,
          gross: year === 2026 && store === 'uk' && n % 3 > 0 ? 11 + (n % 5) : 40 + (n % 9),
        }
      }),
    ),
  )
  await deliverLines(granary, lines)
  const engine = createEngine({
    granary,
    world: async () => ({
      stores: ['uk', 'de'].map(store => ({
        ...{ store, name: store, currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' as const },
      })),
      calendar: { calendar: 'gregorian', fiscalStartMonth: 1, weekStart: 1, yearEnd: 'nearest_saturday' },
      currency: 'GBP',
      events: [],
      targets: [],
      metrics: [],
      dimensions: [],
    }),
  })
  const { causes } = await bridge(
    engine,
    { metric: 'net_sales', from: '2026-05-01', to: '2026-05-28', compare: 'last_year' },
    scope,
  )
  const told = causes.map(cause => cause.where.map(one => one.value).join(' '))
  expect(told.filter(one => one === 'uk' || one === 'GB')).toHaveLength(1)
  expect(told.some(one => one.includes('de') || one.includes('DE'))).toBe(false)
  await granary.close()
})
