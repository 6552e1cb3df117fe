import { and, eq, gt, notLike } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { addressKey, placeWords, sliceOf } from '#kernel/plan/sheet.ts'
import * as tables from '#postgres/tables/plan.ts'
import { changedSinceApproval } from './budget-changes.ts'
import { rowsOf } from './cells.ts'
import { lastCopy } from './copies.ts'

type Version = typeof tables.versions.$inferSelect

/** A cell of the plan that is not what it was when the version was last approved. */
interface CellChange {
  place: string
  unit: string
  before: string | null
  after: string | null
  why: string
  byName: string
  at: string
}

/** What an approver is asked to consent to anew: cells and budget as they were approved, and as they are. */
export async function sinceApproval(context: Context, version: Version) {
  const last = await lastCopy(context, version.id)
  if (!last) return null
  const changes = await context.ledger
    .select()
    .from(tables.changes)
    .where(
      and(
        eq(tables.changes.version, version.id),
        gt(tables.changes.at, last.at),
        notLike(tables.changes.line, '%:%'),
      ),
    )
    .orderBy(tables.changes.seq)
  const latest = new Map(
    changes.map(one => [addressKey({ ...one, slice: sliceOf(one.slice) }), one] as const),
  )
  const then = new Map(last.content.rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
  const rows = latest.size === 0 ? [] : await rowsOf(context, version.id)
  const now = new Map(rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
  const cells = [...latest.values()].reverse().flatMap((one): CellChange[] => {
    const key = `${one.line}\u001e${one.slice}`
    const before = then.get(key)?.[one.period] ?? null
    const after = now.get(key)?.[one.period]?.at(-1) ?? null
    if (before === after) return []
    const { why, byName, at } = one
    const line = version.sheet.lines.find(each => each.name === one.line)
    const place = line ? placeWords(version.sheet, { ...one, slice: sliceOf(one.slice) }) : one.line
    return [{ place, unit: line?.unit ?? 'money', before, after, why, byName, at }]
  })
  const budget = await changedSinceApproval(context, version)
  return { at: last.at, byName: last.byName, cells, budget: budget?.changes ?? [] }
}
