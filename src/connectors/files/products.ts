import { join } from 'node:path'
import { table } from '#kernel/canonical.ts'
import { duckdbTypes } from '#kernel/duckdb-types.ts'
import type { Plan } from './plan.ts'
import { quote } from './reading.ts'
import { parquetFormat } from './repeats.ts'
import type { Sandbox } from './sandbox.ts'

/** Products that the rows of a file of sales name. */
export interface NamedProducts {
  file: string
  rows: number
  /** What is said in several ways of many of them. */
  warnings: string[]
}

/** A share of products above which it is told that rows differ in what they say of one. */
const many = 0.05
/** As `status` is called in a table of people: words for the columns in sentences. */
const words: Readonly<Record<string, string>> = {
  parent_id: 'parent product',
  category: 'category',
  brand: 'brand',
  vendor: 'supplier',
  status: 'status',
  price: 'list price',
}

/**
 * The products that staged rows of sales name, as Parquet of the products' table with the day of the newest row in
 * `from_sales`. Of what rows say differently of one the newest that is not empty counts, and of several of one moment the
 * greatest; only what was sold or taken back says what a product is. Null where the rows name none.
 */
export const nameProducts = async (
  sandbox: Sandbox,
  { products: said }: Plan,
  all: string,
  { work, superseded }: { work: string; superseded: boolean },
): Promise<NamedProducts | null> => {
  if (!said) return null
  const { columns: given, place } = said
  const attributes = Object.keys(given)
  const priced = 'price' in given
  const holds = (name: string) => (name === 'price' ? 'v_price IS NOT NULL' : `v_${name} <> ''`)
  // Few different ones of many rows, first: the rest is of them.
  await sandbox.run(`CREATE TEMP TABLE named AS
    SELECT product_id, ${attributes.map(name => `${given[name]?.from} AS r_${name}`).join(', ')},
      ${priced ? 'currency,' : ''} max(happened_at) AS moment
    FROM ${all} WHERE _reason IS NULL AND kind IN ('sale', 'reversal') AND product_id <> ''${
      superseded ? ' AND file_row_number NOT IN (SELECT place FROM superseded)' : ''
    } GROUP BY ALL`)
  const clean = (name: string) => {
    const sql = given[name]?.clean(`r_${name}`) ?? ''
    return name === 'price' ? sql : `replace(${sql}, chr(0), '')`
  }
  await sandbox.run(`CREATE TEMP VIEW said AS
    SELECT product_id, moment, ${priced ? 'currency,' : ''} ${attributes.map(name => `${clean(name)} AS v_${name}`).join(', ')} FROM named`)
  const newest = (name: string) => `arg_max(v_${name}, (moment, v_${name})) FILTER (${holds(name)})`
  const own = quote(place.currency)
  const told: Record<string, string> = {
    product_id: 'product_id',
    store: quote(place.store),
    source: quote(place.source),
    currency: priced
      ? `coalesce(arg_max(currency, (moment, v_price)) FILTER (${holds('price')}), ${own})`
      : own,
    price: priced ? newest('price') : 'NULL',
    from_sales: `strftime(max(moment), '%Y-%m-%d')`,
  }
  const columns = Object.entries(table('products').columns).map(([name, { type }]) => {
    const sql = told[name] ?? (name in given ? `coalesce(${newest(name)}, '')` : `''`)
    return `TRY_CAST(${sql} AS ${duckdbTypes[type]}) AS ${name}`
  })
  const file = join(work, 'products.parquet')
  await sandbox.run(
    `COPY (SELECT ${columns.join(', ')} FROM said GROUP BY product_id) TO ${quote(file)} ${parquetFormat}`,
  )
  const differing = attributes.filter(name => name in words)
  const [counts] = await sandbox.rows<Record<string, string | null>>(`
    SELECT count(*) AS products${differing
      .map(
        name =>
          `, count(*) FILTER (n_${name} > 0) AS said_${name}, count(*) FILTER (n_${name} > 1) AS several_${name}, min(product_id) FILTER (n_${name} > 1) AS example_${name}`,
      )
      .join('')}
    FROM (SELECT product_id${differing
      .map(name => `, count(DISTINCT v_${name}) FILTER (${holds(name)}) AS n_${name}`)
      .join('')} FROM said GROUP BY product_id)`)
  const number = (name: string) => Number(counts?.[name] ?? 0)
  const rows = number('products')
  if (rows === 0) return null
  const warnings = differing.flatMap(name => {
    const several = number(`several_${name}`)
    return several > 0 && several >= number(`said_${name}`) * many
      ? [
          `${several.toLocaleString('en')} of ${rows.toLocaleString('en')} products have more than one ${words[name]} in the file, such as ${counts?.[`example_${name}`]}: the one of the latest sale counts.`,
        ]
      : []
  })
  return { file, rows, warnings }
}
