import { and, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { Row, ShownRow } from '#kernel/plan/rows.ts'
import * as tables from '#postgres/tables/plan.ts'
import { type Asked, type Found, heldRows, seenIn } from './cells.ts'

/** Rows of a version as they show: what each cell's last edit says, put together where they are kept. */
export const shownRowsOf = ({ ledger }: Context, { id, sheet }: Found): Promise<ShownRow[]> => {
  const { cells } = tables.rows
  const periods = sql.param(sheet.periods.map(period => period.key))
  return ledger
    .select({
      line: tables.rows.line,
      slice: tables.rows.slice,
      values: sql<string>`(select string_agg(coalesce(${cells} -> period ->> -1, ''), ',' order by n)
        from unnest(${periods}::text[]) with ordinality as listed(period, n))`,
      cells: sql<Row['cells'] | null>`case when ${cells} @? '$.*[2]' then ${cells} end`,
    })
    .from(tables.rows)
    .where(eq(tables.rows.version, id))
}

/**
 * Edits with the ids their authors saw in the cell. Who names none saw what stood there when the version was at `seen`; an
 * edit that was replaced since need not be named, as it stands no more.
 */
export async function asSeen(
  { ledger }: Context,
  version: Found,
  edits: readonly (Omit<Asked, 'after'> & { after?: readonly string[] | undefined })[],
  seen: number | undefined,
): Promise<Asked[]> {
  const silent = seen === undefined ? [] : edits.filter(one => one.after === undefined)
  const stand = seenIn(silent.length > 0 ? [...(await heldRows(ledger, version.id, silent)).values()] : [])
  const ids = [...new Set(silent.flatMap(stand))]
  const newer = new Set<string>()
  for (let n = 0; n < ids.length; n += 5000) {
    const found = await ledger
      .select({ id: tables.changes.id })
      .from(tables.changes)
      .where(and(inArray(tables.changes.id, ids.slice(n, n + 5000)), gt(tables.changes.seq, seen ?? 0)))
    for (const { id } of found) newer.add(id)
  }
  return edits.map(one => ({ ...one, after: one.after ?? stand(one).filter(id => !newer.has(id)) }))
}
