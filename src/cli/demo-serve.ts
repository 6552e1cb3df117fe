import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { type Client, operations } from '#features/operations.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { createLog } from '#server/log.ts'
import { serve } from '#server/serve.ts'
import type { Made, Systems } from './demo.ts'
import { backDays, importFiles, settle } from './demo-company.ts'
import type { ClientFor } from './demo-plan/desk.ts'
import { plan } from './demo-plan.ts'
import { derivingOn } from './print.ts'
import { announce, untilStopped, version } from './serve.ts'
import type { Terminal } from './terminal.ts'

const attribution = 'A made-up company: every name and figure comes from a seed.'
const owner: Actor = { kind: 'person', id: 'demo', name: 'Demo', role: 'owner', stores: 'all' }

/** Opens the demo's house, connects it to the company's systems where it is not, and serves it until it is told to stop. */
export async function serveCompany(
  terminal: Terminal,
  { port }: { port?: number },
  made: Made,
  systems: Promise<Systems>,
): Promise<void> {
  const env = { ...terminal.env, DATABASE_URL: undefined, WAREHOUSE_URL: undefined, PUBLIC_URL: undefined }
  const server = await serve(env, terminal.folder, {
    port,
    home: terminal.home,
    version,
    log: createLog(terminal.env.LOG_LEVEL ?? 'warn'),
    onDerive: derivingOn(terminal),
    demo: { actor: owner, attribution },
    before: async house => {
      const client = createRouterClient(operations, { context: house.context(system('Demo')) })
      await connectAll(terminal, client, await systems, made)
      await settle(client, terminal.folder, made)
    },
  })
  const stopped = untilStopped(terminal, server)
  announce(terminal, server)
  const clientFor: ClientFor = (actor, day) => {
    const context = server.house.context(actor)
    // A day that is over, at this time of it: what is said after something else stays after it.
    const clock = () => new Date(`${day}${new Date().toISOString().slice(10)}`)
    return createRouterClient(operations, { context: day === undefined ? context : { ...context, clock } })
  }
  const client = clientFor(system('Demo'))
  const { url } = await systems
  const files = importFiles(client, terminal.folder, url).catch(error =>
    terminal.note(`The company’s files could not be imported: ${error.message}`),
  )
  watch(terminal, client, () =>
    files
      .then(() => planOnce(terminal, clientFor, made))
      .catch(error => terminal.note(`The company’s plan could not be made: ${error.message}`)),
  )
  await stopped
}

/** Makes the plan of the company; once it is whole it is whoever's who looks at it, whatever they take out of it. */
async function planOnce(terminal: Terminal, clientFor: ClientFor, made: Made): Promise<void> {
  const whole = join(terminal.folder, 'planned.json')
  if (existsSync(whole)) return
  await plan(clientFor, made)
  writeFileSync(whole, JSON.stringify({ at: new Date().toISOString() }))
  terminal.note('The company’s plan is made.')
}

/** Connects what is not connected yet: shops first, as the others belong to them. */
async function connectAll(
  terminal: Terminal,
  client: Client,
  { connections: ways }: Systems,
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

/** Says now and then how far the history has come, until all of it is in; then does what waits for it. */
function watch(terminal: Terminal, client: Client, then: () => void): void {
  const began = Date.now()
  /** Share that an earlier start had read. */
  let before: number | null = null
  let last = ''
  const look = async () => {
    const rows = await client.connections.systems()
    const share = rows.reduce((sum, row) => sum + row.history, 0) / Math.max(1, rows.length)
    const records = rows.reduce((sum, row) => sum + row.records, 0)
    const seconds = Math.round((Date.now() - began) / 1000)
    if (share >= 1 && rows.every(row => row.running === null)) {
      if (last !== '') terminal.note(`All systems are read: ${records.toLocaleString('en')} records.`)
      clearInterval(timer)
      then()
      return
    }
    before ??= share
    const read = share - before
    const left =
      read > 0.02 ? `, about ${Math.max(1, Math.round((seconds * (1 - share)) / read))} s left` : ''
    const line = `Reading the systems: ${Math.floor(share * 100)} % of history, ${records.toLocaleString('en')} records${left}`
    if (line !== last) terminal.note(line)
    last = line
  }
  const timer = setInterval(() => void look().catch(() => undefined), 5_000)
  timer.unref()
}
