import type { CellValue, Workbook } from 'exceljs'
import { invalid } from '#kernel/error.ts'
import type { Calculation } from '#kernel/plan/calculate.ts'
import { floatOf, plainOf } from '#kernel/plan/fixed.ts'
import type { Node } from '#kernel/plan/language.ts'
import type { Line, Sheet } from '#kernel/plan/sheet.ts'
import { type FileRead, type FileRow, type Mark, plainNumber } from './file-differences.ts'

/**
 * A version as a workbook and back. A row is a line in one slice; its id stands in a hidden column, periods' keys in a
 * hidden row, so that rows and columns may be moved about in the spreadsheet. Formulas are live Excel formulas where
 * Excel has them; what is added up over slices becomes a SUM of those rows.
 */
const firstPeriod = 4
const headRow = 2

interface Place {
  line: Line
  slice: string[]
  row: number
}

const letter = (column: number): string =>
  column <= 26
    ? String.fromCharCode(64 + column)
    : letter(Math.floor((column - 1) / 26)) + letter(((column - 1) % 26) + 1)

export async function workbookOf(plan: Calculation, name: string, mark?: Mark): Promise<Uint8Array> {
  const { default: ExcelJS } = await import('exceljs')
  const book: Workbook = new ExcelJS.Workbook()
  const page = book.addWorksheet('Plan', { views: [{ state: 'frozen', xSplit: 3, ySplit: headRow }] })
  const { sheet } = plan
  const places: Place[] = []
  sheet.lines.forEach((line, at) => {
    const slices = plan.slices(at)
    for (let n = 0; n < slices.count; n += 1)
      places.push({ line, slice: slices.members(n), row: headRow + 1 + places.length })
  })
  const byLine = Map.groupBy(places, place => place.line.name)
  page.getRow(1).values = ['', '', '', ...sheet.periods.map(period => period.key)]
  if (mark) page.getCell(1, 1).value = JSON.stringify([mark.version, mark.seq])
  page.getRow(1).hidden = true
  page.getRow(headRow).values = ['', 'Line', '', ...sheet.periods.map(period => period.label)]
  page.getRow(headRow).font = { bold: true }
  page.getColumn(1).hidden = true
  page.getColumn(2).width = 36
  page.getColumn(3).width = 18
  sheet.periods.forEach((_, n) => {
    page.getColumn(firstPeriod + n).width = 14
  })
  for (const place of places) {
    const { line, slice, row } = place
    const at = plan.lineNumber(line.name) as number
    const cells = page.getRow(row)
    cells.getCell(1).value = JSON.stringify([line.name, ...slice])
    cells.getCell(2).value = line.label
    cells.getCell(3).value = slice.join(', ')
    const node = plan.checked.lines[at]?.node ?? null
    sheet.periods.forEach((__, period) => {
      const value = plan.value({ line: line.name, slice, period: sheet.periods[period]?.key ?? '' })
      const cell = cells.getCell(firstPeriod + period)
      const formula = node ? excelOf(node, place, period, byLine, sheet) : null
      const result = value === null ? undefined : floatOf(value)
      cell.value = (
        formula !== null
          ? { formula, ...(result !== undefined && { result }) }
          : value === null
            ? null
            : floatOf(value)
      ) as CellValue
      cell.numFmt = line.unit === 'share' ? '0.0%' : line.unit === 'money' ? '#,##0.00' : '#,##0.####'
      if (line.formula !== null) cell.font = { color: { argb: 'FF666671' } }
    })
    if (line.note ?? line.layering) cells.getCell(2).note = line.layering ?? line.note ?? ''
  }
  const about = book.addWorksheet('About')
  about.columns = [{ width: 24 }, { width: 100 }]
  about.addRows([
    ['Plan', name],
    ['Currency', sheet.currency],
    ['Grey', 'Worked out; change what it is made of.'],
    ...sheet.lines.flatMap(line => (line.formula === null ? [] : [[line.label, `= ${line.formula}`]])),
  ])
  return new Uint8Array(await book.xlsx.writeBuffer())
}

