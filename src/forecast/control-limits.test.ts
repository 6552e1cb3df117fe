import { describe, expect, it } from 'vitest'
import { controlLimits, limitsOfKnown, limitsWords, seasonalLimits, signals } from './control-limits.ts'

describe('an XmR chart', () => {
  // Worked by hand: mean 49.6, moving ranges 2 5 3 4 1 6 2 3 1, their mean 3.
  const values = [50, 52, 47, 50, 46, 47, 53, 51, 48, 49]

  it('has limits at 2.66 mean moving ranges from the mean', () => {
    const limits = controlLimits(values)
    expect(limits?.mean).toBeCloseTo(49.3, 10)
    expect(limits?.movingRange).toBeCloseTo(3, 10)
    expect(limits?.high).toBeCloseTo(57.28, 10)
    expect(limits?.low).toBeCloseTo(41.32, 10)
    expect(limits?.rangeHigh).toBeCloseTo(9.804, 10)
  })

  it('tells a value beyond the limits, a run of eight, and a step too far', () => {
    const limits = controlLimits(values)
    if (limits === null) throw new Error('no limits')
    expect(signals(values, limits)).toEqual([])
    expect(signals([50, 58, 50], limits)).toEqual([{ index: 1, from: 1, kind: 'beyond_limits', above: true }])
    expect(signals([48, ...new Array(9).fill(51)], limits)).toEqual([
      { index: 8, from: 1, kind: 'run', above: true },
    ])
    expect(signals([44, 54], limits)).toEqual([{ index: 1, from: 0, kind: 'range', above: true }])
  })

  it('needs two values', () => {
    expect(controlLimits([5])).toBeNull()
  })
})

describe('limits of a series with a season', () => {
  /** Twenty-seven weeks that double towards Christmas, a little restless, and the same a year before. */
  const season = Array.from({ length: 27 }, (_, n) => 100 * 2 ** (n / 26))
  const restless = (n: number) => 1 + 0.02 * (((n * 7) % 5) - 2)
  const before = season.map((value, n) => value * restless(n))
  const judge = (values: readonly number[], year: readonly number[] = before) => {
    const found = seasonalLimits(values, year, 26)
    if (found === null) throw new Error('no limits')
    return { ...found, last: signals(found.judged, found.limits).filter(one => one.index === 26) }
  }

  it('judges each week by the same one a year before, so that Christmas is no signal', () => {
    const now = season.map((value, n) => 1.1 * value * restless(n + 2))
    expect(judge(now)).toMatchObject({ basis: 'year_before', last: [] })
    // By the weeks alone the same Christmas stands out.
    expect(
      judge(
        now,
        season.map(() => Number.NaN),
      ).last.map(one => one.kind),
    ).toContain('beyond_limits')
  })

  it('tells a Christmas that falls short of what the year before would have it', () => {
    const now = season.map((value, n) => 1.1 * value * restless(n + 2) * (n === 26 ? 0.7 : 1))
    const { basis, last, usual } = judge(now)
    expect([basis, last.map(one => [one.kind, one.above])]).toEqual([
      'year_before',
      [
        ['beyond_limits', false],
        ['range', false],
      ],
    ])
    expect(usual(26)).toBeCloseTo(1.1 * (before[26] ?? 0), -1)
  })

  it('leaves a series without a season to its own values', () => {
    const calm = season.map((_, n) => 100 * restless(n))
    const wild = season.map((_, n) => 100 * (1 + 0.5 * (((n * 11) % 7) / 7)))
    expect(judge(calm, wild).basis).toBe('values')
  })

  it('leaves out what is not known, and says which limits it took', () => {
    const now = season.map((value, n) => 1.1 * value * restless(n + 2) * (n === 26 ? 0.7 : 1))
    const series = now.map((value, n) => ({
      value: n === 3 ? null : value,
      // Ten weeks that nothing is known a year before of.
      yearBefore: n < 10 ? null : (before[n] ?? null),
    }))
    const seen = limitsOfKnown(series, 1, 8)
    expect(seen).toMatchObject({ basis: 'year_before', learn: 16 })
    expect(seen?.last.map(one => [one.kind, one.above])).toEqual([['beyond_limits', false]])
    expect(seen && limitsWords(seen)).toContain('of 16 weeks, each as a ratio to the same week a year before')
    // Too few weeks know their year: all of them, as they are.
    const young = series.map((one, n) => (n < 20 ? { ...one, yearBefore: null } : one))
    expect(limitsOfKnown(young, 1, 8)).toMatchObject({ basis: 'values', learn: 25 })
    expect(limitsOfKnown(series.slice(-8), 1, 8)).toBeNull()
    expect(limitsOfKnown([...series, { value: null, yearBefore: 1 }], 1, 8)).toBeNull()
  })
})
