/** Two real years through `./quarterdeck import`, against raw DuckDB reading and storing the same file typed. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { quarterdeck } from './child.ts'
import { median, seconds, table } from './measure.ts'

const [folder = ''] = process.argv.slice(2)
const runs = 3
const parquet = 'data/online-retail.parquet'
const csv = join(folder, 'online-retail.csv')
const csvGz = `${csv}.gz`

if (!existsSync(csvGz)) {
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  await duck.run(`COPY (FROM '${parquet}') TO '${csv}' (FORMAT csv, HEADER)`)
  await duck.run(`COPY (FROM '${parquet}') TO '${csvGz}' (FORMAT csv, HEADER, COMPRESSION gzip)`)
}

/** Reads with known types and stores in a database file, checkpoint included: the least anything can do. */
async function raw(file: string): Promise<number> {
  const place = join(folder, 'raw.duckdb')
  const columns =
    "{'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'Description': 'VARCHAR', 'Quantity': 'INTEGER', 'InvoiceDate': 'TIMESTAMP', 'UnitPrice': 'DECIMAL(9,3)', 'CustomerID': 'VARCHAR', 'Country': 'VARCHAR'}"
  const source = file.endsWith('parquet')
    ? `read_parquet('${file}')`
    : `read_csv('${file}', header = true, columns = ${columns})`
  const taken = await seconds(async () => {
    const database = await DuckDBInstance.create(place)
    const connection = await database.connect()
    await connection.run(`CREATE TABLE lines AS FROM ${source}`)
    await connection.run('CHECKPOINT')
    connection.closeSync()
    database.closeSync()
  })
  for (const suffix of ['', '.wal']) rmSync(`${place}${suffix}`, { force: true })
  return taken.seconds
}

const words = [
  '--preset',
  'online-retail',
  '--store',
  'gifts',
  '--currency',
  'GBP',
  '--timezone',
  'Europe/London',
]
const rows: (string | number)[][] = []
for (const file of [parquet, csv, csvGz]) {
  const bare: number[] = []
  const ours: number[] = []
  let peak = 0
  for (let run = 0; run < runs; run++) {
    bare.push(await raw(file))
    const data = join(folder, 'import-data')
    rmSync(data, { recursive: true, force: true })
    const done = await quarterdeck(['import', file, ...words, '--data', data, '--json'])
    ours.push(done.seconds)
    peak = Math.max(peak, done.peak)
    rmSync(data, { recursive: true, force: true })
  }
  bare.sort((a, b) => a - b)
  ours.sort((a, b) => a - b)
  rows.push([
    file.split('/').at(-1) ?? file,
    median(bare),
    median(ours),
    `${(median(ours) / median(bare)).toFixed(1)} ×`,
    Math.round(peak),
  ])
}
table(
  `Import of 1,044,847 real lines, end to end: start of the command, reading, checking, storing, deriving (allowed: 3 ×, 1,000 MB)`,
  ['file', 'raw DuckDB, s', 'Quarterdeck, s', 'ratio', 'peak MB'],
  rows,
)
