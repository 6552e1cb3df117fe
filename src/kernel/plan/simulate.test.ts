import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { calculate } from './calculate.ts'
import { plainOf } from './fixed.ts'
import { cholesky, normalBelow, normalQuantile } from './random.ts'
import { rolled } from './roll.ts'
import { seek, sensitivity } from './seek.ts'
import { type Line, type Sheet, sheetPeriods } from './sheet.ts'
import { type Driver, simulate } from './simulate.ts'

const line = (name: string, unit: string, formula: string | null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name,
  unit,
  formula,
  over: [],
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheet: Sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-02-28'),
  dimensions: [{ name: 'store', label: 'Store', members: ['uk', 'de'] }],
  lines: [
    line('sessions', 'sessions', null, { over: ['store'] }),
    line('conversion', 'orders/sessions', null, { roll: 'none' }),
    line('aov', 'money/orders', null, { roll: 'none' }),
    line('sales', 'money', 'sessions * conversion * aov', {}),
    line('media', 'money', null),
    line('profit', 'money', 'sales - media'),
    line('margin', 'share', 'profit / sales', { roll: 'ratio' }),
  ],
}
const plan = calculate(
  sheet,
  sheet.periods.flatMap(({ key: period }) => [
    { line: 'sessions', slice: ['uk'], period, value: '3000' },
    { line: 'sessions', slice: ['de'], period, value: '2000' },
    { line: 'conversion', slice: [], period, value: '0.02' },
    { line: 'aov', slice: [], period, value: '50' },
    { line: 'media', slice: [], period, value: '1000' },
  ]),
)
const year = { members: {}, first: 0, last: 1 }
const run = (drivers: Driver[], target: string, more: Partial<Parameters<typeof simulate>[1]> = {}) =>
  simulate(plan, { drivers, target, part: year, runs: 40_000, seed: 7, ...more })
const within = (value: number, wanted: number, share: number) =>
  expect(Math.abs(value / wanted - 1)).toBeLessThan(share)

describe('Monte Carlo', () => {
  // Sales are 10,000 over the two months, media 2,000.
  it('agrees with the closed form of a sum of normals', () => {
    const found = run(
      [
        { line: 'sessions', spread: { kind: 'normal', sd: 0.1 } },
        { line: 'media', spread: { kind: 'normal', sd: 0.3 } },
      ],
      'profit',
    )
    const sd = Math.hypot(0.1 * 10_000, 0.3 * 2_000)
    expect(found.base).toBe(8000)
    within(found.mean, 8000, 0.005)
    within(found.sd, sd, 0.02)
    within(found.p90, 8000 + 1.2816 * sd, 0.01)
    within(found.p10, 8000 - 1.2816 * sd, 0.01)
  })
  it('agrees with the closed form of a product of lognormals, correlated or not', () => {
    const drivers: Driver[] = [
      { line: 'conversion', spread: { kind: 'lognormal', sd: 0.2 } },
      { line: 'aov', spread: { kind: 'lognormal', sd: 0.2 } },
    ]
    const s2 = Math.log(1.04)
    for (const r of [0, 0.6, -0.8]) {
      const found = run(drivers, 'sales', { correlations: [{ a: 0, b: 1, r }] })
      const variance = 2 * s2 * (1 + r)
      within(found.p50, 10_000 * Math.exp(-s2), 0.01)
      within(found.p90, 10_000 * Math.exp(-s2 + 1.2816 * Math.sqrt(variance)), 0.015)
      within(found.mean, 10_000 * Math.exp(s2 * r), 0.01)
    }
  })
  it('agrees with the mean and spread of triangles and boxes', () => {
    const triangle = run(
      [{ line: 'aov', spread: { kind: 'triangular', low: 0.8, mode: 0.9, high: 1.3 } }],
      'sales',
    )
    within(triangle.mean, 10_000, 0.005)
    within(triangle.sd, 10_000 * Math.sqrt((0.64 + 0.81 + 1.69 - 0.72 - 1.04 - 1.17) / 18), 0.02)
    const box = run([{ line: 'aov', spread: { kind: 'uniform', low: 0.5, high: 1.5 } }], 'sales')
    within(box.p10, 6000, 0.02)
    within(box.sd, 10_000 / Math.sqrt(12), 0.02)
  })
  it('takes a range of no width for a constant, and refuses what has no value at it', () => {
    const wide = { kind: 'uniform', low: 0.8, high: 0.8 } as const
    const sharp = { kind: 'triangular', low: 0.8, mode: 0.8, high: 0.8 } as const
    for (const spread of [wide, sharp]) {
      const found = run([{ line: 'aov', spread }], 'sales')
      expect([found.p10, found.p50, found.p90].map(Math.round)).toEqual([8000, 8000, 8000])
      expect(found.histogram.every(bar => Number.isFinite(bar.share))).toBe(true)
    }
    const none = { kind: 'uniform', low: 0, high: 0 } as const
    expect(run([{ line: 'aov', spread: none }], 'sales').p50).toBe(0)
    expect(() => run([{ line: 'aov', spread: none }], 'margin')).toThrow('has no value in some of the runs')
  })
  it('gives the same for the same seed, and names what matters most first', () => {
    const drivers: Driver[] = [
      { line: 'media', spread: { kind: 'normal', sd: 0.1 } },
      { line: 'sessions', members: { store: 'uk' }, spread: { kind: 'normal', sd: 0.1 } },
    ]
    const [a, b, c] = [run(drivers, 'profit'), run(drivers, 'profit'), run(drivers, 'profit', { seed: 8 })]
    expect(a.sorted).toEqual(b.sorted)
    expect(a.mean).not.toBe(c.mean)
    expect(a.tornado.map(one => one.driver)).toEqual([1, 0])
    within((a.tornado[0]?.high ?? 0) - 8000, 1.2816 * 600, 0.001)
    within(run(drivers, 'margin').base, 0.8, 1e-9)
  })
  it('refuses drivers that are worked out, and correlations that cannot be', () => {
    const spread = { kind: 'normal' as const, sd: 0.1 }
    expect(() => run([{ line: 'sales', spread }], 'profit')).toThrow('is worked out')
    const three = ['sessions', 'aov', 'media'].map(name => ({ line: name, spread }))
    expect(() =>
      run(three, 'profit', {
        correlations: [
          { a: 0, b: 1, r: 0.9 },
          { a: 1, b: 2, r: 0.9 },
          { a: 0, b: 2, r: -0.9 },
        ],
      }),
    ).toThrow('aov and media cannot be at 0.9 while sessions is at 0.9')
    expect(
      cholesky([
        [1, 1],
        [1, 1],
      ]),
    ).toEqual([
      [1, 0],
      [1, 0],
    ])
  })
  it('has a quantile that is the inverse of its distribution', () => {
    for (const p of [0.001, 0.02, 0.1, 0.5, 0.8, 0.999])
      expect(normalBelow(normalQuantile(p))).toBeCloseTo(p, 8)
  })
})

