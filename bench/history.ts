/**
 * Shopify's history from its exports into the granary, against raw DuckDB storing the same lines typed. Each in a process
 * of its own, so that no one's memory is counted with another's.
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Batch, Stream } from '#connectors/connector.ts'
import { joining } from '#connectors/shopify/join.ts'
import type { OrderRecord } from '#connectors/shopify/order-record.ts'
import { filled, orders, shape } from '#connectors/shopify/orders.ts'
import { wholeLines } from '#connectors/whole-lines.ts'
import { createPacker } from '#sync/packer.ts'
import { takeTurn } from '#sync/turn.ts'
import { openDuckdb } from '#warehouse/duckdb.ts'
import { peakMemory, seconds, table } from './measure.ts'
import { madeExport, type ShopifyExport } from './shopify-export.ts'

interface Taken {
  wall: number
  processor: number
  peak: number
}

type Part = 'make' | 'raw' | 'ours'

/** Prints the comparison for so many orders. */
export function history(place: string, count: number): void {
  const run = (name: Part): Taken => {
    // As ./quarterdeck starts Node.
    const words = ['--max-semi-space-size=8', import.meta.filename, name, place, `${count}`]
    const { stdout, status } = spawnSync(process.execPath, words, {
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (status !== 0) throw new Error(`The part ${name} failed.`)
    return JSON.parse(String(stdout))
  }
  run('make')
  const raw = run('raw')
  const ours = run('ours')
  const bytes = madeExport(place, count)?.paths.reduce((sum, path) => sum + statSync(path).size, 0) ?? 0
  const perSecond = (one: Taken) => Math.round(count / one.processor).toLocaleString('en')
  table(
    `History: ${count.toLocaleString('en')} orders of Shopify, ${(bytes / 2 ** 20).toFixed(0)} MB of JSON lines (wanted: 15,000 a second of one core, 3 ×, 600 MB)`,
    ['', 'processor, s', 'wall, s', 'orders/s of a core', 'peak MB'],
    [
      ['raw DuckDB, the lines typed', raw.processor, raw.wall, perSecond(raw), Math.round(raw.peak)],
      ['Quarterdeck', ours.processor, ours.wall, perSecond(ours), Math.round(ours.peak)],
      ['ratio', ours.processor / raw.processor, ours.wall / raw.wall, '', ''],
    ],
  )
}

async function measured(work: () => Promise<unknown>): Promise<Taken> {
  const worked = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
  const before = worked()
  const { seconds: wall } = await seconds(work)
  return { wall, processor: worked() - before, peak: peakMemory() }
}

async function make(folder: string, count: number): Promise<null> {
  const { makeExport } = await import('./shopify-export-make.ts')
  await makeExport(folder, count)
  return null
}

const exportOf = (folder: string, count: number): ShopifyExport => {
  const made = madeExport(folder, count)
  if (!made) throw new Error('The export is not made.')
  return made
}

const workFolder = (folder: string): string => {
  const data = join(folder, 'history-data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  return data
}

async function raw(folder: string, count: number): Promise<Taken> {
  const { paths } = exportOf(folder, count)
  const data = workFolder(folder)
  return measured(async () => {
    const database = await DuckDBInstance.create(join(data, 'raw.duckdb'), { memory_limit: '450MB' })
    const connection = await database.connect()
    const list = paths.map(path => `'${path}'`).join(', ')
    await connection.run(`CREATE TABLE lines AS FROM read_json([${list}], format = 'newline_delimited')`)
    await connection.run('CHECKPOINT')
    connection.closeSync()
    database.closeSync()
  })
}

/** Joined, mapped, kept raw and stored, half a year a turn. */
async function ours(folder: string, count: number): Promise<Taken> {
  const { paths, place } = exportOf(folder, count)
  const data = workFolder(folder)
  // As the command `sync` opens it.
  const granary = await openDuckdb({ folder: join(data, 'granary'), modest: true })
  const packer = createPacker()
  const parts = {
    granary,
    packer,
    folder: data,
    connection: 'bench',
    stores: [place.home.store],
    place,
    forget: null,
    saveReached: async () => undefined,
    keepUnmapped: async (some: readonly { reason: string }[]) => {
      throw new Error(some[0]?.reason)
    },
  }
  return measured(async () => {
    for (const [slice, path] of paths.entries())
      await takeTurn(parts, orders as unknown as Stream<unknown, unknown>, `slice-${slice}`, read(path))
    packer.close()
    await granary.close()
  })
}

async function* read(path: string): AsyncGenerator<Batch<unknown>> {
  const join = joining(shape, statSync(path).size, dirname(path))
  try {
    for await (const lines of wholeLines(createReadStream(path))) await join.add(lines)
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

const parts: Record<Part, (folder: string, count: number) => Promise<Taken | null>> = { make, raw, ours }
const [mode, folder = '', size = ''] = process.argv.slice(2)
if (import.meta.main) {
  console.log(JSON.stringify(await parts[mode as Part](folder, Number(size))))
  process.exit(0)
}
