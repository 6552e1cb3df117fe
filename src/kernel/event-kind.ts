import type { Day } from './day.ts'
import type { Feast } from './feasts.ts'

/** What happens to trade, and what it is called. */
export const eventKinds = {
  holiday: 'Holiday',
  promotion: 'Promotion',
  outage: 'Outage',
  launch: 'Launch',
  price: 'Price change',
  closed: 'Closed',
  other: 'Other',
} as const

export type EventKind = keyof typeof eventKinds

/** Their names, at least one. */
export const eventKindNames = Object.keys(eventKinds) as [EventKind, ...EventKind[]]

interface Happening {
  name: string
  series: string
  kind: EventKind
  from: Day
  to: Day
  /** None: all of them. */
  stores: readonly string[]
}

/**
 * Of the events of the log those that make the course of a year, as feasts: holidays, promotions, and the days on which every
 * one of these stores is closed.
 */
export function tradingEvents(events: readonly Happening[], stores: readonly string[]): Feast[] {
  const shut = (one: Happening) =>
    one.stores.length === 0 || (stores.length > 0 && stores.every(store => one.stores.includes(store)))
  return events
    .filter(one => one.kind === 'promotion' || one.kind === 'holiday' || (one.kind === 'closed' && shut(one)))
    .map(({ series, name, from, to, kind }) => ({
      series,
      name,
      from,
      to,
      ...(kind === 'closed' && { closed: true as const }),
    }))
}
