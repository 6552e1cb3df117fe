import { fixed } from './fixed.ts'
import { type Address, addressKey, type Line, type Sheet } from './sheet.ts'

/**
 * Edits of cells as operations that may arrive in any order. An edit names the edits it was made on top of; two that
 * did not know of each other are both kept, and the cell says so until somebody chooses. Nothing is overwritten unseen.
 */
export interface Edit extends Address {
  id: string
  /** Ids of the edits the author saw in the cell; empty where it was untouched. */
  after: readonly string[]
  value: string | null
}

/** Edits of a cell that no other replaces, by id, as the ledger keeps them: [id, value, id, value…]. */
export type Heads = readonly (string | null)[]

export interface CellState {
  heads: Heads
  /** Edits that were replaced before they came: when they come they change nothing. */
  awaited: readonly string[]
}

export const untouched: CellState = { heads: [], awaited: [] }

/**
 * The cell after an edit that had not come before; `there` are those that had. The same for any order of arrival of the
 * same edits: what stands is what no edit names, in the order of ids.
 */
export function applied(
  { heads, awaited }: CellState,
  { id, after, value }: Pick<Edit, 'id' | 'after' | 'value'>,
  there: ReadonlySet<string>,
): CellState {
  const named = new Set(after.filter(one => one !== id))
  const left: [string, string | null][] = awaited.includes(id) ? [] : [[id, value]]
  const early = new Set(named)
  for (let n = 0; n < heads.length; n += 2) {
    const head = heads[n] as string
    if (!named.has(head)) left.push([head, heads[n + 1] ?? null])
    early.delete(head)
  }
  if (left.length > 1) left.sort(([a], [b]) => (a < b ? -1 : 1))
  const rest = awaited.filter(one => one !== id)
  const wanting = [...early].filter(one => !there.has(one) && !rest.includes(one))
  return { heads: left.flat(), awaited: wanting.length > 0 ? [...rest, ...wanting].sort() : rest }
}

/** What the cell shows: of several that contradict each other the last by id, whoever came first. */
export const shown = (heads: Heads): string | null => heads.at(-1) ?? null

/** Whether people filled in different figures without knowing of each other; the same figure from both is agreement. */
export const inConflict = (heads: Heads): boolean =>
  // Nearly every cell has one edit: those are passed over without a look.
  heads.length > 2 &&
  new Set(heads.flatMap((value, n) => (n % 2 === 0 ? [] : [value === null ? null : fixed(value)]))).size > 1

/** A difference between two versions: a cell, or the make-up of a line. */
export interface Difference {
  cells: (Address & { before: string | null; after: string | null })[]
  lines: { name: string; before: Line | null; after: Line | null }[]
}

/** Figures of a version by `addressKey`. */
export type Figures = ReadonlyMap<string, Address & { value: string | null }>

export interface Content {
  sheet: Sheet
  figures: Figures
}

/** What turns A into B: cells filled, changed and emptied; lines added, changed and removed. */
export function difference(a: Content, b: Content): Difference {
  const cells: Difference['cells'] = []
  for (const key of new Set([...a.figures.keys(), ...b.figures.keys()])) {
    const before = a.figures.get(key)
    const after = b.figures.get(key)
    const { line, slice, period } = (before ?? after) as Address
    const [was, is] = [before?.value ?? null, after?.value ?? null]
    if (was !== is) cells.push({ line, slice, period, before: was, after: is })
  }
  const names = [...new Set([...a.sheet.lines, ...b.sheet.lines].map(line => line.name))]
  const lines = names.flatMap(name => {
    const before = a.sheet.lines.find(line => line.name === name) ?? null
    const after = b.sheet.lines.find(line => line.name === name) ?? null
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ name, before, after }]
  })
  return { cells, lines }
}

/**
 * A with a difference applied: A and `difference(A, B)` give B. Cells that no longer hold what the difference was made
 * from are left and given back, so that nothing newer is lost.
 */
export function withDifference(
  a: Content,
  { cells, lines }: Difference,
  order: readonly string[] = [],
): { content: Content; refused: Difference['cells'] } {
  const figures = new Map(a.figures)
  const refused: Difference['cells'] = []
  for (const cell of cells) {
    const { before, after, ...address } = cell
    const key = addressKey(address)
    if ((figures.get(key)?.value ?? null) !== before) {
      refused.push(cell)
      continue
    }
    if (after === null) figures.delete(key)
    else figures.set(key, { ...address, value: after })
  }
  const changed = new Map(lines.map(line => [line.name, line.after]))
  const kept = a.sheet.lines.flatMap(line => {
    const after = changed.get(line.name)
    return after === undefined ? [line] : after === null ? [] : [after]
  })
  const own = new Set(a.sheet.lines.map(line => line.name))
  const added = lines.flatMap(({ name, after }) => (after && !own.has(name) ? [after] : []))
  const all = [...kept, ...added]
  const place = new Map(order.map((name, at) => [name, at]))
  if (order.length > 0)
    all.sort((x, y) => (place.get(x.name) ?? all.length) - (place.get(y.name) ?? all.length))
  return { content: { sheet: { ...a.sheet, lines: all }, figures }, refused }
}
