import { inArray } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import type { TableName } from '#kernel/canonical.ts'
import { addDays, type Day, earlier, later } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { dayAt } from '#kernel/zone.ts'
import { facts } from '#metrics/facts.ts'
import type { Definition } from '#metrics/query.ts'
import { connections, imports, streams } from '#postgres/tables/connections.ts'
import * as settings from '#postgres/tables/settings.ts'
import type { Gap } from '#postgres/tables/watch.ts'
import { provisionalFrom } from '../forecasts/course.ts'

/** What can be judged of some figures: these stores, up to this day. */
export interface Seen {
  /** Null: all there are. Empty: nothing can be judged yet. */
  stores: string[] | null
  /** Last day that is whole in all of them. */
  last: Day
  gaps: Gap[]
}

export interface WholeFrom {
  from: Day
  words: string[]
}

/** How far the data of every store reach, so that nothing is said of days that are still coming in. */
export interface Sight {
  /** Stores whose rows in these tables are whole from a day on, and until when. */
  of(tables: readonly TableName[], from: Day): Seen
  /**
   * The first day from which these tables are whole in all of some stores (null: in all there are), and why not before it.
   * Null: nothing more of their past is to come. A store nothing has been read of yet holds nothing up.
   */
  wholeFrom(tables: readonly TableName[], stores: readonly string[] | null): WholeFrom | null
  /** Stores of whose past in these tables more is on its way: what stands still (paused, in trouble) is not waited for. */
  coming(tables: readonly TableName[]): Set<string>
}

/** Days behind the others from which a store's data are late: it is left out rather than waited for. */
export const behind = 2

/** The tables a metric is made of. */
export const tablesOf = ({ sources }: Pick<Definition, 'sources'>): TableName[] => [
  ...new Set(sources.flatMap(label => facts.find(one => one.label === label)?.table ?? [])),
]

/** What one stream has brought of one store. */
interface Reach {
  store: string
  table: TableName
  /** Whole from this day on; null: nothing is. */
  from: Day | null
  /** Whole up to this day. */
  to: Day
  words: string
  /** More of its past is on its way. */
  coming: boolean
}

/** Reads how far every connected system and every file has come, as of the last day that has data. */
export async function sightOf(context: Context, last: Day): Promise<Sight> {
  const { ledger } = context
  const stores = await ledger.select().from(settings.stores).orderBy(settings.stores.store)
  const zones = new Map(stores.map(one => [one.store, one.timezone]))
  const reaches = await reachesOf(context, zones)
  const files = await filesComing(context)
  const unsure = await provisionalFrom(context)
  const names = stores.map(one => one.store)
  return {
    wholeFrom(tables, asked) {
      const short = reaches.flatMap(({ store, table, from, to, words }) =>
        (asked === null || asked.includes(store)) && tables.includes(table) && from !== '' && to !== ''
          ? [{ from: from ?? addDays(to, 1), words }]
          : [],
      )
      if (short.length === 0) return null
      return {
        from: short.map(one => one.from).reduce(later),
        words: [...new Set(short.map(one => one.words))],
      }
    },
    coming: tables =>
      new Set([
        ...reaches.flatMap(({ store, table, coming }) => (coming && tables.includes(table) ? [store] : [])),
        ...files.keys(),
      ]),
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

/** Every stream of every connection, with what it has brought of each of its stores. */
async function reachesOf(
  { ledger, syncs, clock }: Context,
  zones: ReadonlyMap<string, string>,
): Promise<Reach[]> {
  const all = await ledger.select().from(connections)
  const states = await ledger.select().from(streams)
  return all.flatMap(one => {
    const vendor = syncs.vendors().find(known => known.vendor === one.vendor)
    const shops = one.shops.map(shop => shop.store)
    // What has not begun to be read a day after it was connected may never be.
    const isNew = clock().getTime() - Date.parse(one.createdAt) < 86_400_000
    return (vendor?.streams ?? []).flatMap(stream => {
      const state = states.find(row => row.connection === one.id && row.stream === stream.name)
      return stream.tables.flatMap(table => {
        // Analytics tells shops apart by their hosts: it may be of any.
        const stores = shops.length > 0 ? shops : table === 'traffic_days' ? [...zones.keys()] : [one.home]
        const begun = state !== undefined
        const stands = one.state === 'paused' || one.trouble !== null || (state?.trouble ?? null) !== null
        return [...new Set(stores)].map(store => {
          const reach = reachOf(one.account, stream.label, state, store, table, zones)
          return { ...reach, coming: reach.from !== '' && !stands && (begun || isNew) }
        })
      })
    })
  })
}

function reachOf(
  account: string,
  label: string,
  state: typeof streams.$inferSelect | undefined,
  store: string,
  table: TableName,
  zones: ReadonlyMap<string, string>,
): Omit<Reach, 'coming'> {
  const zone = zones.get(store) ?? 'UTC'
  const what = `${label.toLowerCase()} of ${account}`
  const trouble = state?.trouble ? `: ${state.trouble.message}` : ''
  if (!state || state.bookmark === null)
    return { store, table, from: null, to: '', words: `${what} are not read yet${trouble}` }
  const to = addDays(dayAt(zone, state.bookmark), -1)
  if (state.edge === null || state.start === null || state.edge <= state.start)
    return { store, table, from: '', to, words: '' }
  // The day the edge lies in has come in part.
  const from = addDays(dayAt(zone, state.edge), 1)
  return from > to
    ? { store, table, from: null, to, words: `${what} are being read${trouble}` }
    : { store, table, from, to, words: `${what} are read back to ${showDay(from)} so far${trouble}` }
}

/** Stores of which a file is being taken in. */
async function filesComing({ ledger }: Context): Promise<Map<string, string>> {
  const rows = await ledger
    .select({ store: imports.store, file: imports.file })
    .from(imports)
    .where(inArray(imports.status, ['queued', 'running']))
  return new Map(rows.map(row => [row.store, `${row.file} is being taken in`]))
}
