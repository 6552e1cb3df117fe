import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ComparisonKind, compareDays, oppositeDay } from './comparison.ts'
import { addDays, dayCount, dayNumber, dayOf, daysBetween, weekday } from './day.ts'
import { daysFrom, firstOf } from './days-from.ts'
import { civilYear, type Grain, nrf, periodsBetween, type WindowName } from './period.ts'

const anyDay = fc.integer({ min: dayNumber('2005-01-01'), max: dayNumber('2035-01-01') }).map(dayOf)

const over = (
  kind: ComparisonKind,
  from: string,
  to: string,
  grain?: Grain,
  rule = civilYear,
  window?: WindowName,
) => {
  const buckets = grain ? periodsBetween(rule, from, to, grain) : [{ key: '', label: '', from, to }]
  return compareDays(rule, kind, buckets, grain, [], window)
}
const baseOf = (kind: ComparisonKind, day: string, within: [string, string]) => {
  const buckets = periodsBetween(civilYear, within[0], within[1], 'day')
  const found = compareDays(civilYear, kind, buckets, 'day')
  return found.segments.find(s => s.bucket === buckets.findIndex(b => b.key === day))?.from
}

describe('previous period', () => {
  it('of a whole month is the whole month before, and says that it is longer', () => {
    expect(over('previous_period', '2011-11-01', '2011-11-30')).toMatchObject({
      from: '2011-10-01',
      to: '2011-10-31',
      note: '1 day more than the period itself; 10 weekend days against 8',
    })
  })
  it('mentions unequal weekends without making a warning of them', () => {
    const found = over('last_year', '2011-12-01', '2011-12-31')
    expect(found).toMatchObject({ note: '8 weekend days against 9', caution: false })
  })
  it('of a month to date is the month before to the same elapsed day', () => {
    expect(over('previous_period', '2011-11-01', '2011-11-15')).toMatchObject({
      from: '2011-10-01',
      to: '2011-10-15',
    })
    expect(over('previous_period', '2011-03-01', '2011-03-30')).toMatchObject({
      from: '2011-02-01',
      to: '2011-02-28',
    })
  })
  it('of any other window is as many days before', () => {
    expect(over('previous_period', '2011-11-10', '2011-11-16')).toMatchObject({
      from: '2011-11-03',
      to: '2011-11-09',
    })
  })
  it.for<[WindowName, string, string, string, string]>([
    ['week_to_date', '2026-11-23', '2026-11-25', '2026-11-16', '2026-11-18'],
    // A week and a month that begin on the same day.
    ['week_to_date', '2026-06-01', '2026-06-03', '2026-05-25', '2026-05-27'],
    ['month_to_date', '2026-06-01', '2026-06-03', '2026-05-01', '2026-05-03'],
    ['month_to_date', '2026-11-01', '2026-11-01', '2026-10-01', '2026-10-01'],
    ['quarter_to_date', '2026-10-01', '2026-10-31', '2026-07-01', '2026-07-31'],
    ['last_month', '2026-02-01', '2026-02-28', '2026-01-01', '2026-01-31'],
    // Days that happen to be a month, or its first ones, are so many days.
    ['last_28_days', '2026-02-01', '2026-02-28', '2026-01-04', '2026-01-31'],
    ['last_7_days', '2026-11-01', '2026-11-07', '2026-10-25', '2026-10-31'],
    ['yesterday', '2026-11-01', '2026-11-01', '2026-10-31', '2026-10-31'],
  ])('of %s, %s to %s, is %s to %s', ([window, from, to, first, last]) => {
    expect(over('previous_period', from, to, undefined, civilYear, window)).toMatchObject({
      from: first,
      to: last,
    })
  })
  it('of a single day is the day before, the first of a month too', () => {
    expect(over('previous_period', '2026-11-01', '2026-11-01').from).toBe('2026-10-31')
  })
  it.for([
    ['2026-12-01', '2026-12-31', 'quarter'],
    ['2025-12-01', '2026-01-31', 'quarter'],
    ['2026-09-28', '2026-10-04', 'month'],
  ] as const)('of %s to %s by %s has none of its own days in it', ([from, to, grain]) => {
    const { segments, whole } = over('previous_period', from, to, grain)
    expect(
      segments
        .map(s => s.to)
        .sort()
        .at(-1),
    ).toBe(whole.at(-1)?.to)
    expect(segments.every(s => s.to < from)).toBe(true)
  })
  it('pairs months by place, the last to the same elapsed day', () => {
    const { segments } = over('previous_period', '2011-10-01', '2011-12-09', 'month')
    expect(segments).toEqual([
      { bucket: 0, from: '2011-07-01', to: '2011-07-31' },
      { bucket: 1, from: '2011-08-01', to: '2011-08-31' },
      { bucket: 2, from: '2011-09-01', to: '2011-09-09' },
    ])
  })
  it('pairs weeks that a month cuts by the same number of days', () => {
    const days = (from: string, to: string) =>
      over('previous_period', from, to, 'week').segments.map(s => dayCount(s.from, s.to))
    expect(days('2026-11-01', '2026-11-30')).toEqual([1, 7, 7, 7, 7, 1])
    expect(days('2027-11-01', '2027-11-30')).toEqual([7, 7, 7, 7, 2])
  })
  it('is the same for the whole whatever the grain', () => {
    const of = (grain?: Grain) => over('previous_period', '2011-11-01', '2011-11-30', grain).whole
    expect(of()).toEqual([{ from: '2011-10-01', to: '2011-10-31' }])
    expect([of('day'), of('week'), of('month')]).toEqual([of(), of(), of()])
  })
  it('says when a bucket and the whole end on different days', () => {
    expect(over('previous_period', '2011-10-01', '2011-12-09', 'month').note).toMatch(/same elapsed days/)
  })
})

