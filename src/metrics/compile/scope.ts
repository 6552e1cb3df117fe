import { addDays, type Day } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { type Crossing, crossings } from '#kernel/exchange.ts'
import { systemName } from '#kernel/value-names.ts'
import { dayAt, homeZone, wallClock } from '#kernel/zone.ts'
import type { Contents } from '../contents.ts'
import type { Scope } from '../engine.ts'
import type { Answer, Query } from '../query.ts'
import { tableOf } from '../reach.ts'
import type { World } from '../world.ts'
import { isMoney } from './measures.ts'
import type { Resolved } from './resolve.ts'
import type { Moment } from './window.ts'

/** What a statement may reach: rows of which stores, in which currency, by whose count. */
export interface Reach {
  /** null: all there are. */
  stores: string[] | null
  /** More than one store has rows: customers and order numbers are counted store by store. */
  several: boolean
  /** Set where money must be converted. */
  convertTo: string | null
  /** The other currencies that money is booked in, where it must be. */
  bases: string[]
  /** Ways through a third currency, for money whose own rate is not known, or not yet. */
  crossings: Crossing[]
  /** Whose sessions count in a store that has several counters. */
  counters: { store: string; counter: string }[]
}

export interface Scoped {
  stores: string[]
  currency: string | null
  reach: Reach
  warnings: Answer['meta']['warnings']
}

/**
 * Third pass: the stores asked for and allowed, the currency of the answer, and whose sessions count.
 * @throws Failure('forbidden') for a store the asker may not see.
 */
export const scopeOf = (resolved: Resolved, world: World, scope: Scope, contents: Contents): Scoped => {
  const { query } = resolved
  const stores = storesOf(query, world, scope)
  const only = query.stores || scope.stores !== 'all' ? stores : null
  const tables = [...new Set(resolved.aggregates.map(a => tableOf(a.fact)))]
  const priced = new Set(resolved.aggregates.filter(isMoney).map(a => tableOf(a.fact)))
  const booked = [...new Set([...priced].flatMap(t => contents.currencies(t, only)))]
  const own = [...new Set(world.stores.filter(s => stores.includes(s.store)).map(s => s.currency))]
  const known = own.length > 0 ? own : booked
  const currency =
    query.currency?.toUpperCase() ??
    (known.length === 1 ? (known[0] ?? null) : (world.currency ?? known[0] ?? null))
  // Not only shops differ: an ad account or a supplier may well bill in a currency the shop does not sell in.
  const convert = currency !== null && booked.some(c => c !== currency)
  const counted = tables.includes('traffic_days') ? contents.counters(only) : []
  const counters = counted.flatMap(({ store, counters: [main, ...others] }) =>
    main !== undefined && others.length > 0 ? [{ store, counter: main, others }] : [],
  )
  return {
    stores,
    currency,
    reach: {
      stores: only,
      several: contents.stores(tables, only) > 1,
      convertTo: convert ? currency : null,
      bases: convert ? booked.filter(base => base !== currency) : [],
      crossings: convert ? booked.flatMap(base => crossings(contents.pairs(), base, currency)) : [],
      counters: counters.map(({ store, counter }) => ({ store, counter })),
    },
    warnings: [
      ...(convert
        ? [{ code: 'converted', message: `Money is converted into ${currency} at the rate of each day.` }]
        : []),
      ...(asks(resolved, 'origin')
        ? []
        : alike(counters).map(({ stores: some, counter, others }) => ({
            code: 'counters',
            message: `Sessions of ${some.map(one => world.stores.find(s => s.store === one)?.name || one).join(', ')} are those ${systemName(counter)} counted; ${others.map(systemName).join(' and ')} counted them too, and counters are never added up. Filter by Counter for another.`,
          }))),
    ],
  }
}

interface Counted {
  store: string
  counter: string
  others: readonly string[]
}

/** Stores that are counted alike, told in one breath. */
const alike = (counters: readonly Counted[]): (Omit<Counted, 'store'> & { stores: string[] })[] => {
  const groups = new Map<string, Omit<Counted, 'store'> & { stores: string[] }>()
  for (const { store, counter, others } of counters) {
    const key = [counter, ...others].join('\u0001')
    const group = groups.get(key) ?? { counter, others, stores: [] }
    group.stores.push(store)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const asks = ({ dimensions, filters }: Resolved, name: string) =>
  dimensions.some(d => d.of === name) || filters.some(f => f.dimension.of === name)

const storesOf = (query: Query, world: World, scope: Scope): string[] => {
  const all = world.stores.map(s => s.store)
  const may = scope.stores === 'all' ? all : all.filter(s => scope.stores.includes(s))
  if (!query.stores) return may
  for (const store of query.stores) {
    if (!all.includes(store))
      throw invalid(
        `There is no store ${store}.`,
        `There ${all.length === 1 ? 'is' : 'are'} ${all.join(', ') || 'none yet: import a file or connect a shop'}.`,
      )
    if (!may.includes(store))
      throw new Failure('forbidden', `You may not see the store ${store}.`, {
        next: 'Ask an owner to widen your store scope.',
      })
  }
  return [...new Set(query.stores)]
}

/** The hour begun last on the clocks of the stores, as `YYYY-MM-DD HH:00`: later ones have nothing anywhere yet. */
export const hourIn = (world: World, stores: string[], now: Date): string => {
  const zones = world.stores.filter(s => stores.includes(s.store)).map(s => s.timezone)
  const clocks = (zones.length > 0 ? zones : ['UTC']).map(zone => wallClock(zone, now.getTime()).text)
  return `${clocks.sort().at(-1)?.slice(0, 13)}:00`
}

/** Today where most of these stores are that trade in the company's currency. */
export const todayIn = (world: World, stores: string[], now: Date): string => {
  const own = world.stores.filter(s => stores.includes(s.store))
  return dayAt(homeZone(own, world.currency), now.getTime())
}

/**
 * How far into a day the sales of stores are known that were last loaded at an instant (ISO): to the nearest hour, each
 * store by its own clock, so that what is left of an hour weighs neither side. Of stores whose days up to `until` are over
 * there is no moment; nor of any while the data reach further than every clock.
 */
export const momentsOf = (world: World, stores: readonly string[], loaded: string, until: Day): Moment[] => {
  const at = Date.parse(loaded)
  const clocks = world.stores
    .filter(one => stores.includes(one.store))
    .map(({ store, timezone }) => {
      const { day, hour, text } = wallClock(timezone, at)
      return { store, day, hour: Math.max(1, hour + (text.slice(14, 16) >= '30' ? 1 : 0)) }
    })
  if (!clocks.some(({ day }) => day >= until)) return []
  const running = clocks.filter(({ day, hour }) => (day === until && hour < 24) || day === addDays(until, -1))
  const groups = [...Map.groupBy(running, ({ day, hour }) => `${day} ${hour}`).values()]
  return groups.flatMap(own => {
    const [first] = own
    if (!first) return []
    const every = own.length === clocks.length
    return [{ stores: every ? null : own.map(one => one.store), day: first.day, hour: first.hour }]
  })
}
