import { z } from 'zod'
import { valueName } from '#kernel/value-names.ts'
import type { Scope } from '#metrics/engine.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { Bridge } from './bridge/shape.ts'

/** What the systems know by an id, and the list that has its name. */
const lists = {
  account: { table: 'accounts', name: 'name' },
  customer: { table: 'customers', name: 'name' },
  product: { table: 'products', name: 'title' },
} as const
type Listed = keyof typeof lists

export const NamesAsked = z.object({
  dimension: z.enum(Object.keys(lists) as [Listed, ...Listed[]]),
  ids: z.array(z.string()).max(500),
  stores: z.array(z.string()).optional(),
})
export const NamesTold = z.record(z.string(), z.string())

/**
 * Names of accounts or customers by their ids, titles of products by their codes, within the stores that may be seen. An id
 * that is somebody else in another of these stores, or has no name, has none here; a product has the first of its titles.
 */
export async function namesOf(
  granary: Warehouse,
  { dimension, ids, stores }: z.output<typeof NamesAsked>,
  scope: Pick<Scope, 'stores'>,
): Promise<z.output<typeof NamesTold>> {
  const own = scope.stores === 'all' ? stores : scope.stores.filter(one => !stores || stores.includes(one))
  if (ids.length === 0 || own?.length === 0) return {}
  const { table, name } = lists[dimension]
  const bound = (key: string, all: readonly string[]) =>
    Object.fromEntries(all.map((one, n) => [`${key}${n}`, one]))
  const named = (key: string, all: readonly string[]) => all.map((_, n) => `{${key}${n}:String}`).join(', ')
  const rows = await granary.query(
    `SELECT ${dimension}_id AS id, min(${name}) AS called FROM ${granary.dialect.from(table)}
     WHERE ${name} <> '' AND ${dimension}_id IN (${named('i', ids)})${own ? ` AND store IN (${named('s', own)})` : ''}
     GROUP BY ${dimension}_id${dimension === 'product' ? '' : ` HAVING count(DISTINCT ${name}) = 1`}`,
    { ...bound('i', ids), ...bound('s', own ?? []) },
  )
  return Object.fromEntries(rows.map(row => [String(row.id), String(row.called)]))
}

type Where = { dimension: string; value: string }

/** The names of those parts of a slice that are known by an id, by dimension and id. */
export async function namesIn(
  granary: Warehouse,
  scope: Pick<Scope, 'stores'>,
  where: readonly Where[],
): Promise<(part: Where) => string | undefined> {
  const found = new Map<string, Record<string, string>>()
  for (const dimension of Object.keys(lists) as Listed[]) {
    const ids = [...new Set(where.filter(one => one.dimension === dimension).map(one => one.value))]
    const asked = ids.filter(Boolean).slice(0, 500)
    if (asked.length > 0) found.set(dimension, await namesOf(granary, { dimension, ids: asked }, scope))
  }
  return ({ dimension, value }) => found.get(dimension)?.[value]
}

/** Words with the ids of a slice in them, told by their names instead. */
export function calledIn(
  words: string,
  where: readonly Where[],
  nameOf: (part: Where) => string | undefined,
): string {
  const ids = where
    .flatMap(part => {
      const name = nameOf(part)
      return name ? [{ id: valueName(part.dimension, part.value), kind: part.dimension, name }] : []
    })
    .toSorted((a, b) => b.id.length - a.id.length)
  return ids.reduce((said, { id, kind, name }) => {
    const exact = id.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    // A bare number is told with what it is a number of; only so is it sure to be this one.
    const all = /^\d+$/.test(id) ? `${kind} ${exact}` : exact
    return said.replaceAll(new RegExp(`(?<![\\w-])${all}(?![\\w-])`, 'g'), () => name)
  }, words)
}

/** The parts that the words of a cause name: its slice, and of a shift what it went from. */
export const partsIn = ({ where, from }: { where: Where[]; from?: Where | null | undefined }): Where[] =>
  from ? [...where, from] : where

/** A bridge whose sentences call products, accounts and customers by their names. */
export async function withNames(
  found: Bridge,
  granary: Warehouse,
  scope: Pick<Scope, 'stores'>,
): Promise<Bridge> {
  const where = [
    ...found.causes.flatMap(one => partsIn(one)),
    ...found.drivers.flatMap(one => one.segments.flatMap(part => part.where)),
  ]
  const nameOf = await namesIn(granary, scope, where)
  const called = (words: string) => calledIn(words, where, nameOf)
  return {
    ...found,
    sentence: called(found.sentence),
    drivers: found.drivers.map(one => ({
      ...one,
      behind: one.behind && { ...one.behind, words: called(one.behind.words) },
    })),
    causes: found.causes.map(one => ({ ...one, words: called(one.words) })),
  }
}