describe('last year by date', () => {
  it('compares a whole February with a whole February', () => {
    expect(over('last_year', '2025-02-01', '2025-02-28')).toMatchObject({
      from: '2024-02-01',
      to: '2024-02-29',
    })
  })
  it('gives no day of last year to two weeks', () => {
    const sundays = { ...civilYear, weekStart: 7 as const }
    const { segments, note } = over('last_year', '2032-02-22', '2032-03-06', 'week', sundays)
    expect(segments.map(s => [s.from, s.to])).toEqual([
      ['2031-02-22', '2031-02-28'],
      ['2031-03-01', '2031-03-06'],
    ])
    expect(note).toMatch(/29 February/)
  })
  it('leaves 29 February without a day to stand beside', () => {
    const { segments } = over('last_year', '2024-02-28', '2024-03-01', 'day')
    expect(segments.map(s => s.from)).toEqual(['2023-02-28', '2023-03-01'])
  })
})

describe('retail weeks', () => {
  it('restate and do not restate the year after a 53rd week as published', () => {
    const of = (kind: ComparisonKind) => over(kind, '2018-02-04', '2018-02-10', 'week', nrf).from
    expect(of('last_year_restated')).toBe('2017-02-05')
    expect(of('last_year_unrestated')).toBe('2017-01-29')
    expect(over('last_year_unrestated', '2019-02-03', '2019-02-09', 'week', nrf).from).toBe('2018-02-04')
  })
})

describe('a 53rd week', () => {
  const note = (kind: ComparisonKind, from: string, to: string) => over(kind, from, to, undefined, nrf).note
  it('of last year is explained', () => {
    expect(note('last_year_restated', '2018-02-04', '2018-02-10')).toMatch(/shifted by one/)
    expect(note('last_year_unrestated', '2018-02-04', '2018-02-10')).toMatch(/a week apart/)
    expect(note('last_year_restated', '2019-02-03', '2019-02-09')).toBeUndefined()
  })
  it('of this year has no counterpart, and says so', () => {
    expect(note('last_year_unrestated', '2018-01-28', '2018-02-03')).toMatch(/no week 53/)
    expect(over('last_year_unrestated', '2018-01-28', '2018-02-03', 'week', nrf).segments).toEqual([])
    // Week 1 stands beside week 1, whatever is asked for with it; the year of 53 weeks beside one of 52.
    const both = over('last_year_unrestated', '2018-01-28', '2018-02-10', 'week', nrf)
    expect(both.segments).toEqual([{ bucket: 1, from: '2017-01-29', to: '2017-02-04' }])
    expect(both.note).toMatch(/7 days fewer/)
    const year = over('last_year_unrestated', '2017-01-29', '2018-02-03', undefined, nrf)
    expect([year.from, year.to]).toEqual(['2016-01-31', '2017-01-28'])
  })
  it('means nothing to a calendar without retail weeks, which says so', () => {
    expect(over('last_year_unrestated', '2026-01-01', '2026-01-31').note).toMatch(/no retail weeks/)
  })
})

