/** Peak memory of an import as the file grows: the same kind of file at 1, 10 and 40 million lines. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { quarterdeck } from './child.ts'
import { makeCompany } from './company.ts'
import { table } from './measure.ts'

const [folder = '', size] = process.argv.slice(2)
const sizes = size ? [Number(size) / 4, Number(size)] : [1_000_000, 10_000_000, 40_000_000]

const rows: (string | number)[][] = []
for (const lines of sizes) {
  const csv = join(folder, `orders-${lines}.csv`)
  const company = await makeCompany(folder, lines)
  if (!existsSync(csv)) {
    const database = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' })
    const duck = await database.connect()
    await duck.run(`
      COPY (
        SELECT CASE kind WHEN 'reversal' THEN 'C' ELSE '' END || order_id AS InvoiceNo,
          CASE product_id WHEN '' THEN 'POST' ELSE product_id END AS StockCode, title AS Description,
          CASE kind WHEN 'shipping' THEN 1 ELSE quantity::INTEGER END AS Quantity, happened_at AS InvoiceDate,
          CASE kind WHEN 'shipping' THEN shipping ELSE round((gross + reversals) / quantity, 3) END::DECIMAL(18, 3) AS UnitPrice,
          customer_id AS CustomerID, country AS Country
        FROM read_parquet(${JSON.stringify(company.files).replaceAll('"', "'")})
      ) TO '${csv}' (FORMAT csv, HEADER)`)
    duck.closeSync()
    database.closeSync()
  }
  const data = join(folder, 'memory-data')
  rmSync(data, { recursive: true, force: true })
  const words = ['--preset', 'online-retail', '--store', 'bench', '--currency', 'GBP', '--timezone', 'UTC']
  const done = await quarterdeck(['import', csv, ...words, '--data', data, '--json'])
  rows.push([
    company.lines.toLocaleString('en'),
    Math.round(statSync(csv).size / 1e6),
    done.seconds,
    Math.round(company.lines / done.seconds / 1000),
    Math.round(done.peak),
  ])
  rmSync(data, { recursive: true, force: true })
  rmSync(csv)
}
table(
  'Import of one CSV file as it grows (allowed: 1,000 MB, flat)',
  ['lines', 'file MB', 's', 'thousand lines/s', 'peak MB'],
  rows,
)
