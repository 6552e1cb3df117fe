import { Failure } from '#kernel/error.ts'
import type { HookState } from '#postgres/tables/connections.ts'
import { allConnections, type Connection, noteConnection } from './connected.ts'
import { connectorOf, reachOf, type SyncParts, troubleOf } from './round.ts'

/** Vendors drop subscriptions whose calls failed for a while: looked at daily. */
const daily = 86_400_000
/** What was refused is asked for again after this. */
const again = 3_600_000
/** Hundreds of projects or topics are asked about one by one. */
const patience = 300_000

/**
 * Asks the vendors of all connections that can tell of changes to do so at `address`: what is missing there is made,
 * what they dropped is made again. Those asked within a day at the same address are left alone. What a vendor says
 * against it stands at its connection; reading goes on at its times.
 */
export async function subscribeAll(parts: SyncParts, address: string, stop: AbortSignal): Promise<void> {
  for (const own of await allConnections(parts.ledger)) {
    if (stop.aborted) return
    if (own.state !== 'active' || !isDue(own.hooks, address, parts.clock().getTime())) continue
    const trouble = await subscribe(parts, own, address, stop)
    if (trouble === undefined || stop.aborted) continue
    const hooks: HookState = { address, at: parts.clock().toISOString(), trouble }
    await noteConnection(parts.ledger, own.id, { hooks })
  }
}

const isDue = (hooks: HookState | null, address: string, now: number): boolean =>
  hooks?.address !== address || Math.abs(now - Date.parse(hooks.at)) >= (hooks.trouble ? again : daily)

/** What the vendor says against it; null when it will tell; undefined when it never does. */
async function subscribe(
  parts: SyncParts,
  own: Connection,
  address: string,
  stop: AbortSignal,
): Promise<HookState['trouble'] | undefined> {
  try {
    const connector = connectorOf(parts.connectors, own.vendor)
    if (!connector.hooks) return undefined
    const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)])
    const credentials = parts.vault.unlock(own.id, own.credentials)
    const session = connector.open(credentials, reachOf(parts, own.given, signal))
    await connector.hooks.subscribe(session, `${address.replace(/\/$/, '')}/hooks/${own.id}`)
    return null
  } catch (error) {
    const helps = 'Check that PUBLIC_URL is an https address that leads here from the internet.'
    const next = error instanceof Failure ? error.next : undefined
    return { ...troubleOf(error, parts.clock()), next: next ?? helps }
  }
}
