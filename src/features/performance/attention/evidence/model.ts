import { addDays } from '#kernel/day.ts'
import { exploreLink } from '#kernel/explore-link.ts'
import type { Query } from '#metrics/query.ts'

export { alertStates, perDay, stateWords } from '../model.ts'

interface Alerted {
  metric: string
  slice: Readonly<Record<string, string>>
  since: string
  until: string | null
  seenOn: string
  expected: number | null
  currency: string
  hours?: { from: string; to: string } | null
}

/**
 * The question whose answer shows an alert: its slice by day, six weeks before it and one after; of what was found within a
 * day by the hour, the same weekday a week before first.
 */
export function evidenceOf({ metric, slice, since, until, seenOn, currency, hours }: Alerted): Query {
  const { store, ...rest } = slice
  return {
    metrics: [metric],
    grain: hours ? 'hour' : 'day',
    calendar: 'gregorian',
    from: addDays(since, hours ? -7 : -42),
    to: until === null ? seenOn : hours ? until : addDays(until, 7),
    ...(store && { stores: [store] }),
    ...(currency && { currency }),
    filters: Object.entries(rest).map(([dimension, value]) => ({ dimension, is: [value] })),
  }
}

/** Where the rows behind a cause of an alert are; of data in doubt where the systems are. */
export function causeLink(
  alert: Alerted,
  cause: {
    kind: string
    where: readonly { dimension: string; value: string }[]
    rows?: { metric: string; from: string; to: string; compare?: string | undefined } | undefined
  },
): string {
  if (cause.kind === 'data') return '/connections'
  const { store, ...rest } = alert.slice
  return exploreLink({
    ...(cause.rows ?? { metric: alert.metric, from: alert.since, to: alert.until ?? alert.seenOn }),
    where: cause.where,
    filters: Object.entries(rest).map(([dimension, value]) => ({ dimension, is: [value] })),
    ...(store && { stores: [store] }),
  })
}

/** Events that may bear on an alert: those of its store, and those of all; of no store, all there are. */
export const eventsOf = <E extends { stores: readonly string[] }>(
  events: readonly E[],
  store: string | undefined,
): E[] => events.filter(one => !store || one.stores.length === 0 || one.stores.includes(store))

/** What was usual, on the days (or hours) of the alert alone. */
export const usualWithin = (
  { since, until, expected, hours }: Alerted,
  periods: readonly string[],
): (number | null)[] =>
  periods.map(one =>
    (hours ? one >= hours.from && one < hours.to : one >= since && (until === null || one <= until))
      ? expected
      : null,
  )
