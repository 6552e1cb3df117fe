import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { sheetPeriods } from './sheet.ts'
import { commonSpan } from './span.ts'

describe('the days two plans share', () => {
  const year = sheetPeriods(civilYear, '2026-01-01', '2026-12-31')
  it('are all of them where they run alike', () => {
    expect(commonSpan(year, year)).toEqual({
      from: '2026-01-01',
      to: '2026-12-31',
      partly: false,
      a: { first: 0, last: 11 },
      b: { first: 0, last: 11 },
    })
  })
  it('are the year of a budget in a long-range plan by quarter', () => {
    const long = sheetPeriods(civilYear, '2025-01-01', '2028-12-31', 'quarter')
    expect(commonSpan(year, long)).toMatchObject({
      from: '2026-01-01',
      to: '2026-12-31',
      partly: true,
      b: { first: 4, last: 7 },
    })
    expect(commonSpan(long, year)).toMatchObject({ a: { first: 4, last: 7 }, b: { first: 0, last: 11 } })
  })
  it('are none where no whole period is in both', () => {
    expect(commonSpan(year, sheetPeriods(civilYear, '2027-01-01', '2027-12-31'))).toBeNull()
  })
})
