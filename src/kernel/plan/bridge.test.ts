import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { resultOf, termsOf, versionBridge } from './bridge.ts'
import { calculate } from './calculate.ts'
import { fixed, plainOf } from './fixed.ts'
import { type Line, type Sheet, sheetPeriods } from './sheet.ts'
import { commonSpan } from './span.ts'

const line = (name: string, formula: string | null = null, rest: Partial<Line> = {}): Line => ({
  name,
  label: name.toUpperCase(),
  unit: 'money',
  over: [],
  formula,
  roll: 'sum',
  good: 'up',
  ...rest,
})
const sheetOf = (lines: Line[], months = 3): Sheet => ({
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', `2027-0${months}-28`),
  dimensions: [],
  lines,
})
/** A plan somebody pasted: none of its lines is called as a template's. */
const pasted = [
  line('sales'),
  line('rent'),
  line('wages'),
  line('overheads', 'rent + wages'),
  line('goods'),
  line('surplus', 'sales - (goods + overheads)'),
  line('bonus', 'surplus * 0.1'),
  line('per_day', 'surplus / days'),
]
const filled = (sheet: Sheet, figures: Record<string, number>) =>
  calculate(
    sheet,
    Object.entries(figures).flatMap(([name, value]) =>
      sheet.periods.map(({ key }) => ({ line: name, slice: [], period: key, value: String(value) })),
    ),
  )
const between = (a: Sheet, b: Sheet) =>
  commonSpan(a.periods, b.periods) as NonNullable<ReturnType<typeof commonSpan>>

describe('a bridge between two versions', () => {
  it('is of the sum most lines go into, where none has a name that is known', () => {
    const sheet = sheetOf(pasted)
    expect(resultOf(sheet)?.name).toBe('surplus')
    const terms = termsOf(sheet, resultOf(sheet) as Line)
    expect(terms.map(term => [term.line.name, term.sign])).toEqual([
      ['sales', 1],
      ['goods', -1],
      ['rent', -1],
      ['wages', -1],
    ])
    const a = filled(sheet, { sales: 100, rent: 10, wages: 20, goods: 40 })
    const b = filled(sheet, { sales: 120, rent: 10, wages: 25, goods: 38 })
    expect(versionBridge(a, b, between(sheet, sheet))).toEqual({
      result: { name: 'surplus', label: 'SURPLUS' },
      before: '90',
      after: '141',
      steps: [
        { name: 'sales', label: 'SALES', value: '60' },
        { name: 'goods', label: 'GOODS', value: '6' },
        { name: 'wages', label: 'WAGES', value: '-15' },
      ],
      rest: '0',
    })
  })
  it('opens tiers always, and keeps together what people have a name for', () => {
    const sheet = sheetOf([
      line('gross'),
      line('discounts'),
      line('net_sales', 'gross - discounts', { metric: 'net_sales' }),
      line('cogs'),
      line('cm1', 'net_sales - cogs', { metric: 'cm1', layering: 'net sales less goods' }),
      line('media'),
      line('ebitda', 'cm1 - media', { metric: 'ebitda' }),
    ])
    expect(termsOf(sheet, resultOf(sheet) as Line).map(term => term.line.name)).toEqual([
      'net_sales',
      'cogs',
      'media',
    ])
  })
  it('says what is left where the two work the result out differently, and refuses a line there is not', () => {
    const before = sheetOf(pasted.filter(one => one.name !== 'bonus' && one.name !== 'per_day'))
    const after = sheetOf(
      before.lines.map(one => (one.name === 'surplus' ? { ...one, formula: 'sales - goods' } : one)),
    )
    const figures = { sales: 100, rent: 10, wages: 20, goods: 40 }
    const found = versionBridge(
      filled(before, figures),
      filled(after, figures),
      between(before, after),
      'surplus',
    )
    expect(found).toMatchObject({ before: '90', after: '180', steps: [], rest: '90' })
    expect(() =>
      versionBridge(filled(before, figures), filled(after, figures), between(before, after), 'nothing'),
    ).toThrow(/no line "nothing"/)
    // Nothing changed: nothing to explain.
    expect(
      versionBridge(filled(before, figures), filled(before, figures), between(before, before)),
    ).toBeNull()
  })
  it('does not take rounding for a change', () => {
    const sheet = sheetOf(pasted)
    const figures = { sales: 100, rent: 10, wages: 20, goods: 40 }
    const nearly = filled(sheet, { ...figures, sales: 100.001, wages: 20.0009 })
    expect(versionBridge(filled(sheet, figures), nearly, between(sheet, sheet))).toBeNull()
  })
  it('adds up to the change exactly, over the periods both have', () => {
    const money = fc.integer({ min: -1_000_000, max: 1_000_000 }).map(value => value / 100)
    const figures = fc.record({ sales: money, rent: money, wages: money, goods: money })
    fc.assert(
      fc.property(
        figures,
        figures,
        fc.constantFrom(...pasted.slice(3).map(one => one.name)),
        (one, other, name) => {
          const [a, b] = [sheetOf(pasted, 3), sheetOf(pasted, 2)]
          const found = versionBridge(filled(a, one), filled(b, other), between(a, b), name)
          if (!found) return
          const sum = found.steps.reduce((all, step) => all + fixed(step.value), fixed(found.rest))
          expect(plainOf(sum)).toBe(plainOf(fixed(found.after) - fixed(found.before)))
          // What is a plain sum leaves nothing over.
          if (name === 'surplus' || name === 'overheads')
            expect(Math.abs(Number(found.rest))).toBeLessThan(0.03)
        },
      ),
      { numRuns: 200 },
    )
  })
})
