import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '#features/operations.ts'
import { Failure } from '#kernel/error.ts'
import type { House } from '#server/start.ts'
import { connected } from './connect.ts'
import { recordsTable } from './print.ts'
import { type Terminal, WrongUse } from './terminal.ts'

interface ConnectFlags {
  baseUrl?: string
  credential?: string[]
  store?: string
  name?: string
  privacy?: boolean
  backDays?: string
  test?: boolean
}

/** `name=value` pairs; a value of `@FILE` is not read: secrets come as they are. */
const credentialsOf = ({ credential = [], baseUrl }: ConnectFlags): Record<string, string> => {
  const pairs = credential.map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw new WrongUse(`--credential takes name=value, not "${text.slice(0, 20)}".`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return Object.fromEntries([...pairs, ...(baseUrl ? [['base_url', baseUrl] as const] : [])])
}

/** Connects a system, or with --test only tries the credentials. Reading is `sync`, or the server's business. */
export async function connect(terminal: Terminal, vendor: string, flags: ConnectFlags): Promise<void> {
  const credentials = credentialsOf(flags)
  const backDays = flags.backDays === undefined ? undefined : Number(flags.backDays)
  if (backDays !== undefined && !Number.isInteger(backDays))
    throw new WrongUse('--back-days takes a whole number.')
  await connected(terminal, 'connect', async client => {
    if (flags.test) {
      const tested = await client.connections.test({ vendor, credentials })
      return terminal.out(
        terminal.json ? JSON.stringify(tested) : `${tested.account} answers.\n${limits(tested)}`,
      )
    }
    const { store, name, privacy } = flags
    const made = await client.connections.connect({
      vendor,
      credentials,
      store,
      name,
      privacy,
      backDays,
      start: false,
    })

    if (terminal.json) return terminal.out(JSON.stringify(made))
    const shops = made.shops.map(shop => `${shop.name} (${shop.currency}, ${shop.timezone})`).join(', ')
    terminal.out(`Connected ${made.connection}${shops ? `: ${shops}` : ''}.`)
    if (made.limits.length > 0) terminal.out(limits(made))
    terminal.note(
      `Read it with \`quarterdeck sync --connection ${made.connection}\`; a server reads it by itself.`,
    )
  })
}

const limits = (tested: { limits: string[] }): string => tested.limits.map(limit => `  - ${limit}`).join('\n')

/** The quota that is used the most, as a share: the one a system would stop at. */
const fullest = (quotas: readonly { used: number; limit: number }[]): string => {
  const shares = quotas.filter(one => one.limit > 0).map(({ used, limit }) => used / limit)
  return shares.length > 0 ? `${Math.round(100 * Math.max(...shares))} %` : ''
}

/** Connected systems and how they stand. */
export async function list(terminal: Terminal): Promise<void> {
  await connected(terminal, 'connections', async client => {
    const rows = await client.connections.systems()
    if (terminal.json) return terminal.out(JSON.stringify(rows))
    if (rows.length === 0) return terminal.out('Nothing is connected. See `quarterdeck connect --help`.')
    terminal.out(
      recordsTable(
        rows.map(row => ({
          connection: row.id,
          system: row.vendorName,
          stores: row.stores,
          state: row.state,
          history: `${Math.floor(row.history * 100)} %`,
          records: row.records.toLocaleString('en'),
          quota: fullest(row.quotas?.list ?? []),
          says: row.says,
        })),
      ),
    )
  })
}

/** Reads what is connected, to the end: all of history the first time, then what changed. */
export async function sync(terminal: Terminal, flags: { connection?: string[] }): Promise<void> {
  const work = async (client: Client, _: unknown, house: House | null): Promise<void> => {
    const rows = await client.connections.systems()
    const wanted = flags.connection ?? rows.filter(row => row.state !== 'paused').map(row => row.id)
    const strange = wanted.find(id => !rows.some(row => row.id === id))
    if (strange)
      throw new WrongUse(
        `There is no connection ${strange}. There are ${rows.map(row => row.id).join(', ') || 'none yet'}.`,
      )
    if (house) {
      // Several at a time: each waits for its vendor most of the while.
      const queue = [...wanted]
      const reading = async (): Promise<void> => {
        for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
          terminal.note(`${id}: reading …`)
          const result = await house.syncs.round(id, { all: true, whole: true })
          for (const { stream, trouble } of result.troubles)
            terminal.note(
              `${id}${stream ? ` ${stream}` : ''}: ${trouble.message} ${trouble.next ?? ''}`.trimEnd(),
            )
          terminal.note(`${id}: ${result.records.toLocaleString('en')} records.`)
        }
      }
      await Promise.all([reading(), reading(), reading()])
    } else await through(client, wanted, terminal)
    const after = (await client.connections.systems()).filter(row => wanted.includes(row.id))
    if (terminal.json) terminal.out(JSON.stringify(after))
    else
      terminal.out(
        recordsTable(after.map(({ id, records, state, says }) => ({ connection: id, records, state, says }))),
      )
    const troubled = after.filter(row => row.state === 'trouble' || row.state === 'held')
    if (troubled.length > 0)
      throw new Failure(
        'unavailable',
        `Not everything could be read: ${troubled.map(row => row.id).join(', ')}.`,
        {
          next: 'What was read is stored. See `quarterdeck connections` for each; then sync again.',
        },
      )
  }
  await connected(terminal, 'sync', work, { modest: true })
}

/** Has the running server read, and waits until it has. */
async function through(client: Client, wanted: readonly string[], terminal: Terminal): Promise<void> {
  const asked = Date.now()
  for (const connection of wanted) await client.connections.sync({ connection })
  const left = new Set(wanted)
  while (left.size > 0) {
    await sleep(1000)
    for (const row of await client.connections.systems()) {
      const read = row.lastAt !== null && Date.parse(row.lastAt) >= asked - 1000
      // What was wrong before says nothing of this reading.
      const wrong = [row.trouble, ...row.streams.map(one => one.trouble)].some(
        one => one && Date.parse(one.at) >= asked - 1000,
      )
      if (!left.has(row.id) || row.running || ((row.history < 1 || !read) && !wrong)) continue
      left.delete(row.id)
      terminal.note(`${row.id}: ${row.says}`)
    }
  }
}
