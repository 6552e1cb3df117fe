import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type DerivedName, table as describe, type Table, type TableName, tables } from '#kernel/canonical.ts'
import { Failure } from '#kernel/error.ts'
import type { Engine } from './clickhouse.ts'
import { columnsOf, firstSaleOnly, misnumbered, renumbering } from './clickhouse-derive.ts'
import { deriveMessages, noteMessages } from './clickhouse-messages.ts'
import { keepFromSales, nameProducts } from './clickhouse-products.ts'
import { stagingTable } from './clickhouse-schema.ts'
import { duckdbColumns } from './ddl.ts'
import { buyerDays, productDays, salesHours } from './derive.ts'
import { hits, quote, removal, stage } from './merge.ts'
import type { Delivery, Receipt, Warehouse } from './warehouse.ts'

/**
 * ClickHouse has no transaction over tables, so a delivery is made to bear being cut short: it is logged as begun,
 * every write is an upsert by key with a version, and what is derived is derived anew from the ledger. Sent again
 * under its id it ends in the same state, and only then is it logged as ended and shown to caches.
 */
export const deliverToClickhouse = async (
  engine: Engine,
  delivery: Delivery,
  onProgress?: (done: number, total: number) => void,
): Promise<Receipt> => {
  const { id, table: name, mode, whole, replaces } = delivery
  if (replaces)
    throw new Failure('unsupported', 'On ClickHouse an import cannot be mapped again yet.', {
      next: 'Import the file into a new store with the corrected mapping, and remove the old store.',
    })
  const shape = describe(name)
  const before = async (table: TableName) => {
    const [found] = await engine.query(
      'SELECT number, rows, inserted, changed, repeats FROM deliveries WHERE delivery = {id:String} AND name = {name:String}',
      { id, name: table },
    )
    return found
  }
  const earlier = await before(name)
  if (earlier && Number(earlier.number) > 0) {
    const named = delivery.products && (await before('products'))
    return { ...receiptOf(earlier), ...(named && { products: receiptOf(named) }) }
  }
  const cutShort = earlier !== undefined
  const tag = createHash('sha256').update(`${id} ${name}`).digest('hex').slice(0, 16)
  let staged = `staged_${tag}`
  const all = [staged, ...['kept', 'hit', 'touched', 'named', 'sold', 'lost'].map(one => `${one}_${tag}`)]
  const hit = `hit_${tag}`
  const touched = `touched_${tag}`
  const lost = `lost_${tag}`
  const drop = async () => {
    for (const one of all) await engine.run(`DROP TABLE IF EXISTS ${one}`)
  }
  await drop()
  try {
    await engine.run(stagingTable(staged, shape))
    await send(engine, staged, shape, delivery)
    if (name === 'products') staged = await keepFromSales(engine, staged, `kept_${tag}`)
    const rows = await count(engine, `SELECT count(*) AS n FROM ${staged}`)
    onProgress?.(0, rows)
    await engine.run(
      `CREATE TABLE ${hit} ENGINE = MergeTree ORDER BY tuple() AS ${compared(hits(name, shape), staged)}`,
    )
    const repeats = await count(engine, `SELECT count(*) AS n FROM ${hit} WHERE same`)
    const changed = await count(engine, `SELECT count(*) AS n FROM ${hit} WHERE NOT same`)
    const receipt: Receipt = { rows, inserted: rows - repeats - changed, changed, repeats }
    const { stores: brought, days: ownDays } = await placesOf(engine, staged, shape)
    const ledger = name === 'sales_lines'
    const gone = ledger ? await noteLost(engine, lost, delivery) : 0
    // A delivery cut short may have written rows without deriving from them: all its orders count as touched.
    if (ledger)
      await engine.run(
        `CREATE TABLE ${touched} ENGINE = MergeTree ORDER BY tuple() AS ${touchedOrders(staged, hit, mode, cutShort)}
         UNION DISTINCT SELECT store, order_id FROM ${lost}`,
      )
    const mail = name === 'message_events'
    if (mail) {
      const key = shape.key.join(', ')
      const stored = `message_events WHERE (${key}) IN (SELECT ${key} FROM ${staged})`
      await noteMessages(engine, touched, [staged, stored])
    }
    await log(engine, { id, name, number: 0, stores: brought, receipt, from: null, to: null })
    const version = await nextVersion(engine)
    // A row that changes may have been on another day than it is.
    const were =
      changed > 0 && shape.dated && !shape.key.includes(shape.dated)
        ? await placesOf(
            engine,
            name,
            shape,
            `(${shape.key.join(', ')}) IN (SELECT ${shape.key.join(', ')} FROM ${hit} WHERE NOT same)`,
          )
        : nowhere
    const columns = Object.keys(shape.columns)
    const list = columns.join(', ')
    if (mode === 'replace_orders') {
      await engine.run(`INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${list}, ${version}, 1 FROM ${name}
        WHERE (store, order_id) IN (SELECT store, order_id FROM ${touched})`)
    }
    if (gone > 0)
      await engine.run(`INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${list}, ${version}, 1 FROM ${name}
        WHERE (store, order_id) IN (SELECT store, order_id FROM ${lost})`)
    const fresh =
      mode === 'replace_orders'
        ? `(s.store, s.order_id) IN (SELECT store, order_id FROM ${touched})`
        : `(${shape.key.map(k => `s.${k}`).join(', ')}) NOT IN (SELECT ${shape.key.join(', ')} FROM ${hit} WHERE same)`
    await engine.run(
      `INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${columns.map(c => `s.${c}`).join(', ')}, ${version + 1}, 0 FROM ${staged} s WHERE ${fresh}`,
    )
    const products = await sold(engine, delivery, tag, version)
    const swept = whole === undefined ? nowhere : await sweep(engine, name, shape, staged, whole, version)
    if (whole !== undefined) receipt.removed = swept.rows
    const left = gone > 0 && delivery.gone ? [delivery.gone.store] : []
    const stores = [...new Set([...brought, ...swept.stores, ...left])].sort()
    onProgress?.(rows, rows)
    const span = ledger ? await deriveTouched(engine, touched, version + 2) : null
    if (mail && (receipt.inserted + receipt.changed > 0 || cutShort))
      await logCounted(engine, `${id}, counted`, stores, await deriveMessages(engine, touched, version + 2))
    const dated = shape.dated
    const any =
      receipt.inserted + receipt.changed + swept.rows + gone > 0 ||
      cutShort ||
      (span !== null && span.from !== null)
    const days = [...ownDays, ...were.days, ...swept.days, span?.from, span?.to]
      .flatMap(d => (any && dated && d ? [d] : []))
      .sort()
    // The rows' own entry comes last: as long as it is not there, all of it is sent again.
    if (products) {
      const number = await nextNumber(engine)
      await log(engine, { id, name: 'products', number, ...products, from: null, to: null })
    }
    await log(engine, {
      id,
      name,
      number: await nextNumber(engine),
      stores: any ? stores : [],
      receipt,
      from: days[0] ?? null,
      to: days.at(-1) ?? null,
    })
    return { ...receipt, ...(delivery.gone && { gone }), ...(products && { products: products.receipt }) }
  } finally {
    await drop().catch(() => undefined)
  }
}

