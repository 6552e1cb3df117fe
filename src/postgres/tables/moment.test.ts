import { expect, it } from 'vitest'
import { versions } from './plan.ts'

const read = (text: string | Date): unknown => versions.updatedAt.mapFromDriverValue(text as string)

it('a moment is ISO in UTC, to the millisecond, or to the microsecond where the database stamped it', () => {
  expect(read('2026-11-27 09:05:34.498+00')).toBe('2026-11-27T09:05:34.498Z')
  expect(read('2026-11-27 09:05:34+00')).toBe('2026-11-27T09:05:34.000Z')
  expect(read('2026-11-27 09:05:34.4+00')).toBe('2026-11-27T09:05:34.400Z')
  expect(read('2026-11-27 09:05:34.49812+00')).toBe('2026-11-27T09:05:34.498120Z')
  expect(read(new Date('2026-11-27T09:05:34.498Z'))).toBe('2026-11-27T09:05:34.498Z')
})
it('it is the same day whatever zone the database speaks in', () => {
  expect(read('2026-11-28 00:05:34.498123+05:30')).toBe('2026-11-27T18:35:34.498123Z')
})
