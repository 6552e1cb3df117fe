import { describe, expect, it } from 'vitest'
import { courseTold, shownCell, shownChange, signedCents, versionsTitle } from './shown.ts'

describe('a figure in a cell', () => {
  it('is shown by what it measures', () => {
    expect(shownCell('1234.5', 'money')).toBe('1,235')
    expect(shownCell('-0.125', 'share')).toBe('−12.50 %')
    expect(shownCell('0.037', 'orders/sessions')).toBe('3.70 %')
    expect(shownCell('-0.00001', 'share')).toBe('0.00 %')
    expect(shownCell('-0.001', 'money')).toBe('0.00')
    expect(shownCell('4.2', 'money/orders')).toBe('4.20')
    expect(shownCell(null, 'money')).toBe('–')
  })
  it('is off another by its sign, shares in points', () => {
    expect(shownChange('1000', '1200', 'money')).toBe('+200')
    expect(shownChange('0.0362', '0.0403', 'orders/sessions')).toBe('+0.41 pp')
    expect(shownChange('0.5', '0.4', 'share')).toBe('−10.00 pp')
    expect(shownChange('0.5', '0.50001', 'share')).toBe('–')
    expect(shownChange('7', '7', 'money')).toBe('–')
    expect(shownChange('7', '6.5', 'money')).toBe('−0.50')
    expect(shownChange(null, '1', 'money')).toBe('N/A')
  })
})

it('changes under one another have one precision', () => {
  const sizes = ['12.5', '-1234.4', '0.3']
  expect(sizes.map(one => signedCents(one, sizes))).toEqual(['+13', '−1,234', '–'])
  expect(['12.5', '-0.3'].map(one => signedCents(one, ['12.5', '-0.3']))).toEqual(['+12.50', '−0.30'])
})

it('says how far the result of one version is from that of another', () => {
  const of = (before: string, after: string) =>
    versionsTitle('Budget 2026', 'LE2', { result: { label: 'EBITDA' }, before, after }, 'GBP')
  expect(of('252597.1', '216173')).toBe('LE2: EBITDA £36,424 below Budget 2026')
  expect(of('100', '150.5')).toBe('LE2: EBITDA £50.50 above Budget 2026')
  expect(of('100', '100.001')).toBe('LE2: EBITDA level with Budget 2026')
})

it('tells of a day of a course what is known of it', () => {
  const day = { actual: null, plan: 40, p10: null, p50: null, p90: null }
  const said = (value: number) => `£${value}`
  expect(courseTold({ ...day, actual: 50 }, said)).toEqual([
    ['Actual', '£50'],
    ['Plan', '£40'],
  ])
  expect(courseTold({ ...day, p10: 30, p50: 42, p90: 55 }, said)).toEqual([
    ['Plan', '£40'],
    ['Forecast', '£42'],
    ['Four times in five', '£30 to £55'],
  ])
  // A course without a plan, and a range with one end alone.
  expect(courseTold({ ...day, plan: null, p10: 30, p50: 42 }, said)).toEqual([['Forecast', '£42']])
})
