import { failureOf, sentence } from '#server/failure.ts'

/** Control characters of a stranger's file must not drive the terminal; what is said in several lines stays so. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
export const safe = (text: string): string => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ')

/** What a command is handed: where the data is, and how to speak. Nothing in cli/ reads the environment itself. */
export interface Terminal {
  folder: string
  /** The project's own folder. */
  home: string
  json: boolean
  env: Readonly<Record<string, string | undefined>>
  /** Results, on stdout. */
  out(text: string): void
  /** Everything else, on stderr. */
  note(text: string): void
  stderr: NodeJS.WriteStream
}

/** The command was used wrongly: exit code 2. */
export class WrongUse extends Error {}

/** Marks a mistake in the flags as wrong use, whatever noticed it. */
export const asWrongUse = (error: unknown): unknown => {
  const failure = failureOf(error)
  return failure.code === 'invalid'
    ? new WrongUse([sentence(failure.message), failure.next].filter(Boolean).join(' '))
    : error
}

/** Says what went wrong and what to do next; gives the exit code. */
export function report(error: unknown, json: boolean, write: (text: string) => void): 1 | 2 {
  const failure = describe(error)
  write(
    json
      ? `${JSON.stringify({ error: failure })}\n`
      : `quarterdeck: ${safe(failure.message)}${failure.next ? `\n  ${safe(failure.next)}` : ''}\n`,
  )
  return error instanceof WrongUse ? 2 : 1
}

function describe(error: unknown): { code: string; message: string; next?: string } {
  if (error instanceof WrongUse) return { code: 'wrong_use', message: error.message }
  const failure = failureOf(error)
  // On one's own machine the true cause of our own fault is worth more than discretion.
  const message = failure.code === 'internal' && error instanceof Error ? error.message : failure.message
  return { code: failure.code, message, ...(failure.next && { next: failure.next }) }
}
