import { asc, eq, sql } from 'drizzle-orm'
import type { Line } from '#kernel/plan/sheet.ts'
import { planLines } from '#metrics/plans.ts'
import type { PlanLine } from '#metrics/world.ts'
import type { Ledger } from '#postgres/open.ts'
import { versions } from '#postgres/tables/plan.ts'

/** Lines of each version as they were last read, by what changes with them: a sheet is large, and seldom changes. */
const known = new WeakMap<Ledger, Map<string, { of: string; lines: PlanLine[] }>>()

/** Lines of all plan versions as metrics of their own; of one name those of the version begun last count. */
export async function readPlanLines(ledger: Ledger): Promise<PlanLine[]> {
  const all = await ledger
    .select({ id: versions.id, revision: versions.revision, createdAt: versions.createdAt })
    .from(versions)
    .orderBy(asc(versions.createdAt), asc(versions.id))
  const before = known.get(ledger)
  const now = new Map<string, { of: string; lines: PlanLine[] }>()
  for (const { id, revision, createdAt } of all) {
    const of = `${revision} ${createdAt}`
    const kept = before?.get(id)
    now.set(id, kept?.of === of ? kept : { of, lines: await linesOf(ledger, id) })
  }
  known.set(ledger, now)
  return [...new Map([...now.values()].flatMap(one => one.lines.map(line => [line.name, line]))).values()]
}

async function linesOf(ledger: Ledger, id: string): Promise<PlanLine[]> {
  const [found] = await ledger
    .select({ lines: sql<Line[]>`${versions.sheet} -> 'lines'` })
    .from(versions)
    .where(eq(versions.id, id))
  return planLines(found?.lines ?? [])
}
