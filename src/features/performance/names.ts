import { z } from 'zod'
import type { Scope } from '#metrics/engine.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'

export const NamesAsked = z.object({
  dimension: z.enum(['account', 'customer']),
  ids: z.array(z.string()).max(500),
  stores: z.array(z.string()).optional(),
})
export const NamesTold = z.record(z.string(), z.string())

/**
 * Names of accounts or customers by their ids, within the stores that may be seen. An id that is somebody else in another
 * of these stores, or has no name, has none here.
 */
export async function namesOf(
  granary: Warehouse,
  { dimension, ids, stores }: z.output<typeof NamesAsked>,
  scope: Scope,
): Promise<z.output<typeof NamesTold>> {
  const own = scope.stores === 'all' ? stores : scope.stores.filter(one => !stores || stores.includes(one))
  if (ids.length === 0 || own?.length === 0) return {}
  const table = dimension === 'account' ? 'accounts' : 'customers'
  const bound = (key: string, all: readonly string[]) =>
    Object.fromEntries(all.map((one, n) => [`${key}${n}`, one]))
  const named = (key: string, all: readonly string[]) => all.map((_, n) => `{${key}${n}:String}`).join(', ')
  const rows = await granary.query(
    `SELECT ${dimension}_id AS id, min(name) AS name FROM ${granary.dialect.from(table)}
     WHERE name <> '' AND ${dimension}_id IN (${named('i', ids)})${own ? ` AND store IN (${named('s', own)})` : ''}
     GROUP BY ${dimension}_id HAVING count(DISTINCT name) = 1`,
    { ...bound('i', ids), ...bound('s', own ?? []) },
  )
  return Object.fromEntries(rows.map(row => [String(row.id), String(row.name)]))
}
