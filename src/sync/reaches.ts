import type { Connector } from '#connectors/connector.ts'
import type { TableName } from '#kernel/canonical.ts'
import { addDays, type Day } from '#kernel/day.ts'
import { showDay } from '#kernel/format.ts'
import { dayAt } from '#kernel/zone.ts'
import type { StillComing } from '#metrics/world.ts'
import type { Ledger } from '#postgres/open.ts'
import { connections, streams } from '#postgres/tables/connections.ts'

/** What one stream has brought of one store. */
export interface Reach {
  store: string
  table: TableName
  /** Read, as far as its systems say now, from this day on; null: nothing is. '': nothing more of its past is to come. */
  from: Day | null
  /** Whole from this day on, what is read once more being there all the while; null: nothing is. '': whole. */
  whole: Day | null
  /** Whole up to this day; '' before anything was read. */
  to: Day
  words: string
  /** More of its past is on its way. */
  coming: boolean
}

type Known = Pick<Connector, 'vendor' | 'streams'>

/** Every stream of every connection, with what it has brought of each of its stores, whose time zones are given. */
export async function reachesOf(
  ledger: Ledger,
  vendors: readonly Known[],
  now: Date,
  zones: ReadonlyMap<string, string>,
): Promise<Reach[]> {
  const all = await ledger.select().from(connections)
  if (all.length === 0) return []
  const states = await ledger.select().from(streams)
  return all.flatMap(one => {
    const vendor = vendors.find(known => known.vendor === one.vendor)
    const shops = one.shops.map(shop => shop.store)
    // What has not begun to be read a day after it was connected may never be.
    const isNew = now.getTime() - Date.parse(one.createdAt) < 86_400_000
    return (vendor?.streams ?? []).flatMap(stream => {
      const state = states.find(row => row.connection === one.id && row.stream === stream.name)
      return stream.tables.flatMap(table => {
        // Analytics tells shops apart by their hosts: it may be of any.
        const stores = shops.length > 0 ? shops : table === 'traffic_days' ? [...zones.keys()] : [one.home]
        const begun = state !== undefined
        const stands =
          one.state === 'paused' || standsStill(one) || (state !== undefined && standsStill(state))
        return [...new Set(stores)].map(store => {
          const zone = zones.get(store) ?? 'UTC'
          const reach = reachOf(
            `${stream.label.toLowerCase()} of ${one.account}`,
            whyNot(one, state),
            state,
            zone,
          )
          return { store, table, ...reach, coming: reach.from !== '' && !stands && (begun || isNew) }
        })
      })
    })
  })
}

type State = typeof streams.$inferSelect

/** Failures in a row from which nobody counts on the next attempt: they are an hour's. */
const lasting = 6

/** Whether trouble is more than a pause: what a vendor wants to be left alone with for a while goes on by itself. */
const standsStill = ({ trouble, failures }: Pick<State, 'trouble' | 'failures'>): boolean =>
  trouble !== null && trouble.until === undefined && failures >= lasting

/** Why no more of it comes for now, as the end of a sentence. */
const whyNot = (connection: typeof connections.$inferSelect, state: State | undefined): string => {
  if (connection.state === 'paused') return ', and reading is paused'
  const trouble = state?.trouble ?? connection.trouble
  return trouble ? `: ${trouble.message.replace(/\.$/, '')}` : ''
}

function reachOf(
  what: string,
  why: string,
  state: State | undefined,
  zone: string,
): Pick<Reach, 'from' | 'whole' | 'to' | 'words'> {
  if (!state || state.bookmark === null)
    return { from: null, whole: null, to: '', words: `${what}: not read yet${why}` }
  const { edge, start, back } = state
  const to = addDays(dayAt(zone, state.bookmark), -1)
  if (edge === null || start === null || edge <= start) return { from: '', whole: '', to, words: '' }
  // The day an edge lies in has come in part.
  const after = (at: number): Day | null => {
    const day = addDays(dayAt(zone, at), 1)
    return day > to ? null : day
  }
  const from = after(edge)
  const whole = back === null ? null : back <= start ? '' : after(back)
  const far = from === null ? `${what}: being read` : `${what}: read back to ${showDay(from)} so far`
  return { from, whole, to, words: `${far}${why}` }
}

/**
 * Where figures are not whole yet, for the metric language. A stream nothing has been read of yet has no rows that could
 * be taken for all there are, and is not among them.
 */
export async function stillComing(
  ledger: Ledger,
  vendors: readonly Known[],
  now: Date,
  stores: readonly { store: string; timezone: string }[],
): Promise<StillComing[]> {
  const zones = new Map(stores.map(one => [one.store, one.timezone]))
  return (await reachesOf(ledger, vendors, now, zones)).flatMap(({ store, table, whole, to, words }) =>
    whole === '' || to === '' ? [] : [{ store, table, from: whole ?? addDays(to, 1), words }],
  )
}
