import { type DerivedName, derived, type Table } from '#kernel/canonical.ts'
import type { Engine } from './clickhouse.ts'
import { deriveMessages, noteMessages } from './clickhouse-messages.ts'
import { create, dropped } from './clickhouse-schema.ts'
import { mark } from './derivation-mark.ts'
import { buyerDays, orderDays, productDays, salesHours, sells } from './derive.ts'
import { numberedOrders, quote } from './merge.ts'

/** Rows a statement derives at a time: what keeps one within the memory of a server, whatever the history. */
const sliceRows = 5_000_000

export const columnsOf = (name: DerivedName) => Object.keys(derived[name].columns)

/** Orders that sold something on several days keep their order on the first. */
export const firstSaleOnly = (within: string): string => `
  SELECT * REPLACE (
    if(f.first_sale < o.day, 0, orders) AS orders, if(f.first_sale < o.day, 0, discounted_orders) AS discounted_orders,
    if(f.first_sale < o.day, 0, customer_orders) AS customer_orders)
  FROM (${orderDays(within)}) o
  LEFT JOIN (
    SELECT store AS s, order_id AS i, min(day) AS first_sale FROM sales_lines
    WHERE ${sells} AND ${within} GROUP BY store, order_id
  ) f ON f.s = o.store AND f.i = o.order_id`

/** FROM and WHERE of the rows (o) of some customers' orders whose numbers (n) are not what they should be. */
export const misnumbered = (theirs: string): string => `
  FROM (SELECT * FROM order_days WHERE (store, order_id) IN (SELECT store, order_id FROM order_days WHERE ${theirs})) o
  JOIN (${numberedOrders('order_days', theirs)}) n ON n.store = o.store AND n.order_id = o.order_id
  WHERE o.nth <> n.nth OR coalesce(o.before_day <> n.before_day, o.nth > 1 OR n.nth > 1)`

/** Writes those rows again, numbered as they should be. */
export const renumbering = (theirs: string, version: number): string => {
  const list = columnsOf('order_days')
  const own: Record<string, string> = {
    nth: 'CAST(n.nth AS Int64)',
    first_orders: 'if(n.nth = 1, o.orders, 0)',
    before_day: 'n.before_day',
  }
  return `INSERT INTO order_days (${list.join(', ')}, row_version, row_gone)
    SELECT ${list.map(name => own[name] ?? `o.${name}`).join(', ')}, ${version}, 0 ${misnumbered(theirs)}`
}

const derivation: Table = {
  about: 'How the derived tables are built.',
  key: ['part'],
  columns: { part: { type: 'text', about: '' }, mark: { type: 'text', about: '' } },
}

/**
 * Derives everything anew, once, in a granary whose derived tables an earlier version built otherwise. There is no
 * transaction here: the mark is written last, so that what is cut short begins again at the next start. `onProgress` hears
 * of ledger rows. Gives whether anything was to be done.
 */
export async function deriveAnewOn(
  engine: Engine,
  onProgress?: (done: number, total: number) => void,
): Promise<boolean> {
  for (const statement of create('derivation', derivation, engine.cluster)) await engine.run(statement)
  const [built] = await engine.query('SELECT mark FROM derivation')
  if (built?.mark === mark) return false
  // Their columns may be others: they are made again, and not only emptied.
  for (const [name, table] of Object.entries(derived))
    for (const statement of [...dropped(name, engine.cluster), ...create(name, table, engine.cluster)])
      await engine.run(statement)
  const months = await engine.query(
    'SELECT toYYYYMM(day) AS month, count(*) AS n FROM sales_lines GROUP BY month ORDER BY month',
  )
  const total = months.reduce((sum, { n }) => sum + Number(n), 0)
  const slices = Math.ceil(total / sliceRows)
  const into = async (name: DerivedName, rows: string) => {
    const list = columnsOf(name).join(', ')
    await engine.run(
      `INSERT INTO ${name} (${list}, row_version, row_gone) SELECT ${list}, 1, 0 FROM (${rows})`,
    )
  }
  const slice = (column: string, i: number) => `cityHash64(${column}) % ${slices} = ${i}`
  for (let i = 0; i < slices; i += 1) await into('order_days', firstSaleOnly(slice('order_id', i)))
  for (let i = 0; i < slices; i += 1) await engine.run(renumbering(slice('customer_id', i), 2))
  let done = 0
  for (const { month, n } of months) {
    const within = `toYYYYMM(day) = ${Number(month)}`
    await into('sales_hours', salesHours(within))
    await into('buyer_days', buyerDays(within))
    await into('product_days', productDays(within))
    done += Number(n)
    onProgress?.(done, total)
  }
  await messagesAnew(engine)
  await engine.run(
    `INSERT INTO derivation (part, mark, row_version, row_gone) VALUES ('all', ${quote(mark)}, ${Date.now()}, 0)`,
  )
  return true
}

/** Messages counted anew; no data came in, so nothing is written into the log. */
const messagesAnew = async (engine: Engine) => {
  const [events] = await engine.query('SELECT count(*) AS n FROM message_events')
  if (Number(events?.n) === 0) return
  const [last] = await engine.query('SELECT coalesce(max(row_version), 0) AS version FROM message_days')
  const touched = 'touched_anew'
  await engine.run(`DROP TABLE IF EXISTS ${touched}`)
  await noteMessages(engine, touched, ['message_events'])
  try {
    await deriveMessages(engine, touched, Number(last?.version) + 1)
  } finally {
    await engine.run(`DROP TABLE IF EXISTS ${touched}`)
  }
}
