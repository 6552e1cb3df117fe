import { and, eq, gte, inArray, lte, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Context } from '#features/context.ts'
import * as tables from '#postgres/tables/plan.ts'
import { lineOf } from './budget-lines.ts'
import type { Spent } from './spent-of.ts'

/**
 * What is spent and promised on budget lines a version does not have: taken out of it, or added to another one after it
 * was begun. The money is promised all the same.
 */

type Version = typeof tables.versions.$inferSelect
type Item = typeof tables.items.$inferSelect
type Commitment = typeof tables.commitments.$inferSelect

/** A line a version lacks, as another one has it, and what hangs on it. */
export interface Elsewhere {
  item: Item
  /** Name of the version that has it. */
  version: string
  commitments: Commitment[]
  spent: Spent[]
}

/** Names of the other versions that were begun from one another with this one: what is promised in one is in all. */
async function family({ ledger }: Context, id: string): Promise<Map<string, string>> {
  const all = await ledger
    .select({ id: tables.versions.id, name: tables.versions.name, basedOn: tables.versions.basedOn })
    .from(tables.versions)
  const found = new Set([id])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const { id: one, basedOn } of all)
      if (basedOn !== null && (found.has(one) || found.has(basedOn))) found.add(one).add(basedOn)
  }
  found.delete(id)
  return new Map(all.filter(one => found.has(one.id)).map(one => [one.id, one.name]))
}

/** What hangs on lines of the versions a version belongs with that it does not have itself, of the days it plans. */
export async function elsewhereOf(context: Context, version: Version): Promise<Elsewhere[]> {
  const { ledger } = context
  const versions = await family(context, version.id)
  const [first, last] = [version.sheet.periods[0], version.sheet.periods.at(-1)]
  if (versions.size === 0 || !first || !last) return []
  const others = inArray(tables.items.version, [...versions.keys()])
  const has = (line: PgColumn, which: SQL): SQL =>
    sql`exists (select 1 from ${tables.items} where ${or(eq(tables.items.id, line), eq(tables.items.origin, line))} and ${which})`
  const only = (line: PgColumn): SQL =>
    sql`${has(line, others)} and not ${has(line, eq(tables.items.version, version.id))}`
  const commitments = await ledger
    .select()
    .from(tables.commitments)
    .where(
      and(
        only(tables.commitments.item),
        lte(tables.commitments.from, last.to),
        gte(tables.commitments.to, first.from),
      ),
    )
  const spent = await ledger
    .select()
    .from(tables.spent)
    .where(and(only(tables.spent.item), gte(tables.spent.day, first.from), lte(tables.spent.day, last.to)))
  const lines = [...new Set([...commitments, ...spent].map(one => one.item))]
  if (lines.length === 0) return []
  const items = await ledger
    .select()
    .from(tables.items)
    .where(and(others, or(inArray(tables.items.id, lines), inArray(tables.items.origin, lines))))
    .orderBy(tables.items.department, tables.items.label, tables.items.id)
  return lines.flatMap(line => {
    const item = items.find(one => one.id === line) ?? items.find(one => lineOf(one) === line)
    if (!item) return []
    const own = spent.filter(one => one.item === line)
    return [
      {
        item,
        version: versions.get(item.version) ?? item.version,
        // By an id there is a line of: the one it was first may be gone.
        commitments: commitments.filter(one => one.item === line).map(one => ({ ...one, item: item.id })),
        spent: own.map(({ day, amount, currency, source }) => ({ day, amount, currency, source })),
      },
    ]
  })
}
