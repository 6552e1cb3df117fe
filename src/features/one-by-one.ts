import type { Engine } from '#metrics/engine.ts'

/** The language asked one question at a time, so that who asks meanwhile waits for one at most; none after `stop`. */
export function oneByOne(engine: Engine, stop: AbortSignal): Engine {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const asked = last.then(() => {
      stop.throwIfAborted()
      return ask()
    })
    last = asked.catch(() => undefined)
    return asked
  }
  return {
    ...engine,
    ask: (query, scope) => inTurn(() => engine.ask(query, scope)),
    parts: (query, least, scope) => inTurn(() => engine.parts(query, least, scope)),
  }
}
