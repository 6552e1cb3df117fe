import { fixed, plainOf } from './fixed.ts'

/** Where keys lead in the plan grid, what a fill and a paste write: as in the spreadsheets people come from. Pure. */

export interface Place {
  row: number
  col: number
}

/** A rectangle of cells, corners included. */
export interface Area {
  min: Place
  max: Place
}

export interface Extent {
  rows: number
  cols: number
  /** Rows in sight: how far PageUp and PageDown go. */
  page: number
}

export interface Written extends Place {
  value: string | null
}

const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/**
 * Where a key leads from a cell: Home and End along the row, with Ctrl to the grid's corners; PageUp and PageDown by what
 * is in sight; Ctrl with an arrow to the edge of the figures. Null for a key that is somebody else's.
 */
export function keyLeads(
  key: string,
  ctrl: boolean,
  { row, col }: Place,
  { rows, cols, page }: Extent,
  filled: (place: Place) => boolean,
): Place | null {
  if (key === 'Home') return { row: ctrl ? 0 : row, col: 0 }
  if (key === 'End') return { row: ctrl ? rows - 1 : row, col: cols - 1 }
  if (!ctrl && key === 'PageUp') return { row: Math.max(0, row - page), col }
  if (!ctrl && key === 'PageDown') return { row: Math.min(rows - 1, row + page), col }
  const step = ctrl ? steps[key] : undefined
  if (!step) return null
  const [down, right] = step
  const inside = (place: Place) => place.row >= 0 && place.row < rows && place.col >= 0 && place.col < cols
  const after = (place: Place): Place => ({ row: place.row + down, col: place.col + right })
  let at: Place = { row, col }
  let next = after(at)
  if (!inside(next)) return at
  // Among figures to the last of them; from the last, or from an empty cell, on to the next figure, or to the end.
  const among = filled(at) && filled(next)
  while (inside(next) && filled(next) === among) {
    at = next
    next = after(at)
  }
  return among || !inside(next) ? at : next
}

/** Whether a strip goes on by equal steps: the step, as its values' difference, or null. */
function stepOf(strip: readonly (string | null)[]): bigint | null {
  if (strip.length < 2 || strip.some(one => one === null)) return null
  const sizes = strip.map(one => fixed(one as string))
  const step = (sizes[1] as bigint) - (sizes[0] as bigint)
  return sizes.every((one, n) => n === 0 || one - (sizes[n - 1] as bigint) === step) ? step : null
}

/**
 * What filling writes when a block is drawn out to one side: a strip of equal steps goes on by them (10, 20 → 30), any
 * other is repeated. Of a single cell, that is a copy.
 * @param onto the block and what it is drawn out to; drawn both ways, the rows are filled.
 */
export function fillOf(source: Area, onto: Area, read: (place: Place) => string | null): Written[] {
  const across = onto.min.row === source.min.row && onto.max.row === source.max.row
  const written: Written[] = []
  const [from, to] = across ? [source.min.col, source.max.col] : [source.min.row, source.max.row]
  const [first, last] = across ? [onto.min.col, onto.max.col] : [onto.min.row, onto.max.row]
  const [side, otherSide] = across ? [source.min.row, source.max.row] : [source.min.col, source.max.col]
  const length = to - from + 1
  for (let line = side; line <= otherSide; line += 1) {
    const at = (n: number): Place => (across ? { row: line, col: n } : { row: n, col: line })
    const strip = Array.from({ length }, (_, n) => read(at(from + n)))
    const step = stepOf(strip)
    for (let n = first; n <= last; n += 1) {
      if (n >= from && n <= to) continue
      const turn = (((n - from) % length) + length) % length
      const value =
        step === null ? (strip[turn] ?? null) : plainOf(fixed(strip[0] as string) + step * BigInt(n - from))
      written.push({ ...at(n), value })
    }
  }
  return written
}

/** What Ctrl D and Ctrl R write: the first row (column) of a selection over the rest; of one row, the row above it. */
export function fillKey(way: 'down' | 'right', { min, max }: Area, read: (place: Place) => string | null) {
  const down = way === 'down'
  const single = down ? min.row === max.row : min.col === max.col
  const start = (down ? min.row : min.col) - (single ? 1 : 0)
  if (start < 0) return []
  const source: Area = down
    ? { min: { row: start, col: min.col }, max: { row: start, col: max.col } }
    : { min: { row: min.row, col: start }, max: { row: max.row, col: start } }
  return fillOf(source, { min: source.min, max }, read)
}

/** A block drawn out to a cell beyond it: to the side it is further away on. */
export function drawnTo({ min, max }: Area, to: Place): Area {
  const beyond = (at: number, low: number, high: number) => Math.max(0, low - at, at - high)
  const down = beyond(to.row, min.row, max.row) >= beyond(to.col, min.col, max.col)
  const low = (at: number, old: number) => Math.min(at, old)
  const high = (at: number, old: number) => Math.max(at, old)
  return down
    ? { min: { ...min, row: low(to.row, min.row) }, max: { ...max, row: high(to.row, max.row) } }
    : { min: { ...min, col: low(to.col, min.col) }, max: { ...max, col: high(to.col, max.col) } }
}

/** Text from the clipboard as rows of cells; an empty row in the middle stays one. */
export const blockOf = (text: string): string[][] =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map(line => line.split('\t'))

/**
 * What a pasted block writes: repeated over a selection that it fits whole times, otherwise once from its corner. An
 * empty cell empties. `room` is what there is from that corner, null where the block fits.
 */
export function pasteOf(
  block: readonly (readonly string[])[],
  { min, max }: Area,
  { rows, cols }: Pick<Extent, 'rows' | 'cols'>,
): { written: Written[]; onto: Area; room: { high: number; wide: number } | null } {
  const [high, wide] = [block.length, Math.max(...block.map(line => line.length))]
  const [tall, broad] = [max.row - min.row + 1, max.col - min.col + 1]
  const whole = tall % high === 0 && broad % wide === 0
  const onto = whole ? { min, max } : { min, max: { row: min.row + high - 1, col: min.col + wide - 1 } }
  const room = { high: rows - min.row, wide: cols - min.col }
  if (high > room.high || wide > room.wide) return { written: [], onto: { min, max }, room }
  const written: Written[] = []
  for (let row = min.row; row <= onto.max.row; row += 1)
    for (let col = min.col; col <= onto.max.col; col += 1) {
      const text = block[(row - min.row) % high]?.[(col - min.col) % wide]
      if (text !== undefined) written.push({ row, col, value: text.trim() === '' ? null : text })
    }
  return { written, onto, room: null }
}
