/**
 * Fifty people on the cockpit at once, over HTTP: each opens it (nine questions, as the screen asks them), looks for a
 * few seconds, and now and then changes the period or narrows to a country. Nothing is in memory when they begin.
 */
import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { Query } from '../src/metrics/query.ts'
import { peakOf, processorOf } from './child.ts'
import { loadedGranary } from './granary.ts'
import { quantile, table } from './measure.ts'

const [folder = '', size = '40000000'] = process.argv.slice(2)
const people = 50
const lasting = 60_000
const port = 20_000 + (process.pid % 20_000)
const unpacked = (packed: Buffer): string => (packed[0] === 0x1f ? gunzipSync(packed) : packed).toString()
const data = await loadedGranary(folder, Number(size))

const server = spawn(process.execPath, ['bench/house.ts', data, `${port}`], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const address = await new Promise<string>((resolve, reject) => {
  server.stdout.once('data', said => resolve(String(said).trim()))
  server.once('exit', code => reject(new Error(`the server ended with ${code}`)))
})
const agent = new Agent({ keepAlive: true })

/**
 * Asks as a browser does, and leaves the answer packed until the crowd is gone: fifty browsers have processors of their
 * own, and here they would share the server's.
 */
const ask = (query: Query): Promise<{ status: number; packed: Buffer }> =>
  new Promise((resolve, reject) => {
    const asked = request(
      `${address}/api/rpc/performance/query`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip', 'x-quarterdeck': '1' },
      },
      answer => {
        const parts: Buffer[] = []
        answer.on('data', part => parts.push(part))
        answer.once('error', reject)
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, packed: Buffer.concat(parts) }))
      },
    )
    asked.once('error', reject)
    asked.end(JSON.stringify({ json: query }))
  })

/** A generator of its own for each person, so that a run can be repeated. */
const dice = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}
const day = (ordinal: number) => new Date(Date.UTC(2025, 0, 1 + ordinal)).toISOString().slice(0, 10)
const countries = ['United Kingdom', 'Germany', 'France', 'United States', 'Ireland']

/** Lengths people look at, in days: a week, four weeks, a month, a quarter, a year. */
const lengths = [7, 28, 30, 90, 365]

/** What one look at the cockpit asks: most often the usual four weeks, else another length or a country. */
function look(random: () => number): Query[] {
  const usual = random() < 0.6
  const length = usual ? 28 : (lengths[Math.floor(random() * lengths.length)] ?? 28)
  const span = { from: day(364 - length), to: day(363) }
  const filters: Query['filters'] =
    !usual && random() < 0.7
      ? [{ dimension: 'country', is: [countries[Math.floor(random() * countries.length)] ?? ''] }]
      : undefined
  const base = { ...span, ...(filters && { filters }) }
  const compare: Query['compare'] = ['previous_period', 'last_year']
  const top = (dimension: string): Query => ({
    ...base,
    metrics: ['net_sales'],
    by: [dimension],
    compare,
    sort: { by: 'net_sales', desc: true },
    limit: 8,
  })
  const moved = (desc: boolean): Query => ({
    ...base,
    metrics: ['net_sales'],
    by: ['product'],
    compare: ['previous_period'],
    sort: { by: 'net_sales', of: 'previous_period', desc },
    limit: 6,
  })
  return [
    {
      ...base,
      metrics: ['net_sales', 'orders', 'aov', 'units_sold', 'customers', 'new_customers', 'return_rate'],
      grain: 'day',
      compare,
    },
    top('country'),
    top('channel'),
    top('product'),
    top('customer'),
    { ...base, metrics: ['net_sales'], by: ['weekday', 'hour'], limit: 168 },
    moved(true),
    moved(false),
    {
      ...base,
      metrics: ['new_customers', 'returning_customers'],
      grain: 'week',
      compare: ['previous_period'],
    },
  ]
}

// Somebody has been at work in the house, in months the crowd does not ask of: one that has only just started is timed by `start`.
for (let n = 0; n < 30; n++)
  await Promise.all(look(dice(n)).map(one => ask({ ...one, from: day(-400 - 7 * n), to: day(-373 - 7 * n) })))
const before = processorOf(server.pid)
const taken: { ms: number; packed: Buffer; name: string }[] = []
let failed = 0
const until = performance.now() + lasting
const person = async (number: number) => {
  const random = dice(number * 7919 + 1)
  await new Promise(resolve => setTimeout(resolve, random() * 5_000))
  while (performance.now() < until) {
    await Promise.all(
      look(random).map(async query => {
        const started = performance.now()
        try {
          const { status, packed } = await ask(query)
          if (status !== 200) throw new Error(`${status} ${unpacked(packed)}`)
          const name = `${query.by?.join(' × ') ?? query.grain}`
          taken.push({ ms: performance.now() - started, packed, name })
        } catch (error) {
          failed++
          if (failed < 4) console.error(error)
        }
      }),
    )
    await new Promise(resolve => setTimeout(resolve, 5_000 + random() * 10_000))
  }
}
await Promise.all(Array.from({ length: people }, (_, number) => person(number)))
const peak = peakOf(server.pid)
const worked = processorOf(server.pid) - before
server.kill('SIGTERM')

const answers = taken.map(({ ms, packed, name }) => ({
  ms,
  name,
  cached: unpacked(packed).includes('"cached":true'),
}))
const sorted = (list: { ms: number }[]) => list.map(one => one.ms).sort((a, b) => a - b)
const row = (name: string, list: { ms: number; cached: boolean }[]) => [
  name,
  `${list.length}`,
  `${Math.round((100 * list.filter(one => one.cached).length) / list.length)} %`,
  quantile(sorted(list), 0.5),
  quantile(sorted(list), 0.95),
  quantile(sorted(list), 1),
]
const names = [...new Set(answers.map(one => one.name))]
table(
  `${people} people on the cockpit for ${lasting / 1000} s, ${Number(size).toLocaleString('en')} lines (allowed: p95 500 ms, no failures)`,
  ['question', 'asked', 'from memory', 'p50 ms', 'p95 ms', 'slowest ms'],
  [
    row('all', answers),
    ...names.map(name =>
      row(
        name,
        answers.filter(one => one.name === name),
      ),
    ),
  ],
)
console.log(
  `\n${failed} failed. The server's peak memory: ${Math.round(peak)} MB; its processor time: ${worked.toFixed(1)} s.`,
)
process.exitCode = failed > 0 ? 1 : 0