describe('events aligned', () => {
  it('names an event that was not there a year before', () => {
    const sale = { series: 'sale', name: 'Summer sale', from: '2026-07-01', to: '2026-07-05' }
    const found = compareDays(
      civilYear,
      'last_year_event',
      [{ key: '', label: '', from: '2026-07-01', to: '2026-07-31' }],
      undefined,
      [sale],
    )
    expect(found.note).toMatch(/Summer sale had no counterpart/)
  })
  it('puts Easter beside Easter and Black Friday beside Black Friday', () => {
    expect(baseOf('last_year_event', '2011-04-22', ['2011-03-01', '2011-05-31'])).toBe('2010-04-02')
    expect(baseOf('last_year_event', '2025-11-28', ['2025-11-01', '2025-12-31'])).toBe('2024-11-29')
  })
  it('gives the days Easter displaced the days Easter left free', () => {
    expect(baseOf('last_year_event', '2011-04-01', ['2011-03-01', '2011-05-31'])).toBe('2010-04-23')
  })
  it('of the same dates each year displace the days beside them, and none of another season', () => {
    const sale = [2016, 2017, 2018, 2019, 2020].map(year => ({
      ...{ series: 'Summer', name: `Summer ${year}`, from: `${year}-07-07`, to: `${year}-07-09` },
    }))
    for (const year of [2018, 2019, 2020]) {
      const days = periodsBetween(civilYear, `${year}-01-01`, `${year}-12-31`, 'day')
      const { segments } = compareDays(civilYear, 'last_year_event', days, 'day', sale)
      for (const { bucket, from } of segments) {
        const moved = dayNumber(days[bucket]?.from ?? '') - dayNumber(from)
        expect(Math.abs(moved - 364), `${days[bucket]?.from} beside ${from}`).toBeLessThanOrEqual(66)
      }
      if (year === 2018)
        expect(segments.find(one => days[one.bucket]?.from === '2018-07-06')?.from).toBe('2017-07-10')
    }
  })
  it('counts no base day twice, and keeps the weekday', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2005, max: 2035 }), year => {
        const buckets = periodsBetween(civilYear, `${year}-01-01`, `${year}-12-31`, 'day')
        const days = compareDays(civilYear, 'last_year_event', buckets, 'day').segments.flatMap(s =>
          daysBetween(s.from, s.to),
        )
        expect(new Set(days).size).toBe(days.length)
        expect(days.length).toBe(buckets.length)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the days before', () => {
  it('are as many, just before, whatever period the days look like', () => {
    // The first week of a month is a month to date to the period before.
    expect(over('previous_period', '2026-11-01', '2026-11-07').from).toBe('2026-10-01')
    expect(over('previous_days', '2026-11-01', '2026-11-07')).toMatchObject({
      from: '2026-10-25',
      to: '2026-10-31',
    })
    expect(over('previous_days', '2026-02-01', '2026-02-28', 'month')).toMatchObject({
      from: '2026-01-04',
      to: '2026-01-31',
      segments: [{ bucket: 0, from: '2026-01-04', to: '2026-01-31' }],
    })
    const opposite = (from: string, to: string, day: string) =>
      oppositeDay(civilYear, 'previous_days', [{ key: '', label: '', from, to }], undefined, day)
    expect(opposite('2026-02-01', '2026-02-28', '2026-02-28')).toBe('2026-01-31')
    expect(opposite('2026-11-01', '2026-11-07', '2026-11-02')).toBe('2026-10-26')
  })
  it('tile what lies before, bucket by bucket, at every grain', () => {
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom<Grain>('day', 'week', 'month', 'quarter', 'year'),
        (from, days, grain) => {
          const found = over('previous_days', from, addDays(from, days - 1), grain)
          expect(found.segments.flatMap(s => daysBetween(s.from, s.to))).toEqual(
            daysBetween(addDays(from, -days), addDays(from, -1)),
          )
        },
      ),
    )
  })
})

describe('same weekdays', () => {
  it('keeps days, their number and their weekday', () => {
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 0, max: 400 }),
        fc.constantFrom<Grain>('day', 'week', 'month'),
        (from, days, grain) => {
          const to = addDays(from, days)
          const found = over('last_year_weekday', from, to, grain)
          expect(found.segments.reduce((n, s) => n + dayCount(s.from, s.to), 0)).toBe(days + 1)
          expect(weekday(found.from)).toBe(weekday(from))
          expect(found.note).toBeUndefined()
        },
      ),
    )
  })
})

