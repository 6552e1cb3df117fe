import { expect, it } from 'vitest'
import { uniqueKeys } from './keys.ts'

it('rows have keys of their own, also where they are alike', () => {
  expect(uniqueKeys(['UK', 'France'])).toEqual(['UK', 'France'])
  const keys = uniqueKeys(['UK', 'UK', '', 'UK', ''])
  expect(new Set(keys).size).toBe(5)
  expect([keys[0], keys[2]]).toEqual(['UK', ''])
})
