import { expect, it } from 'vitest'
import { quietHours } from './model.ts'

it('quiet hours have a begin and an end that differ, over night too, and say whether the digest waits', () => {
  expect(quietHours(22, 7, 6)).toEqual({
    from: 22,
    to: 7,
    error: null,
    words: "9 hours, over night, in the company's time zone. The digest of 06:00 waits until 07:00.",
  })
  expect(quietHours(22, 7, 7).words).toBe("9 hours, over night, in the company's time zone.")
  expect(quietHours(12, 13, 12).words).toMatch(/^1 hour, in .* The digest of 12:00 waits until 13:00\.$/)
  expect(quietHours(7, 7, null).error).toMatch('Choose another hour')
  expect(quietHours(null, 7, 6)).toEqual({ from: null, to: null, error: null, words: '' })
})
