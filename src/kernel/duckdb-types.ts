import type { ColumnType } from './canonical.ts'

/** How DuckDB spells the canonical types: for connectors, which write Parquet, and the granary, which reads it. */
export const duckdbTypes: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  money: 'DECIMAL(18,4)',
  quantity: 'DECIMAL(18,4)',
  rate: 'DECIMAL(18,8)',
  count: 'BIGINT',
  hash: 'UBIGINT',
  flag: 'BOOLEAN',
  day: 'DATE',
  time: 'TIMESTAMP',
  hour: 'TINYINT',
}
