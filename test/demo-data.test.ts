import { readdirSync, readFileSync, statSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'

it('the demo data are the two published years, each line once', async () => {
  const said = JSON.parse(readFileSync('data/online-retail.json', 'utf8')) as Record<string, unknown>
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const found = await connection.runAndReadAll(`
    SELECT count(*)::INTEGER AS lines, count(DISTINCT InvoiceNo)::INTEGER AS invoices,
      count(DISTINCT CustomerID)::INTEGER AS customers, sum(Quantity * UnitPrice)::VARCHAR AS net,
      min(InvoiceDate)::DATE::VARCHAR AS first, max(InvoiceDate)::DATE::VARCHAR AS last
    FROM 'data/${said.file}'`)
  expect(found.getRowObjectsJson()).toEqual([
    {
      lines: said.lines,
      invoices: 53_628,
      customers: 5_942,
      net: '18909744.118',
      first: said.from,
      last: said.to,
    },
  ])
})

it('the demo data take at most 12 MB of the project', () => {
  const bytes = readdirSync('data').reduce((sum, name) => sum + statSync(`data/${name}`).size, 0)
  expect(bytes).toBeLessThan(12_000_000)
})
