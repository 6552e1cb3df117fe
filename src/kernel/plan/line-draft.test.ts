import { describe, expect, it } from 'vitest'
import { civilYear } from '../period.ts'
import { check } from './check.ts'
import { changedLine, lineNamed, withLine, withoutLine } from './line-draft.ts'
import { type Line, sheetPeriods } from './sheet.ts'

const line = (name: string, formula: string | null = null, more: Partial<Line> = {}): Line => ({
  name,
  label: name,
  unit: 'money',
  over: ['store', 'channel'],
  formula,
  roll: 'sum',
  good: 'up',
  section: 'Sales',
  ...more,
})
const sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-03-31'),
  dimensions: [
    { name: 'store', label: 'Store', members: ['uk'] },
    { name: 'channel', label: 'Channel', members: ['web'] },
  ],
  lines: [line('sales'), line('fees', 'sales * 0.02', { metric: 'payment_fees', note: 'as agreed' })],
}
const names = (some: typeof sheet) => some.lines.map(one => one.name)

describe('the lines of a plan', () => {
  it('begin with a name of their own for formulas, out of what people call them', () => {
    expect(lineNamed(sheet, 'Gift wrap')).toBe('gift_wrap')
    expect(lineNamed(sheet, ' 2nd café (UK) ')).toBe('nd_cafe_uk')
    expect(lineNamed(sheet, 'Sales')).toBe('sales_2')
    expect(lineNamed(sheet, '…')).toBe('line')
  })

  it('are put where they are wanted, in the section they stand in, and may be worked out', () => {
    const draft = { ...changedLine(sheet, null), label: 'Wrap', formula: 'sales * 0.01', after: 'sales' }
    const made = withLine(sheet, null, 'wrap', { ...draft, over: ['channel', 'store'] })
    expect(names(made as typeof sheet)).toEqual(['sales', 'wrap', 'fees'])
    expect(made.lines[1]).toMatchObject({ section: 'Sales', over: ['store', 'channel'], unit: 'money' })
    expect(check(made).problems).toEqual([])
    expect(names(withLine(sheet, null, 'wrap', { ...draft, after: '' }) as typeof sheet)[0]).toBe('wrap')
  })

  it('say at once what is wrong: a circle, another unit, an unknown name, a line that is read', () => {
    const kinds = (name: string, formula: string) => {
      const was = sheet.lines.find(one => one.name === name) as Line
      return check(withLine(sheet, was, name, { ...changedLine(sheet, was), formula })).problems.map(
        one => one.kind,
      )
    }
    expect(kinds('sales', 'fees * 50')).toContain('circular')
    expect(kinds('fees', 'sales * sales')).toContain('unit')
    expect(kinds('fees', 'sails * 0.02')).toContain('unknown')
    expect(check(withoutLine(sheet, 'sales')).problems).toMatchObject([{ line: 'fees', kind: 'unknown' }])
  })

  it('keep what the form does not show, and come back as they were', () => {
    const fees = sheet.lines[1] as Line
    expect(withLine(sheet, fees, 'fees', changedLine(sheet, fees))).toEqual(sheet)
    const renamed = withLine(sheet, fees, 'fees', { ...changedLine(sheet, fees), label: 'Card fees' })
    expect(renamed.lines[1]).toEqual({ ...fees, label: 'Card fees' })
  })
})
