import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectors } from '#connectors/index.ts'
import { readWorld } from '#features/settings/world.ts'
import { exact } from '#kernel/money.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import { type OpenLedger, openLedger } from '#postgres/open.ts'
import { createCompany } from '#simulators/company/company.ts'
import { tradeTruth } from '#simulators/company/trade-truth.ts'
import { spendTruth, trafficTruth } from '#simulators/company/traffic-truth.ts'
import { type TruthRow, truth } from '#simulators/company/truth.ts'
import { type Simulation, simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { createPacker } from '#sync/packer.ts'
import { reconciled } from '#sync/reconcile.ts'
import { createSyncs, type Syncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

/**
 * The whole way: the company's systems played, connected, read by the real engine into the real granary, and asked in the
 * metric language. What is answered must be what is true, to the penny, for each store, day and country.
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
  const company = createCompany({ seed: 20_611, days: 45, scale: 0.4, until: '2026-03-31' })
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
  metrics = createEngine({ granary, world: () => readWorld(open.ledger) })
  ids = []
  for (const { vendor, credentials } of ways(simulation.world, simulation.simulators)) {
    const checked = await syncs.test(vendor, credentials)
    const request = { vendor, credentials, backDays: 60 }
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
        to: '2026-06-30',
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

describe('the systems of a company never seen before', () => {
  test('connect as shops and what belongs to them', () => {
    expect(ids.length).toBeGreaterThanOrEqual(7)
  })

  test(
    'answer what is true, for each store, day and country',
    async () => {
      await readAll()
      expect((await wrongTrade()).slice(0, 10)).toEqual([])
    },
    patience,
  )

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
