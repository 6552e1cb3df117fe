/**
 * Fetches, and gives up when the whole answer has not come within so many minutes.
 * @throws DOMException('TimeoutError') then, in words; `after` is what whoever asked should know besides.
 */
export async function within(
  minutes: number,
  request: Request,
  init?: RequestInit,
  after = '',
): Promise<Response> {
  const late = new AbortController()
  const stop = () => late.abort(request.signal.reason)
  if (request.signal.aborted) stop()
  request.signal.addEventListener('abort', stop)
  setTimeout(
    () =>
      late.abort(
        new DOMException(
          `The server has not answered for ${minutes} minutes.${after && ` ${after}`}`,
          'TimeoutError',
        ),
      ),
    minutes * 60_000,
  )
  return fetch(request, { ...init, signal: late.signal })
}
