import type { CurrencyColumn } from '#kernel/currency-columns.ts'
import type { OrderTotals } from '#kernel/order-totals.ts'

/** How a file is to be read; what is absent is recognised. */
export interface Reading {
  format?: 'csv' | 'jsonl' | 'parquet' | 'xlsx'
  encoding?: string
  /** One character, or 'spaces' for columns set apart by runs of blanks. */
  delimiter?: string
  /** '' when the file knows no quoting. */
  quote?: string
  header?: boolean
  /** Lines above the header: titles, comments. */
  skip?: number
  decimal?: '.' | ','
  dateOrder?: 'ymd' | 'dmy' | 'mdy'
  sheet?: string
  /** Member of a zip. */
  member?: string
  /** Way by dots to the list of records in JSON; '' where they stand on top. */
  records?: string
  /** Way inside a record of JSON to the list that makes a row of each; '' where a record is a row. */
  lines?: string
  /** Months, currencies or places in the headings become rows; false leaves them as they stand. */
  turned?: boolean
  /** What stands on the first row of an order alone is said of its other rows, too; false leaves them empty. */
  filled?: boolean
}

/** A mapping file: where each target column comes from. `columns` values are a source column or an expression over them. */
export interface Mapping {
  name?: string
  target: string
  reading?: Reading
  columns: Record<string, string>
  /** Rows to take; the others are counted as rejected with `reason`. */
  where?: string
  reason?: string
  /** True of those of the rows left out whose order is no more: what an earlier import brought of it goes. */
  gone?: string
  /** The file holds each of its orders whole: they take the place of what was known of them. */
  restates?: boolean
}

/** What a source column holds, as its values show. */
export type ValueType = 'text' | 'number' | 'date' | 'time' | 'flag'

/** A column of a file. `sql` is the type the engine sees: text unless the format itself is typed. */
export interface SourceColumn {
  name: string
  sql: 'text' | 'number' | 'time' | 'zoned' | 'flag'
  /** strptime patterns of its dates, most likely first; empty when they are ISO or none. */
  dateFormats: readonly string[]
  /** Some of its cells are bare numbers: 20240131, spreadsheet serials or seconds, where a date is wanted. */
  numericDates: boolean
  /** Some of its dates say their day of the week or their time zone, and are not ISO. */
  dressedDates?: boolean
}

/** A file made ready for one SQL pass. */
export interface Source {
  columns: readonly SourceColumn[]
  decimal: '.' | ','
  /** Physical lines above the first record. */
  above: number
  /**
   * FROM item that gives the columns c0 … cn, or at least those of `cells`.
   * keep: records that do not parse go into reject_errors; skip: they are left out.
   */
  from(broken: 'keep' | 'skip', cells?: readonly number[]): string
  /** Column of `skip` that numbers the records of the file, from 1, where a record makes several rows. */
  record?: string
  /** Its rows say something of those below them: they are read in the order of the file. */
  ordered?: boolean
  /** Splits a broken line into at most as many cells as there are columns; null where records cannot break. */
  split: ((line: string) => string) | null
  /** Column that says a record could not be read at all. */
  fault: string | null
  /** An earlier rejects file, mended: its formula guards are taken off again. */
  mended: boolean
}

/** What a file looks like, how it is read, and what it could be. */
export interface Preview {
  reading: Required<Omit<Reading, 'sheet' | 'member' | 'records' | 'lines' | 'turned' | 'filled'>> &
    Pick<Reading, 'sheet' | 'member' | 'records' | 'lines' | 'turned' | 'filled'>
  columns: {
    name: string
    type: ValueType
    /** Cells of the sample that hold something. */
    filled: number
    examples: string[]
  }[]
  rows: string[][]
  sheets: string[]
  /** Files of an archive that may be the table. */
  members: string[]
  /** Lists of objects in JSON: what may be its records, and in each of them its lines. */
  lists: { records: string[]; lines: string[] }
  /** Best guess, with how sure it is, 0–1; presets that fit come first. */
  suggestions: { preset: string | null; mapping: Mapping; confidence: number; unmapped: string[] }[]
  /** For each kind of rows, where its columns would come from, as far as that can be guessed. */
  guesses: { target: string; columns: Record<string, string>; complete: boolean }[]
  /** What is of an order and what of its lines, where orders have several rows. */
  totals: OrderTotals | null
  /** Columns that say in which currency amounts are. */
  currencies: CurrencyColumn[]
  /** Of several files the places of those given, the one whose rows they are first; and how each of the others was joined. */
  together?: { order: number[]; words: string[] }
  warnings: string[]
}

/** A mapping as it was guessed or mended, and what whoever looks at it should know. */
export interface Guess {
  mapping: Mapping
  warnings: string[]
}

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const ident = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** Gives the place among columns of what something is mapped to: −1 for nothing, and for an expression. */
export const placesIn =
  (names: readonly string[]) =>
  (mapped: string | undefined): number =>
    mapped === undefined ? -1 : names.indexOf(mapped)

/** The price of all units, or the price alone where nothing says how many, as an expression. */
export const priceOfAll = ({ unit_price = '', quantity }: Mapping['columns']): string =>
  [unit_price, ...(quantity ? [quantity] : [])].map(ident).join(' * ')

/** How a file is written: known of a file that is read, and of no use for the table made of several. */
const layout = [
  'format',
  'encoding',
  'delimiter',
  'quote',
  'header',
  'skip',
  'sheet',
  'member',
  'records',
  'lines',
]

/** What is left to say of a table made of several files: how its numbers and days are written. */
export const readingOfJoined = (reading: Reading = {}): Reading =>
  Object.fromEntries(Object.entries(reading).filter(([word]) => !layout.includes(word)))
