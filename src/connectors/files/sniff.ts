import { invalid } from '#kernel/error.ts'
import type { Filled } from './filled.ts'
import { monthOf } from './months.ts'
import type { Reading } from './reading.ts'
import type { Turned } from './turned.ts'

/** How a text table is written. */
export interface Layout {
  delimiter: string
  quote: string
  header: boolean
  skip: number
  names: string[]
  /** Records of the sample below the header. */
  rows: string[][]
  /** Other words its columns go by, where a row above the headings says what several of them are of. */
  also?: readonly string[]
  /** Columns some of whose cells are a text that a spreadsheet is to leave alone: ="00123". */
  texts?: readonly number[]
  /** Headings that were made rows; names and rows are as they come out. */
  turned?: Turned
  /** What is said once for several rows; rows of the sample are filled. */
  filled?: Filled
}

const candidates = [',', ';', '\t', '|'] as const

/** Splits text into records, RFC 4180 with any delimiter. Small samples only. */
export const split = (text: string, delimiter: string, quote: string, limit = 2000): string[][] => {
  if (delimiter === 'spaces')
    return text
      .split(/\r?\n/)
      .slice(0, limit)
      .map(line => (line.trim() === '' ? [''] : line.trim().split(/[ \t]+/)))
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let quoted = false
  let touched = false
  const endCell = () => {
    record.push(cell)
    cell = ''
    touched = false
  }
  const endRecord = () => {
    endCell()
    records.push(record)
    record = []
  }
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const char = text[i] as string
    if (quoted) {
      if (char !== quote) cell += char
      else if (text[i + 1] === quote) {
        cell += quote
        i++
      } else quoted = false
    } else if (quote !== '' && char === quote && !touched) {
      quoted = true
      touched = true
    } else if (char === delimiter) endCell()
    else if (char === '\n') endRecord()
    else if (char === '\r' && text[i + 1] === '\n') continue
    else if (char === '\r') endRecord()
    else {
      cell += char
      touched = true
    }
  }
  if (records.length < limit && (cell !== '' || record.length > 0)) endRecord()
  return records
}

/** The width most records have, and the share of records that have it. */
const width = (records: string[][]): { columns: number; share: number } => {
  const counts = new Map<number, number>()
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1)
  let columns = 1
  let most = 0
  for (const [size, count] of counts)
    if (count > most || (count === most && size > columns)) {
      columns = size
      most = count
    }
  return { columns, share: most / Math.max(records.length, 1) }
}

const blankLine = (record: string[]) => record.every(cell => cell.trim() === '')

const filledIn = (cells: readonly string[]): number => cells.filter(cell => cell.trim() !== '').length

/** Records from the first that is half as full as any: titles above a table fill few cells and say nothing of it. */
const belowTitles = (records: string[][]): string[][] => {
  const full = records.map(filledIn).sort((a, b) => b - a)
  // One record may have run over; two of a width are of the table.
  const most = (records.length > 2 ? full[1] : full[0]) ?? 0
  return records.slice(
    Math.max(
      0,
      records.findIndex(record => filledIn(record) > most / 2),
    ),
  )
}

const chooseDelimiter = (text: string, quote: string): string => {
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of candidates) {
    const records = split(text, delimiter, quote, 300).filter(record => !blankLine(record))
    const table = belowTitles(records)
    const { columns, share } = width(table)
    // Of two that fit alike, the one that takes less for titles.
    const titles = 1 - table.length / records.length
    const score = columns > 1 ? share * 10 + Math.min(columns, 20) / 20 - titles : 0
    if (score > best.score) best = { delimiter, score }
  }
  if (best.score >= 5) return best.delimiter
  const records = split(text, 'spaces', '', 300).filter(record => !blankLine(record))
  const { columns, share } = width(records)
  if (columns > 1 && share > 0.95) return 'spaces'
  return best.delimiter
}

const looksLikeValue = (cell: string) =>
  /^[\s(]*[-+]?[$€£]?\d[\d.,:/\s-]*%?\)?$/.test(cell) || /^\d{4}-\d{2}-\d{2}/.test(cell)

