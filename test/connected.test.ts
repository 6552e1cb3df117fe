import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectors } from '#connectors/index.ts'
import { rememberWorld } from '#features/settings/world.ts'
import { exact } from '#kernel/money.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { streams } from '#postgres/tables/connections.ts'
import type { TruthRow } from '#simulators/company/books.ts'
import { createCompany } from '#simulators/company/company.ts'
import { crmTruth, type MarketingTruth } from '#simulators/company/crm-truth.ts'
import { mailingTruth } from '#simulators/company/mailing-truth.ts'
import { returnTruth } from '#simulators/company/return-truth.ts'
import { quoteTruth, shipmentTruth, tradeTruth } from '#simulators/company/trade-truth.ts'
import { spendTruth, trafficTruth } from '#simulators/company/traffic-truth.ts'
import { truth } from '#simulators/company/truth.ts'
import { moveTruth, workTruth } from '#simulators/company/work-truth.ts'
import { type Simulation, simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { allConnections } from '#sync/connected.ts'
import { createPacker } from '#sync/packer.ts'
import { reconciled } from '#sync/reconcile.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

/**
 * The whole way: the company's systems played, connected, read by the real engine into the real granary, and asked in the
 * metric language. What is answered must be what is true, to the penny, for each store, day and country.
 * `SEED=7 DAYS=90 UNTIL=2026-10-31 npm test -- test/connected.test.ts` asks about another company.
 */

const figures = {
  gross: 'gross_sales',
  discounts: 'discounts',
  reversals: 'sales_reversals',
  net: 'net_sales',
  shipping: 'shipping_charges',
  taxes: 'taxes',
  total: 'total_sales',
  cogs: 'cost_of_goods',
  orders: 'orders',
  units_sold: 'units_sold',
  units_returned: 'units_returned',
} as const satisfies Partial<Record<keyof TruthRow['figures'], string>>

const { SEED = '20611', DAYS = '45', UNTIL = '2026-03-31' } = process.env
const address = 'http://systems.test'
/** Seven systems are read whole: on a busy machine that takes its time. */
const patience = 300_000
let folder: string
let open: OpenLedger
let granary: Warehouse
let syncs: Syncs
let metrics: Engine
let simulation: Simulation
let ids: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connected-'))
  open = await openLedger({ folder: ':memory:' })
  granary = await openDuckdb({ folder: ':memory:' })
  const company = createCompany({ seed: Number(SEED), days: Number(DAYS), scale: 0.4, until: UNTIL })
  simulation = simulate(createWorld(company, address))
  const played: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    return simulation.app.request(url.pathname + url.search, init)
  }
  syncs = createSyncs({
    ledger: open.ledger,
    granary,
    packer: createPacker(),
    folder,
    vault: createVault('a secret of the tests'),
    connectors,
    clock: () => new Date(),
    fetch: played,
  })
  metrics = createEngine({ granary, world: rememberWorld(open.ledger, connectors, () => new Date()).told })
  ids = []
  for (const { vendor, credentials } of ways(simulation.world, simulation.simulators)) {
    const checked = await syncs.test(vendor, credentials)
    const request = { vendor, credentials, backDays: Number(DAYS) + 15 }
    ids.push((await syncs.connect(open.ledger, request, checked, 'test')).id)
  }
})
afterAll(async () => {
  await syncs.close()
  await granary.close()
  await open.close()
  rmSync(folder, { recursive: true, force: true })
})

const readAll = async () => {
  for (const id of ids) {
    const { troubles } = await syncs.round(id, { all: true, whole: true })
    expect(troubles, id).toEqual([])
  }
}

const same = (a: string, b: unknown) => exact(a).eq(typeof b === 'string' ? b : '0')

