import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addDays, type Day } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { makeDataFolder } from '#server/lock.ts'
import type { Terminal } from './terminal.ts'

/** The company of a demo: made once, the same at every start, and trading on from there. */
export interface Made {
  seed: number
  days: number
  until: Day
  /** Something is wrong with it now; absent in folders made before there was. */
  unsolved?: boolean
}

/** What the systems say of themselves: their address, and what one gives to connect to them. */
export interface Systems {
  url: string
  connections: { vendor: string; label: string; credentials: Record<string, string> }[]
}

/**
 * Plays the made-up company's systems in a process of their own, connects to them by the same door as everyone, and serves what
 * comes in, everybody signed in as the owner. The first figures stand within a minute; the rest comes in while one looks.
 */
export async function demoCompany(
  terminal: Terminal,
  flags: { port?: number; days?: number },
): Promise<void> {
  makeDataFolder(terminal.folder)
  const made = companyOf(terminal.folder, flags.days ?? 1096)
  const systems = await playing(terminal, made)
  try {
    // Loaded and opened while the systems start.
    const { serveCompany } = await import('./demo-serve.ts')
    await serveCompany(terminal, flags, made, systems.answer)
  } finally {
    systems.process.kill()
  }
}

function companyOf(folder: string, days: number): Made {
  const path = join(folder, 'company.json')
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Made
  const until = addDays(new Date().toISOString().slice(0, 10), -1)
  const made: Made = { seed: 1, days, until, unsolved: true }
  writeFileSync(path, JSON.stringify(made))
  return made
}

/** The port the systems answer on: the same at every start, as it stands in the connections. */
async function portIn(folder: string): Promise<number> {
  const place = join(folder, 'systems.json')
  const { freePort } = await import('#server/listen.ts')
  if (existsSync(place)) {
    const { port } = JSON.parse(readFileSync(place, 'utf8')) as { port: number }
    return freePort('127.0.0.1', port).catch(cause => {
      throw new Failure('conflict', `Port ${port}, on which the systems of this demo answer, is taken.`, {
        next: 'Stop what uses it (a copy of this demo perhaps), or begin another demo with --data and a new folder.',
        cause,
      })
    })
  }
  const port = await freePort('127.0.0.1')
  writeFileSync(place, JSON.stringify({ port }))
  return port
}

/** Starts the systems; `answer` is theirs once they are up. */
async function playing(
  terminal: Terminal,
  made: Made,
): Promise<{ process: ChildProcess; answer: Promise<Systems> }> {
  const words = ['simulate', '--json', '--live', '--leashed', '--port', String(await portIn(terminal.folder))]
  const company = ['--seed', String(made.seed), '--days', String(made.days), '--until', made.until]
  if (made.unsolved) company.push('--unsolved')
  // They make much that is thrown away at once: more room for that halves the time spent on clearing up.
  const node = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64']
  const child = spawn(
    process.execPath,
    [...node, join(terminal.home, 'src', 'cli.ts'), ...words, ...company],
    {
      // The open input is its leash: however this process ends, the system closes it.
      stdio: ['pipe', 'pipe', 'inherit'],
      env: terminal.env,
    },
  )
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
