import { listening } from '#server/listen.ts'
import { createCompany } from '#simulators/company/company.ts'
import { armFault, simulate as play, ways } from '#simulators/index.ts'
import { createWorld } from '#simulators/world.ts'
import { asWrongUse, type Terminal, WrongUse } from './terminal.ts'

interface SimulateFlags {
  port?: number
  seed?: string
  days?: string
  scale?: string
  until?: string
  unsolved?: boolean
  fault?: string[]
  live?: boolean
  leashed?: boolean
}

const numberOf = (name: string, text: string | undefined, usual: number): number => {
  const value = text === undefined ? usual : Number(text)
  if (!Number.isFinite(value)) throw new WrongUse(`--${name} takes a number, not "${text}".`)
  return value
}

/** Plays the vendors of the made-up company over HTTP until it is stopped, and says how to connect to them. */
export async function simulate(terminal: Terminal, flags: SimulateFlags): Promise<void> {
  // Whoever started it may be killed without a word: then its input ends.
  if (flags.leashed)
    process.stdin
      .once('close', () => process.exit())
      .resume()
      .unref()
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const company = createCompany({
    seed: numberOf('seed', flags.seed, 1),
    days: numberOf('days', flags.days, 1096),
    scale: numberOf('scale', flags.scale, 1),
    unsolved: flags.unsolved ?? false,
    until: flags.until ?? yesterday,
  })
  const port = flags.port ?? 4700
  const world = createWorld(company, `http://127.0.0.1:${port}`, flags.live ? Date.now : undefined)
  const { app, simulators } = play(world)
  for (const name of flags.fault ?? []) {
    const [fault = '', times] = name.split('=')
    try {
      armFault({ world, simulators }, fault, times === undefined ? undefined : Number(times))
    } catch (error) {
      throw asWrongUse(error)
    }
  }
  const bound = await listening(app.fetch, '127.0.0.1', port)
  const address = `http://127.0.0.1:${bound.port}`
  world.url = address
  const connections = ways(world, simulators)
  if (terminal.json) terminal.out(JSON.stringify({ url: address, connections }))
  else {
    terminal.out(`The made-up company trades on ${address} (truth: ${address}/truth). Connect to it with:`)
    for (const { vendor, credentials } of connections) {
      const { base_url: base, ...rest }: Record<string, string> = credentials
      const given = Object.entries(rest).map(([name, value]) => `--credential ${name}=${quoted(value)}`)
      terminal.out(`  quarterdeck connect ${vendor} --base-url ${base} ${given.join(' ')}`)
    }
  }
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await bound.close()
  process.exit()
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
