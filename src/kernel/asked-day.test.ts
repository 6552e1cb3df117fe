import { expect, it } from 'vitest'
import { askedDay } from './asked-day.ts'

it('a day is one that exists, in a year somebody may mean', () => {
  for (const day of ['1999-12-31', '2024-02-29', '2030-01-01']) expect(askedDay.parse(day)).toBe(day)
  for (const day of ['2026-02-30', '0001-01-01', '9999-12-31', '31.12.2026'])
    expect(askedDay.safeParse(day).success, day).toBe(false)
})
