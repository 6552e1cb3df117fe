import { expect, it } from 'vitest'
import { choose, crossable, type Found, type Slice } from './search.ts'

it('only values that are large enough are crossed with those of another dimension', () => {
  const measure = { name: 'net_sales', before: 10_000, after: 10_000, worth: 1, each: 0 }
  const slice = (value: string, before: number, after: number, more: Slice['where'] = []): Slice => ({
    measure,
    where: [{ dimension: 'country', value }, ...more],
    before,
    after,
  })
  const slices = [
    slice('large', 900, 1100),
    // Nothing of it is a five-hundredth of the value by much less than a quarter; the other is far below.
    slice('nearly', 16, 18),
    slice('small', 10, 12),
    slice('gone', 60, 0),
    slice('pair', 900, 900, [{ dimension: 'channel', value: 'web' }]),
  ]
  const limits = { change: 100, size: 10_000, most: 5 }
  expect(crossable(slices, 'country', limits)).toEqual(['large', 'nearly', 'gone'])
  expect(crossable(slices, 'channel', limits)).toEqual([])
})

it('names that take each other’s place explain nothing; what is new beside them does', () => {
  const measure = { name: 'sessions', before: 10_000, after: 13_000, worth: 1, each: 0 }
  const of = (dimension: string, value: string, before: number, after: number): Slice => ({
    measure,
    where: [{ dimension, value }],
    before,
    after,
  })
  const limits = { change: 3_000, size: 11_500, most: 5 }
  const newsletters = [
    of('campaign', 'Letter 2025', 900, 0),
    of('campaign', 'Letter 2026', 0, 1000),
    of('campaign', 'Search', 4000, 4400),
  ]
  const markets = [of('country', 'Ireland', 0, 1600), of('country', 'France', 5000, 5100)]
  const found = choose([...newsletters, ...markets], [], limits)
  expect(found.map(one => one.where[0]?.value)).toEqual(['Ireland'])
})

it('a shift between two values that are all there is hides no other slice', () => {
  const measure = { name: 'net_sales', before: 10_000, after: 17_800, worth: 1, each: 0 }
  const of = (dimension: string, value: string, before: number, after: number): Slice => ({
    measure,
    where: [{ dimension, value }],
    before,
    after,
  })
  const shift: Found = {
    kind: 'mix',
    where: [{ dimension: 'customer_kind', value: 'returning' }],
    measure,
    before: 0.1,
    after: 0.5,
    amount: 5_000,
    effect: 5_000,
    score: 9_999,
    from: 'new',
    to: 'returning',
  }
  const slices = [
    of('customer_kind', 'new', 9_000, 8_000),
    of('customer_kind', 'returning', 1_000, 9_800),
    of('store', 'trade', 2_000, 9_500),
    of('store', 'web', 8_000, 8_300),
  ]
  const found = choose(slices, [shift], { change: 7_800, size: 13_900, most: 5 })
  expect(found.map(one => one.where[0]?.value)).toEqual(['returning', 'trade'])
})
