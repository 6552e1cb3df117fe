import { describe, expect, it } from 'vitest'
import { convertible, crossings } from './exchange.ts'

const pair = (base: string, quote: string, from: string, to = '2011-12-01') => ({ base, quote, from, to })

describe('money without a rate of its own', () => {
  it('goes through the third currency both have rates with, whichever way round', () => {
    const way = [{ base: 'GBP', through: 'EUR', since: '2011-02-01', until: null }]
    const [one, two] = [pair('GBP', 'EUR', '2011-01-01'), pair('EUR', 'USD', '2011-02-01')]
    const turned = [pair('EUR', 'GBP', '2011-01-01'), pair('USD', 'EUR', '2011-02-01')]
    expect(crossings([one, two], 'GBP', 'USD')).toEqual(way)
    expect(crossings(turned, 'GBP', 'USD')).toEqual(way)
    expect(convertible([one, two], 'GBP', 'USD')).toBe(true)
    expect(crossings([one], 'GBP', 'USD')).toEqual([])
    expect(convertible([one], 'GBP', 'USD')).toBe(false)
  })
  it('goes so only until a rate of its own is known', () => {
    const pairs = [pair('GBP', 'EUR', '2011-01-01'), pair('EUR', 'USD', '2011-01-01')]
    expect(crossings([...pairs, pair('USD', 'GBP', '2011-06-01')], 'GBP', 'USD')).toEqual([
      { base: 'GBP', through: 'EUR', since: '2011-01-01', until: '2011-06-01' },
    ])
    expect(crossings([...pairs, pair('USD', 'GBP', '2010-06-01')], 'GBP', 'USD')).toEqual([])
  })
  it('of two third currencies takes the one kept up longer, then the first by name, one on each day', () => {
    const through = (currency: string, since: string, last: string) => [
      pair('GBP', currency, since, last),
      pair(currency, 'USD', since, '2011-12-01'),
    ]
    const stale = through('CHF', '2011-01-01', '2011-06-01')
    expect(crossings([...stale, ...through('EUR', '2011-03-01', '2011-12-01')], 'GBP', 'USD')).toEqual([
      { base: 'GBP', through: 'EUR', since: '2011-03-01', until: null },
      { base: 'GBP', through: 'CHF', since: '2011-01-01', until: '2011-03-01' },
    ])
    const alike = [...through('EUR', '2011-01-01', '2011-06-01'), ...stale]
    expect(crossings(alike, 'GBP', 'USD').map(c => c.through)).toEqual(['CHF'])
  })
  it('does not take more than one currency between', () => {
    const chain = [
      pair('GBP', 'EUR', '2011-01-01'),
      pair('EUR', 'CHF', '2011-01-01'),
      pair('CHF', 'USD', '2011-01-01'),
    ]
    expect(crossings(chain, 'GBP', 'USD')).toEqual([])
  })
})
