import { call } from '@orpc/server'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { versions } from '#postgres/tables/plan.ts'
import { actions, decks } from '#postgres/tables/reviews.ts'
import { ledgers } from '../../../test/ledgers.ts'
import type { Waiting } from './shape.ts'

// What is asked of the ledger is plain: one of them will do.
describe.each(ledgers.slice(0, 1))('what waits for somebody on $name', place => {
  let open: OpenLedger
  const person = (id: string, role: Role, stores: Actor['stores'] = 'all'): Actor => ({
    ...{ kind: 'person', id, name: id, role, stores },
  })
  const [ada, bo, cy] = [person('ada', 'director'), person('bo', 'contributor'), person('cy', 'lead')]
  const told = async (actor: Actor) => {
    const context = { actor, ledger: open.ledger, clock: () => new Date('2026-06-21T09:00:00Z') }
    const found: Waiting = await call(
      operations.reviews.waiting as never,
      {} as never,
      { context: context as unknown as Context } as never,
    )
    return found.rows.map(one => `${one.words}${one.late ? ' (overdue)' : ''}`)
  }

  beforeAll(async () => {
    open = await place.open()
    const action = (text: string, owner: string, due: string, more: object = {}) => ({
      ...{ id: text, deck: 'weekly', week: '2026-06-14', text, ownerId: owner, ownerName: owner, due },
      ...{ byId: 'ada', byName: 'ada', version: 1, updatedAt: '2026-06-14T00:00:00Z' },
      ...more,
    })
    await open.ledger.insert(decks).values({
      ...{ id: 'paris', name: 'Paris', stores: ['paris'], rule: { share: 1, money: 1 }, sections: [] },
      ...{ version: 1, updatedAt: '2026-06-14T00:00:00Z' },
    } as typeof decks.$inferInsert)
    await open.ledger
      .insert(actions)
      .values([
        action('Late', 'bo', '2026-06-19'),
        action('Today', 'bo', '2026-06-21'),
        action('Later', 'bo', '2026-06-22'),
        action('Long late', 'cy', '2026-06-01'),
        action('Done', 'bo', '2026-06-01', { doneAt: '2026-06-02T00:00:00Z' }),
        action('In Paris', 'bo', '2026-06-10', { deck: 'paris' }),
      ])
    const version = (id: string, more: object) => ({
      ...{ id, name: id, kind: 'budget', state: 'submitted', sheet: {}, createdBy: 'bo' },
      ...more,
    })
    await open.ledger
      .insert(versions)
      .values([
        version('FY27', { submittedBy: 'cy' }),
        version('Draft', { state: 'draft' }),
      ] as unknown as (typeof versions.$inferInsert)[])
    return () => open.close()
  }, 120_000)

  it('is their own actions that are due, and to who leads whatever is overdue', async () => {
    expect(await told(bo)).toEqual(['In Paris (overdue)', 'Late (overdue)', 'Today'])
    expect(await told(cy)).toEqual(['Long late (overdue)', 'In Paris (overdue)', 'Late (overdue)'])
  })

  it('is a plan that asks for approval, of who may give it and did not ask', async () => {
    expect(await told(ada)).toContain('FY27 asks for approval')
    expect(await told(cy)).not.toContain('FY27 asks for approval')
    expect((await told(ada)).join()).not.toContain('Draft')
  })

  it('is of the reviews one sees', async () => {
    expect(await told(person('bo', 'contributor', ['paris']))).toEqual(['In Paris (overdue)'])
    expect(await told(person('dee', 'director', ['lyon']))).toEqual([])
  })
})
