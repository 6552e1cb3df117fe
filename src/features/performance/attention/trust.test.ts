import { and, eq, ne } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { performance } from '#features/performance/operations.ts'
import { addDays, daysBetween } from '#kernel/day.ts'
import { Failure } from '#kernel/error.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import { alertRules, alerts, looks, outbox } from '#postgres/tables/watch.ts'
import { carryRows } from '#sync/own-rows.ts'
import { lineRow } from '../../../../test/small-ledger.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { compose, staleWords } from '../delivery/compose.ts'
import { evaluate, sowRules } from './evaluate.ts'

/** Two shops; "north" lost most of its orders on the sixth of May. */
const [first, fell, last] = ['2025-10-01', '2026-05-06', '2026-05-12']
let room: WatchRoom
const sell = async (from: string, to: string, north: (day: string) => number) => {
  const rows = daysBetween(from, to).flatMap((day, t) =>
    (['north', 'south'] as const).flatMap(store => {
      const count = (store === 'north' ? north(day) : 9) + ((t * 7 + store.length) % 3) - 1
      return Array.from({ length: Math.max(0, count) }, (_, n) =>
        lineRow({ order_id: `${store} ${day} ${n}`, day, store, gross: 50, product_id: 'p' }),
      )
    }),
  )
  await carryRows(room, {
    id: `sold ${from}`,
    table: 'sales_lines',
    rows: rows as never,
    source: 'test',
  })
}
const told = () => room.open.ledger.select().from(alerts).orderBy(alerts.id)
const ofNorth = async () => (await told()).filter(one => one.slice.store === 'north')
const asked = (actor = someone('ada', 'owner')) => room.run(performance.alerts, {}, actor)
const ms = (day: string) => Date.parse(`${day}T00:00:00Z`)
const stream = (set: Partial<typeof streams.$inferInsert>) =>
  room.open.ledger
    .update(streams)
    .set(set)
    .where(and(eq(streams.connection, 'c'), eq(streams.stream, 'orders')))

/** The same, whose nth transaction from now on fails as if the process had died in it. */
const dyingIn = (nth: number): Context => {
  const context = room.context()
  let count = 0
  const ledger = new Proxy(context.ledger, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value
      return (work: (tx: unknown) => Promise<unknown>) =>
        target.transaction(async tx => {
          const done = await work(tx)
          if (++count === nth) throw new Failure('unavailable', 'the process died')
          return done
        })
    },
  })
  return { ...context, ledger }
}

beforeAll(async () => {
  room = await watchRoom([
    { store: 'north', currency: 'GBP' },
    { store: 'south', currency: 'GBP' },
  ])
  await sell(first, last, day => (day >= fell ? 2 : 10))
  room.at(`${addDays(last, 1)}T09:00:00Z`)
  await room.open.ledger.insert(connections).values({
    id: 'c',
    vendor: 'magento',
    account: 'North',
    credentials: '',
    given: {},
    shops: [
      { key: 'n', name: 'North', currency: 'GBP', timezone: 'UTC', kind: 'b2c', hosts: [], store: 'north' },
    ],
    home: 'north',
    facts: {},
    limits: [],
    backDays: 400,
    by: 'ada',
  })
  await room.open.ledger.insert(streams).values({
    connection: 'c',
    stream: 'orders',
    bookmark: ms(addDays(last, 1)) + 3_600_000,
    edge: ms('2026-03-01'),
    start: ms('2025-05-01'),
  })
  // One rule is enough to see how far it looks.
  await sowRules(room.context())
  await room.open.ledger
    .update(alertRules)
    .set({ active: false, version: 2 })
    .where(ne(alertRules.id, 'orders'))
}, 300_000)
afterAll(() => room.close())

