import { expect, it } from 'vitest'
import { budgetAnswer } from './budget-words.ts'

const line = (label: string, runsOut: string | null, remaining = '100', unrated: string[] = []) => ({
  label,
  use: { runsOut, remaining },
  unrated,
})
const told = (...lines: ReturnType<typeof line>[]) =>
  budgetAnswer({ lines, today: '2026-11-28', currency: 'GBP' })

it('tells which budget lines do not last, and the first of them', () => {
  expect(told()).toBe('No budget lines yet')
  expect(told(line('Media', null))).toBe('The one line lasts to the end of the plan')
  expect(told(line('Media', null), line('Fees', null))).toBe('All 2 lines last to the end of the plan')
  expect(told(line('Media', null), line('Fees', null, '0', ['USD']))).toBe(
    '1 of 2 lines lacks an exchange rate; the rest last to the end',
  )
  expect(told(line('Media', '2026-12-20'), line('Fees', '2026-12-09'))).toBe(
    '2 of 2 lines run out before the plan ends: Fees first, on 9 Dec 2026',
  )
  expect(told(line('Media', '2026-12-20'))).toBe(
    '1 of 1 line runs out before the plan ends: Media, on 20 Dec 2026',
  )
  // What is over already runs out on no day to come.
  expect(told(line('Media', null), line('Fees', '2026-11-28', '-4161.20'))).toBe(
    '1 of 2 lines runs out before the plan ends: Fees already, £4,161 over',
  )
})
