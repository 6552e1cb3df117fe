import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { HourWeights, Line } from '#kernel/plan/sheet.ts'
import { planLines } from '#metrics/plans.ts'
import type { PlanHours, PlanLine } from '#metrics/world.ts'
import type { Ledger } from '#postgres/open.ts'
import { snapshots, versions } from '#postgres/tables/plan.ts'

/** What the language knows of a plan version. */
interface Known {
  lines: PlanLine[]
  /** Null where it neither keeps nor says how its hours run. */
  hours: PlanHours | null
}

/** Versions as they were last read, by what changes with them: a sheet is large, and seldom changes. */
const known = new WeakMap<Ledger, Map<string, Known & { of: string }>>()

/**
 * Lines of all plan versions as metrics of their own, of one name those of the version begun last; and by version what it is
 * called and how its days go over hours.
 */
export async function readPlans(ledger: Ledger): Promise<{
  planLines: PlanLine[]
  planNames: Record<string, string>
  planHours: Record<string, PlanHours>
}> {
  const all = await ledger
    .select({
      id: versions.id,
      name: versions.name,
      state: versions.state,
      revision: versions.revision,
      createdAt: versions.createdAt,
    })
    .from(versions)
    .orderBy(asc(versions.createdAt), asc(versions.id))
  const before = known.get(ledger)
  const now = new Map<string, Known & { of: string }>()
  for (const { id, state, revision, createdAt } of all) {
    const locked = state === 'locked'
    const of = `${revision} ${createdAt} ${locked}`
    const kept = before?.get(id)
    now.set(id, kept?.of === of ? kept : { of, ...(await versionRead(ledger, id, locked)) })
  }
  known.set(ledger, now)
  const lines = [...now.values()].flatMap(one => one.lines.map(line => [line.name, line] as const))
  return {
    planLines: [...new Map(lines).values()],
    planNames: Object.fromEntries(all.map(({ id, name }) => [id, name])),
    planHours: Object.fromEntries([...now].flatMap(([id, { hours }]) => (hours ? [[id, hours]] : []))),
  }
}

async function versionRead(ledger: Ledger, id: string, locked: boolean): Promise<Known> {
  const [found] = await ledger
    .select({
      lines: sql<Line[]>`${versions.sheet} -> 'lines'`,
      weights: sql<HourWeights | null>`${versions.sheet} -> 'hours'`,
    })
    .from(versions)
    .where(eq(versions.id, id))
  const ran = locked ? await hoursKept(ledger, id) : null
  const weights = found?.weights ?? {}
  return {
    lines: planLines(found?.lines ?? []),
    hours: ran || Object.keys(weights).length > 0 ? { ran, weights } : null,
  }
}

/** What the hours of a week had, by metric, as the last lock of a version kept them. */
async function hoursKept(ledger: Ledger, version: string): Promise<Record<string, number[]> | null> {
  const [found] = await ledger
    .select({ hours: sql<Record<string, number[]> | null>`${snapshots.content} #> '{phasing,hours}'` })
    .from(snapshots)
    .where(and(eq(snapshots.version, version), eq(snapshots.reason, 'locked')))
    .orderBy(desc(snapshots.at))
    .limit(1)
  return found?.hours ?? null
}
