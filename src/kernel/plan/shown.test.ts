import { describe, expect, it } from 'vitest'
import { shownCell, shownChange } from './shown.ts'

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
