import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { openDuckdb } from './duckdb.ts'

const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-deliver-'))

/** A file of stock levels, a day after the other or thrown together. */
const stockFile = async (order: string) => {
  const duck = await (await DuckDBInstance.create(':memory:')).connect()
  const file = join(folder, `${order.length}.parquet`)
  await duck.run(`COPY (
    SELECT 's' AS store, DATE '2025-01-01' + (i % 300)::INTEGER AS day, '' AS location, 'p' || i AS product_id,
      i::DECIMAL(18,4) AS on_hand, NULL::DECIMAL(18,4) AS available, NULL::DECIMAL(18,4) AS incoming,
      NULL::DECIMAL(18,4) AS unit_cost, 'GBP' AS currency, 'test' AS source
    FROM range(60000) AS numbers(i) ORDER BY ${order}
  ) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
  return file
}

it('a first delivery is stored by day, whatever order its files are in', async () => {
  for (const order of ['day', 'hash(i)']) {
    const granary = await openDuckdb({ folder: ':memory:' })
    const files = [await stockFile(order)]
    const receipt = await granary.deliver({ id: 'x', table: 'stock_days', files, mode: 'merge' })
    expect(receipt).toEqual({ rows: 60_000, inserted: 60_000, changed: 0, repeats: 0 })
    const [stored] = await granary.query(`
      SELECT count(*) AS rows, count(DISTINCT product_id) AS products,
        count(*) FILTER (WHERE day < earlier) AS backwards
      FROM (SELECT *, lag(day) OVER (ORDER BY rowid) AS earlier FROM stock_days)`)
    expect(Number(stored?.rows)).toBe(60_000)
    expect(Number(stored?.products)).toBe(60_000)
    expect(Number(stored?.backwards)).toBeLessThan(60)
    await granary.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

it('the engine has its memory back after a long first delivery, and after one that fails', async () => {
  const files = mkdtempSync(join(tmpdir(), 'quarterdeck-long-'))
  const granary = await openDuckdb({ folder: ':memory:' })
  const limit = async () =>
    (await granary.query("SELECT current_setting('memory_limit') AS now"))[0]?.now as string
  try {
    const duck = await (await DuckDBInstance.create(':memory:')).connect()
    const long = async (name: string, day: string) => {
      const file = join(files, `${name}.parquet`)
      await duck.run(`COPY (SELECT '${name}' AS store, ${day} AS day, '' AS location,
          'p' || i % 100000 AS product_id, 1::DECIMAL(18,4) AS on_hand, NULL::DECIMAL(18,4) AS available,
          NULL::DECIMAL(18,4) AS incoming, NULL::DECIMAL(18,4) AS unit_cost, 'GBP' AS currency, 'test' AS source
        FROM range(4000001) AS numbers(i)) TO '${file}' (FORMAT parquet)`)
      return { id: name, table: 'stock_days' as const, files: [file], unique: true, mode: 'merge' as const }
    }
    const before = await limit()
    const day = "DATE '2025-01-01' + (i // 100000)::INTEGER"
    const receipt = await granary.deliver(await long('good', day))
    expect(receipt.inserted).toBe(4_000_001)
    expect(await limit()).toBe(before)
    // Without a day it cannot be stored: what was set aside is given back all the same.
    await expect(granary.deliver(await long('bad', 'NULL::DATE'))).rejects.toThrow()
    expect(await limit()).toBe(before)
  } finally {
    await granary.close()
    rmSync(files, { recursive: true, force: true })
  }
}, 120_000)
