import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { invalid } from '#kernel/error.ts'
import { hiddenIn, hiddenWords } from './hidden.ts'

/** The library is loaded when there is a workbook to read. */
const library = () => import('hucre/xlsx')

/** A workbook's bytes: an archive's list of files stands at its end, and its parts may come in any order. */
const open = async (
  path: string,
): Promise<{ bytes: Uint8Array; sheets: string[]; hidden: ReadonlySet<string> }> => {
  const { readXlsx } = await library()
  const bytes = await readFile(path)
  const sheets: string[] = []
  const hidden = new Set<string>()
  const noting = (one: { name: string; hidden?: boolean; veryHidden?: boolean }) => {
    sheets.push(one.name)
    if (one.hidden || one.veryHidden) hidden.add(one.name)
    return false
  }
  await readXlsx(bytes, { sheets: noting }).catch(refused)
  return { bytes, sheets, hidden }
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

/** Names of the sheets of a workbook that hold something, the fullest first, that is where the table is, and hidden ones last. */
const fullest = async ({ bytes, sheets, hidden }: Awaited<ReturnType<typeof open>>): Promise<string[]> => {
  const found: { name: string; cells: number }[] = []
  for (const name of sheets) {
    let cells = 0
    for await (const row of rowsOf(bytes, name)) cells += row.length
    found.push({ name, cells })
  }
  const filled = found.filter(one => one.cells > 0)
  return (filled.length > 0 ? filled : found)
    .sort((a, b) => Number(hidden.has(a.name)) - Number(hidden.has(b.name)) || b.cells - a.cells)
    .map(one => one.name)
}

/** Which of several sheets is read, in words. */
const sheetWords = ([read, ...others]: readonly string[], hidden: ReadonlySet<string>): string[] =>
  others.length === 0
    ? []
    : [
        `The workbook has ${others.length + 1} sheets, of which “${read}” is read; left out: ${others
          .slice(0, 10)
          .map(one => (hidden.has(one) ? `${one} (hidden)` : one))
          .join(', ')}${others.length > 10 ? ' …' : ''}. Set sheet to read another.`,
      ]

/** One sheet as CSV lines, row by row. @param rows how many at most. */
export const sheetAsText = async (
  path: string,
  wanted?: string,
  rows?: number,
): Promise<{ sheet: string; sheets: string[]; warnings: string[]; lines: Readable }> => {
  const book = await open(path)
  // Whoever looks may choose another.
  const sheets = wanted === undefined || rows !== undefined ? await fullest(book) : [wanted]
  const sheet = wanted ?? sheets[0]
  if (sheet === undefined) throw invalid('The workbook has no sheet.', 'Save it again with at least one.')
  if (!book.sheets.includes(sheet))
    throw invalid(`The workbook has no sheet “${sheet}”.`, `It has: ${book.sheets.join(', ')}.`)
  async function* lines() {
    for await (const row of rowsOf(book.bytes, sheet as string, rows))
      yield `${row.map(value => csvCell(textOf(value))).join(',')}\n`
  }
  const warnings = [
    ...(wanted === undefined ? sheetWords(sheets, book.hidden) : []),
    ...(book.hidden.has(sheet) ? [`“${sheet}” is a hidden sheet of the workbook.`] : []),
    ...hiddenWords(await hiddenIn(path, sheet)),
  ]
  return { sheet, sheets, warnings, lines: Readable.from(lines()) }
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
