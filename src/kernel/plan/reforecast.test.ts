import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { calculate } from './calculate.ts'
import { plainOrNull } from './fixed.ts'
import { broughtTo, expectedWords, expecting, mayComeWords, volumeOf, weighed } from './reforecast.ts'
import { rolled } from './roll.ts'
import { type Line, type Sheet, sheetPeriods } from './sheet.ts'

const line = (name: string, unit: string, formula: string | null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name,
  unit,
  formula,
  over: ['store'],
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheet: Sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-02-28'),
  dimensions: [{ name: 'store', label: 'Store', members: ['a', 'b'] }],
  lines: [
    line('sessions', 'sessions', null),
    line('conversion', 'orders/sessions', null, { roll: 'weighted', weight: 'sessions' }),
    line('orders', 'orders', 'sessions * conversion'),
    line('aov', 'money/orders', null, { roll: 'weighted', weight: 'orders' }),
    line('net_sales', 'money', 'orders * aov'),
    line('media', 'money', null),
    line('profit', 'money', 'net_sales - media', { over: [], negative: true }),
  ],
}
const made = () =>
  calculate(
    sheet,
    sheet.periods.flatMap(({ key: period }) =>
      ['a', 'b'].flatMap((store, n) =>
        Object.entries({ sessions: n ? '300' : '100', conversion: '0.1', aov: '20', media: '50' }).map(
          ([name, value]) => ({ line: name, slice: [store], period, value }),
        ),
      ),
    ),
  )
const total = (plan: ReturnType<typeof made>, name: string, first: number, last = first) =>
  plainOrNull(rolled(plan, name, { members: {}, first, last }))

describe('what somebody expects', () => {
  it('moves the plan by its volume, and the result with it', () => {
    const plan = made()
    expect(volumeOf(plan, 'net_sales')?.name).toBe('sessions')
    expect(expecting(plan, [{ line: 'net_sales', period: '2027-02', value: '1000' }])).toEqual([])
    expect(total(plan, 'net_sales', 0)).toBe('800')
    expect(total(plan, 'net_sales', 1)).toBe('1000')
    expect(total(plan, 'profit', 1)).toBe('900')
    expect(total(plan, 'conversion', 1)).toBe('0.1')
  })
  it('of a result is sought through what stands in between', () => {
    const plan = made()
    expecting(plan, [{ line: 'profit', period: '2027-01', value: '500' }])
    expect(Number(total(plan, 'profit', 0))).toBeCloseTo(500, 1)
    expect(Number(total(plan, 'net_sales', 0))).toBeCloseTo(600, 1)
  })
  it('of a filled-in line is spread as it is; what cannot be carried through is told', () => {
    const plan = made()
    expect(broughtTo(plan, { line: 'sessions', period: '2027-01', value: '800' })).toMatchObject([
      { slice: ['a'], value: '200' },
      { slice: ['b'], value: '600' },
    ])
    const notes = expecting(plan, [{ line: 'profit', period: '2027-01', value: '-5000' }])
    expect(notes[0]).toContain('profit of -5,000 in Jan 2027 is not carried through')
    expect(total(plan, 'net_sales', 0)).toBe('800')
  })
})

it('weighs what may come by its probability, by period and at its worst', () => {
  const found = weighed([
    { kind: 'risk', probability: '0.3', impact: { '2027-01': '100', '2027-02': '200' } },
    { kind: 'opportunity', probability: '0.5', impact: { '2027-02': '80' } },
  ])
  expect(found).toEqual({
    risks: '-90',
    opportunities: '40',
    net: '-50',
    worst: '-300',
    best: '80',
    byPeriod: { '2027-01': '-30', '2027-02': '-20' },
  })
  expect(weighed([])).toMatchObject({ net: '0', worst: '0', byPeriod: {} })
})

describe('words beside a landing', () => {
  const money = (value: string) => `£${value}`.replace('£-', '−£')
  it('name only the side on which something may come', () => {
    expect(mayComeWords({ worst: '-40', best: '0' }, money)).toBe('−£40 at worst')
    expect(mayComeWords({ worst: '0', best: '25' }, money)).toBe('+£25 at best')
    expect(mayComeWords({ worst: '-40', best: '25' }, money)).toBe('from −£40 at worst to +£25 at best')
    expect(mayComeWords({ worst: '0', best: '0' }, money)).toBe('nothing is listed')
  })
  it('say where expectations changed nothing', () => {
    expect(expectedWords(0, '0', money)).toBe('nobody expects otherwise')
    expect(expectedWords(2, '0.00', money)).toBe('2 expectations, which change nothing of it')
    expect(expectedWords(1, '-5', money)).toBe('−£5 by 1 expectation')
  })
})
