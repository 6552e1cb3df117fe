import { expect, it } from 'vitest'
import { intoSight } from './edges.ts'

const row = { left: 10, right: 380 }

it.each([
  ['stays where it is whole in sight', { left: 10, right: 100 }, 0],
  ['comes from beyond the right into the middle', { left: 400, right: 500 }, 255],
  ['comes from beyond the left, too', { left: -200, right: -100 }, -345],
  ['comes whole where a part of it is cut off', { left: 350, right: 410 }, 185],
])('a tab %s', (_, tab, by) => expect(intoSight(tab, row)).toBe(by))
