import { createRouterClient } from '@orpc/server'
import type { Client } from '#features/operations.ts'
import { rooms } from '#features/rooms.ts'
import { system } from '#kernel/actor.ts'
import { type House, openHouse } from '#server/start.ts'
import { derivingOn } from './print.ts'
import type { Terminal } from './terminal.ts'

/** The data folder opened by a command itself, and the operations on it. */
export interface OwnHouse {
  house: House
  client: Client
}

type Interceptors = NonNullable<Parameters<typeof createRouterClient<typeof rooms, never>>[1]>['interceptors']

/** Opens the data folder here, where no server holds it; whoever asks closes the house. */
export async function ownHouse(
  terminal: Terminal,
  modest: boolean,
  interceptors: Interceptors,
): Promise<OwnHouse> {
  const house = await openHouse(terminal.env, terminal.folder, {
    onError: error => terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    onDerive: derivingOn(terminal),
    modest,
  })
  const client = createRouterClient(rooms, {
    interceptors,
    context: house.context(system('command line')),
  })
  return { house, client }
}
