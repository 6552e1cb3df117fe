/**
 * Why a figure changed: the search over eight dimensions of a thousand values, alone and in pairs; and the whole cockpit
 * of the made merchant with its bridge, every question at once. Against the same questions one after another.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type TableName, tables } from '../src/kernel/canonical.ts'
import { duckdbTypes } from '../src/kernel/duckdb-types.ts'
import { bridge } from '../src/metrics/bridge/bridge.ts'
import { createEngine } from '../src/metrics/create-engine.ts'
import type { Engine } from '../src/metrics/engine.ts'
import type { Query } from '../src/metrics/query.ts'
import { openDuckdb } from '../src/warehouse/duckdb.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'
import { alertsBeside } from './alerts.ts'
import { loadedGranary, world } from './granary.ts'
import { median, table, times } from './measure.ts'

const [folder = '', size = '40000000'] = process.argv.slice(2)
const scope = { stores: 'all', now: new Date('2026-01-01T12:00:00Z') } as const
const span = { from: '2025-12-01', to: '2025-12-31' }

await search('even')
await search('uneven')
await cockpit()
process.exit(0)

/** Engines that have answered nothing yet, awake: none of the runs is answered from memory. */
async function timed(
  granary: Warehouse,
  call: (engine: Engine) => Promise<unknown>,
  runs = 5,
): Promise<number> {
  const engines = Array.from({ length: runs + 1 }, () => createEngine({ granary, world: async () => world }))
  for (const engine of engines) await engine.explain({ ...span, metrics: ['net_sales'] }, scope)
  return median(await times(run => call(engines[run + 1] as Engine), runs))
}

/**
 * A million lines of two months, in which eight dimensions have a thousand values each: all as large as one another, so that
 * none is large enough to be crossed; or the first of them large and the last hardly ever sold, seventy of them large enough.
 */
async function search(values: 'even' | 'uneven'): Promise<void> {
  const data = join(folder, 'why-data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  const granary = await openDuckdb({ folder: join(data, 'granary'), threads: 2 })
  const maker = await (await DuckDBInstance.create(':memory:')).connect()
  const deliver = async (name: TableName, from: string, own: Record<string, string>) => {
    const file = join(data, `${name}.parquet`)
    const columns = Object.entries(tables[name].columns).map(([column, { type }]) => {
      const absent =
        type === 'text' ? "''" : 'optional' in tables[name].columns[column as never] ? 'NULL' : '0'
      return `CAST(${own[column] ?? absent} AS ${duckdbTypes[type]}) AS "${column}"`
    })
    await maker.run(`COPY (SELECT ${columns.join(', ')} FROM ${from}) TO '${file}' (FORMAT parquet)`)
    await granary.deliver({ id: name, table: name, files: [file], mode: 'merge' })
  }
  /** One of a thousand, its own for each row and dimension. */
  const chance = (name: string) => `hash(i, '${name}') % 1000000 / 1000000.0`
  const any = (name: string) =>
    values === 'even'
      ? `'${name} ' || (hash(i, '${name}') % 1000)`
      : `'${name} ' || CAST(floor(pow(1001, ${chance(name)}) - 1) AS INTEGER)`
  const day = "DATE '2025-11-01' + CAST(i % 61 AS INTEGER)"
  await deliver('products', 'range(1000) numbers(i)', {
    store: "'bench'",
    product_id: "'product ' || i",
    title: "'product ' || i",
    category: "'category ' || i * 7 % 1000",
    brand: "'brand ' || i * 11 % 1000",
    vendor: "'vendor ' || i * 13 % 1000",
  })
  await deliver('sales_lines', 'range(1000000) numbers(i)', {
    store: "'bench'",
    order_id: "'o' || i",
    line_key: 'hash(i)',
    kind: "'sale'",
    happened_at: `${day} + INTERVAL 12 HOUR`,
    day,
    hour: '12',
    ordered_day: day,
    currency: "'GBP'",
    quantity: '1',
    gross: "10 + hash(i, 'price') % 90",
    product_id: any('product'),
    title: any('product'),
    customer_id: any('customer'),
    account_id: any('account'),
    country: any('country'),
    channel: any('channel'),
    discount_code: any('code'),
  })
  const query = { ...span, metric: 'net_sales', compare: 'previous_period' } as const
  const ours = await timed(granary, engine => bridge(engine, query, scope))
  const metrics = ['net_sales']
  const own = ['country', 'channel', 'discount_code', 'product', 'category', 'brand', 'vendor', 'account']
  const splits = [...own.map(one => [one]), ...own.flatMap((a, n) => own.slice(n + 1).map(b => [a, b]))]
  const plain = await timed(
    granary,
    async engine => {
      for (const by of splits)
        await engine.ask({ ...span, metrics, by, compare: ['previous_period'], limit: 10_000 }, scope)
    },
    1,
  )
  table(
    `The search for causes over eight dimensions of 1,000 ${values} values, a million lines (wanted: 2 s)`,
    ['', 'ms'],
    [
      ['Quarterdeck: bridge, segments, causes', ours],
      ['every dimension and pair asked in turn', plain],
      ['ratio', `${(ours / plain).toFixed(2)} ×`],
    ],
  )
  await granary.close()
}

/** What the first screen asks, for the whole and to its headline. */
async function cockpit(): Promise<void> {
  const data = await loadedGranary(folder, Number(size))
  const granary = await openDuckdb({ folder: join(data, 'granary'), threads: 2 })
  const compare: Query['compare'] = ['previous_period', 'last_year']
  const headline: Query = {
    ...span,
    metrics: ['net_sales', 'orders', 'aov', 'units_sold', 'return_rate'],
    grain: 'day',
    compare,
  }
  const people: Query = { ...span, metrics: ['customers', 'new_customers'], grain: 'day', compare }
  const top = (dimension: string): Query => ({
    ...span,
    metrics: ['net_sales'],
    by: [dimension],
    compare,
    sort: { by: 'net_sales', desc: true },
    limit: 8,
  })
  const rest: Query[] = [
    people,
    ...['country', 'channel', 'product', 'customer'].map(top),
    { ...span, metrics: ['net_sales'], by: ['weekday', 'hour'], limit: 168 },
  ]
  const why = { ...span, metric: 'net_sales', compare: 'last_year' } as const
  const attention = await alertsBeside(granary)
  const { count } = await attention.ask(createEngine({ granary, world: async () => world }))
  if (count === 0) throw new Error('nothing needs attention: the times would mean nothing')
  const first = await timed(granary, engine => engine.ask(headline, scope))
  const whole = await timed(granary, engine =>
    Promise.all<unknown>([
      ...[headline, ...rest].map(one => engine.ask(one, scope)),
      bridge(engine, why, scope),
      attention.ask(engine),
    ]),
  )
  const plain = await timed(granary, async engine => {
    for (const one of [headline, ...rest]) await engine.ask(one, scope)
    await bridge(engine, why, scope)
    await attention.ask(engine)
  })
  table(
    `The whole cockpit with its bridge and ${count} alerts, ${Number(size).toLocaleString('en')} lines (wanted: headline 300 ms, whole 1 s)`,
    ['', 'ms'],
    [
      ['headline', first],
      ['everything at once', whole],
      ['one after another', plain],
      ['ratio', `${(whole / plain).toFixed(2)} ×`],
    ],
  )
  await attention.close()
  await granary.close()
}
