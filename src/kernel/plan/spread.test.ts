import { describe, expect, it } from 'vitest'
import { sum } from '../money.ts'
import { civilYear } from '../period.ts'
import { calculate } from './calculate.ts'
import { sheetPeriods } from './sheet.ts'
import { gridRows, gridValue, spreadDown } from './spread.ts'

const line = { label: 'Media', unit: 'money', roll: 'sum', good: 'down' } as const
const sheet = {
  currency: 'GBP',
  periods: sheetPeriods(civilYear, '2027-01-01', '2027-03-31'),
  dimensions: [{ name: 'store', label: 'Store', members: ['uk', 'de'] }],
  lines: [
    { ...line, name: 'media', over: ['store'], formula: null },
    { ...line, name: 'double', over: ['store'], formula: 'media * 2' },
  ],
}
const all = { members: {}, first: 0, last: 2 }
const texts = (cells: { value: string | null }[]) => cells.map(cell => cell.value)

describe('a total brought down to its cells', () => {
  it('keeps proportions, goes evenly, or by history, and adds up to the penny', () => {
    const plan = calculate(sheet, [
      { line: 'media', slice: ['uk'], period: '2027-01', value: '100' },
      { line: 'media', slice: ['de'], period: '2027-03', value: '50' },
    ])
    expect(texts(spreadDown(plan, 'media', all, '100', 'proportional'))).toEqual([
      '66.67',
      '0',
      '0',
      '0',
      '0',
      '33.33',
    ])
    const even = spreadDown(plan, 'media', all, '100', 'even')
    expect(texts(even)).toEqual(['16.67', '16.67', '16.67', '16.67', '16.66', '16.66'])
    expect(sum(texts(even))).toBe('100')
    const past = spreadDown(
      plan,
      'media',
      { ...all, members: { store: 'uk' } },
      '-9',
      'history',
      0,
      (_, period) => (period === '2027-02' ? '2' : '1'),
    )
    expect(past.map(cell => [cell.slice[0], cell.value])).toEqual([
      ['uk', '-2'],
      ['uk', '-5'],
      ['uk', '-2'],
    ])
  })
  it('keeps the sign of a cell that counts against the others', () => {
    const of = (uk: string, de: string) =>
      calculate(sheet, [
        { line: 'media', slice: ['uk'], period: '2027-01', value: uk },
        { line: 'media', slice: ['de'], period: '2027-01', value: de },
      ])
    const january = { ...all, last: 0 }
    const spread = (uk: string, de: string, total: string) =>
      texts(spreadDown(of(uk, de), 'media', january, total, 'proportional'))
    expect(spread('100', '-20', '160')).toEqual(['200', '-40'])
    expect(spread('-100', '20', '-100')).toEqual(['-125', '25'])
    expect(spread('-30', '-60', '-10')).toEqual(['-3.33', '-6.67'])
    expect(spread('100', '-30', '10')).toEqual(['14.29', '-4.29'])
    expect(spread('10', '30', '-8')).toEqual(['-2', '-6'])
    expect(() => spread('50', '-50', '10')).toThrow('comes to nothing in all')
  })
  it('says where it cannot', () => {
    const plan = calculate(sheet, [])
    expect(() => spreadDown(plan, 'media', all, '1', 'proportional')).toThrow('no proportions to keep')
    expect(() => spreadDown(plan, 'double', all, '1', 'even')).toThrow('is worked out')
  })
  it('opens rows by dimension and shows their totals', () => {
    const plan = calculate(sheet, [
      { line: 'media', slice: ['uk'], period: '2027-01', value: '100' },
      { line: 'media', slice: ['de'], period: '2027-01', value: '1.5' },
    ])
    const rows = gridRows(plan, new Set(['media']))
    expect(rows.map(row => [row.line.name, row.members.store ?? null, row.total])).toEqual([
      ['media', null, true],
      ['media', 'uk', false],
      ['media', 'de', false],
      ['double', null, true],
    ])
    expect(gridValue(plan, rows[0] as never, 0)).toBe('101.5')
  })
})
