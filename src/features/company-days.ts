import { addDays, type Day } from '#kernel/day.ts'
import { type CalendarRule, civilYear } from '#kernel/period.ts'
import { dayAt, homeZone } from '#kernel/zone.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Context } from './context.ts'

/** The zone the company's days are cut in, and its letters sent by. */
export async function zoneOf({ ledger }: Pick<Context, 'ledger'>): Promise<string> {
  const stores = await ledger.select().from(settings.stores).orderBy(settings.stores.store)
  const [company] = await ledger.select().from(settings.company)
  return homeZone(stores, company?.currency ?? null)
}

/** How the company cuts its year; civil where nobody chose. */
export async function ruleOf({ ledger }: Pick<Context, 'ledger'>): Promise<CalendarRule> {
  const [row] = await ledger.select({ calendar: settings.company.calendar }).from(settings.company)
  return (row?.calendar as CalendarRule | undefined) ?? civilYear
}

/** Today, by the company's clock. */
export const todayOf = async (context: Pick<Context, 'ledger' | 'clock'>): Promise<Day> =>
  dayAt(await zoneOf(context), context.clock().getTime())

/** The last day that is over in every store. */
export async function closedDay({ ledger, clock }: Pick<Context, 'ledger' | 'clock'>): Promise<Day> {
  const zones = await ledger.select({ zone: settings.stores.timezone }).from(settings.stores)
  const today = zones.map(({ zone }) => dayAt(zone, clock().getTime()))
  return addDays(today.sort()[0] ?? dayAt('UTC', clock().getTime()), -1)
}
