import { expect, it } from 'vitest'
import { addedUp } from './added-up.ts'

it('tells the rows that add up the others by their column, whatever stands in its heading', () => {
  const names = ['Order', 'Kind of "row"', 'Total']
  const rows = [
    ['1', 'sale', '42.00'],
    ['1', 'line', '30.00'],
    ['1', 'line', '12.00'],
    ['2', 'sale', '9.50'],
    ['2', 'line', '4.50'],
    ['2', 'line', '5.00'],
  ]
  expect(addedUp(names, rows, 'Order', 'Total')).toEqual({
    orders: 2,
    where: `"Kind of ""row""" <> 'sale'`,
  })
})
