import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { type Client, operations } from '#features/operations.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { addDays } from '#kernel/day.ts'
import { freePort } from '#server/listen.ts'
import { createLog } from '#server/log.ts'
import { serve } from '#server/start.ts'
import { backDays, importFiles, type Made, settle } from './demo-company.ts'
import { announce, untilStopped, version } from './serve.ts'
import type { Terminal } from './terminal.ts'

/** What one gives to connect to one of its systems. */
interface Way {
  vendor: string
  label: string
  credentials: Record<string, string>
}
/** What the systems say of themselves: their address, and how to connect to them. */
interface Systems {
  url: string
  connections: Way[]
}

const attribution = 'A made-up company: every name and figure comes from a seed.'

/**
 * Plays the made-up company's systems in a process of their own, connects to them by the same door as everyone, and serves what
 * comes in, everybody signed in as the owner. The first figures stand within a minute; the rest comes in while one looks.
 */
export async function demoCompany(
  terminal: Terminal,
  flags: { port?: number; days?: number },
): Promise<void> {
  mkdirSync(terminal.folder, { recursive: true, mode: 0o700 })
  const made = companyOf(terminal.folder, flags.days ?? 1096)
  // They start while the house is opened.
  const systems = await playing(terminal, made)
  const owner: Actor = { kind: 'person', id: 'demo', name: 'Demo', role: 'owner', stores: 'all' }
  const env = { ...terminal.env, DATABASE_URL: undefined, WAREHOUSE_URL: undefined, PUBLIC_URL: undefined }
  try {
    const server = await serve(env, terminal.folder, {
      port: flags.port,
      home: terminal.home,
      version,
      log: createLog(terminal.env.LOG_LEVEL ?? 'warn'),
      demo: { actor: owner, attribution },
      before: async house => {
        const client = createRouterClient(operations, { context: house.context(system('demo')) })
        await connectAll(terminal, client, (await systems.answer).connections, made)
        await settle(client, terminal.folder, made)
      },
    })
    const stopped = untilStopped(terminal, server)
    announce(terminal, server)
    const client = createRouterClient(operations, { context: server.house.context(system('demo')) })
    watch(terminal, client)
    const { url } = await systems.answer
    importFiles(client, terminal.folder, url).catch(error =>
      terminal.note(`The company’s files could not be imported: ${error.message}`),
    )
    await stopped
  } finally {
    systems.process.kill()
  }
}

function companyOf(folder: string, days: number): Made {
  const path = join(folder, 'company.json')
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Made
  const made: Made = { seed: 1, days, until: addDays(new Date().toISOString().slice(0, 10), -1) }
  writeFileSync(path, JSON.stringify(made))
  return made
}

/** Starts the systems; `answer` is theirs once they are up. */
async function playing(
  terminal: Terminal,
  made: Made,
): Promise<{ process: ChildProcess; answer: Promise<Systems> }> {
  // The same address at every start: it stands in the connections.
  const place = join(terminal.folder, 'systems.json')
  const port = existsSync(place)
    ? (JSON.parse(readFileSync(place, 'utf8')) as { port: number }).port
    : await freePort('127.0.0.1')
  writeFileSync(place, JSON.stringify({ port }))
  const words = ['simulate', '--json', '--live', '--port', String(port)]
  const company = ['--seed', String(made.seed), '--days', String(made.days), '--until', made.until]
  const child = spawn(join(terminal.home, 'quarterdeck'), [...words, ...company], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // It makes much that is thrown away at once: more room for that halves the time spent on clearing up.
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=64`.trim(),
    },
  })
  const answer = new Promise<Systems>((done, failed) => {
    let text = ''
    child.stdout.on('data', (some: Buffer) => {
      text += some.toString()
      if (text.includes('\n')) done(JSON.parse(text) as Systems)
    })
    child.once('exit', code => failed(new Error(`The systems of the demo ended with ${code}.`)))
  })
  // Whoever opens the house hears of it when he needs them.
  answer.catch(() => undefined)
  return { process: child, answer }
}

/** Connects what is not connected yet: shops first, as the others belong to them. */
async function connectAll(
  terminal: Terminal,
  client: Client,
  ways: readonly Way[],
  made: Made,
): Promise<void> {
  if ((await client.connections.systems()).length >= ways.length) return
  terminal.note(`Connecting the ${ways.length} systems of the made-up company …`)
  for (const { vendor, label, credentials } of ways) {
    const { limits } = await client.connections.connect({
      vendor,
      credentials,
      // The CRM is that of the business arm; the rest belongs to the first shop.
      ...(vendor === 'hubspot' && { store: 'larkfield-trade' }),
      backDays: backDays(made),
      start: false,
    })
    terminal.note(`  ${label} (${vendor})${limits.length > 0 ? `: ${limits.join(' ')}` : ''}`)
  }
}

/** Says now and then how far the history has come, until all of it is in. */
function watch(terminal: Terminal, client: Client): void {
  const began = Date.now()
  let last = ''
  const look = async () => {
    const rows = await client.connections.systems()
    const share = rows.reduce((sum, row) => sum + row.history, 0) / Math.max(1, rows.length)
    const records = rows.reduce((sum, row) => sum + row.records, 0)
    const seconds = Math.round((Date.now() - began) / 1000)
    if (share >= 1 && rows.every(row => row.running === null)) {
      if (last !== '') terminal.note(`All systems are read: ${records.toLocaleString('en')} records.`)
      clearInterval(timer)
      return
    }
    const left =
      share > 0.02 ? `, about ${Math.max(1, Math.round((seconds * (1 - share)) / share))} s left` : ''
    const line = `Reading the systems: ${Math.floor(share * 100)} % of history, ${records.toLocaleString('en')} records${left}`
    if (line !== last) terminal.note(line)
    last = line
  }
  const timer = setInterval(() => void look().catch(() => undefined), 5_000)
  timer.unref()
}
