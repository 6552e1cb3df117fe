import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  askedPeriod,
  comparisonName,
  comparisonsFor,
  passedOver,
  readView,
  spanWords,
  viewKeys,
  whenWords,
  windowFrom,
  writeView,
} from './view.ts'

const day = fc.integer({ min: 0, max: 20_000 }).map(n => new Date(n * 86_400_000).toISOString().slice(0, 10))

describe('the view in the URL', () => {
  it('comes back as it was written', () => {
    const view = fc.record({
      period: fc.option(
        fc.oneof(
          fc.constantFrom('last_28_days', 'month_to_date').map(window => ({ window })),
          fc.tuple(day, day).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
        ),
      ),
      compare: fc.option(fc.uniqueArray(fc.constantFrom('previous_period', 'last_year', 'plan.Budget 2027'))),
      stores: fc.uniqueArray(fc.constantFrom('gifts', 'b2b-uk')),
      currency: fc.option(fc.constantFrom('GBP', 'EUR')),
    })
    fc.assert(
      fc.property(view, one => {
        expect(readView(writeView(one))).toEqual(one)
      }),
    )
  })

  it('leaves out what makes no sense instead of failing', () => {
    const view = readView({ period: '2011-12-09..soon', currency: 'pounds', store: ',' })
    expect(view).toEqual({ period: null, compare: null, stores: [], currency: null })
  })

  it('turns days given backwards around', () => {
    expect(readView({ period: '2011-12-09..2011-12-01' }).period).toEqual({
      from: '2011-12-01',
      to: '2011-12-09',
    })
  })

  it('keeps apart "not chosen" and "none wanted"', () => {
    expect(readView({}).compare).toBeNull()
    expect(readView({ compare: 'none' }).compare).toEqual([])
    expect(viewKeys).toContain('compare')
  })
})

describe('the period that is asked for', () => {
  const known = { firstDay: '2009-12-01', lastDay: '2011-12-09' }

  it('is the latest month with data when the data ended long ago', () => {
    expect(askedPeriod(null, known, '2026-11-23')).toEqual({
      from: '2011-12-01',
      to: '2011-12-09',
      anchor: '2011-12-09',
      chosen: false,
    })
  })

  it('counts a named window back from the last day with data', () => {
    const asked = askedPeriod({ window: 'last_28_days' }, known, '2026-11-23')
    expect([asked.from, asked.to]).toEqual(['2011-11-12', '2011-12-09'])
  })

  it('is left to the server while data are current', () => {
    expect(askedPeriod({ window: 'last_28_days' }, known, '2011-12-10')).toEqual({
      window: 'last_28_days',
      anchor: null,
      chosen: true,
    })
  })

  it('is last month on the first of a month without sales yet', () => {
    expect(askedPeriod(null, { ...known, lastDay: '2011-11-30' }, '2011-12-01').window).toBe('last_month')
  })

  it('keeps days that were chosen', () => {
    expect(askedPeriod({ from: '2010-01-01', to: '2010-01-31' }, known, '2026-11-23')).toMatchObject({
      from: '2010-01-01',
      to: '2010-01-31',
    })
  })
})

describe('the comparisons that are asked for', () => {
  const known = { firstDay: '2009-12-01', lastDay: '2011-12-09' }
  const view = readView({})

  it('are the usual two', () => {
    expect(comparisonsFor(view, known, { from: '2011-12-01', to: '2011-12-09' })).toEqual([
      'previous_period',
      'last_year',
    ])
  })
  it('leave out one that would lie before all data', () => {
    expect(comparisonsFor(view, known, { from: '2009-12-01', to: '2011-12-09' })).toEqual(['last_year'])
  })
  it('are those chosen, whatever the data', () => {
    const chosen = readView({ compare: 'previous_period' })
    expect(comparisonsFor(chosen, known, { from: '2009-12-01', to: '2011-12-09' })).toEqual([
      'previous_period',
    ])
  })
})

