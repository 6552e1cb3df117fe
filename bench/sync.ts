/**
 * The engine of connected systems: Shopify's history from a bulk export into the granary, a turn that brings nothing, and
 * webhooks at a hundred a second. Orders a second are of processor time, that of the database included: of one core.
 */
import { spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Batch, Connector, Stream } from '#connectors/connector.ts'
import { joining } from '#connectors/shopify/join.ts'
import type { OrderRecord } from '#connectors/shopify/order-record.ts'
import { filled, orders, shape } from '#connectors/shopify/orders.ts'
import { openLedger } from '#postgres/open.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs } from '#sync/syncs.ts'
import { takeTurn } from '#sync/turn.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { median, peakMemory, quantile, seconds, table, times } from './measure.ts'
import { shopifyExport } from './shopify-export.ts'

const [folder = '', size = '1000000'] = process.argv.slice(2)
const count = Number(size)
const data = join(folder, 'sync-data')
rmSync(data, { recursive: true, force: true })
mkdirSync(data, { recursive: true })

/** Processor time of this process, in seconds. */
const worked = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
async function measured(work: () => Promise<unknown>): Promise<{ wall: number; processor: number }> {
  const before = worked()
  const { seconds: wall } = await seconds(work)
  return { wall, processor: worked() - before }
}

// In a process of its own, so that its memory is not counted: what makes the export has the whole company in mind.
if (process.argv[4] === 'make') {
  await shopifyExport(folder, count)
  process.exit(0)
}
const made = spawn(process.execPath, [import.meta.filename, folder, size, 'make'], { stdio: 'inherit' })
await new Promise(done => made.once('exit', done))

await history()
await nothingNew()
await webhooks()
console.log(
  `\nLoad of the machine: ${loadavg()
    .map(one => one.toFixed(1))
    .join(', ')} on 1, 5, 15 minutes.`,
)
process.exit(0)

/** An export of Shopify, joined, mapped, kept raw and stored, against raw DuckDB storing the same lines typed. */
async function history(): Promise<void> {
  const { path, place } = await shopifyExport(folder, count)
  const bytes = statSync(path).size
  const raw = await measured(async () => {
    const file = join(data, 'raw.duckdb')
    const database = await DuckDBInstance.create(file, { memory_limit: '450MB' })
    const connection = await database.connect()
    await connection.run(`CREATE TABLE lines AS FROM read_json('${path}', format = 'newline_delimited')`)
    await connection.run('CHECKPOINT')
    connection.closeSync()
    database.closeSync()
    rmSync(file, { force: true })
  })
  const granary = await openDuckdb({ folder: join(data, 'granary'), memoryLimit: '450MB' })
  const packer = createPacker()
  async function* read(): AsyncGenerator<Batch<unknown>> {
    const join = joining(shape, bytes)
    try {
      for await (const line of createInterface({ input: createReadStream(path) })) await join.add(line)
      let records: unknown[] = []
      for await (const record of filled(join.all() as unknown as AsyncGenerator<OrderRecord>))
        if (records.push(record) >= 400) {
          yield { records }
          records = []
        }
      yield { records }
    } finally {
      await join.close()
    }
  }
  const ours = await measured(() =>
    takeTurn(
      {
        granary,
        packer,
        folder: data,
        connection: 'bench',
        stores: [place.home.store],
        place,
        forget: null,
        saveCursor: async () => undefined,
        keepUnmapped: async some => {
          throw new Error(some[0]?.reason)
        },
      },
      orders as unknown as Stream<unknown, unknown>,
      'bench',
      read(),
    ),
  )
  packer.close()
  await granary.close()
  const perSecond = (one: { processor: number }) => Math.round(count / one.processor).toLocaleString('en')
  table(
    `History: ${count.toLocaleString('en')} orders of Shopify, ${(bytes / 2 ** 20).toFixed(0)} MB of JSON lines (wanted: 15,000 a second of one core, 3 ×, 600 MB)`,
    ['', 'processor, s', 'wall, s', 'orders/s of a core', 'peak MB'],
    [
      ['raw DuckDB, the lines typed', raw.processor, raw.wall, perSecond(raw), ''],
      ['Quarterdeck', ours.processor, ours.wall, perSecond(ours), Math.round(peakMemory())],
      ['ratio', ours.processor / raw.processor, ours.wall / raw.wall, '', ''],
    ],
  )
}

