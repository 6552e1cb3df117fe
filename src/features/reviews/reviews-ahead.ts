import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import { flashOf } from './flash.ts'
import { mondayOf } from './monday.ts'

/**
 * Asks what the Monday pack and the daily flash of all stores ask, hundreds of questions, before somebody opens them: the
 * language remembers the answers until their days are loaded anew.
 */
export async function reviewsAhead(context: Context): Promise<void> {
  for (const read of [mondayOf, flashOf])
    try {
      await read(context)
    } catch (error) {
      // Without a whole week there is no pack yet.
      if (!(error instanceof Failure)) throw error
    }
}
