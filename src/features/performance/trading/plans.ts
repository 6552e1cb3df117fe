import { and, desc, eq, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { HourWeights } from '#kernel/plan/sheet.ts'
import { forecastTarget } from '#kernel/view.ts'
import { versionsCarried } from '#metrics/plans.ts'
import { snapshots, versions } from '#postgres/tables/plan.ts'
import * as settings from '#postgres/tables/settings.ts'

/**
 * Names under which people have said what a figure is to be: saved targets first, then plan versions carried into the
 * granary, the latest of either first. The forecast is no plan.
 */
export async function planNames({ ledger, granary }: Context, metric: string): Promise<string[]> {
  const saved = await ledger.select().from(settings.targets).where(eq(settings.targets.metric, metric))
  const names = [...saved.map(one => one.name).sort(), ...(await versionsCarried(granary, metric))]
  return [...new Set(names)].filter(name => name !== forecastTarget)
}

/** How a plan goes over hours. */
export interface PlanHours {
  /** How those of a week run, by metric, as the lock of it kept them; null where it is not locked. */
  ran: Record<string, number[]> | null
  /** What people say of them. */
  weights: HourWeights
}

/** How a plan goes over hours; a saved target as the shop trades. */
export async function hoursOfPlan({ ledger }: Context, name: string): Promise<PlanHours> {
  const [plan] = await ledger
    .select({ weights: sql<HourWeights | null>`${versions.sheet} -> 'hours'` })
    .from(versions)
    .where(eq(versions.id, name))
  const [found] = await ledger
    .select({ hours: sql<Record<string, number[]> | null>`${snapshots.content} #> '{phasing,hours}'` })
    .from(snapshots)
    .innerJoin(versions, eq(versions.id, snapshots.version))
    .where(and(eq(versions.id, name), eq(versions.state, 'locked'), eq(snapshots.reason, 'locked')))
    .orderBy(desc(snapshots.at))
    .limit(1)
  return { ran: found?.hours ?? null, weights: plan?.weights ?? {} }
}
