import { expect, it } from 'vitest'
import { clearPlace } from './line-names.ts'

const plot = { height: 200, low: 0, high: 100 }

it('gives a name the furthest place along its line where no other line runs', () => {
  const line = [2, 2, 2, 2, 50]
  const crossing = [60, 60, 60, 10, 58]
  expect(clearPlace(line, [line, crossing], plot, [0, 1, 2, 3])).toEqual({ at: 2, side: 'top' })
  const flat = [2, 2, 2, 2]
  expect(clearPlace(flat, [flat], plot, [0, 1, 2, 3])).toMatchObject({ at: 3 })
})

it('stays within the plot', () => {
  expect(clearPlace([0, 0], [[0, 0]], plot, [1]).side).toBe('top')
  expect(clearPlace([100, 100], [[100, 100]], plot, [1]).side).toBe('bottom')
})
