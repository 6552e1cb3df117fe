import type { DuckDBConnection } from '@duckdb/node-api'
import { buyerDays, type Idle, orderDays, productDays, salesHours, summed } from './derive.ts'
import { keepFirstSale, numberedDays, numberedOrders, quote } from './merge.ts'

/** Ledger rows a slice may have: what keeps a derivation within the memory limit whatever the history. */
const sliceRows = 500_000

/** Customers are numbered in this many rows of orders at a time. */
const bucketRows = 1_000_000

const list = async (connection: DuckDBConnection, sql: string) =>
  (await connection.runAndReadAll(sql)).getRowsJson()

/** Everything derived, anew, for whole stores: after a first load or a removal. */
export const deriveAll = async (
  connection: DuckDBConnection,
  stores: readonly string[],
  onProgress?: (done: number, total: number) => void,
): Promise<void> => {
  const scope = `store IN (${stores.map(quote).join(', ')})`
  for (const name of ['order_days', 'sales_hours', 'buyer_days', 'product_days'])
    await connection.run(`DELETE FROM ${name} WHERE ${scope}`)
  const idle = await idleIn(connection, scope)
  const slices = await slicesOf(connection, scope)
  const total = slices.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  await connection.run(`DELETE FROM unnumbered WHERE ${scope}`)
  await connection.run('CREATE TEMP TABLE fresh_orders AS SELECT * FROM order_days LIMIT 0')
  for (const { within, rows } of slices) {
    const where = `${scope} AND ${within}`
    await connection.run(`INSERT INTO fresh_orders ${orderDays(where, idle)}`)
    await connection.run(`INSERT INTO product_days ${productDays(where, idle)} ORDER BY day, store`)
    done += rows
    onProgress?.(done, total)
  }
  await connection.run(keepFirstSale('fresh_orders', 'true'))
  await numberAll(connection)
  for (const { within } of slices) {
    // Written once with their numbers: an update of every row would be held in memory until the commit.
    await connection.run(`INSERT INTO order_days
      SELECT o.* REPLACE (coalesce(n.nth, 0) AS nth, CASE WHEN n.nth = 1 THEN o.orders ELSE 0 END AS first_orders,
        n.before_day AS before_day)
      FROM (SELECT * FROM fresh_orders WHERE ${within}) o
      LEFT JOIN (SELECT * FROM numbered WHERE ${within}) n USING (store, order_id, day)
      ORDER BY day, store`)
    await connection.run(
      `INSERT INTO sales_hours ${salesHours(`${scope} AND ${within}`, idle)} ORDER BY day, store`,
    )
    await connection.run(`INSERT INTO buyer_days ${buyerDays(`${scope} AND ${within}`)} ORDER BY day, store`)
  }
}

/**
 * Only what the orders in `touched` reach: their order days, their customers' numbering, the days of both. Where more
 * follows, the numbering is left to it: an old order found makes later ones its customer's second, so that each part of a
 * history that is read backwards would number all that was read before anew.
 */
export const deriveTouched = async (connection: DuckDBConnection, more: boolean): Promise<void> => {
  const touched = '(store, order_id) IN (SELECT store, order_id FROM touched)'
  await connection.run(`DELETE FROM order_days WHERE ${touched}`)
  await connection.run(`INSERT INTO order_days ${orderDays(touched)} ORDER BY day, store`)
  await connection.run(keepFirstSale('order_days', touched))
  await connection.run(`INSERT INTO touched_customers
    SELECT DISTINCT store, customer_id FROM order_days WHERE ${touched}`)
  await connection.run(`INSERT INTO touched_days SELECT DISTINCT store, day FROM order_days WHERE ${touched}`)
  // Before the numbering, whose days may be all of a shop's.
  await connection.run(`DELETE FROM product_days WHERE ${ofTouchedDays}`)
  await connection.run(`INSERT INTO product_days ${productDays(ofTouchedDays)} ORDER BY day, store`)
  if (more)
    await connection.run(`INSERT INTO unnumbered SELECT * FROM touched_customers WHERE customer_id <> ''`)
  else await numberTouched(connection)
  await deriveNumbered(connection)
}

