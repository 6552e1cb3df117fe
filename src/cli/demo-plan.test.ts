import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import type { Actor } from '#kernel/actor.ts'
import { versionsCarried } from '#metrics/plans.ts'
import { ledgers } from '../../test/ledgers.ts'
import { planRoom } from '../../test/plan-room.ts'
import { plan } from './demo-plan.ts'

describe('the budget of the demo', () => {
  const [place] = ledgers
  if (!place) throw new Error('there is no ledger')
  const room = planRoom(place)
  const clientFor = (actor: Actor) => createRouterClient(operations, { context: room.context(actor) })
  const made = { seed: 1, days: 900, until: '2026-06-20' }

  it('is approved by another than asks for it, is what figures are held against, and is made once', async () => {
    await plan(clientFor, made)
    await plan(clientFor, made)
    const versions = await room.run(operations.plan.versions, {})
    expect(versions).toMatchObject([
      { id: 'Budget-2026', name: 'Budget 2026, demo', state: 'approved', createdBy: 'Nora Finch (made up)' },
    ])
    const { granary } = room.context(room.people.ada)
    expect(await versionsCarried(granary, 'net_sales')).toEqual(['Budget-2026'])
  })
})
