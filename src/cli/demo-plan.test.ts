import { createRouterClient } from '@orpc/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { operationsOf } from '#features/base.ts'
import { type Client, operations } from '#features/operations.ts'
import { versionsCarried } from '#metrics/plans.ts'
import * as tables from '#postgres/tables/plan.ts'
import { ledgers } from '../../test/ledgers.ts'
import { planRoom } from '../../test/plan-room.ts'
import type { ClientFor } from './demo-plan/desk.ts'
import { plan } from './demo-plan.ts'

const [place] = ledgers
if (!place) throw new Error('there is no ledger')
type Room = ReturnType<typeof planRoom>
const made = { seed: 1, days: 900, until: '2026-06-20' }

const clientsOf =
  (room: Room): ClientFor =>
  (actor, day) => {
    const context = room.context(actor)
    const clock = () => new Date(`${day}T09:00:00Z`)
    return createRouterClient(operations, { context: day === undefined ? context : { ...context, clock } })
  }

const writes = new Set(operationsOf(operations).flatMap(one => (one.effect === 'write' ? [one.name] : [])))

/** Clients that die at every nth write: the even times before it, the odd ones once it is done. */
function mortal(clientFor: ClientFor, every: number): ClientFor {
  let calls = 0
  const call = async (name: string, run: () => Promise<unknown>) => {
    if (!writes.has(name)) return run()
    const dies = ++calls % every === 0
    if (dies && (calls / every) % 2 === 0) throw new Error('killed')
    const answer = await run()
    if (dies) throw new Error('killed')
    return answer
  }
  type Rooms = Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  return (actor, day) => {
    const client = clientFor(actor, day) as unknown as Rooms
    const room = (name: string) =>
      new Proxy(
        {},
        {
          get: (_, op: string) => (input: unknown) =>
            call(`${name}.${op}`, async () => client[name]?.[op]?.(input)),
        },
      )
    return new Proxy({}, { get: (_, name: string) => (name === 'then' ? undefined : room(name)) }) as Client
  }
}

/** All that was made, without what differs from one making to the next: ids nobody gave, and moments. */
async function whole(room: Room): Promise<Record<string, string[]>> {
  const { ledger } = room.context(room.people.ada)
  const said = (rows: object[]) => rows.map(row => JSON.stringify(row)).sort()
  const of = async (
    table: Parameters<ReturnType<typeof ledger.select>['from']>[0],
    leave: readonly string[],
  ) =>
    said(
      (await ledger.select().from(table)).map(row =>
        Object.fromEntries(Object.entries(row).filter(([key]) => !leave.includes(key))),
      ),
    )
  const moments = ['at', 'createdAt', 'updatedAt', 'seq', 'state']
  const rows = await ledger.select().from(tables.rows)
  return {
    versions: await of(tables.versions, ['createdAt', 'updatedAt']),
    cells: said(
      rows.flatMap(({ version, line, slice, cells }) =>
        Object.entries(cells).map(([period, heads]) => ({
          version,
          line,
          slice,
          period,
          value: heads.slice(1),
        })),
      ),
    ),
    items: (await ledger.select().from(tables.items)).map(one => `${one.version} ${one.label}`).sort(),
    commitments: await of(tables.commitments, moments),
    spent: await of(tables.spent, ['id', 'at']),
    comments: await of(tables.comments, ['id', 'at']),
    // A request to move money has a name of its own each time.
    decisions: (await of(tables.decisions, ['id', 'seq', 'at', 'content'])).map(one =>
      one.replace(/transfer:[0-9a-f-]+/, 'transfer'),
    ),
    transfers: await of(tables.transfers, ['id', 'at']),
    overlays: await of(tables.overlays, ['id', 'at']),
    risks: await of(tables.risks, moments),
    // Ids of initiatives are drawn.
    cases: await of(tables.cases, ['updatedAt', 'content']),
    closes: await of(tables.closes, ['at', 'state']),
    strategies: (await ledger.select().from(tables.strategies)).map(one => `${one.revision} ${one.why}`),
    snapshots: (await ledger.select().from(tables.snapshots))
      .map(one => `${one.version} ${one.reason}`)
      .sort(),
  }
}

const spend = (room: Room) =>
  room.deliver(
    'spend_days',
    ['google-ads', 'meta-ads'].flatMap(platform =>
      Array.from({ length: 28 }, (_, n) => ({
        ...{
          store: 'shop',
          platform,
          channel: 'paid',
          account: 'a',
          campaign: 'c',
          country: 'UK',
          currency: 'GBP',
          source: 'test',
        },
        ...{ day: `2026-05-${String(n + 1).padStart(2, '0')}`, cost: 12 },
      })),
    ),
  )

