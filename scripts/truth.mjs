#!/usr/bin/env node
// Plays a company nobody has seen, connects its systems and reads them by the command itself, and asks it for every figure
// of `GET /truth`: per store, day, market and metric. Then the company lives on for forty days, and it is asked again.
// `npm run truth -- --seed 4711 [--days 120] [--scale 1] [--until 2026-10-31] [--ahead 40] [--data DIR]`; ends with 1 where a
// figure differs. The folder is thrown away unless it was named.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Decimal } from 'decimal.js'

const text = { type: 'string' }
const { values: given } = parseArgs({
  options: { seed: text, days: text, scale: text, until: text, ahead: text, data: text },
})
const seed = given.seed ?? String(1 + Math.floor(Math.random() * 1e9))
const days = given.days ?? '120'
const ahead = Number(given.ahead ?? 40)
const folder = given.data ?? mkdtempSync(join(tmpdir(), 'truth-'))
const command = fileURLToPath(new URL('../quarterdeck', import.meta.url))
const say = words => process.stdout.write(`${words}\n`)

function quarterdeck(...words) {
  const { status, stdout, stderr } = spawnSync(command, [...words, '--data', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (status !== 0) throw new Error(`quarterdeck ${words[0]} ended with ${status}: ${stderr || stdout}`)
  return stdout
}

const freePort = () =>
  new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(String(port)))
    })
  })

/** Every row of an answer, a page at a time. */
function ask({ metrics, by = [], filters = [], currency, stores, whole }) {
  const rows = []
  for (;;) {
    const { rows: some, meta } = JSON.parse(
      quarterdeck(
        'query',
        ...[
          '--metrics',
          metrics.join(),
          '--limit',
          '10000',
          '--offset',
          String(rows.length),
          '--format',
          'json',
        ],
        ...(by.length > 0 ? ['--by', by.join()] : []),
        ...(whole ? ['--window', 'all_time'] : ['--grain', 'day', '--from', from, '--to', to]),
        ...filters.flatMap(filter => ['--filter', filter]),
        ...(currency ? ['--currency', currency, '--filter', `currency=${currency}`] : []),
        ...(stores ? ['--stores', stores] : []),
      ),
    )
    rows.push(...some)
    if (some.length === 0 || rows.length >= meta.count) return rows
  }
}

/** Adds figures by key. */
function add(into, key, figures) {
  const own = into.get(key) ?? {}
  for (const [name, value] of Object.entries(figures))
    if (Number.isFinite(Number(value ?? 0))) own[name] = (own[name] ?? new Decimal(0)).plus(value ?? 0)
  into.set(key, own)
}

let from
let to
let wrong = 0

/** `said` are [key, figures] as they are true; `metrics` the metric of each figure. */
function compare(what, metrics, said, question) {
  const truth = new Map()
  for (const [key, figures] of said) add(truth, key, figures)
  const answer = new Map()
  for (const row of ask({ ...question, metrics: Object.values(metrics) }))
    add(
      answer,
      [...(question.whole ? [] : [row.period]), ...(question.key ?? question.by).map(name => row[name])].join(
        ' ',
      ),
      Object.fromEntries(Object.entries(metrics).map(([figure, metric]) => [figure, row[metric]])),
    )
  let figures = 0
  const different = []
  for (const key of new Set([...truth.keys(), ...answer.keys()]))
    for (const [figure, metric] of Object.entries(metrics)) {
      const [here, there] = [answer, truth].map(one => one.get(key)?.[figure] ?? new Decimal(0))
      figures += 1
      if (!here.eq(there)) different.push(`${metric} ${key}: ${here} is not ${there}`)
    }
  wrong += different.length
  say(
    `${different.length === 0 ? 'true ' : 'FALSE'} ${what}: ${figures} figures${different.length ? `, ${different.length} differ` : ''}`,
  )
  for (const line of different.slice(0, 10)) say(`        ${line}`)
}

// While a command runs nothing is heard here: a connection kept for the next question is closed at the other end meanwhile.
const once = { headers: { connection: 'close' } }