/** A header is a record of words above values, or of different words. */
const isHeader = (first: string[], rest: string[][]): boolean => {
  const filled = first.filter(cell => cell.trim() !== '')
  const months = filled.filter(cell => monthOf(cell) !== null).length
  const isValue = (cell: string) => looksLikeValue(cell) && !(months > 1 && monthOf(cell))
  if (filled.length === 0 || months === filled.length || filled.some(isValue)) return false
  if (rest.length === 0) return true
  const values = rest.slice(0, 50)
  // Words above values; two columns may go by one word.
  for (let i = 0; i < first.length; i++)
    if (first[i]?.trim() !== '' && values.some(row => looksLikeValue(row[i] ?? ''))) return true
  if (new Set(filled.map(cell => cell.trim().toLowerCase())).size < filled.length * 0.8) return false
  // Only words throughout: a header's words do not come again below.
  return (
    first.some((cell, i) => cell.trim() !== '' && !rest.some(row => row[i] === cell)) &&
    filled.length === first.length
  )
}

/** How many lines stand above the table: comments, blank ones, and titles that fill few of its columns. */
const titlesOf = (lines: readonly string[], body: string, delimiter: string, quote: string): number => {
  const wide = split(withoutComments(body), delimiter, quote, 500).filter(record => !blankLine(record))
  const { columns } = width(belowTitles(wide))
  const records = lines.slice(0, 50).map(line => split(line, delimiter, quote, 1)[0] ?? [''])
  for (const [top, cells] of records.entries()) {
    if (lines[top]?.startsWith('#') || blankLine(cells)) continue
    const filled = filledIn(cells)
    const below = Math.max(0, ...records.slice(top + 1, top + 12).map(filledIn))
    const padded = columns > 3 && filled <= columns / 2 && filled < below && !cells.some(looksLikeValue)
    if (!padded && (cells.length >= columns || columns === 1 || filled > columns / 2)) return top
  }
  return 0
}

/** A row above the headings that says what several of them are of: each says it with its own word, as well. */
const groupsAbove = (
  line: string | undefined,
  names: readonly string[],
  delimiter: string,
  quote: string,
) => {
  const groups = line ? (split(line, delimiter, quote, 1)[0] ?? []) : []
  const filled = groups.filter(cell => cell.trim() !== '')
  if (filled.length < 2 || groups.length > names.length || groups.length < names.length / 2) return undefined
  let group = ''
  return names.map((name, i) => {
    group = groups[i]?.trim() || group
    return group === '' ? name : `${group} ${name}`
  })
}

/** Recognises how a sample of text is written, as far as `reading` does not say. @throws Failure when it is no table. */
export const sniff = (sample: string, reading: Reading): Layout => {
  const named = /^\s*sep=(.)\r?\n/i.exec(sample)
  const above = named ? 1 : 0
  const body = named ? sample.slice(named[0].length) : sample
  const quote = reading.quote ?? '"'
  const delimiter = reading.delimiter ?? named?.[1] ?? chooseDelimiter(withoutComments(body), quote)
  const lines = body.split(/\r?\n|\r/)
  const skip = reading.skip ?? above + titlesOf(lines, body, delimiter, quote)
  const table = body
    .split(/(?<=\n)|(?<=\r)(?!\n)/)
    .slice(skip - above)
    .join('')
  const records = split(table, delimiter, quote).filter(record => !blankLine(record))
  const first = records[0]
  if (!first) throw invalid('The file has no rows.', 'Export it again: it holds only blank lines.')
  const header = reading.header ?? isHeader(first, records.slice(1))
  const widest = header ? first.length : width(records).columns
  const also = header ? groupsAbove(lines[skip - above - 1], distinct(first), delimiter, quote) : undefined
  const rows = header ? records.slice(1) : records
  const texts = first.flatMap((_, i) => (rows.some(row => asText.test(row[i] ?? '')) ? [i] : []))
  return {
    delimiter,
    quote,
    header,
    skip,
    names: header ? distinct(first) : Array.from({ length: widest }, (_, i) => `column_${i + 1}`),
    rows: texts.length > 0 ? rows.map(row => row.map(cell => cell.replace(asText, '$1'))) : rows,
    ...(texts.length > 0 && { texts }),
    ...(also && { also }),
  }
}

/** A formula that is nothing but a text: exports write codes so, lest a spreadsheet makes numbers of them. */
const asText = /^="(.*)"$/

const withoutComments = (text: string) => text.replace(/^(#.*(?:\r?\n|\r)|\s*(?:\r?\n|\r))+/, '')

/** Headers as written, made distinct: a second `Tags` becomes `Tags_2`, an empty one `column_4`. */
export const distinct = (names: readonly string[]): string[] => {
  const seen = new Map<string, number>()
  return names.map((raw, i) => {
    const name = raw.replace(/^\uFEFF/, '').trim() || `column_${i + 1}`
    const count = (seen.get(name.toLowerCase()) ?? 0) + 1
    seen.set(name.toLowerCase(), count)
    return count === 1 ? name : `${name}_${count}`
  })
}
