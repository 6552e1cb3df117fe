import { invalid } from '#kernel/error.ts'
import { filledFrom } from './filled.ts'
import type { Intake } from './intake.ts'
import { jsonCells } from './json-lines.ts'
import { ident, quote, type Reading, type Source, type SourceColumn } from './reading.ts'
import { decimalOf, isDressed, recognise } from './recognise.ts'
import type { Sandbox } from './sandbox.ts'
import { distinct, type Layout } from './sniff.ts'
import { turnedFrom } from './turned.ts'

/** Bytes one record may have: long texts are facts, a missing quote is not. */
const longest = 4 << 20

/** Columns a file may have; beyond it every bad row would cost a query of many thousand names. */
export const mostColumns = 2000

/**
 * A file of no more columns than can be taken in; those that rejected rows come back with are not counted.
 * @throws Failure('invalid')
 */
export const withinColumns = (names: readonly string[]): void => {
  const own = names.filter(name => name !== '_line' && name !== '_reason')
  if (own.length > mostColumns)
    throw invalid(
      `The file has ${own.length.toLocaleString('en')} columns; ${mostColumns.toLocaleString('en')} can be taken in.`,
      'Export only the columns you need: a mapping takes a dozen. In JSON, names with values of their own count as columns; give one object a line with the same names in each.',
    )
}

/** What is known of a file beside its cells. */
export interface Hint {
  delimiter: string
  /** Of the store: people who count in dollars write the month first. */
  currency?: string | undefined
  /** Order of day and month for columns that do not say. */
  dateOrder?: 'dmy' | 'mdy' | undefined
  /** Columns whose type the format itself gives: how they are shown says nothing of how texts are written. */
  typed?: readonly boolean[]
}

/** Recognises number writing and date patterns column by column; a column whose days cannot be told from months takes after one that says. */
export const columnsOf = (
  names: readonly string[],
  rows: readonly string[][],
  reading: Reading,
  hint: Hint,
): {
  columns: SourceColumn[]
  decimal: '.' | ','
  found: ReturnType<typeof recognise>[]
  /** A number that could be thousands or a fraction, and the columns of such, where nothing in the file tells. */
  twofold: { example: string; names: string[] } | null
} => {
  const cells = names.map((_, i) => rows.map(row => row[i] ?? ''))
  const voted = decimalOf(
    cells.map((one, i) => (hint.typed?.[i] ? [] : one)),
    hint.delimiter,
  )
  const decimal = reading.decimal ?? voted.decimal
  const dayFirst =
    decimal === ',' || hint.delimiter === ';' || (hint.currency !== undefined && hint.currency !== 'USD')
  const alone = cells.map(one => recognise(one, reading, dayFirst))
  const told = new Set(alone.flatMap(one => one.told ?? []))
  const dateOrder = hint.dateOrder ?? (told.size === 1 ? [...told][0] : undefined)
  const found = alone.map((one, i) =>
    one.ambiguous && dateOrder ? recognise(cells[i] ?? [], { ...reading, dateOrder }, dayFirst) : one,
  )
  const columns = names.map(
    (name, i): SourceColumn => ({
      name,
      sql: 'text',
      dateFormats: found[i]?.dateFormats ?? [],
      numericDates: cells[i]?.some(cell => /^\d+(\.\d+)?$/.test(cell.trim())) ?? false,
      dressedDates: cells[i]?.some(cell => isDressed(cell.trim())) ?? false,
    }),
  )
  const [first] = reading.decimal ? [] : voted.unsure
  const example = first === undefined ? undefined : cells[first]?.find(cell => /\d[.,]\d{3}/.test(cell))
  const twofold = example ? { example, names: voted.unsure.map(i => names[i] ?? '') } : null
  return { columns, decimal, found, twofold }
}

