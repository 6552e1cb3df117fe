import { expect, it } from 'vitest'
import { deliver } from '../../test/small-ledger.ts'
import { over, shop } from '../../test/small-world.ts'

it('money without a rate is N/A: it meets no condition, and stands behind what is known', async () => {
  const day = '2011-11-05'
  const sold = (order_id: string, channel: string, gross: number, currency: string, store: string) => ({
    ...{ order_id, channel, gross, currency, store, day },
  })
  const { ask, granary } = await over(
    [
      sold('a', 'web', 100, 'GBP', 'shop'),
      sold('b', 'app', 60, 'GBP', 'shop'),
      // Half of what the marketplace sold is in money that nobody can tell in pounds.
      sold('c', 'market', 900, 'GBP', 'shop'),
      sold('d', 'market', 900, 'JPY', 'tokyo'),
      sold('e', 'paris', 50, 'EUR', 'paris'),
    ],
    { stores: [shop('shop'), shop('paris', 'EUR'), shop('tokyo', 'JPY')] },
  )
  await deliver(granary, 'exchange_rates', [
    { base: 'EUR', quote: 'GBP', day: '2011-11-01', rate: '0.8', source: 'test' },
  ])
  const query = { metrics: ['net_sales'], by: ['channel'], from: day, to: day, currency: 'GBP' }
  const channels = async (more: object) =>
    (await ask({ ...query, ...more })).rows.map(row => [row.channel, row.net_sales])
  const known = [
    ['web', '100'],
    ['app', '60'],
    ['paris', '40'],
  ]
  expect(await channels({})).toEqual([...known, ['market', null]])
  expect(await channels({ sort: { by: 'net_sales' } })).toEqual([...known, ['market', null]])
  expect(await channels({ filters: [{ metric: 'net_sales', over: 50 }] })).toEqual(known.slice(0, 2))
  // On one side of a comparison alone: the change is not known either.
  const compared = { compare: ['previous_period'], sort: { by: 'net_sales', of: 'previous_period' } }
  expect((await channels(compared)).at(-1)).toEqual(['market', null])
  await granary.close()
})
