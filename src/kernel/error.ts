/** What can go wrong, as a closed set. Doors translate: HTTP status, exit code, MCP error. */
export const failureCodes = {
  invalid: { status: 422, about: 'the request is understood but cannot be right' },
  unauthenticated: { status: 401, about: 'nobody is signed in' },
  forbidden: { status: 403, about: 'this person may not do this' },
  not_found: { status: 404, about: 'no such thing' },
  conflict: { status: 409, about: 'the thing changed meanwhile, or exists already' },
  too_large: { status: 413, about: 'more than this door takes' },
  limited: { status: 429, about: 'too often; try again later' },
  unsupported: { status: 501, about: 'this installation cannot do this' },
  unavailable: { status: 503, about: 'a system behind us does not answer' },
  internal: { status: 500, about: 'our own fault' },
} as const

export type FailureCode = keyof typeof failureCodes

/**
 * The one error class. The message says what is wrong; `next` says what to do about it and is shown beside it.
 * `details` is safe to show to the caller: no secrets, no customer data.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly next: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(
    code: FailureCode,
    message: string,
    more: { next?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'Failure'
    this.code = code
    this.next = more.next
    this.details = more.details
  }
}

/** The Failure that an error is, or that a library has wrapped in one of its own. */
export const failureIn = (error: unknown): Failure | undefined => {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Failure) return at
  return undefined
}

/** Shorthand for the most common failure: bad input, with the next step. */
export const invalid = (message: string, next?: string, details?: Record<string, unknown>) =>
  new Failure('invalid', message, { ...(next && { next }), ...(details && { details }) })
