import type { Parameters, Warehouse } from '#warehouse/warehouse.ts'
import type { Scope } from './engine.ts'

/** Lists the systems keep of what trade is about: where each is, and what its rows are called by. */
const lists = {
  products: { table: 'products', id: 'product_id', label: 'title', note: 'category', also: 'brand' },
  vendors: { table: 'products', id: 'vendor', label: 'vendor', note: "''" },
  suppliers: { table: 'purchase_orders', id: 'vendor', label: 'vendor', note: "''" },
  accounts: { table: 'accounts', id: 'account_id', label: 'name', note: 'segment', each: 'store' },
  deals: { table: 'deals', id: 'deal_id', label: 'name', note: 'state', day: 'created_day', only: 'deal' },
  quotes: { table: 'deals', id: 'deal_id', label: 'name', note: 'state', day: 'created_day', only: 'quote' },
  tasks: {
    table: 'tasks',
    id: 'task_id',
    label: 'title',
    note: 'project',
    also: 'assignee',
    each: 'platform',
  },
  promotions: { table: 'promotions', id: 'code', label: 'title', note: 'code' },
} as const
type Spec = {
  table: 'products' | 'purchase_orders' | 'accounts' | 'deals' | 'tasks' | 'promotions'
  id: string
  label: string
  note: string
  /** Searched too. */
  also?: string
  /** Whose ids they are: the same one of another is something else. */
  each?: 'store' | 'platform'
  /** Day it is from. */
  day?: string
  /** Kind of row. */
  only?: string
}
export type Listed = keyof typeof lists

/** More than anybody reads; the shortest names first, which are nearest to what was typed. */
const most = 60

/**
 * Rows of a list whose id, name or note hold every word, within the stores that may be seen: each id once, by the first of
 * its names. `day` is the day it is from, '' where its list tells none; `bought` is whether an account ever ordered.
 */
export async function listed(
  granary: Warehouse,
  list: Listed,
  words: readonly string[],
  scope: Pick<Scope, 'stores'>,
): Promise<{ id: string; label: string; note: string; also: string; day: string; bought: boolean }[]> {
  const { table, id, label, note, also, each, day, only }: Spec = lists[list]
  if (scope.stores !== 'all' && scope.stores.length === 0) return []
  const { contains, from, text } = granary.dialect
  const parameters: Parameters = {}
  const bound = (name: string, value: string) => {
    parameters[name] = value
    return `{${name}:String}`
  }
  // Systems of sales and letters know companies that never bought: of those a shop's figures say nothing.
  const bought =
    list === 'accounts'
      ? `max(CASE WHEN account_id IN (SELECT account_id FROM ${from('order_days')} WHERE account_id <> '') THEN 1 ELSE 0 END)`
      : '1'
  const columns = [...new Set([id, label, note, also])].filter(one => one && one !== "''")
  const where = [
    `${label} <> ''`,
    ...words.map((word, n) => {
      const needle = bound(`w${n}`, word)
      return `(${columns.map(column => contains(column ?? '', needle)).join(' OR ')})`
    }),
    ...(only ? [`kind = ${bound('only', only)}`] : []),
    ...(scope.stores === 'all'
      ? []
      : [`store IN (${scope.stores.map((store, n) => bound(`s${n}`, store)).join(', ')})`]),
  ]
  // What is called so before what is only said to be.
  const named =
    words.length > 0 ? `CASE WHEN ${contains(`min(${label})`, '{w0:String}')} THEN 0 ELSE 1 END,` : ''
  const rows = await granary.query(
    `SELECT ${id} AS thing, min(${label}) AS called, min(${note}) AS noted, min(${also ?? "''"}) AS beside, ${day ? text(`min(${day})`) : "''"} AS since, ${bought} AS bought
     FROM ${from(table)} WHERE ${where.join(' AND ')}
     GROUP BY ${id}${each ? `, ${each}` : ''} ORDER BY ${named} char_length(min(${label})), min(${label}), ${id} LIMIT ${most}`,
    parameters,
  )
  return rows.map(row => ({
    id: String(row.thing),
    label: String(row.called),
    note: String(row.noted),
    also: String(row.beside),
    day: String(row.since ?? ''),
    bought: Number(row.bought) > 0,
  }))
}