describe('history that is still coming in', () => {
  it('is not judged: the store waits, and the answer says for what', async () => {
    await evaluate(room.context())
    expect(await ofNorth()).toEqual([])
    const { rows, waiting } = await asked()
    expect(rows).toEqual([])
    const [one] = waiting
    expect(one.store).toBe('north')
    expect(one.words).toContain('North: read back to 2 Mar 2026 so far')
    expect(one.rules).toContain('Orders by store')
  })

  it('holds a digest back, which says so when it goes out after all', async () => {
    const director = someone('cy', 'director')
    const channel = { id: 'desk', name: 'Desk', kind: 'mail', to: 'ada@shop.example', digestAt: 8 }
    await room.run(performance.saveAlertChannel, channel, director)
    await compose(room.context())
    expect(await room.open.ledger.select().from(outbox)).toEqual([])
    room.at(`${addDays(last, 1)}T12:30:00Z`)
    await compose(room.context())
    const [digest] = await room.open.ledger.select().from(outbox)
    expect(digest?.message.caution).toContain('Not watched yet: north')
    expect(digest?.message.lead).toBe('What could be looked at is as usual.')
  })

  it('tells who may see one store nothing of another', async () => {
    expect((await asked(someone('bo', 'viewer', ['south']))).waiting).toEqual([])
    expect((await asked(someone('di', 'viewer', ['north']))).waiting).toHaveLength(1)
  })
})

describe('a look that is cut short', () => {
  it('loses nothing and tells nothing twice', async () => {
    await stream({ edge: ms('2025-05-01') })
    // As if nothing had been looked at: three months of days, of which some are written.
    await room.open.ledger.delete(looks)
    for (const nth of [1, 3]) {
      await expect(evaluate(dyingIn(nth))).rejects.toThrow('died')
      // Days of last winter that were well say nothing of today.
      expect((await asked()).lookingTo).toBe(last)
    }
    const stale = () => staleWords(room.context(), { stores: null })
    expect(await stale()).toContain('what came since is still looked at')
    await evaluate(room.context())
    expect(await asked()).toMatchObject({ lookedAt: last, lookingTo: null })
    expect(await stale()).toBe('')
    const [found, ...more] = await ofNorth()
    expect(more).toEqual([])
    expect(found).toMatchObject({ since: fell, until: null, seenOn: last, state: 'open' })
    const through = (await room.open.ledger.select().from(looks)).filter(one => one.rule === 'orders')
    expect(through[0]).toMatchObject({ through: last, gaps: [] })
    for (let n = 0; n < 2; n++) {
      expect(await evaluate(room.context())).toEqual([])
      await compose(room.context())
    }
    const sent = (await room.open.ledger.select().from(outbox)).filter(one => one.key.startsWith('alert '))
    expect(sent.filter(one => one.key.includes(found?.id ?? ''))).toHaveLength(1)
    expect(new Set(sent.map(one => one.key)).size).toBe(sent.length)
    expect((await asked()).waiting).toEqual([])
  })
})

