import { expect, it } from 'vitest'
import { crossable, type Slice } from './search.ts'

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
