// Makes data/online-retail.parquet from the two published files. Run once; kept so that anyone can make it again:
//   node scripts/run.mjs scripts/online-retail.mjs YEAR_2009_2010.csv.gz ONLINE_RETAIL.csv.gz
// The first file is the sheet "Year 2009-2010" of UCI 502, the second is UCI 352. Both hold 1–9 December 2010;
// those days are taken from the second. Lines stay in the order they were published in.
import { DuckDBInstance } from '@duckdb/node-api'

const [firstYear, secondYear] = process.argv.slice(2)
if (!firstYear || !secondYear) {
  console.error('usage: node scripts/run.mjs scripts/online-retail.mjs FIRST_YEAR.csv.gz SECOND_YEAR.csv.gz')
  process.exit(2)
}

const text = value => `'${value.replaceAll("'", "''")}'`
const read = (file, part) => `
  SELECT ${part} AS part, row_number() OVER () AS line, InvoiceNo, StockCode, Description, Quantity::INTEGER AS Quantity,
    InvoiceDate::TIMESTAMP AS InvoiceDate, UnitPrice::DECIMAL(9, 3) AS UnitPrice,
    regexp_replace(CustomerID, '\\.0$', '') AS CustomerID, Country
  FROM read_csv(${text(file)}, all_varchar = true)`

const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`
  COPY (
    SELECT * EXCLUDE (part, line)
    FROM (${read(firstYear, 1)} WHERE InvoiceDate < '2010-12-01' UNION ALL ${read(secondYear, 2)})
    ORDER BY part, line
  ) TO 'data/online-retail.parquet'
  (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 22, ROW_GROUP_SIZE 200000)`)
const made = await connection.runAndReadAll(
  "SELECT count(*) AS lines, sum(Quantity * UnitPrice)::VARCHAR AS total FROM 'data/online-retail.parquet'",
)
console.log(made.getRowObjectsJson()[0])
