const silent = 'The server does not answer.'

/** What keeps a question from the server, and what to do. */
const unheard = () =>
  navigator.onLine
    ? { message: silent, next: 'Check that Quarterdeck is running, then try again.' }
    : { message: 'This device is offline.', next: 'Connect it to the network, then try again.' }

/** Whether an answer came from what stands before the server, such as a proxy: its words tell nobody what to do. */
const foreign = (error: Error): boolean => {
  const { data } = error as { data?: unknown }
  // The client hands on whole what it cannot read of a refusal, and says why it can read nothing of an answer.
  return typeof data === 'object' && data !== null ? 'body' in data : error.cause !== undefined
}

/** The error of a wait that was given up, also where it broke off an answer that had begun. */
const givenUp = (error: Error): Error | undefined =>
  [error, error.cause].find(one => one instanceof Error && one.name === 'TimeoutError') as Error | undefined

/** Whether the server itself says that one may not see this, or not any more. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error && [401, 403].includes((error as { status?: number }).status ?? 0) && !foreign(error)

/** Whether an answer is missing because the server is silent or at fault: a refusal is an answer, and so is that there is no such thing. */
export const isFault = (error: unknown): boolean => {
  if (!(error instanceof Error) || error instanceof TypeError || givenUp(error)) return true
  const { status = 0 } = error as { status?: number }
  return status !== 404 && (foreign(error) || (status >= 500 && status !== 501))
}

interface Words {
  message: string
  next?: string
  request?: string
  /** One may not see or do this: to try it again is no help. */
  refused?: true
}

/** The errors that were put into words, which is done to show them. */
const said = new WeakSet<Error>()

/** Whether somebody shows this error: what no part of a screen shows, its foot does. */
export const isSaid = (error: unknown): boolean => error instanceof Error && said.has(error)

/** An error in words: what happened, the next step where it knows one, and the request to quote where it was our fault. */
export function words(error: unknown): Words {
  if (error instanceof Error) said.add(error)
  return plainWords(error)
}

/** The same of an error that somebody else ought to show. */
export function plainWords(error: unknown): Words {
  if (!(error instanceof Error)) return { message: String(error) }
  if (error instanceof TypeError) return unheard()
  const late = givenUp(error)
  if (late) return { message: late.message, next: 'Check that Quarterdeck is running, then try again.' }
  const { data, status = 0 } = error as { data?: { next?: unknown; request?: unknown }; status?: number }
  if (foreign(error))
    return status >= 500
      ? { message: silent, next: 'It may be starting: try again in a minute.' }
      : {
          message: status
            ? `Something before the server refused this (${status}).`
            : 'The answer cannot be read.',
          next: 'Reload the page; if it stays, ask whoever runs Quarterdeck or your network.',
        }
  return {
    message: error.message,
    ...(typeof data?.next === 'string' && { next: data.next }),
    ...(status === 403 && { refused: true as const }),
    ...(status >= 500 && typeof data?.request === 'string' && { request: data.request }),
  }
}
