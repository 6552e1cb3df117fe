import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import type { Engine } from '#metrics/engine.ts'
import { flashOf } from './flash.ts'
import { mondayOf } from './monday.ts'

/** The language asked one question at a time, so that who asks meanwhile waits for one at most; none after `stop`. */
function oneByOne(engine: Engine, stop: AbortSignal): Engine {
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

/**
 * Asks what the Monday pack and the daily flash of all stores ask, hundreds of questions, before somebody opens them: the
 * language remembers the answers until their days are loaded anew.
 */
export async function askAhead(context: Context, stop: AbortSignal): Promise<void> {
  const calm = { ...context, metrics: oneByOne(context.metrics, stop) }
  for (const read of [mondayOf, flashOf])
    try {
      await read(calm)
    } catch (error) {
      // Without a whole week there is no pack yet; who stops has other things to do.
      if (!(error instanceof Failure) && !stop.aborted) throw error
    }
}
