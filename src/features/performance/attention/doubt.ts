import type { Context } from '#features/context.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { connections, streams } from '#postgres/tables/connections.ts'
import * as settings from '#postgres/tables/settings.ts'
import { reconciled } from '#sync/reconcile.ts'
import { askAll } from '../forecasts/course.ts'
import type { Found } from './find.ts'
import { behind, tablesOf } from './sight.ts'

/** What is known to be wrong with the data of a store: asked before anything is said of the business. */
export interface Doubts {
  /** In words, for the stores and days of a finding; null where nothing speaks against the data. */
  of(one: Pick<Found, 'metric' | 'slice' | 'since' | 'until'>, tracking: readonly Found[]): string | null
  /** Stores whose data are late, and how. */
  late: { store: string; words: string }[]
}

/** Days back for which the sources' own totals are compared. */
const compared = 14

/** Reads what may be wrong as of a day. `tracking`, later: findings that analytics lost sessions. */
export async function doubtsOf(context: Context, last: Day): Promise<Doubts> {
  const { ledger, metrics, clock } = context
  const late = await lateStores(context, last)
  const ids = (await ledger.select({ id: connections.id }).from(connections)).map(one => one.id)
  const apart = (
    await reconciled(ledger, metrics, clock(), ids, { from: addDays(last, -compared), to: addDays(last, -1) })
  ).filter(one => !one.agrees)
  const known = (await metrics.definitions()).metrics
  return {
    late,
    of: ({ metric, slice, since, until }, tracking) => {
      const end = until ?? '9999-12-31'
      const here = (store: string | undefined) => !slice.store || !store || slice.store === store
      const counted = tablesOf(known.find(one => one.name === metric) ?? { sources: [] }).includes(
        'traffic_days',
      )
      const lost = tracking.find(
        one => here(one.slice.store) && one.since <= end && since <= (one.until ?? '9999-12-31'),
      )
      if (counted && lost)
        return `Analytics lost sessions from ${lost.since}${lost.until ? ` to ${lost.until}` : ' on'} while orders went on: see to the tag first.`
      const own = late.find(one => here(one.store))
      if (own && !counted && until === null) return own.words
      const wrong = apart.find(one => here(one.store) && one.day >= since && one.day <= end)
      return wrong && !counted
        ? `On ${wrong.day} the figures of ${wrong.store} differ from what its system says.`
        : null
    },
  }
}

/** Stores whose data are late as of a day, and how: by their connection's trouble, or by where their sales end. */
export const lateStores = async (context: Context, last: Day): Promise<Doubts['late']> => [
  ...(await troubled(context)),
  ...(await lagging(context, last)),
]

/** Connections that cannot be read just now. */
async function troubled({ ledger }: Context): Promise<Doubts['late']> {
  const all = await ledger.select().from(connections)
  const states = await ledger.select().from(streams)
  return all.flatMap(one => {
    const trouble =
      one.trouble ?? states.find(row => row.connection === one.id && row.trouble)?.trouble ?? null
    if (!trouble || one.state === 'paused') return []
    const since = trouble.at.slice(0, 10)
    return [...new Set([one.home, ...one.shops.map(shop => shop.store)])].map(store => ({
      store,
      words: `${one.account} has not been read since ${showDay(since)}: ${trouble.message}`,
    }))
  })
}

/** Stores whose sales end before the others'. */
async function lagging(context: Context, last: Day): Promise<Doubts['late']> {
  const stores = await context.ledger.select().from(settings.stores)
  if (stores.length < 2) return []
  const late: Doubts['late'] = []
  for (const { store, name } of stores) {
    const { lastDay } = (await askAll(context, { metrics: ['orders'], window: 'all_time', stores: [store] }))
      .meta
    // One that never sold has nothing to be late with; one that left long ago is not late.
    if (lastDay && lastDay < addDays(last, -behind) && lastDay > addDays(last, -60))
      late.push({ store, words: `The data of ${name} end on ${showDay(lastDay)}.` })
  }
  return late
}
