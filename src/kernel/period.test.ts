import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, dayCount, dayNumber, dayOf, weekday } from './day.ts'
import {
  type CalendarRule,
  civilYear,
  isWhole,
  nrf,
  periodOf,
  periodsBetween,
  resolveWindow,
  retailWeeks,
  retailYearStart,
  ruleNamed,
} from './period.ts'

const rules: CalendarRule[] = [
  civilYear,
  { ...civilYear, calendar: 'iso' },
  { ...civilYear, fiscalStartMonth: 4 },
  { ...civilYear, weekStart: 7 },
  nrf,
  { ...nrf, calendar: '4-4-5' },
  { ...nrf, calendar: '5-4-4', weekStart: 1, yearEnd: 'last_saturday', fiscalStartMonth: 9 },
]
const anyRule = fc.constantFrom(...rules)
const anyDay = fc.integer({ min: dayNumber('1999-01-01'), max: dayNumber('2040-12-31') }).map(dayOf)
const anyGrain = fc.constantFrom(
  'day' as const,
  'week' as const,
  'month' as const,
  'quarter' as const,
  'year' as const,
)

describe('the retail year', () => {
  it('has its 53rd week in the years the NRF publishes', () => {
    const long = Array.from({ length: 36 }, (_, i) => 2000 + i).filter(year => retailWeeks(nrf, year) === 53)
    expect(long).toEqual([2000, 2006, 2012, 2017, 2023, 2028, 2034])
  })
  it('starts on the published days', () => {
    expect([2017, 2018, 2024, 2025, 2026, 2027, 2028].map(year => retailYearStart(nrf, year))).toEqual([
      '2017-01-29',
      '2018-02-04',
      '2024-02-04',
      '2025-02-02',
      '2026-02-01',
      '2027-01-31',
      '2028-01-30',
    ])
  })
  it('gives the 53rd week to its last period', () => {
    const last = periodOf(nrf, '2018-02-03', 'month')
    expect(last).toMatchObject({ key: 'FY2017-P12', to: '2018-02-03' })
    expect(dayCount(last.from, last.to)).toBe(35)
    expect(periodOf(nrf, '2018-02-03', 'week').key).toBe('FY2017-W53')
    expect(periodOf(nrf, '2018-02-04', 'week').key).toBe('FY2018-W01')
  })
  it('cuts quarters of thirteen weeks by its own pattern', () => {
    const lengths = (calendar: CalendarRule['calendar']) =>
      periodsBetween({ ...nrf, calendar }, '2026-02-01', '2026-05-02', 'month').map(
        p => dayCount(p.from, p.to) / 7,
      )
    expect(lengths('4-5-4')).toEqual([4, 5, 4])
    expect(lengths('4-4-5')).toEqual([4, 4, 5])
    expect(lengths('5-4-4')).toEqual([5, 4, 4])
  })
})

describe('a calendar named in a question', () => {
  it("is the NRF's where a company without retail years says 4-5-4, else the company's own start", () => {
    expect(ruleNamed(civilYear, '4-5-4')).toBe(nrf)
    expect(ruleNamed({ ...nrf, fiscalStartMonth: 9 }, '4-4-5')).toMatchObject({
      calendar: '4-4-5',
      fiscalStartMonth: 9,
    })
    expect(ruleNamed(nrf, undefined)).toBe(nrf)
  })
})

describe('civil and ISO periods', () => {
  it('name ISO weeks by the year of their Thursday', () => {
    expect(
      ['2010-01-03', '2010-01-04', '2012-12-31', '2015-12-31', '2016-01-03'].map(
        d => periodOf(civilYear, d, 'week').key,
      ),
    ).toEqual(['2009-W53', '2010-W01', '2013-W01', '2015-W53', '2015-W53'])
  })
  it('name fiscal years after the year they end in', () => {
    const april = { ...civilYear, fiscalStartMonth: 4 }
    expect(periodOf(april, '2010-12-05', 'quarter')).toMatchObject({
      key: 'FY2011-Q3',
      from: '2010-10-01',
      to: '2010-12-31',
    })
    expect(periodOf(april, '2011-03-31', 'year')).toMatchObject({
      key: 'FY2011',
      from: '2010-04-01',
      to: '2011-03-31',
    })
  })
})

describe('every calendar', () => {
  it('puts each day in exactly one period, which contains it', () => {
    fc.assert(
      fc.property(anyRule, anyDay, anyGrain, (rule, day, grain) => {
        const period = periodOf(rule, day, grain)
        expect(period.from <= day && day <= period.to).toBe(true)
        expect(periodOf(rule, period.from, grain).key).toBe(period.key)
        expect(periodOf(rule, period.to, grain).key).toBe(period.key)
        expect(periodOf(rule, addDays(period.to, 1), grain).from).toBe(addDays(period.to, 1))
      }),
    )
  })
  it('tiles any range without gap or overlap', () => {
    fc.assert(
      fc.property(anyRule, anyDay, fc.integer({ min: 0, max: 900 }), anyGrain, (rule, from, days, grain) => {
        const to = addDays(from, days)
        const periods = periodsBetween(rule, from, to, grain)
        expect(periods[0]?.from).toBe(from)
        expect(periods.at(-1)?.to).toBe(to)
        for (const [i, period] of periods.slice(1).entries())
          expect(period.from).toBe(addDays(periods[i]?.to ?? '', 1))
        expect(new Set(periods.map(p => p.key)).size).toBe(periods.length)
      }),
    )
  })
  it('starts its weeks on one weekday', () => {
    fc.assert(
      fc.property(anyRule, anyDay, (rule, day) => {
        const week = periodOf(rule, day, 'week')
        expect(dayCount(week.from, week.to)).toBe(7)
        expect(weekday(week.from)).toBe(rule.calendar === 'iso' ? 1 : rule.weekStart)
      }),
    )
  })
})

describe('named windows', () => {
  it('end where their name says', () => {
    const at = (name: Parameters<typeof resolveWindow>[1]) => resolveWindow(civilYear, name, '2026-11-23')
    expect(at('yesterday')).toEqual({ from: '2026-11-22', to: '2026-11-22' })
    expect(at('last_7_days')).toEqual({ from: '2026-11-16', to: '2026-11-22' })
    expect(at('month_to_date')).toEqual({ from: '2026-11-01', to: '2026-11-23' })
    expect(at('last_month')).toEqual({ from: '2026-10-01', to: '2026-10-31' })
    expect(at('last_quarter')).toEqual({ from: '2026-07-01', to: '2026-09-30' })
    expect(resolveWindow(nrf, 'last_week', '2026-11-23')).toEqual({ from: '2026-11-15', to: '2026-11-21' })
  })
  it('are whole periods when they say so', () => {
    expect(isWhole(civilYear, '2026-10-01', '2026-12-31', 'quarter')).toBe(true)
    expect(isWhole(civilYear, '2026-10-01', '2026-12-30', 'quarter')).toBe(false)
  })
})

it('periods end with the last day there is', () => {
  for (const grain of ['day', 'week', 'month', 'quarter', 'year'] as const)
    expect(periodsBetween(civilYear, '9998-06-01', '9999-12-31', grain).at(-1)?.to).toBe('9999-12-31')
})
