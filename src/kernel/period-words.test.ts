import { describe, expect, it } from 'vitest'
import { hourName, marksOf, openPeriod, periodDays, periodLabel, weekdayName } from './period-words.ts'

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

  it('one is still in progress where it holds today, or the hour begun last', () => {
    const span = { from: '2011-12-01', to: '2011-12-09', grain: 'day' as const }
    const days = ['2011-12-08', '2011-12-09']
    expect(openPeriod(days, { ...span, today: '2011-12-09' })).toBe(1)
    expect(openPeriod(days, { ...span, today: '2011-12-10' })).toBeNull()
    const months = { from: '2011-10-01', to: '2011-12-09', grain: 'month' as const, today: '2011-12-09' }
    expect(openPeriod(['2011-10', '2011-11', '2011-12'], months)).toBe(2)
    const hours = { ...span, grain: 'hour' as const, today: '2011-12-09', hour: '2011-12-09 14:00' }
    expect(openPeriod(['2011-12-09 13:00', '2011-12-09 14:00', '2011-12-09 15:00'], hours)).toBe(1)
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
