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

/** An error in words: what happened, the next step where it knows one, and the request to quote where it was our fault. */
export function words(error: unknown): { message: string; next?: string; request?: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  if (error instanceof TypeError) return unheard()
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
    ...(status >= 500 && typeof data?.request === 'string' && { request: data.request }),
  }
}
