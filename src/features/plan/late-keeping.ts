import { eq, inArray } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { isPlanLine } from '#metrics/plans.ts'
import * as tables from '#postgres/tables/plan.ts'
import { casesKept } from './case-plan.ts'
import { lastCopy } from './copies.ts'
import { hoursUntil } from './hours.ts'
import { daysOf } from './shapes.ts'

/** What locks lack that were made before it was kept: kept now, where what it rests on is still known. */

type Version = typeof tables.versions.$inferSelect

/** Keeps what locked versions lack. Gives the names of those it kept something of. */
export async function keepLate(context: Context): Promise<string[]> {
  const locked = await context.ledger
    .select()
    .from(tables.versions)
    .where(eq(tables.versions.state, 'locked'))
  const found: string[] = []
  for (const version of locked) {
    const copy = await lastCopy(context, version.id, 'locked')
    if (!copy || (copy.content.phasing?.hours && copy.content.cases)) continue
    const phasing = await latePhasing(context, version, copy.content.phasing, copy.at)
    const cases = copy.content.cases ?? (await lateCases(context, version, copy.at))
    const content = { ...copy.content, ...(phasing && { phasing }), cases }
    await context.ledger.update(tables.snapshots).set({ content }).where(eq(tables.snapshots.id, copy.id))
    found.push(version.name)
  }
  return found
}

/** Days as they were carried last, and hours as they ran in the weeks before the lock. */
async function latePhasing(
  context: Context,
  version: Version,
  kept: tables.KeptPhasing | undefined,
  at: string,
): Promise<tables.KeptPhasing | undefined> {
  const days = kept ?? (await carriedPhasing(context, version))
  const hours = days && !days.hours && (await hoursUntil(context, at.slice(0, 10)))
  if (!days || !hours) return days
  const late = 'How its hours run was worked out after it was locked, from the weeks before.'
  return { ...days, hours, late: [...(days.late ?? []), late] }
}

/** How a version stands beside the actuals, as weights of its days. Undefined where its sales do not. */
async function carriedPhasing(
  { granary }: Context,
  version: Version,
): Promise<tables.KeptPhasing | undefined> {
  const rows = await granary.query(
    `SELECT store, line, day, sum(amount) AS amount FROM ${granary.dialect.from('budget_lines')}
     WHERE version = {version:String} AND grain = 'day' AND slice = '' GROUP BY store, line, day`,
    { version: version.id },
  )
  const days = daysOf(version)
  const taken = 'How its days weigh was taken, after it was locked, from how it stands beside the actuals.'
  const adjusted = version.sheet.phasing ?? {}
  const shapes: tables.KeptPhasing['shapes'] = []
  const of: Record<string, number> = {}
  // What is no metric of the shop went by sales.
  const metrics = rows.filter(row => !isPlanLine(String(row.line)))
  for (const [key, own] of Map.groupBy(metrics, row => `${row.line}|${row.store}`)) {
    const amounts = new Map(own.map(row => [String(row.day), Math.abs(Number(row.amount))]))
    // What people said of a day is in what was carried, and is said again when it is phased.
    const weights = days.map(day => (amounts.get(day) ?? 0) / (adjusted[day] || 1))
    of[key] = shapes.push({ weights, notes: [taken] }) - 1
  }
  return 'net_sales|' in of ? { shapes, of } : undefined
}

/** Cases of a version that nobody saved since its lock. */
async function lateCases(context: Context, version: Version, at: string): Promise<tables.KeptCase[]> {
  const cases = await casesKept(context, version)
  if (cases.length === 0) return []
  const saved = await context.ledger
    .select({ id: tables.cases.id, at: tables.cases.updatedAt })
    .from(tables.cases)
    .where(
      inArray(
        tables.cases.id,
        cases.map(one => one.id),
      ),
    )
  const since = new Set(saved.filter(one => Date.parse(one.at) > Date.parse(at)).map(one => one.id))
  return cases.filter(one => !since.has(one.id))
}
