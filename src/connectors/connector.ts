/** What a connector may touch of the world. Everything that waits or asks goes through it. */
export interface Reach {
  fetch: typeof fetch
  /** ms since 1970, UTC. */
  now(): number
  /** Rejects when the turn is stopped. */
  sleep(ms: number): Promise<void>
  /** Aborted when the turn is stopped: paused, disconnected, or the house closes. */
  signal: AbortSignal
  /** Hosts of addresses the owner allowed besides the vendor's own, such as that of a base URL given by hand. */
  allowed: ReadonlySet<string>
}
