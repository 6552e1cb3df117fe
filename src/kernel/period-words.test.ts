import { describe, expect, it } from 'vitest'
import { hourName, marksOf, periodDays, periodLabel, weekdayName } from './period-words.ts'

describe('periods', () => {
  it.each([
    ['2011-12-09', 'Fri 9 Dec 2011', '9 Dec', 'day', { from: '2011-12-09', to: '2011-12-09' }],
    ['2011-W48', 'Week 48, 2011', 'wk 48', 'week', { from: '2011-11-28', to: '2011-12-04' }],
    ['2011-11', 'Nov 2011', 'Nov 11', 'month', { from: '2011-11-01', to: '2011-11-30' }],
    ['2011-12-09T14', '9 Dec, 14:00', '14:00', 'hour', null],
  ] as const)('%s is %s', (period, full, axis, grain, days) => {
    expect(periodLabel(period)).toBe(full)
    expect(periodLabel(period, 'axis')).toBe(axis)
    const found = periodDays(period, { from: '2011-10-01', to: '2011-12-09', grain })
    expect(found).toEqual(days)
  })

  it.each([
    ['2011-Q4', 'Q4 2011'],
    ['FY2026-P08', 'Period 8, FY2026'],
    ['FY2026-W08', 'Week 8, 2026'],
    ['2011', '2011'],
  ])('%s is %s', (period, full) => expect(periodLabel(period)).toBe(full))

  it('mark events where they begin', () => {
    const event = { name: 'Black Friday', from: '2011-11-25', to: '2011-11-25' }
    const answer = { from: '2011-10-01', to: '2011-12-09', grain: 'month' as const }
    expect(marksOf([event], ['2011-10', '2011-11', '2011-12'], answer)).toEqual([
      { at: 1, name: 'Black Friday' },
    ])
  })

  it('weekdays and hours are known by name and by number', () => {
    expect([weekdayName('1'), weekdayName('sun'), weekdayName('Friday')]).toEqual([
      'Monday',
      'Sunday',
      'Friday',
    ])
    expect([hourName('8'), hourName('08:00')]).toEqual(['08', '08'])
  })
})
