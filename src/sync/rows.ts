import type { CanonicalRow } from '#connectors/connector.ts'
import { type TableName, table } from '#kernel/canonical.ts'
import { invalid } from '#kernel/error.ts'

/** What a table's rows are completed with, worked out once. */
interface Shape {
  names: ReadonlySet<string>
  columns: readonly (readonly [name: string, whenAbsent: '' | null | undefined])[]
}
const shapes = new Map<TableName, Shape>()

const shapeOf = (name: TableName): Shape => {
  const known = shapes.get(name)
  if (known) return known
  const columns = Object.entries(table(name).columns).map(
    ([column, { type, optional }]) => [column, optional ? null : type === 'text' ? '' : undefined] as const,
  )
  const shape = { names: new Set(columns.map(([column]) => column)), columns }
  shapes.set(name, shape)
  return shape
}

/**
 * A row with every column of its table in the table's order: what mapping left out is '' for text and NULL where it may be unknown.
 * @throws Failure('invalid') naming a column that the table does not have, or one that must be given.
 */
export function completed(name: TableName, row: CanonicalRow, source: string): CanonicalRow {
  const { names, columns } = shapeOf(name)
  for (const column in row)
    if (!names.has(column)) throw invalid(`The table ${name} has no column ${column}.`)
  const whole: CanonicalRow = {}
  for (const [column, absent] of columns) {
    const value = column === 'source' ? source : (row[column] ?? absent)
    if (value === undefined) throw invalid(`A row of ${name} lacks its ${column}.`)
    whole[column] = value
  }
  return whole
}

/** Names of a table's key columns as one text, for looking rows up. */
export const keyOf = (name: TableName, row: CanonicalRow): string =>
  table(name)
    .key.map(column => String(row[column]))
    .join('\u0001')
