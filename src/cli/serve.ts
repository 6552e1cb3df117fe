import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importOf, listImports, queueImport } from '#features/connections/history.ts'
import { type Actor, system } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { createLog } from '#server/log.ts'
import { type Server, serve } from '#server/serve.ts'
import type { House } from '#server/start.ts'
import { derivingOn, progressOn } from './print.ts'
import type { Terminal } from './terminal.ts'

interface ServeFlags {
  port?: number
  host?: string
}

export const version = '0.1.0'

/** Serves until it is told to stop. */
export async function start(terminal: Terminal, flags: ServeFlags): Promise<void> {
  const server = await serve(terminal.env, terminal.folder, {
    ...flags,
    home: terminal.home,
    version,
    log: createLog(terminal.env.LOG_LEVEL ?? 'info'),
    onDerive: derivingOn(terminal),
  })
  const stopped = untilStopped(terminal, server)
  announce(terminal, server)
  await stopped
}

/** What a data set of the project says about itself, beside its file. */
interface Manifest {
  file: string
  preset: string
  lines: number
  store: string
  name: string
  currency: string
  timezone: string
  attribution: string
}

/** Loads the demo data once and serves it on this machine, everybody signed in as its owner. */
export async function demo(terminal: Terminal, flags: ServeFlags): Promise<void> {
  const owner: Actor = { kind: 'person', id: 'demo', name: 'Demo', role: 'owner', stores: 'all' }
  const set = readManifest(terminal)
  // The demo is whole in its folder: no server of somebody's real installation is ever touched.
  const env = { ...terminal.env, DATABASE_URL: undefined, WAREHOUSE_URL: undefined, PUBLIC_URL: undefined }
  const server = await serve(env, terminal.folder, {
    port: flags.port,
    home: terminal.home,
    version,
    log: createLog(terminal.env.LOG_LEVEL ?? 'warn'),
    onDerive: derivingOn(terminal),
    demo: { actor: owner, attribution: set.attribution },
    before: house => load(terminal, house, set),
  })
  const stopped = untilStopped(terminal, server)
  announce(terminal, server)
  await stopped
}

const readManifest = (terminal: Terminal): Manifest =>
  JSON.parse(readFileSync(join(terminal.home, 'data', 'online-retail.json'), 'utf8')) as Manifest

/** Takes the data set in once; a start that was cut short goes on where it was. */
async function load(terminal: Terminal, house: House, set: Manifest): Promise<void> {
  const { ledger, actor } = house.context(system('demo'))
  const before = (await listImports(ledger, actor, 200)).filter(one => one.file === set.file)
  if (before.some(one => one.status === 'done')) return
  terminal.note(`Loading ${set.name}: ${set.lines.toLocaleString('en')} lines, once.`)
  const unfinished = before.find(one => one.status === 'queued' || one.status === 'running')
  const id = unfinished?.id ?? randomUUID()
  const { store, currency, timezone, name, preset } = set
  if (!unfinished)
    await queueImport(
      ledger,
      id,
      {
        path: join(terminal.home, 'data', set.file),
        fileName: set.file,
        preset,
        store,
        currency,
        timezone,
        by: 'demo',
      },
      { store, name, currency, timezone },
    )
  const line = progressOn(terminal.stderr)
  await house.runImport(id, line.show).finally(line.end)
  const { error, result } = await importOf(ledger, actor, id)
  if (error) throw new Failure('internal', error.message, { next: error.next })
  if (result)
    terminal.note(`${result.accepted.toLocaleString('en')} lines in ${result.seconds.toFixed(1)} s.`)
}

export function announce(terminal: Terminal, server: Server): void {
  const { url, setUpLink } = server
  terminal.out(terminal.json ? JSON.stringify({ url, setUpLink }) : `Quarterdeck is on ${url}`)
  if (setUpLink && !terminal.json) terminal.out(`Set up the first owner, once, within a day: ${setUpLink}`)
}

export async function untilStopped(terminal: Terminal, server: Server): Promise<void> {
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        // A second one does not wait.
        process.once(signal, () => process.exit(1))
        resolve()
      })
  })
  terminal.note('stopping …')
  await server.close()
  // An import that could not end in time goes on at the next start; it must not hold this process.
  setTimeout(() => process.exit(), 500).unref()
}
