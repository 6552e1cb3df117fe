import type { Parameters, Warehouse } from '#warehouse/warehouse.ts'
import type { Scope } from './engine.ts'

/** Fewer letters than these begin too many names and numbers to say anything. */
const least = 3
/** More than anybody reads. */
const most = 20

/** What every row must be: within the stores that may be seen. */
function within(stores: Scope['stores'], parameters: Parameters): string {
  if (stores === 'all') return ''
  const bound = stores.map((store, n) => {
    parameters[`s${n}`] = store
    return `{s${n}:String}`
  })
  return ` AND store IN (${bound.join(', ')})`
}

/**
 * Customers whose number it is, or whose name begins so, the shortest names first. Those nothing personal is kept of have no
 * name, and are never among them. Looks through the list of customers once, and never at what they bought.
 */
export async function customersBeginning(
  granary: Warehouse,
  typed: string,
  { stores }: Pick<Scope, 'stores'>,
): Promise<{ store: string; id: string; name: string; place: string }[]> {
  if (typed.length < least || (stores !== 'all' && stores.length === 0)) return []
  const { begins, from } = granary.dialect
  const parameters: Parameters = { typed }
  const rows = await granary.query(
    `SELECT store, customer_id AS thing, min(name) AS called, min(city) AS town, min(country) AS land FROM ${from('customers')}
     WHERE name <> '' AND (customer_id = {typed:String} OR ${begins('name', '{typed:String}')})${within(stores, parameters)}
     GROUP BY store, customer_id ORDER BY char_length(min(name)), min(name), customer_id, store LIMIT ${most}`,
    parameters,
  )
  return rows.map(row => ({
    store: String(row.store),
    id: String(row.thing),
    name: String(row.called),
    place: [row.town, row.land].filter(Boolean).join(', '),
  }))
}

/**
 * Orders whose number is or begins so, the shortest numbers first, and the days between which anything happened to them. A
 * number has a digit and no space: nothing else is looked for among millions of orders.
 */
export async function ordersBeginning(
  granary: Warehouse,
  typed: string,
  { stores }: Pick<Scope, 'stores'>,
): Promise<{ store: string; id: string; from: string; to: string }[]> {
  if (typed.length < least || !/^\S*\d\S*$/.test(typed) || (stores !== 'all' && stores.length === 0))
    return []
  const { begins, from, text } = granary.dialect
  const parameters: Parameters = { typed }
  const rows = await granary.query(
    `SELECT store, order_id AS thing, ${text('min(ordered_day)')} AS since, ${text('max(day)')} AS until FROM ${from('order_days')}
     WHERE ${begins('order_id', '{typed:String}')}${within(stores, parameters)}
     GROUP BY store, order_id ORDER BY char_length(order_id), max(day) DESC, order_id, store LIMIT ${most}`,
    parameters,
  )
  return rows.map(row => ({
    store: String(row.store),
    id: String(row.thing),
    from: String(row.since),
    to: String(row.until),
  }))
}