/** What differs between trade as it is answered and as it is. */
async function wrongTrade(): Promise<string[]> {
  const { company, now } = simulation.world
  const rows = [...truth(company, now()), ...tradeTruth(company, now())]
  const wrong: string[] = []
  for (const store of new Set(rows.map(row => row.store))) {
    const { rows: answered } = await metrics.ask(
      {
        metrics: Object.values(figures),
        by: ['country'],
        grain: 'day',
        from: company.start,
        to: '2027-12-31',
        stores: [store],
        limit: 10_000,
      },
      { stores: 'all', now: new Date(now()) },
    )
    const given = new Map(answered.map(row => [`${row.period} ${row.country}`, row]))
    for (const row of rows.filter(one => one.store === store)) {
      const found = given.get(`${row.day} ${row.market}`)
      given.delete(`${row.day} ${row.market}`)
      for (const [figure, metric] of Object.entries(figures) as [keyof typeof figures, string][])
        if (!same(row.figures[figure], found?.[metric]))
          wrong.push(
            `${store} ${row.day} ${row.market} ${figure}: ${found?.[metric]} is not ${row.figures[figure]}`,
          )
    }
    for (const [key, row] of given)
      if (Object.values(figures).some(metric => !same('0', row[metric])))
        wrong.push(`${store} ${key} is too much`)
  }
  return wrong
}

const messageMetrics = {
  sent: 'messages_sent',
  delivered: 'messages_delivered',
  opens: 'messages_opened',
  clicks: 'messages_clicked',
  bounces: 'messages_bounced',
  unsubscribes: 'unsubscribes',
} as const

/** Sums of a metric's answers, and of what is true, by one key each; what differs between them, in words. */
function differing(
  metric: string,
  answered: readonly (readonly [key: string, value: unknown])[],
  said: readonly (readonly [key: string, value: string])[],
): string[] {
  const summed = (pairs: readonly (readonly [string, unknown])[]) => {
    const sums = new Map<string, ReturnType<typeof exact>>()
    for (const [key, value] of pairs)
      sums.set(key, (sums.get(key) ?? exact('0')).plus(typeof value === 'string' ? value : '0'))
    return sums
  }
  const [here, there] = [summed(answered), summed(said)]
  return [...new Set([...here.keys(), ...there.keys()])].flatMap(key => {
    const [a, b] = [here.get(key) ?? exact('0'), there.get(key) ?? exact('0')]
    return a.eq(b) ? [] : [`${metric} ${key}: ${a.toFixed()} is not ${b.toFixed()}`]
  })
}

/** Answers by day and dimensions; money in one currency at a time, so that nothing is converted. */
async function answers(names: readonly string[], by: readonly string[], currency?: string) {
  const { company, now } = simulation.world
  const { rows, meta } = await metrics.ask(
    {
      metrics: [...names],
      by: [...by],
      grain: 'day',
      from: company.start,
      to: '2027-12-31',
      limit: 10_000,
      ...(currency && { currency, filters: [{ dimension: 'currency', is: [currency] }] }),
    },
    { stores: 'all', now: new Date(now()) },
  )
  expect(meta.count).toBeLessThanOrEqual(10_000)
  return rows.map(row => ({
    key: [row.period, ...by.map(name => row[name])].join(' '),
    value: (metric: string) => row[metric],
  }))
}