/** Orders that a delivery says are no more, in a table of their own; gives how many of them are there. */
const noteLost = async (engine: Engine, lost: string, { gone }: Delivery): Promise<number> => {
  await engine.run(`CREATE TABLE ${lost} (store String, order_id String) ENGINE = MergeTree ORDER BY tuple()`)
  for (const some of chunks([...(gone?.orders ?? [])], 10_000))
    await engine.client.insert({
      table: lost,
      values: some.map(order_id => ({ store: gone?.store ?? '', order_id })),
      format: 'JSONEachRow',
    })
  return count(
    engine,
    `SELECT count(DISTINCT (store, order_id)) AS n FROM sales_lines WHERE (store, order_id) IN (SELECT store, order_id FROM ${lost})`,
  )
}

/** Takes in the products that the rows of a delivery name, where it brings any. */
const sold = async (engine: Engine, { products }: Delivery, tag: string, version: number) => {
  if (!products) return null
  const staged = `named_${tag}`
  await engine.run(stagingTable(staged, tables.products))
  await send(engine, staged, tables.products, { files: products.files, unique: true })
  return nameProducts(engine, staged, `sold_${tag}`, version + 1)
}

/** Notes which days of messages were counted anew. */
const logCounted = async (
  engine: Engine,
  id: string,
  stores: string[],
  { from, to, rows }: Awaited<ReturnType<typeof deriveMessages>>,
) =>
  log(engine, {
    id,
    name: 'message_days',
    number: await nextNumber(engine),
    stores: from === null ? [] : stores,
    receipt: { rows, inserted: 0, changed: rows, repeats: 0 },
    from,
    to,
  })

