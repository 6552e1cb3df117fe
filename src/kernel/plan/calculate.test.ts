import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { calculate, type Input } from './calculate.ts'
import { explain, unfilled } from './explain.ts'
import { fixed, plainOf, plainOrNull } from './fixed.ts'
import { rolled } from './roll.ts'
import { type Line, type Sheet, sheetPeriods } from './sheet.ts'
import { simulate } from './simulate.ts'
import { template, waterfall } from './templates.ts'

const line = (name: string, unit: string, formula: string | null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name.replaceAll('_', ' '),
  unit,
  formula,
  over: [],
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheet = (lines: Line[], stores = ['uk', 'de'], to = '2027-04-30'): Sheet => ({
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', to),
  dimensions: [
    { name: 'store', label: 'Store', members: stores },
    { name: 'channel', label: 'Channel', members: ['web', 'shop'] },
  ],
  lines,
})
const at = (name: string, period: string, value: string | null, slice: string[] = []): Input => ({
  line: name,
  slice,
  period,
  value,
})
const all = (one: Sheet, name: string, value: string, slices: string[][] = [[]]) =>
  slices.flatMap(slice => one.periods.map(period => at(name, period.key, value, slice)))
const whole = { members: {}, first: 0, last: 3 }

describe('a plan worked out', () => {
  const by = { over: ['store'] }
  const trade = sheet([
    line('sessions', 'sessions', null, by),
    line('conversion', 'orders/sessions', null, { ...by, roll: 'weighted', weight: 'sessions' }),
    line('orders', 'orders', 'sessions * conversion', by),
    line('aov', 'money/orders', null, { ...by, roll: 'weighted', weight: 'orders' }),
    line('sales', 'money', 'orders * aov', by),
    line('rent', 'money', null),
    line('profit', 'money', 'sales - rent', { negative: true }),
    line('margin', 'share', 'profit / sales', { roll: 'ratio' }),
    line('share', 'share', 'sales / all(sales)', { ...by, roll: 'none' }),
  ])
  const slices = [['uk'], ['de']]
  const inputs = [
    ...all(trade, 'sessions', '1000', [['uk']]),
    ...all(trade, 'sessions', '3000', [['de']]),
    ...all(trade, 'conversion', '0.02', [['uk']]),
    ...all(trade, 'conversion', '0.04', [['de']]),
    ...all(trade, 'aov', '50.10', slices),
    ...all(trade, 'rent', '1000'),
  ]

  it('multiplies drivers, adds slices up for lines of the whole, and says shares of a total', () => {
    const plan = calculate(trade, inputs)
    expect(plan.problems).toEqual([])
    const value = (name: string, slice: string[] = []) =>
      plainOrNull(plan.value({ line: name, slice, period: '2027-02' }))
    expect(value('sales', ['uk'])).toBe('1002')
    expect(value('sales', ['de'])).toBe('6012')
    expect(value('profit')).toBe('6014')
    expect(value('share', ['uk'])).toBe('0.142857142857')
  })

  it('rolls amounts up by adding, rates by what weighs them, ratios by their formula', () => {
    const plan = calculate(trade, inputs)
    expect(plainOrNull(rolled(plan, 'sales', whole))).toBe('28056')
    expect(plainOrNull(rolled(plan, 'conversion', whole))).toBe('0.035')
    expect(plainOrNull(rolled(plan, 'margin', whole))).toBe('0.857428001141')
    expect(plainOrNull(rolled(plan, 'conversion', { ...whole, members: { store: 'uk' } }))).toBe('0.02')
  })

  it('recalculates what depends on an edit and nothing else', () => {
    const plan = calculate(trade, inputs)
    const moved = plan.set([at('sessions', '2027-02', '2000', ['uk'])])
    const names = moved.map(({ line: n, period }) => `${trade.lines[n]?.name} ${period}`)
    expect(new Set(names)).toEqual(
      new Set(['sessions 1', 'orders 1', 'sales 1', 'profit 1', 'margin 1', 'share 1']),
    )
    expect(plan.set([at('sessions', '2027-02', '2000', ['uk'])])).toEqual([])
  })

  it('ends where working everything out anew ends, whatever was edited in whatever order', () => {
    const edit = fc.record({
      line: fc.constantFrom('sessions', 'conversion', 'aov'),
      slice: fc.constantFrom(['uk'], ['de']),
      period: fc.constantFrom('2027-01', '2027-02', '2027-03', '2027-04'),
      value: fc.option(fc.integer({ min: -99999, max: 99999 }).map(n => String(n / 1000))),
    })
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), edits => {
        const plan = calculate(trade, inputs)
        for (const one of edits) plan.set([one])
        const anew = calculate(trade, [...inputs, ...edits])
        trade.lines.forEach((_, n) => {
          for (let slice = 0; slice < plan.slices(n).count; slice += 1)
            for (let period = 0; period < 4; period += 1)
              expect(plan.at(n, slice, period)).toBe(anew.at(n, slice, period))
        })
      }),
      { numRuns: 60 },
    )
  })

  it('says of a cell without a value what is missing, following it down', () => {
    const plan = calculate(trade, inputs)
    plan.set([at('sessions', '2027-03', null, ['de'])])
    const told = explain(plan, { line: 'margin', slice: [], period: '2027-03' })
    expect(told.missing).toBe('sessions (de; Mar 2027) is empty.')
    expect(told.formula).toBe('profit / sales')
    expect(plan.value({ line: 'margin', slice: [], period: '2027-02' })).not.toBeNull()
    plan.set([at('sessions', '2027-03', '0', ['de']), at('sessions', '2027-03', '0', ['uk'])])
    expect(explain(plan, { line: 'margin', slice: [], period: '2027-03' }).missing).toBe(
      'margin (Mar 2027) divides by 0.',
    )
  })

  it('names the lines nobody has filled in anywhere', () => {
    const plan = calculate(trade, inputs)
    expect(unfilled(plan)).toEqual([])
    const places = trade.periods.flatMap(({ key }) => ['uk', 'de'].map(member => [key, member] as const))
    plan.set(places.map(([period, member]) => at('sessions', period, null, [member])))
    expect(unfilled(plan).map(line => line.name)).toEqual(['sessions'])
    plan.set([at('sessions', '2027-04', '0', ['de'])])
    expect(unfilled(plan)).toEqual([])
  })

  it('refuses a text, a worked-out cell and a place that is not there, and leaves nothing half-done', () => {
    const plan = calculate(trade, inputs)
    const before = plan.value({ line: 'profit', slice: [], period: '2027-01' })
    const good = at('sessions', '2027-01', '9', ['uk'])
    expect(() => plan.set([good, at('aov', '2027-01', 'fifty', ['uk'])])).toThrow('"fifty" is no number')
    expect(() => plan.set([good, at('sales', '2027-01', '1', ['uk'])])).toThrow('is worked out from')
    expect(() => plan.set([good, at('aov', '2027-01', '1', ['fr'])])).toThrow('"fr" is no Store')
    expect(() => plan.set([good, at('aov', '2028-01', '1', ['uk'])])).toThrow('no period "2028-01"')
    expect(plan.value({ line: 'profit', slice: [], period: '2027-01' })).toBe(before)
  })
})

