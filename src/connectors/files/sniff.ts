import { invalid } from '#kernel/error.ts'
import type { Reading } from './reading.ts'

/** How a text table is written. */
export interface Layout {
  delimiter: string
  quote: string
  header: boolean
  skip: number
  names: string[]
  /** Records of the sample below the header. */
  rows: string[][]
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

const chooseDelimiter = (text: string, quote: string): string => {
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of candidates) {
    const records = split(text, delimiter, quote, 300).filter(record => !blankLine(record))
    const { columns, share } = width(records)
    const score = columns > 1 ? share * 10 + Math.min(columns, 20) / 20 : 0
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
  if (filled.length === 0 || filled.some(looksLikeValue)) return false
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

/** Recognises how a sample of text is written, as far as `reading` does not say. @throws Failure when it is no table. */
export const sniff = (sample: string, reading: Reading): Layout => {
  const named = /^\s*sep=(.)\r?\n/i.exec(sample)
  const above = named ? 1 : 0
  const body = named ? sample.slice(named[0].length) : sample
  const quote = reading.quote ?? '"'
  const delimiter = reading.delimiter ?? named?.[1] ?? chooseDelimiter(withoutComments(body), quote)
  const lines = body.split(/\r?\n|\r/)
  let skip = reading.skip
  if (skip === undefined) {
    const wide = split(withoutComments(body), delimiter, quote, 500).filter(record => !blankLine(record))
    const { columns } = width(wide)
    let top = 0
    while (top < Math.min(lines.length, 50)) {
      const line = lines[top] ?? ''
      const cells = split(line, delimiter, quote, 1)[0] ?? ['']
      const comment = line.startsWith('#')
      if (!comment && !blankLine(cells) && (cells.length >= columns || columns === 1)) break
      if (!comment && !blankLine(cells) && cells.filter(cell => cell.trim() !== '').length > columns / 2)
        break
      top++
    }
    skip = above + (top < Math.min(lines.length, 50) ? top : 0)
  }
  const table = body
    .split(/(?<=\n)|(?<=\r)(?!\n)/)
    .slice(skip - above)
    .join('')
  const records = split(table, delimiter, quote).filter(record => !blankLine(record))
  const first = records[0]
  if (!first) throw invalid('The file has no rows.', 'Export it again: it holds only blank lines.')
  const header = reading.header ?? isHeader(first, records.slice(1))
  const widest = header ? first.length : width(records).columns
  return {
    delimiter,
    quote,
    header,
    skip,
    names: header ? distinct(first) : Array.from({ length: widest }, (_, i) => `column_${i + 1}`),
    rows: header ? records.slice(1) : records,
  }
}

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
