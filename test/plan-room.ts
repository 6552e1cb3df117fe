import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { afterAll, beforeAll } from 'vitest'
import { connectors } from '#connectors/index.ts'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { rowsOf } from '#features/plan/cells.ts'
import { rememberWorld } from '#features/settings/world.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { addDays, daysBetween, weekday } from '#kernel/day.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { Engine } from '#metrics/engine.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { ledgers } from './ledgers.ts'
import { deliver, deliverLines } from './small-ledger.ts'

const { plan, settings } = operations

const someone = (id: string, role: Role, kind: Actor['kind'] = 'person'): Actor => ({
  kind,
  id,
  name: `${id[0]?.toUpperCase()}${id.slice(1)}`,
  role,
  stores: 'all',
})

const lines = [
  { name: 'orders', unit: 'orders', metric: 'orders' },
  { name: 'aov', unit: 'money/orders', roll: 'weighted', weight: 'orders', metric: 'aov' },
  { name: 'net_sales', unit: 'money', formula: 'orders * aov', metric: 'net_sales', negative: true },
  { name: 'media', unit: 'money', good: 'down' },
  { name: 'profit', unit: 'money', formula: 'net_sales - media', negative: true },
].map(line => ({ label: line.name, over: [], roll: 'sum', good: 'up', formula: null, ...line }))

const months = daysBetween('2026-01-01', '2026-12-01')
  .filter(day => day.endsWith('-01'))
  .map(from => ({
    key: from.slice(0, 7),
    label: from.slice(0, 7),
    from,
    to: addDays(`${addDays(from, 32).slice(0, 8)}01`, -1),
    year: '2026',
  }))
const year = { from: '2026-01-01', to: '2026-12-31', currency: 'GBP' }

/**
 * A shop of two years and a half, people and a small plan, for a suite to be called in: Sundays are shut, Saturdays
 * double, and from October on twice as much is sold.
 */
export function planRoom(place: (typeof ledgers)[number]) {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-plan-'))
  let open: OpenLedger
  let metrics: Engine
  let world: ReturnType<typeof rememberWorld>
  let granary: Warehouse
  let now = '2026-06-21T09:00:00Z'
  const [ada, bo, cy, robot] = [
    someone('ada', 'lead'),
    someone('bo', 'contributor'),
    someone('cy', 'director'),
    someone('robot', 'owner', 'key'),
  ]
  const context = (actor: Actor): Context =>
    ({
      actor,
      ledger: open.ledger,
      granary,
      metrics,
      clock: () => new Date(now),
      settled: world.forget,
      note: () => undefined,
      enqueue: () => undefined,
      folder,
      syncs: { vendors: () => [{ vendor: 'shopify', name: 'Shopify' }] },
      accounts: { mails: true },
      watchFolders: [],
      demo: null,
    }) as unknown as Context
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  const run = (operation: unknown, input: unknown, actor: Actor = ada): Promise<any> =>
    call(operation as never, input as never, { context: context(actor) } as never)
  let ids = 0
  const set = (
    line: string,
    period: string,
    value: string | null,
    after: string[] = [],
    id = `edit-${place.name}-${++ids}`,
  ) => ({ id: id.toLowerCase(), line, slice: [], period, value, after })

  beforeAll(async () => {
    granary = await openDuckdb({ folder: ':memory:' })
    await deliverLines(
      granary,
      daysBetween('2024-01-01', '2026-06-20').flatMap(day => {
        if (weekday(day) === 7) return []
        const size = (weekday(day) === 6 ? 200 : 100) * (day.slice(5) >= '10-01' ? 2 : 1)
        return [{ order_id: `o${day}`, day, gross: size, cost: size * 0.4, country: 'UK', product_id: 'p' }]
      }),
    )
    const rate = { base: 'EUR', quote: 'GBP', day: '2024-01-01', rate: 0.8, source: 'test' }
    await deliver(granary, 'exchange_rates', [rate])
    open = await place.open()
    world = rememberWorld(open.ledger, connectors, () => new Date(now))
    metrics = createEngine({ granary, world: world.told })
    const store = { store: 'shop', name: 'Shop', currency: 'GBP', timezone: 'Europe/London', kind: 'b2c' }
    await run(settings.saveStore, store, cy)
  }, 120_000)
  afterAll(async () => {
    await open.close()
    await granary.close()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    people: { ada, bo, cy, robot, someone },
    months,
    folder,
    year,
    run,
    /** Rows of a version with the edits that stand in their cells. */
    rows: (version: string) => rowsOf(context(ada), version),
    set,
    context,
    ask: (query: object) => metrics.ask(query as never, { stores: 'all', now: new Date(now) }),
    deliver: (table: Parameters<typeof deliver>[1], rows: Record<string, unknown>[]) =>
      deliver(granary, table, rows),
    sell: (
      order_id: string,
      day: string,
      gross: number,
      more: {
        store?: string
        currency?: string
        account_id?: string
        hour?: number
        country?: string
        product_id?: string
      } = {},
    ) => deliverLines(granary, [{ order_id, day, gross, ...more }]),
    /** It is later now. */
    at: (moment: string) => {
      now = moment
    },
    begun: (id: string, kind = 'budget') =>
      run(plan.start, {
        id,
        name: id,
        kind,
        ...year,
        begin: { with: 'sheet', sheet: { currency: 'GBP', periods: months, dimensions: [], lines } },
      }),
    fill: (version: string, figures: Record<string, string>) =>
      run(plan.edit, {
        version,
        edits: months.flatMap(({ key }) =>
          Object.entries(figures).map(([line, value]) => set(line, key, value)),
        ),
      }),
  }
}
