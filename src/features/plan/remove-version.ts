import { and, eq, inArray, ne, or } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure } from '#kernel/error.ts'
import * as tables from '#postgres/tables/plan.ts'
import { isUsed } from './budget.ts'
import { lineOf } from './budget-lines.ts'
import { keptVersion, mayEdit, otherState } from './cells.ts'

type Version = typeof tables.versions.$inferSelect

/**
 * Takes a draft away whole, inside the write's transaction: its figures, lines, comments, copies and steps. What was expected
 * of a period that is over stays in the credit ledger.
 * @param until the last day there are sales of
 * @throws Failure('forbidden') who may not edit it; Failure('conflict') for what is no draft, what other versions were made
 * from, and what money, promises or files hang on that no other version has.
 */
export async function removeVersion(context: Context, id: string, until: string | null): Promise<Version> {
  const { ledger, actor } = context
  const version = await keptVersion(context, id, true)
  if (version.state !== 'draft') throw otherState(version, 'only a draft is deleted')
  if (!mayEdit(version, actor))
    throw new Failure('forbidden', `${version.name} is not yours to change.`, {
      next: 'Ask a contributor or above to delete it.',
    })
  const made = await ledger
    .select({ name: tables.versions.name })
    .from(tables.versions)
    .where(eq(tables.versions.basedOn, id))
    .orderBy(tables.versions.name)
  if (made.length > 0)
    throw new Failure(
      'conflict',
      `${version.name} stays: ${made.map(one => one.name).join(', ')} ${made.length === 1 ? 'was' : 'were'} made from it.`,
      { next: 'Delete what was made from it first, or leave it as it is.' },
    )
  for (const item of await ledger.select().from(tables.items).where(eq(tables.items.version, id))) {
    const line = lineOf(item)
    if (!(await isUsed(context, line))) continue
    const [other] = await ledger
      .select({ id: tables.items.id })
      .from(tables.items)
      .where(and(ne(tables.items.version, id), or(eq(tables.items.id, line), eq(tables.items.origin, line))))
      .limit(1)
    if (!other)
      throw new Failure(
        'conflict',
        `${version.name} stays: money, commitments or files are recorded on its line “${item.label}”, which no other version has.`,
        { next: 'Keep it, or begin another version from it, which has the line too.' },
      )
  }
  const expected = await ledger.select().from(tables.overlays).where(eq(tables.overlays.version, id))
  const open = expected.filter(one => until === null || one.to > until).map(one => one.id)
  if (open.length > 0) await ledger.delete(tables.overlays).where(inArray(tables.overlays.id, open))
  for (const table of [
    tables.rows,
    tables.changes,
    tables.comments,
    tables.proposals,
    tables.snapshots,
    tables.items,
    tables.transfers,
    tables.risks,
    tables.reforecasts,
  ])
    await ledger.delete(table).where(eq(table.version, id))
  await ledger.delete(tables.decisions).where(eq(tables.decisions.subject, `version:${id}`))
  await ledger.delete(tables.versions).where(eq(tables.versions.id, id))
  return version
}