describe('time in a plan', () => {
  const stock = sheet([
    line('opening', 'units', null, { roll: 'none' }),
    line('intake', 'units', null, { blank: 'zero' }),
    line('sold', 'units', null),
    line('start', 'units', 'coalesce(finish[-1], opening)', { roll: 'none' }),
    line('finish', 'units', 'start + intake - sold', { roll: 'last', negative: true }),
    line('ahead', 'units', 'sum(sold[1..2])', { roll: 'none' }),
    line('to_date', 'units', 'cumulative(sold)', { roll: 'last' }),
    line('of_year', 'share', 'sold / year(sold)', { roll: 'ratio' }),
    line('per_day', 'units/days', 'sold / days', { roll: 'ratio' }),
  ])
  const inputs = [...all(stock, 'opening', '100'), ...all(stock, 'sold', '30'), at('intake', '2027-03', '50')]

  it('lets stock run from period to period, and looks ahead and back', () => {
    const plan = calculate(stock, inputs)
    expect(plan.problems).toEqual([])
    const row = (name: string) =>
      stock.periods.map(period => plainOrNull(plan.value({ line: name, slice: [], period: period.key })))
    expect(row('finish')).toEqual(['70', '40', '60', '30'])
    expect(row('ahead')).toEqual(['60', '60', null, null])
    expect(row('to_date')).toEqual(['30', '60', '90', '120'])
    expect(row('of_year')).toEqual(['0.25', '0.25', '0.25', '0.25'])
    expect(row('per_day')[1]).toBe('1.071428571429')
    plan.set([at('sold', '2027-01', '31')])
    expect(row('finish')).toEqual(['69', '39', '59', '29'])
    expect(plainOrNull(rolled(plan, 'finish', whole))).toBe('29')
  })

  it('rolls up a ratio over a run of periods by that of its periods, and over a year by its own', () => {
    const trade = {
      ...sheet([
        line('sales', 'money', null),
        line('stock', 'money', null, { roll: 'last' }),
        line('turn', 'ratio', 'sales / average(stock[-1..0])', { roll: 'ratio' }),
        line('on_least', 'ratio', 'sales / min(sales[-1..0])', { roll: 'ratio' }),
        line('of_year', 'share', 'sales / year(sales)', { roll: 'ratio' }),
        line('a_day', 'money/days', 'sales / days', { roll: 'ratio' }),
      ]),
      periods: sheetPeriods(civilYear, '2026-11-01', '2027-02-28'),
    }
    const plan = calculate(
      trade,
      trade.periods.flatMap(({ key }, n) => [
        at('sales', key, String(100 * (n + 1))),
        at('stock', key, String(40 + 10 * n)),
      ]),
    )
    const over = (name: string, first: number, last: number) =>
      plainOrNull(rolled(plan, name, { members: {}, first, last }))
    // £500 on a stock of 40, 50 and 60.
    expect(over('turn', 1, 2)).toBe('10')
    expect(over('on_least', 1, 2)).toBe('5')
    expect([over('of_year', 0, 1), over('of_year', 2, 3)]).toEqual(['1', '1'])
    expect(over('turn', 0, 2)).toBeNull()
    // A plan drawn at random is rolled up alike.
    const spread = { kind: 'uniform' as const, low: 1, high: 1 }
    for (const target of ['turn', 'on_least', 'of_year', 'a_day'])
      expect(
        simulate(plan, {
          ...{ target, part: { members: {}, first: 1, last: 2 }, runs: 100, seed: 1 },
          drivers: [{ line: 'sales', spread }],
        }).base,
        target,
      ).toBeCloseTo(Number(over(target, 1, 2)), 9)
  })
})