/** What differs between the care of customers as it is answered and as it is: messages, leads, deals. */
async function wrongMarketing(): Promise<string[]> {
  const { company, now } = simulation.world
  const all: MarketingTruth[] = [...crmTruth(company, now()), ...mailingTruth(company, now())]
  const of = (topic: MarketingTruth['topic']) => all.filter(row => row.topic === topic)
  const wrong: string[] = []
  const messages = await answers(Object.values(messageMetrics), ['platform', 'message'])
  for (const [figure, metric] of Object.entries(messageMetrics))
    wrong.push(
      ...differing(
        metric,
        messages.map(row => [row.key, row.value(metric)] as const),
        of('messages').map(
          row => [`${row.day} ${row.system} ${row.of}`, row.figures[figure] ?? '0'] as const,
        ),
      ),
    )
  const stages = await answers(['stage_entries'], ['platform', 'lead_stage'])
  wrong.push(
    ...differing(
      'stage_entries',
      stages.map(row => [row.key, row.value('stage_entries')] as const),
      of('leads').map(row => [`${row.day} ${row.system} ${row.of}`, row.figures.people ?? '0'] as const),
    ),
  )
  const money = ['deals_created', 'deal_amount']
  const currencies = [...new Set(of('deals').map(row => row.of.slice(-3)))]
  const deals = (
    await Promise.all(currencies.map(currency => answers(money, ['deal_state', 'currency'], currency)))
  ).flat()
  for (const [figure, metric] of [
    ['deals', 'deals_created'],
    ['amount', 'deal_amount'],
  ] as const)
    wrong.push(
      ...differing(
        metric,
        deals.map(row => [row.key, row.value(metric)] as const),
        of('deals').map(row => [`${row.day} ${row.of}`, row.figures[figure] ?? '0'] as const),
      ),
    )
  const goods = (
    await Promise.all(
      currencies.map(currency => answers(['deal_units', 'deal_products'], ['product', 'currency'], currency)),
    )
  ).flat()
  for (const [figure, metric] of [
    ['units', 'deal_units'],
    ['amount', 'deal_products'],
  ] as const)
    wrong.push(
      ...differing(
        metric,
        goods.map(row => [row.key, row.value(metric)] as const),
        of('deal_lines').map(row => [`${row.day} ${row.of}`, row.figures[figure] ?? '0'] as const),
      ),
    )
  const left = await answers(['units_shipped', 'orders_shipped'], ['country'])
  const sent = shipmentTruth(company, now())
  for (const [metric, figure] of [
    ['units_shipped', one => one.units],
    ['orders_shipped', one => one.first.orders],
  ] as [string, (one: (typeof sent)[number]) => number][])
    wrong.push(
      ...differing(
        metric,
        left.map(row => [row.key, row.value(metric)] as const),
        sent.map(one => [`${one.day} ${one.country}`, String(figure(one))] as const),
      ),
    )
  const back = await answers(
    ['returns_requested', 'units_asked_back', 'units_on_their_way_back'],
    ['store', 'return_reason'],
  )
  const asked = returnTruth(company, now())
  for (const [metric, figure] of [
    ['returns_requested', one => one.returns],
    ['units_asked_back', one => one.units],
    ['units_on_their_way_back', one => one.open],
  ] as [string, (one: (typeof asked)[number]) => number][])
    wrong.push(
      ...differing(
        metric,
        back.map(row => [row.key, row.value(metric)] as const),
        asked.map(one => [`${one.day} ${one.store} ${one.reason}`, String(figure(one))] as const),
      ),
    )
  const quotes = await answers(['quotes_issued', 'quoted_amount'], ['account', 'deal_state'], 'GBP')
  const bargains = [...quoteTruth(company, now())]
  for (const [metric, figure] of [
    ['quotes_issued', () => '1'],
    ['quoted_amount', one => one.amount],
  ] as [string, (one: (typeof bargains)[number]) => string][])
    wrong.push(
      ...differing(
        metric,
        quotes.map(row => [row.key, row.value(metric)] as const),
        bargains.map(one => [`${one.created} ${one.account} ${one.state}`, figure(one)] as const),
      ),
    )
  return wrong
}

/** What differs between the work as it is answered and as it is. */
async function wrongWork(): Promise<string[]> {
  const { company, now } = simulation.world
  const by = ['platform', 'project', 'section', 'task_state']
  const said = workTruth(company, now())
  const key = (one: (typeof said)[number]) => [one.platform, one.project, one.section, one.state].join(' ')
  const { rows } = await metrics.ask(
    { metrics: ['tasks_created'], by, window: 'all_time', limit: 10_000 },
    { stores: 'all', now: new Date(now()) },
  )
  const wrong = differing(
    'tasks_created',
    rows.map(row => [by.map(name => row[name]).join(' '), row.tasks_created] as const),
    said.map(one => [key(one), String(one.tasks)] as const),
  )
  const moved = await answers(['task_moves', 'task_cycle_time'], ['platform', 'project'])
  const ways = moveTruth(company, now())
  const place = (one: (typeof ways)[number]) => `${one.day} ${one.platform} ${one.project}`
  wrong.push(
    ...differing(
      'task_moves',
      moved.map(row => [row.key, row.value('task_moves')] as const),
      ways.map(one => [place(one), String(one.moves.section ?? 0)] as const),
    ),
  )
  const cycles = new Map(moved.map(row => [row.key, row.value('task_cycle_time')]))
  for (const one of ways.filter(way => way.cycles.tasks > 0)) {
    const mean = Number(cycles.get(place(one)))
    if (!(Math.abs(mean - one.cycles.days / one.cycles.tasks) < 1e-6))
      wrong.push(`task_cycle_time ${place(one)}: ${mean} is not ${one.cycles.days} ÷ ${one.cycles.tasks}`)
  }
  return wrong
}

