import { type Column, derived, type Table, tables } from '#kernel/canonical.ts'
import { duckdbTypes as types } from '#kernel/duckdb-types.ts'

const column = (name: string, { type, optional }: Column) =>
  `${name} ${types[type]}${optional ? '' : ' NOT NULL'}`

const create = (name: string, { columns }: Table) =>
  `CREATE TABLE IF NOT EXISTS ${name} (${Object.entries(columns)
    .map(([key, value]) => column(key, value))
    .join(', ')})`

/** Columns that came to a table later stand after its `source`: a granary of before gets them when it is opened. */
const later = (name: string, { columns }: Table): string[] => {
  const names = Object.keys(columns)
  return names
    .slice(names.indexOf('source') + 1)
    .map(key => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${key} ${types[columns[key]?.type ?? 'text']}`)
}

/** The tables that follow from others. */
export const derivedSchema = (): string[] =>
  Object.entries(derived).map(([name, table]) => create(name, table))

/**
 * What a DuckDB granary is made of. There are no primary keys: an index over tens of millions of rows would
 * outgrow memory; keys are kept by the one road in, `deliver`.
 */
export const duckdbSchema = (): string[] => [
  ...Object.entries(tables).flatMap(([name, table]) => [create(name, table), ...later(name, table)]),
  ...derivedSchema(),
  'CREATE TABLE IF NOT EXISTS unnumbered (store VARCHAR NOT NULL, customer_id VARCHAR NOT NULL)',
  `CREATE TABLE IF NOT EXISTS deliveries (
    version BIGINT NOT NULL, delivery VARCHAR NOT NULL, name VARCHAR NOT NULL, stores VARCHAR NOT NULL,
    first_day DATE, last_day DATE, rows BIGINT NOT NULL, inserted BIGINT NOT NULL, changed BIGINT NOT NULL,
    repeats BIGINT NOT NULL, logged_at TIMESTAMP NOT NULL)`,
]

/** Columns a delivery must bring, in the table's order, with their DuckDB types. */
export const duckdbColumns = (table: Table): [name: string, type: string][] =>
  Object.entries(table.columns).map(([name, { type }]) => [name, types[type]])