describe('what is wrong with a formula is said at its line', () => {
  const problem = (lines: Line[], name = lines.at(-1)?.name) =>
    calculate(sheet(lines), []).problems.find(one => one.line === name)
  it('names a circle of drivers, every step of it', () => {
    const circle = [line('a', 'money', 'b * 2'), line('b', 'money', 'c + 0'), line('c', 'money', 'a')]
    expect(problem(circle, 'b')).toMatchObject({
      kind: 'circular',
      message: 'It needs itself: b ← c ← a ← b.',
    })
    expect(problem([line('a', 'money', 'a + 1')])?.kind).toBe('unit')
    expect(problem([line('a', 'money', 'a * 2')])?.kind).toBe('circular')
    expect(problem([line('a', 'money', 'coalesce(a[-1], 1)')])).toBeUndefined()
    expect(problem([line('a', 'money', 'b[-1]'), line('b', 'money', 'a[1]')], 'a')?.kind).toBe('circular')
  })
  it('adds only what measures the same', () => {
    const parts = [line('orders', 'orders', null), line('sales', 'money', null)]
    expect(problem([...parts, line('x', 'money', 'sales + orders')])?.message).toContain(
      'orders (orders) cannot be added',
    )
    expect(problem([...parts, line('x', 'money', 'sales / orders')])?.message).toBe(
      'x is said to be money, but sales / orders is money/orders.',
    )
    expect(
      problem([...parts, line('euro', 'money:EUR', null), line('x', 'money', 'sales + euro')])?.kind,
    ).toBe('unit')
    expect(
      problem([
        ...parts,
        line('euro', 'money:EUR', null),
        line('fx', 'money/money:EUR', null),
        line('x', 'money', 'sales + euro * fx'),
      ]),
    ).toBeUndefined()
  })
  it('counts nothing once for each slice, and adds no rates up', () => {
    const by = { over: ['store'] }
    expect(
      problem([
        line('rent', 'money', null),
        line('sales', 'money', null, by),
        line('x', 'money', 'sales - rent', by),
      ])?.message,
    ).toContain('would count it once for each')
    expect(
      problem([
        line('rate', 'share', null, { ...by, roll: 'weighted' }),
        line('sales', 'money', null),
        line('x', 'money', 'sales * rate'),
      ])?.message,
    ).toContain('cannot be added up')
  })
  it('shows where reading stopped, and what a name may have meant', () => {
    expect(problem([line('x', 'money', '1 +')])?.message).toContain('ends too early')
    expect(problem([line('x', 'money', 'sum(a)')])?.next).toContain('sum(line[-11..0])')
    expect(problem([line('net_sales', 'money', null), line('x', 'money', 'sales * 2')])?.next).toBe(
      'Did you mean net_sales?',
    )
  })
})

