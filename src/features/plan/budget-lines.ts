import { eq, inArray, or } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'

/**
 * A budget line over the versions it stands in. Each version has its own amounts; what is spent, promised and attached
 * belongs to the line as it was first, so that each version sees it, and sees it once.
 */

type Item = typeof tables.items.$inferSelect

/** The lasting id of a budget line: of the line it was first. */
export const lineOf = ({ id, origin }: Pick<Item, 'id' | 'origin'>): string => origin ?? id

/** Lasting ids of budget lines, by their ids. Ids nothing has are left out. */
export async function linesOf(
  { ledger }: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const wanted = [...new Set(ids)]
  for (let n = 0; n < wanted.length; n += 5000) {
    const some = wanted.slice(n, n + 5000)
    const rows = await ledger
      .select({ id: tables.items.id, origin: tables.items.origin })
      .from(tables.items)
      .where(inArray(tables.items.id, some))
    for (const row of rows) found.set(row.id, lineOf(row))
  }
  return found
}

/** @throws Failure('not_found') where there is no such budget line. */
export async function knownLine(context: Context, id: string): Promise<string> {
  const line = (await linesOf(context, [id])).get(id)
  if (line === undefined) throw new Failure('not_found', 'There is no such budget line.')
  return line
}

/** A budget line as some version has it, by its lasting id. */
export async function anyOf({ ledger }: Context, line: string): Promise<Item | undefined> {
  const [item] = await ledger
    .select()
    .from(tables.items)
    .where(or(eq(tables.items.id, line), eq(tables.items.origin, line)))
    .orderBy(tables.items.origin)
    .limit(1)
  return item
}
