import { and, eq, inArray, lt } from 'drizzle-orm'
import type { Credentials, HookAnswer, HookRequest } from '#connectors/connector.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { connections, hooksTaken, streams } from '#postgres/tables/connections.ts'
import { connectionOf, noteConnection } from './connected.ts'
import { connectorOf, type SyncParts } from './round.ts'

/** As long as any vendor sends the same again. */
const remembered = 14 * 86_400_000

/**
 * Takes a webhook: verified, known once, and never believed: it only makes the streams it names due at once, and what
 * changed is read from the vendor.
 */
export async function takeHook(
  parts: SyncParts,
  id: string,
  request: HookRequest,
): Promise<HookAnswer & { hurry: readonly string[] }> {
  const { ledger, vault, clock } = parts
  const own = await connectionOf(ledger, id).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'not_found') return null
    throw error
  })
  // Whoever is told that nobody lives here any more stops calling.
  if (!own) return { status: 410, hurry: [] }
  const { hooks } = connectorOf(parts.connectors, own.vendor)
  if (!hooks) return { status: 404, hurry: [] }
  const credentials = vault.unlock(id, own.credentials)
  const answer = hooks.receive(request, credentials, clock().getTime())
  if (answer.keep) await keepCredentials(parts, id, answer.keep)
  const hurry = answer.hurry ?? []
  if (answer.status >= 300 || hurry.length === 0) return { ...answer, hurry: [] }
  const at = clock()
  // Known as taken and due at once, or neither: what is cut short between them is sent again, and must not be passed over.
  const isNew = await ledger.transaction(async tx => {
    const open = tx as unknown as Ledger
    if (answer.id !== undefined) {
      const [fresh] = await open
        .insert(hooksTaken)
        .values({ connection: id, id: answer.id, at: at.toISOString() })
        .onConflictDoNothing()
        .returning()
      if (!fresh) return false
      // Now and then what is too old to come again is forgotten.
      if (at.getTime() % 100 === 0)
        await open
          .delete(hooksTaken)
          .where(lt(hooksTaken.at, new Date(at.getTime() - remembered).toISOString()))
    }
    await hurryStreams(open, id, hurry, at)
    return true
  })
  return { ...answer, hurry: isNew ? hurry : [] }
}

/** Lays what a vendor handed over beside the credentials as they are now: others may have been given meanwhile. */
const keepCredentials = ({ ledger, vault }: SyncParts, id: string, more: Credentials): Promise<void> =>
  ledger.transaction(async tx => {
    const [row] = await tx.select().from(connections).where(eq(connections.id, id)).for('update')
    if (!row) return
    const credentials = vault.lock(id, { ...vault.unlock(id, row.credentials), ...more })
    await tx.update(connections).set({ credentials }).where(eq(connections.id, id))
  })

/** Makes streams due at once, and their connection with them. */
export async function hurryStreams(
  ledger: Ledger,
  id: string,
  names: readonly string[],
  at: Date,
): Promise<void> {
  const nextAt = at.toISOString()
  await ledger
    .update(streams)
    .set({ nextAt })
    .where(and(eq(streams.connection, id), inArray(streams.stream, [...names])))
  await noteConnection(ledger, id, { nextAt })
}
