import { inArray } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { TableName } from '#kernel/canonical.ts'
import { addDays, type Day, earlier, later } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { facts } from '#metrics/facts.ts'
import type { Definition } from '#metrics/query.ts'
import { imports } from '#postgres/tables/connections.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Gap } from '#postgres/tables/watch.ts'
import { reachesOf } from '#sync/reaches.ts'
import { provisionalFrom } from '../forecasts/course.ts'

/** What can be judged of some figures: these stores, up to this day. */
export interface Seen {
  /** Null: all there are. Empty: nothing can be judged yet. */
  stores: string[] | null
  /** Last day that is whole in all of them. */
  last: Day
  gaps: Gap[]
}

/** How far the data of every store reach, so that nothing is said of days that are still coming in. */
export interface Sight {
  /** Stores whose rows in these tables are whole from a day on, and until when. */
  of(tables: readonly TableName[], from: Day): Seen
  /** Stores of whose past in these tables more is on its way: what stands still (paused, in trouble) is not waited for. */
  coming(tables: readonly TableName[]): Set<string>
  /** First day from which what was read of these tables is whole, of stores whose past never came in full. */
  wholeFrom(tables: readonly TableName[]): Map<string, Day>
}

/** Days behind the others from which a store's data are late: it is left out rather than waited for. */
export const behind = 2

/** The tables a metric is made of. */
export const tablesOf = ({ sources }: Pick<Definition, 'sources'>): TableName[] => [
  ...new Set(sources.flatMap(label => facts.find(one => one.label === label)?.table ?? [])),
]

/** Reads how far every connected system and every file has come, as of the last day that has data. */
export async function sightOf(context: Context, last: Day): Promise<Sight> {
  const { ledger, syncs, clock } = context
  const stores = await ledger.select().from(settings.stores).orderBy(settings.stores.store)
  const zones = new Map(stores.map(one => [one.store, one.timezone]))
  const reaches = await reachesOf(ledger, syncs.vendors(), clock(), zones)
  const files = await filesComing(context)
  const unsure = await provisionalFrom(context)
  const names = stores.map(one => one.store)
  return {
    coming: tables =>
      new Set([
        ...reaches.flatMap(({ store, table, coming }) => (coming && tables.includes(table) ? [store] : [])),
        ...files.keys(),
      ]),
    wholeFrom: tables => {
      const days = new Map<string, Day>()
      for (const { store, table, whole } of reaches)
        if (whole && tables.includes(table)) days.set(store, later(whole, days.get(store) ?? whole))
      return days
    },
    of(tables, from) {
      const gaps: Gap[] = []
      const until = new Map<string, Day>()
      for (const store of names) {
        const own = reaches.filter(one => one.store === store && tables.includes(one.table))
        const file = files.get(store)
        const short = own.find(one => one.from === null || one.from > from)
        if (short || file) {
          gaps.push({ store, words: short?.words ?? file ?? '' })
          continue
        }
        // Of several streams of a table one may have nothing to do for long: the one that came furthest says how far.
        const ends = tables.flatMap(table => {
          const ends = own.filter(one => one.table === table).map(one => one.to)
          const sure = table === 'traffic_days' ? unsure.get(store) : undefined
          return [
            ...(ends.length > 0 ? [ends.reduce(later)] : []),
            ...(sure === undefined ? [] : [addDays(sure, -1)]),
          ]
        })
        until.set(store, ends.reduce(earlier, last))
      }
      const far = [...until.values()].reduce(later, '')
      for (const [store, day] of until)
        if (day < addDays(far, -behind)) {
          until.delete(store)
          gaps.push({ store, words: `it is known up to ${showDay(day)} only` })
        }
      const whole = names.filter(store => until.has(store))
      return {
        stores: gaps.length === 0 ? null : whole,
        last: [...until.values()].reduce(earlier, last),
        gaps,
      }
    },
  }
}

/** Stores of which a file is being taken in. */
async function filesComing({ ledger }: Context): Promise<Map<string, string>> {
  const rows = await ledger
    .select({ store: imports.store, file: imports.file })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
  return new Map(rows.map(row => [row.store, `${row.file} is being taken in`]))
}
