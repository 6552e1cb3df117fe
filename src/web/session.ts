/** The requests of the sign-in pages: better-auth's own paths, each answered in words. */

export type Outcome<T> = { ok: true; value: T } | { ok: false; message: string }

const known: Readonly<Record<string, string>> = {
  INVALID_EMAIL_OR_PASSWORD: 'That e-mail and password do not belong together. Check both and try again.',
  INVALID_EMAIL: 'That is not an e-mail address.',
  INVALID_CODE: 'That code is not right. Codes change every 30 seconds; try the one shown now.',
  INVALID_TWO_FACTOR_COOKIE: 'That took too long. Sign in with your password again.',
  INVALID_BACKUP_CODE: 'That recovery code is not right, or has been used.',
  PASSWORD_TOO_SHORT: 'That password is too short. Use at least 12 characters.',
  PASSWORD_TOO_LONG: 'That password is too long.',
  EMAIL_NOT_VERIFIED: 'That address has not been confirmed yet. Use the link that was mailed to you.',
}

/** Posts to the server and gives its answer, or what went wrong in a sentence. */
export async function post<T>(path: string, body: Record<string, unknown>): Promise<Outcome<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
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

/**
 * Where to go after signing in: only ever a place inside. Browsers drop tabs and line ends and read \\ as /, so the address
 * is resolved as they do before it is judged.
 */
export const safeBack = (back: string | undefined): string => {
  const inside = 'http://inside.invalid'
  if (!back?.startsWith('/') || !URL.canParse(back, inside)) return '/'
  const { origin, pathname, search, hash } = new URL(back, inside)
  // A path that begins with two slashes would be a host when it is used as an address again.
  return origin === inside && !pathname.startsWith('//') ? pathname + search + hash : '/'
}
