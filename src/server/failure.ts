import { ORPCError, ValidationError } from '@orpc/server'
import { Failure, type FailureCode, failureCodes, failureIn, invalid } from '#kernel/error.ts'

interface Issue {
  code?: string
  message: string
  origin?: string
  minimum?: number | bigint
  maximum?: number | bigint
  path?: readonly (PropertyKey | { key: PropertyKey })[]
  /** Of something that may be one of several: what each of them refused. */
  errors?: readonly (readonly Issue[])[]
}

const isUnknownWord = (issue: Issue) => issue.code === 'unrecognized_keys'

/** What a schema says of something that is not there, besides what is said of inputs as a whole. */
const absent = new Set(['invalid_type', 'invalid_value', 'invalid_union', 'invalid_format'])

/** What stands in an input at the place of an issue; undefined where nothing does. */
const givenAt = (input: unknown, path: Issue['path'] = []): unknown =>
  path.reduce<unknown>(
    (at, part) =>
      (at as Record<PropertyKey, unknown> | null | undefined)?.[typeof part === 'object' ? part.key : part],
    input,
  )

/**
 * An issue in the plainest words there are: of something that may be one of several, the misspelt word of the shape that
 * comes nearest says more than that none fits; what is not there at all is not of a wrong kind, whatever its schema says of
 * wrong ones.
 */
const plainest = (issue: Issue, input: unknown): Issue => {
  const [nearest] = [...(issue.errors ?? [])]
    .filter(one => one.some(isUnknownWord))
    .sort((a, b) => a.length - b.length)
  const word = nearest?.find(isUnknownWord)
  if (word) return { ...word, path: [...(issue.path ?? []), ...(word.path ?? [])] }
  if (absent.has(issue.code ?? '') && issue.path?.length && givenAt(input, issue.path) === undefined)
    return { ...issue, message: 'is missing' }
  return { ...issue, message: worded(issue) }
}

/** Zod's own words for what is too much or too little, as one would say them. */
function worded({ message, code, origin, minimum, maximum }: Issue): string {
  const things = origin === 'array' ? ' entries' : origin === 'string' ? ' characters' : ''
  if (code === 'too_big' && /^Too big/.test(message)) return `is at most ${maximum}${things}`
  if (code === 'too_small' && /^Too small/.test(message)) return `is at least ${minimum}${things}`
  return message
}

const where = (issue: Issue | undefined): string =>
  (issue?.path ?? []).map(part => String(typeof part === 'object' ? part.key : part)).join('.')

/** What the ledger refuses to hold of what it was handed, by PostgreSQL's own codes: the asker's doing. */
const nul = () =>
  invalid('A text holds a character that cannot be kept (NUL).', 'Take it out and send it again.')
const unkept: Record<string, (said: string) => Failure> = {
  '22021': nul,
  // The same within JSON.
  '22P05': nul,
  '22003': () => invalid('A number is larger than can be kept.', 'Send a smaller one.'),
  // Of JSON: half of a pair of surrogates, which no text is.
  '22P02': said =>
    /\bjson\b/.test(said)
      ? invalid('A text holds half a character.', 'Take it out and send it again.')
      : new Failure('not_found', 'There is nothing of that id.', { next: 'Take ids from the lists.' }),
}

const unkeptOf = (error: unknown): Failure | undefined => {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown }
    if (typeof code === 'string' && Object.hasOwn(unkept, code)) return unkept[code]?.(at.message)
  }
  return undefined
}

/** What a shape refuses is said without a full stop, and more follows. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** Any error as a Failure. What is not one of ours is our own fault and says no more than that. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ORPCError) {
    if (error.cause instanceof Failure) return error.cause
    if (error.cause instanceof ValidationError && error.status < 500) {
      // A misspelt word explains the one that is missing.
      const { data } = error.cause
      const issues = (error.cause.issues as readonly Issue[])
        .map(issue => plainest(issue, data))
        .sort((a, b) => Number(isUnknownWord(b)) - Number(isUnknownWord(a)))
      const [first] = issues
      const place = where(first)
      return new Failure(
        'invalid',
        `${place ? `${place}: ` : ''}${first?.message ?? 'The input is not understood.'}`,
        {
          next: 'Compare with the operation in /api/docs.',
          details: { issues: issues.map(issue => ({ path: where(issue), message: issue.message })) },
          cause: error,
        },
      )
    }
    const code = codeOf(error)
    if (code !== 'internal') return new Failure(code, error.message, { ...toldIn(error), cause: error })
  }
  const inside = failureIn(error) ?? unkeptOf(error)
  if (inside) return inside
  return new Failure('internal', 'Something went wrong on our side.', {
    next: 'Try again; if it stays, the log tells more under the request id.',
    cause: error,
  })
}

/** What `orpcErrorOf` puts beside the message of a failure, as a server's answer brings it back. */
const toldIn = ({
  data,
}: ORPCError<string, unknown>): { next?: string; details?: Record<string, unknown> } => {
  const { next, details } = (data ?? {}) as Record<string, unknown>
  return {
    ...(typeof next === 'string' && { next }),
    ...(typeof details === 'object' && details !== null && { details: { ...details } }),
  }
}

function codeOf(error: ORPCError<string, unknown>): FailureCode {
  if (error.code in failureCodes) return error.code as FailureCode
  if (error.status === 400) return 'invalid'
  const known = Object.entries(failureCodes).find(([, { status }]) => status === error.status)
  return (known?.[0] as FailureCode | undefined) ?? 'internal'
}

/**
 * A Failure as the procedures' own error, so that typed clients see code, status, message, the next step, and the id
 * of the request to quote.
 */
export const orpcErrorOf = (
  failure: Failure,
  request?: string,
): ORPCError<FailureCode, Record<string, unknown>> =>
  new ORPCError(failure.code, {
    status: failureCodes[failure.code].status,
    message: failure.message,
    data: {
      ...(failure.next && { next: failure.next }),
      ...(failure.details && { details: failure.details }),
      ...(request && { request }),
    },
    cause: failure,
  })

/** The answer to a failed request, in the form the path's own client reads. */
export function failedResponse(failure: Failure, path: string, request?: string): Response {
  const { status } = failureCodes[failure.code]
  const body = orpcErrorOf(failure, request).toJSON()
  const wait = failure.details?.retryAfter
  const headers = new Headers(typeof wait === 'number' ? { 'retry-after': String(wait) } : {})
  return Response.json(path.startsWith('/api/rpc') ? { json: body, meta: [] } : body, { status, headers })
}
