import { expect, it } from 'vitest'
import { amountOf, withoutTax } from './added-up.ts'

it.each([
  ['20', 20],
  ['1,234.50', 1234.5],
  ['1.234,50', 1234.5],
  ["1'234.50", 1234.5],
  ['1 234,50', 1234.5],
  ['.5', 0.5],
  ['(12.00)', -12],
  ['-$12.00', -12],
  ['$(12.00)', -12],
  ['12.00-', -12],
  ['−12,5', -12.5],
  ['£20', 20],
  ['US$20', 20],
  ['20.00 EUR', 20],
  ['CHF 20', 20],
  ['20 kr', 20],
  ['20,00 zł', 20],
  ['Rs. 20', 20],
  ['20%', 20],
])('%s is an amount', (cell, value) => expect(amountOf(cell)).toBe(value))

it.each([
  'VAT20',
  'SKU-100',
  'A1',
  '10A',
  'MUG 12oz',
  '2026-03-01',
  '01/03/2026',
  '10:30',
  '#1001',
  'T20 standard',
  '',
  'n/a',
])('“%s” is none', cell => expect(amountOf(cell)).toBeNull())

it('money without tax is never taken from a code that has its digits', () => {
  const rows = [
    ['120', '20', 'VAT100'],
    ['60', '10', 'VAT50'],
    ['240', '40', 'SKU-200'],
  ]
  expect(withoutTax(['Total', 'Tax', 'Code'], rows, 'Total', 'Tax')).toBeNull()
  const told = rows.map(([total = '', tax = '']) => [total, tax, String(Number(total) - Number(tax))])
  expect(withoutTax(['Total', 'Tax', 'Net'], told, 'Total', 'Tax')).toBe('Net')
})
