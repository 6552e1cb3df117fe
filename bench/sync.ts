/**
 * The engine of connected systems: Shopify's history from a bulk export into the granary, a turn that brings nothing, and
 * webhooks at a hundred a second. Orders a second are of processor time, that of the database included: of one core.
 */
import { spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { Connector, Stream } from '#connectors/connector.ts'
import { openLedger } from '#postgres/open.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { createPacker } from '#sync/packer.ts'
import { createSyncs } from '#sync/syncs.ts'
import { createVault } from '#sync/vault.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { history } from './history.ts'
import { median, quantile, table, times } from './measure.ts'

const [folder = '', size = '1000000'] = process.argv.slice(2)
const count = Number(size)
const data = join(folder, 'sync-data')
rmSync(data, { recursive: true, force: true })
mkdirSync(data, { recursive: true })

history(folder, count)
await nothingNew()
await webhooks()
console.log(
  `\nLoad of the machine: ${loadavg()
    .map(one => one.toFixed(1))
    .join(', ')} on 1, 5, 15 minutes.`,
)
process.exit(0)

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
