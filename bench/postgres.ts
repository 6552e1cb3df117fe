/** The cockpit's questions on PostgreSQL, asked of the ledger itself, at 4 million lines: what one would have without a granary. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { type Column, tables } from '../src/kernel/canonical.ts'
import { postgresPrograms, throwawayPostgres } from '../test/throwaway-postgres.ts'
import { makeCompany } from './company.ts'
import { median, seconds, table, times } from './measure.ts'
import { questions, type Span, sqlOf } from './questions.ts'
import { spansOf } from './spans.ts'

const [folder = '', size = '4000000'] = process.argv.slice(2)
const programs = postgresPrograms()
if (!programs) {
  console.log('postgres: left out, no PostgreSQL on this machine (Debian: apt-get install postgresql)')
  process.exit(0)
}

const company = await makeCompany(folder, Number(size))
const ledger = Object.entries(tables.sales_lines.columns as Record<string, Column>)
const postgresTypes: Record<Column['type'], string> = {
  text: 'text',
  money: 'numeric(18,4)',
  quantity: 'numeric(18,4)',
  rate: 'numeric(18,8)',
  count: 'bigint',
  hash: 'numeric(20)',
  flag: 'boolean',
  day: 'date',
  time: 'timestamp',
  hour: 'smallint',
}

const server = await throwawayPostgres(programs, ['shared_buffers=1GB', 'work_mem=64MB', 'max_wal_size=4GB'])
const exchange = mkdtempSync(join(folder, 'exchange-'))
chmodSync(exchange, 0o777)
try {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const columns = ledger.map(
    ([name, { type, optional }]) => `"${name}" ${postgresTypes[type]}${optional ? '' : ' NOT NULL'}`,
  )
  await client.query(`CREATE TABLE sales_lines (${columns.join(', ')})`)
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  const loaded = await seconds(async () => {
    for (const [index, file] of company.files.entries()) {
      const csv = join(exchange, `${index}.csv`)
      await duck.run(
        `COPY (FROM read_parquet('${file}')) TO '${csv}' (FORMAT csv, HEADER false, NULLSTR '\\N')`,
      )
      chmodSync(csv, 0o644)
      await client.query(`COPY sales_lines FROM '${csv}' (FORMAT csv, NULL '\\N')`)
      rmSync(csv)
    }
    await client.query('CREATE INDEX ON sales_lines (day)')
    await client.query('VACUUM ANALYZE sales_lines')
  })

  await duck.run(
    `CREATE TABLE sales_lines AS FROM read_parquet(${JSON.stringify(company.files).replaceAll('"', "'")})`,
  )
  const rows: (string | number)[][] = []
  for (const question of questions) {
    const spans: Span[] = spansOf(question)
    const sql = sqlOf(question, question.plain, spans)
    const postgres = median(await times(() => client.query(sql), 3))
    const duckdb = median(await times(() => duck.runAndReadAll(sql), 3))
    rows.push([question.name, postgres, duckdb, `${Math.round(postgres / duckdb)} ×`])
  }
  table(
    `The same questions of ${company.lines.toLocaleString('en')} ledger lines, median ms (PostgreSQL loaded and indexed in ${loaded.seconds.toFixed(0)} s)`,
    ['question', 'PostgreSQL', 'DuckDB, no rollups', 'ratio'],
    rows,
  )
  await client.end()
} finally {
  await server.stop()
  rmSync(exchange, { recursive: true, force: true })
}
