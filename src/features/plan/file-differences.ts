import { Failure } from '#kernel/error.ts'
import type { Calculation, Input } from '#kernel/plan/calculate.ts'
import { type Fixed, fixed, floatOf, plainOrNull, rounded } from '#kernel/plan/fixed.ts'
import { type Line, placeWords, sliceKey } from '#kernel/plan/sheet.ts'
import { slicesOf } from '#kernel/plan/slices.ts'
import { checkFigure } from './cells.ts'
import { figure } from './pasted.ts'

/** What a file that was made of a version says otherwise than the version: the same for a workbook and for CSV. */

/** Which version a file was made of, and the number of its latest edit then. */
export interface Mark {
  version: string
  seq: number
}

/** A row of a file with the ids it has: '' for a line where they are gone. */
export interface FileRow {
  line: string
  slice: string[]
  /** What people call it. */
  words: string
  cells: { period: string; raw: string | number }[]
}

export interface FileRead {
  /** Null where the file does not say. */
  mark: Mark | null
  rows: FileRow[]
}

/** Figures changed, and figures that cannot be taken. */
export interface Differences {
  cells: (Input & { before: string | null })[]
  wrong: string[]
  /** Rows whose id is gone or unknown. */
  unknown: string[]
  mark: Mark | null
}

/**
 * A file against the version it came from. Only filled-in lines are read: what a formula gives is the plan's own to say.
 * Nothing is taken here; the differences are shown first.
 */
export function differencesIn({ rows, mark }: FileRead, plan: Calculation): Differences {
  const { sheet } = plan
  const found: Differences = { cells: [], wrong: [], unknown: [], mark }
  const lines = new Map(sheet.lines.map(line => [line.name, { line, slices: slicesOf(sheet, line) }]))
  const read = new Set<string>()
  for (const { line: name, slice, words, cells } of rows) {
    const known = lines.get(name)
    if (!known || !isThere(() => known.slices.find(slice))) {
      found.unknown.push([words, ...(known ? slice : [])].join(' '))
      continue
    }
    const { line } = known
    if (line.formula !== null || line.case) continue
    const key = `${name}\u001e${sliceKey(slice)}`
    if (read.has(key)) {
      found.wrong.push(`${[line.label, ...slice].join(' ')} stands in the file twice`)
      continue
    }
    read.add(key)
    for (const { period, raw } of cells) {
      const address = { line: name, slice, period }
      try {
        const value = typeof raw === 'number' ? plainNumber(raw) : figure(decimalOf(raw))
        const before = plan.value(address)
        if (sameFigure(value, before, line)) continue
        checkFigure(sheet, { ...address, value })
        found.cells.push({ ...address, value, before: plainOrNull(before) })
      } catch (error) {
        const place = placeWords(sheet, address)
        found.wrong.push(
          error instanceof Failure && error.message.startsWith(place)
            ? error.message.replace(/\.$/, '')
            : `${place}: "${raw}" is no number`,
        )
      }
    }
  }
  return found
}

const isThere = (find: () => unknown): boolean => {
  try {
    find()
    return true
  } catch {
    return false
  }
}

/** A double as the shortest decimal that is it. */
export const plainNumber = (value: number): string => {
  const text = String(value)
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text
}

/** 1.5E-05, as spreadsheets write what is small, in digits. */
const decimalOf = (text: string): string =>
  /^\s*[+-]?\d+([.,]\d+)?e[+-]?\d{1,2}\s*$/i.test(text) ? plainNumber(Number(text.replace(',', '.'))) : text

/**
 * Whether a figure of a file is the plan's own. A workbook keeps fifteen digits, and CSV saved by a spreadsheet the nine
 * or so it showed: what is the same as far as it goes was not changed.
 */
export const sameFigure = (
  value: string | null,
  before: Fixed | null,
  line: Pick<Line, 'blank'>,
): boolean => {
  if (value === null || before === null)
    return (
      (value === null) === (before === null) ||
      (line.blank === 'zero' && (before ?? 0n) === 0n && (value === null || Number(value) === 0))
    )
  const [a, b] = [Number(value), floatOf(before)]
  if (a === b || Math.abs(a - b) <= Math.abs(b) * 1e-14) return true
  const decimals = /\.(\d+)$/.exec(value)?.[1]?.length ?? 0
  return (
    decimals > 0 &&
    value.replace(/^[+-]/, '').length >= shownLength &&
    rounded(before, decimals) === fixed(value)
  )
}

/** Signs of a figure that a spreadsheet had to cut: it writes fewer only of figures that have no more. */
const shownLength = 9
