import { type Column, type ColumnType, derived, type Table, tables } from '#kernel/canonical.ts'

const types: Record<ColumnType, string> = {
  text: 'String',
  money: 'Decimal(18, 4)',
  quantity: 'Decimal(18, 4)',
  rate: 'Decimal(18, 8)',
  count: 'Int64',
  hash: 'UInt64',
  flag: 'Bool',
  day: 'Date',
  time: "DateTime64(0, 'UTC')",
  hour: 'Int8',
}

const column = ([name, { type, optional }]: [string, Column]) =>
  `${name} ${optional ? `Nullable(${types[type]})` : types[type]}`

/** Rows of one key are one row: the highest version wins, and one that is gone is not there. */
const bookkeeping = 'row_version UInt64, row_gone UInt8 DEFAULT 0'

/**
 * Where rows lie. Without a cluster one table does; with one, each shard keeps its part in a replicated local table and
 * a Distributed table stands in front. Rows of one order are on one shard, so that orders are never cut.
 */
export const create = (name: string, { columns, key, dated }: Table, cluster: string | null): string[] => {
  const body = `(${Object.entries(columns).map(column).join(', ')}, ${bookkeeping})`
  // A day that may be missing is no partition.
  const cut = dated && !columns[dated]?.optional
  const parts = `${cut ? `PARTITION BY toYYYYMM(${dated}) ` : ''}ORDER BY (${key.join(', ')})`
  if (!cluster)
    return [
      `CREATE TABLE IF NOT EXISTS ${name} ${body} ENGINE = ReplacingMergeTree(row_version, row_gone) ${parts}`,
    ]
  const on = `ON CLUSTER '${cluster}'`
  const shard = 'order_id' in columns ? 'cityHash64(store, order_id)' : `cityHash64(${key[0]})`
  return [
    `CREATE TABLE IF NOT EXISTS ${name}_local ${on} ${body}
     ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/${name}', '{replica}', row_version, row_gone) ${parts}`,
    `CREATE TABLE IF NOT EXISTS ${name} ${on} AS ${name}_local
     ENGINE = Distributed('${cluster}', currentDatabase(), '${name}_local', ${shard})`,
  ]
}

/** Takes a table away, wherever it lies, before the next statement. */
export const dropped = (name: string, cluster: string | null): string[] =>
  (cluster ? [`${name} ON CLUSTER '${cluster}'`, `${name}_local ON CLUSTER '${cluster}'`] : [name]).map(
    place => `DROP TABLE IF EXISTS ${place} SYNC`,
  )

/** Columns that came to a table later stand after its `source`: a granary of before gets them. */
const later = (name: string, { columns }: Table, cluster: string | null): string[] => {
  const added = Object.entries(columns).slice(Object.keys(columns).indexOf('source') + 1)
  const places = cluster
    ? [`${name}_local ON CLUSTER '${cluster}'`, `${name} ON CLUSTER '${cluster}'`]
    : [name]
  return added.flatMap(one =>
    places.map(place => `ALTER TABLE ${place} ADD COLUMN IF NOT EXISTS ${column(one)}`),
  )
}

const log: Table = {
  about: 'Deliveries: begun before rows are written, ended after what is derived from them is.',
  key: ['delivery', 'name'],
  columns: {
    delivery: { type: 'text', about: '' },
    name: { type: 'text', about: 'Table' },
    number: { type: 'count', about: 'Ascending over the deliveries that ended; 0 while begun' },
    stores: { type: 'text', about: 'JSON list' },
    first_day: { type: 'day', optional: true, about: '' },
    last_day: { type: 'day', optional: true, about: '' },
    rows: { type: 'count', about: '' },
    inserted: { type: 'count', about: '' },
    changed: { type: 'count', about: '' },
    repeats: { type: 'count', about: '' },
    logged_at: { type: 'time', about: 'UTC' },
  },
}

/** Every statement that makes an empty ClickHouse a granary; safe to run again. */
export const clickhouseSchema = (cluster: string | null): string[] => [
  ...Object.entries({ ...tables, ...derived }).flatMap(([name, table]) => create(name, table, cluster)),
  ...Object.entries(tables).flatMap(([name, table]) => later(name, table, cluster)),
  ...create('deliveries', log, cluster),
]

/** A table of the shape of another for one delivery's rows, on the server that takes them in. */
export const stagingTable = (name: string, { columns, key }: Table): string =>
  `CREATE TABLE ${name} (${Object.entries(columns).map(column).join(', ')}) ENGINE = MergeTree ORDER BY (${key.join(', ')})`