/** How many rows of a table are where, and of which stores: the first and the last of their days, where it is dated. */
interface Places {
  rows: number
  stores: string[]
  days: string[]
}
const nowhere: Places = { rows: 0, stores: [], days: [] }

const placesOf = async (
  engine: Engine,
  from: string,
  { columns, dated }: Table,
  where = '1 = 1',
): Promise<Places> => {
  const [found] = await engine.query(
    `SELECT count(*) AS n${dated ? `, min(${dated}) AS first, max(${dated}) AS last` : ''} FROM ${from} WHERE ${where}`,
  )
  const rows = Number(found?.n ?? 0)
  if (rows === 0) return nowhere
  const stores =
    'store' in columns
      ? await engine.query(`SELECT DISTINCT store FROM ${from} WHERE ${where} ORDER BY store`)
      : []
  return {
    rows,
    stores: stores.map(row => String(row.store)),
    days: [found?.first, found?.last].flatMap(day => (day ? [String(day)] : [])),
  }
}

/** Takes out the rows of a source that a whole delivery of it no longer has; gives where they were. */
const sweep = async (
  engine: Engine,
  name: TableName,
  shape: Table,
  staged: string,
  source: string,
  version: number,
): Promise<Places> => {
  const columns = Object.keys(shape.columns).join(', ')
  const key = shape.key.join(', ')
  const where = `source = ${quote(source)} AND (${key}) NOT IN (SELECT ${key} FROM ${staged})`
  const gone = await placesOf(engine, name, shape, where)
  if (gone.rows > 0)
    await engine.run(
      `INSERT INTO ${name} (${columns}, row_version, row_gone) SELECT ${columns}, ${version + 1}, 1 FROM ${name} WHERE ${where}`,
    )
  return gone
}

const receiptOf = (row: Record<string, unknown>): Receipt => ({
  rows: Number(row.rows),
  inserted: Number(row.inserted),
  changed: Number(row.changed),
  repeats: Number(row.repeats),
})

const count = async (engine: Engine, sql: string): Promise<number> =>
  Number((await engine.query(sql))[0]?.n ?? 0)

