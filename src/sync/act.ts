import type { Act } from '#connectors/connector.ts'
import { Postponed } from '#connectors/http.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { connectionOf } from './connected.ts'
import { connectorOf, reachOf, type SyncParts } from './round.ts'

const patience = 60_000

/**
 * Does one act at a connected task system. The same key again makes nothing twice: it finds what it made.
 * @throws Failure in words: what is not there, what the vendor says against it, or that it does not answer
 */
export async function actAt(parts: SyncParts, id: string, act: Act): Promise<{ id: string; url: string }> {
  const own = await connectionOf(parts.ledger, id)
  const connector = connectorOf(parts.connectors, own.vendor)
  if (!connector.act)
    throw invalid(`Nothing is made in ${connector.name} from here.`, 'Choose a task system.')
  if (own.state === 'paused') throw new Failure('conflict', `${id} is paused.`, { next: 'Resume it first.' })
  const session = connector.open(
    parts.vault.unlock(id, own.credentials),
    reachOf(parts, own.given, AbortSignal.timeout(patience)),
  )
  try {
    return await connector.act(session, act)
  } catch (error) {
    if (error instanceof Failure) throw error
    const why =
      error instanceof Postponed ? 'asks us to wait' : `does not answer: ${(error as Error).message}`
    throw new Failure('unavailable', `${connector.name} ${why}.`, {
      next: 'Try again in a few minutes: what was made meanwhile is found, not made twice.',
      cause: error,
    })
  }
}