describe('the systems of a company never seen before', () => {
  test('connect as shops and what belongs to them', () => {
    expect(ids.length).toBeGreaterThanOrEqual(7)
  })

  test(
    'answer what is true, for each store, day and country',
    async () => {
      await readAll()
      expect((await wrongTrade()).slice(0, 10)).toEqual([])
      expect((await wrongMarketing()).slice(0, 10)).toEqual([])
      expect((await wrongWork()).slice(0, 10)).toEqual([])
    },
    patience,
  )

  test('bring nothing that this version does not know', async () => {
    const rows = await open.ledger.select().from(streams)
    const news = rows.flatMap(row => row.shape?.news.map(one => `${row.connection} ${one.says}`) ?? [])
    expect(news.filter(one => one.includes('does not know'))).toEqual([])
  })

  test('say what of their limits was used', async () => {
    for (const one of await allConnections(open.ledger)) {
      const quotas = one.quotas?.list ?? []
      // Magento sets none.
      expect(quotas.length > 0, one.id).toBe(one.vendor !== 'magento')
      for (const { used, limit } of quotas) {
        expect(used, one.id).toBeGreaterThan(0)
        expect(used, one.id).toBeLessThanOrEqual(limit)
      }
    }
  })

  test('agree with their own totals', async () => {
    const { company, now } = simulation.world
    const shops = ids.filter(id => id.startsWith('shopify'))
    const days = await reconciled(open.ledger, metrics, new Date(now()), shops, {
      from: company.start,
      to: company.until,
    })
    expect(days.length).toBeGreaterThan(100)
    expect(days.filter(day => !day.agrees).slice(0, 5)).toEqual([])
  })

  test('tell analytics and what advertising cost', async () => {
    const { company, now } = simulation.world
    const [row] = await granary.query<{ sessions: string }>(
      "SELECT CAST(sum(sessions) AS VARCHAR) AS sessions FROM traffic_days WHERE origin = 'ga4' AND landing_page = ''",
    )
    const sessions = [...trafficTruth(company, now())].reduce(
      (sum, one) => sum + Number(one.figures.sessions),
      0,
    )
    expect(Number(row?.sessions)).toBe(sessions)
    const [spent] = await granary.query<{ cost: string }>(
      "SELECT CAST(sum(cost) AS VARCHAR) AS cost FROM spend_days WHERE source LIKE 'ga4%'",
    )
    const cost = [...spendTruth(company, now())]
      .filter(one => one.platform !== 'meta-ads')
      .reduce((sum, one) => sum.plus(one.cost), exact('0'))
    expect(exact(spent?.cost ?? '0').toFixed(2)).toBe(cost.toFixed(2))
  })

  test(
    'are still true forty days of edits, refunds and deletions later',
    async () => {
      simulation.world.advance(40 * 86_400_000)
      await readAll()
      expect((await wrongTrade()).slice(0, 10)).toEqual([])
      expect((await wrongMarketing()).slice(0, 10)).toEqual([])
      expect((await wrongWork()).slice(0, 10)).toEqual([])
    },
    patience,
  )

  test(
    'change nothing when read again',
    async () => {
      const before = await granary.query('SELECT * FROM sales_lines ORDER BY ALL')
      await readAll()
      expect(await granary.query('SELECT * FROM sales_lines ORDER BY ALL')).toEqual(before)
    },
    patience,
  )
})
