import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { forecastTarget } from '#kernel/view.ts'
import { versionsCarried } from '#metrics/plans.ts'
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
