import { call } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import type { Actor, Role } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { createEngine } from '#metrics/create-engine.ts'
import type { OpenLedger } from '#postgres/open.ts'
import { audit } from '#postgres/tables/members.ts'
import { actions } from '#postgres/tables/reviews.ts'
import { alerts } from '#postgres/tables/watch.ts'
import { ledgers } from '../../test/ledgers.ts'
import { type Played, played } from '../../test/played.ts'
import { readWorld } from './settings/world.ts'

const someone = (id: string, role: Role, stores: Actor['stores'] = 'all'): Actor => ({
  ...{ kind: 'person', id, name: id, role, stores },
})
const ada = someone('ada', 'contributor')

/** In whose writes the process dies before they are committed. */
const dying = someone('dying', 'contributor')

describe.each(['asana', 'trello'] as const)('a task in %s', vendor => {
  let open: OpenLedger
  let at: Played
  let project = ''
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  const run = (operation: unknown, input: unknown, actor = ada): Promise<any> => {
    const context = {
      ...{ actor, granary: at.granary, syncs: at.syncs },
      metrics: createEngine({ granary: at.granary, world: () => readWorld(open.ledger) }),
      clock: () => new Date(at.simulation.world.now()),
      enqueue: () => undefined,
      ...{ accounts: { url: 'https://deck.example' } },
    }
    const ledger =
      actor === dying
        ? Object.assign(Object.create(open.ledger), {
            transaction: () => Promise.reject(new Failure('unavailable', 'the process died')),
          })
        : open.ledger
    return call(operation as never, input as never, { context: { ...context, ledger } as never } as never)
  }
  const read = () => at.syncs.round(at.id, { all: true, whole: true })
  const listed = async (id: string) =>
    (await run(operations.connections.work, { search: id, limit: 1000 })).rows

  beforeAll(async () => {
    open = await (ledgers[0] as (typeof ledgers)[number]).open()
    at = await played(open, vendor)
    await read()
    const [place] = await run(operations.connections.taskPlaces, {})
    expect(place).toMatchObject({ connection: at.id, platform: vendor })
    project = place.projects[0]
    const saved = { byId: 'ada', byName: 'ada', updatedAt: '2026-11-15T00:00:00Z' }
    await open.ledger.insert(actions).values(
      ['Call the carrier', 'Mend the filter'].map((text, n) => ({
        ...{ id: `a${n}`, deck: 'weekly', week: '2026-11-15', text, due: '2026-11-20', ...saved },
        ...{ ownerId: 'bo', ownerName: 'Bo' },
      })),
    )
    await open.ledger.insert(alerts).values({
      ...{ id: 'x', rule: 'orders', metric: 'orders', slice: { store: 'home' }, stores: ['home'] },
      ...{ kind: 'silence', direction: 'below', since: '2026-11-14', until: null, seenOn: '2026-11-14' },
      ...{ score: 0.9, moneyPerDay: -90, currency: 'GBP', doubt: null, state: 'open' },
      finding: {
        unit: 'count',
        expected: 9,
        actual: 0,
        perDay: -9,
        causes: [],
        check: 'Place a test order.',
      },
      ...{ firstAt: '2026-11-15T00:00:00Z', updatedAt: '2026-11-15T00:00:00Z' },
    })
  }, 120_000)
  afterAll(async () => {
    await at.close()
    await open.close()
  })

  it('is made once where two ask for the same at the same moment', async () => {
    const wanted = { do: 'create', key: 'at once', project, title: 'Asked for twice', notes: '' } as const
    const [one, other] = await Promise.all([at.syncs.act(at.id, wanted), at.syncs.act(at.id, wanted)])
    expect(one).toEqual(other)
  })

  it('is made of an action once, however often the answer is lost; its link and state stay on the action', async () => {
    // The system makes it and falls silent, and the server dies before it keeps the link: the second time it is found.
    at.simulation.world.faults.arm(`${vendor}:lost_answer`, 1)
    const wanted = { deck: 'weekly', id: 'a0', connection: at.id, project }
    const before = at.simulation.world.faults.armed()
    await expect(run(operations.reviews.makeTask, wanted, dying)).rejects.toThrow('died')
    expect(at.simulation.world.faults.armed()).not.toEqual(before)
    const made = await run(operations.reviews.makeTask, wanted)
    expect(made).toMatchObject({ platform: vendor, project, state: 'unread' })
    await expect(run(operations.reviews.makeTask, wanted)).rejects.toMatchObject({ code: 'conflict' })
    await read()
    const rows = await listed('Call the carrier')
    expect(rows).toMatchObject([{ project, state: 'open', due: '2026-11-20', url: made.url }])
    const { id } = await at.syncs.act(at.id, { do: 'change', key: 'd', task: rows[0].task, done: true })
    expect(id).toBe(rows[0].task)
    await read()
    const action = await run(operations.reviews.saveAction, {
      ...{ deck: 'weekly', week: '2026-11-15', id: 'a0', text: 'Call the carrier', due: '2026-11-20' },
      ...{ owner: { id: '', name: 'Bo' }, version: 1 },
    })
    expect(action.task).toMatchObject({ url: made.url, state: 'done' })
    const said = await open.ledger.select().from(audit)
    expect(said.map(one => one.subject)).toContain('task of the action Call the carrier')
  })

  it('is made of an alert with what is to be checked, and its link stays on it', async () => {
    const made = await run(operations.performance.makeTaskOfAlert, { id: 'x', connection: at.id, project })
    expect(await run(operations.performance.alert, { id: 'x' })).toMatchObject({ task: { url: made.url } })
    await read()
    expect(await listed('Orders stopped in Home')).toHaveLength(1)
  })

  it('is for who may write, sees the store, and names what there is', async () => {
    const wanted = { deck: 'weekly', id: 'a1', connection: at.id, project }
    const refused = (code: string, input: object = wanted, actor = ada) =>
      expect(run(operations.reviews.makeTask, input, actor)).rejects.toMatchObject({ code })
    await refused('forbidden', wanted, someone('vi', 'viewer'))
    await refused('not_found', wanted, someone('di', 'contributor', ['elsewhere']))
    await refused('not_found', { ...wanted, connection: 'other' })
    await refused('not_found', { ...wanted, id: 'none' })
    await expect(run(operations.reviews.makeTask, { ...wanted, project: 'No such place' })).rejects.toThrow(
      'No such place',
    )
    expect(await run(operations.connections.taskPlaces, {}, someone('di', 'contributor', ['x']))).toEqual([])
    expect(await listed('Mend the filter')).toEqual([])
  })
})
