import { table } from '#kernel/canonical.ts'
import type { Engine } from './clickhouse.ts'
import { stagingTable } from './clickhouse-schema.ts'
import { filledIn, keptBeside } from './from-sales.ts'
import type { Receipt } from './warehouse.ts'

const shape = table('products')
const columns = Object.keys(shape.columns).join(', ')
const key = shape.key.join(', ')

const count = async (engine: Engine, sql: string): Promise<number> =>
  Number((await engine.query(sql))[0]?.n ?? 0)

/** Puts into `kept` the staged products with what only files of sales know of them; gives the table to go on with. */
export const keepFromSales = async (engine: Engine, staged: string, kept: string): Promise<string> => {
  if ((await count(engine, 'SELECT count(*) AS n FROM products WHERE from_sales IS NOT NULL')) === 0)
    return staged
  await engine.run(stagingTable(kept, shape))
  await engine.run(
    `INSERT INTO ${kept} (${columns}) SELECT ${columns} FROM (${keptBeside(staged, 'products')})`,
  )
  return kept
}

/** Takes in the staged products that rows of sales name; sent again it changes nothing. */
export const nameProducts = async (
  engine: Engine,
  staged: string,
  sold: string,
  version: number,
): Promise<{ stores: string[]; receipt: Receipt }> => {
  await engine.run(stagingTable(sold, shape))
  await engine.run(
    `INSERT INTO ${sold} (${columns}) SELECT ${columns} FROM (${filledIn(staged, 'products')})`,
  )
  const content = Object.keys(shape.columns).filter(c => c !== 'source' && !shape.key.includes(c))
  const equal = content.map(c => `s.${c} IS NOT DISTINCT FROM t.${c}`).join(' AND ')
  const on = shape.key.map(k => `s.${k} = t.${k}`).join(' AND ')
  const same = `FROM ${sold} s JOIN products t ON ${on} WHERE ${equal}`
  const rows = await count(engine, `SELECT count(*) AS n FROM ${sold}`)
  const repeats = await count(engine, `SELECT count(*) AS n ${same}`)
  const there = await count(engine, `SELECT count(*) AS n FROM ${sold} s JOIN products t ON ${on}`)
  const stores = await engine.query(`SELECT DISTINCT store FROM ${sold} ORDER BY store`)
  if (rows > repeats)
    await engine.run(
      `INSERT INTO products (${columns}, row_version, row_gone) SELECT ${columns}, ${version}, 0 FROM ${sold}
       WHERE (${key}) NOT IN (SELECT ${shape.key.map(k => `s.${k}`).join(', ')} ${same})`,
    )
  return {
    stores: rows > repeats ? stores.map(row => String(row.store)) : [],
    receipt: { rows, inserted: rows - there, changed: there - repeats, repeats },
  }
}
