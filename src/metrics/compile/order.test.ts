import { expect, it } from 'vitest'
import { deliver } from '../../../test/small-ledger.ts'
import { over, shop } from '../../../test/small-world.ts'

it('days before the data begin are unknown, not nothing: they stand last and meet no condition', async () => {
  const sold = (day: string, gross: number, store: string) => ({ order_id: day, day, gross, store })
  const { ask, granary } = await over(
    [
      sold('2010-11-15', 5, 'paris'),
      sold('2011-10-31', 1, 'north'),
      sold('2011-11-15', 1, 'north'),
      sold('2011-11-16', 3, 'north'),
    ],
    { stores: [shop('north'), shop('paris')] },
  )
  await deliver(granary, 'traffic_days', [
    {
      ...{
        store: 'north',
        day: '2011-11-16',
        origin: 'ga4',
        channel: 'Direct',
        campaign: '',
        device: 'mobile',
      },
      ...{ country: 'UK', landing_page: '', sessions: 4, completed_sessions: 1, currency: 'GBP' },
      ...{ quality: '', source: 'test' },
    },
  ])
  const days = async (more: object) =>
    (
      await ask({
        ...{ metrics: ['gross_sales'], by: ['store'], grain: 'day' },
        ...{ from: '2011-10-31', to: '2011-11-16', filters: [{ dimension: 'store', is: ['north'] }] },
        ...more,
      })
    ).rows.map(row => row.period)
  const compared = { compare: ['last_year'], sort: { by: 'gross_sales', of: 'last_year', desc: false } }
  // A year before 31 October nothing had been sold anywhere yet; before 15 November something had, elsewhere.
  expect((await days(compared)).at(-1)).toBe('2011-10-31')
  const few = [
    { dimension: 'store', is: ['north'] },
    { metric: 'sessions', under: 5 },
  ]
  expect(await days({ metrics: ['gross_sales', 'sessions'], filters: few })).toEqual(['2011-11-16'])
  await granary.close()
})