/** A formula as Excel's; null where Excel has no like of it at this place (before the first period, past the last). */
function excelOf(
  node: Node,
  own: Place,
  period: number,
  byLine: ReadonlyMap<string, Place[]>,
  sheet: Sheet,
): string | null {
  const cells = (name: string, all: boolean): Place[] => {
    const members = new Map(own.line.over.map((dimension, n) => [dimension, own.slice[n]]))
    return (byLine.get(name) ?? []).filter(
      place =>
        all ||
        place.line.over.every(
          (dimension, n) => !members.has(dimension) || members.get(dimension) === place.slice[n],
        ),
    )
  }
  const column = (at: number) => letter(firstPeriod + at)
  const inside = (at: number) => at >= 0 && at < sheet.periods.length
  const write = (of: Node): string | null => {
    switch (of.is) {
      case 'number':
        return plainOf(of.value)
      case 'clock': {
        const { from, to } = sheet.periods[period] as Sheet['periods'][number]
        return of.name === 'period'
          ? String(period + 1)
          : String((Date.parse(to) - Date.parse(from)) / 86_400_000 + 1)
      }
      case 'line': {
        if (!inside(period + of.lag)) return null
        const found = cells(of.name, of.all).map(place => `${column(period + of.lag)}${place.row}`)
        return found.length === 1 ? (found[0] as string) : found.length > 1 ? `SUM(${found.join(',')})` : null
      }
      case 'span': {
        const year = sheet.periods[period]?.year
        const first =
          of.span === 'so_far'
            ? 0
            : of.span === 'year'
              ? sheet.periods.findIndex(one => one.year === year)
              : period + of.span.from
        const last =
          of.span === 'so_far'
            ? period
            : of.span === 'year'
              ? sheet.periods.findLastIndex(one => one.year === year)
              : period + of.span.to
        const found = cells(of.name, false)
        if (!inside(first) || !inside(last) || (found.length !== 1 && of.fold !== 'sum')) return null
        return `${of.fold === 'sum' ? 'SUM' : of.fold.toUpperCase()}(${found.map(place => `${column(first)}${place.row}:${column(last)}${place.row}`).join(',')})`
      }
      case 'operation': {
        const [left, right] = [write(of.left), write(of.right)]
        return left === null || right === null ? null : `(${left}${of.sign}${right})`
      }
      case 'choice': {
        const parts = [of.left, of.right, of.then, of.otherwise].map(write)
        return parts.some(part => part === null)
          ? null
          : `IF(${parts[0]}${of.sign}${parts[1]},${parts[2]},${parts[3]})`
      }
      case 'call': {
        const parts = of.of.map(write)
        // The first that is there: what lies before the plan is not.
        if (of.name === 'coalesce') return parts.find(part => part !== null) ?? null
        return parts.some(part => part === null) ? null : `${of.name.toUpperCase()}(${parts.join(',')})`
      }
    }
  }
  return write(node)
}

/**
 * Reads a workbook made of a version: its rows by their hidden ids, its columns by the hidden periods.
 * @throws Failure('invalid') for a file that is no workbook, or whose hidden first row is gone.
 */
export async function bookRead(bytes: Uint8Array, { periods }: Sheet): Promise<FileRead> {
  const book = await bookOf(bytes)
  const page = book.getWorksheet('Plan') ?? book.worksheets[0]
  if (!page) throw invalid('The workbook has no sheet.')
  const columns = new Map<number, string>()
  page.getRow(1).eachCell((cell, n) => {
    if (n >= firstPeriod && periods.some(period => period.key === String(cell.value)))
      columns.set(n, String(cell.value))
  })
  if (columns.size === 0)
    throw invalid(
      'The workbook does not say which column is which period.',
      'Use a file downloaded from this plan; its first row is hidden and must stay.',
    )
  const rows: FileRow[] = []
  page.eachRow((row, n) => {
    if (n <= headRow) return
    const id = row.getCell(1).value
    if (id === null || id === undefined) return
    const [line = '', ...slice] = idOf(String(id))
    const cells = [...columns].map(([column, period]) => {
      const cell = row.getCell(column)
      const raw = cell.result ?? cell.value
      const plain = raw === null || raw === undefined || typeof raw === 'number'
      return { period, raw: plain ? (raw ?? '') : String(typeof raw === 'object' ? cell.text : raw) }
    })
    rows.push({ line, slice, words: String(row.getCell(2).value ?? line), cells })
  })
  const [version = '', seq = ''] = idOf(String(page.getCell(1, 1).value ?? ''))
  return { mark: version !== '' && /^\d+$/.test(seq) ? { version, seq: Number(seq) } : null, rows }
}

async function bookOf(bytes: Uint8Array): Promise<Workbook> {
  const { default: ExcelJS } = await import('exceljs')
  const book: Workbook = new ExcelJS.Workbook()
  try {
    await book.xlsx.load(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    )
  } catch {
    throw invalid('The file is no XLSX workbook.', 'Save it as .xlsx and try again.')
  }
  return book
}

/** A row's id: the line and its slice, JSON; nothing known where somebody typed over it. */
const idOf = (text: string): string[] => {
  try {
    const read: unknown = JSON.parse(text)
    return Array.isArray(read) ? read.map(String) : []
  } catch {
    return []
  }
}

/**
 * A sheet of somebody's own workbook as the text a spreadsheet puts on the clipboard: results in place of formulas.
 * The fullest sheet where none is named.
 * @throws Failure('invalid') for a file that is no workbook, or a sheet it has not.
 */
export async function sheetText(
  bytes: Uint8Array,
  wanted?: string,
): Promise<{ text: string; sheet: string; sheets: string[] }> {
  const book = await bookOf(bytes)
  const sheets = book.worksheets
    .toSorted((a, b) => b.actualRowCount * b.actualColumnCount - a.actualRowCount * a.actualColumnCount)
    .map(one => one.name)
  const name = wanted ?? sheets[0]
  const page = name === undefined ? undefined : book.getWorksheet(name)
  if (!page || name === undefined)
    throw invalid(`The workbook has no sheet "${wanted ?? ''}".`, `It has: ${sheets.join(', ')}.`)
  const rows: string[] = []
  page.eachRow(row => {
    const cells: string[] = []
    for (let n = 1; n <= page.columnCount; n += 1) {
      const cell = row.getCell(n)
      const value = cell.result ?? cell.value
      const text =
        typeof value === 'number'
          ? cell.numFmt?.includes('%')
            ? `${plainNumber(Number((value * 100).toPrecision(14)))} %`
            : plainNumber(value)
          : value instanceof Date
            ? value.toISOString().slice(0, 10)
            : cell.text
      cells.push(/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    }
    rows.push(cells.join('\t').replace(/\t+$/, ''))
  })
  return { text: rows.join('\n'), sheet: name, sheets }
}