describe('an alert of a store', () => {
  it('is seen, and acted on, by who sees the store', async () => {
    const [found] = await ofNorth()
    const id = found?.id ?? ''
    const [north, south] = [someone('di', 'contributor', ['north']), someone('bo', 'contributor', ['south'])]
    expect((await asked(north)).rows.map((one: { id: string }) => one.id)).toEqual([id])
    expect((await asked(south)).rows).toEqual([])
    await expect(room.run(performance.alert, { id }, south)).rejects.toMatchObject({ code: 'not_found' })
    const act = { id, act: 'acknowledge' }
    await expect(room.run(performance.actOnAlert, act, south)).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      room.run(performance.actOnAlert, act, someone('vi', 'viewer', ['north'])),
    ).rejects.toMatchObject({ code: 'forbidden' })
    expect(await room.run(performance.actOnAlert, act, north)).toEqual({ state: 'acknowledged' })
    const rule = async (actor: Parameters<typeof asked>[0]) =>
      (await room.run(performance.alertRules, {}, actor)).find((one: { id: string }) => one.id === 'orders')
    expect([(await rule(north)).told, (await rule(south)).told]).toEqual([1, 0])
  })

  it('that somebody opened again stays open until days that are new say it is over', async () => {
    const [found] = await ofNorth()
    const id = found?.id ?? ''
    await room.run(performance.actOnAlert, { id, act: 'resolve', as: 'fixed' })
    const state = async () => (await ofNorth())[0]?.state
    // All is well for three weeks: what was closed stays so.
    const well = addDays(last, 21)
    await sell(addDays(last, 1), well, () => 10)
    await stream({ bookmark: ms(addDays(well, 1)) })
    room.at(`${addDays(well, 1)}T09:00:00Z`)
    await evaluate(room.context())
    expect(await state()).toBe('resolved')
    await room.run(performance.actOnAlert, { id, act: 'reopen' })
    await evaluate(room.context())
    expect(await state()).toBe('open')
    // A cool-down of new days later it is over, as nothing of it was seen.
    const later = addDays(well, 15)
    await sell(addDays(well, 1), later, () => 10)
    await stream({ bookmark: ms(addDays(later, 1)) })
    room.at(`${addDays(later, 1)}T09:00:00Z`)
    await evaluate(room.context())
    expect((await ofNorth())[0]).toMatchObject({ state: 'resolved', reason: 'It ended by itself.' })
  })

  it('that ended by itself and goes on after all is open again; what begins anew after it is told anew', async () => {
    const [found] = await ofNorth()
    if (!found) throw new Error('The fall of north was not told.')
    expect(found.reason).toBe('It ended by itself.')
    // As if a look had closed it on its second day, while it went on; all days are looked at again.
    const again = async (set: Partial<typeof alerts.$inferInsert>, through: string) => {
      await room.open.ledger.update(alerts).set(set).where(eq(alerts.id, found.id))
      await room.open.ledger.update(looks).set({ through }).where(eq(looks.rule, 'orders'))
      await evaluate(room.context())
    }
    const closed = { until: addDays(fell, 1), seenOn: addDays(fell, 1) }
    room.at(`${addDays(last, 1)}T09:00:00Z`)
    await again(closed, addDays(last, -1))
    expect(await ofNorth()).toMatchObject([
      { id: found.id, since: fell, until: null, state: 'open', reason: '' },
    ])
    // Channels are told again, once for each opening: a look that died in it, and looks and posts after it, add none.
    const letters = async () => {
      for (let n = 0; n < 2; n++) {
        await evaluate(room.context())
        await compose(room.context())
      }
      const all = await room.open.ledger.select().from(outbox).orderBy(outbox.key)
      return all.filter(one => one.key.startsWith(`alert ${found.id} `)).map(one => one.message.subject)
    }
    const [told = '', ...once] = await letters()
    expect(once).toEqual([`Again: ${told}`])
    room.at(`${addDays(last, 1)}T10:00:00Z`)
    const byItself = { state: 'resolved' as const, reason: 'It ended by itself.' }
    await room.open.ledger
      .update(alerts)
      .set({ ...closed, ...byItself })
      .where(eq(alerts.id, found.id))
    await room.open.ledger
      .update(looks)
      .set({ through: addDays(last, -1) })
      .where(eq(looks.rule, 'orders'))
    await expect(evaluate(dyingIn(1))).rejects.toThrow('died')
    await compose(room.context())
    room.at(`${addDays(last, 1)}T10:05:00Z`)
    expect(await letters()).toEqual([told, `Again: ${told}`, `Again: ${told}`])
    // The same, closed before the fall began: within its cool-down, but over.
    const [before, end] = [addDays(fell, -9), addDays(fell, -7)]
    const over = { since: before, until: end, seenOn: end, state: 'resolved' as const }
    await again({ ...over, reason: 'It ended by itself.' }, addDays(last, -1))
    const both = (await ofNorth()).toSorted((a, b) => (a.since < b.since ? -1 : 1))
    expect(both.map(one => [one.since, one.state])).toEqual([
      [before, 'resolved'],
      [fell, 'open'],
    ])
  })
})
