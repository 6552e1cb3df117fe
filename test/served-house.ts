import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { Actor } from '#kernel/actor.ts'
import { addDays, type Day, daysBetween } from '#kernel/day.ts'
import { listening } from '#server/listen.ts'
import { serve } from '#server/serve.ts'
import { createCompany } from '#simulators/company/company.ts'
import { simulate, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'

const owner: Actor = { kind: 'person', id: 'olga', name: 'Olga', role: 'owner', stores: 'all' }

export interface Answered {
  status: number
  /** The media type, without its charset. */
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  body: any
}

/** A server on the embedded engines in a folder of its own, asked over HTTP by its owner or by its own command line. */
export async function servedHouse() {
  const folder = mkdtempSync(join(tmpdir(), 'served-'))
  const said: string[] = []
  const server = await serve({}, join(folder, 'data'), {
    port: 0,
    home: resolve(import.meta.dirname, '..'),
    version: '0',
    log: pino({ level: 'error' }, { write: (line: string) => void said.push(line) }),
    demo: { actor: owner, attribution: 'made up' },
  })
  const { token } = JSON.parse(readFileSync(join(folder, 'data', 'server.json'), 'utf8')) as { token: string }
  const json = { 'content-type': 'application/json' }
  const ask = async (name: string, input: unknown, headers: object = { 'x-quarterdeck': '1' }) => {
    const answer = await fetch(`${server.url}/api/v1/${name.replaceAll('.', '/')}`, {
      method: 'POST',
      ...(input instanceof FormData
        ? { body: input, headers: { ...headers } }
        : { body: JSON.stringify(input), headers: { ...json, ...headers } }),
    })
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] as string
    const body = type === 'application/json' ? await answer.json() : await answer.arrayBuffer()
    return { status: answer.status, type, body } as Answered
  }
  const asCommand = { authorization: `Bearer ${token}` }
  return {
    url: server.url,
    folder,
    /** What the log said went wrong. */
    said,
    ask,
    /** As the command line of the server asks. */
    command: (name: string, input: unknown) => ask(name, input, asCommand),
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type ServedHouse = Awaited<ReturnType<typeof servedHouse>>

/** Gives the house a year of sales by file, a connected system, and a little of all that people decide; gives what it is called. */
export async function furnish(house: ServedHouse) {
  const done = async (name: string, input: unknown, as = house.ask) => {
    const { status, body } = await as(name, input)
    expect(status, `${name}: ${JSON.stringify(body)}`).toBe(200)
    return body
  }
  const today = new Date().toISOString().slice(0, 10)
  const year = today.slice(0, 4)
  const sales = join(house.folder, 'sales.csv')
  writeFileSync(sales, soldUntil(addDays(today, -1)))
  const columns = { order_id: 'no', at: 'at', sku: 'sku', quantity: 'n', unit_price: 'price', country: 'to' }
  const { id: load } = await done(
    'connections.import',
    {
      ...{ path: sales, mapping: { target: 'sales_lines', columns: { ...columns, customer_id: 'who' } } },
      ...{ store: 'shop', currency: 'GBP', timezone: 'Europe/London' },
    },
    house.command,
  )
  await expect
    .poll(async () => (await house.ask('connections.progress', { id: load })).body.status, {
      timeout: 60_000,
    })
    .toBe('done')

  const company = createCompany({ seed: 7, days: 20, scale: 0.3, until: addDays(today, -1) })
  const world = createWorld(company, 'http://127.0.0.1')
  const { app, simulators } = simulate(world)
  const systems = await listening(app.fetch, '127.0.0.1', 0)
  world.url = `http://127.0.0.1:${systems.port}`
  const wanted = ways(world, simulators).filter(one => one.vendor === 'trello')
  const connections: string[] = []
  for (const { vendor, credentials } of wanted)
    connections.push((await done('connections.connect', { vendor, credentials })).connection)
  await expect
    .poll(
      async () => {
        const { body } = await house.ask('connections.systems', {})
        return body.every((one: { history: number; running: unknown }) => one.history === 1 && !one.running)
      },
      { timeout: 120_000, interval: 500 },
    )
    .toBe(true)

  await done('settings.saveEvent', {
    ...{ name: 'Sale', series: 'Sale', kind: 'promotion' },
    ...{ from: addDays(today, -40), to: addDays(today, -38) },
  })
  const values = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`${year}-${String(n + 1).padStart(2, '0')}-01`, '900']),
  )
  await done('settings.saveTarget', {
    name: 'Year',
    metric: 'net_sales',
    grain: 'month',
    values,
    currency: 'GBP',
  })
  await done('settings.saveMetric', { name: 'per_order', label: 'Per order', formula: 'net_sales / orders' })
  await done('settings.saveDimension', {
    ...{ name: 'region', label: 'Region', of: 'country', groups: { Home: ['GB'] } },
  })
  await done('settings.saveCostRate', { cost: 'fulfilment', currency: 'GBP', perOrder: '2' })
  await done('performance.saveAlertRule', { id: 'sales', name: 'Sales', metric: 'net_sales' })
  await done('reviews.say', {
    ...{ subject: 'figure:net_sales', title: 'Net sales', path: '/performance', text: 'Good.' },
  })
  await done('connections.saveMapping', { name: 'own', mapping: { target: 'sales_lines', columns } })
  await done('members.invite', { email: 'ida@example.com', role: 'viewer' })
  await done('members.createKey', { name: 'reader', role: 'viewer' })

  const version = 'Budget'
  await done('plan.start', {
    ...{ id: version, name: 'Budget', currency: 'GBP', from: `${year}-01-01`, to: `${year}-12-31` },
    begin: { with: 'run_rate', trade: 'b2c', growth: '0', stock: false },
  })
  const { id: item } = await done('plan.saveItem', {
    ...{ version, label: 'Search', kind: 'media', currency: 'GBP', amounts: { [`${year}-01`]: '1200' } },
  })
  await done('plan.saveCommitment', {
    ...{ item, kind: 'media', reference: 'B-1', amount: '100', currency: 'GBP' },
    ...{ from: addDays(today, -5), to: addDays(today, 5) },
  })
  const file = new FormData()
  file.set('subject', `item:${item}`)
  file.set('file', new File(['%PDF-1.4 offer'], 'offer.pdf', { type: 'application/pdf' }))
  const { id: attachment } = await done('plan.attach', file)
  await done('plan.saveStrategy', { content: { ambition: 'Grow' }, revision: 0, why: 'A beginning' })
  await done('plan.submit', { version })
  const trello = wanted.find(one => one.vendor === 'trello')?.credentials ?? {}
  return { version, item, attachment, load, connections, trello, sales, today, year, close: systems.close }
}

export type Furnished = Omit<Awaited<ReturnType<typeof furnish>>, 'close'>

/** Two orders a day over fourteen months, and a row that cannot be right. */
const soldUntil = (last: Day): string =>
  [
    'no,at,sku,n,price,to,who',
    ...daysBetween(addDays(last, -430), last).flatMap((day, n) =>
      ['GB', 'FR'].map(
        (to, m) => `${n}-${m},${day} 1${m}:30:00,P${n % 3},${1 + ((n + m) % 4)},${9 + m}.95,${to},C${n % 50}`,
      ),
    ),
    'x,2026-02-31 10:00:00,P1,1,1.00,GB,C1',
    '',
  ].join('\n')
