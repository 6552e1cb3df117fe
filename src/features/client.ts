import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import type { Client } from './operations.ts'

/** The typed client of every operation. */
export const client: Client = createORPCClient(
  new RPCLink({
    url: () => new URL('/api/rpc', location.href).href,
    // Other sites cannot set it: the server believes a cookie only beside it.
    headers: { 'x-quarterdeck': '1' },
    fetch: (request, init) => fetch(request, init),
  }),
)

/** Query options for each operation, for TanStack Query. */
export const api = createTanstackQueryUtils(client)

/** Whether an error says that nobody is signed in (any more). */
export const isSignedOut = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 401

/** An error in words: what happened, and the next step where it knows one. */
export function words(error: unknown): { message: string; next?: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  if (error instanceof TypeError)
    return {
      message: 'The server does not answer.',
      next: 'Check that Quarterdeck is running, then try again.',
    }
  const data = (error as { data?: { next?: unknown } }).data
  return { message: error.message, ...(typeof data?.next === 'string' && { next: data.next }) }
}
