import { type DestinationStream, type Logger, pino } from 'pino'

const names = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'key', 'secret', 'x-api-key']

/** The log: one line of JSON an event. What opens doors never gets into it. */
export const createLog = (level: string, to?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutValues },
      redact: { paths: names.flatMap(n => [`["${n}"]`, `*["${n}"]`, `*.*["${n}"]`]), censor: '•••' },
    },
    to ?? pino.destination(2),
  )

/**
 * An error as it is logged. A failed query carries the values it was asked with (hashes, tokens, addresses) in its
 * message, in fields and in its stack; of it stay the text of the query and the database's own reason.
 */
const withoutValues = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  return {
    type: error.name,
    message: error.message.split('\nparams:')[0],
    ...('code' in error && { code: error.code }),
    stack: error.stack
      ?.split('\n')
      .filter(line => /^\s+at /.test(line))
      .join('\n'),
    ...(error.cause !== undefined && { cause: withoutValues(error.cause) }),
  }
}