describe('numbers of a plan', () => {
  it('are exact sums, rounded half away from zero when divided', () => {
    expect(plainOf(fixed('0.1') + fixed('0.2'))).toBe('0.3')
    expect(plainOf(fixed('-1234567.891'))).toBe('-1234567.891')
    expect(plainOf(fixed('1e-3'))).toBe('0.001')
    expect(() => fixed('1,234')).toThrow('is no number')
  })
})

describe('templates', () => {
  it.each(['b2c', 'b2b', 'both'] as const)('of %s trade have no problem in them', trade => {
    for (const over of [[], ['store'], ['store', 'channel']])
      expect(calculate(sheet(template({ trade, over })), []).problems).toEqual([])
  })
  it('print the layering of their waterfall, whatever it is', () => {
    const lines = template({
      trade: 'b2c',
      over: [],
      waterfall: [
        { name: 'cm1', label: 'Margin after goods and delivery', less: ['cogs', 'fulfilment'] },
        { name: 'cm2', label: 'Margin after media', less: ['media', 'payment_fees', 'return_handling'] },
      ],
    })
    expect(lines.find(one => one.name === 'cm1')?.layering).toBe(
      'Margin after goods and delivery = net sales − cost of goods − fulfilment',
    )
    expect(lines.find(one => one.name === 'ebitda')?.formula).toBe('cm2 - opex')
    expect(() => waterfall([{ name: 'cm1', label: 'x', less: ['nothing'] }], lines, [])).toThrow(
      'no cost of this plan',
    )
  })
  it('take costs that stand in no tier off before the result, and off the cash, saying so', () => {
    const tiers = [
      { name: 'cm1', label: 'CM1', less: ['fulfilment', 'payment_fees'] },
      { name: 'cm2', label: 'CM2', less: ['media'] },
    ]
    const figures = {
      sessions: '1000',
      conversion: '0.1',
      aov: '10',
      discount_rate: '0',
      return_rate: '0.1',
      cogs_rate: '0.4',
      fulfilment_per_order: '1',
      payment_fee_rate: '0.02',
      media: '50',
      software: '30',
    }
    const worked = (more: object, waterfall?: typeof tiers) => {
      const of = sheet(template({ trade: 'b2c', over: [], ...(waterfall && { waterfall }) }))
      const inputs = Object.entries({ ...figures, ...more }).map(([line, value]) => ({
        line,
        slice: [],
        period: of.periods[0]?.key ?? '',
        value,
      }))
      const plan = calculate(of, inputs)
      const at = (line: string) =>
        plainOrNull(plan.value({ line, slice: [], period: of.periods[0]?.key ?? '' }))
      return {
        ebitda: at('ebitda'),
        cash: at('cash_flow'),
        layering: of.lines.find(one => one.name === 'ebitda')?.layering,
      }
    }
    const usual = worked({ return_handling_rate: '0.2' })
    const own = worked({ return_handling_rate: '0.2' }, tiers)
    // 900 of sales less 360 of goods, 100 + 20 + 20 of what follows them, 50 of media and 30 of software.
    expect(usual.ebitda).toBe('320')
    expect(own).toEqual({
      ...usual,
      layering:
        'EBITDA of the department = CM2 − cost of goods (in no tier) − return handling (in no tier) − operating costs',
    })
    // One that nobody knows, and no tier asks for, does not keep the result from being known.
    expect(worked({}, tiers).ebitda).toBe('340')
    expect(worked({}).ebitda).toBeNull()
  })
})
