import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { alertRules, alerts } from '#postgres/tables/watch.ts'
import { someone, type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
import { performance } from '../operations.ts'
import { sowRules } from './evaluate.ts'
import { usualRules } from './rules.ts'

let room: WatchRoom
beforeAll(async () => {
  room = await watchRoom([{ store: 'shop', currency: 'GBP' }])
})
afterAll(() => room.close())

it('a rule nobody changed is what the product says by now; one that somebody changed stays', async () => {
  const { ledger } = room.open
  const all = async () => new Map((await ledger.select().from(alertRules)).map(one => [one.id, one]))
  await sowRules(room.context())
  const usual = (id: string) => usualRules.find(one => one.id === id)
  // As an older version of the product sowed them.
  for (const id of ['list-price', 'checkout', 'orders'])
    await ledger
      .update(alertRules)
      .set({ leastShare: 0.02, by: ['store'], score: 0.9 })
      .where(eq(alertRules.id, id))
  const change = async (id: string, more: object) => {
    const { updatedAt: _, ...own } = (await all()).get(id) as typeof alertRules.$inferSelect
    await room.run(performance.saveAlertRule, { ...own, ...more })
  }
  await change('checkout', { score: 0.7 })
  await change('orders', { active: false })
  await sowRules(room.context())
  const now = await all()
  expect(now.get('list-price')).toMatchObject({ ...usual('list-price'), version: 1 })
  expect(now.get('checkout')).toMatchObject({ score: 0.7, leastShare: 0.02, version: 2 })
  expect(now.get('orders')).toMatchObject({ ...usual('orders'), active: false, version: 2 })
})

it('somebody adds a rule by its figure alone, and takes it away with what it told; those of the product stay', async () => {
  const { ledger } = room.open
  const own = { id: 'own', name: 'Units by brand', metric: 'units_sold', by: ['brand'] }
  await room.run(performance.saveAlertRule, own, someone('le', 'lead'))
  const listed = async () =>
    new Map<string, { own: boolean }>(
      (await room.run(performance.alertRules, {})).map((one: { id: string }) => [one.id, one]),
    )
  expect((await listed()).get('own')).toMatchObject({ own: true, persistence: 2, leastShare: 0.01 })
  expect((await listed()).get('orders')?.own).toBe(false)
  const remove = (id: string, actor = someone('le', 'lead')) =>
    room.run(performance.removeAlertRule, { id }, actor)
  for (const actor of [someone('vi', 'contributor'), someone('lo', 'lead', ['shop'])])
    await expect(remove('own', actor)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(remove('orders')).rejects.toThrow('comes with the product')
  await expect(remove('gone')).rejects.toMatchObject({ code: 'not_found' })
  const alert = {
    metric: 'units_sold',
    slice: { brand: 'Mug' },
    stores: [],
    kind: 'shift' as const,
    direction: 'below' as const,
    since: '2025-12-20',
    seenOn: '2025-12-31',
    score: 0.9,
    finding: { unit: 'quantity', expected: 10, actual: 6, perDay: -4, causes: [], check: '' },
    currency: 'GBP',
    state: 'open' as const,
    firstAt: '2026-01-01T05:00:00Z',
    updatedAt: '2026-01-01T05:00:00Z',
  }
  await ledger.insert(alerts).values([
    { ...alert, id: 'a', rule: 'own' },
    { ...alert, id: 'b', rule: 'orders' },
  ])
  await remove('own')
  expect((await listed()).has('own')).toBe(false)
  const states = Object.fromEntries((await ledger.select().from(alerts)).map(one => [one.id, one.state]))
  expect(states).toEqual({ a: 'resolved', b: 'open' })
})

it('a rule that is made to watch something else closes what it told of the former, and one that only gets another name does not', async () => {
  const { ledger } = room.open
  const rule = { id: 'mine', name: 'Units', metric: 'units_sold', by: ['brand'] }
  await room.run(performance.saveAlertRule, rule)
  const finding = { unit: 'quantity', expected: 10, actual: 6, perDay: -4, causes: [], check: '' }
  const alert = {
    ...{ id: 'm', rule: 'mine', metric: 'units_sold', slice: { brand: 'Mug' }, stores: [], finding },
    ...{ kind: 'shift' as const, direction: 'below' as const, since: '2025-12-20', seenOn: '2025-12-31' },
    ...{ score: 0.9, currency: 'GBP', state: 'open' as const },
    ...{ firstAt: '2026-01-01T05:00:00Z', updatedAt: '2026-01-01T05:00:00Z' },
  }
  await ledger.insert(alerts).values([alert])
  const state = async () => (await ledger.select().from(alerts).where(eq(alerts.id, 'm')))[0]?.state
  await room.run(performance.saveAlertRule, { ...rule, name: 'Units by brand', version: 1 })
  expect(await state()).toBe('open')
  await room.run(performance.saveAlertRule, { ...rule, by: ['brand', 'store'], version: 2 })
  expect(await state()).toBe('resolved')
})

it('a rule held against a figure that cannot be split so is refused', async () => {
  const rule = { id: 'x', name: 'X', metric: 'units_sold', by: ['brand'], against: 'sessions' }
  await expect(room.run(performance.saveAlertRule, rule)).rejects.toThrow('sessions cannot be split by brand')
})
