import { expect, it } from 'vitest'
import { readFilters } from './address.ts'
import { exploreLink } from './explore-link.ts'
import { readView } from './view.ts'

it('leads to a figure with its days, comparison and slice, which stands in place of a filter on its dimension', () => {
  const link = exploreLink({
    metric: 'discount_rate',
    ...{ from: '2026-11-16', to: '2026-11-22', compare: 'last_year_weekday', stores: ['uk', 'us'] },
    where: [{ dimension: 'channel', value: 'Paid; Social' }],
    filters: [
      { dimension: 'channel', is: ['Direct'] },
      { dimension: 'country', is: ['GB'] },
    ],
  })
  const { pathname, searchParams } = new URL(link, 'http://shop')
  const search = Object.fromEntries(searchParams)
  expect(pathname).toBe('/explore')
  expect(search.metrics).toBe('discount_rate')
  expect(readView(search)).toMatchObject({
    period: { from: '2026-11-16', to: '2026-11-22' },
    compare: ['last_year_weekday'],
    stores: ['uk', 'us'],
  })
  expect(readFilters(search.where)).toEqual([
    { dimension: 'country', is: ['GB'] },
    { dimension: 'channel', is: ['Paid; Social'] },
  ])
})
