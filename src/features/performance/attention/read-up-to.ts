import type { Context } from '#features/context.ts'
import { connections, streams } from '#postgres/tables/connections.ts'

/** How far a store's orders have been read within the day. */
export interface ReadUpTo {
  /** Accounts of the connections they come from. */
  accounts: string[]
  /** Everything up to here is read, ms UTC. */
  at: number
}

/** Streams that are read less often tell nothing of the hours. */
const hourMs = 3_600_000

/**
 * Up to which moment the orders of each store are read, of stores whose shop is connected, answers and is read at least
 * every hour. Of the others silence says nothing: it may as well be the reading.
 */
export async function readUpTo({ ledger, syncs }: Context): Promise<Map<string, ReadUpTo>> {
  const all = await ledger.select().from(connections)
  const states = await ledger.select().from(streams)
  const found = new Map<string, ReadUpTo>()
  const broken = new Set<string>()
  for (const one of all) {
    const vendor = syncs.vendors().find(known => known.vendor === one.vendor)
    const selling = (vendor?.streams ?? []).filter(
      stream => stream.every <= hourMs && stream.tables.includes('sales_lines'),
    )
    if (selling.length === 0) continue
    const own = selling.map(({ name }) =>
      states.find(row => row.connection === one.id && row.stream === name),
    )
    const stands = one.state === 'paused' || one.trouble !== null || own.some(row => row?.trouble)
    const at = Math.min(...own.flatMap(row => row?.bookmark ?? []))
    for (const store of one.shops.length > 0 ? one.shops.map(shop => shop.store) : [one.home]) {
      if (stands || !Number.isFinite(at)) broken.add(store)
      const before = found.get(store)
      found.set(store, {
        accounts: [...(before?.accounts ?? []), one.account],
        at: Math.min(before?.at ?? at, at),
      })
    }
  }
  for (const store of broken) found.delete(store)
  return found
}