describe('the plan of the demo', () => {
  const room = planRoom(place)
  beforeAll(async () => {
    await spend(room)
    await plan(clientsOf(room), made)
  }, 120_000)

  it('has a budget that is approved by another than asks for it, and is what figures are held against', async () => {
    const versions = await room.run(operations.plan.versions, {})
    const of = (id: string) => versions.find((one: { id: string }) => one.id === id)
    expect(of('Budget-2026')).toMatchObject({ state: 'approved', createdBy: 'Ravi Sandhu' })
    const states = versions.map((one: { id: string; state: string }) => `${one.id} ${one.state}`).sort()
    expect(states).toEqual([
      'Budget-2026 approved',
      'High-2026 draft',
      'LE3-2026 locked',
      'LE4-2026 locked',
      'LE5-2026 draft',
      'Low-2026 draft',
    ])
    const { granary } = room.context(room.people.ada)
    expect((await versionsCarried(granary, 'net_sales'))[0]).toBe('Budget-2026')
    expect((await room.run(operations.plan.trail, { version: 'Budget-2026' })).lapsed).toBeNull()
  })

  it('says the same in the lines of the budget and in the plan, to the penny', async () => {
    const version = 'Budget-2026'
    const { lines } = await room.run(operations.plan.budget, { version })
    const { lines: figures } = await room.run(operations.plan.figures, { version })
    const total = (name: string) => Number(figures.find((one: { name: string }) => one.name === name)?.total)
    const budgeted = (kind: string) =>
      lines
        .filter(
          (one: { kind: string; account: string }) => one.kind === kind && !one.account.startsWith('case:'),
        )
        .reduce((all: number, one: { use: { budget: string } }) => all + Number(one.use.budget), 0)
    expect(budgeted('people')).toBeGreaterThan(0)
    expect(budgeted('people')).toBeCloseTo(total('people'), 0)
    expect(budgeted('media')).toBeCloseTo(total('media'), 2)
    expect(budgeted('capex')).toBeCloseTo(total('capex'), 2)
  })

  it('has what owners expected graded where the month is over, and nothing is said before it was known', async () => {
    const { overlays, owners } = await room.run(operations.plan.credit, {})
    expect(owners.length).toBeGreaterThan(0)
    for (const one of overlays) expect(one.actual !== null).toBe(one.period <= '2026-05')
    const { ledger } = room.context(room.people.ada)
    for (const one of await ledger.select().from(tables.overlays))
      expect(new Date(one.at).toISOString().slice(0, 10) <= one.to).toBe(true)
    const closed = await room.run(operations.plan.closed, {})
    expect(closed.map((one: { period: string }) => one.period)).toEqual(
      expect.arrayContaining(['2025-12', '2026-01', '2026-05']),
    )
  })

  it('is made once, and left alone where somebody took some of it away', async () => {
    const before = await whole(room)
    await plan(clientsOf(room), made)
    expect(await whole(room)).toEqual(before)
  })

  describe('killed again and again and begun anew', () => {
    const other = planRoom(place)
    it('ends the same, nothing twice', async () => {
      await spend(other)
      const clientFor = mortal(clientsOf(other), 41)
      let deaths = 0
      while (
        await plan(clientFor, made).then(
          () => false,
          error => error.message === 'killed' || Promise.reject(error),
        )
      )
        deaths += 1
      expect(deaths).toBeGreaterThan(1)
      const [one, two] = [await whole(room), await whole(other)]
      for (const what of Object.keys(one)) expect(two[what], what).toEqual(one[what])
    }, 120_000)
  })
})

describe('the plan of another company in January', () => {
  const room = planRoom(place)
  it('has a budget and last December closed, and no reforecast, which has no month to rest on', async () => {
    room.at('2026-01-12T09:00:00Z')
    // Where somebody planned already, nothing is made.
    await room.begun('Own')
    await plan(clientsOf(room), made)
    expect(await room.run(operations.plan.versions, {})).toMatchObject([{ id: 'Own' }])
    await room.run(operations.plan.removeVersion, { version: 'Own' })
    await plan(clientsOf(room), { seed: 7, days: 700, until: '2026-01-11' })
    const versions = await room.run(operations.plan.versions, {})
    const states = versions.map((one: { id: string; state: string }) => `${one.id} ${one.state}`).sort()
    expect(states).toEqual(['Budget-2026 approved', 'High-2026 draft', 'Low-2026 draft'])
    const closed = await room.run(operations.plan.closed, {})
    expect(closed.map((one: { period: string }) => one.period)).toEqual(['2025-12'])
    const { lines } = await room.run(operations.plan.budget, { version: 'Budget-2026' })
    // Nothing was spent in a year that has just begun, and no media is known: there are no lines of it.
    expect(lines.every((one: { use: { actual: string } }) => Number(one.use.actual) === 0)).toBe(true)
    expect(lines.some((one: { kind: string }) => one.kind === 'media')).toBe(false)
  })
})
