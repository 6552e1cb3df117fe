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

it('a small unit in a large one is told to the cent where the rate was given the other way round', async () => {
  const sold = { order_id: 'a', day: '2011-11-05', gross: '10000000' }
  const { ask, granary } = await over(
    [
      { ...sold, currency: 'VND', store: 'hanoi' },
      { ...sold, currency: 'IDR', store: 'bali' },
    ],
    { stores: [shop('hanoi', 'VND'), shop('bali', 'IDR')] },
  )
  const given = { day: '2011-11-01', source: 'test' }
  await deliver(granary, 'exchange_rates', [
    { ...given, base: 'USD', quote: 'VND', rate: '25380' },
    { ...given, base: 'EUR', quote: 'IDR', rate: '17890' },
    { ...given, base: 'EUR', quote: 'USD', rate: '1.1' },
  ])
  const query = { metrics: ['net_sales'], by: ['store'], from: sold.day, to: sold.day, currency: 'USD' }
  const { rows } = await ask(query)
  // 10 000 000 ÷ 25 380, and 10 000 000 ÷ 17 890 × 1.1.
  expect(rows.map(row => [row.store, Number(row.net_sales).toFixed(2)])).toEqual([
    ['bali', '614.87'],
    ['hanoi', '394.01'],
  ])
  await granary.close()
})