describe('every comparison', () => {
  const rules = [
    civilYear,
    { ...civilYear, fiscalStartMonth: 4, weekStart: 7 as const },
    nrf,
    { ...nrf, calendar: '4-4-5' as const, weekStart: 1 as const, yearEnd: 'last_saturday' as const },
  ]
  // Windows that start where a month or a year does are the ones that calendars treat in their own way.
  const anyStart = anyDay.chain(day =>
    fc.constantFrom(day, `${day.slice(0, 7)}-01`, `${day.slice(0, 4)}-01-01`),
  )
  const anyGrain = fc.constantFrom<Grain | undefined>(
    undefined,
    'hour',
    'day',
    'week',
    'month',
    'quarter',
    'year',
  )
  const asked = (kinds: ComparisonKind[]) =>
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        rule: fc.constantFrom(...rules),
        grain: anyGrain,
        from: anyStart,
        days: fc.integer({ min: 1, max: 800 }),
      })
      .map(({ kind, rule, grain, from, days }) => {
        const to = addDays(from, days - 1)
        const by = grain === 'hour' ? 'day' : grain
        const buckets = by ? periodsBetween(rule, from, to, by) : [{ key: '', label: '', from, to }]
        return { buckets, found: compareDays(rule, kind, buckets, grain), from, to }
      })

  it('gives no base day to two buckets, and all of them lie before', () => {
    const kinds: ComparisonKind[] = [
      'previous_period',
      'previous_days',
      'last_year',
      'last_year_weekday',
      'last_year_event',
      'last_year_restated',
      'last_year_unrestated',
    ]
    fc.assert(
      fc.property(asked(kinds), ({ found, buckets }) => {
        const base = found.segments.flatMap(s => daysBetween(s.from, s.to))
        expect(new Set(base).size).toBe(base.length)
        for (const s of found.segments) {
          expect(s.from <= s.to).toBe(true)
          expect(s.to < (buckets[s.bucket]?.to ?? '')).toBe(true)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('by weekday compares every bucket with as many days, on the same weekdays', () => {
    const kinds: ComparisonKind[] = ['last_year_weekday', 'last_year_event', 'last_year_restated']
    const weekdays = (days: string[]) => days.map(weekday).sort().join('')
    fc.assert(
      fc.property(asked(kinds), ({ found, buckets }) => {
        for (const [index, bucket] of buckets.entries()) {
          const base = found.segments.filter(s => s.bucket === index).flatMap(s => daysBetween(s.from, s.to))
          expect(weekdays(base)).toBe(weekdays(daysBetween(bucket.from, bucket.to)))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('has one whole, whatever the grain, and its note says when it is not as long', () => {
    const kinds: ComparisonKind[] = [
      'previous_period',
      'previous_days',
      'last_year',
      'last_year_weekday',
      'last_year_event',
    ]
    fc.assert(
      fc.property(asked(kinds), ({ found, from, to }) => {
        const days = found.whole.reduce((n, r) => n + dayCount(r.from, r.to), 0)
        expect(/than the period itself/.test(found.note ?? '')).toBe(days !== dayCount(from, to))
        expect([found.whole[0]?.from, found.whole.at(-1)?.to]).toEqual([found.from, found.to])
      }),
      { numRuns: 100 },
    )
  })
})

describe('days somebody chose', () => {
  it('are as many as are asked about, from their first on, day by day and month by month', () => {
    expect(over('from.2011-03-07', '2011-11-01', '2011-11-10')).toMatchObject({
      label: 'the days from 7 Mar 2011',
      from: '2011-03-07',
      to: '2011-03-16',
    })
    expect(baseOf('from.2011-03-07', '2011-11-04', ['2011-11-01', '2011-11-10'])).toBe('2011-03-10')
    const { segments } = over('from.2011-02-10', '2011-10-01', '2011-11-30', 'month')
    expect(segments).toEqual([
      { bucket: 0, from: '2011-02-10', to: '2011-03-12' },
      { bucket: 1, from: '2011-03-13', to: '2011-04-11' },
    ])
  })
  it('stand each opposite one day, none twice', () => {
    fc.assert(
      fc.property(anyDay, anyDay, fc.integer({ min: 0, max: 120 }), (day, first, length) => {
        const [from, to] = [day, addDays(day, length)]
        const buckets = periodsBetween(civilYear, from, to, 'day')
        const opposite = daysBetween(from, to).map(one =>
          oppositeDay(civilYear, daysFrom(first), buckets, 'day', one),
        )
        expect(opposite).toEqual(daysBetween(first, addDays(first, length)))
      }),
    )
  })
  it('are told by a day that exists', () => {
    expect(['from.2026-02-28', 'from.2026-02-30', 'from.9999-01-01', 'last_year'].map(firstOf)).toEqual([
      '2026-02-28',
      null,
      null,
      null,
    ])
  })
})
