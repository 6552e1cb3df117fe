import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { Failure } from '#kernel/error.ts'

/**
 * What a page may load: only from here. Mantine writes style elements, so styles may be inline; scripts may not.
 * Pictures may be data or blob: charts are saved as pictures in the browser.
 */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers every answer carries, and an id that ties it to its line in the log. */
export function securityHeaders(https: boolean): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.header('x-request-id')
    const id = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
    c.set('requestId', id)
    await next()
    const headers = c.res.headers
    headers.set('x-request-id', id)
    headers.set('content-security-policy', policy)
    headers.set('x-content-type-options', 'nosniff')
    headers.set('x-frame-options', 'DENY')
    headers.set('referrer-policy', 'same-origin')
    headers.set('cross-origin-opener-policy', 'same-origin')
    headers.set('cross-origin-resource-policy', 'same-origin')
    headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()')
    if (https) headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains')
    if (c.req.path.startsWith('/api/') && !headers.has('cache-control'))
      headers.set('cache-control', 'no-store')
  }
}

/**
 * Only names this server is known by are answered, so that another site cannot point its name at this
 * address and read along (DNS rebinding).
 */
export function knownHosts(hosts: ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    if (!hosts.has(hostName(c)))
      throw new Failure('forbidden', `This server is not known as ${hostName(c)}.`, {
        next: 'Set PUBLIC_URL to the address people use to reach it.',
      })
    await next()
  }
}

const hostName = (c: Context): string => {
  try {
    return new URL(`http://${c.req.header('host') ?? ''}`).hostname
  } catch {
    return ''
  }
}

/**
 * A browser sends cookies whoever asked; a key in a header was put there by who knows it. Another kind of authorization is
 * none: a browser sends Basic by itself too, for a proxy in front.
 */
export const carriesKey = (c: Context): boolean =>
  c.req.header('x-api-key') !== undefined || /^Bearer /i.test(c.req.header('authorization') ?? '')

/**
 * Cross-site forgery: a request that changes things and is recognised by its cookie must come from our own
 * page (its origin) and carry a header that other sites cannot set (`x-quarterdeck`).
 */
export function csrf(origins: ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(c.req.method) || carriesKey(c)) return next()
    if (isForeign(c, origins) || !c.req.header('x-quarterdeck'))
      throw new Failure('forbidden', 'The request does not come from a page of this server.', {
        next: 'Send it from the application, with the header x-quarterdeck: 1, or authenticate with an API key.',
      })
    await next()
  }
}

/**
 * What signs in and out needs no cookie to do harm: another site that holds a link could sign its visitor in as
 * somebody else. It must come from our own page, as JSON, which no form of another site can send.
 */
export function ownPageOnly(origins: ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    if (isForeign(c, origins))
      throw new Failure('forbidden', 'The request does not come from a page of this server.', {
        next: 'Open the sign-in page of this server itself.',
      })
    if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
      throw new Failure('invalid', 'Sign-in takes JSON only.', {
        next: 'Send the body as JSON, with content-type: application/json.',
      })
    await next()
  }
}

/** Whether the browser says that another site asked. */
const isForeign = (c: Context, origins: ReadonlySet<string>): boolean => {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  return (
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && !origins.has(origin) && origin !== selfOrigin(c))
  )
}

const selfOrigin = (c: Context): string => new URL(c.req.url).origin

/** What an operation is asked in: one JSON object, or a form where files go with it. Anything else is refused by its name. */
export const operationBody: MiddlewareHandler = async (c, next) => {
  const length = c.req.header('content-length')
  const type = c.req.header('content-type')?.split(';')[0]?.trim() ?? ''
  const sent = length !== '0' && (type || length || c.req.header('transfer-encoding'))
  if (sent && !/^(application\/(.+\+)?json|multipart\/form-data)$/.test(type))
    throw new Failure(
      'invalid',
      type ? `The body is sent as ${type}, which no operation takes.` : 'The body does not say what it is.',
      { next: 'Send one JSON object with content-type: application/json; with files, multipart/form-data.' },
    )
  await next()
}

/**
 * Takes a body of at most `bytes` in, by the announced length and by what really arrives, within a minute: who sends a byte
 * now and then holds nothing open. One that breaks off is the sender's doing, not ours.
 */
export function bodyLimit(bytes: number, withinMs = 60_000): MiddlewareHandler {
  return async (c, next) => {
    const { body } = c.req.raw
    if (!body) return next()
    if (Number(c.req.header('content-length') ?? Number.NaN) > bytes) throw tooLarge(bytes)
    const reader = body.getReader()
    let late: NodeJS.Timeout | undefined
    const deadline = new Promise<never>((_, reject) => {
      late = setTimeout(
        () =>
          reject(
            new Failure('invalid', `The body was not whole within ${Math.ceil(withinMs / 1000)} seconds.`, {
              next: 'Send it again at once.',
            }),
          ),
        withinMs,
      )
    })
    const parts: Uint8Array[] = []
    try {
      for (let size = 0; ; ) {
        const { done, value } = await Promise.race([reader.read(), deadline])
        if (done) break
        size += value.length
        if (size > bytes) throw tooLarge(bytes)
        parts.push(value)
      }
    } catch (error) {
      if (error instanceof Failure) throw error
      throw new Failure('invalid', 'The request broke off before its body was whole.', {
        next: 'Send it again.',
        cause: error,
      })
    } finally {
      clearTimeout(late)
    }
    c.req.raw = new Request(c.req.raw, { body: Buffer.concat(parts) })
    await next()
  }
}

export const tooLarge = (bytes: number): Failure =>
  bytes < 1_048_576
    ? new Failure('too_large', `The body is over ${bytes / 1024} KB.`, { next: 'Send less.' })
    : new Failure('too_large', `The body is over ${(bytes / 1_048_576).toFixed(0)} MB.`, {
        next: 'Send less at once; files go to /api/uploads.',
      })

/**
 * A bucket per key that refills evenly; memory bounded by dropping full buckets. Gives 0 where one more is allowed, else how
 * many seconds until it is.
 */
export function limiter(perMinute: number, clock: () => number = Date.now): (key: string) => number {
  const buckets = new Map<string, { left: number; at: number }>()
  return key => {
    const now = clock()
    if (buckets.size > 10_000)
      for (const [name, bucket] of buckets) if (now - bucket.at > 60_000) buckets.delete(name)
    const bucket = buckets.get(key) ?? { left: perMinute, at: now }
    const left = Math.min(perMinute, bucket.left + ((now - bucket.at) / 60_000) * perMinute)
    const allowed = left >= 1
    buckets.set(key, { left: allowed ? left - 1 : left, at: now })
    return allowed ? 0 : Math.max(1, Math.ceil(((1 - left) * 60) / perMinute))
  }
}

/** Where the door tells sign-in the address a request came from; whatever a stranger put there is replaced. */
export const addressHeader = 'x-quarterdeck-address'

/** At most `perMinute` requests from one address. */
export function rateLimit(perMinute: number, address: (c: Context) => string): MiddlewareHandler {
  const wait = limiter(perMinute)
  return async (c, next) => {
    const seconds = wait(address(c))
    if (seconds > 0) {
      const long = seconds === 1 ? 'a second' : `${seconds} seconds`
      throw new Failure('limited', `Too many attempts. Wait ${long}, then try again.`, {
        details: { retryAfter: seconds },
      })
    }
    await next()
  }
}
