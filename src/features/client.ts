import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { createTanstackQueryUtils, TANSTACK_QUERY_OPERATION_CONTEXT_SYMBOL } from '@orpc/tanstack-query'
import { within } from '#ui/within.ts'
import type { Client } from './operations.ts'

export { words } from '#ui/words.ts'

/**
 * How long an answer is waited for, in minutes. What a screen reads is asked again by a press, and the longest question of a
 * large company takes a minute or two, also behind others; acts and files may take far longer, and are not to be begun twice.
 */
const minutes = { reading: 5, acting: 60 } as const

const isReading = (context: object) =>
  (context as { [TANSTACK_QUERY_OPERATION_CONTEXT_SYMBOL]?: { type?: string } })[
    TANSTACK_QUERY_OPERATION_CONTEXT_SYMBOL
  ]?.type === 'query'

/** The typed client of every operation. */
export const client: Client = createORPCClient(
  new RPCLink({
    url: () => new URL('/api/rpc', location.href).href,
    // Other sites cannot set it: the server believes a cookie only beside it.
    headers: { 'x-quarterdeck': '1' },
    fetch: (request, init, { context }) =>
      isReading(context)
        ? within(minutes.reading, request, init)
        : within(
            minutes.acting,
            request,
            init,
            'Whether it was done is not known: look before you do it again.',
          ),
  }),
)

/** Query options for each operation, for TanStack Query. */
export const api = createTanstackQueryUtils(client)

/** Whether an error says that nobody is signed in (any more). */
export const isSignedOut = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 401

type Outcome<T> = { ok: true; value: T } | { ok: false; message: string }

/** What sign-in refuses, in words. */
const known: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'That e-mail and password do not belong together. Check both and try again.',
  INVALID_EMAIL: 'That is not an e-mail address.',
  INVALID_CODE: 'That code is not right. Codes change every 30 seconds; try the one shown now.',
  INVALID_TWO_FACTOR_COOKIE: 'That took too long. Sign in with your password again.',
  INVALID_BACKUP_CODE: 'That recovery code is not right, or has been used.',
  INVALID_PASSWORD: 'That is not your password.',
  INVALID_TOKEN: 'This link cannot be used: it was used already, or has expired. Ask for a new one.',
  PASSWORD_TOO_SHORT: 'That password is too short. Use at least 12 characters.',
  PASSWORD_TOO_LONG: 'That password is too long.',
  EMAIL_NOT_VERIFIED: 'That address has not been confirmed yet. Use the link that was mailed to you.',
}

/** Posts to one of sign-in's own paths and gives its answer, or what went wrong in a sentence. */
export async function post<T>(path: string, body: Record<string, unknown>): Promise<Outcome<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // Short questions all: who is at the door is told soon that nobody answers.
      signal: AbortSignal.timeout(60_000),
    })
    const answer = (await response.json().catch(() => null)) as Record<string, unknown> | null
    if (response.ok) return { ok: true, value: answer as T }
    if (response.status === 429) {
      const wait = Number(response.headers.get('retry-after') ?? response.headers.get('x-retry-after'))
      return {
        ok: false,
        message: `Too many attempts. Wait ${wait > 0 ? (wait < 90 ? `${Math.ceil(wait)} seconds` : `${Math.ceil(wait / 60)} minutes`) : 'a minute'}, then try again.`,
      }
    }
    const nested = (answer?.error ?? answer) as Record<string, unknown> | null
    const code = String(nested?.code ?? '')
    const said = [nested?.message, nested?.next].filter(text => typeof text === 'string' && text).join(' ')
    return { ok: false, message: known[code] ?? (said || `The server refused (${response.status}).`) }
  } catch {
    return {
      ok: false,
      message: 'The server does not answer. Check that Quarterdeck is running, then try again.',
    }
  }
}

/** By what one can sign in here besides a password, and whether a forgotten one is mailed a link. */
export const signInWays = async (): Promise<{ oidc: boolean; reset: boolean }> => {
  try {
    const ways = (await (await fetch('/api/auth/ways')).json()) as { oidc?: boolean; reset?: boolean }
    return { oidc: ways.oidc === true, reset: ways.reset === true }
  } catch {
    return { oidc: false, reset: false }
  }
}
