import { describe, expect, it } from 'vitest'
import { filterOf, queryOf } from './flags.ts'

describe('flags become a query', () => {
  it('lists, sorting and limits', () => {
    expect(
      queryOf({
        metrics: 'net_sales, orders',
        by: 'country',
        grain: 'month',
        from: '2011-01-01',
        to: '2011-01-31',
        compare: 'last_year,plan.budget',
        sort: '-net_sales@last_year',
        limit: '10',
        currency: 'gbp',
        subtotals: true,
      }),
    ).toEqual({
      metrics: ['net_sales', 'orders'],
      by: ['country'],
      grain: 'month',
      from: '2011-01-01',
      to: '2011-01-31',
      compare: ['last_year', 'plan.budget'],
      sort: { by: 'net_sales', of: 'last_year', desc: true },
      limit: 10,
      currency: 'GBP',
      subtotals: true,
    })
  })

  it('filters on dimensions and on metrics', () => {
    expect(filterOf('country=United Kingdom')).toEqual({ dimension: 'country', is: ['United Kingdom'] })
    expect(filterOf('country=France|Germany')).toEqual({ dimension: 'country', is: ['France', 'Germany'] })
    expect(filterOf('country!=EIRE')).toEqual({ dimension: 'country', not: ['EIRE'] })
    expect(filterOf('product~a=b')).toEqual({ dimension: 'product', contains: 'a=b' })
    expect(filterOf('customer=')).toEqual({ dimension: 'customer', is: [''] })
    expect(filterOf('net_sales>1000.5')).toEqual({ metric: 'net_sales', over: 1000.5 })
    expect(filterOf('orders<-1')).toEqual({ metric: 'orders', under: -1 })
  })

  it('what is wrong is named by its flag', () => {
    expect(() => queryOf({ metrics: 'net_sales', grain: 'fortnight' })).toThrow(/--grain/)
    expect(() => queryOf({ metrics: 'net_sales', limit: 'ten' })).toThrow(/--limit/)
    expect(() => queryOf({ metrics: '' })).toThrow(/--metrics/)
    expect(() => queryOf({ metrics: 'net_sales', filter: ['country'] })).toThrow(/filter "country"/)
    expect(() => queryOf({ metrics: 'net_sales', filter: ['orders>many'] })).toThrow(/not a number/)
  })
})
