import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { table as describe, type Table, type TableName, tables } from '#kernel/canonical.ts'
import { Failure } from '#kernel/error.ts'
import { duckdbColumns } from './ddl.ts'
import { keepFromSales, nameProducts } from './deliver-products.ts'
import { deriveAll, deriveTouched, numberLeft } from './derive-ledger.ts'
import { deriveMessages, noteMessages } from './derive-messages.ts'
import { hits, insertNew, quote, removal, removeChanged, stage } from './merge.ts'
import type { Delivery, Receipt, Warehouse } from './warehouse.ts'

type Progress = ((done: number, total: number) => void) | undefined

const number = async (connection: DuckDBConnection, sql: string): Promise<number> => {
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  return Number(rows[0]?.[0] ?? 0)
}

/** Runs `work` in a transaction; whatever fails, nothing of it stays. */
export const transaction = async <T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> => {
  try {
    await connection.run('BEGIN TRANSACTION')
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (cause) {
    await connection.run('ROLLBACK').catch(() => undefined)
    if (cause instanceof Failure) throw cause
    throw translated(cause)
  } finally {
    for (const name of [
      'staged',
      'hit',
      'gone',
      'left_days',
      'touched',
      'touched_days',
      'touched_customers',
      'numbered',
      'fresh_orders',
      'touched_messages',
      'sold',
      'sold_hit',
      'former',
      'kept',
      'lost',
    ])
      await connection.run(`DROP TABLE IF EXISTS temp.${name}`).catch(() => undefined)
    await connection.run('DROP VIEW IF EXISTS temp.staged').catch(() => undefined)
  }
}

/** Whether the engine takes no statement any more: this one ended it, or one before. */
export const isDead = (cause: unknown): boolean =>
  cause instanceof Error &&
  (/database has been invalidated|^FATAL Error/.test(cause.message) || isDead(cause.cause))

export const dead = (cause: unknown): Failure =>
  new Failure('unavailable', 'The granary stopped when its file could not be written.', {
    next: 'Look whether the disk is full. It is opened again by itself when there is room; what was stored is not lost.',
    cause,
  })

const translated = (cause: unknown): Failure => {
  if (isDead(cause)) return dead(cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/no space|disk full|could not write|IO Error.*write/i.test(text))
    return new Failure('unavailable', 'The disk is full: nothing of this delivery was stored.', {
      next: 'Free some space in the data folder and run the same import again.',
      cause,
    })
  if (/parquet|magic bytes/i.test(text))
    return new Failure('invalid', `The delivery cannot be read: ${text.split('\n')[0]}`, { cause })
  return new Failure('internal', `The delivery was refused: ${text.split('\n')[0]}`, { cause })
}

/** One delivery into the embedded granary: the rows, what is derived from them and the log, or nothing. */
export const deliverToDuckdb = (
  connection: DuckDBConnection,
  delivery: Delivery,
  onProgress?: Progress,
): Promise<Receipt> => {
  let restore = async () => {}
  return transaction(connection, async () => {
    const before = await earlier(connection, delivery.id, delivery.table)
    if (before) {
      const named = delivery.products && (await earlier(connection, delivery.id, 'products'))
      return named ? { ...before, products: named } : before
    }
    const name = delivery.table
    const shape = describe(name)
    await stageFiles(connection, shape, delivery)
    const gone = await noteLost(connection, delivery)
    if (name === 'products') await keepFromSales(connection)
    const rows = await number(connection, 'SELECT count(*) FROM staged')
    const brought = await storesOf(connection, shape, 'staged')
    onProgress?.(0, rows)
    const fresh =
      gone === 0 && brought.length > 0 && (await isFresh(connection, name, brought, delivery.whole))
    const said = allOf(delivery)
    if (name === 'message_events') {
      await noteMessages(connection, 'staged')
      const key = shape.key.join(', ')
      await noteMessages(connection, `message_events WHERE (${key}) IN (SELECT ${key} FROM staged)`)
    }
    if (fresh && rows > manyRows) restore = await spareMemory(connection)
    const receipt: Receipt = fresh
      ? { ...(await insertFresh(connection, name, shape, delivery.files, rows)), ...(said && { removed: 0 }) }
      : delivery.mode === 'replace_orders'
        ? await replaceOrders(connection, rows)
        : await merge(connection, name, shape, rows, said)
    const merged = !fresh && delivery.mode === 'merge'
    const left = merged
      ? await storesOf(connection, shape, 'gone')
      : gone > 0
        ? [delivery.gone?.store ?? '']
        : []
    const stores = [...new Set([...brought, ...left])].sort()
    onProgress?.(rows, rows)
    const touched =
      receipt.inserted + receipt.changed + (receipt.removed ?? 0) + gone > 0 ||
      // Whole orders restated may have lost rows and gained none.
      (!fresh &&
        delivery.mode === 'replace_orders' &&
        (await number(connection, 'SELECT count(*) FROM touched')) > 0)
    if (touched && name === 'message_events') await deriveMessages(connection, delivery.id)
    if (touched && name === 'sales_lines') {
      if (fresh) await deriveAll(connection, stores, onProgress)
      else await deriveTouched(connection, delivery.more ?? false)
    }
    // What was derived anew may reach further than what came in: an order found late renumbers later ones.
    const derived = touched && name === 'sales_lines' && !fresh
    const days = [
      ...(shape.dated ? [`(SELECT ${shape.dated} AS day FROM staged)`] : []),
      ...(merged ? ['left_days'] : []),
      ...(derived ? ['touched_days'] : []),
    ]
    const { id } = delivery
    const products = await nameProducts(connection, delivery)
    if (products) await log(connection, { id, name: 'products', days: [], ...products })
    await log(connection, { id, name, stores, receipt, touched, days })
    return { ...receipt, ...(delivery.gone && { gone }), ...(products && { products: products.receipt }) }
  }).finally(() => restore())
}

const earlier = async (
  connection: DuckDBConnection,
  id: string,
  name: TableName,
): Promise<Receipt | null> => {
  const sql = 'SELECT rows, inserted, changed, repeats FROM deliveries WHERE delivery = $id AND name = $name'
  const [row] = (await connection.runAndReadAll(sql, { id, name })).getRowObjectsJson()
  if (!row) return null
  const count = (value: unknown) => Number(value)
  return {
    rows: count(row.rows),
    inserted: count(row.inserted),
    changed: count(row.changed),
    repeats: count(row.repeats),
  }
}

/** A view over the files while their keys are unique, else a table of the last row of each key. */
const stageFiles = async (connection: DuckDBConnection, shape: Table, delivery: Delivery) => {
  const types = duckdbColumns(shape)
  if (delivery.files.length === 0) {
    await connection.run(`CREATE TEMP TABLE staged AS SELECT * FROM ${delivery.table} LIMIT 0`)
    return
  }
  await connection.run(`CREATE TEMP VIEW staged AS ${stage(shape, types, delivery, true)}`)
  if (delivery.unique) return
  const key = shape.key.join(', ')
  const again = await number(
    connection,
    `SELECT count(*) FROM (SELECT 1 FROM staged GROUP BY ${key} HAVING count(*) > 1 LIMIT 1)`,
  )
  if (again === 0) return
  await connection.run('DROP VIEW staged')
  await connection.run(`CREATE TEMP TABLE staged AS ${stage(shape, types, delivery, false)}`)
}

/** Orders that a delivery says are no more and that are there, as `lost`; how many they are. */
const noteLost = async (connection: DuckDBConnection, { gone }: Delivery): Promise<number> => {
  await connection.run('CREATE TEMP TABLE lost (store VARCHAR, order_id VARCHAR)')
  if (!gone) return 0
  const store = quote(gone.store)
  for (let at = 0; at < gone.orders.length; at += 10_000) {
    const some = gone.orders
      .slice(at, at + 10_000)
      .map(quote)
      .join(', ')
    await connection.run(`INSERT INTO lost SELECT DISTINCT store, order_id FROM sales_lines
      WHERE store = ${store} AND order_id IN (${some})`)
  }
  return number(connection, 'SELECT count(*) FROM lost')
}

const storesOf = async (
  connection: DuckDBConnection,
  shape: Table,
  from: 'staged' | 'gone',
): Promise<string[]> => {
  if (!('store' in shape.columns)) return []
  const rows = (await connection.runAndReadAll(`SELECT DISTINCT store FROM ${from} ORDER BY 1`)).getRowsJson()
  return rows.map(row => String(row[0]))
}

/** Whether nothing is there of these stores, nor of a source that the delivery is all of. */
const isFresh = async (
  connection: DuckDBConnection,
  name: TableName,
  stores: readonly string[],
  whole: string | undefined,
) => {
  const theirs = `store IN (${stores.map(quote).join(', ')})`
  const where = whole === undefined ? theirs : `${theirs} OR source = ${quote(whole)}`
  return (
    (await number(connection, `SELECT count(*) FROM (SELECT 1 FROM ${name} WHERE ${where} LIMIT 1)`)) === 0
  )
}

/** Rows of a first delivery that are stored and derived from without a thought of memory. */
const manyRows = 4_000_000

/**
 * Leaves the engine two thirds of its memory, and gives what restores it: what goes through the disk takes, beside what
 * the engine counts, some bytes for each row. Where others need the memory now, nothing is changed.
 */
const spareMemory = async (connection: DuckDBConnection): Promise<() => Promise<void>> => {
  const [row] = (await connection.runAndReadAll("SELECT current_setting('memory_limit')")).getRowsJson()
  const whole = String(row?.[0])
  const [, size, unit] = /^([\d.]+) (\w+)$/.exec(whole) ?? []
  const less = `${((Number(size) * 2) / 3).toFixed(1)} ${unit}`
  await connection.run(`SET memory_limit = '${less}'`).catch(() => undefined)
  // What is shown is cut after a place: put back as it stands, it would shrink by that with each delivery.
  const again = `${Number(size) + 0.05} ${unit}`
  // One that stopped is opened again with all of it.
  return async () => void (await connection.run(`SET memory_limit = '${again}'`).catch(() => undefined))
}

const insertFresh = async (
  connection: DuckDBConnection,
  name: TableName,
  shape: Table,
  files: readonly string[],
  rows: number,
) => {
  const order =
    shape.dated && (await isScattered(connection, shape.dated, files)) ? ` ORDER BY ${shape.dated}` : ''
  await connection.run(`INSERT INTO ${name} SELECT * FROM staged${order}`)
  return { rows, inserted: rows, changed: 0, repeats: 0 }
}

/**
 * Whether each group of rows in the files is spread over so many days that questions about a few days would read
 * them all. Most exports come by date, and sorting forty million rows again costs minutes.
 */
const isScattered = async (connection: DuckDBConnection, dated: string, files: readonly string[]) => {
  const list = files.map(quote).join(', ')
  const end = (side: string) => `CAST(coalesce(stats_${side}_value, stats_${side}) AS DATE)`
  const spread = await number(
    connection,
    `SELECT coalesce(sum(${end('max')} - ${end('min')} + 1) / max(whole.days), 1000)
     FROM parquet_metadata([${list}]), (SELECT max(${end('max')}) - min(${end('min')}) + 1 AS days
       FROM parquet_metadata([${list}]) WHERE path_in_schema = ${quote(dated)}) whole
     WHERE path_in_schema = ${quote(dated)}`,
  )
  // Each group alone covers its own days once; returns booked late and small groups widen that a few times.
  return spread > 8
}

/** Sources of which a delivery says all there is, in one store or wherever they have rows. */
interface Sources {
  store?: string
  sources: readonly string[]
}

const allOf = ({ whole, replaces }: Delivery): Sources | undefined =>
  replaces ?? (whole === undefined ? undefined : { sources: [whole] })

const merge = async (
  connection: DuckDBConnection,
  name: TableName,
  shape: Table,
  rows: number,
  said: Sources | undefined,
): Promise<Receipt> => {
  await connection.run(hits(name, shape))
  const same = await number(connection, 'SELECT count(*) FROM hit WHERE same')
  const changed = await number(connection, 'SELECT count(*) FROM hit WHERE NOT same')
  const removed = await findGone(connection, name, shape, said)
  await noteLeftDays(connection, name, shape)
  if (name === 'sales_lines' && rows + removed > same) {
    const key = sameKey(shape)
    await connection.run(
      `CREATE TEMP TABLE touched AS SELECT DISTINCT store, order_id FROM staged s
       ANTI JOIN (SELECT * FROM hit WHERE same) t ON ${key}
       ${removed > 0 ? 'UNION SELECT DISTINCT store, order_id FROM gone' : ''}`,
    )
    await noteDays(connection)
  }
  if (changed > 0) await connection.run(removeChanged(name, shape))
  if (rows > same) await connection.run(insertNew(name, shape))
  if (removed > 0) await connection.run(`DELETE FROM ${name} t USING gone s WHERE ${sameKey(shape)}`)
  return { rows, inserted: rows - same - changed, changed, repeats: same, ...(said && { removed }) }
}

const sameKey = (shape: Table) => shape.key.map(k => `s.${k} = t.${k}`).join(' AND ')

/**
 * Rows of sources that the delivery says all of and does not bring, and of orders it says are no more, as `gone`; how many
 * they are.
 */
const findGone = async (
  connection: DuckDBConnection,
  name: TableName,
  shape: Table,
  said: Sources | undefined,
): Promise<number> => {
  const own = said?.store !== undefined && 'store' in shape.columns ? ` AND store = ${quote(said.store)}` : ''
  const theirs = said ? `source IN (${said.sources.map(quote).join(', ')})${own}` : 'false'
  await connection.run(`CREATE TEMP TABLE gone AS
    SELECT t.* FROM (SELECT * FROM ${name} WHERE ${theirs}) t ANTI JOIN staged s ON ${sameKey(shape)}
    ${name === 'sales_lines' ? `UNION SELECT t.* FROM sales_lines t SEMI JOIN lost USING (store, order_id) ANTI JOIN staged s ON ${sameKey(shape)}` : ''}`)
  return number(connection, 'SELECT count(*) FROM gone')
}

/** Days on which a row was that is gone now or changed, as `left_days`: it may be on another day than before. */
const noteLeftDays = async (connection: DuckDBConnection, name: TableName, shape: Table) => {
  const { dated, key } = shape
  if (!dated) return connection.run('CREATE TEMP TABLE left_days (day DATE)')
  const changed = key.includes(dated)
    ? ''
    : `UNION SELECT t.${dated} FROM ${name} t SEMI JOIN (SELECT * FROM hit WHERE NOT same) s ON ${sameKey(shape)}`
  return connection.run(`CREATE TEMP TABLE left_days AS SELECT ${dated} AS day FROM gone ${changed}`)
}

/** Days and customers of the touched orders as they were, before anything is changed. */
const noteDays = async (connection: DuckDBConnection) => {
  await connection.run(
    'CREATE TEMP TABLE touched_days AS SELECT DISTINCT store, day FROM order_days SEMI JOIN touched USING (store, order_id)',
  )
  await connection.run(
    `CREATE TEMP TABLE touched_customers AS SELECT DISTINCT store, customer_id
     FROM order_days SEMI JOIN touched USING (store, order_id)`,
  )
}

/** Sources that restate whole orders: stored rows the delivery no longer has are gone. */
const replaceOrders = async (connection: DuckDBConnection, rows: number): Promise<Receipt> => {
  const shape: Table = tables.sales_lines
  await connection.run(hits('sales_lines', shape))
  const same = await number(connection, 'SELECT count(*) FROM hit WHERE same')
  const changed = await number(connection, 'SELECT count(*) FROM hit WHERE NOT same')
  // An order is touched where a row of it is new, changed or gone.
  await connection.run(`CREATE TEMP TABLE touched AS
    WITH was AS (SELECT store, order_id, count(*) AS n FROM sales_lines
        SEMI JOIN (SELECT DISTINCT store, order_id FROM staged) USING (store, order_id) GROUP BY ALL),
      now AS (SELECT store, order_id, count(*) AS n FROM staged GROUP BY ALL),
      kept AS (SELECT store, order_id, count(*) AS n FROM hit WHERE same GROUP BY ALL)
    SELECT now.store, now.order_id FROM now
    LEFT JOIN was USING (store, order_id) LEFT JOIN kept USING (store, order_id)
    WHERE now.n IS DISTINCT FROM kept.n OR was.n IS DISTINCT FROM kept.n
    UNION SELECT store, order_id FROM lost`)
  await noteDays(connection)
  await connection.run(
    'DELETE FROM sales_lines l USING touched t WHERE l.store = t.store AND l.order_id = t.order_id',
  )
  await connection.run(
    'INSERT INTO sales_lines SELECT * FROM staged SEMI JOIN touched USING (store, order_id)',
  )
  return { rows, inserted: rows - same - changed, changed, repeats: same }
}

interface Entry {
  id: string
  name: TableName
  stores: readonly string[]
  receipt: Receipt
  touched: boolean
  /** Where the days that changed stand, as `day`. */
  days: readonly string[]
}

const log = async (connection: DuckDBConnection, { id, name, stores, receipt, touched, days }: Entry) => {
  // A delivery of repeats is logged, so that its id is known, but it touches no day and evicts nothing.
  const all = days.map(table => `SELECT day FROM ${table}`).join(' UNION ALL ')
  const end = (side: 'min' | 'max') => (all && touched ? `(SELECT ${side}(day) FROM (${all}))` : 'NULL')
  const span = `${end('min')}, ${end('max')}`
  await connection.run(
    `INSERT INTO deliveries SELECT coalesce((SELECT max(version) FROM deliveries), 0) + 1, $id, $name, $stores, ${span},
       CAST($rows AS BIGINT), CAST($inserted AS BIGINT), CAST($changed AS BIGINT), CAST($repeats AS BIGINT),
       CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)`,
    {
      id,
      name,
      stores: JSON.stringify(touched ? stores : []),
      rows: BigInt(receipt.rows),
      inserted: BigInt(receipt.inserted),
      changed: BigInt(receipt.changed),
      repeats: BigInt(receipt.repeats),
    },
  )
}

/** Numbers what deliveries left for those after them. The answers about those days are asked anew. */
export const settleInDuckdb = (connection: DuckDBConnection): Promise<void> =>
  transaction(connection, async () => {
    if (!(await numberLeft(connection))) return
    const stores = (
      await connection.runAndReadAll('SELECT DISTINCT store FROM touched_days ORDER BY 1')
    ).getRowsJson()
    if (stores.length === 0) return
    await log(connection, {
      id: `numbered-${randomUUID()}`,
      name: 'sales_lines',
      stores: stores.map(([store]) => String(store)),
      receipt: { rows: 0, inserted: 0, changed: 0, repeats: 0 },
      touched: true,
      days: ['touched_days'],
    })
  })

/** Takes rows out: a store, one table of it, some orders, or one customer's. Gives how many ledger rows went. */
export const removeFromDuckdb = (
  connection: DuckDBConnection,
  what: Parameters<Warehouse['remove']>[0],
): Promise<number> =>
  transaction(connection, async () => {
    const store = quote(what.store)
    const names = what.table
      ? [what.table]
      : (Object.keys(tables) as TableName[]).filter(n => 'store' in tables[n].columns)
    let removed = 0
    for (const name of names) {
      const where = removal(Object.keys(tables[name].columns), what)
      if (where === null) continue
      // Taking an order renumbers its customer's later ones: the whole store's answers are asked anew.
      const span = describe(name).dated
      const rows = await number(connection, `SELECT count(*) FROM ${name} WHERE ${where}`)
      if (rows === 0) continue
      await connection.run(
        `INSERT INTO deliveries SELECT coalesce((SELECT max(version) FROM deliveries), 0) + 1,
           'remove-' || uuid(), '${name}', '${JSON.stringify([what.store]).replaceAll("'", "''")}',
           ${span ? `min(${span}), max(${span})` : 'NULL, NULL'}, ${rows}, 0, ${rows}, 0,
           CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP) FROM ${name}
         WHERE ${name === 'sales_lines' ? `store = ${store}` : where}`,
      )
      if (name === 'message_events') await noteMessages(connection, `${name} WHERE ${where}`)
      await connection.run(`DELETE FROM ${name} WHERE ${where}`)
      if (name === 'sales_lines') await deriveAll(connection, [what.store])
      if (name === 'message_events') await deriveMessages(connection, `remove-${randomUUID()}`)
      removed += rows
    }
    return removed
  })
