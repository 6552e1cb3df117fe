import { Readable } from 'node:stream'
import { invalid } from '#kernel/error.ts'

/** Names of the sheets of a workbook, the fullest first: that is where the table is. */
export const sheetsOf = async (path: string): Promise<string[]> => {
  const found: { name: string; cells: number }[] = []
  for await (const sheet of read(path)) {
    let cells = 0
    for await (const row of sheet) cells += row.cellCount
    found.push({ name: nameOf(sheet), cells })
  }
  return found.sort((a, b) => b.cells - a.cells).map(one => one.name)
}

/** The library is six hundred modules: loaded when there is a workbook to read. */
async function* read(path: string) {
  const { default: exceljs } = await import('exceljs')
  yield* new exceljs.stream.xlsx.WorkbookReader(path, {
    entries: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
    worksheets: 'emit',
  })
}

const nameOf = (sheet: unknown): string => (sheet as { name?: string }).name ?? 'Sheet'

/** One sheet as CSV lines, row by row. @param rows how many at most. */
export const sheetAsText = async (
  path: string,
  wanted?: string,
  rows = Number.POSITIVE_INFINITY,
): Promise<{ sheet: string; lines: Readable }> => {
  const names = await sheetsOf(path)
  const sheet = wanted ?? names[0]
  if (sheet === undefined) throw invalid('The workbook has no sheet.', 'Save it again with at least one.')
  if (!names.includes(sheet))
    throw invalid(`The workbook has no sheet “${sheet}”.`, `It has: ${names.join(', ')}.`)
  async function* lines() {
    for await (const one of read(path)) {
      if (nameOf(one) !== sheet) {
        await passOver(one)
        continue
      }
      let count = 0
      for await (const row of one) {
        if (count++ >= rows) return
        yield `${cells(row.values as unknown[])
          .map(csvCell)
          .join(',')}\n`
      }
    }
  }
  return { sheet, lines: Readable.from(lines()) }
}

/** Reads a sheet to its end: one left unread can end the reading of the archive it is in. */
const passOver = async (sheet: AsyncIterable<unknown>): Promise<void> => {
  const rows = sheet[Symbol.asyncIterator]()
  while (!(await rows.next()).done);
}

/** exceljs counts columns from 1 and leaves gaps. */
const cells = (values: unknown[]): string[] =>
  Array.from({ length: values.length - 1 }, (_, i) => textOf(values[i + 1]))

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return momentText(value)
  if (typeof value === 'object') {
    const cell = value as { result?: unknown; text?: unknown; richText?: { text: string }[]; error?: string }
    if (cell.richText) return cell.richText.map(part => part.text).join('')
    if ('result' in cell) return textOf(cell.result)
    if ('text' in cell) return textOf(cell.text)
    return cell.error ?? ''
  }
  return String(value)
}

/** Spreadsheet moments are fractions of days: rounded to the second they stand for. */
const momentText = (value: Date): string => {
  const text = new Date(Math.round(value.getTime() / 1000) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
  return value.getUTCFullYear() < 1900 ? text.slice(11) : text.replace(' 00:00:00', '')
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