describe('windows', () => {
  it('cut at the ends of months, quarters and years', () => {
    expect(windowFrom('last_month', '2012-03-31')).toEqual({ from: '2012-02-01', to: '2012-02-29' })
    expect(windowFrom('last_quarter', '2011-02-10')).toEqual({ from: '2010-10-01', to: '2010-12-31' })
    expect(windowFrom('week_to_date', '2011-12-11')).toEqual({ from: '2011-12-05', to: '2011-12-11' })
    expect(windowFrom('all_time', '2011-12-11')).toBeNull()
    expect(windowFrom('soon', '2011-12-11')).toBeNull()
  })
})

describe('words', () => {
  it.each([
    ['2011-12-09', '2011-12-09', '9 Dec 2011'],
    ['2011-12-01', '2011-12-09', '1–9 Dec 2011'],
    ['2011-12-01', '2011-12-31', 'Dec 2011'],
    ['2011-01-01', '2011-12-31', '2011'],
    ['2010-12-01', '2011-11-30', 'Dec 2010 – Nov 2011'],
    ['2011-11-28', '2011-12-09', '28 Nov – 9 Dec 2011'],
    ['2010-11-28', '2011-12-09', '28 Nov 2010 – 9 Dec 2011'],
  ])('%s to %s is %s', (from, to, text) => expect(spanWords(from, to)).toBe(text))

  it('tell when, in a sentence', () => {
    expect(whenWords('2011-12-09', '2011-12-09')).toBe('on 9 Dec 2011')
    expect(whenWords('2011-12-01', '2011-12-31')).toBe('in Dec 2011')
    expect(whenWords('2011-12-01', '2011-12-09')).toBe('from 1 to 9 Dec 2011')
    expect(whenWords('2010-12-01', '2011-11-30')).toBe('from Dec 2010 to Nov 2011')
  })

  it('call a target by its name, a plan by its own as soon as an answer tells it, and nothing else by a label', () => {
    expect(comparisonName('plan.Budget').short).toBe('vs Budget')
    expect(comparisonName('plan.le9', { label: 'LE9 2026' })).toMatchObject({
      label: 'Plan: LE9 2026',
      short: 'vs LE9 2026',
      said: 'LE9 2026',
    })
    expect(comparisonName('plan.le9', { label: '' }).said).toBe('le9')
    expect(comparisonName('last_year', { label: 'same dates' }).short).toBe('vs last year')
  })
})

it('a word in the address that is no period or comparison is passed over, and said', () => {
  const read = (search: Record<string, string>) => [readView(search).compare, passedOver(search)]
  expect(read({ compare: 'previous' })).toEqual([
    null,
    ['“previous” in the address is no comparison: the usual ones are shown.'],
  ])
  expect(read({ compare: 'previous,last_year,lastyear' })).toEqual([
    ['last_year'],
    ['“previous” and “lastyear” in the address are no comparisons: the others are shown.'],
  ])
  expect(read({ compare: 'none' })).toEqual([[], []])
  expect(read({ compare: 'plan.budget-2026,last_year' })).toEqual([['plan.budget-2026', 'last_year'], []])
  expect(read({ compare: 'from.2026-03-01,last_year' })).toEqual([['from.2026-03-01', 'last_year'], []])
  expect(read({ compare: 'from.2026-02-30' })[0]).toBeNull()
  expect(comparisonName('from.2026-03-01').short).toBe('vs the days from 1 Mar 2026')
  expect(read({ compare: 'constructor' })[0]).toBeNull()
  expect(readView({ period: 'last_fortnight' }).period).toBeNull()
  expect(passedOver({ period: 'last_fortnight' })).toEqual([
    '“last_fortnight” in the address is no period: the latest month is shown.',
  ])
  expect(passedOver({ period: 'last_7_days', compare: 'last_year' })).toEqual([])
})
