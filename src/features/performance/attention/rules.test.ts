import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { alertRules } from '#postgres/tables/watch.ts'
import { type WatchRoom, watchRoom } from '../../../../test/watch-room.ts'
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
  // Each change by somebody counts its rule on.
  for (const [id, more] of [
    ['checkout', { score: 0.7 }],
    ['orders', { active: false }],
  ] as const)
    await ledger
      .update(alertRules)
      .set({ ...more, version: 2 })
      .where(eq(alertRules.id, id))
  await sowRules(room.context())
  const now = await all()
  expect(now.get('list-price')).toMatchObject({ ...usual('list-price'), version: 1 })
  expect(now.get('checkout')).toMatchObject({ score: 0.7, leastShare: 0.02, version: 2 })
  expect(now.get('orders')).toMatchObject({ active: false, score: 0.9, version: 2 })
})
