import { expect, it } from 'vitest'
import { headsOf, linesOf, periodsOf } from './figure-rows.ts'

it('gives the headings of several periods by period, each base by its place', () => {
  const moved = { value: '1', delta: '1', ratio: '0.1' }
  const lines = linesOf([
    {
      metric: 'orders',
      value: '9',
      moved: [moved, null],
      toDate: [
        { value: '20', moved: [moved] },
        { value: '60', moved: [null] },
      ],
    },
  ])
  const names = [
    'Week',
    'on target',
    'on last year',
    'Month',
    'on target, month',
    'Quarter',
    'on target, quarter',
  ]
  expect(periodsOf(lines, headsOf(lines, names))).toEqual([
    { name: 'Week', at: { '': 0, 'on target': 1 } },
    { name: 'Month', at: { '': 3, 'on target': 4 } },
    { name: 'Quarter', at: { '': 5 } },
  ])
})
