import type { Table } from '#kernel/canonical.ts'
import type { Delivery, Warehouse } from './warehouse.ts'

/**
 * How a delivery meets what is stored. `staged` is the delivery, `hit` the staged keys that are stored already.
 * Where a row came from (`source`) is not content: the same fact from another file is a repeat.
 */

const on = (key: readonly string[]) => key.map(k => `s.${k} = t.${k}`).join(' AND ')

/** Staged rows; where keys may repeat, the last row of each. */
export const stage = (
  table: Table,
  types: [string, string][],
  { files, without }: Pick<Delivery, 'files' | 'without'>,
  unique: boolean,
): string => {
  const columns = types.map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`).join(', ')
  const list = `[${files.map(quote).join(', ')}]`
  if (unique && !without) return `SELECT ${columns} FROM read_parquet(${list})`
  const left = without
    ? ` ANTI JOIN (SELECT place, ${quote(files[0] ?? '')} AS file FROM read_parquet(${quote(without)}))
        ON file_row_number = place AND filename = file`
    : ''
  const rows = `SELECT ${columns} FROM read_parquet(${list}, filename = true, file_row_number = true)${left}`
  if (unique) return rows
  return `${rows}
    QUALIFY row_number() OVER (PARTITION BY ${table.key.join(', ')} ORDER BY filename DESC, file_row_number DESC) = 1`
}

/** Keys both staged and stored, and whether every column but `source` is equal. */
export const hits = (name: string, table: Table, staged = 'staged', hit = 'hit'): string => {
  const content = Object.keys(table.columns).filter(c => c !== 'source' && !table.key.includes(c))
  const equal = content.map(c => `s.${c} IS NOT DISTINCT FROM t.${c}`).join(' AND ') || 'true'
  return `CREATE TEMP TABLE ${hit} AS SELECT ${table.key.map(k => `s.${k}`).join(', ')}, (${equal}) AS same
    FROM ${staged} s JOIN ${name} t ON ${on(table.key)}`
}

export const removeChanged = (name: string, table: Table, hit = 'hit'): string =>
  `DELETE FROM ${name} t USING (SELECT * FROM ${hit} WHERE NOT same) s WHERE ${on(table.key)}`

export const insertNew = (name: string, table: Table, staged = 'staged', hit = 'hit'): string =>
  `INSERT INTO ${name} SELECT s.* FROM ${staged} s ANTI JOIN (SELECT * FROM ${hit} WHERE same) t ON ${on(table.key)}`

/** The customer's order number and the day of the order before it, over the orders in `from` that `within` picks. */
export const numberedOrders = (from: string, within: string): string => `
  SELECT store, order_id, day, nth, CASE WHEN nth > 1 THEN before END AS before_day
  FROM (
    SELECT store, order_id, day, row_number() OVER w AS nth,
      max(day) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM ${from} WHERE orders = 1 AND customer_id <> '' AND ${within}
    WINDOW w AS (PARTITION BY store, customer_id ORDER BY day, happened_at, order_id)
  ) o`

/** An order's number on each day it has rows: what is returned later belongs to the customer as they were then. */
export const numberedDays = (orders: string, numbers: string, within = 'true'): string => `
  SELECT o.store AS store, o.order_id AS order_id, o.day AS day, n.nth AS nth, n.before_day AS before_day
  FROM (SELECT * FROM ${orders} WHERE ${within}) o JOIN ${numbers} n ON n.store = o.store AND n.order_id = o.order_id`

/** Orders that sold something on several days keep their order on the first. */
export const keepFirstSale = (name: string, scope: string): string => `
  UPDATE ${name} SET orders = 0, discounted_orders = 0, customer_orders = 0
  FROM (
    SELECT store AS s, order_id AS o, min(day) AS first_sale FROM ${name}
    WHERE orders = 1 AND ${scope} GROUP BY store, order_id HAVING count(*) > 1
  ) f
  WHERE store = f.s AND order_id = f.o AND day > f.first_sale AND orders = 1`

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What `remove` is to take out of a table, as a condition; null where it has nothing to do with the table. */
export const removal = (
  columns: readonly string[],
  what: Parameters<Warehouse['remove']>[0],
): string | null => {
  const store = `store = ${quote(what.store)}`
  const among = (column: string, values: readonly string[]) =>
    columns.includes(column) ? `${store} AND ${column} IN (${values.map(quote).join(', ')})` : null
  if (what.orders) return among('order_id', what.orders)
  if (what.customer !== undefined) return among('customer_id', [what.customer])
  if (what.rows) {
    // What one column names is one list: an engine looks it up, and would try conditions one by one.
    const alike = Map.groupBy(what.rows, row => Object.keys(row).join(', '))
    const each = [...alike].flatMap(([columns, rows]) =>
      columns.includes(', ')
        ? rows.map(
            row =>
              `(${Object.entries(row)
                .map(([column, value]) => `${column} = ${quote(value)}`)
                .join(' AND ')})`,
          )
        : `${columns} IN (${rows.flatMap(row => Object.values(row).map(quote)).join(', ')})`,
    )
    return `${store} AND (${each.join(' OR ') || 'false'})`
  }
  if (what.source !== undefined) return among('source', [what.source])
  return store
}
