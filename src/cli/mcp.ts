import { setTimeout as sleep } from 'node:timers/promises'
import { operationsOf } from '#features/base.ts'
import { operations } from '#features/operations.ts'
import { failureOf } from '#server/failure.ts'
import { mcpServer, type Run, serveStdio } from '#server/mcp.ts'
import { connected } from './connect.ts'
import type { Terminal } from './terminal.ts'

/** A call that may follow at once finds the folder open; whoever waits for it, a server that starts too, waits no longer. */
const idleMs = 2_000

/** What else holds the folder for longer is told, instead of leaving an agent without an answer. */
const waitSeconds = 60

/**
 * Speaks MCP with whoever started us. Stdout belongs to the protocol. An agent's program keeps us for as long as it runs:
 * the data folder is taken for calls only, so that a server, other commands and other agents get their turn.
 */
export async function mcp(terminal: Terminal): Promise<void> {
  const { run, close } = perCall(terminal)
  await serveStdio(track => mcpServer(operationsOf(operations), { role: 'owner' }, run, { track }))
  await close()
}

interface Turn {
  run: Run
  leave(): void
  /** The folder is free again. */
  left: Promise<void>
}

/** Runs operations on the folder, or through the server that holds it then, and lets go of it when none was asked for a while. */
function perCall(terminal: Terminal): { run: Run; close(): Promise<void> } {
  let turn: Promise<Turn> | null = null
  let left: Promise<void> = Promise.resolve()
  let asked = 0
  let calls = 0
  const open = async (): Promise<Turn> => {
    await left
    return new Promise<Turn>((resolve, reject) => {
      const held = connected(
        terminal,
        'mcp',
        (_client, run) => new Promise<void>(leave => resolve({ run, leave, left: held })),
        { asIs: true, waitSeconds },
      )
      held.catch(reject)
    })
  }
  const close = async () => {
    const mine = turn
    turn = null
    const opened = await mine?.catch(() => null)
    if (!opened) return
    opened.leave()
    await opened.left.catch(() => undefined)
  }
  const run: Run = async (name, input) => {
    asked++
    calls++
    try {
      turn ??= open()
      const mine = turn
      const opened = await mine.catch(error => {
        if (turn === mine) turn = null
        throw error
      })
      return await opened.run(name, input)
    } catch (error) {
      // A server that has stopped is not asked again: the next call finds who has the folder then.
      if (asked === 1 && failureOf(error).code === 'unavailable') left = close()
      throw error
    } finally {
      asked--
      const at = calls
      void sleep(idleMs, null, { ref: false }).then(() => {
        if (asked === 0 && at === calls) left = close()
      })
    }
  }
  return { run, close: () => left.then(close) }
}
