/**
 * What a reading gives, the next batch asked for while the last is stored: neither waits for the other. Two batches are
 * in memory at a time, so it is for those that are small. Leaving early waits for what was asked for; what fails ahead is
 * thrown in its turn, behind all that came before it.
 */
export async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const ask = () => {
    const next = source.next()
    // Whoever comes for it hears of it; until then it is nobody's unhandled failure.
    next.catch(() => undefined)
    return next
  }
  let next = ask()
  try {
    for (let { done, value } = await next; !done; { done, value } = await next) {
      next = ask()
      yield value
    }
  } finally {
    await source.return(undefined)
  }
}