async function compareAll(url) {
  const truth = await (await fetch(`${url}/truth`, once)).json()
  from = truth.company.start
  to = new Date(Date.parse(truth.now) + 86_400_000).toISOString().slice(0, 10)
  say(`— company ${truth.company.seed} from ${from}, as of ${truth.now.slice(0, 10)}`)
  const currencies = rows => [...new Set(rows.map(row => row.of.slice(-3)))]
  for (const store of new Set(truth.trade.map(row => row.store)))
    compare(
      `sales of ${store} by day and market`,
      {
        ...{ gross: 'gross_sales', discounts: 'discounts', reversals: 'sales_reversals', net: 'net_sales' },
        ...{ shipping: 'shipping_charges', taxes: 'taxes', total: 'total_sales', cogs: 'cost_of_goods' },
        ...{ orders: 'orders', units_sold: 'units_sold', units_returned: 'units_returned' },
      },
      truth.trade.filter(row => row.store === store).map(row => [`${row.day} ${row.market}`, row.figures]),
      { by: ['country'], stores: store },
    )
  const storeOf = new Map(truth.spend.map(row => [row.host, row.store]))
  compare(
    'sessions by day, store, channel and device',
    { sessions: 'sessions', transactions: 'transactions' },
    truth.traffic
      .filter(row => storeOf.has(row.host))
      .map(row => [`${row.day} ${storeOf.get(row.host)} ${row.channel} ${row.device}`, row.figures]),
    { by: ['store', 'channel', 'device'], filters: ['origin=ga4'], stores: [...storeOf.values()].join() },
  )
  // What other platforms cost comes by file.
  const spent = truth.spend.filter(row => row.platform !== 'meta-ads')
  for (const currency of new Set(spent.map(row => row.currency)))
    compare(
      `spend by day, store and campaign in ${currency}`,
      { cost: 'spend' },
      spent.map(row => [`${row.day} ${row.store} ${row.campaign}`, { cost: row.cost }]),
      { by: ['store', 'campaign'], filters: ['platform=google-ads'], currency },
    )
  const marketing = [...truth.hubspot, ...truth.marketo]
  const of = topic => marketing.filter(row => row.topic === topic)
  compare(
    'e-mails by day, platform and message',
    {
      ...{ sent: 'messages_sent', delivered: 'messages_delivered', opens: 'messages_opened' },
      ...{ clicks: 'messages_clicked', bounces: 'messages_bounced', unsubscribes: 'unsubscribes' },
    },
    of('messages').map(row => [`${row.day} ${row.system} ${row.of}`, row.figures]),
    { by: ['platform', 'message'] },
  )
  compare(
    'leads by day, platform and stage',
    { people: 'stage_entries' },
    of('leads').map(row => [`${row.day} ${row.system} ${row.of}`, row.figures]),
    { by: ['platform', 'lead_stage'] },
  )
  for (const currency of currencies(of('deals'))) {
    const inIt = topic => of(topic).filter(row => row.of.endsWith(currency))
    compare(
      `deals by day and state in ${currency}`,
      { deals: 'deals_created', amount: 'deal_amount' },
      inIt('deals').map(row => [`${row.day} ${row.of}`, row.figures]),
      { by: ['deal_state', 'currency'], currency },
    )
    compare(
      `products of deals by day in ${currency}`,
      { units: 'deal_units', amount: 'deal_products' },
      inIt('deal_lines').map(row => [`${row.day} ${row.of}`, row.figures]),
      { by: ['product', 'currency'], currency },
    )
  }
  compare(
    'shipments by day and market',
    { units: 'units_shipped', orders: 'orders_shipped' },
    truth.b2b.shipments.map(row => [
      `${row.day} ${row.country}`,
      { units: row.units, orders: row.first.orders },
    ]),
    { by: ['country'] },
  )
  compare(
    'returns by day, store and reason',
    { returns: 'returns_requested', units: 'units_asked_back', open: 'units_on_their_way_back' },
    truth.returns.map(row => [`${row.day} ${row.store} ${row.reason}`, row]),
    { by: ['store', 'return_reason'] },
  )
  compare(
    'quotes by day, account and state',
    { quotes: 'quotes_issued', amount: 'quoted_amount' },
    truth.b2b.quotes.map(row => [
      `${row.created} ${row.account} ${row.state}`,
      { quotes: 1, amount: row.amount },
    ]),
    { by: ['account', 'deal_state'], currency: 'GBP' },
  )
  const place = ['platform', 'project', 'section', 'task_state']
  compare(
    'tasks by project, section and state',
    { tasks: 'tasks_created' },
    truth.work.map(row => [
      [row.platform, row.project, row.section, row.state].join(' '),
      { tasks: row.tasks },
    ]),
    { by: place, whole: true },
  )
  compare(
    'moves of tasks by day and project',
    { moves: 'task_moves' },
    truth.moves.map(row => [`${row.day} ${row.platform} ${row.project}`, { moves: row.moves.section ?? 0 }]),
    { by: ['platform', 'project'] },
  )
}

const port = await freePort()
const company = spawn(
  command,
  [
    ...['simulate', '--json', '--leashed', '--port', port, '--seed', seed, '--days', days],
    ...(given.scale ? ['--scale', given.scale] : []),
    ...(given.until ? ['--until', given.until] : []),
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
try {
  const { url, connections } = await new Promise((done, failed) => {
    createInterface({ input: company.stdout }).once('line', line => done(JSON.parse(line)))
    company.once('exit', code => failed(new Error(`The simulators ended with ${code}.`)))
  })
  for (const { vendor, label, credentials } of connections) {
    const { base_url, ...rest } = credentials
    quarterdeck(
      ...['connect', vendor, '--base-url', base_url, '--back-days', String(Number(days) + 15)],
      ...Object.entries(rest).flatMap(([name, value]) => ['--credential', `${name}=${value}`]),
    )
    say(`connected ${label ?? vendor}`)
  }
  const pass = hours =>
    fetch(`${url}/clock`, {
      method: 'POST',
      headers: { ...once.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ hours }),
    })
  const read = () => {
    const began = performance.now()
    quarterdeck('sync')
    say(`read in ${Math.round((performance.now() - began) / 1000)} s`)
  }
  for (const days of [0, ahead]) {
    if (days > 0) await pass(days * 24)
    read()
    const before = wrong
    await compareAll(url)
    if (wrong === before) continue
    // What was written in the last half minute is left to the next reading, as a vendor may not have all of it yet. What
    // differs for another reason still does.
    wrong = before
    await pass(1 / 30)
    read()
    await compareAll(url)
  }
} finally {
  company.stdin.end()
  if (!given.data) rmSync(folder, { recursive: true, force: true })
}
say(wrong === 0 ? 'Everything is as it is true.' : `${wrong} figures differ.`)
process.exitCode = wrong === 0 ? 0 : 1