/** Numbers what was left to deliveries that did not come, noting the days that changes as `touched_days`; whether there was anything. */
export const numberLeft = async (connection: DuckDBConnection): Promise<boolean> => {
  const [row] = await list(connection, 'SELECT count(*) FROM (SELECT 1 FROM unnumbered LIMIT 1)')
  if (Number(row?.[0]) === 0) return false
  await connection.run('CREATE TEMP TABLE touched_customers (store VARCHAR, customer_id VARCHAR)')
  await connection.run('CREATE TEMP TABLE touched_days (store VARCHAR, day DATE)')
  await numberTouched(connection)
  await deriveNumbered(connection)
  return true
}

const ofTouchedDays = '(store, day) IN (SELECT store, day FROM touched_days)'

/** Tables that count new and returning customers, of the touched days. */
const deriveNumbered = async (connection: DuckDBConnection) => {
  await connection.run(`DELETE FROM sales_hours WHERE ${ofTouchedDays}`)
  await connection.run(`INSERT INTO sales_hours ${salesHours(ofTouchedDays)} ORDER BY day, store`)
  await connection.run(`DELETE FROM buyer_days WHERE ${ofTouchedDays}`)
  await connection.run(`INSERT INTO buyer_days ${buyerDays(ofTouchedDays)} ORDER BY day, store`)
}

/** Most merchants know no duties, tips or costs: adding up what is nothing would be half the work of a derivation. */
const idleIn = async (connection: DuckDBConnection, scope: string): Promise<Idle> => {
  const held = summed.map(name => (name === 'cost' ? 'count(cost) > 0' : `bool_or(${name} <> 0)`))
  const [row] = await list(connection, `SELECT ${held.join(', ')} FROM sales_lines WHERE ${scope}`)
  return new Set(summed.filter((_, i) => row?.[i] !== true))
}

/** Day ranges of at most about `sliceRows` ledger rows. */
const slicesOf = async (connection: DuckDBConnection, scope: string) => {
  const days = await list(
    connection,
    `SELECT CAST(day AS VARCHAR), count(*) FROM sales_lines WHERE ${scope} GROUP BY day ORDER BY day`,
  )
  const slices: { within: string; rows: number }[] = []
  let from: string | null = null
  let rows = 0
  days.forEach(([day, count], index) => {
    from ??= String(day)
    rows += Number(count)
    if (rows < sliceRows && index < days.length - 1) return
    slices.push({ within: `day BETWEEN DATE '${from}' AND DATE '${String(day)}'`, rows })
    from = null
    rows = 0
  })
  return slices
}

/** Every order's number, a bucket of customers at a time. */
const numberAll = async (connection: DuckDBConnection) => {
  const [row] = await list(connection, 'SELECT count(*) FROM fresh_orders WHERE orders = 1')
  const buckets = Math.max(1, Math.ceil(Number(row?.[0]) / bucketRows))
  await connection.run(`CREATE TEMP TABLE numbered AS ${numberedOrders('fresh_orders', 'false')}`)
  for (let bucket = 0; bucket < buckets; bucket += 1)
    await connection.run(
      `INSERT INTO numbered ${numberedOrders('fresh_orders', `hash(customer_id) % ${buckets} = ${bucket}`)}`,
    )
  await connection.run(`INSERT INTO numbered ${numberedDays('fresh_orders', 'numbered', 'orders = 0')}`)
}

/**
 * Numbers of the orders of touched customers, and of those that were left, where they are not what they should be, noting
 * the days that changes.
 */
const numberTouched = async (connection: DuckDBConnection) => {
  await connection.run('INSERT INTO touched_customers SELECT DISTINCT store, customer_id FROM unnumbered')
  await connection.run('DELETE FROM unnumbered')
  const theirs = '(store, customer_id) IN (SELECT store, customer_id FROM touched_customers)'
  const numbers = `(${numberedOrders('order_days', theirs)})`
  await connection.run(`CREATE TEMP TABLE numbered AS ${numberedDays('order_days', numbers)}`)
  const same = 'o.store = n.store AND o.order_id = n.order_id AND o.day = n.day'
  await connection.run(
    `INSERT INTO touched_days SELECT DISTINCT o.store, o.day FROM order_days o, numbered n WHERE ${same} AND o.nth <> n.nth`,
  )
  await connection.run(`UPDATE order_days o
    SET nth = n.nth, first_orders = CASE WHEN n.nth = 1 THEN o.orders ELSE 0 END, before_day = n.before_day
    FROM numbered n WHERE ${same} AND (o.nth <> n.nth OR o.before_day IS DISTINCT FROM n.before_day)`)
}
