import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, addYears, civil, dayCount, dayNumber, dayOf, monthEnd, weekday } from './day.ts'
import { easter, feasts, orthodoxEaster, thanksgiving } from './feasts.ts'

const anyDay = fc.integer({ min: dayNumber('1990-01-01'), max: dayNumber('2060-12-31') }).map(dayOf)

describe('days', () => {
  it('go to numbers and back', () => {
    fc.assert(fc.property(anyDay, day => dayOf(dayNumber(day)) === day))
  })
  it('keep their weekday 364 days on', () => {
    fc.assert(fc.property(anyDay, day => weekday(addDays(day, -364)) === weekday(day)))
  })
  it('know their weekday', () => {
    expect([weekday('2026-11-23'), weekday('2026-11-29'), weekday('1970-01-01')]).toEqual([1, 7, 4])
  })
  it('are clamped to the month', () => {
    expect(civil(2023, 2, 31)).toBe('2023-02-28')
    expect(civil(2023, 14, 1)).toBe('2024-02-01')
    expect(addYears('2024-02-29', -1)).toBe('2023-02-28')
    expect(monthEnd('2024-02-03')).toBe('2024-02-29')
    expect(dayCount('2024-02-28', '2024-03-01')).toBe(3)
  })
})

describe('feasts', () => {
  it('put Easter on its published Sundays', () => {
    const published = [
      '2000-04-23',
      '2008-03-23',
      '2010-04-04',
      '2011-04-24',
      '2019-04-21',
      '2024-03-31',
      '2025-04-20',
      '2026-04-05',
      '2038-04-25',
    ]
    expect(published.map(day => easter(Number(day.slice(0, 4))))).toEqual(published)
  })
  it('put Orthodox Easter on its published Sundays', () => {
    const published = [
      '2010-04-04',
      '2011-04-24',
      '2019-04-28',
      '2021-05-02',
      '2024-05-05',
      '2025-04-20',
      '2026-04-12',
    ]
    expect(published.map(day => orthodoxEaster(Number(day.slice(0, 4))))).toEqual(published)
  })
  it('put Thanksgiving on the fourth Thursday', () => {
    expect([2023, 2024, 2025, 2026].map(thanksgiving)).toEqual([
      '2023-11-23',
      '2024-11-28',
      '2025-11-27',
      '2026-11-26',
    ])
  })
  it('put the mothers days where the British and the Americans keep them', () => {
    const of = (year: number) => Object.fromEntries(feasts(year).map(f => [f.series, f.from]))
    expect(of(2026)).toMatchObject({
      mothers_day_uk: '2026-03-15',
      mothers_day_us: '2026-05-10',
      black_friday: '2026-11-27',
    })
  })
})
