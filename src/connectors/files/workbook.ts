import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { invalid } from '#kernel/error.ts'

/** The library is loaded when there is a workbook to read. */
const library = () => import('hucre/xlsx')

/** A workbook's bytes: an archive's list of files stands at its end, and its parts may come in any order. */
const open = async (path: string): Promise<{ bytes: Uint8Array; sheets: string[] }> => {
  const { readXlsx } = await library()
  const bytes = await readFile(path)
  const sheets: string[] = []
  const noting = ({ name }: { name: string }) => {
    sheets.push(name)
    return false
  }
  await readXlsx(bytes, { sheets: noting }).catch(refused)
  return { bytes, sheets }
}

/** Rows of one sheet as they are read, so that memory does not grow with them. */
async function* rowsOf(bytes: Uint8Array, sheet: string, maxRows?: number) {
  const { streamXlsxRows } = await library()
  try {
    for await (const row of streamXlsxRows(bytes, { sheet, ...(maxRows && { maxRows }) })) yield row.values
  } catch (error) {
    refused(error)
  }
}

const refused = (error: unknown): never => {
  const cause = error instanceof Error ? error.message : String(error)
  throw invalid(
    `The workbook cannot be read: ${cause}`,
    'Open it in a spreadsheet and save it again as XLSX.',
  )
}

/** Names of the sheets of a workbook, the fullest first: that is where the table is. */
export const sheetsOf = async (path: string): Promise<string[]> => fullest(await open(path))

const fullest = async ({ bytes, sheets }: Awaited<ReturnType<typeof open>>): Promise<string[]> => {
  const found: { name: string; cells: number }[] = []
  for (const name of sheets) {
    let cells = 0
    for await (const row of rowsOf(bytes, name)) cells += row.length
    found.push({ name, cells })
  }
  return found.sort((a, b) => b.cells - a.cells).map(one => one.name)
}

/** One sheet as CSV lines, row by row. @param rows how many at most. */
export const sheetAsText = async (
  path: string,
  wanted?: string,
  rows?: number,
): Promise<{ sheet: string; lines: Readable }> => {
  const book = await open(path)
  const sheet = wanted ?? (await fullest(book))[0]
  if (sheet === undefined) throw invalid('The workbook has no sheet.', 'Save it again with at least one.')
  if (!book.sheets.includes(sheet))
    throw invalid(`The workbook has no sheet “${sheet}”.`, `It has: ${book.sheets.join(', ')}.`)
  async function* lines() {
    for await (const row of rowsOf(book.bytes, sheet as string, rows))
      yield `${row.map(value => csvCell(textOf(value))).join(',')}\n`
  }
  return { sheet, lines: Readable.from(lines()) }
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : value instanceof Date ? momentText(value) : String(value)

/** Spreadsheet moments are fractions of days: rounded to the second they stand for. */
const momentText = (value: Date): string => {
  const text = new Date(Math.round(value.getTime() / 1000) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
  return value.getUTCFullYear() < 1900 ? text.slice(11) : text.replace(' 00:00:00', '')
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
