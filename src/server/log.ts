import { type DestinationStream, type Logger, pino } from 'pino'

const names = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'key', 'secret', 'x-api-key']

/** The log: one line of JSON an event. What opens doors never gets into it. */
export const createLog = (level: string, to?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: names.flatMap(n => [`["${n}"]`, `*["${n}"]`, `*.*["${n}"]`]), censor: '•••' },
    },
    to ?? pino.destination(2),
  )
