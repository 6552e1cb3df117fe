import { describe, expect, it } from 'vitest'
import { type Area, blockOf, drawnTo, fillKey, fillOf, keyLeads, type Place, pasteOf } from './moves.ts'

const extent = { rows: 30, cols: 6, page: 10 }
const at = (row: number, col: number): Place => ({ row, col })
const area = (a: number, b: number, c: number, d: number): Area => ({ min: at(a, b), max: at(c, d) })

describe('keys in the grid', () => {
  // A row of figures with a gap in the middle: x x x . x .
  const filled = (place: Place) => [0, 1, 2, 4].includes(place.col) && place.row < 20
  const leads = (key: string, ctrl: boolean, from: Place) => keyLeads(key, ctrl, from, extent, filled)
  it('lead along the row, to the corners and by the page, and never beyond the grid', () => {
    expect(leads('Home', false, at(3, 4))).toEqual(at(3, 0))
    expect(leads('End', false, at(3, 0))).toEqual(at(3, 5))
    expect(leads('Home', true, at(3, 4))).toEqual(at(0, 0))
    expect(leads('End', true, at(3, 4))).toEqual(at(29, 5))
    expect(leads('PageDown', false, at(3, 4))).toEqual(at(13, 4))
    expect(leads('PageDown', false, at(25, 4))).toEqual(at(29, 4))
    expect(leads('PageUp', false, at(3, 4))).toEqual(at(0, 4))
    expect(leads('ArrowDown', false, at(3, 4))).toBeNull()
    expect(leads('PageDown', true, at(3, 4))).toBeNull()
    expect(leads('a', true, at(3, 4))).toBeNull()
  })
  it('with Ctrl jump to the edge of the figures, over a gap to the next one, then to the end', () => {
    expect(leads('ArrowRight', true, at(3, 0))).toEqual(at(3, 2))
    expect(leads('ArrowRight', true, at(3, 2))).toEqual(at(3, 4))
    expect(leads('ArrowRight', true, at(3, 4))).toEqual(at(3, 5))
    expect(leads('ArrowRight', true, at(3, 5))).toEqual(at(3, 5))
    expect(leads('ArrowLeft', true, at(3, 5))).toEqual(at(3, 4))
    expect(leads('ArrowDown', true, at(3, 0))).toEqual(at(19, 0))
    expect(leads('ArrowDown', true, at(19, 0))).toEqual(at(29, 0))
    expect(leads('ArrowUp', true, at(25, 0))).toEqual(at(19, 0))
  })
})

describe('filling', () => {
  const sheet = [
    ['10', '20', '', '5', 'x'],
    ['1', '4', '', '0.1', ''],
    ['2', '6', '', '0.2', ''],
  ]
  const read = ({ row, col }: Place) => sheet[row]?.[col] || null
  const values = (cells: { value: string | null }[]) => cells.map(one => one.value)
  it('copies one cell, goes on by equal steps both ways, and repeats what has none', () => {
    expect(fillOf(area(0, 0, 0, 0), area(0, 0, 0, 2), read)).toEqual([
      { ...at(0, 1), value: '10' },
      { ...at(0, 2), value: '10' },
    ])
    expect(values(fillOf(area(0, 0, 0, 1), area(0, 0, 0, 4), read))).toEqual(['30', '40', '50'])
    expect(values(fillOf(area(1, 3, 2, 3), area(0, 3, 4, 3), read))).toEqual(['0', '0.3', '0.4'])
    // 10, 1, 2 has no step: it begins again from its first.
    expect(values(fillOf(area(0, 0, 2, 0), area(0, 0, 6, 0), read))).toEqual(['10', '1', '2', '10'])
    // What is empty in the source empties.
    expect(values(fillOf(area(1, 1, 1, 2), area(1, 1, 1, 4), read))).toEqual(['4', null])
  })
  it('by key copies the first of a selection over the rest, or what is before a single one', () => {
    expect(values(fillKey('down', area(0, 0, 2, 1), read))).toEqual(['10', '10', '20', '20'])
    expect(fillKey('down', area(1, 0, 1, 0), read)).toEqual([{ ...at(1, 0), value: '10' }])
    expect(values(fillKey('right', area(0, 0, 1, 2), read))).toEqual(['10', '10', '1', '1'])
    expect(fillKey('right', area(2, 1, 2, 1), read)).toEqual([{ ...at(2, 1), value: '2' }])
    expect(fillKey('down', area(0, 1, 0, 1), read)).toEqual([])
  })
  it('is drawn out to the side a cell is further away on', () => {
    expect(drawnTo(area(1, 1, 1, 2), at(2, 5))).toEqual(area(1, 1, 1, 5))
    expect(drawnTo(area(1, 1, 1, 2), at(5, 3))).toEqual(area(1, 1, 5, 2))
    expect(drawnTo(area(1, 1, 1, 2), at(1, 0))).toEqual(area(1, 0, 1, 2))
    expect(drawnTo(area(1, 1, 1, 2), at(1, 2))).toEqual(area(1, 1, 1, 2))
  })
})

describe('pasting', () => {
  it('goes once from the corner, and over a selection it fits whole times', () => {
    const block = blockOf('1\t2\r\n\t4\r\n')
    expect(block).toEqual([
      ['1', '2'],
      ['', '4'],
    ])
    const once = pasteOf(block, area(0, 0, 0, 0), extent)
    expect(once.onto).toEqual(area(0, 0, 1, 1))
    expect(once.written).toEqual([
      { ...at(0, 0), value: '1' },
      { ...at(0, 1), value: '2' },
      { ...at(1, 0), value: null },
      { ...at(1, 1), value: '4' },
    ])
    // A single cell over a row of twelve, as people copy January over the year.
    expect(pasteOf([['7']], area(2, 0, 2, 5), extent).written).toHaveLength(6)
    const tiled = pasteOf(block, area(0, 0, 3, 3), extent)
    expect(tiled.written.filter(one => one.value === '1')).toEqual([
      { ...at(0, 0), value: '1' },
      { ...at(0, 2), value: '1' },
      { ...at(2, 0), value: '1' },
      { ...at(2, 2), value: '1' },
    ])
    // It fits three rows not whole times: once.
    expect(pasteOf(block, area(0, 0, 2, 1), extent).onto).toEqual(area(0, 0, 1, 1))
  })
  it('says how much room there is where a block is larger, and writes nothing', () => {
    const wide = pasteOf([['1', '2', '3']], area(0, 4, 0, 4), extent)
    expect(wide).toMatchObject({ written: [], room: { high: 30, wide: 2 } })
    expect(pasteOf([['1'], ['2']], area(29, 0, 29, 0), extent).room).toEqual({ high: 1, wide: 6 })
    expect(pasteOf([['1'], ['2']], area(28, 0, 28, 0), extent).room).toBeNull()
  })
})
