import { tradingEvents } from '#kernel/event-kind.ts'
import type { Feast } from '#kernel/feasts.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Context } from './context.ts'

/** The company's holidays, promotions and closed days of the event log, as the calendar of moving feasts has them. */
export const companyEvents = async ({ ledger }: Pick<Context, 'ledger'>): Promise<Feast[]> =>
  tradingEvents(
    await ledger.select().from(settings.events),
    (await ledger.select({ store: settings.stores.store }).from(settings.stores)).map(one => one.store),
  )
