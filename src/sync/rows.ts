import type { CanonicalRow } from '#connectors/connector.ts'
import { type Column, type ColumnType, type TableName, table } from '#kernel/canonical.ts'
import { invalid } from '#kernel/error.ts'
import { fitting } from './values.ts'

/** A column as rows are completed with it. */
interface Filled {
  name: string
  whenAbsent: '' | null | undefined
  /** Name in short lines, with what stands before its value. */
  label: string
  /** Values of it that a short line leaves out. */
  idle: '' | '0' | null | undefined
  /** Whether a value is one of the column's type; null where every text is. */
  fits: ((value: string | number | boolean) => boolean) | null
}

/** What a table's rows are completed with, worked out once. */
interface Shape {
  names: ReadonlySet<string>
  columns: readonly Filled[]
}
const shapes = new Map<TableName, Shape>()

const shapeOf = (name: TableName): Shape => {
  const known = shapes.get(name)
  if (known) return known
  const columns = Object.entries(table(name).columns).map(([column, { type, optional }], n): Filled => {
    const whenAbsent = optional ? null : type === 'text' ? '' : undefined
    const label = `"${shortName(n)}":`
    return { name: column, whenAbsent, label, idle: idleOf({ type, optional }), fits: fitting(type) }
  })
  const shape = { names: new Set(columns.map(column => column.name)), columns }
  shapes.set(name, shape)
  return shape
}

/**
 * A row with every column of its table in the table's order: what mapping left out is '' for text and NULL where it may be unknown.
 * @throws Failure('invalid') naming a column that the table does not have, one that must be given, or one whose value is none
 * of its type: a single such row would keep all others out.
 */
export function completed(name: TableName, row: CanonicalRow, source: string): CanonicalRow {
  const whole: CanonicalRow = {}
  eachValue(name, row, source, (column, value) => {
    whole[column.name] = value
  })
  return whole
}

type Value = CanonicalRow[string]

const shown = (value: Value): string =>
  typeof value === 'string' ? `“${value.slice(0, 40)}”` : String(value)

const eachValue = (
  name: TableName,
  row: CanonicalRow,
  source: string,
  call: (column: Filled, value: Value) => void,
): void => {
  const { names, columns } = shapeOf(name)
  for (const column in row)
    if (!names.has(column)) throw invalid(`The table ${name} has no column ${column}.`)
  for (const column of columns) {
    const value = column.name === 'source' ? source : (row[column.name] ?? column.whenAbsent)
    if (value === undefined) throw invalid(`A row of ${name} lacks its ${column.name}.`)
    if (column.fits && value !== null && value !== column.idle && !column.fits(value))
      throw invalid(`A row of ${name} has ${shown(value)} as its ${column.name}.`)
    call(column, value)
  }
}

/** Name of a table's column in short lines, by its place in the table. */
export const shortName = (place: number): string => `c${place.toString(36)}`

/** What a column is most often, and therefore not written in a short line; undefined where every value is. */
export const idleOf = ({ type, optional }: Pick<Column, 'type' | 'optional'>): '' | '0' | null | undefined =>
  optional ? null : type === 'text' ? '' : amounts.has(type) ? '0' : undefined

const amounts: ReadonlySet<ColumnType> = new Set(['money', 'quantity', 'rate', 'count'])

/**
 * A completed row as a line of JSON with short names and without what says nothing: half of what its whole names and noughts
 * would be, to write and to read.
 * @throws as `completed`.
 */
export function shortLine(name: TableName, row: CanonicalRow, source: string): string {
  let line = ''
  eachValue(name, row, source, ({ label, idle, fits }, value) => {
    if (value === idle) return
    line += `${line === '' ? '{' : ','}${label}${typeof value !== 'string' ? value : fits || plain.test(value) ? `"${value}"` : JSON.stringify(value.toWellFormed())}`
  })
  return line === '' ? '{}\n' : `${line}}\n`
}

/** Texts that JSON writes as they are. */
const plain = /^[ !#-[\]-~\u00a1-\ud7ff]*$/

/** Names of a table's key columns as one text, for looking rows up. */
export const keyOf = (name: TableName, row: CanonicalRow): string =>
  table(name)
    .key.map(column => String(row[column]))
    .join('\u0001')
