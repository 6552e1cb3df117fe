import { describe, expect, it } from 'vitest'
import type { Definition } from '#metrics/query.ts'
import { exceptionsOf, judge, limitsOf } from './exceptions.ts'
import type { SixTwelve } from './model.ts'
import type { Block } from './shape.ts'

const nothing = { value: null, delta: null, ratio: null }
const sums = (value: string | null) => ({ value, lastYear: nothing, target: null })
const chartOf = (values: readonly number[]): SixTwelve => ({
  metric: 'net_sales',
  weeks: values.map((value, n) => ({
    period: `w${n}`,
    label: `wk ${n}`,
    value: String(value),
    lastYear: null,
    target: null,
  })),
  months: [],
  week: { ...sums(String(values.at(-1))), before: nothing },
  month: sums(null),
  quarter: sums(null),
  year: sums(null),
})
const block = { id: 'net_sales', owner: null } as unknown as Block
const definition = { label: 'Net sales', unit: 'money', good: 'up' } as unknown as Definition
const told = (values: readonly number[], yearBefore: readonly (number | null)[]) => {
  const chart = chartOf(values)
  const seen = judge(chart, yearBefore)
  const limits = limitsOf(seen, yearBefore)
  const all = exceptionsOf(block, chart, seen, definition, 'GBP', { share: 0.05, money: 50 })
  return { limits, said: all.map(one => [one.kind, one.tone]), words: all.map(one => one.words) }
}

describe('a week under review', () => {
  const restless = (n: number) => 1 + 0.02 * (((n * 7) % 5) - 2)
  /** Twenty-two weeks that treble towards Christmas, and the same a year before. */
  const season = Array.from({ length: 22 }, (_, n) => 1000 * 3 ** (n / 21))
  const before = season.map((value, n) => value * restless(n))
  const now = season.map((value, n) => 1.1 * value * restless(n + 2))
  const none = season.map(() => null)

  it('of a season like the last one is no exception, and the limits say that they know the season', () => {
    const { said, limits } = told(now, before)
    expect(said).toEqual([])
    expect(limits).toMatchObject({ basis: 'year_before' })
    expect(limits?.words).toContain('each as a ratio to the same week a year before')
    expect(limits?.weeks).toHaveLength(6)
    // The limits rise with the season.
    expect(limits?.weeks?.at(-1)?.low).toBeGreaterThan(limits?.weeks?.[0]?.high ?? 0)
    expect(limits?.low).toBe(limits?.weeks?.at(-1)?.low)
  })

  it('that falls short of the year before is one, in words that say by what it was judged', () => {
    const { said, words } = told(now.with(21, (now[21] ?? 0) * 0.7), before)
    expect(said).toEqual([['beyond_limits', 'bad']])
    expect(words[0]).toMatch(/below the £[\d,.]+ to £[\d,.]+ that the same week a year before lets expect$/)
  })

  it('that misses its target is told by how much, of a share in points alone', () => {
    const missed = (unit: string, delta: string) => {
      const chart = chartOf([1, 1])
      const aimed = { ...chart, week: { ...chart.week, target: { value: '1', delta, ratio: '-0.2' } } }
      const of = { ...definition, unit } as Definition
      const rule = { share: 0.05, money: 50 }
      return exceptionsOf(block, aimed, judge(aimed, []), of, 'GBP', rule).map(one => one.words)
    }
    expect(missed('money', '-120')).toEqual([
      expect.stringMatching(/20\.0 % below target in the week \(−£120\.00\)$/),
    ])
    expect(missed('share', '-0.03')).toEqual([expect.stringMatching(/3\.0 pp below target in the week$/)])
    expect(missed('money', '-20')).toEqual([])
  })

  it('of what is counted keeps between whole numbers: no 19 is above 19', () => {
    const weeks = Array.from({ length: 21 }, (_, n) => 10 + 2 * (n % 3))
    const chart = chartOf([...weeks, 19])
    const seen = judge(chart, [])
    const counted = { ...definition, label: 'Quotes', unit: 'count' } as Definition
    const [one] = exceptionsOf(block, chart, seen, counted, null, { share: 0.05, money: 50 })
    expect(seen?.high(seen.judged.length - 1)).toBeCloseTo(18.97, 1)
    expect(one?.words).toBe('Quotes 19, above the 5 to 18 it keeps to by itself')
  })

  it('shows what is beyond a limit finer than the limit, where they would read the same', () => {
    const weeks = Array.from({ length: 21 }, (_, n) => 0.02 + 0.002 * (n % 3))
    const at = judge(chartOf([...weeks, 0.02]), [])?.low(21) ?? 0
    const chart = chartOf([...weeks, at - 0.0002])
    const rate = { ...definition, label: 'Engagement rate', unit: 'share' } as Definition
    const [one] = exceptionsOf(block, chart, judge(chart, []), rate, null, { share: 0.05, money: 50 })
    expect(one?.words).toMatch(/^Engagement rate (\d\.\d\d) %, below the (\d\.\d\d) % to /)
    expect(one?.words).not.toMatch(/rate (\d\.\d\d) %, below the \1 %/)
  })

  it('without a year before is judged by its own weeks, and the limits say so', () => {
    const { said, limits } = told(now, none)
    expect(said[0]).toEqual(['beyond_limits', 'good'])
    expect(limits).toMatchObject({ basis: 'values' })
    expect(limits?.words).toContain('16 weeks as they are')
    expect(told(now.slice(-13), none).limits).toBeNull()
  })
})