/** Rows travel as text, the last of each key: DuckDB reads what connectors wrote and gives what every server reads alike. */
const send = async (
  engine: Engine,
  staged: string,
  shape: Table,
  delivery: Pick<Delivery, 'files' | 'without' | 'unique'>,
) => {
  if (delivery.files.length === 0) return
  const folder = mkdtempSync(join(engine.work, 'delivery-'))
  const path = join(folder, 'rows.csv')
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '500MB', temp_directory: folder })
  const connection = await instance.connect()
  try {
    const rows = stage(shape, duckdbColumns(shape), delivery, delivery.unique ?? false)
    await connection
      .run(
        `COPY (${rows}) TO ${quote(path)} (FORMAT csv, HEADER true, NULLSTR '\\N', QUOTE '"', ESCAPE '"', FORCE_QUOTE (${Object.entries(
          shape.columns,
        )
          .filter(([, c]) => c.type === 'text')
          .map(([n]) => n)
          .join(', ')}))`,
      )
      .catch((cause: unknown) => {
        const text = cause instanceof Error ? cause.message : String(cause)
        throw new Failure('invalid', `The delivery cannot be read: ${text.split('\n')[0]}`, { cause })
      })
    const [row] = (
      await connection.runAndReadAll(
        `SELECT count(*) FROM read_parquet([${delivery.files.map(quote).join(', ')}])`,
      )
    ).getRowsJson()
    if (Number(row?.[0]) > 0)
      await engine.client.insert({
        table: staged,
        values: createReadStream(path),
        format: 'CSVWithNames',
        clickhouse_settings: { input_format_csv_empty_as_default: 0 },
      })
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The embedded granary's comparison, reading this delivery's own staging table. */
const compared = (statement: string, staged: string): string =>
  statement.replace(/^CREATE TEMP TABLE hit AS\s*/, '').replace(/FROM staged s/, `FROM ${staged} s`)

const touchedOrders = (staged: string, hit: string, mode: Delivery['mode'], all: boolean): string => {
  const orders = `SELECT DISTINCT store, order_id FROM ${staged}`
  if (all) return orders
  const fresh = `SELECT DISTINCT store, order_id FROM ${staged}
    WHERE (store, order_id, line_key) NOT IN (SELECT store, order_id, line_key FROM ${hit} WHERE same)`
  if (mode !== 'replace_orders') return fresh
  const lost = `SELECT store, order_id FROM sales_lines WHERE (store, order_id) IN (${orders})
    AND (store, order_id, line_key) NOT IN (SELECT store, order_id, line_key FROM ${staged})`
  return `SELECT DISTINCT store, order_id FROM (${fresh} UNION ALL ${lost})`
}

/** Replaces what is derived for some rows: the old are gone at one version, the new there at the next. */
const replaceDerived = async (
  engine: Engine,
  name: DerivedName,
  within: string,
  rows: string,
  version: number,
) => {
  const list = columnsOf(name).join(', ')
  await engine.run(
    `INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${list}, ${version}, 1 FROM ${name} WHERE ${within}`,
  )
  await engine.run(
    `INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${list}, ${version + 1}, 0 FROM (${rows})`,
  )
}

/** Only what the touched orders reach; gives the first and last day that changed. */
const deriveTouched = async (engine: Engine, touched: string, version: number) => {
  const inOrders = `(store, order_id) IN (SELECT store, order_id FROM ${touched})`
  const daysWere = await engine.query(`SELECT DISTINCT store, day FROM order_days WHERE ${inOrders}`)
  const customersWere = await engine.query(
    `SELECT DISTINCT store, customer_id FROM order_days WHERE ${inOrders} AND customer_id <> ''`,
  )
  await replaceDerived(engine, 'order_days', inOrders, firstSaleOnly(inOrders), version)
  const daysAre = await engine.query(`SELECT DISTINCT store, day FROM order_days WHERE ${inOrders}`)
  const customersAre = await engine.query(
    `SELECT DISTINCT store, customer_id FROM order_days WHERE ${inOrders} AND customer_id <> ''`,
  )
  const renumbered = await renumber(engine, [...customersWere, ...customersAre], version + 2)
  const days = new Map<string, Set<string>>()
  for (const { store, day } of [...daysWere, ...daysAre, ...renumbered])
    days.set(String(store), (days.get(String(store)) ?? new Set()).add(String(day)))
  for (const [store, set] of days)
    for (const chunk of chunks([...set], 500)) {
      const within = `store = ${quote(store)} AND day IN (${chunk.map(d => `toDate(${quote(d)})`).join(', ')})`
      await replaceDerived(engine, 'sales_hours', within, salesHours(within), version + 4)
      await replaceDerived(engine, 'buyer_days', within, buyerDays(within), version + 4)
      await replaceDerived(engine, 'product_days', within, productDays(within), version + 4)
    }
  const all = [...days.values()].flatMap(set => [...set]).sort()
  return { from: all[0] ?? null, to: all.at(-1) ?? null }
}

const chunks = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))

/** Customers' order numbers where they are not what they should be; gives the days that changes. */
const renumber = async (engine: Engine, customers: Record<string, unknown>[], version: number) => {
  const byStore = new Map<string, Set<string>>()
  for (const { store, customer_id } of customers)
    byStore.set(String(store), (byStore.get(String(store)) ?? new Set()).add(String(customer_id)))
  const changed: Record<string, unknown>[] = []
  for (const [store, set] of byStore)
    for (const chunk of chunks([...set], 2_000)) {
      const theirs = `store = ${quote(store)} AND customer_id IN (${chunk.map(quote).join(', ')})`
      const found = await engine.query(
        `SELECT DISTINCT o.store AS store, o.day AS day ${misnumbered(theirs)}`,
      )
      if (found.length === 0) continue
      changed.push(...found)
      await engine.run(renumbering(theirs, version))
    }
  return changed
}

