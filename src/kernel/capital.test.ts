import { expect, test } from 'vitest'
import { capital, titleOf, uncapital } from './capital.ts'

test('words begin sentences with a large letter and stand in them with a small one; short forms stay as they are', () => {
  expect(capital('the number of orders')).toBe('The number of orders')
  expect(capital('')).toBe('')
  expect(titleOf('unit_price')).toBe('Unit price')
  expect(['Net sales', 'MER', 'B2B orders', ''].map(uncapital)).toEqual([
    'net sales',
    'MER',
    'B2B orders',
    '',
  ])
})
