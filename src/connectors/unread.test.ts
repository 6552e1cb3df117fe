import { expect, it } from 'vitest'
import { everyTask } from './asana/tasks.ts'
import type { Batch } from './connector.ts'
import { companyStream } from './magento/companies.ts'
import { customerStream } from './magento/customers.ts'
import { productStream } from './magento/products.ts'
import { promotionStream } from './magento/promotions.ts'
import { returnStream } from './magento/returns.ts'
import { everyCard } from './trello/cards.ts'

const turn = { from: 0, to: 1, cursor: null, history: false }
const allOf = async (batches: AsyncIterable<Batch<unknown>>) => {
  const all: Batch<unknown>[] = []
  for await (const one of batches) all.push(one)
  return all
}

it.each([
  [companyStream, 'B2B companies'],
  [customerStream, 'customers'],
  [productStream, 'products'],
  [promotionStream, 'price rules'],
  [returnStream, 'returns'],
])('a list that a Magento does not have is no empty one ($0.name)', async (stream, what) => {
  // Lists of the shop’s build are there; those of its modules are answered with 404.
  const once = (_: string, ask: () => Promise<unknown>) => ask()
  const get = async (path: string) => (path.startsWith('store/') ? [] : null)
  const session = { get, once, http: { clock: () => 0 } } as never
  expect(await allOf(stream.read(session, turn))).toEqual([
    { records: [], unread: expect.stringContaining(`This edition has no ${what}: `) },
  ])
})

it('who sees no project and no board any more has not emptied them', async () => {
  expect(await allOf(everyTask.read({ projects: [] } as never, turn))).toEqual([
    { records: [], unread: expect.stringContaining('no project') },
  ])
  expect(await allOf(everyCard.read({ boards: [] } as never, turn))).toEqual([
    { records: [], unread: expect.stringContaining('no board') },
  ])
})