const nextVersion = async (engine: Engine): Promise<number> =>
  (await count(engine, 'SELECT coalesce(max(row_version), 0) AS n FROM deliveries')) + 10

const nextNumber = async (engine: Engine): Promise<number> =>
  (await count(engine, 'SELECT coalesce(max(number), 0) AS n FROM deliveries')) + 1

const log = async (
  engine: Engine,
  entry: {
    id: string
    name: string
    number: number
    stores: string[]
    receipt: Receipt
    from: string | null
    to: string | null
  },
) => {
  const { id, name, number, stores, receipt, from, to } = entry
  const day = (value: string | null) => (value === null ? 'NULL' : `toDate(${quote(value)})`)
  const version = await nextVersion(engine)
  await engine.run(
    `INSERT INTO deliveries (delivery, name, number, stores, first_day, last_day, rows, inserted, changed, repeats, logged_at, row_version, row_gone)
     SELECT {id:String}, {name:String}, ${number}, {stores:String}, ${day(from)}, ${day(to)}, ${receipt.rows}, ${receipt.inserted},
       ${receipt.changed}, ${receipt.repeats}, now('UTC'), ${version}, 0`,
    { id, name, stores: JSON.stringify(stores) },
  )
}

/** Takes rows out by marking them gone, derives anew, and logs it. */
export const removeFromClickhouse = async (
  engine: Engine,
  what: Parameters<Warehouse['remove']>[0],
): Promise<number> => {
  const names = what.table
    ? [what.table]
    : (Object.keys(tables) as TableName[]).filter(n => 'store' in tables[n].columns)
  let removed = 0
  for (const name of names) {
    const columns = Object.keys(tables[name].columns)
    const where = removal(columns, what)
    if (where === null) continue
    const rows = await count(engine, `SELECT count(*) AS n FROM ${name} WHERE ${where}`)
    if (rows === 0) continue
    const dated = describe(name).dated
    const [span] = dated
      ? await engine.query(
          `SELECT min(${dated}) AS first, max(${dated}) AS last FROM ${name} WHERE store = ${quote(what.store)}`,
        )
      : []
    const touched = `touched_${createHash('sha256').update(`${name} ${where}`).digest('hex').slice(0, 16)}`
    const version = await nextVersion(engine)
    if (name === 'sales_lines') {
      await engine.run(`DROP TABLE IF EXISTS ${touched}`)
      await engine.run(
        `CREATE TABLE ${touched} ENGINE = MergeTree ORDER BY tuple() AS SELECT DISTINCT store, order_id FROM sales_lines WHERE ${where}`,
      )
    }
    if (name === 'message_events') {
      await engine.run(`DROP TABLE IF EXISTS ${touched}`)
      await noteMessages(engine, touched, [`message_events WHERE ${where}`])
    }
    await engine.run(
      `INSERT INTO ${name} (${columns.join(', ')}, row_version, row_gone) SELECT ${columns.join(', ')}, ${version}, 1 FROM ${name} WHERE ${where}`,
    )
    if (name === 'message_events') {
      const counted = await deriveMessages(engine, touched, version + 1)
      await logCounted(engine, `remove-${version}, counted`, [what.store], counted)
      await engine.run(`DROP TABLE IF EXISTS ${touched}`)
    }
    if (name === 'sales_lines') {
      await deriveTouched(engine, touched, version + 1)
      await engine.run(`DROP TABLE IF EXISTS ${touched}`)
    }
    const number = await nextNumber(engine)
    const receipt = { rows, inserted: 0, changed: rows, repeats: 0 }
    const [from, to] = [span?.first, span?.last].map(d => (d ? String(d) : null))
    await log(engine, {
      id: `remove-${number}`,
      name,
      number,
      stores: [what.store],
      receipt,
      from: from ?? null,
      to: to ?? null,
    })
    removed += rows
  }
  return removed
}