/** A round of seven streams that bring nothing, beside a vendor that answers at once. */
async function nothingNew(): Promise<void> {
  const { ledger, close } = await openLedger({ folder: join(data, 'ledger') })
  const granary = await openDuckdb({ folder: join(data, 'empty') })
  const quiet = (name: string): Stream<null, unknown> => ({
    name,
    label: name,
    kind: 'window',
    tables: ['sales_lines'],
    every: 1,
    read: async function* () {},
    map: () => ({ rows: {} }),
  })
  const names = ['orders', 'products', 'costs', 'stock', 'customers', 'traffic', 'deletions']
  const connector = {
    vendor: 'shopify',
    name: 'Quiet',
    about: '',
    fields: [],
    guide: [],
    open: () => null,
    clock: async () => Date.now(),
    check: async () => ({ account: 'quiet', shops: [], limits: [], facts: {} }),
    streams: names.map(quiet),
  } as unknown as Connector
  const syncs = createSyncs({
    ledger,
    granary,
    packer: createPacker(),
    folder: data,
    vault: createVault('a secret of the bench'),
    connectors: [connector],
    clock: () => new Date(),
    fetch,
  })
  await ledger.insert(stores).values({ store: 's', name: 'S', currency: 'GBP', timezone: 'UTC' })
  const checked = await syncs.test('shopify', {})
  const { id } = await syncs.connect(ledger, { vendor: 'shopify', credentials: {} }, checked, 'bench')
  await syncs.round(id, { all: true, whole: true })
  const taken = (await times(() => syncs.round(id, { all: true }), 30)).map(ms => ms / names.length)
  table(
    'A turn that brings nothing, embedded ledger (wanted: 50 ms)',
    ['', 'ms'],
    [
      ['median of 210', median(taken)],
      ['slowest round, a turn of it', taken.at(-1) ?? 0],
    ],
  )
  await ledger.delete(streams)
  await ledger.delete(connections)
  await syncs.close()
  await granary.close()
  await close()
}

/** A server that reads a small shop and is told of changes a hundred times a second for twenty seconds. */
async function webhooks(): Promise<void> {
  const port = 20_000 + (process.pid % 20_000)
  const run = (words: string[], wait: 'line' | 'end', env = process.env) => {
    const child = spawn('./quarterdeck', words, { stdio: ['ignore', 'pipe', 'inherit'], env })
    let said = ''
    const done = new Promise<string>((good, bad) => {
      child.stdout.on('data', part => {
        said += part
        if (wait === 'line' && said.includes('\n')) good(said)
      })
      child.once('exit', code =>
        code === 0 || code === null ? good(said) : bad(new Error(`ended with ${code}`)),
      )
    })
    return { child, done }
  }
  const company = ['--days', '14', '--scale', '0.2', '--json', '--port', `${port}`]
  const systems = run(['simulate', ...company], 'line')
  const { connections: ways } = JSON.parse(await systems.done) as {
    connections: { vendor: string; credentials: Record<string, string> }[]
  }
  const { base_url: base = '', ...credentials } =
    ways.find(one => one.vendor === 'shopify' && one.credentials.client_secret)?.credentials ?? {}
  const place = join(data, 'served')
  const given = Object.entries(credentials).flatMap(([name, value]) => ['--credential', `${name}=${value}`])
  const where = ['--data', place, '--json']
  const connected = await run(
    ['connect', 'shopify', '--base-url', base, ...given, '--back-days', '20', ...where],
    'end',
  ).done
  const { connection } = JSON.parse(connected) as { connection: string }
  await run(['sync', ...where], 'end').done
  const env = { ...process.env, LOG_LEVEL: 'error' }
  const server = run(['start', '--port', `${port + 1}`, ...where], 'line', env)
  const { url } = JSON.parse(await server.done) as { url: string }
  const taken: number[] = []
  const wrong: number[] = []
  const tell = async () => {
    const body = JSON.stringify({ id: 1, note: randomUUID() })
    const headers = {
      'x-shopify-topic': 'orders/updated',
      'x-shopify-triggered-at': new Date().toISOString(),
      'x-shopify-hmac-sha256': createHmac('sha256', credentials.client_secret ?? '')
        .update(body)
        .digest('base64'),
    }
    const began = performance.now()
    const { status } = await fetch(`${url}/hooks/${connection}`, { method: 'POST', headers, body })
    taken.push(performance.now() - began)
    if (status !== 200) wrong.push(status)
  }
  const all: Promise<void>[] = []
  const began = performance.now()
  for (let number = 0; number < 2000; number++) {
    const due = began + number * 10 - performance.now()
    if (due > 0) await new Promise(done => setTimeout(done, due))
    all.push(tell())
  }
  await Promise.all(all)
  const wall = (performance.now() - began) / 1000
  taken.sort((a, b) => a - b)
  table(
    `Webhooks: 2,000 at 100 a second, took ${wall.toFixed(1)} s, ${wrong.length} refused (wanted: 95 of 100 under 100 ms)`,
    ['', 'ms'],
    [
      ['median', median(taken)],
      ['95th percentile', quantile(taken, 0.95)],
      ['slowest', taken.at(-1) ?? 0],
    ],
  )
  server.child.kill('SIGTERM')
  systems.child.kill('SIGTERM')
}
