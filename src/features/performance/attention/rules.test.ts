import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { alertRules } from '#postgres/tables/watch.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
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
