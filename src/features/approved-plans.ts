import { inArray } from 'drizzle-orm'
import type { Ledger } from '#postgres/open.ts'
import { versions } from '#postgres/tables/plan.ts'

/** What versions that are approved are called, by their handles: those that figures are compared with. */
export async function approvedNames(ledger: Ledger): Promise<Record<string, string>> {
  const found = await ledger
    .select({ id: versions.id, name: versions.name })
    .from(versions)
    .where(inArray(versions.state, ['approved', 'locked']))
  return Object.fromEntries(found.map(({ id, name }) => [id, name]))
}
