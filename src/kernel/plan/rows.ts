import type { Input } from './calculate.ts'
import { inConflict } from './edits.ts'
import { addressKey, type Sheet, type SheetPeriod, sliceOf } from './sheet.ts'

/** A line in one slice as it was filled in: by period the edits nobody has replaced, [id, value, id, value…]. */
export interface Row {
  line: string
  slice: string
  cells: Record<string, (string | null)[]>
}

/**
 * A row as a version is opened with: what its cells show, and the edits behind them only where some cell holds several. A
 * whole version may have a quarter of a million cells, whose edits weigh ten times as much as their figures.
 */
export interface ShownRow extends Omit<Row, 'cells'> {
  /** Figures in the order of the sheet's periods, commas between; nothing where a cell is empty. */
  values: string
  cells: Row['cells'] | null
}

/** Rows of a version that was opened as inputs of a calculation. */
export function shownInputs(sheet: Sheet, rows: readonly ShownRow[]): Input[] {
  const inputs = new Set(sheet.lines.filter(line => line.formula === null).map(line => line.name))
  const found: Input[] = []
  for (const { line, slice: key, values } of rows) {
    if (!inputs.has(line)) continue
    // One slice for all cells of the row: what works them out looks it up once.
    const slice = sliceOf(key)
    values.split(',').forEach((value, at) => {
      if (value !== '') found.push({ line, slice, period: (sheet.periods[at] as SheetPeriod).key, value })
    })
  }
  return found
}

/** Rows of the ledger as inputs of a calculation: the latest edit of each cell. */
export const inputsOf = (sheet: Sheet, rows: readonly Row[]): Input[] => {
  const inputs = new Set(sheet.lines.filter(line => line.formula === null).map(line => line.name))
  const periods = new Set(sheet.periods.map(period => period.key))
  const found: Input[] = []
  for (const { line, slice: key, cells } of rows) {
    if (!inputs.has(line)) continue
    // One slice for all cells of the row: what works them out looks it up once.
    const slice = sliceOf(key)
    for (const period in cells) {
      const value = cells[period]?.at(-1)
      if (value !== undefined && periods.has(period)) found.push({ line, slice, period, value })
    }
  }
  return found
}

/** Every cell of rows of the ledger, as it shows. */
export const figuresIn = (rows: readonly Row[]): Input[] =>
  rows.flatMap(({ line, slice, cells }) =>
    Object.entries(cells).map(([period, heads]) => ({
      line,
      slice: sliceOf(slice),
      period,
      value: heads.at(-1) ?? null,
    })),
  )

/** Cells people filled in differently without knowing of each other, by address key. */
export const conflictsOf = (rows: Iterable<Row>): Set<string> => {
  const found = new Set<string>()
  for (const { line, slice, cells } of rows)
    for (const period in cells)
      if (inConflict(cells[period] ?? [])) found.add(addressKey({ line, slice: sliceOf(slice), period }))
  return found
}