describe('a plan whose first month is over', () => {
  const closed = ['2027-01']

  it('is as unsure as its open month alone', () => {
    const drivers: Driver[] = [{ line: 'sessions', spread: { kind: 'normal', sd: 0.1 } }]
    const [all, rest] = [run(drivers, 'sales'), run(drivers, 'sales', { closed })]
    expect(rest.base).toBe(10_000)
    within(rest.sd, all.sd / 2, 1e-9)
    const [widest] = rest.tornado
    within((widest?.high ?? 0) - (widest?.low ?? 0), 2 * 1.2816 * 500, 0.001)
  })
  it('makes the year in what is left of it', () => {
    const found = seek(plan, { line: 'sessions' }, { line: 'profit', part: year, closed }, '9000')
    expect(Number(found.factor)).toBeCloseTo(1.2, 10)
    expect(found.before).toBe('5000')
    expect(Number(found.after)).toBeCloseTo(6000, 6)
  })
  it('changes in its open month alone', () => {
    const levers = [{ lever: { line: 'conversion' }, changes: [0, 0.1] }]
    const table = sensitivity(plan, levers, { line: 'sales', part: year, closed })
    expect(table.map(cell => cell.value)).toEqual(['10000', '10500'])
  })
  it('has nothing to ask of once all of it is closed', () => {
    const over = { closed: ['2027-01', '2027-02'] }
    const media: Driver = { line: 'media', spread: { kind: 'normal', sd: 0.1 } }
    expect(() => run([media], 'profit', over)).toThrow('Every period of it is closed')
    expect(() => seek(plan, media, { line: 'profit', part: year, ...over }, '9000')).toThrow('closed')
  })
})

describe('what makes the year', () => {
  it('finds the conversion that does, and leaves the plan as it was', () => {
    const found = seek(plan, { line: 'conversion' }, { line: 'profit', part: year }, '9000')
    expect(Number(found.factor)).toBeCloseTo(1.1, 10)
    expect(Number(found.reached)).toBeCloseTo(9000, 6)
    expect(plainOf(rolled(plan, 'profit', year) ?? 0n)).toBe('8000')
    const one = seek(
      plan,
      { line: 'sessions', members: { store: 'uk' } },
      { line: 'profit', part: year },
      '8600',
    )
    expect(one.before).toBe('6000')
    expect(Number(one.after)).toBeCloseTo(6600, 6)
  })
  it('says how far a driver gets where it does not get there', () => {
    expect(() => seek(plan, { line: 'media' }, { line: 'profit', part: year }, '20000')).toThrow(
      'it gets from',
    )
    expect(() => seek(plan, { line: 'media' }, { line: 'sales', part: year }, '20000')).toThrow(
      'does not depend on',
    )
  })
  it('tables two drivers against each other', () => {
    const table = sensitivity(
      plan,
      [
        { lever: { line: 'conversion' }, changes: [-0.1, 0, 0.1] },
        { lever: { line: 'aov' }, changes: [0, 0.1] },
      ],
      { line: 'sales', part: year },
    )
    expect(table.map(cell => cell.value)).toEqual(['9000', '9900', '10000', '11000', '11000', '12100'])
  })
})
