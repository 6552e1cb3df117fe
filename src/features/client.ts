import type { Client as Door } from '@orpc/client'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import type { DimensionInfo, Explanation, RowsRequest } from '#metrics/engine.ts'
import type { Answer, Definition, Query } from '#metrics/query.ts'
import type { StoreSetting } from '#metrics/world.ts'

type Call<In, Out> = Door<Record<never, never>, In, Out, Error>

/** What the screens call. */
export type Client = {
  performance: {
    query: Call<Query, Answer>
    explain: Call<Query, Explanation>
    rows: Call<RowsRequest, { table: string; columns: string[]; rows: (string | null)[][]; count: number }>
    definitions: Call<Record<never, never>, { metrics: Definition[]; dimensions: DimensionInfo[] }>
    export: Call<{ query: Query; format: 'csv' | 'xlsx' }, File>
    values: Call<{ dimension: string; search: string }, string[]>
  }
  settings: {
    read: Call<
      Record<never, never>,
      {
        stores: StoreSetting[]
        currency: string | null
        targets: { name: string; metric: string }[]
        demo: { attribution: string } | null
      }
    >
  }
  members: {
    me: Call<
      Record<never, never>,
      { id: string; name: string; email: string; role: string; stores: 'all' | string[] }
    >
  }
}

/** The typed client of every operation. */
export const client: Client = createORPCClient(
  new RPCLink({
    url: () => new URL('/api/rpc', location.href).href,
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
