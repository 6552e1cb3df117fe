import type { DuckDBConnection } from '@duckdb/node-api'
import { table } from '#kernel/canonical.ts'
import { filledIn, keptBeside, unsaid } from './from-sales.ts'
import { hits, insertNew, quote, removeChanged } from './merge.ts'
import type { Delivery, Receipt } from './warehouse.ts'

const shape = table('products')
const columns = Object.keys(shape.columns).join(', ')

const numbers = async (connection: DuckDBConnection, sql: string): Promise<number[]> =>
  ((await connection.runAndReadAll(sql)).getRowsJson()[0] ?? []).map(Number)

/** Staged products with what only files of sales know of them, where any do. */
export const keepFromSales = async (connection: DuckDBConnection): Promise<void> => {
  const [known] = await numbers(
    connection,
    'SELECT count(*) FROM (SELECT 1 FROM products WHERE from_sales IS NOT NULL LIMIT 1)',
  )
  if (!known) return
  await connection.run(
    `CREATE TEMP TABLE kept AS SELECT ${columns} FROM (${keptBeside('staged', 'products')})`,
  )
  // Staged rows are a view of files, or a table where keys came twice.
  const [view] = await numbers(
    connection,
    "SELECT count(*) FROM duckdb_views() WHERE temporary AND view_name = 'staged'",
  )
  await connection.run(`DROP ${view ? 'VIEW' : 'TABLE'} temp.staged`)
  await connection.run('CREATE TEMP VIEW staged AS SELECT * FROM kept')
}

/** Takes in the products that rows of sales name, within the transaction of the rows; null where a delivery has none. */
export const nameProducts = async (
  connection: DuckDBConnection,
  { products, replaces }: Delivery,
): Promise<{ stores: string[]; receipt: Receipt; touched: boolean } | null> => {
  if (!products) return null
  const former = replaces ? 'former' : 'products'
  if (replaces) {
    const store = quote(replaces.store)
    await connection.run(`CREATE TEMP TABLE former AS SELECT * FROM products WHERE store = ${store}`)
    for (const statement of unsaid(store)) await connection.run(statement)
  }
  const files = `read_parquet([${products.files.map(quote).join(', ')}])`
  const named = products.files.length > 0 ? files : '(SELECT * FROM products LIMIT 0)'
  await connection.run(`CREATE TEMP TABLE sold AS SELECT ${columns} FROM (${filledIn(named, 'products')})`)
  await connection.run(hits(former, shape, 'sold', 'sold_hit'))
  const [rows = 0] = await numbers(connection, 'SELECT count(*) FROM sold')
  const [same = 0, changed = 0] = await numbers(
    connection,
    'SELECT count(*) FILTER (same), count(*) FILTER (NOT same) FROM sold_hit',
  )
  if (replaces) {
    await connection.run('DROP TABLE sold_hit')
    await connection.run(hits('products', shape, 'sold', 'sold_hit'))
  }
  await connection.run(removeChanged('products', shape, 'sold_hit'))
  await connection.run(insertNew('products', shape, 'sold', 'sold_hit'))
  const receipt = { rows, inserted: rows - same - changed, changed, repeats: same }
  if (replaces) {
    const [lost = 0] = await numbers(
      connection,
      `SELECT count(*) FROM (SELECT * EXCLUDE source FROM former EXCEPT SELECT * EXCLUDE source FROM products)`,
    )
    if (rows + lost === 0) return null
    return { stores: [replaces.store], receipt, touched: rows > same || lost > 0 }
  }
  const stores = (await connection.runAndReadAll('SELECT DISTINCT store FROM sold ORDER BY 1')).getRowsJson()
  return { stores: stores.map(([store]) => String(store)), receipt, touched: rows > same }
}
