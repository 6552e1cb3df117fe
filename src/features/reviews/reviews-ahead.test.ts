import { describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { oneByOne } from '#features/one-by-one.ts'
import { type Actor, system } from '#kernel/actor.ts'
import type { Engine } from '#metrics/engine.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'
import { mondayOf } from './monday.ts'
import { reviewsAhead } from './reviews-ahead.ts'

describe('what reviews will ask', () => {
  const room = planRoom(ledgers[0] as (typeof ledgers)[number])
  const never = new AbortController().signal
  /** The room with its language listened to: how many were asked, at most at once, and how many were not from memory. */
  const listened = (actor: Actor) => {
    const context = room.context(actor)
    const heard = { asked: 0, fresh: 0, most: 0 }
    let open = 0
    const ask: Engine['ask'] = async (query, scope) => {
      heard.asked += 1
      open += 1
      heard.most = Math.max(heard.most, open)
      const answer = await context.metrics.ask(query, scope)
      open -= 1
      if (!answer.meta.cached) heard.fresh += 1
      return answer
    }
    return { heard, context: { ...context, metrics: { ...context.metrics, ask } } }
  }

  const calm = (context: Context, stop: AbortSignal): Context => ({
    ...context,
    metrics: oneByOne(context.metrics, stop),
  })

  it('is asked ahead one by one, and is there from memory for who opens them then', async () => {
    const ahead = listened(system('watch'))
    await reviewsAhead(calm(ahead.context, never))
    expect(ahead.heard.fresh).toBeGreaterThan(10)
    expect(ahead.heard.most).toBe(1)
    const opened = listened(room.people.cy)
    await mondayOf(opened.context)
    expect(opened.heard.asked).toBeGreaterThan(10)
    expect(opened.heard.most).toBeGreaterThan(1)
    expect(opened.heard.fresh).toBe(0)
  })

  it('is left when the house closes', async () => {
    const { heard, context } = listened(system('watch'))
    const closing = new AbortController()
    closing.abort()
    await expect(reviewsAhead(calm(context, closing.signal))).rejects.toThrow('aborted')
    expect(heard.asked).toBe(0)
  })
})
