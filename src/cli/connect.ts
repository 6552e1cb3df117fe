import { existsSync } from 'node:fs'
import { createORPCClient, onError } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { Client } from '#features/operations.ts'
import { Failure } from '#kernel/error.ts'
import { waitForLock } from '#server/lock.ts'
import type { House, HouseOptions } from '#server/start.ts'
import type { OwnHouse } from './own-house.ts'
import { asWrongUse, type Terminal } from './terminal.ts'

/** Runs an operation by its name, e.g. members.list. */
export type Run = (name: string, input: unknown) => Promise<unknown>

/** Input that an operation refuses is wrong use, whichever command brought it; what stands in a file that is looked at is not. */
const refused = (error: unknown, { path }: { next(): unknown; path?: readonly string[] }): never => {
  throw path?.join('.') === 'connections.preview' ? error : asWrongUse(error)
}

/** Commands that only ask: in a folder that is not there they find nothing, and it was probably another that was meant. */
const asking = new Set(['query', 'backup', 'metrics', 'connections', 'doctor', 'user list', 'mcp'])

/**
 * Gives the operations to a command: through the server that holds the data folder when one runs, else by opening
 * the folder here for as long as the command lasts. The same operations either way, as the local system. `asIs` leaves
 * refusals as the operations word them, where no person used a command wrongly. `waitSeconds`: for another command that
 * has the folder.
 */
export async function connected<T>(
  terminal: Terminal,
  command: string,
  work: (client: Client, run: Run, house: House | null) => Promise<T>,
  {
    modest = false,
    asIs = false,
    waitSeconds = 3600,
  }: Pick<HouseOptions, 'modest'> & { asIs?: boolean; waitSeconds?: number } = {},
): Promise<T> {
  if (asking.has(command) && !existsSync(terminal.folder))
    terminal.note(`note: ${terminal.folder} was not there: it is new and empty. --data names another.`)
  const turn = await waitForLock(terminal.folder, command, waitSeconds, holder => {
    terminal.note(`waiting for \`quarterdeck ${holder.command}\` (process ${holder.pid}) to finish …`)
    // What opening needs is loaded meanwhile, not while others wait for us.
    import('./own-house.ts').catch(() => undefined)
  })
  if ('holder' in turn) {
    const { url, token } = turn.holder
    const link = new RPCLink({
      interceptors: asIs ? [] : [onError(refused)],
      url: `${url}/api/rpc`,
      headers: { authorization: `Bearer ${token}` },
      fetch: (request, init) =>
        fetch(request, init).catch((cause: unknown) => {
          throw new Failure('unavailable', 'The server that holds the data folder has stopped.', {
            next: 'Ask again. A file it was importing goes on at its next start.',
            cause,
          })
        }),
    })
    const client: Client = createORPCClient(link)
    return work(client, runner(client), null)
  }
  let own: OwnHouse | undefined
  try {
    // Most of what the project is made of: whoever asks a server needs none of it.
    const { ownHouse } = await import('./own-house.ts')
    own = await ownHouse(terminal, modest, asIs ? [] : [onError(refused)])
    return await work(own.client, runner(own.client), own.house)
  } finally {
    await own?.house.close()
    turn.lock.release()
  }
}

const runner =
  (client: Client): Run =>
  (name, input) => {
    const found = name
      .split('.')
      .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], client)
    return (found as (input: unknown) => Promise<unknown>)(input)
  }