/** A text table, ready for one pass of SQL. */
export const textSource = (
  intake: Intake,
  layout: Layout,
  reading: Reading,
  hint: Omit<Hint, 'delimiter'> = {},
): { source: Source; recognised: ReturnType<typeof columnsOf> } => {
  const recognised = columnsOf(layout.names, layout.rows, reading, { ...hint, delimiter: layout.delimiter })
  const { columns, decimal } = recognised
  const mended = layout.names.includes('_reason') && layout.names.includes('_line')
  const head = `auto_detect = false, header = ${layout.header}, skip = ${layout.skip}, max_line_size = ${longest}, buffer_size = ${2 * longest}`
  const broken = (keep: boolean) => (keep ? 'store_rejects = true' : 'ignore_errors = true')
  const path = quote(intake.path)
  const above = layout.skip + (layout.header ? 1 : 0)
  if (layout.delimiter === 'spaces') {
    const cells = columns.map((_, i) => `nullif(w[${i + 1}], '') AS c${i}`).join(', ')
    const lines = `read_csv(${path}, columns = {line: 'VARCHAR'}, delim = '\x01', quote = '', escape = '', ${head}`
    const source: Source = {
      columns,
      decimal,
      above,
      mended,
      split: null,
      fault: null,
      from: mode =>
        `(SELECT ${cells} FROM (SELECT string_split(regexp_replace(trim(line), '[ \\t]+', chr(9), 'g'), chr(9)) AS w FROM ${lines}, ${broken(mode === 'keep')}) WHERE trim(line) <> ''))`,
    }
    return { source, recognised }
  }
  const own = layout.turned?.own ?? layout.names
  const shape = own.map((_, i) => `c${i}: 'VARCHAR'`).join(', ')
  const padded = intake.container === 'xlsx' ? ', null_padding = true' : ''
  const written = `delim = ${quote(layout.delimiter)}, quote = ${quote(layout.quote)}, escape = ${quote(layout.quote)}`
  const source: Source = {
    columns,
    decimal,
    above,
    mended,
    fault: null,
    ...(layout.turned && { record: '_record' }),
    ...(layout.filled && { ordered: true }),
    split: line => `string_split(${line}, ${quote(layout.delimiter)})`,
    from(mode) {
      const read = `read_csv(${path}, columns = {${shape}}, ${written}, ${head}, ${broken(mode === 'keep')}${padded})`
      const plain = layout.texts?.map(i => `regexp_replace(c${i}, '^="(.*)"$', '\\1') AS c${i}`)
      const table = plain ? `(SELECT * REPLACE (${plain.join(', ')}) FROM ${read})` : read
      if (layout.filled) return filledFrom(layout.filled, table)
      if (!layout.turned) return table
      // Only what keeps the order of the file can number its records.
      return turnedFrom(layout.turned, table, mode === 'skip' ? '_record' : undefined)
    },
  }
  return { source, recognised }
}

/** JSON lines, or an array of objects; what is nested is reached by dots. */
export const jsonSource = (
  path: string,
  sample: { names: string[]; rows: string[][]; array: boolean },
  reading: Reading,
): Source => {
  const { columns } = columnsOf(
    sample.names,
    sample.rows,
    { ...reading, decimal: reading.decimal ?? '.' },
    { delimiter: ',' },
  )
  const read = sample.array ? 'read_json_objects_auto' : 'read_ndjson_objects'
  const options = sample.array ? "format = 'array'" : 'ignore_errors = true'
  return {
    columns,
    decimal: reading.decimal ?? '.',
    above: 0,
    mended: false,
    split: null,
    fault: 'not_json',
    from: (_broken, cells = sample.names.map((_, i) => i)) =>
      `(${jsonCells(sample.names, cells, `${read}(${quote(path)}, maximum_object_size = ${longest}, ${options})`)})`,
  }
}

const sqlKind = (type: string): SourceColumn['sql'] => {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|DOUBLE|FLOAT)/.test(type)) return 'number'
  if (type === 'TIMESTAMP WITH TIME ZONE') return 'zoned'
  if (/^(TIMESTAMP|DATE$)/.test(type)) return 'time'
  return type === 'BOOLEAN' ? 'flag' : 'text'
}

/** A Parquet file: its types are taken at their word, its texts are recognised by the first thousand. */
export const parquetSource = async (
  path: string,
  sandbox: Sandbox,
  reading: Reading,
  currency?: string,
): Promise<{ source: Source; sample: string[][]; recognised: ReturnType<typeof columnsOf> }> => {
  const table = `read_parquet(${quote(path)})`
  const described = await sandbox.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${table}`,
  )
  const names = distinct(described.map(one => one.column_name))
  withinColumns(names)
  const kinds = described.map(one => sqlKind(one.column_type))
  const cells = described.map((one, i) => {
    const cell = ident(one.column_name)
    return `${kinds[i] === 'text' && one.column_type !== 'VARCHAR' ? `CAST(${cell} AS VARCHAR)` : cell} AS c${i}`
  })
  const from = `(SELECT ${cells.join(', ')} FROM ${table})`
  const shown = cells.map((_, i) => `CAST(c${i} AS VARCHAR) AS c${i}`).join(', ')
  const head = await sandbox.rows<Record<string, string | null>>(`SELECT ${shown} FROM ${from} LIMIT 1000`)
  const sample = head.map(row => names.map((_, i) => row[`c${i}`] ?? ''))
  const typed = kinds.map(kind => kind !== 'text')
  const recognised = columnsOf(names, sample, reading, { delimiter: ',', currency, typed })
  const columns = recognised.columns.map((column, i): SourceColumn => {
    const sql = kinds[i] ?? 'text'
    return sql === 'text' ? column : { ...column, sql, dateFormats: [], numericDates: true }
  })
  const source: Source = {
    columns,
    decimal: recognised.decimal,
    above: 0,
    mended: false,
    split: null,
    fault: null,
    from: () => from,
  }
  return { source, sample, recognised }
}
