import { expect, it } from 'vitest'
import { clearPlace, endName, isAlone, namedAt, nudges, plotOf } from './line-names.ts'

const plot = { height: 200, low: 0, high: 100 }

it('gives a name the furthest place along its line where no other line runs', () => {
  const line = [2, 2, 2, 2, 50]
  const crossing = [60, 60, 60, 10, 58]
  expect(clearPlace(line, [line, crossing], plot, [0, 1, 2, 3])).toEqual({ at: 2, side: 'top' })
  const flat = [2, 2, 2, 2]
  expect(clearPlace(flat, [flat], plot, [0, 1, 2, 3])).toMatchObject({ at: 3 })
})

it('leaves room for a name where many points stand close together', () => {
  const line = Array.from({ length: 24 }, () => 50)
  const spike = line.map((_, n) => (n === 21 ? 58 : 95))
  // One point further another line comes down to it.
  expect(clearPlace(line, [line, spike], plot, [20])).toMatchObject({ side: 'bottom' })
  expect(clearPlace(line, [line, spike], plot, [10, 20])).toMatchObject({ at: 20, side: 'bottom' })
  const below = line.map((_, n) => (n === 18 ? 42 : 5))
  expect(clearPlace(line, [line, spike, below], plot, [8, 19])).toMatchObject({ at: 8 })
})

it('stays within the plot', () => {
  expect(clearPlace([0, 0], [[0, 0]], plot, [1]).side).toBe('top')
  expect(clearPlace([100, 100], [[100, 100]], plot, [1]).side).toBe('bottom')
})

it('has room below nothing where a few returns open it', () => {
  expect(plotOf([{ values: [-150, 6250] }], 200, true).low).toBe(-2000)
  expect(plotOf([{ values: [150, 6250] }], 200, true).low).toBe(0)
})

it('keeps names at line ends apart, and within the plot where all lines end at its foot', () => {
  const ending = (...lasts: number[]) => lasts.map(last => ({ values: [100, last] }))
  const end = (last: number) => (1 - last / 110) * 200
  const places = (...lasts: number[]) =>
    nudges(ending(...lasts), 200, true).map((moved, n) => end(lasts[n] ?? 0) + moved)
  expect(places(0, 0, 0, 0)).toEqual([158, 172, 186, 200])
  expect(places(55, 55)).toEqual([100, 114])
  expect(places(55, 10)).toEqual([end(55), end(10)])
})

it('puts a piece of its line before a name where one stands at the end of another', () => {
  const solid = { color: 'blue', type: 'solid' }
  expect(endName('Last year', solid, false)).toEqual({ formatter: 'Last year', room: 0 })
  expect(endName('Last year', solid, true)).toMatchObject({
    formatter: '{line|}{gap|} Last year',
    rich: { line: { backgroundColor: 'blue' } },
  })
  expect(endName('Oct', { type: [4, 3] }, true).formatter).toBe('{line|}{gap|}{line|}{gap|} Oct')
})

it('names a line that has just begun at its end, from there on, where nothing else runs', () => {
  const day = (...values: number[]) => Array.from({ length: 24 }, (_, n) => values[n] ?? null)
  expect(namedAt(day(5, 6))).toEqual({ points: [1], begins: true })
  expect(namedAt(day(5, 6, 7, 8))).toEqual({ points: [2, 3], begins: false })
  expect(namedAt(day(5))).toEqual({ points: [0], begins: true })
  const line = day(50, 50)
  const rising = Array.from({ length: 24 }, (_, n) => (n === 0 ? 57 : n === 1 ? 57 : 95))
  // What stands before its point is no hindrance, what comes after it is.
  expect(clearPlace(line, [line, rising], plot, [1], true).side).toBe('bottom')
  const falling = Array.from({ length: 24 }, (_, n) => (n === 0 ? 60 : 42))
  expect(clearPlace(line, [line, falling], plot, [1], true).side).toBe('top')
})

it('keeps names at line ends where they are beside one that is named along its way', () => {
  const lines = [{ values: [55, null] }, { values: [100, 55] }, { values: [20, 55] }]
  expect(nudges(lines, 200, true, [0])).toEqual([0, 0, 14])
})

it('knows a point no line leads to', () => {
  expect([0, 1, 2, 3, 4].map(at => isAlone([4, null, 1, 2, null], at))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})
